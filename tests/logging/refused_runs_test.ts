// What is no part's fault: refusals that pass, that are about the whole run, or about what is optional.

import fs from "node:fs";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { commandLine } from "../faults/command_line.ts";
import {
  invalid,
  itemsIn,
  type Refuse,
  type RefusingServer,
  refusingServer,
} from "../helpers/refusing_server.ts";

type Line = ReturnType<typeof commandLine>;

async function inWorld(
  refuse: Refuse | null,
  work: (line: Line, service: RefusingServer) => Promise<void>,
): Promise<void> {
  const service = await refusingServer(refuse);
  const line = commandLine({
    MLFLOW_TRACKING_URI: service.uri,
    MLFLOW_HTTP_REQUEST_MAX_RETRIES: "0",
    BTFLOW_STORE: "store.db",
  });
  fs.writeFileSync(`${line.folder}/notes.txt`, "hello");
  try {
    await work(line, service);
  } finally {
    await service.stop();
    line.remove();
  }
}

function statuses({ server }: RefusingServer): readonly string[] {
  return [...server.runs.values()].map(({ status }) => status);
}

Deno.test("a server without log-inputs is none the worse, and that is said once", async () => {
  const refuse: Refuse = ({ path }) =>
    path.endsWith("/log-inputs") ? { status: 404, body: "<html>404 Not Found</html>" } : null;
  await inWorld(refuse, async (line, service) => {
    const files = ["1.csv", "2.csv", "3.csv"];
    for (const file of files) {
      fs.copyFileSync(`${line.folder}/returns.csv`, `${line.folder}/${file}`);
    }
    const batch = await line.call("batch", "-e", "e", ...files, "--metrics", "cagr");
    assertEquals(batch, {
      code: 0,
      out: `Logged 3 of 3 runs, 3 delivered to ${service.uri}\n`,
      err:
        `warning: ${service.uri} has no log-inputs: the datasets of runs (lineage) are left out\n`,
    });
    assertEquals(statuses(service), ["FINISHED", "FINISHED", "FINISHED"]);
    assertEquals((await line.call("sync", "--status")).err, "0 waiting runs\n");
    const verified = await line.call("sync", "--verify");
    assertEquals([verified.code, verified.out], [
      0,
      "Nothing waits\nVerified 3 of 3 delivered runs\n",
    ]);
    assertEquals((await line.call("sync")).out, "Nothing waits\n");
    service.refuse(null);
    const again = await line.call("sync", "--retry-undeliverable");
    assertEquals([again.code, again.out], [0, "Delivered 3 of 3 runs\n"]);
    assertEquals([...service.server.runs.values()].map(({ datasets }) => datasets.size), [1, 1, 1]);
    assertEquals((await line.call("sync", "--retry-undeliverable")).out, "Nothing waits\n");
  });
});

