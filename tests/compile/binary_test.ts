// The compiled binary of this machine, built as for a release: what is written beside it, that it can
// be built again to the last bit, that it passes the command-line stories, and where it can live.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { BUILD } from "../../lib/build.ts";
import { startMlflow } from "../helpers/mlflow_server.ts";
import type { MlflowServer } from "../helpers/mlflow_server.ts";
import { repository } from "../helpers/python.ts";
import { runTool, toolTest } from "../helpers/tools.ts";
import { isInProcessOnly, play } from "../helpers/transcripts.ts";
import { OPENING, wire } from "../mcp/wire.ts";
import { buildHere, HOST } from "./built.ts";
import type { Built } from "./built.ts";
import { noNamespaces, SURROUNDINGS, visit } from "./surroundings.ts";

const RETURNS = `${repository}/examples/sp500_returns.csv`;

let shared: Promise<Built> | null = null;

/** One build for all tests of this file; BTFLOW_BINARY is another to play the stories on. */
function binaryHere(): Promise<Built> {
  return shared ??= buildHere();
}

Deno.test.afterAll(async () => {
  await (await shared)?.remove();
});

toolTest({
  name: "a binary is built with checksums, a bill of materials and licences, twice the same",
  tools: ["npx", "sha256sum"],
  fn: async () => {
    const first = await binaryHere();
    const second = await buildHere();
    try {
      const sums = await Deno.readTextFile(`${first.folder}/SHA256SUMS`);
      assertEquals(await Deno.readTextFile(`${second.folder}/SHA256SUMS`), sums);
      const files = sums.trimEnd().split("\n").map((line) => line.split("  ")[1]);
      assertEquals(files, ["THIRD_PARTY_LICENSES.txt", `btflow-${HOST}`, "btflow.cdx.json"]);
      const check = await runTool("sha256sum", ["--check", "--strict", "SHA256SUMS"], {
        cwd: first.folder,
      });
      assertEquals(check.code, 0, check.stderr);
      await checkBillOfMaterials(first.folder);
    } finally {
      await second.remove();
    }
  },
});

/** What the tests and scripts use and the program does not. */
const ONLY_FOR_DEVELOPMENT: ReadonlySet<string> = new Set([
  "assemblyscript/asc",
  "axe-core",
  "playwright-core",
]);

async function checkBillOfMaterials(folder: string): Promise<void> {
  const bill = JSON.parse(await Deno.readTextFile(`${folder}/btflow.cdx.json`));
  assertEquals([bill.bomFormat, bill.specVersion], ["CycloneDX", "1.6"]);
  assertEquals(bill.metadata.component.version, BUILD.version);
  assertEquals(bill.components.at(-1).name, "bun");
  const licences = await Deno.readTextFile(`${folder}/THIRD_PARTY_LICENSES.txt`);
  const names = new Set<string>();
  const vendored = Deno.readDirSync(`${repository}/scripts/compile/vendored`);
  const carried = new Set([...vendored].map(({ name }) => name));
  for (const { name, version, hashes, licenses } of bill.components.slice(0, -1)) {
    names.add(`npm:${name}@${version}`);
    // What another package carries in its own files has no archive of its own here.
    if (!carried.has(`${name}.txt`)) assertMatch(hashes[0].content, /^[0-9a-f]{128}$/);
    assert(/^(MIT|ISC|0BSD|Apache-2\.0|BSD-[23]-Clause)$/.test(licenses[0].license?.id), name);
    assert(licences.includes(`\n${name} ${version} (`), name);
  }
  const { imports } = JSON.parse(await Deno.readTextFile(`${repository}/deno.json`));
  for (const [key, specifier] of Object.entries(imports) as [string, string][]) {
    const name = /^npm:\/?(@?[^@]+@[^/]+)/.exec(specifier)?.[1] ?? "";
    assertEquals(names.has(`npm:${name}`), !ONLY_FOR_DEVELOPMENT.has(key), key);
  }
}

