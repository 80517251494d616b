// The release workflow, run: the steps that build, pack, lay out and publish, as they stand in the file, on
// stand-ins for the binaries, in a copy of the repository. Programs that reach out (gh, uv, npm, docker) are
// scripts that note what they were called with.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import fs from "node:fs";
import { BUILD } from "../../lib/build.ts";
import { TARGETS } from "../../scripts/compile/targets.ts";
import { pythonTest, repository } from "../helpers/python.ts";
import { type Outcome, runTool } from "../helpers/tools.ts";
import { programs } from "./programs.ts";
import { standIn, type Step, workflowSteps as steps } from "./release.ts";

/** `deno task compile` lays stand-ins; all else is Deno's own. */
const DENO = (real: string, release: string): string => `
if [ "$1 $2" = "task compile" ]; then
  while [ "$1" != --output ]; do shift; done
  mkdir -p "$2"
  exec cp "${release}"/* "$2"
fi
exec "${real}" "$@"`;

const NOTE = `
{ basename "$0"; printf '%s\\n' "$@"; echo; } >> "$CALLS"
case "$(basename "$0") $*" in
  *"view @btflow/linux-x64@"*) echo there ;;
  *"buildx build"*) echo '{"containerimage.digest": "sha256:abc"}' > image.json ;;
esac`;

interface Copy {
  readonly folder: string;
  /** What was called that reaches out: a list of words each. */
  calls(): readonly (readonly string[])[];
  play(step: Step | undefined, env?: Readonly<Record<string, string>>): Promise<Outcome>;
}

async function withCopy(body: (copy: Copy) => Promise<void>): Promise<void> {
  const place = await Deno.makeTempDir({ prefix: "btflow-workflow-" });
  const release = await standIn(programs());
  const folder = `${place}/repository`;
  const bin = `${place}/bin`;
  for (
    const name of [
      "deno.json",
      "deno.lock",
      "main.ts",
      "lib",
      "scripts",
      "python",
      "typings",
      "docs",
      "README.md",
      "LICENSE",
      "Dockerfile",
    ]
  ) {
    fs.cpSync(`${repository}/${name}`, `${folder}/${name}`, { recursive: true });
  }
  await Deno.mkdir(bin);
  const script = async (name: string, text: string): Promise<void> => {
    await Deno.writeTextFile(`${bin}/${name}`, `#!/bin/sh${text}\n`);
    await Deno.chmod(`${bin}/${name}`, 0o755);
  };
  await script("deno", DENO(Deno.execPath(), release));
  for (const name of ["gh", "pipx", "npm", "npx", "docker"]) await script(name, NOTE);
  const log = `${place}/calls`;
  try {
    await body({
      folder,
      calls: () => {
        const text = fs.existsSync(log) ? fs.readFileSync(log, "utf8") : "";
        if (text !== "") fs.rmSync(log);
        return text.split("\n\n").filter(Boolean).map((call) => call.split("\n"));
      },
      // As GitHub starts a script that names no shell.
      play: (step, env = {}) =>
        runTool(
          "bash",
          ["--noprofile", "--norc", "-eo", "pipefail", "-c", step?.run ?? "exit 99"],
          {
            cwd: folder,
            env: {
              PATH: `${bin}:${Deno.env.get("PATH")}`,
              HOME: Deno.env.get("HOME") ?? "",
              NO_COLOR: "1",
              CALLS: log,
              GITHUB_REF_NAME: `v${BUILD.version}`,
              GITHUB_OUTPUT: `${place}/output`,
              GITHUB_ACTOR: "somebody",
              GITHUB_SERVER_URL: "https://github.com",
              GITHUB_REPOSITORY: "btflow/btflow",
              ...env,
            },
          },
        ),
    });
  } finally {
    for (const used of [place, release]) await Deno.remove(used, { recursive: true });
  }
}

