// Datasets as pandas, polars, pyarrow and DuckDB write them: every series of every file is the one that
// pandas' groupby makes, with its params, whatever the layout, the encoding and the partitions.

import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  chunksOf,
  type Dataset,
  type DatasetHost,
  type DatasetOptions,
  openDataset,
  readEntries,
} from "../../lib/input/dataset/mod.ts";
import { InputError, UsageError } from "../../lib/errors.ts";
import type { InputFile, ReadOptions } from "../../lib/input/mod.ts";
import { hostFiles } from "../../lib/host_files.ts";
import { type ParquetColumn, parquetFile } from "../../lib/output/parquet_file.ts";

const FOLDER = "tests/testdata/datasets";
const HOST: DatasetHost = { files: hostFiles() };

interface Expected {
  readonly params: Readonly<Record<string, string>>;
  readonly dates: readonly number[];
  readonly values: readonly (number | null)[];
}

const EXPECTED: Readonly<Record<string, Expected>> = JSON.parse(
  await Deno.readTextFile(`${FOLDER}/expected.json`),
);

async function readAll(
  dataset: Dataset,
  which = dataset.entries.map((_, at) => at),
  options: ReadOptions = {},
): Promise<readonly (InputFile | Error)[]> {
  const files: (InputFile | Error)[] = [];
  const asked = { hash: true, ...options };
  for (const chunk of chunksOf(dataset, which)) {
    for await (const file of readEntries(HOST, dataset, chunk, asked)) files.push(file);
  }
  return files;
}

function returnsOf(file: InputFile | Error): Pick<Expected, "dates" | "values"> {
  if (file instanceof Error) throw file;
  const [series] = file.series;
  const { dates, values } = series?.returns ?? {};
  return { dates: [...dates ?? []], values: [...values ?? []] };
}

/** A missing return is left out. */
function present(
  { dates, values }: Expected,
  until = Infinity,
): Pick<Expected, "dates" | "values"> {
  const kept = values.flatMap((value, row) =>
    value !== null && (dates[row] as number) < until ? [row] : []
  );
  return {
    dates: kept.map((row) => dates[row] as number),
    values: kept.map((row) => values[row] as number),
  };
}

const BY: DatasetOptions = { by: ["symbol", "timeframe"], read: {} };
const WIDE: DatasetOptions = { columns: ["all"], read: {} };

const LONG = [
  "long.csv",
  "long_mixed.csv",
  "pandas_snappy.parquet",
  "pandas_mixed_zstd.parquet",
  "pyarrow_plain_gzip.parquet",
  "pyarrow_delta.parquet",
  "pyarrow_lz4.parquet",
  "polars.parquet",
  "duckdb.parquet",
  "duckdb_hive",
  "polars_hive",
  "spark_like",
  "parts",
];

for (const name of LONG) {
  Deno.test(`a long dataset: ${name}`, async () => {
    const dataset = structuredClone(await openDataset(HOST, `${FOLDER}/${name}`, BY));
    assertEquals(dataset.notes, []);
    const found = dataset.entries.map((entry) => entry.name).toSorted();
    assertEquals(found, Object.keys(EXPECTED).toSorted());
    const files = await readAll(dataset);
    for (const [at, { name: run, params, problem }] of dataset.entries.entries()) {
      const expected = EXPECTED[run] as Expected;
      assertEquals(problem, null);
      const { year, ...others } = params;
      assertEquals(year, name === "spark_like" ? "2024" : undefined);
      assertEquals(others, expected.params, run);
      assertEquals(returnsOf(files[at] as InputFile), present(expected), run);
    }
  });
}

for (
  const name of [
    "wide.csv",
    "pandas_wide.parquet",
    "polars_wide.parquet",
    "duckdb_wide.parquet",
    "wide_parts",
  ]
) {
  Deno.test(`a wide dataset: ${name}`, async () => {
    const dataset = structuredClone(await openDataset(HOST, `${FOLDER}/${name}`, WIDE));
    assertEquals(
      dataset.entries.map((entry) => entry.name).toSorted(),
      Object.keys(EXPECTED).toSorted(),
    );
    const files = await readAll(dataset);
    for (const [at, { name: run }] of dataset.entries.entries()) {
      const file = files[at] as InputFile;
      assertEquals(returnsOf(file), present(EXPECTED[run] as Expected), run);
      // Padding is no missing value; the one within the third series is.
      const codes = file.warnings.map(({ code }) => code);
      assertEquals(codes, run === "ETH/4h" ? ["missing-values"] : [], run);
    }
  });
}

