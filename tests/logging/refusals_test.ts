// A refusal for good stops its part, not the run: what a server lacks of a run, what is said of it, and
// how it gets there once the server takes it.

import fs from "node:fs";
import path from "node:path";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { hostIo } from "../../lib/io.ts";
import { openStore } from "../../lib/store/mod.ts";
import { type CommandLine, commandLine } from "../faults/command_line.ts";
import {
  invalid,
  itemsIn,
  type Refuse,
  type RefusingServer,
  refusingServer,
} from "../helpers/refusing_server.ts";
import type { ServerRun } from "../simulation/server.ts";

const TOKEN = "tok-0123456789abcdef";
const LONG = "x".repeat(501);
const PARAMS = Array.from({ length: 60 }, (_, at) => ["--param", `p${at}=${"v".repeat(300)}`])
  .flat();

interface Case {
  readonly name: string;
  readonly refuse: Refuse;
  readonly rewrite?: (text: string) => string;
  /** Flags of `log` besides one artifact, `notes.txt`. */
  readonly flags?: readonly string[];
  /** What the server is to lack, by part; none where the limits are met by smaller requests. */
  readonly lacks: Readonly<Record<string, RegExp>>;
}

const CASES: readonly Case[] = [
  {
    name: "an artifact that is too large",
    refuse: ({ method, size }) =>
      method === "PUT" && size > 1000 ? { status: 413, body: "<html>413</html>" } : null,
    flags: ["--artifact", "large.bin"],
    lacks: { "artifact large.bin": /takes no request this large \(413 TOO_LARGE\)/ },
  },
  {
    name: "a gateway that lets no upload through",
    refuse: ({ method }) =>
      method === "PUT" ? { status: 403, body: { message: "Missing Authentication Token" } } : null,
    lacks: { "artifact notes.txt": /no permission for this.*\(403 PERMISSION_DENIED\)/ },
  },
  {
    name: "no artifacts at all",
    refuse: ({ path }) =>
      path.includes("mlflow-artifacts") ? { status: 404, body: { error: "404 Not Found" } } : null,
    lacks: { "artifact notes.txt": /\(404 NOT_FOUND\)/ },
  },
  {
    name: "artifacts where the server does not lead",
    refuse: () => null,
    rewrite: (text) => text.replaceAll("mlflow-artifacts:/", "s3://AKIA1:s3cret@bucket/"),
    lacks: { "artifact notes.txt": /^the artifacts of run \S+ are at s3:\/\/bucket\/.*needed\)$/ },
  },
  {
    name: "params longer than an older server takes",
    refuse: (heard) =>
      itemsIn(heard, "params").some(({ value }) => String(value).length > 500)
        ? invalid("Param value had length 501, which exceeded length limit of 500")
        : null,
    flags: ["--param", `notes=${LONG}`, "--param", `other=${LONG}`, "--param", "window=20"],
    lacks: {
      "param notes": /^Param value had length 501.*\(400 INVALID_PARAMETER_VALUE\)$/,
      "param other": /length 501/,
    },
  },
  {
    name: "a name that the server does not take",
    refuse: (heard) =>
      itemsIn(heard, "metrics").some(({ key }) => key === "sortino_ratio")
        ? invalid("Invalid metric name: 'sortino_ratio'")
        : null,
    lacks: { "metric sortino_ratio": /Invalid metric name/ },
  },
  {
    name: "a series of which the server takes no point",
    refuse: (heard) =>
      itemsIn(heard, "metrics").some(({ key }) => key === "drawdown")
        ? invalid("Invalid metric name: 'drawdown'")
        : null,
    flags: ["--series", "all"],
    lacks: { "metric drawdown": /Invalid metric name/ },
  },
  {
    name: "a tag that the server does not take, with the run or after it",
    refuse: (heard) =>
      itemsIn(heard, "tags").some(({ value }) => value === "forbidden")
        ? invalid("Tag value is not allowed")
        : null,
    flags: ["--tag", "desk=forbidden", "--tag", "side=long"],
    lacks: { "tag desk": /Tag value is not allowed/ },
  },
  {
    name: "content that a gateway takes for an attack",
    refuse: (heard) =>
      itemsIn(heard, "params").some(({ value }) => value === "1 UNION SELECT")
        ? { status: 403, body: "<html>Request blocked</html>" }
        : null,
    flags: ["--param", "rule=1 UNION SELECT"],
    lacks: { "param rule": /\(403 PERMISSION_DENIED\)/ },
  },
  {
    name: "a server that says our token in its refusal",
    refuse: (heard) =>
      itemsIn(heard, "params").some(({ key }) => key === "rule")
        ? invalid(`no param rule for ${heard.authorization}`)
        : null,
    flags: ["--param", "rule=a"],
    lacks: { "param rule": /^no param rule for Bearer \*{8} / },
  },
  {
    name: "a small limit of a request's size",
    refuse: ({ path, size }) =>
      path.endsWith("/log-batch") && size > 16_000
        ? { status: 413, body: "<html>413</html>" }
        : null,
    flags: PARAMS,
    lacks: {},
  },
  {
    name: "a small limit of a batch's items",
    refuse: (heard) =>
      itemsIn(heard, "params").length + itemsIn(heard, "metrics").length > 20
        ? invalid("too many items")
        : null,
    flags: PARAMS,
    lacks: {},
  },
];