pythonTest({
  name: "the release workflow's own steps build, pack and publish one tag everywhere",
  tools: ["bash", "sh", "sha256sum"],
  fn: async (context) => {
    await withCopy(async ({ folder, play, calls }) => {
      const { version } = BUILD;
      await context.step("build: every step, in order", async () => {
        const build = (await steps("build")).filter(({ run }) => run !== undefined);
        for (const step of build) {
          const { code, stdout, stderr } = await play(step);
          assertEquals(code, 0, `${step.name}: ${stdout}${stderr}`);
        }
        const other = await play(build[0], { GITHUB_REF_NAME: "v9.9.9" });
        assertEquals(other.code, 1, "a tag that is not the version");
      });
      await context.step(
        "build: the folder holds all that is published, and nothing else",
        async () => {
          const names = [...Deno.readDirSync(`${folder}/dist`)].map(({ name }) => name).sort();
          const ending = (pattern: RegExp): number =>
            names.filter((name) => pattern.test(name)).length;
          assertEquals([ending(/\.whl$/), ending(/\.tgz$/)], [TARGETS.length, TARGETS.length + 1]);
          assert(names.includes(`btflow-${version}-py3-none-manylinux_2_17_aarch64.whl`));
          assert(names.includes(`btflow-${version}-py3-none-musllinux_1_2_x86_64.whl`));
          assert(names.includes(`btflow-${version}-py3-none-macosx_13_0_arm64.whl`));
          const sums = (await Deno.readTextFile(`${folder}/dist/SHA256SUMS`)).trimEnd().split("\n");
          assertEquals(
            sums.map((line) => line.split("  ")[1]).sort(),
            names.filter((name) => name !== "SHA256SUMS"),
          );
        },
      );
      await context.step("publish: the files, a prerelease as such", async () => {
        const [publish] = (await steps("publish")).filter(({ run }) => run !== undefined);
        for (const [tag, isEarly] of [[`v${version}`, false], ["v1.0.0-rc.1", true]] as const) {
          assertEquals((await play(publish, { GITHUB_REF_NAME: tag })).code, 0);
          const [[program, verb, action, named, ...words] = []] = calls();
          assertEquals([program, verb, action, named], ["gh", "release", "create", tag]);
          assertEquals(words.includes("--prerelease"), isEarly);
          assert(words.includes(`dist/btflow-${version}.tgz`) && words.includes("dist/SHA256SUMS"));
        }
      });
      await context.step("PyPI: every wheel, and nothing besides", async () => {
        const [upload] = (await steps("pypi")).filter(({ run }) => run !== undefined);
        assertEquals((await play(upload)).code, 0);
        const [words = []] = calls();
        const files = words.filter((word) => word.startsWith("dist/"));
        assertEquals(files.length, TARGETS.length);
        assert(files.every((file) => file.endsWith(".whl")) && words.includes("publish"));
      });
      await context.step("npm: the platforms first, what is there already is left", async () => {
        const [upload] = (await steps("npm")).filter(({ run }) => run !== undefined);
        const { code, stderr } = await play(upload);
        assertEquals([code, stderr], [0, ""]);
        const all = calls();
        const published = all.filter(([program]) => program === "npx").map((words) => words.at(-1));
        assertEquals(published.length, TARGETS.length);
        assertEquals(published.at(-1), `./dist/btflow-${version}.tgz`);
        assert(!published.includes(`./dist/btflow-linux-x64-${version}.tgz`));
        const asked = all.filter(([program]) => program === "npm").map((words) => words[2]);
        assertEquals(
          asked.sort(),
          [...TARGETS.map(({ name }) => `@btflow/${name}@${version}`), `btflow@${version}`].sort(),
        );
      });
      await context.step(
        "image: its folder has what the Dockerfile takes; its digest is handed on",
        async () => {
          const [lay, build] = (await steps("image")).filter(({ run }) => run !== undefined);
          assertEquals((await play(lay)).code, 0);
          const dockerfile = await Deno.readTextFile(`${folder}/Dockerfile`);
          for (const processor of ["amd64", "arm64"]) {
            for (const [, source = ""] of dockerfile.matchAll(/^COPY (?:--\S+ )*(\S+) \S+$/gm)) {
              await Deno.stat(`${folder}/image/${source.replace("${TARGETARCH}", processor)}`);
            }
          }
          const { code, stderr } = await play(build, {
            TOKEN: "t",
            IMAGE: "ghcr.io/btflow/btflow",
          });
          assertEquals([code, stderr], [0, ""]);
          const words = calls().find((call) => call[1] === "buildx" && call[2] === "build") ?? [];
          assertStringIncludes(
            words.join(" "),
            `--tag ghcr.io/btflow/btflow:${version} --tag ghcr.io/btflow/btflow:latest`,
          );
          assertEquals(await Deno.readTextFile(`${folder}/../output`), "digest=sha256:abc\n");
        },
      );
    });
  },
});

Deno.test("the image has no shell to speak of, runs as nobody in particular, and keeps its store in /data", async () => {
  const lines = (await Deno.readTextFile(`${repository}/Dockerfile`)).split("\n");
  const of = (word: string): readonly string[] =>
    lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1));
  assertEquals(of("FROM"), ["gcr.io/distroless/base-debian12:nonroot"]);
  assertEquals([of("RUN"), of("USER")], [[], ["65532:65532"]]);
  assertEquals(of("ENTRYPOINT").map((line) => JSON.parse(line)), [["/usr/local/bin/btflow"]]);
  assertEquals([of("ENV"), of("VOLUME")], [["BTFLOW_STORE=/data/store.db"], ["/data"]]);
});
