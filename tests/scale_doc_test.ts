// What docs/scale.md tells people to type is typed here, every block of it, with a real server and the
// tools that it names: DuckDB, polars and Ray. However a sweep is spread, each of its runs is there once.

import { assertEquals } from "@std/assert";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { blocks, type Played, shell, workplace } from "./helpers/documents.ts";
import { startMlflow } from "./helpers/mlflow_server.ts";
import { findProgram } from "./helpers/programs.ts";
import { pythonTest, repository } from "./helpers/python.ts";

const PAGE = await Deno.readTextFile(path.join(repository, "docs/scale.md"));
const LANGUAGES = ["sh", "bash", "sql", "python", "yaml", "text"];
const DATASETS = path.join(repository, "tests/testdata/datasets");
const FILES = ["part1", "part2", "part3"];
const SERIES = Object.keys(
  JSON.parse(fs.readFileSync(path.join(DATASETS, "expected.json"), "utf8")),
).sort();

/** DuckDB's shell is no package of PyPI: this takes what the page gives it to the same engine. */
const DUCKDB = `#!/bin/sh
exec "${findProgram(".venv-python")}" -c 'import duckdb, sys; duckdb.sql(sys.argv[2])' "$@"
`;

/** A table of backtests in DuckDB, and what is to be done with it. */
const duckdb = (sql: string): string =>
  `import duckdb\nduckdb.sql("CREATE TABLE backtests AS FROM 'backtests.parquet'")\n` +
  `duckdb.sql("""${sql}""")`;

/** Small, local and quiet: it has two CPUs, tells nobody of its use, and keeps its files with the test's. */
const RAY = "ray.init(num_cpus=2, include_dashboard=False, object_store_memory=80_000_000)";

interface Page {
  readonly folder: string;
  /** The one block of a language with this in it. */
  block(language: string, part: string): string;
  /** Types a script, which must succeed. */
  type(script: string, env?: Readonly<Record<string, string>>): Promise<string>;
  python(code: string): Promise<string>;
  /** The names of all runs of an experiment, sorted: one that was logged twice is there twice. */
  runs(experiment: string): Promise<readonly string[]>;
}

const STEPS: readonly (readonly [name: string, step: (page: Page) => Promise<void>])[] = [
  ["one machine, and a sweep found again", async ({ block, type, runs }) => {
    await type(block("sh", "results/*.csv"));
    assertEquals(await runs("sweep"), FILES);
    await type(`btflow batch --experiment sweep --parent ema-grid results/part1.csv`);
    const found = await type(block("sh", "runs search"));
    assertEquals([...new Set(found.match(/part\d/g))], ["part1"], found);
    await type(block("sh", "runs deflate"));
  }],
  ["DuckDB and polars make one dataset, sorted and in partitions", async (page) => {
    const { folder, block, type, python, runs } = page;
    const long = inExperiment(block("sh", "data.parquet --by"), "long");
    for (const make of ["sql", "python"]) {
      for (const made of ["data.parquet", "data"]) {
        fs.rmSync(path.join(folder, made), { recursive: true, force: true });
      }
      if (make === "sql") await python(duckdb(block("sql", "COPY")));
      else await python(block("python", "backtests.sort"));
      assertEquals(fs.statSync(path.join(folder, "data")).isDirectory(), true);
      await type(long);
      // Sorted, in partitions, made by the one or the other: the same runs, so none is logged again.
      await type(long.replace("data.parquet", "data"));
      assertEquals(await runs("long"), SERIES);
    }
  }],
  ["a wide table, its metrics as columns, and the best of it", async (page) => {
    const { folder, block, type, python, runs } = page;
    await type(inExperiment(block("sh", "wide.parquet --columns all\n"), "wide"));
    assertEquals(await runs("wide"), SERIES);
    const few = (text: string): string => inExperiment(text, "best").replace("100", "3");
    await type(few(block("sh", "metrics.parquet")));
    const best = await runs("best");
    assertEquals([best.length, new Set(best).size], [3, 3]);
    const chosen = path.join(folder, "best.csv");
    fs.rmSync(chosen);
    await python(few(block("python", "top_k")));
    const [, ...names] = fs.readFileSync(chosen, "utf8").trim().split("\n");
    assertEquals(names.sort(), best);
    const all = await type(
      'btflow runs -e wide -o "metrics.sharpe_ratio DESC" --format csv -c run_name --max-results 3 2>/dev/null',
    );
    assertEquals(all.trim().split("\n").slice(1).sort(), best);
  }],
  ["a Slurm array, then one sync over its stores", async ({ folder, block, type, runs }) => {
    const job = inExperiment(block("bash", "#SBATCH"), "slurm");
    for (const id of [0, 1]) {
      await type(job, {
        SLURM_SUBMIT_DIR: folder,
        SLURM_ARRAY_TASK_ID: String(id),
        SLURM_ARRAY_TASK_MIN: "0",
        SLURM_ARRAY_TASK_COUNT: "2",
      });
    }
    await type(block("sh", "btflow sync"));
    assertEquals(await runs("slurm"), FILES);
  }],
  ["the pods of an indexed Job", async ({ folder, block, type, runs }) => {
    const job = block("yaml", "kind: Job");
    const listed = /command: (\[[\s\S]*?\])/.exec(job)?.[1]?.replace(/,\s*\]/, "]") ?? "";
    const words = JSON.parse(listed) as string[];
    const manifest = path.join(folder, "sweep.csv");
    const files = FILES.map((name) => `results/${name}.csv\n`);
    fs.writeFileSync(manifest, `returns\n${files.join("")}`);
    const call = inExperiment(["btflow", ...words.slice(1)].join(" "), "pods")
      .replace("k8s/10", "k8s/2")
      .replace("/data/sweep.csv", manifest).replace("/data/store", path.join(folder, "pod"))
      // Kubernetes fills it in.
      .replace("$(JOB_COMPLETION_INDEX)", "$JOB_COMPLETION_INDEX");
    for (const index of ["0", "1"]) await type(call, { JOB_COMPLETION_INDEX: index });
    assertEquals(await runs("pods"), FILES);
  }],
  ["Ray's tasks", async ({ folder, block, python, runs }) => {
    const shared = path.join(folder, "shared");
    fs.mkdirSync(shared);
    fs.copyFileSync(path.join(folder, "backtests.parquet"), path.join(shared, "data.parquet"));
    const code = block("python", "import ray").replace('"sweep"', '"ray"')
      .replace('"/data"', JSON.stringify(shared)).replace("ray.init()", RAY);
    await python(code);
    assertEquals(await runs("ray"), SERIES);
    const stores = fs.readdirSync(shared).filter((name) => name.endsWith(".db"));
    assertEquals(stores, ["store-0.db", "store-1.db"]);
  }],
  ["the lines of the crontab", async ({ block, type, runs }) => {
    const lines = block("text", "* * *").trim().split("\n");
    assertEquals(lines.length, 2);
    await type('echo "MLFLOW_TRACKING_URI=$MLFLOW_TRACKING_URI" > btflow.env');
    for (const line of lines) {
      const command = line.replace(/^(\S+\s+){5}/, "").replace("/usr/local/bin/", "")
        .replace("/srv/strategy/returns.csv", "results/part1.csv")
        .replace("/etc/btflow.env", "btflow.env");
      await type(`unset MLFLOW_TRACKING_URI\n${command}`);
    }
    assertEquals(await runs("live"), ["part1"]);
  }],
];

