// Every format writes the same rows exactly as promised: times, undefined values, quoting, columns.

import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { parquetReadObjects } from "hyparquet";
import { StorageError, UsageError } from "../../lib/errors.ts";
import { counted, OUTPUT_FORMATS, render } from "../../lib/output/mod.ts";
import type { Row, Rows } from "../../lib/command/answer.ts";
import { testIo, type TestIoOptions } from "../helpers/test_io.ts";

const RUNS: readonly Row[] = [
  {
    "run_id": "0199f2c5a0c17d4c8f3d7d1e5b0a9c42",
    "run_name": "trend, slow",
    "start_time": new Date(Date.UTC(2024, 1, 29, 12, 30, 0, 7)),
    "duration": 1.5,
    "metrics.sharpe_ratio": 0.1 + 0.2,
    "params.lookback": "20",
  },
  {
    "run_id": "0199f2c5a0c17d4c8f3d7d1e5b0a9c43",
    "run_name": 'say "hi"\nthere',
    "start_time": new Date(0),
    "duration": null,
    "metrics.sharpe_ratio": NaN,
    "metrics.total": 123456789,
    "params.fee": "0.1",
  },
];

function rows(pages: Iterable<readonly Row[]> = [RUNS], rest: Partial<Rows> = {}): Rows {
  return { columns: null, noun: "runs", pages, ...rest };
}

async function written(
  format: string,
  what: Rows,
  options: TestIoOptions = {},
): Promise<{ readonly out: string; readonly count: string | null }> {
  const io = testIo(options);
  try {
    const count = await render({ rows: what }, { format, output: undefined, io });
    return { out: io.out(), count };
  } finally {
    io.remove();
  }
}

Deno.test("csv has the union of all keys, families together, and every digit", async () => {
  const { out, count } = await written("csv", rows([[...RUNS].slice(0, 1), RUNS.slice(1)]));
  assertEquals(
    out,
    "run_id,run_name,start_time,duration,metrics.sharpe_ratio,metrics.total,params.lookback,params.fee\n" +
      '0199f2c5a0c17d4c8f3d7d1e5b0a9c42,"trend, slow",2024-02-29T12:30:00.007Z,1.5,0.30000000000000004,,20,\n' +
      '0199f2c5a0c17d4c8f3d7d1e5b0a9c43,"say ""hi""\nthere",1970-01-01T00:00:00.000Z,,,123456789,,0.1\n',
  );
  assertEquals(count, "2 runs");
});

Deno.test("csv with columns keeps their order, and an unknown one is empty", async () => {
  const { out } = await written(
    "csv",
    rows([RUNS], { columns: ["params.fee", "nope", "duration"] }),
  );
  assertEquals(out, "params.fee,nope,duration\n,,1.5\n0.1,,\n");
});

Deno.test("csv without rows is empty, and its header when columns are known", async () => {
  assertEquals(await written("csv", rows([])), { out: "", count: "0 runs" });
  const known = rows([], { columns: ["a", "b"] });
  assertEquals(await written("csv", known), { out: "a,b\n", count: "0 runs" });
});

Deno.test("csv disarms what a spreadsheet would run, and leaves numbers alone", async () => {
  const cells = ["=1+1", "+cmd", "-cmd", "@SUM(A1)", "\tx", "＝1", "-1.5", "+2e-7", "a=b", " =1"];
  const { out } = await written("csv", rows(cells.map((name) => [{ name }])));
  assertEquals(
    out,
    "name\n'=1+1\n'+cmd\n'-cmd\n'@SUM(A1)\n\"'\tx\"\n'＝1\n-1.5\n+2e-7\na=b\n =1\n",
  );
});

Deno.test("json is one array with an object a line; undefined is null", async () => {
  const { out, count } = await written("json", rows([RUNS.slice(0, 1), [], RUNS.slice(1)]));
  assertEquals(
    out,
    '[\n  {"run_id":"0199f2c5a0c17d4c8f3d7d1e5b0a9c42","run_name":"trend, slow",' +
      '"start_time":"2024-02-29T12:30:00.007Z","duration":1.5,' +
      '"metrics.sharpe_ratio":0.30000000000000004,"params.lookback":"20"},\n' +
      '  {"run_id":"0199f2c5a0c17d4c8f3d7d1e5b0a9c43","run_name":"say \\"hi\\"\\nthere",' +
      '"start_time":"1970-01-01T00:00:00.000Z","duration":null,"metrics.sharpe_ratio":null,' +
      '"metrics.total":123456789,"params.fee":"0.1"}\n]\n',
  );
  assertEquals(JSON.parse(out).length, 2);
  assertEquals(count, "2 runs");
  assertEquals((await written("json", rows([]))).out, "[]\n");
});

Deno.test("ndjson with columns has them all in every line", async () => {
  const { out } = await written("ndjson", rows([RUNS], { columns: ["params.fee", "duration"] }));
  assertEquals(
    out,
    '{"params.fee":null,"duration":1.5}\n{"params.fee":"0.1","duration":null}\n',
  );
});

