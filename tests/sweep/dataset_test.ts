// A batch of the series of datasets: the runs are those that the same series make as files, and what
// cannot be a run fails alone.

import { assert, assertEquals } from "@std/assert";
import { type TestIo, testIo } from "../helpers/test_io.ts";

const DATASETS = `${Deno.cwd()}/tests/testdata/datasets`;

interface Expected {
  readonly params: Readonly<Record<string, string>>;
  readonly dates: readonly number[];
  readonly values: readonly (number | null)[];
}

const EXPECTED: Readonly<Record<string, Expected>> = JSON.parse(
  await Deno.readTextFile(`${DATASETS}/expected.json`),
);

type Run = Readonly<Record<string, unknown>>;

/** The runs of an experiment by name. */
async function runsOf(io: TestIo, experiment: string): Promise<ReadonlyMap<string, Run>> {
  const answer = await io.run(
    "runs",
    "search",
    "-e",
    experiment,
    "--max-results",
    "all",
    "--format",
    "json",
  );
  assertEquals(answer.code, 0, answer.err);
  return new Map((JSON.parse(answer.out) as Run[]).map((run) => [String(run["run_name"]), run]));
}

function metricsOf(run: Run | undefined): readonly (readonly [string, unknown])[] {
  assert(run !== undefined);
  return Object.entries(run).filter(([key]) => key.startsWith("metrics.")).toSorted();
}

/** A world with a small long table and the like. */
async function inWorld(
  files: Readonly<Record<string, string>>,
  body: (io: TestIo) => Promise<void>,
): Promise<void> {
  const io = testIo();
  try {
    for (const [name, text] of Object.entries(files)) await io.files.write(name, text);
    await body(io);
  } finally {
    io.remove();
  }
}

const FEW = ["--metrics", "cagr", "--format", "json", "--no-attach-returns"];

/** The names that were logged, and the messages of what failed. */
async function batch(io: TestIo, ...words: readonly string[]): Promise<{
  readonly code: number;
  readonly names: readonly string[];
  readonly failures: readonly string[];
  readonly skipped: number;
  readonly err: string;
}> {
  const { code, out, err } = await io.run("batch", "-e", "x", ...FEW, ...words);
  if (out === "") return { code, names: [], failures: [], skipped: 0, err };
  const { runs, failures, skipped } = JSON.parse(out);
  return {
    code,
    names: (runs as Run[]).map((run) => String(run["run_name"])),
    failures: (failures as Run[]).map((one) => `${one["returns"]}: ${one["message"]}`),
    skipped,
    err,
  };
}

const LONG = "symbol,date,returns\n" +
  ["A", "B", "C", "D"].map((symbol, at) =>
    `${symbol},2024-01-01,0.0${at + 1}\n${symbol},2024-01-02,-0.0${
      at + 1
    }\n${symbol},2024-01-03,0.01\n`
  ).join("");

Deno.test("every metric of a series is that of the same series as a file", async () => {
  await inWorld({}, async (io) => {
    const names: string[] = [];
    for (const [at, [name, { dates, values }]] of Object.entries(EXPECTED).entries()) {
      const rows = dates.map((date, row) =>
        `${new Date(date).toISOString().slice(0, 10)},${values[row] ?? ""}`
      );
      const text = `date,returns\n${rows.join("\n")}\n`;
      await io.files.write(`${at}.csv`, text);
      if (at === 0) await io.files.write("market.csv", text);
      names.push(name);
    }
    const same = ["--benchmark", "market.csv", "--extended"];
    const files = names.map((_, at) => `${at}.csv`);
    const alone = await io.run("batch", "-e", "files", ...same, ...files);
    assertEquals(alone.code, 0, alone.out);
    const single = await runsOf(io, "files");
    for (
      const [experiment, ...words] of [
        ["sorted", `${DATASETS}/pandas_snappy.parquet`, "--by", "symbol,timeframe"],
        ["mixed", `${DATASETS}/pyarrow_delta.parquet`, "--by", "symbol,timeframe"],
        ["hive", `${DATASETS}/duckdb_hive`, "--by", "symbol,timeframe"],
        ["wide", `${DATASETS}/polars_wide.parquet`, "--columns", "all"],
        ["text", `${DATASETS}/wide.csv`, "--columns", "*/4h,*/1d"],
      ] as const
    ) {
      const { code, err } = await io.run("batch", "-e", experiment, ...same, ...words);
      assertEquals(code, 0, err);
      const runs = await runsOf(io, experiment);
      assertEquals([...runs.keys()].toSorted(), names.toSorted());
      const isLong = ["sorted", "mixed", "hive"].includes(experiment);
      for (const [at, name] of names.entries()) {
        const run = runs.get(name);
        assertEquals(metricsOf(run), metricsOf(single.get(String(at))), `${experiment} ${name}`);
        if (!isLong) continue;
        for (const [key, value] of Object.entries(EXPECTED[name]?.params ?? {})) {
          assertEquals(run?.[`params.${key}`], value);
        }
      }
    }
  });
});

