// The action and docs/ci.md's workflow, run step by step in bash as a runner does, with the source as
// the binary.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { BUILD } from "../lib/build.ts";
import { hostTarget } from "../scripts/compile/targets.ts";
import { sha256 } from "../scripts/pack/built.ts";
import { pythonTest, repository } from "./helpers/python.ts";
import { runTool } from "./helpers/tools.ts";
import { readYaml } from "./helpers/yaml.ts";

interface Step {
  readonly name?: string;
  readonly id?: string;
  readonly uses?: string;
  readonly shell?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly with?: Readonly<Record<string, string>>;
}

interface Action {
  readonly inputs: Readonly<Record<string, { readonly default: string }>>;
  readonly outputs: Readonly<Record<string, { readonly value: string }>>;
  readonly runs: { readonly steps: readonly Step[] };
}

const ACTION: () => Promise<Action> = () =>
  readYaml(fs.readFileSync(path.join(repository, "action.yml"), "utf8"));

/** What `${{ … }}` stands for. */
type Values = ReadonlyMap<string, string>;

/** A runner's folder: `btflow` on the PATH, a summary, outputs, and a job of steps. */
class Runner {
  readonly folder: string = fs.mkdtempSync(path.join(os.tmpdir(), "btflow-action-"));
  readonly outputs: Map<string, string> = new Map();
  log = "";

  /** `file`: where the binary is, below the folder. */
  constructor(file: string = "bin/btflow") {
    for (const name of ["bin", "temp", path.dirname(file)]) {
      fs.mkdirSync(path.join(this.folder, name), { recursive: true });
    }
    const config = path.join(repository, "deno.json");
    fs.writeFileSync(
      path.join(this.folder, file),
      `#!/bin/sh\nexec "${Deno.execPath()}" run -q -P --no-prompt --no-check --config "${config}" "${
        path.join(repository, "main.ts")
      }" "$@"\n`,
      { mode: 0o755 },
    );
  }

  get summary(): string {
    return fs.readFileSync(path.join(this.folder, "summary.md"), "utf8");
  }

  /** Runs the steps until one fails; answers its exit code. */
  async run(steps: readonly Step[], given: Values): Promise<number> {
    fs.writeFileSync(path.join(this.folder, "summary.md"), "");
    for (const step of steps) {
      const values = new Map([...given, ...this.outputs]);
      const code = step.uses === undefined
        ? await this.#shell(step, values)
        : step.uses.startsWith("btflow/btflow@")
        ? await this.#action(step, values)
        : 0;
      if (code !== 0) return code;
    }
    return 0;
  }

  async #action(step: Step, values: Values): Promise<number> {
    const { inputs, runs } = await ACTION();
    for (const name of Object.keys(step.with ?? {})) assert(Object.hasOwn(inputs, name), name);
    const given = Object.entries(inputs).map(([name, { default: fallback }]) =>
      [`inputs.${name}`, filled(step.with?.[name] ?? fallback, values)] as const
    );
    const inner = new Map([...given, ["github.action_path", repository]]);
    for (const one of runs.steps) {
      const code = await this.#shell(one, inner);
      if (code !== 0) return code;
    }
    return 0;
  }

  async #shell({ run = "", env = {}, id, shell }: Step, values: Values): Promise<number> {
    assert(!run.includes("${{"), "a script takes its values by env");
    const output = path.join(this.folder, "output");
    fs.writeFileSync(output, "");
    // What earlier steps put on the path, as the runner does between steps.
    const added = path.join(this.folder, "path");
    const paths = fs.existsSync(added) ? fs.readFileSync(added, "utf8").trim().split("\n") : [];
    const { PATH = "", HOME = "", DENO_DIR } = Deno.env.toObject();
    const { stdout, stderr, code } = await runTool(
      "bash",
      shell === "bash"
        ? ["--noprofile", "--norc", "-eo", "pipefail", "-c", run]
        : ["-e", "-c", run],
      {
        cwd: this.folder,
        env: {
          PATH: [...paths.toReversed(), `${this.folder}/bin`, PATH].join(":"),
          HOME: this.folder,
          DENO_DIR: DENO_DIR ?? path.join(HOME, ".cache/deno"),
          BTFLOW_STORE: path.join(this.folder, "store.db"),
          RUNNER_TEMP: path.join(this.folder, "temp"),
          GITHUB_OUTPUT: output,
          GITHUB_STEP_SUMMARY: path.join(this.folder, "summary.md"),
          GITHUB_PATH: added,
          ...Object.fromEntries(
            Object.entries(env).map(([name, value]) => [name, filled(value, values)]),
          ),
        },
      },
    );
    this.log += stdout + stderr;
    for (const [name, value] of outputsOf(fs.readFileSync(output, "utf8"))) {
      this.outputs.set(`steps.${id}.outputs.${name}`, value);
    }
    return code;
  }

  remove(): void {
    fs.rmSync(this.folder, { recursive: true });
  }
}