Deno.test("a table off a terminal shows everything, aligned, without colour", async () => {
  const { out } = await written("table", rows());
  assertEquals(
    out,
    "run_id                            run_name        start_time            duration" +
      "  metrics.sharpe_ratio  metrics.total  params.lookback  params.fee\n" +
      "0199f2c5a0c17d4c8f3d7d1e5b0a9c42  trend, slow     2024-02-29T12:30:00Z       1.5" +
      "                   0.3                 20\n" +
      '0199f2c5a0c17d4c8f3d7d1e5b0a9c43  say "hi" there  1970-01-01T00:00:00Z          ' +
      "                            123456789                   0.1\n",
  );
});

Deno.test("a table on a terminal fits it: text is cut, ids are short, columns that do not fit are named", async () => {
  const wide = rows([[{
    run_id: "0199f2c5a0c17d4c8f3d7d1e5b0a9c42",
    run_name: "n".repeat(60),
    b: 1,
    c: 2,
    d: "d".repeat(30),
  }]]);
  const options = { terminalColumns: 38, env: { NO_COLOR: "1" } };
  const { out } = await written("table", wide, options);
  assertEquals(
    out,
    "run_id    run_name                b  c\n" +
      "0199f2c5  nnnnnnnnnnnnnnnnnnnnn…  1  2\n" +
      "+ d (--format csv has all)\n",
  );
});

Deno.test("a table has colour on a terminal only, and not with NO_COLOR or a dumb one", async () => {
  const isBold = async (options: TestIoOptions): Promise<boolean> =>
    (await written("table", rows(), options)).out.includes("\x1b[1m");
  assertEquals(await isBold({ terminalColumns: 200 }), true);
  assertEquals(await isBold({ terminalColumns: 200, env: { NO_COLOR: "1" } }), false);
  // no-color.org: "when present and not an empty string".
  assertEquals(await isBold({ terminalColumns: 200, env: { NO_COLOR: "" } }), true);
  assertEquals(await isBold({ terminalColumns: 200, env: { TERM: "dumb" } }), false);
  assertEquals(await isBold({}), false);
  assertEquals(await isBold({ env: { CLICOLOR_FORCE: "1" } }), true);
  assertEquals(await isBold({ env: { CLICOLOR_FORCE: "0" } }), false);
  assertEquals(await isBold({ env: { CLICOLOR_FORCE: "1", NO_COLOR: "1" } }), false);
});

Deno.test("a table of many rows keeps one layout throughout", async () => {
  const many = Array.from({ length: 1203 }, (_, i) => ({ name: `r${i}`, value: i * 1000 }));
  const { out, count } = await written("table", rows([many]));
  const lines = out.trimEnd().split("\n");
  assertEquals(lines.length, 1204);
  assertEquals(new Set(lines.map((line) => line.length)), new Set(["r1202  1202000".length]));
  assertEquals(count, "1203 runs");
});

Deno.test("what a table has not measured is whole, but for text on a terminal", async () => {
  const measured = Array.from({ length: 10_000 }, () => ({ id: "a", name: "text", value: 1 }));
  const late = { id: "0123456789abcdef", name: "x".repeat(50), value: 1234567890123 };
  const pages = [measured, [late], [{ ...late, name: "y" }]];
  const last = async (options: TestIoOptions): Promise<string> => {
    const { out, count } = await written("table", rows(pages), options);
    assertEquals(count, "10002 runs");
    return out.trimEnd().split("\n").at(-2) ?? "";
  };
  assertEquals(await last({}), `0123456789abcdef  ${"x".repeat(50)}  1234567890123`);
  assertEquals(await last({ terminalColumns: 40 }), "0…  xxx…  1234567890123");
});

Deno.test("wide characters take two places in a table", async () => {
  const { out } = await written("table", rows([[{ a: "日本", b: "x" }, { a: "abcd", b: "y" }]]));
  assertEquals(out, "a     b\n日本  x\nabcd  y\n");
});

Deno.test("parquet reads back as written: doubles, times, text and nulls", async () => {
  const io = testIo();
  try {
    const target = { format: "parquet", output: "runs.parquet", io };
    assertEquals(await render({ rows: rows() }, target), "2 runs");
    const bytes = await io.files.read("runs.parquet");
    const file = new Uint8Array(bytes).buffer;
    const back = await parquetReadObjects({ file });
    assertEquals(back[0], {
      "run_id": "0199f2c5a0c17d4c8f3d7d1e5b0a9c42",
      "run_name": "trend, slow",
      "start_time": new Date(Date.UTC(2024, 1, 29, 12, 30, 0, 7)),
      "duration": 1.5,
      "metrics.sharpe_ratio": 0.30000000000000004,
      "metrics.total": null,
      "params.lookback": "20",
      "params.fee": null,
    });
    assertEquals(back[1]?.["metrics.total"], 123456789);
    assertEquals(back[1]?.["metrics.sharpe_ratio"], null);
    assertEquals(back.length, 2);
  } finally {
    io.remove();
  }
});