Deno.test("what cannot be a run fails alone", async () => {
  const rows = (key: string, frame: string): string =>
    `"${key}",${frame},2024-01-01,0.01\n"${key}",${frame},2024-01-02,-0.02\n`;
  const text = "symbol,frame,date,returns\n" + rows("A", "1d") + rows("", "1d") +
    rows("A/1d", "4h") +
    rows("A", "1d/4h") + rows("x".repeat(600), "1d") + rows("Z\0", "1d") +
    "B,1d,2024-01-01,0.01\nB,1d,2024-01-01,0.02\n" + rows("C", "1d");
  await inWorld({ "long.csv": text }, async (io) => {
    const { code, names, failures } = await batch(io, "long.csv", "--by", "symbol,frame");
    assertEquals(names.toSorted(), ["A/1d", "A/1d/4h", "C/1d"]);
    assertEquals(failures.length, 5);
    const said = failures.join("\n");
    for (
      const part of [
        'long.csv: Cannot read long.csv: /1d: its "symbol" is empty, and a run needs a name',
        'another series has the name "A/1d/4h" too',
        "the name of the run has 603 characters",
        "NUL character",
        "Cannot read long.csv: B/1d: line 15: the date 2024-01-01 is already in line 14",
      ]
    ) assert(said.includes(part), `${part}\n${said}`);
    assertEquals(code, 9);
  });
});

Deno.test("a side table adds params, tags and a benchmark by name", async () => {
  const table =
    "run_name,params.fee,params.symbol,tags.team,benchmark\nA,1.0,own,x,market.csv\nC,2.0,,,\nE,3,,,\n";
  const market = "date,returns\n2024-01-01,0.01\n2024-01-02,0.02\n2024-01-03,0.005\n";
  const files = {
    "long.csv": LONG,
    "side/table.csv": table,
    "side/market.csv": market,
    "files.csv": "returns,run_name\na.csv,A\n",
    "twice.csv": "run_name,params.a\nA,1\nA,2\n",
  };
  await inWorld({}, async (io) => {
    await io.files.makeFolder("side");
    for (const [name, text] of Object.entries(files)) await io.files.write(name, text);
    const words = ["long.csv", "--by", "symbol", "--manifest", "side/table.csv"];
    const { code, names, failures, err } = await batch(io, ...words);
    assertEquals([code, names], [4, ["A", "B", "C", "D"]]);
    assertEquals(failures, ['E: Cannot find run "E"; did you mean "A" or "B" or "C"?']);
    assert(err.includes("2 of 4 runs have no row in side/table.csv"), err);
    const runs = await runsOf(io, "x");
    const a = runs.get("A");
    assertEquals(
      [a?.["params.fee"], a?.["params.symbol"], a?.["tags.team"], a?.["params.benchmark_file"]],
      ["1.0", "own", "x", "side/market.csv"],
    );
    assertEquals(runs.get("B")?.["params.symbol"], "B");
    assertEquals(
      (await batch(io, "long.csv", "--by", "symbol", "--manifest", "files.csv")).code,
      3,
    );
    assertEquals(
      (await batch(io, "long.csv", "--by", "symbol", "--manifest", "twice.csv")).code,
      3,
    );
  });
});

Deno.test("only the runs that are named are logged, of datasets and of files", async () => {
  const file = "date,returns\n2024-01-01,0.01\n2024-01-02,-0.02\n2024-01-03,0.015\n";
  const files = {
    "long.csv": LONG,
    "one.csv": file,
    "two.csv": file.replace("0.015", "0.016"),
    "names.txt": "B\n\nD\n",
    "names.csv": "rank,run_name\n1,C\n2,A\n",
  };
  await inWorld(files, async (io) => {
    const of = async (...words: string[]) => {
      const { names, failures } = await batch(
        io,
        "long.csv",
        "--by",
        "symbol",
        "--dry-run",
        ...words,
      );
      return [names, failures];
    };
    assertEquals(await of("--only", "A,D"), [["A", "D"], []]);
    assertEquals(await of("--only", "names.txt"), [["B", "D"], []]);
    assertEquals(await of("--only", "names.csv"), [["A", "C"], []]);
    assertEquals(await of("--only", "A,AA"), [["A"], [
      'AA: Cannot find run "AA"; did you mean "A"?',
    ]]);
    const { names } = await batch(io, "one.csv", "two.csv", "--only", "two");
    assertEquals(names, ["two"]);
    // As a search answers it, in Parquet.
    const found = await io.run(
      "runs",
      "search",
      "-e",
      "x",
      "--format",
      "parquet",
      "--output",
      "best.parquet",
    );
    assertEquals(found.code, 0, found.err);
    const again = await batch(io, "one.csv", "two.csv", "--only", "best.parquet", "--dry-run");
    assertEquals(again.names, ["two"]);
  });
});