interface World {
  readonly line: CommandLine;
  readonly service: RefusingServer;
}

async function inWorld(
  refuse: Refuse | null,
  work: (world: World) => Promise<void>,
  rewrite?: (text: string) => string,
): Promise<void> {
  const service = await refusingServer(refuse, rewrite);
  const line = commandLine({
    MLFLOW_TRACKING_URI: service.uri,
    MLFLOW_TRACKING_TOKEN: TOKEN,
    MLFLOW_HTTP_REQUEST_MAX_RETRIES: "0",
    BTFLOW_STORE: "store.db",
  });
  fs.writeFileSync(path.join(line.folder, "notes.txt"), "hello");
  fs.writeFileSync(path.join(line.folder, "large.bin"), new Uint8Array(5000));
  try {
    await work({ line, service });
  } finally {
    await service.stop();
    line.remove();
  }
}

const LOG = ["log", "-e", "e", "--returns", "returns.csv", "--artifact", "notes.txt"];

interface Part {
  readonly part: string;
  readonly reason: string;
}

function only({ service }: World): ServerRun {
  const [run, ...more] = service.server.runs.values();
  assertEquals(more, [], "one run");
  assert(run !== undefined, "a run");
  return run;
}

/** What a run has, by part. */
function partsOf(run: ServerRun): ReadonlySet<string> {
  return new Set([
    ...[...run.params.keys()].map((key) => `param ${key}`),
    ...[...run.tags.keys()].map((key) => `tag ${key}`),
    ...run.points.map(({ key }) => `metric ${key}`),
    ...[...run.artifacts.keys()].map((key) => `artifact ${key}`),
    ...[...run.datasets.keys()].map((key) => `dataset ${key.split(" ")[0]}`),
  ]);
}

async function statusOf(line: CommandLine): Promise<readonly { undeliverable: Part[] }[]> {
  const { code, out } = await line.call("sync", "--status", "--format", "json");
  assertEquals(code, 0);
  return JSON.parse(out);
}

/** How many runs are removed when all that servers have may be. */
async function pruned({ folder }: CommandLine): Promise<number> {
  const store = await openStore(hostIo(), path.join(folder, "store.db"));
  try {
    return (await store.prune({ olderThanMs: -10_000 })).runs;
  } finally {
    await store.close();
  }
}

function assertParts(found: readonly Part[], lacks: Case["lacks"]): void {
  assertEquals(found.map(({ part }) => part), Object.keys(lacks).sort());
  for (const { part, reason } of found) assertMatch(reason, lacks[part] ?? /^$/);
}

/** What a server that refuses nothing has of the same run. */
async function whole(flags: readonly string[]): Promise<ReadonlySet<string>> {
  let parts: ReadonlySet<string> = new Set();
  await inWorld(null, async (world) => {
    assertEquals((await world.line.call(...LOG, ...flags)).code, 0);
    parts = partsOf(only(world));
  });
  return parts;
}