Deno.test("a series is known again in every layout, and whatever stands beside it", async () => {
  const hashes = new Map<string, Set<string>>();
  for (const name of [...LONG, "pandas_wide.parquet", "wide.csv", "wide_parts"]) {
    const options = name.startsWith("pandas_wide") || name.startsWith("wide") ? WIDE : BY;
    const dataset = await openDataset(HOST, `${FOLDER}/${name}`, options);
    for (const [at, file] of (await readAll(dataset)).entries()) {
      const run = dataset.entries[at]?.name ?? "";
      const known = hashes.get(run) ?? new Set();
      hashes.set(run, known.add((file as InputFile).sha256));
    }
  }
  assertEquals([...hashes.values()].map(({ size }) => size), Array(8).fill(1));
  const sample = EXPECTED["BTC/4h"] as Expected;
  const bytes = new Float64Array([...sample.dates, ...sample.values as number[]]);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  assertEquals([...hashes.get("BTC/4h") ?? []], [digest.toHex()]);
});

Deno.test("folders may say the dates", async () => {
  const until = Date.UTC(2024, 0, 13);
  const dataset = await openDataset(HOST, `${FOLDER}/by_date`, BY);
  const files = await readAll(dataset);
  for (const [at, { name, params }] of dataset.entries.entries()) {
    const expected = EXPECTED[name] as Expected;
    assertEquals(returnsOf(files[at] as InputFile), present(expected, until), name);
    assertEquals(params, expected.params);
  }
  assertEquals(files.length, 4);
});

Deno.test("some series are read in any order", async () => {
  for (const name of ["pandas_snappy.parquet", "pandas_mixed_zstd.parquet", "wide.csv"]) {
    const dataset = await openDataset(HOST, `${FOLDER}/${name}`, name === "wide.csv" ? WIDE : BY);
    const which = [5, 0, 5, 3];
    const found = await readAll(dataset, which);
    for (const [at, entry] of which.entries()) {
      const run = dataset.entries[entry]?.name ?? "";
      assertEquals(returnsOf(found[at] as InputFile), present(EXPECTED[run] as Expected));
    }
  }
});

Deno.test("the columns are chosen, and refused, as those of a file are", async () => {
  const path = `${FOLDER}/pandas_snappy.parquet`;
  const volume = await openDataset(HOST, path, {
    ...BY,
    read: { column: "volume", kind: "prices" },
  });
  const [first] = await readAll(volume, [0], { column: "volume", kind: "prices" });
  assert(first !== undefined && !(first instanceof Error));
  assertEquals([first.series[0]?.kind, first.series[0]?.column], ["prices", "volume"]);
  await assertRejects(
    () => openDataset(HOST, path, { by: ["symbl"], read: {} }),
    InputError,
    'there is no column "symbl" (--by); did you mean "symbol"?; its columns are symbol, timeframe',
  );
  await assertRejects(
    () => openDataset(HOST, `${FOLDER}/wide.csv`, { columns: ["BTC/4"], read: {} }),
    InputError,
    'there is no column "BTC/4" (--columns); did you mean "BTC/4h"',
  );
  await assertRejects(
    () => openDataset(HOST, `${FOLDER}/wide.csv`, { columns: ["X*"], read: {} }),
    InputError,
    'no column of numbers fits "X*"',
  );
  await assertRejects(() => openDataset(HOST, path, { read: {} }), UsageError, "--by");
  const some = await openDataset(HOST, `${FOLDER}/pandas_wide.parquet`, {
    columns: ["ETH/?h", "BTC*"],
    read: {},
  });
  assertEquals(some.entries.map(({ name }) => name), ["BTC/4h", "BTC/1d", "ETH/4h"]);
});