Deno.test("shares of a dataset are ranges, which are all of it; a sweep is resumed", async () => {
  await inWorld({ "long.csv": LONG }, async (io) => {
    const words = ["long.csv", "--by", "symbol", "--resume"];
    const shares: (readonly string[])[] = [];
    for (const share of ["0/3", "1/3", "2/3"]) {
      shares.push((await batch(io, ...words, "--shard", share)).names);
    }
    assertEquals(shares, [["A"], ["B"], ["C", "D"]]);
    const again = await batch(io, ...words);
    assertEquals([again.names.length, again.skipped], [4, 4]);
    // What else is in the dataset does not make a run another.
    const more = "symbol,date,returns\nE,2024-01-01,0.02\n" + LONG.replace(/^.*\n/, "") +
      "E,2024-01-02,0.01\n";
    await io.files.write("long.csv", more);
    const grown = await batch(io, ...words);
    assertEquals([grown.names.length, grown.skipped], [5, 4]);
    await io.files.write("long.csv", more.replace("A,2024-01-03,0.01", "A,2024-01-03,0.02"));
    assertEquals((await batch(io, ...words)).skipped, 4);
  });
});

Deno.test("several files are a dataset each, whose names differ", async () => {
  const wide = "date,E,F\n2024-01-01,0.01,\n2024-01-02,-0.02,0.01\n2024-01-03,0.01,-0.01\n";
  await inWorld(
    { "a.csv": wide, "b.csv": wide.replace("E,F", "G,H"), "c.csv": wide },
    async (io) => {
      const { names } = await batch(io, "a.csv", "b.csv", "--columns", "all");
      assertEquals(names, ["E", "F", "G", "H"]);
      const { code, err } = await batch(io, "a.csv", "c.csv", "--columns", "all");
      assertEquals(code, 3);
      assert(
        err.includes('Cannot read c.csv: it has a series \\"E\\", as a.csv has; names must differ'),
        err,
      );
    },
  );
});

Deno.test("a dataset that is not plain is refused with what to say", async () => {
  await inWorld({ "long.csv": LONG }, async (io) => {
    const cases: readonly (readonly [number, string, readonly string[]])[] = [
      [2, "--by together with --columns", ["long.csv", "--by", "symbol", "--columns", "all"]],
      [2, "give the file or folder that holds the dataset", ["--by", "symbol"]],
      [3, 'there is no column \\"symbl\\" (--by); did you mean \\"symbol\\"?', [
        "long.csv",
        "--by",
        "symbl",
      ]],
      [2, "--by symbol,timeframe", [`${DATASETS}/duckdb_hive`]],
      [2, "--by COLUMN reads its Parquet files as one dataset", [`${DATASETS}/parts`]],
      [2, "name its file too, with --benchmark FILE", [
        ...["long.csv", "--by", "symbol", "--benchmark-column", "returns"],
      ]],
      [3, "there is no such file", ["gone.parquet", "--by", "symbol"]],
      [3, "save it as a file", ["-", "--by", "symbol"]],
    ];
    for (const [code, part, words] of cases) {
      const answer = await batch(io, ...words);
      assertEquals(answer.code, code, answer.err);
      assert(answer.err.includes(part), answer.err);
    }
  });
});

Deno.test("threads read their part of a dataset", async () => {
  await inWorld({}, async (io) => {
    for (
      const words of [
        [`${DATASETS}/pandas_snappy.parquet`, "--by", "symbol,timeframe"],
        [`${DATASETS}/pandas_mixed_zstd.parquet`, "--by", "symbol,timeframe"],
        [`${DATASETS}/polars_hive`, "--by", "symbol,timeframe"],
        [`${DATASETS}/pandas_wide.parquet`, "--columns", "all"],
        [`${DATASETS}/wide.csv`, "--columns", "all"],
      ]
    ) {
      const own = [...words, "--resume", "--param", `layout=${words[0]?.split("/").at(-1)}`];
      const one = await batch(io, ...own, "--threads", "1");
      const two = await batch(io, ...own, "--threads", "2");
      assertEquals([one.code, two.code], [0, 0], one.err + two.err);
      assertEquals(two.names, one.names);
      // The same fingerprints, so that nothing is logged again.
      assertEquals([one.skipped, two.skipped], [0, 8]);
    }
    const text = LONG + ",2024-01-01,0.01\n";
    await io.files.write("long.csv", text);
    const { names, failures } = await batch(io, "long.csv", "--by", "symbol", "--threads", "2");
    assertEquals([names.length, failures.length], [4, 1]);
  });
});
