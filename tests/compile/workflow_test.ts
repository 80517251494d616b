// The release workflow: well-formed, its actions pinned to commits, its rights no wider than needed,
// and its targets those that the build knows.

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { pythonTest, repository } from "../helpers/python.ts";
import { readYaml } from "../helpers/yaml.ts";
import { TARGETS } from "../../scripts/compile/targets.ts";

interface Job {
  readonly "timeout-minutes"?: number;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly needs?: string | readonly string[];
  readonly strategy?: {
    readonly matrix: { readonly include: readonly { readonly target: string }[] };
  };
  readonly steps: readonly {
    readonly uses?: string;
    readonly run?: string;
    readonly with?: Record<string, unknown>;
  }[];
}

interface Workflow {
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

const FOLDER = `${repository}/.github/workflows`;
async function workflow(name: string): Promise<Workflow> {
  const stdin = await Deno.readTextFile(`${FOLDER}/${name}`);
  return await readYaml(stdin);
}

pythonTest({
  name: "workflows pin every action to a commit, limit time and rights, and keep no credentials",
  fn: async () => {
    let actions = 0;
    for await (const { name } of Deno.readDir(FOLDER)) {
      const { jobs, permissions } = await workflow(name);
      const writers = ["contents", "packages", "actions"].filter((right) =>
        permissions[right] === "write"
      );
      assertEquals(writers, [], name);
      for (const [job, { steps, "timeout-minutes": minutes }] of Object.entries(jobs)) {
        assert(minutes !== undefined && minutes <= 45, `${name}: ${job}`);
        for (const { uses, run, with: options } of steps) {
          assert((uses === undefined) !== (run === undefined), `${name}: ${job}`);
          if (run !== undefined) {
            assert(!run.includes("\${{"), `${job}: a script must take values by env`);
          }
          if (uses === undefined) continue;
          actions++;
          assertMatch(uses, /^[\w-]+\/[\w-]+@[0-9a-f]{40}$/, `${name}: ${job}`);
          if (uses.startsWith("actions/checkout@")) {
            assertEquals(options?.["persist-credentials"], false);
          }
        }
      }
    }
    assert(actions > 5);
    const text = await Deno.readTextFile(`${FOLDER}/release.yml`);
    for (const line of text.split("\n").filter((line) => line.includes("uses:"))) {
      assertMatch(line, /@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    }
  },
});

pythonTest({
  name: "the release builds all targets with both engines, runs each, and only then publishes",
  fn: async () => {
    const { jobs, permissions } = await workflow("release.yml");
    assertEquals(permissions, {});
    const { build, run, "run-musl": musl, publish } = jobs;
    assert(build !== undefined && run !== undefined && musl !== undefined && publish !== undefined);
    const script = build.steps.map((step) => step.run ?? "").join("\n");
    for (const engine of ["bun", "deno"]) {
      assertStringIncludes(script, `deno task compile --engine ${engine} --target all`);
    }
    const ran = [run, musl].flatMap(({ strategy }) =>
      strategy?.matrix.include.map(({ target }) => target) ?? []
    );
    const known = TARGETS.map(({ name, ending }) => name + ending);
    assertEquals([...ran].sort(), [...known].sort());
    assertEquals(publish.needs, ["run", "run-musl"]);
    assertEquals([run.needs, musl.needs], ["build", "build"]);
    const rights = Object.entries(jobs).filter(([, job]) =>
      Object.values(job.permissions ?? {}).includes("write")
    );
    assertEquals(rights.map(([name]) => name), ["publish", "pypi", "npm", "image"]);
    for (const [name, { steps }] of rights) {
      const built = steps.filter((step) => /deno task|npm run/.test(step.run ?? ""));
      assertEquals(built, [], `${name} may write, and must build nothing`);
      if (name !== "publish") assertEquals(jobs[name]?.needs, "publish");
    }
    const names = publish.steps.map(({ uses = "", run = "" }) =>
      uses.split("@")[0] || /^gh \w+ \w+/m.exec(run)?.[0]
    );
    assertEquals(names, [
      "actions/download-artifact",
      "actions/attest-build-provenance",
      "gh release create",
    ]);
  },
});

Deno.test("workflows and deno.json use the same Deno", async () => {
  for (const name of ["release.yml", "check.yml"]) {
    assertStringIncludes(
      await Deno.readTextFile(`${FOLDER}/${name}`),
      `deno-version: ${Deno.version.deno}`,
    );
  }
});