function inExperiment(text: string, name: string): string {
  return text.replaceAll("--experiment sweep", `--experiment ${name}`);
}

pythonTest({
  name: "docs/scale.md: every block can be typed, and each way to spread a sweep logs it once",
  tools: ["bash", ".venv-python"],
  sanitize: false,
  fn: async (t) => {
    const server = await startMlflow();
    const folder = workplace();
    const rayFolder = fs.mkdtempSync(path.join(os.tmpdir(), "ray-"));
    try {
      const copies = [["pandas_mixed_zstd", "backtests"], ["pandas_wide", "wide"]] as const;
      for (const [name, as] of copies) {
        fs.copyFileSync(`${DATASETS}/${name}.parquet`, path.join(folder, `${as}.parquet`));
      }
      fs.writeFileSync(path.join(folder, "bin/duckdb"), DUCKDB, { mode: 0o755 });
      const page = openPage(folder, {
        MLFLOW_TRACKING_URI: server.uri,
        RAY_TMPDIR: rayFolder,
        RAY_USAGE_STATS_ENABLED: "0",
      });
      // The others are typed with the test's own server.
      assertEquals(page.block("sh", "export").trim().split("\n").length, 1);
      for (const [name, step] of STEPS) await t.step(name, () => step(page));
      assertEquals(page.untyped(), []);
    } finally {
      await server.stop();
      for (const one of [folder, rayFolder]) fs.rmSync(one, { recursive: true });
    }
  },
});

function openPage(
  folder: string,
  env: Readonly<Record<string, string>>,
): Page & { untyped(): readonly string[] } {
  const all = LANGUAGES.flatMap((language) =>
    blocks(PAGE, language).map((text) => ({ language, text }))
  );
  const typed = new Set<unknown>();
  const succeed = async (script: string, played: Promise<Played>): Promise<string> => {
    const { code, output } = await played;
    assertEquals(code, 0, `${script}\n${output}`);
    return output;
  };
  const type: Page["type"] = (script, own = {}) =>
    succeed(script, shell(script, folder, { ...env, ...own }));
  return {
    folder,
    block: (language, part) => {
      const found = all.filter((one) => one.language === language && one.text.includes(part));
      assertEquals(found.length, 1, `blocks of ${language} with ${part}`);
      typed.add(found[0]);
      return found[0]?.text ?? "";
    },
    type,
    python: (code) => {
      fs.writeFileSync(path.join(folder, "block.py"), code);
      return type('"$PYTHON" block.py', { PYTHON: findProgram(".venv-python") ?? "" });
    },
    runs: async (experiment) => {
      const output = await type(
        `btflow runs -e ${experiment} --format csv -c run_name --max-results all 2>/dev/null`,
      );
      return output.trim().split("\n").slice(1).sort();
    },
    untyped: () => all.filter((one) => !typed.has(one)).map(({ text }) => text),
  };
}
