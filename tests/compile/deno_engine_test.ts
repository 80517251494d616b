// The deno engine as far as it goes without Deno's base binary: `deno compile` itself is run on the
// plan's arguments, with Deno's own executable in its place. The result cannot run, but everything
// that the call bakes in can be read back from it.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { repository } from "../helpers/python.ts";
import { writeTimeless } from "../../scripts/compile/build.ts";
import { makePlan } from "../../scripts/compile/plan.ts";
import type { Plan } from "../../scripts/compile/plan.ts";
import { runStep } from "../../scripts/compile/run.ts";
import { compile, HOST } from "./built.ts";

const { permissions } = JSON.parse(await Deno.readTextFile(`${repository}/deno.json`));

function planFor(allowedHosts: readonly string[]): Plan {
  return makePlan(
    { engine: "deno", target: HOST, allowedHosts, output: "dist" },
    {
      version: "1.2.3",
      commit: "c",
      permissions: permissions.default,
      host: HOST,
      denortBin: Deno.execPath(),
    },
  );
}

/** Runs the plan's call on a small bundle and returns the file it makes. */
async function carryOut(plan: Plan): Promise<Uint8Array> {
  const work = await Deno.makeTempDir({ prefix: "btflow-deno-" });
  try {
    await Deno.mkdir(`${work}/out`);
    await Deno.writeTextFile(`${work}/deno.json`, JSON.stringify(plan.config));
    await writeTimeless(`${work}/btflow.js`, `console.log("one bundle");`);
    const [binary] = plan.binaries;
    assert(binary !== undefined);
    const place = { root: work, work, interrupted: new AbortController().signal };
    await runStep(binary, place, "Cannot build");
    return await Deno.readFile(`${work}/out/${binary.file}`);
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

/** The permissions that Deno wrote into a compiled file. */
function bakedPermissions(file: Uint8Array): Record<string, unknown> {
  const text = new TextDecoder("latin1").decode(file);
  const start = text.lastIndexOf('"permissions":{"allow_env"') + '"permissions":'.length;
  const end = text.indexOf("}", start) + 1;
  return JSON.parse(text.slice(start, end));
}

Deno.test("deno bakes in exactly the permission set: no run, no ffi, no prompt, one host", async () => {
  const file = await carryOut(planFor(["mlflow.example.com:5000"]));
  assert(file.length > 1e7);
  const baked = bakedPermissions(file);
  assertEquals(baked.allow_net, ["mlflow.example.com:5000"]);
  assertEquals(baked.allow_env, permissions.default.env);
  assertEquals([baked.allow_read, baked.allow_write], [[], []]);
  assertEquals([baked.allow_run, baked.allow_ffi], [null, null]);
  assertEquals(baked.allow_sys, ["statfs"]);
  assertEquals(baked.deny_import, permissions.default.import.deny);
  assertEquals(baked.prompt, false);
});

Deno.test("deno: without a scope any host is allowed, and two builds are equal to the last bit", async () => {
  const [first, second] = [
    await carryOut(planFor([])),
    await carryOut(planFor([])),
  ];
  assertEquals(bakedPermissions(first).allow_net, []);
  assertEquals(first.length, second.length);
  assert(first.every((byte, index) => byte === second[index]));
});

Deno.test("--dry-run prints the plan and builds nothing, whatever DENORT_BIN is here", async () => {
  const folder = await Deno.makeTempDir();
  const before = Deno.env.get("DENORT_BIN");
  try {
    Deno.env.set("DENORT_BIN", "/nowhere/denort");
    for (const engine of ["deno", "bun"]) {
      const args = [
        "--engine",
        engine,
        "--target",
        "all",
        "--dry-run",
        "--output",
        `${folder}/dist`,
      ];
      const { code, stdout, stderr } = await compile([...args, "--allow-host", "h:1"]);
      assertEquals({ code, stderr }, { code: 0, stderr: "" });
      const plan = JSON.parse(stdout) as Plan;
      assertEquals(plan.build.allowedHosts, ["h:1"]);
      assertMatch(plan.build.commit, /^([0-9a-f]{40}(-dirty)?|unknown)$/);
      assertEquals(plan.binaries.length, engine === "deno" ? 5 : 7);
    }
    assertEquals([...Deno.readDirSync(folder)], []);
  } finally {
    if (before === undefined) Deno.env.delete("DENORT_BIN");
    else Deno.env.set("DENORT_BIN", before);
    await Deno.remove(folder, { recursive: true });
  }
});
