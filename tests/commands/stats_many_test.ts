// Several files are one table: each row has what the file alone gives, from one thread or from several.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import fs from "node:fs";
import { parquetMetadata, parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { format } from "../../lib/output/parquet.ts";
import { writeReturns } from "../helpers/returns.ts";
import { type TestIo, testIo } from "../helpers/test_io.ts";

type Row = Readonly<Record<string, unknown>>;

function world(count: number): { readonly io: TestIo; readonly files: readonly string[] } {
  const io = testIo();
  const files = Array.from({ length: count }, (_, index) => `${io.folder}/r${100 + index}.csv`);
  for (const [index, file] of files.entries()) {
    writeReturns(file, Array.from({ length: 60 }, (_, day) => Math.sin(day * 7 + index) / 50));
  }
  return { io, files };
}

async function parquetRows(file: string): Promise<readonly Row[]> {
  const { buffer } = new Uint8Array(fs.readFileSync(file));
  return await parquetReadObjects({ file: buffer, compressors }) as readonly Row[];
}

/** A row as `stats FILE --format json` would give it. */
async function alone(io: TestIo, file: string, flags: readonly string[]): Promise<Row> {
  const { out } = await io.run("stats", file, ...flags, "--format", "json");
  const { points, start, end, periods, metrics, intervals = {} } = JSON.parse(out);
  const row: Record<string, unknown> = {
    run_name: file.split("/").at(-1)?.replace(".csv", ""),
    returns: file,
    ...{ points, start, end, periods },
  };
  for (const [name, value] of Object.entries(metrics)) row[`metrics.${name}`] = value;
  for (const [name, bounds] of Object.entries<{ low: number; high: number } | null>(intervals)) {
    row[`metrics.ci_low.${name}`] = bounds?.low ?? null;
    row[`metrics.ci_high.${name}`] = bounds?.high ?? null;
  }
  return row;
}

Deno.test("a row has what its file alone gives, in every format, from one thread or several", async () => {
  const { io, files } = world(30);
  try {
    const market = `${io.folder}/market.csv`;
    writeReturns(market, Array.from({ length: 60 }, (_, day) => Math.cos(day * 3) / 60));
    const cases: readonly (readonly string[])[] = [
      [],
      ["--benchmark", market, "--extended", "--define", "twice=2*cagr"],
      ["--metrics", "sharpe_ratio,cagr", "--intervals", "--resamples", "100"],
    ];
    for (const flags of cases) {
      const expected: Row[] = [];
      for (const file of files) expected.push(await alone(io, file, flags));
      for (const threads of ["1", "3"]) {
        const words = ["stats", ...files, ...flags, "--threads", threads];
        const json = await io.run(...words, "--format", "json");
        assertEquals(json.code, 0, json.err);
        assertEquals(JSON.parse(json.out), expected);
        const output = `${io.folder}/metrics.parquet`;
        const parquet = await io.run(...words, "--format", "parquet", "--output", output);
        assertEquals(parquet.code, 0, parquet.err);
        const times = (row: Row): Row => ({
          ...row,
          start: new Date(String(row["start"])),
          end: new Date(String(row["end"])),
        });
        assertEquals(await parquetRows(output), expected.map(times));
      }
    }
  } finally {
    io.remove();
  }
});

Deno.test("a file that fails is named, the others have their rows, and the code says so", async () => {
  const { io, files } = world(4);
  try {
    const bad = `${io.folder}/bad.csv`;
    fs.writeFileSync(bad, "date,returns\n2024-01-01,0.01\n2024-01-02,high\n");
    for (const threads of ["1", "2"]) {
      const words = ["stats", files[0], bad, ...files.slice(1), "--threads", threads] as string[];
      const { code, out, err } = await io.run(...words, "--format", "csv", "--metrics", "cagr");
      assertEquals(code, 3);
      assertEquals(out.trim().split("\n").length, 1 + files.length);
      assertStringIncludes(err, 'bad.csv: line 3: expected a number, got "high"');
      assertStringIncludes(err, "error: 1 of 5 files failed");
      const unmet = await io.run(...words, "--require", "sharpe_ratio > 100");
      assertEquals(unmet.code, 9, "some cannot be read, others do not meet what is required");
      assertStringIncludes(unmet.err, "4 of 5 files do not meet what is required");
    }
    const strict = await io.run("stats", ...files, "--require", "sharpe_ratio > 100");
    assertEquals(strict.code, 10);
    assertStringIncludes(strict.err, "r100.csv: sharpe_ratio > 100 (it is ");
  } finally {
    io.remove();
  }
});

Deno.test("every strategy of a file has a row of its own", async () => {
  const { io, files } = world(1);
  try {
    const freqtrade = `${Deno.cwd()}/tests/testdata/freqtrade.json`;
    const words = ["stats", freqtrade, files[0] as string, "--metrics", "cagr"];
    const { code, out, err } = await io.run(...words, "--format", "json");
    assertEquals(code, 0, err);
    const rows = JSON.parse(out) as readonly Row[];
    const strategies = JSON.parse((await io.run("stats", freqtrade, "--format", "json")).out);
    assertEquals(rows.map((row) => row["metrics.cagr"]).slice(0, -1), [
      ...strategies.map(({ metrics }: { metrics: Row }) => metrics["cagr"]),
    ]);
    assertEquals(rows.at(-1)?.["run_name"], "r100");
  } finally {
    io.remove();
  }
});

Deno.test("a dry batch gives the same table with its params, from which runs are chosen", async () => {
  const { io, files } = world(6);
  try {
    const manifest = `${io.folder}/sweep.csv`;
    const lines = files.map((file, index) => `${file},run ${index},${index * 10}`);
    fs.writeFileSync(manifest, `returns,run_name,params.window\n${lines.join("\n")}\n`);
    const words = ["batch", "-e", "x", "--manifest", manifest];
    const output = `${io.folder}/metrics.parquet`;
    const dry = ["--dry-run", "--format", "parquet", "--output", output];
    const table = await io.run(...words, ...dry, "--threads", "2");
    assertEquals(table.code, 0, table.err);
    const rows = await parquetRows(output);
    assertEquals(rows.map((row) => [row["run_name"], row["params.window"]]), [
      ...files.map((_, index) => [`run ${index}`, String(index * 10)]),
    ]);
    const [first] = files as [string];
    const { start, end, ...numbers } = await alone(io, first, []);
    assert(start !== undefined && end !== undefined);
    for (const [name, value] of Object.entries(numbers)) {
      if (name !== "run_name") assertEquals(rows[0]?.[name], value, name);
    }
    assertEquals((await io.run("runs", "search", "-e", "x")).code, 4, "nothing was kept");
    const best = rows.toSorted((a, b) => Number(b["metrics.cagr"]) - Number(a["metrics.cagr"]))
      .slice(0, 2).map((row) => String(row["run_name"]));
    const chosen = `${io.folder}/best.csv`;
    fs.writeFileSync(chosen, `run_name\n${best.join("\n")}\n`);
    assertEquals((await io.run(...words, "--only", chosen)).code, 0);
    const { out } = await io.run("runs", "search", "-e", "x", "--format", "csv", "-c", "run_name");
    assertEquals(out.trim().split("\n").slice(1).toSorted(), best.toSorted());
    const logged = await io.run(...words, "--format", "csv");
    assertEquals(logged.code, 2);
    assertStringIncludes(logged.err, "add --dry-run for their metrics alone");
  } finally {
    io.remove();
  }
});

Deno.test("what is written is not what is read, and what goes with one file is refused", async () => {
  const { io, files } = world(2);
  try {
    const over = await io.run("stats", ...files, "--format", "csv", "--output", files[1] as string);
    assertEquals(over.code, 2);
    assertStringIncludes(over.err, "the command itself uses that file");
    const paths = await io.run("stats", ...files, "--montecarlo", "10");
    assertEquals(paths.code, 2);
    assertStringIncludes(paths.err, "Cannot use --montecarlo with several files: give one");
  } finally {
    io.remove();
  }
});

Deno.test("Parquet of known types leaves group by group, and undefined is null in every group", async () => {
  const parts: Uint8Array[] = [];
  let held = 0;
  const count = 120_000;
  function* pages(): Generator<readonly Row[]> {
    for (let at = 0; at < count; at++) {
      yield [{ name: `r${at}`, value: at % 3 === 0 ? NaN : at / 7, at: new Date(at) }];
      held = Math.max(held, at - parts.length * 50_000);
    }
  }
  const rows = {
    columns: ["name", "value", "never", "at"],
    types: { name: "text", value: "number", never: "number", at: "time" },
    noun: null,
    pages: pages(),
  } as unknown as Parameters<typeof format.render>[0];
  const writer = {
    write: (part: string | Uint8Array) => {
      parts.push((part as Uint8Array).slice());
      return Promise.resolve(true);
    },
  };
  const options = { columns: 80, colour: false, isTerminal: false, now: 0 };
  assertEquals(await format.render(rows, writer, options), count);
  assertEquals(parts.length, 4, "three groups and the end");
  assert(held <= 50_000);
  const { buffer } = new Uint8Array(await new Blob(parts as BlobPart[]).arrayBuffer());
  assertEquals(parquetMetadata(buffer).row_groups.length, 3);
  const read = await parquetReadObjects({ file: buffer, compressors }) as readonly Row[];
  for (const at of [0, 1, 49_999, 50_000, 119_999]) {
    const value = at % 3 === 0 ? null : at / 7;
    assertEquals(read[at], { name: `r${at}`, value, never: null, at: new Date(at) });
  }
});