function filled(text: string, values: Values): string {
  return text.replace(/\$\{\{ ([\w.-]+) \}\}/g, (_, name: string) => {
    const value = values.get(name);
    if (value === undefined) throw new Error(`Nothing says what ${name} is`);
    return value;
  });
}

function outputsOf(text: string): readonly (readonly [string, string])[] {
  const pattern = /^([\w-]+)(?:=(.*)|<<(\w+)\n([\s\S]*?)\n\3)$/gm;
  return [...text.matchAll(pattern)].map(([, name = "", line, , lines]) =>
    [name, line ?? lines ?? ""] as const
  );
}

function copyReturns(runner: Runner, to: string, change: (value: number) => number): void {
  const from = fs.readFileSync(path.join(repository, "examples/sp500_returns.csv"), "utf8");
  const [head = "", ...rows] = from.trim().split("\n");
  const changed = rows.map((row) => {
    const [date, value] = row.split(",");
    return `${date},${change(Number(value))}`;
  });
  fs.writeFileSync(path.join(runner.folder, to), [head, ...changed].join("\n"));
}

const use = (given: Readonly<Record<string, string>>): readonly Step[] => [
  { uses: "btflow/btflow@main", with: given },
];

pythonTest({
  name: "the action shows the metrics and ends with the command's exit code",
  tools: ["bash"],
  fn: async (t) => {
    const runner = new Runner();
    copyReturns(runner, "my returns.csv", (value) => value);
    const arguments_ = "my returns.csv\n--metrics\nsharpe_ratio,max_drawdown\n";
    try {
      await t.step("met", async () => {
        const require = "sharpe_ratio > 0.2\n\nmax_drawdown > -0.6";
        assertEquals(await runner.run(use({ arguments: arguments_, require }), new Map()), 0);
        assert(runner.summary.startsWith("### my returns.csv\n"), runner.log);
        assertStringIncludes(runner.summary, "| sharpe_ratio | ratios | 0.28274 | ratio |");
        assertEquals(runner.outputs.get("steps.run.outputs.exit-code"), "0");
        const file = runner.outputs.get("steps.run.outputs.summary") ?? "";
        assertEquals(fs.readFileSync(file, "utf8"), runner.summary);
        assertEquals(Object.keys((await ACTION()).outputs), ["exit-code", "summary"]);
      });
      await t.step("not met", async () => {
        const require = "sharpe_ratio > 0.2\nmax_drawdown > -0.1";
        assertEquals(await runner.run(use({ arguments: arguments_, require }), new Map()), 10);
        assertStringIncludes(
          runner.summary,
          "**Required but not met: max_drawdown",
        );
        assertEquals(runner.outputs.get("steps.run.outputs.exit-code"), "10");
      });
      await t.step("an input that cannot be read", async () => {
        const hostile = "none.csv`$(touch hacked)` ::add-mask::x";
        assertEquals(await runner.run(use({ arguments: hostile }), new Map()), 3);
        assertStringIncludes(runner.summary, "### btflow stats\n\n    ");
        assert(!fs.existsSync(path.join(runner.folder, "hacked")));
        // The runner obeys no line between these two.
        const [, token] = /::stop-commands::([0-9a-f]{32})\n/.exec(runner.log) ?? [];
        assertStringIncludes(runner.log, `::${token}::\n`);
      });
      await t.step("another command", async () => {
        assertEquals(await runner.run(use({ command: "log" }), new Map()), 2);
      });
      await t.step("judge", async () => {
        copyReturns(runner, "a.csv", (value) => value);
        copyReturns(runner, "b.csv", (value) => value + 0.0001);
        const log = {
          run:
            "for r in a b; do btflow log -e sweep --returns $r.csv --attach-returns --offline; done",
        };
        const judge = use({
          command: "judge",
          arguments: "-e\nsweep",
          require: "trials.total > 1",
        });
        assertEquals(await runner.run([log, ...judge], new Map()), 0, runner.log);
        assertStringIncludes(runner.summary, "### Judgement of sweep");
      });
    } finally {
      runner.remove();
    }
  },
});