for (const status of [403, 404, 413, 500, 503]) {
  Deno.test(`a server that answers ${status} to files gets a batch whole without its returns`, async () => {
    const refuse: Refuse = ({ method }) =>
      method === "PUT" ? { status, body: { message: "no files here" } } : null;
    await inWorld(refuse, async (line, service) => {
      const files = ["1.csv", "2.csv", "3.csv"];
      for (const file of files) {
        fs.copyFileSync(`${line.folder}/returns.csv`, `${line.folder}/${file}`);
      }
      const few = ["--metrics", "cagr", "--format", "json"];
      const { code, out, err } = await line.call("batch", "-e", "e", ...files, ...few);
      assertEquals(code, 0, err);
      assertMatch(
        err,
        /^\{"warning":\{"code":"left-out","message":"[^\n]*artifact returns\.parquet: [^\n]*\}\n$/,
      );
      const { delivered, runs } = JSON.parse(out);
      assertEquals([delivered, runs.map((one: { undeliverable: unknown }) => one.undeliverable)], [
        3,
        [[], [], []],
      ]);
      assertEquals(statuses(service), ["FINISHED", "FINISHED", "FINISHED"]);
      assertEquals((await line.call("sync", "--status")).err, "0 waiting runs\n");
      // Asked for, they are a part of the run, and one that is refused is told.
      const asked = await line.call("batch", "-e", "e", "1.csv", ...few, "--attach-returns");
      assertEquals(asked.code, status < 500 ? 5 : 6, asked.err);
      service.refuse(null);
      assertEquals((await line.call("sync", "--retry-undeliverable")).code, 0);
      const { server } = service;
      assertEquals([...server.runs.values()].map(({ artifacts }) => [...artifacts.keys()]), [
        ["returns.parquet"],
        ["returns.parquet"],
        ["returns.parquet"],
        ["returns.parquet"],
      ]);
    });
  });
}

const WAITS: readonly (readonly [name: string, refuse: Refuse, code: number, made: boolean])[] = [
  [
    "a server that lets this user do nothing",
    ({ path }) => path.endsWith("/create") ? { status: 403, body: { message: "no" } } : null,
    7,
    false,
  ],
  [
    "a run that this user may not change",
    ({ path }) => path.endsWith("/log-batch") ? { status: 403, body: { message: "no" } } : null,
    7,
    true,
  ],
  [
    "a run that was deleted meanwhile",
    ({ path }) => path.endsWith("/log-batch") ? invalid("The run must be in 'active' state") : null,
    6,
    true,
  ],
  [
    "a server without log-batch",
    ({ path }) => path.endsWith("/log-batch") ? { status: 404, body: "<html>404</html>" } : null,
    6,
    true,
  ],
  ...([408, 425, 429, 500, 502, 503] as const).map((status) =>
    [
      `a server that answers ${status} to a batch`,
      ({ path }: { path: string }) =>
        path.endsWith("/log-batch") ? { status, body: { message: "later" } } : null,
      6,
      true,
    ] as const
  ),
  ...([408, 429, 500] as const).map((status) =>
    [
      `a server that answers ${status} to an upload`,
      ({ method }: { method: string }) =>
        method === "PUT" ? { status, body: { message: "later" } } : null,
      6,
      true,
    ] as const
  ),
  [
    "a server that is overloaded",
    ({ path }) =>
      path.endsWith("/log-batch")
        ? {
          status: 400,
          body: { error_code: "BAD_REQUEST", message: "QueuePool limit of size 5 reached" },
        }
        : null,
    6,
    true,
  ],
  [
    "a server that is overloaded when an upload is read back",
    ({ path }) =>
      path.endsWith("/artifacts/list")
        ? {
          status: 400,
          body: { error_code: "BAD_REQUEST", message: "QueuePool limit of size 5 reached" },
        }
        : null,
    6,
    true,
  ],
  [
    "credentials that are not accepted any more",
    ({ method }) => method === "PUT" ? { status: 401, body: { message: "no" } } : null,
    7,
    true,
  ],
];

for (const [name, refuse, code, isMade] of WAITS) {
  Deno.test(`a run waits, and nothing of it is given up: ${name}`, async () => {
    await inWorld(refuse, async (line, service) => {
      const logged = await line.log("e", "--artifact", "notes.txt");
      assertEquals([logged.code, logged.delivered], [code, false], logged.err);
      assertEquals(statuses(service), isMade ? ["RUNNING"] : []);
      const listed = await line.call("sync", "--status", "--format", "json");
      assertEquals(
        JSON.parse(listed.out).map((one: { undeliverable: unknown }) => one.undeliverable),
        [[]],
      );
      service.refuse(null);
      assertEquals(await line.call("sync"), { code: 0, out: "Delivered 1 of 1 runs\n", err: "" });
      assertEquals(statuses(service), ["FINISHED"]);
    });
  });
}

Deno.test("a run that has another value of a param gets all the rest", async () => {
  await inWorld(null, async (line, service) => {
    // By another machine: a run of this store is refused before anything is kept.
    const first = await line.log("e", "--param", "lookback=20", "--store", "other.db");
    assertEquals(first.code, 0);
    const refuse: Refuse = (heard) =>
      itemsIn(heard, "params").some(({ key, value }) => key === "lookback" && value !== "20")
        ? invalid(
          "Changing param values is not allowed. Params were already logged='[{'key': " +
            "'lookback', 'old_value': '20', 'new_value': '21'}]' for run ID='1'.",
        )
        : null;
    service.refuse(refuse);
    const more = ["--run-id", first.run_id, "--param", "lookback=21", "--param", "window=3"];
    const { code, out, err } = await line.call(
      ...["log", "--returns", "returns.csv", "--metrics", "cagr", "--format", "json", ...more],
    );
    assertEquals(code, 5, err);
    const [lost, ...others] = JSON.parse(out).undeliverable;
    assertEquals([lost.part, others], ["param lookback", []]);
    assertMatch(lost.reason, /'old_value': '20', 'new_value': '21'/);
    const [run] = service.server.runs.values();
    assert(run !== undefined && service.server.runs.size === 1);
    assertEquals([run.params.get("lookback"), run.params.get("window")], ["20", "3"]);
    assert(run.points.some(({ key }) => key === "cagr"));
    assertEquals((await line.call("sync")).out, "Nothing waits\n");
    const sent = service.heard.length;
    assertEquals((await line.call("sync", "--retry-undeliverable")).code, 5);
    const values = service.heard.slice(sent).flatMap((one) => itemsIn(one, "metrics"));
    assertEquals(values, [], "nothing that is there is sent again");
  });
});

Deno.test("of a run that is on no server no delivery is promised", async () => {
  await inWorld(null, async (line) => {
    const more = ["--run-id", "0".repeat(32), "--metrics", "cagr"];
    const { code, err } = await line.call("log", "--returns", "returns.csv", ...more);
    assertEquals(code, 6, err);
    assertMatch(
      err,
      /Cannot find run "0{32}"; it is kept in the store, "btflow sync" tries it again/,
    );
  });
});

Deno.test("a creation that is refused for its tags keeps the run's key", async () => {
  const refuse: Refuse = (heard) =>
    heard.path.endsWith("/runs/create") && itemsIn(heard, "tags").length > 1
      ? invalid("a run is made with one tag")
      : null;
  await inWorld(refuse, async (line, service) => {
    const logged = await line.log("e", "--tag", "side=long");
    assertEquals([logged.code, logged.delivered], [0, true], logged.err);
    const [run] = service.server.runs.values();
    assertEquals(run?.tags.get("btflow.run_key"), logged.run_key);
    assertEquals(run?.tags.get("side"), "long");
  });
});

Deno.test("a creation that is refused whatever it carries is not promised to arrive", async () => {
  const refuse: Refuse = ({ path }) =>
    path.endsWith("/runs/create") ? invalid("no more runs") : null;
  await inWorld(refuse, async (line) => {
    const { code, err } = await line.log("e", "--tag", "side=long");
    assertEquals(code, 6);
    assertMatch(err, /no more runs.*kept in the store, \\"btflow sync\\" tries it again/);
  });
});