Deno.test("parquet is not written to a terminal", async () => {
  const error = await assertRejects(
    () => written("parquet", rows(), { terminalColumns: 80 }),
    UsageError,
  );
  assertEquals(error.message, "Cannot write parquet to a terminal: name a file with --output FILE");
});

Deno.test("hostile text cannot act on a terminal, and is whole in a pipe", async () => {
  const name = "a\x1b[31mb\x1b]0;title\x07c\u202ed\x9b2Je\rf";
  const hostile = rows([[{ name }]]);
  // deno-lint-ignore no-control-regex
  const acts = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/;
  for (const { name: format } of OUTPUT_FORMATS.filter(({ name }) => name !== "parquet")) {
    const options = { terminalColumns: 80, env: { NO_COLOR: "1" } };
    const { out } = await written(format, hostile, options);
    assertEquals(acts.test(out), false, `${format}: ${JSON.stringify(out)}`);
  }
  assertEquals(JSON.parse((await written("ndjson", hostile)).out), { name });
  assertStringIncludes((await written("csv", hostile)).out, name);
  assertStringIncludes((await written("table", hostile)).out, "abcdef");
});

Deno.test("a reader that goes away ends the work quietly and stops the source", async () => {
  for (const format of ["csv", "json", "ndjson"]) {
    let pulled = 0;
    let closed = false;
    const source = function* (): Iterable<readonly Row[]> {
      try {
        while (true) yield [{ n: pulled++ }];
      } finally {
        closed = true;
      }
    };
    const endless = rows(source(), { columns: ["n"] });
    const { count } = await written(format, endless, { writesTaken: 3 });
    assertEquals(count, null, format);
    assertEquals(closed, true, format);
    assertEquals(pulled <= 4, true, `${format} read ${pulled} pages`);
  }
});

Deno.test("a full disk under stdout is an error that says so", async () => {
  const error = await assertRejects(
    () => written("csv", rows(), { stdoutFails: "ENOSPC" }),
    StorageError,
  );
  assertEquals(error.message, "Cannot use standard output: no space left on the disk");
});

Deno.test("an output file appears whole or not at all", async () => {
  const io = testIo();
  try {
    const failing = function* (): Iterable<readonly Row[]> {
      yield RUNS;
      throw new Error("the server went away");
    };
    for (const { name: format } of OUTPUT_FORMATS) {
      const target = { format, output: "out", io };
      const error = await assertRejects(() => render({ rows: rows(failing()) }, target), Error);
      assertEquals(error.message, "the server went away", format);
      assertEquals(await io.files.list("."), [], format);
    }
    await render({ rows: rows() }, { format: "ndjson", output: "out", io });
    assertEquals(await io.files.list("."), ["out"]);
    assertEquals(io.out(), "");
  } finally {
    io.remove();
  }
});

Deno.test("an interruption ends the writing at once, and takes back a file begun", async () => {
  for (const output of ["runs.csv", undefined]) {
    const io = testIo();
    try {
      const abort = new AbortController();
      const source = async function* (): AsyncIterable<readonly Row[]> {
        yield RUNS;
        setTimeout(() => abort.abort(new Error("Interrupted")), 10);
        await new Promise(() => {});
      };
      const stuck = { columns: ["run_id"], noun: "runs", pages: source() };
      const target = { format: "csv", output, io, interrupted: abort.signal };
      const error = await assertRejects(() => render({ rows: stuck }, target), Error);
      assertEquals(error.message, "Interrupted");
      assertEquals(await io.files.list("."), []);
    } finally {
      io.remove();
    }
  }
});

Deno.test("an output file in a missing folder is an error that says so", async () => {
  const io = testIo();
  try {
    const error = await assertRejects(
      () => render({ rows: rows() }, { format: "csv", output: "no/such/x.csv", io }),
      StorageError,
    );
    assertEquals(error.message, "Cannot use no/such/x.csv: its folder does not exist");
  } finally {
    io.remove();
  }
});

Deno.test("a record is one object, and numbers that are not finite are null", async () => {
  const io = testIo();
  try {
    const record = { run_id: "x", metrics: { a: NaN, b: 1e-7 } };
    await render({ json: record }, { format: "json", output: undefined, io });
    assertEquals(
      io.out(),
      '{\n  "run_id": "x",\n  "metrics": {\n    "a": null,\n    "b": 1e-7\n  }\n}\n',
    );
  } finally {
    io.remove();
  }
});

Deno.test("counts agree with their noun", () => {
  assertEquals(counted(1, "runs"), "1 run");
  assertEquals(counted(0, "runs"), "0 runs");
  assertEquals(counted(1, "queries"), "1 query");
  assertEquals(counted(2, "queries"), "2 queries");
});