toolTest({
  name: "a binary speaks to agents and writes their skill, with no file beside it",
  tools: ["npx"],
  fn: async () => {
    const { file } = await binaryHere();
    const folder = await Deno.makeTempDir();
    try {
      await Deno.copyFile(RETURNS, `${folder}/returns.csv`);
      const { ask, send, end } = wire(folder, {}, [file]);
      assertEquals((await ask(1, "initialize", OPENING)).error, undefined);
      send({ method: "notifications/initialized" });
      const stats = { name: "stats", arguments: { files: ["returns.csv"] } };
      const { result } = await ask(2, "tools/call", stats);
      const answer = JSON.parse(result?.content?.[0]?.text ?? "null");
      const own = await runTool(file, ["stats", "returns.csv", "--format", "json"], {
        cwd: folder,
      });
      assertEquals(answer, JSON.parse(own.stdout));
      assertEquals(await end(), { code: 0, rest: "" });
      const { code } = await runTool(file, ["skill", "--output", "skills"], { cwd: folder });
      assertEquals(code, 0);
      const skill = await Deno.readTextFile(`${folder}/skills/btflow/SKILL.md`);
      assertEquals(skill, await Deno.readTextFile(`${repository}/skills/btflow/SKILL.md`));
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

toolTest({
  name: "a binary built for one host says so and refuses another with exit 5",
  tools: ["npx"],
  fn: async () => {
    const { file, remove } = await buildHere("--allow-host", "mlflow.example.com:5000");
    try {
      const version = await runTool(file, ["--version", "--format", "json"]);
      const { permissions, engine } = JSON.parse(version.stdout);
      assertEquals([permissions.net, permissions.enforced_by], [
        ["mlflow.example.com:5000"],
        "program",
      ]);
      assertMatch(engine, /^bun \d/);
      const uri = "http://127.0.0.1:9";
      const { code, stderr } = await runTool(file, ["experiments", "list", "--tracking-uri", uri]);
      assertEquals(code, 5);
      assertMatch(
        stderr,
        /^error: .*may connect to mlflow\.example\.com:5000 only, not to 127\.0\.0\.1:9/,
      );
    } finally {
      await remove();
    }
  },
});

toolTest({
  name: "the binary plays every command-line story as the source does",
  tools: ["npx", ".venv"],
  fn: async (context) => {
    const binary = Deno.env.get("BTFLOW_BINARY") ?? (await binaryHere()).file;
    let server: MlflowServer | null = null;
    try {
      for await (const { name } of Deno.readDir(`${repository}/tests/cli`)) {
        if (!name.endsWith(".txt")) continue;
        const story = await Deno.readTextFile(`${repository}/tests/cli/${name}`);
        if (isInProcessOnly(story)) continue;
        await context.step(name, async () => {
          const told = await play(story, {
            binary,
            server: async () => (server ??= await startMlflow()).uri,
          });
          assertEquals(told, story);
        });
      }
    } finally {
      await (server as MlflowServer | null)?.stop();
    }
  },
});

toolTest({
  name: "the binary lives anywhere",
  tools: ["npx", "unshare", "setpriv", "strace"],
  unless: noNamespaces(),
  fn: async (context) => {
    const built = await binaryHere();
    const folder = await Deno.makeTempDir();
    try {
      await Deno.chmod(folder, 0o755);
      const returns = `${folder}/returns.csv`;
      await Deno.copyFile(RETURNS, returns);
      const expected = await runTool(built.file, ["stats", returns, "--format", "json"]);
      assertEquals(expected.code, 0, expected.stderr);
      for (const place of SURROUNDINGS) {
        await context.step(place.name, async () => {
          const { stats, metrics, version, log, search, leftovers } = await visit(
            place,
            built.file,
            returns,
          );
          assertEquals(stats, expected);
          assertEquals(
            [metrics.code, version.stdout],
            [0, `btflow ${BUILD.version}\n`],
            metrics.stderr,
          );
          assertEquals(log.code, place.logEnds, log.stderr);
          if (place.says === undefined) {
            assertEquals(JSON.parse(search.stdout).length, 1, search.stderr);
          } else assertMatch(log.stderr, place.says);
          assertEquals(leftovers, []);
        });
      }
      await context.step(
        "no socket for what needs no server",
        () => noSockets(built.file, returns),
      );
      await context.step(
        "deaf to .env of the runtime, bunfig.toml and package.json",
        () => deaf(built.file),
      );
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

async function noSockets(binary: string, returns: string): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const env = { HOME: folder };
    const logged = await runTool(binary, ["log", "-e", "x", "--returns", returns, "--offline"], {
      env,
    });
    assertEquals(logged.code, 0, logged.stderr);
    for (const words of [["stats", returns], ["metrics"], ["runs", "search"], ["--version"]]) {
      const trace = `${folder}/trace`;
      const args = ["-f", "-qq", "-e", "trace=network", "-o", trace, binary, ...words];
      const { code, stderr } = await runTool("strace", args, { env, cwd: folder });
      assertEquals(code, 0, stderr);
      assertEquals(await Deno.readTextFile(trace), "", words.join(" "));
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Bun itself would load code named by a bunfig.toml beside the binary or in HOME. */
async function deaf(binary: string): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/evil.ts`, `console.log("evil"); process.exit(42);`);
    for (const name of ["bunfig.toml", ".bunfig.toml"]) {
      await Deno.writeTextFile(`${folder}/${name}`, `preload = ["${folder}/evil.ts"]\n`);
    }
    await Deno.writeTextFile(`${folder}/.env`, "BUN_OPTIONS=--preload=./evil.ts\nNO_COLOR=\n");
    await Deno.writeTextFile(
      `${folder}/package.json`,
      `{"imports":{"#x":"./evil.ts"},"type":"commonjs"}`,
    );
    const env = { HOME: folder, XDG_CONFIG_HOME: folder };
    const { code, stdout } = await runTool(binary, ["--version"], { cwd: folder, env });
    assertEquals({ code, stdout }, { code: 0, stdout: `btflow ${BUILD.version}\n` });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