for (const { name, refuse, rewrite, flags = [], lacks } of CASES) {
  Deno.test(`refused for good: ${name}`, async () => {
    const all = await whole(flags);
    await inWorld(refuse, async (world) => {
      const { line, service } = world;
      const isWhole = Object.keys(lacks).length === 0;
      const { code, out, err } = await line.call(...LOG, ...flags, "--format", "json");
      assertEquals(code, isWhole ? 0 : 5, err);
      const answer = JSON.parse(out);
      assertEquals(answer.delivered, true);
      assertParts(answer.undeliverable, lacks);

      // The run is finished, and has all the rest.
      const run = only(world);
      assertEquals([run.status, run.endTime !== null], ["FINISHED", true]);
      const missing = [...all].filter((part) => !partsOf(run).has(part));
      assertEquals(missing.sort(), Object.keys(lacks).sort());
      assert(!fs.readFileSync(path.join(line.folder, "store.db")).includes(TOKEN));

      // It waits for nothing, and its parts are not forgotten.
      const sent = service.heard.length;
      assertEquals(await line.call("sync"), { code: 0, out: "Nothing waits\n", err: "" });
      assertEquals(service.heard.length, sent);
      const listed = await statusOf(line);
      assertEquals(listed.length, isWhole ? 0 : 1);
      if (isWhole) return;
      assertParts(listed[0]?.undeliverable ?? [], lacks);
      assertMatch(err, /Run \w{32} is on the server, but for \d parts? that it refuses: /);
      assert(!err.includes('"btflow sync" delivers'), err);
      assertEquals(await pruned(line), 0);
      const verified = await line.call("sync", "--verify");
      assertEquals([verified.code, verified.err], [0, ""]);
      assertMatch(verified.out, /Verified 1 of 1 delivered runs; 1 without parts that the server/);
      assertEquals((await statusOf(line)).length, 1);

      // Tried again while nothing has changed, then once the server takes it.
      const again = await line.call("sync", "--retry-undeliverable");
      assertEquals(again.code, 5, again.err);
      assertMatch(again.out, /^Delivered 1 of 1 runs\nRefused by the server, of run /);
      assertParts((await statusOf(line))[0]?.undeliverable ?? [], lacks);
      if (rewrite !== undefined) return;
      service.refuse(null);
      const before = service.heard.length;
      assertEquals(
        await line.call("sync", "--retry-undeliverable"),
        { code: 0, out: "Delivered 1 of 1 runs\n", err: "" },
      );
      assertEquals([...all].filter((part) => !partsOf(only(world)).has(part)), []);
      assertEquals(await statusOf(line), []);
      // Only what was refused.
      const parts = service.heard.slice(before).flatMap((one) => [
        ...(["params", "tags", "metrics"] as const).flatMap((kind) => itemsIn(one, kind)),
        ...(one.method === "PUT" ? [one] : []),
      ]);
      assert(parts.length < 10 && parts.length >= Object.keys(lacks).length, `${parts.length}`);
      const checked = await line.call("sync", "--verify");
      assertEquals(checked.out, "Nothing waits\nVerified 1 of 1 delivered runs\n");
      assertEquals(await pruned(line), 1);
    }, rewrite);
  });
}

Deno.test("people read which parts the server refused, and its words", async () => {
  const refuse: Refuse = (heard) =>
    itemsIn(heard, "params").some(({ key }) => key === "rule") ? invalid("no rules") : null;
  await inWorld(refuse, async ({ line }) => {
    const { code, out, err } = await line.call(...LOG, "--param", "rule=a");
    assertEquals(code, 5);
    assertMatch(out, /\nLogged to http:/);
    const words = "param rule: no rules (400 INVALID_PARAMETER_VALUE)";
    assertMatch(out, new RegExp(`\n  Refused by the server: ${RegExp.escape(words)}\n`));
    assertMatch(
      err,
      new RegExp(`1 part that it refuses: ${RegExp.escape(words)}; once the server`),
    );
    const batch = await line.call("batch", "-e", "b", "returns.csv", "--param", "rule=a");
    assertEquals(batch.code, 5);
    assertMatch(batch.out, /^Logged 1 of 1 runs, 1 delivered to /);
    assertMatch(batch.out, new RegExp(`\n  returns.csv: ${RegExp.escape(words)}\n`));
    const json = await line.call(
      "batch",
      "-e",
      "c",
      "returns.csv",
      "--param",
      "rule=a",
      "--format",
      "json",
    );
    assertEquals(JSON.parse(json.out).runs[0].undeliverable, [
      { part: "param rule", reason: "no rules (400 INVALID_PARAMETER_VALUE)" },
    ]);
    const status = await line.call("sync", "--status");
    assertMatch(status.out, /delivered, but the server refuses param rule/);
    assertEquals(status.err, "3 waiting or incomplete runs\n");
    const rows = await line.call("sync", "--status", "--format", "csv");
    assertMatch(rows.out, /,param rule: no rules \(400 INVALID_PARAMETER_VALUE\)\n/);
  });
});

Deno.test("where refused parts cannot be tried again now, it is said how they can be later", async () => {
  const param: Refuse = (heard) =>
    itemsIn(heard, "params").some(({ key }) => key === "rule") ? invalid("no rules") : null;
  await inWorld(param, async ({ line, service }) => {
    assertEquals((await line.call(...LOG, "--param", "rule=a")).code, 5);
    service.refuse(() => ({ status: 503, body: "" }));
    const { code, err } = await line.call("sync", "--retry-undeliverable");
    assertEquals(code, 6);
    assertMatch(err, /in the store, "btflow sync --retry-undeliverable" tries it again\n$/);
    service.refuse(null);
    assertEquals((await line.call("sync", "--retry-undeliverable")).code, 0);
    assertEquals(await statusOf(line), []);
  });
});

Deno.test("a metric that is refused is not counted as logged", async () => {
  const refuse: Refuse = (heard) =>
    itemsIn(heard, "metrics").some(({ key }) => key === "cagr") ? invalid("no cagr") : null;
  await inWorld(refuse, async ({ line }) => {
    const { code, out } = await line.call(...LOG, "--metrics", "cagr,volatility");
    assertEquals(code, 5);
    assertMatch(out, /\n {2}Metrics logged: 1\n/);
  });
});
