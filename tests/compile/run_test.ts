// How a build ends when something goes wrong: one plain line for a tool that fails or a binary that is
// not what was asked for, and nothing left of a build that is interrupted.

import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { BuildError, runStep, smokeRun } from "../../scripts/compile/run.ts";
import { toolTest } from "../helpers/tools.ts";
import { compileCommand } from "./built.ts";

const never = new AbortController().signal;

/** A failure as Deno writes it where it takes its output for a terminal. */
const SAY = String
  .raw`printf '\033[0m\033[1m\033[31merror\033[0m: Cannot read %s/x\n\n    at y\n' "$1" >&2; exit 3`;

async function inFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "btflow-run-" });
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function writeScript(file: string, text: string): Promise<void> {
  await Deno.writeTextFile(file, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
}

toolTest({
  name: "the failure of a tool is one line without colours and the temporary folder",
  tools: ["sh"],
  fn: () =>
    inFolder(async (work) => {
      const step = { command: "sh", args: ["-c", SAY, "sh", "$WORK"] };
      const error = await assertRejects(
        () => runStep(step, { root: work, work, interrupted: never }, "Cannot bundle"),
        BuildError,
      );
      assertEquals(error.message, "Cannot bundle: Cannot read x");
    }),
});

Deno.test("a missing tool is named, with what helps", () =>
  inFolder(async (work) => {
    const step = { command: "npx", args: [], env: { PATH: work } };
    const error = await assertRejects(
      () => runStep(step, { root: work, work, interrupted: never }, "Cannot build"),
      BuildError,
    );
    assertEquals(
      error.message,
      "Cannot build: cannot run npx: it is not on PATH; Bun comes from the npm registry: install Node.js, or set npm_config_registry to a mirror",
    );
  }));

toolTest({
  name: "a new binary that is not what was asked for is refused in one plain line",
  tools: ["sh"],
  fn: () =>
    inFolder(async (folder) => {
      const build = { version: "1.2.3", commit: "c", allowedHosts: [] };
      const says = (engine: string): string =>
        `echo '{"version":"1.2.3","commit":"c","engine":"${engine}","permissions":{"net":true}}'`;
      const needed = `deno ${Deno.version.deno}`;
      const cases = [
        ["echo hello", `it is not btflow, it answers "hello\\n"`],
        [`set -- "$(dirname "$0")"; ${SAY}`, `"--version" ended with 3: Cannot read x`],
        [`echo "error: colour $NO_COLOR" >&2; exit 1`, `"--version" ended with 1: colour 1`],
        [
          says("deno 2.9.5"),
          `it says it is ["1.2.3","c","deno 2.9.5",true], not ["1.2.3","c","${needed}",true]`,
        ],
        [
          `if [ "$1" = metrics ]; then echo '[]'; else ${says(needed)}; fi`,
          `"metrics" answers nothing`,
        ],
      ] as const;
      for (const [script, reason] of cases) {
        await writeScript(`${folder}/other`, script);
        const error = await assertRejects(
          () => smokeRun(`${folder}/other`, "deno", build, never),
          BuildError,
        );
        assertEquals(error.message, `Cannot accept other: ${reason}`);
      }
      await Deno.chmod(`${folder}/other`, 0o644);
      const error = await assertRejects(
        () => smokeRun(`${folder}/other`, "deno", build, never),
        BuildError,
      );
      assertMatch(
        error.message,
        /^Cannot accept other: "--version" cannot be run: .*'other': Permission denied/,
      );
    }),
});

/** A tool whose own child counts on for as long as it lives. */
const counting = (file: string): string =>
  `(i=0; while [ -e "$0" ]; do i=$((i + 1)); echo $i > "${file}"; sleep 0.05; done) & wait`;

toolTest({
  name: "a build that is interrupted ends its tools, leaves nothing and says by which signal",
  tools: ["sh"],
  fn: async (context) => {
    const cases = [
      ["SIGHUP", 129, "while it bundles", null],
      ["SIGINT", 130, "while a tool runs that ends when asked to", ""],
      ["SIGTERM", 143, "while a tool runs that does not", "trap '' TERM;"],
    ] as const;
    for (const [signal, expected, moment, trap] of cases) {
      await context.step(`${signal} ${moment}`, () =>
        inFolder(async (folder) => {
          const count = `${folder}/count`;
          const read = (): Promise<string> => Deno.readTextFile(count).catch(() => "");
          const pause = (ms: number): Promise<void> => new Promise((wake) => setTimeout(wake, ms));
          const list = (path: string): string[] =>
            [...Deno.readDirSync(path)].map(({ name }) => name).sort();
          const hasBegun = async (): Promise<boolean> =>
            trap === null ? list(folder).includes("dist") : await read() !== "";
          await Deno.mkdir(`${folder}/bin`);
          await writeScript(`${folder}/bin/npx`, `${trap ?? ""} ${counting(count)}`);
          const args = ["--engine", "bun", "--output", `${folder}/dist`];
          const PATH = `${folder}/bin:${Deno.env.get("PATH")}`;
          const child = compileCommand(args, { PATH, TMPDIR: folder }).spawn();
          let ended = false;
          const output = child.output().finally(() => ended = true);
          while (!ended && !(await hasBegun())) await pause(20);
          if (!ended) child.kill(signal);
          const { code, stdout, stderr } = await output;
          const text = new TextDecoder();
          assertEquals([code, text.decode(stdout), text.decode(stderr)], [
            expected,
            "",
            `error: Stopped by ${signal}: nothing was built\n`,
          ]);
          const last = await read();
          await pause(500);
          assertEquals(await read(), last);
          assertEquals(list(folder), trap === null ? ["bin"] : ["bin", "count"]);
        }));
    }
  },
});