pythonTest({
  name: "the action installs what is not there from a release, verified, for the steps that follow",
  tools: ["bash", "curl"],
  fn: async (t) => {
    const file = `btflow-${hostTarget(Deno.build.os, Deno.build.arch)}`;
    const runner = new Runner(`release/${file}`);
    copyReturns(runner, "returns.csv", (value) => value);
    const release = path.join(runner.folder, "release");
    const binary = fs.readFileSync(path.join(release, file));
    const sums = path.join(release, "SHA256SUMS");
    fs.writeFileSync(sums, `${sha256(binary, "hex")}  ${file}\n`);
    const asked: string[] = [];
    const server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      (request) => {
        const name = path.basename(new URL(request.url).pathname);
        asked.push(name);
        return new Response(fs.readFileSync(path.join(release, name)));
      },
    );
    const from = `http://127.0.0.1:${server.addr.port}`;
    const installed = path.join(runner.folder, "temp/btflow/btflow");
    try {
      await t.step("a file that is not what its checksum says", async () => {
        fs.appendFileSync(path.join(release, file), "\n");
        assertEquals(await runner.run(use({ arguments: "returns.csv", from }), new Map()), 1);
        assertStringIncludes(runner.log, "does not match its checksum");
        assert(!fs.existsSync(installed));
        fs.writeFileSync(path.join(release, file), binary);
      });
      await t.step("installed, run, and there for a script", async () => {
        asked.length = 0;
        const again = { run: "btflow --version" };
        const steps = [...use({ arguments: "returns.csv", from }), again];
        assertEquals(await runner.run(steps, new Map()), 0, runner.log);
        assertEquals(asked, ["SHA256SUMS", file]);
        assert(runner.log.endsWith(`btflow ${BUILD.version}\n`), runner.log);
        assert(runner.summary.startsWith("### returns.csv\n"));
      });
      await t.step("not a second time", async () => {
        asked.length = 0;
        assertEquals(await runner.run(use({ arguments: "returns.csv", from }), new Map()), 0);
        assertEquals(asked, []);
      });
      await t.step("from a folder", async () => {
        fs.rmSync(installed);
        assertEquals(
          await runner.run(use({ arguments: "returns.csv", from: release }), new Map()),
          0,
        );
        assertEquals(fs.readFileSync(installed), binary);
      });
    } finally {
      await server.shutdown();
      runner.remove();
    }
  },
});

pythonTest({
  name: "docs/ci.md: a pull request whose backtest got worse than main's fails",
  tools: ["bash", "awk"],
  fn: async () => {
    const page = fs.readFileSync(path.join(repository, "docs/ci.md"), "utf8");
    const [, yaml = ""] = /^```yaml\n([\s\S]*?)^```$/m.exec(page) ?? [];
    const { jobs } = await readYaml<
      { readonly jobs: { readonly backtest: { readonly steps: readonly Step[] } } }
    >(yaml);
    // What is checked out and run there is made here.
    const steps = jobs.backtest.steps.filter(({ name }) => name !== "Backtest both");
    assertEquals(steps.length, jobs.backtest.steps.length - 1);
    const runner = new Runner();
    const given = new Map([["github.base_ref", "main"]]);
    fs.mkdirSync(path.join(runner.folder, "main"));
    try {
      copyReturns(runner, "main/returns.csv", (value) => value);
      copyReturns(runner, "returns.csv", (value) => value);
      assertEquals(await runner.run(steps, given), 0, runner.log);
      copyReturns(runner, "returns.csv", (value) => value - 0.001);
      assertEquals(await runner.run(steps, given), 10, runner.log);
      assertStringIncludes(runner.summary, "Required but not met: sharpe_ratio >= 0.23");
      copyReturns(runner, "main/returns.csv", () => 0);
      assertEquals(await runner.run(steps, given), 1, "of nothing there is no ratio to hold to");
    } finally {
      runner.remove();
    }
  },
});
