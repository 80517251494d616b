// What README.md and docs/scale.md tell people to type is typed here, block by block, in one shell,
// with a real server; and the tables of README are held against the program's own.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { allCommands, EXITS } from "../lib/cli.ts";
import { COMMANDS } from "../lib/commands/mod.ts";
import { SETTINGS } from "../lib/config/settings.ts";
import { startMlflow } from "./helpers/mlflow_server.ts";
import { pythonTest, repository } from "./helpers/python.ts";

const README = await Deno.readTextFile(path.join(repository, "README.md"));

/** The fenced blocks of one language. */
function blocks(markdown: string, language: string): readonly string[] {
  return [...markdown.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)]
    .filter((match) => match[1] === language)
    .map((match) => match[2] ?? "");
}

/** A folder as README's reader has it: the examples, a few results, and `btflow` on the PATH. */
function workplace(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "btflow-readme-"));
  fs.mkdirSync(path.join(folder, "examples"));
  fs.mkdirSync(path.join(folder, "results"));
  fs.mkdirSync(path.join(folder, "bin"));
  for (const name of ["sp500_returns.csv", "nasdaq_returns.csv"]) {
    fs.copyFileSync(path.join(repository, "examples", name), path.join(folder, "examples", name));
  }
  fs.cpSync(path.join(repository, "examples/sweep"), path.join(folder, "examples/sweep"), {
    recursive: true,
  });
  const rows = fs.readFileSync(path.join(folder, "examples/sp500_returns.csv"), "utf8").split("\n");
  for (const part of [1, 2, 3]) {
    const some = rows.slice(1 + part * 300, 300 + part * 300);
    fs.writeFileSync(path.join(folder, `results/part${part}.csv`), [rows[0], ...some].join("\n"));
  }
  const dataset = "tests/testdata/datasets/pandas_snappy.parquet";
  fs.copyFileSync(path.join(repository, dataset), path.join(folder, "data.parquet"));
  const program = path.join(repository, "main.ts");
  const config = path.join(repository, "deno.json");
  fs.writeFileSync(
    path.join(folder, "bin/btflow"),
    `#!/bin/sh\nexec "${Deno.execPath()}" run -q -P --no-prompt --config "${config}" "${program}" "$@"\n`,
    { mode: 0o755 },
  );
  return folder;
}

/** The environment of the test less what would configure btflow; Deno keeps its own cache. */
const SURROUNDINGS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    Object.entries(Deno.env.toObject()).filter(([name]) => !/^(MLFLOW|BTFLOW|XDG)_/.test(name)),
  ),
  DENO_DIR: Deno.env.get("DENO_DIR") ?? path.join(os.homedir(), ".cache/deno"),
};

interface Played {
  readonly code: number;
  readonly output: string;
}

function shell(
  script: string,
  folder: string,
  env: Readonly<Record<string, string>>,
): Promise<Played> {
  return new Promise((resolve) => {
    const child = spawn("bash", ["-euo", "pipefail", "-c", script], {
      cwd: folder,
      env: { ...SURROUNDINGS, HOME: folder, PATH: `${folder}/bin:${Deno.env.get("PATH")}`, ...env },
    });
    let output = "";
    child.stdout.on("data", (data) => output += data);
    child.stderr.on("data", (data) => output += data);
    child.on("close", (code) => resolve({ code: code ?? 1, output }));
  });
}

pythonTest({
  name: "README: every command can be typed as it stands",
  tools: ["bash"],
  sanitize: false,
  fn: async (t) => {
    const server = await startMlflow();
    const folder = workplace();
    try {
      let script = "";
      for (const block of blocks(README, "sh")) {
        if (block.startsWith("npx ")) continue;
        // The shell's exports of earlier blocks hold for later ones: each step repeats them.
        const text = block.replaceAll("http://127.0.0.1:5000", server.uri);
        await t.step(block.split("\n")[0] ?? "", async () => {
          const { code, output } = await shell(script + text, folder, {});
          assertEquals(code, 0, `${text}\n${output}`);
        });
        script += text.split("\n").filter((line) => line.startsWith("export ")).join("\n") + "\n";
      }
    } finally {
      await server.stop();
      fs.rmSync(folder, { recursive: true });
    }
  },
});

