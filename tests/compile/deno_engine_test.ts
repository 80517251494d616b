// The deno engine as far as it goes without Deno's base binary: `deno compile` itself is run on the
// plan's arguments, with Deno's own executable in its place. The result cannot run, but everything
// that the call bakes in can be read back from it.

import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { repository } from "../helpers/python.ts";
import { toolTest } from "../helpers/tools.ts";
import { writeTimeless } from "../../scripts/compile/build.ts";
import { makePlan } from "../../scripts/compile/plan.ts";
import type { Plan } from "../../scripts/compile/plan.ts";
import { BuildError, runStep, smokeRun } from "../../scripts/compile/run.ts";
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
      denortBin: "set",
    },
  );
}

/** Runs the plan's call on a small bundle and answers the file it makes. */
async function carryOut(plan: Plan, base: string): Promise<Uint8Array> {
  const work = await Deno.makeTempDir({ prefix: "btflow-deno-" });
  const before = Deno.env.get("DENORT_BIN");
  try {
    Deno.env.set("DENORT_BIN", base);
    await Deno.mkdir(`${work}/out`);
    await Deno.writeTextFile(`${work}/deno.json`, JSON.stringify(plan.config));
    await writeTimeless(`${work}/btflow.js`, `console.log("one bundle");`);
    const [binary] = plan.binaries;
    assert(binary !== undefined);
    const args = binary.args.map((arg) => arg.replace("$WORK", work));
    await runStep({ command: binary.command, args }, work, "Cannot build");
    return await Deno.readFile(`${work}/out/${binary.file}`);
  } finally {
    if (before === undefined) Deno.env.delete("DENORT_BIN");
    else Deno.env.set("DENORT_BIN", before);
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
  const file = await carryOut(planFor(["mlflow.example.com:5000"]), Deno.execPath());
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
    await carryOut(planFor([]), Deno.execPath()),
    await carryOut(planFor([]), Deno.execPath()),
  ];
  assertEquals(bakedPermissions(first).allow_net, []);
  assertEquals(first.length, second.length);
  assert(first.every((byte, index) => byte === second[index]));
});

Deno.test("deno: a base binary that cannot be had fails in one line with the mend", async () => {
  const cases = [["/nowhere/denort", /Could not find denort/], [
    import.meta.filename ?? "",
    /Invalid object: \S/,
  ]] as const;
  for (const [base, reason] of cases) {
    let message = "";
    try {
      await carryOut(planFor([]), base);
    } catch (error) {
      assert(error instanceof BuildError);
      message = error.message;
    }
    assertMatch(message, reason);
    assertMatch(
      message,
      /; set DENORT_BIN to the file denort of Deno \d+\.\d+\.\d+ for .*denort-.*\.zip or a mirror of it$/,
    );
    assert(!message.includes("\n"), message);
  }
});

Deno.test("deno: a failed build exits with 1 and leaves nothing behind", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const args = ["--engine", "deno", "--output", `${folder}/dist`];
    const { code, stdout, stderr } = await compile(args, { DENORT_BIN: "/nowhere/denort" });
    assertEquals({ code, stdout }, { code: 1, stdout: "" });
    assertMatch(
      stderr,
      /^error: Cannot build .* with deno: Could not find denort at '\/nowhere\/denort'; set DENORT_BIN .*\n$/,
    );
    assertEquals([...Deno.readDirSync(folder)], []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("--dry-run prints the plan and builds nothing", async () => {
  const folder = await Deno.makeTempDir();
  try {
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
    await Deno.remove(folder, { recursive: true });
  }
});

toolTest({
  name: "a base binary of something else is refused in one line",
  tools: ["sh"],
  fn: async () => {
    const build = { version: "1.2.3", commit: "c", allowedHosts: [] };
    const folder = await Deno.makeTempDir();
    try {
      await Deno.writeTextFile(`${folder}/other`, "#!/bin/sh\necho hello\n", { mode: 0o755 });
      const error = await assertRejects(
        () => smokeRun(`${folder}/other`, "deno", build),
        BuildError,
      );
      assertMatch(
        error.message,
        /^Cannot accept .*other: it is not btflow, it answers "hello\\n"$/,
      );
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