/** A file too large to be read whole, of 10 series in 10 row groups; `read` counts the bytes. */
async function largeFile(
  body: (host: DatasetHost, path: string, read: () => number) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const rows = 200_000;
  const columns: readonly ParquetColumn[] = [
    {
      name: "key",
      type: "INT64",
      data: BigInt64Array.from({ length: rows }, (_, at) => BigInt(Math.floor(at / 20_000))),
      nullable: false,
    },
    {
      name: "returns",
      type: "DOUBLE",
      data: Float64Array.from({ length: rows }, Math.random),
      nullable: false,
    },
  ];
  const layout = { rowGroupSize: 20_000, pageSize: 1 << 16, statistics: false };
  let bytes = 0;
  const { files } = HOST;
  const host: DatasetHost = {
    files: {
      ...files,
      readAt: (file, position, length) => {
        bytes += length;
        return files.readAt(file, position, length);
      },
    },
  };
  try {
    const path = `${folder}/large.parquet`;
    await Deno.writeFile(path, parquetFile(columns, layout));
    await body(host, path, () => bytes);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("of a large file only the row groups and columns that are needed are read", async () => {
  await largeFile(async (host, path, read) => {
    const dataset = await openDataset(host, path, { by: ["key"], read: { kind: "returns" } });
    assertEquals(dataset.entries.map(({ name, rows }) => [name, rows]).at(-1), ["9", 20_000]);
    const before = read();
    const files: (InputFile | Error)[] = [];
    for await (const file of readEntries(host, dataset, [7], { kind: "returns" })) files.push(file);
    assertEquals(returnsOf(files[0] as InputFile).values.length, 20_000);
    const values = 20_000 * 8;
    const own = read() - before;
    assert(own >= values && own < values * 1.1, `${own} bytes`);
  });
});

Deno.test("a file that was changed since it was looked at is refused", async () => {
  const problem = "it was changed while it was being read";
  const small = structuredClone(await openDataset(HOST, `${FOLDER}/pandas_snappy.parquet`, BY));
  assert(small.source.kind === "long");
  const parts = small.source.parts.map((part) => ({ ...part, modifiedMs: part.modifiedMs - 1 }));
  const older = { ...small, source: { ...small.source, parts } };
  await assertRejects(() => readAll(older), InputError, problem);
  await largeFile(async (host, path) => {
    const large = await openDataset(host, path, { by: ["key"], read: {} });
    // Opened already: only the ranges that are read now are missing.
    await Deno.truncate(path, 5000);
    await assertRejects(() => readAll(large), InputError, problem);
  });
});

/** A folder with these files: columns of text or numbers. */
async function inFolder(
  files: Readonly<Record<string, Readonly<Record<string, readonly (string | number)[]>> | string>>,
  body: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, content] of Object.entries(files)) {
      await Deno.mkdir(`${folder}/${name}`.replace(/[^/]*$/, ""), { recursive: true });
      if (typeof content === "string") {
        await Deno.writeTextFile(`${folder}/${name}`, content);
        continue;
      }
      const columns = Object.entries(content).map(([name, cells]): ParquetColumn =>
        name === "key"
          ? { name, type: "STRING", data: cells.map(String), nullable: false }
          : { name, type: "DOUBLE", data: Float64Array.from(cells, Number), nullable: false }
      );
      const layout = { rowGroupSize: 1000, pageSize: 1 << 16, statistics: false };
      await Deno.writeFile(`${folder}/${name}`, parquetFile(columns, layout));
    }
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("files without rows, and partitions without a value", async () => {
  const rows = { returns: [0.01, -0.02, 0.03] };
  const files = {
    "key=__HIVE_DEFAULT_PARTITION__/a.parquet": rows,
    "key=b/0.parquet": { returns: [] },
    "key=b/1.parquet": rows,
    "key=b/2.parquet": rows,
    "_temporary/key=c/0.parquet": rows,
  };
  await inFolder(files, async (folder) => {
    const dataset = await openDataset(HOST, folder, { by: ["key"], read: {} });
    assertEquals(dataset.entries.map(({ name, rows, problem }) => [name, rows, problem !== null]), [
      ["", 3, true],
      ["b", 6, false],
    ]);
    const [b] = await readAll(dataset, [1]);
    assertEquals(returnsOf(b as InputFile).values, [0.01, -0.02, 0.03, 0.01, -0.02, 0.03]);
  });
  await inFolder({ "key=a/0.parquet": rows, "0.parquet": rows }, async (folder) => {
    const problem = "its files are not partitioned alike";
    await assertRejects(
      () => openDataset(HOST, folder, { by: ["key"], read: {} }),
      InputError,
      problem,
    );
  });
  await inFolder({ "a.txt": "no data" }, async (folder) => {
    const problem = "the folder holds no Parquet files";
    await assertRejects(
      () => openDataset(HOST, folder, { by: ["key"], read: {} }),
      InputError,
      problem,
    );
  });
});

Deno.test("files of one folder may lack columns, and one column that is damaged fails alone", async () => {
  const files = {
    "0.parquet": { a: [0.01, -0.02] },
    "1.parquet": { a: [0.03, -0.01], b: [0.02, 0.01] },
  };
  await inFolder(files, async (folder) => {
    const dataset = await openDataset(HOST, folder, { columns: ["all"], read: {} });
    const found = (await readAll(dataset)).map((file) => returnsOf(file).values);
    assertEquals(found, [[0.01, -0.02, 0.03, -0.01], [0.02, 0.01]]);
  });
});

Deno.test("a wide CSV: late series, text, and a column that is called all", async () => {
  const rows = Array.from({ length: 1500 }, (_, row) => {
    const day = new Date(Date.UTC(2015, 0, 1 + row)).toISOString().slice(0, 10);
    const late = row < 1200 ? "" : row % 2 === 0 ? "1.5%" : "-1%";
    return `${day},${row % 2 === 0 ? 0.01 : -0.01},${late},x,${row % 3 === 0 ? 0.02 : -0.01}`;
  });
  await inFolder({ "w.csv": `date,early,late,text,all\n${rows.join("\n")}\n` }, async (folder) => {
    const dataset = await openDataset(HOST, `${folder}/w.csv`, { columns: ["all"], read: {} });
    assertEquals(dataset.entries.map(({ name }) => name), ["early", "late", "all"]);
    const files = await readAll(dataset);
    assertEquals(files.map((file) => returnsOf(file).values.length), [1500, 300, 1500]);
    assertEquals(returnsOf(files[1] as InputFile).values.slice(0, 2), [0.015, -0.01]);
  });
});

Deno.test("settings leave the choice of the value open, and are params", async () => {
  const key = ["a", "a", "a", "b", "b", "b"];
  const table = {
    key,
    fee: [1, 1, 1, 2, 2, 2],
    window: [10, 10, 10, 20, 20, 20],
    ret_a: [0.01, -0.02, 0.03, 0.02, -0.01, 0.01],
  };
  await inFolder({ "d.parquet": table }, async (folder) => {
    const dataset = await openDataset(HOST, `${folder}/d.parquet`, { by: ["key"], read: {} });
    assertEquals(dataset.entries.map(({ params }) => params), [
      { key: "a", fee: "1.0", window: "10.0" },
      { key: "b", fee: "2.0", window: "20.0" },
    ]);
    const found = (await readAll(dataset)).map((file) => returnsOf(file).values);
    assertEquals(found, [[0.01, -0.02, 0.03], [0.02, -0.01, 0.01]]);
  });
});

Deno.test("series are read together while memory allows, and cut where a row group ends", async () => {
  const dataset = await openDataset(HOST, `${FOLDER}/pandas_wide.parquet`, WIDE);
  const lengthsOf = (rows: number, count: number, source = dataset.source): readonly number[] => {
    const entries = Array.from({ length: count }, (_, at) => ({
      ...{ name: String(at), params: {}, rows, problem: null },
    }));
    const which = entries.map((_, at) => at);
    return [...chunksOf({ ...dataset, entries, source }, which)].map(({ length }) => length);
  };
  assertEquals(lengthsOf(10_000_000, 2), [1, 1]);
  assertEquals(lengthsOf(250_000, 5), [2, 2, 1]);
  assertEquals(lengthsOf(1, 4500), [2000, 2000, 500]);
  const long = await openDataset(HOST, `${FOLDER}/pandas_snappy.parquet`, BY);
  assert(long.source.kind === "long" && long.source.places.kind === "spans");
  const { places } = long.source;
  const first = Int32Array.from({ length: 13 }, (_, at) => at);
  const group = Int32Array.from([0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2]);
  const source = { ...long.source, places: { ...places, first, group } };
  assertEquals(lengthsOf(300_000, 12, source), [5, 5, 2]);
  const mixed = { kind: "ranges", first, last: first } as const;
  assertEquals(lengthsOf(1, 45_000, { ...long.source, places: mixed }), [20_000, 20_000, 5000]);
});