pythonTest({
  name: "docs/scale.md: the ways to spread a sweep all log every file once",
  tools: ["bash"],
  sanitize: false,
  fn: async (t) => {
    const server = await startMlflow();
    const folder = workplace();
    const scale = await Deno.readTextFile(path.join(repository, "docs/scale.md"));
    const env = { MLFLOW_TRACKING_URI: server.uri };
    const count = async (experiment: string): Promise<string> => {
      const call =
        `btflow runs -e ${experiment} --format csv -c run_name --max-results all 2>/dev/null`;
      const { output } = await shell(call, folder, env);
      return output.trim().split("\n").slice(1).sort().join(" ");
    };
    try {
      const [batch = ""] = blocks(scale, "sh").filter((block) => block.includes("results/*.csv"));
      const { code, output } = await shell(batch, folder, env);
      assertEquals(code, 0, output);
      assertEquals(await count("sweep"), "part1 part2 part3");
      await t.step("a Slurm array, then one sync over its stores", async () => {
        const [job = ""] = blocks(scale, "bash");
        for (const id of [0, 1]) {
          const { code, output } = await shell(job.replace("sweep ", "slurm "), folder, {
            SLURM_SUBMIT_DIR: folder,
            SLURM_ARRAY_TASK_ID: String(id),
            SLURM_ARRAY_TASK_MIN: "0",
            SLURM_ARRAY_TASK_COUNT: "2",
          });
          assertEquals(code, 0, output);
        }
        const synced = await shell(
          "btflow sync --store store-0.db --store store-1.db",
          folder,
          env,
        );
        assertEquals(synced.code, 0, synced.output);
        assertEquals(await count("slurm"), "part1 part2 part3");
      });
      await t.step("the pods of an indexed Job", async () => {
        const [job = ""] = blocks(scale, "yaml");
        const listed = /command: (\[[\s\S]*?\])/.exec(job)?.[1]?.replace(/,\s*\]/, "]") ?? "";
        const words = JSON.parse(listed) as string[];
        const manifest = path.join(folder, "sweep.csv");
        fs.writeFileSync(
          manifest,
          "returns\nresults/part1.csv\nresults/part2.csv\nresults/part3.csv\n",
        );
        const call = ["btflow", ...words.slice(1)].join(" ").replace("k8s/10", "k8s/2")
          .replace("/data/sweep.csv", manifest).replace("/data/store", path.join(folder, "pod"))
          // Kubernetes fills it in.
          .replace("$(JOB_COMPLETION_INDEX)", "$JOB_COMPLETION_INDEX").replace("sweep ", "pods ");
        for (const index of ["0", "1"]) {
          const own = { ...env, JOB_COMPLETION_INDEX: index };
          const { code, output } = await shell(call, folder, own);
          assertEquals(code, 0, output);
        }
        assertEquals(await count("pods"), "part1 part2 part3");
      });
      await t.step("the lines of the crontab", async () => {
        const lines = blocks(scale, "text").flatMap((block) => block.trim().split("\n"));
        assertEquals(lines.length, 2);
        fs.writeFileSync(path.join(folder, "btflow.env"), `MLFLOW_TRACKING_URI=${server.uri}\n`);
        for (const line of lines) {
          const command = line.replace(/^(\S+\s+){5}/, "").replace("/usr/local/bin/", "")
            .replace("/srv/strategy/returns.csv", "results/part1.csv")
            .replace("/etc/btflow.env", "btflow.env");
          const { code, output } = await shell(command, folder, {});
          assertEquals(code, 0, output);
        }
        assertEquals(await count("live"), "part1");
      });
    } finally {
      await server.stop();
      fs.rmSync(folder, { recursive: true });
    }
  },
});

pythonTest({
  name: "README: each new command of the migration table does what the old one did",
  tools: ["bash"],
  sanitize: false,
  fn: async (t) => {
    const server = await startMlflow();
    const folder = workplace();
    const env = { MLFLOW_TRACKING_URI: server.uri };
    try {
      let run = "";
      for (const [, cell = ""] of table("Coming from the Python scripts")) {
        const command = cell.replaceAll("`", "")
          .replace("--experiment E", "--experiment migrated").replace(
            "--run-name R",
            "--run-name r",
          )
          .replace("--returns F", "--returns results/part1.csv")
          .replace("--filter F", `--filter "metrics.cagr < 10"`)
          .replace("--order-by O", `--order-by "metrics.cagr DESC"`)
          .replace("--name N", "--name new").replace("--description D", "--description text")
          .replace("'{…}'", `'{"a": "1"}'`).replace(
            "log …",
            "log -e migrated --returns results/part1.csv",
          )
          .replace("--run-id R", `--run-id ${run}`).replace("--metrics a,b", "--metrics cagr,skew");
        assert(!/[…]| [A-Z]( |$)/.test(command), `${command} has a placeholder left`);
        await t.step(command, async () => {
          const { code, output } = await shell(command, folder, env);
          assertEquals(code, 0, output);
          run = /Run ID: (\w+)/.exec(output)?.[1] ?? run;
          if (command.includes("history")) assertStringIncludes(output, "cagr");
          if (command.includes("btflow runs")) assertStringIncludes(output, run);
        });
      }
    } finally {
      await server.stop();
      fs.rmSync(folder, { recursive: true });
    }
  },
});

/** The rows of the table under a heading: the cells of each, without back-ticks. */
function table(heading: string): readonly (readonly string[])[] {
  const section = README.split(`## ${heading}\n`)[1]?.split("\n## ")[0] ?? "";
  return section.split("\n").filter((line) => line.startsWith("|")).slice(2)
    .map((line) => line.split(/(?<!\\)\|/).slice(1, -1).map((cell) => cell.trim()));
}

Deno.test("README's exit codes are the program's", () => {
  assertEquals(table("Exit codes"), EXITS.map(({ code, meaning }) => [String(code), meaning]));
});

Deno.test("README lists every command, and no other", async () => {
  const named = table("Commands").map(([name = ""]) => name.replaceAll("`", ""));
  assertEquals(named, COMMANDS.map(({ name }) => name));
  const groups = (await allCommands()).filter((command) => "verbs" in command);
  for (const group of groups) {
    const [, does = ""] = table("Commands").find(([name]) => name === `\`${group.name}\``) ?? [];
    for (const { name } of group.verbs) {
      const verb = name.slice(group.name.length + 1);
      assert(does.includes(`\`${verb}\``), `README's line of ${group.name} lacks ${verb}`);
    }
  }
});

Deno.test("README lists every setting, and no other", () => {
  const named = table("Configuration").flatMap(([cell = ""]) =>
    [...cell.matchAll(/`([A-Z_]+)`/g)].map((match) => match[1] ?? "")
  );
  const known = SETTINGS.map(({ name }) => name as string);
  assertEquals(named.filter((name) => !known.includes(name) && name !== "NO_COLOR"), []);
  assertEquals(known.filter((name) => !named.includes(name)), []);
});
