// What programs write that is not what it looks like: numbers that count from another year, bytes that
// are text, a date beside a time of its own.

import { assertEquals, assertStringIncludes } from "@std/assert";
import { ByteWriter, parquetWrite } from "hyparquet-writer";
import { readInput } from "../../lib/input/mod.ts";
import { memoryHost } from "./memory_host.ts";
import { days, read, refusal } from "./outcomes.ts";

const DAY_S = 86_400;
const FIRST_DAY = 19_724;

/** Small returns by days of January 2024, each day as a number. */
function counted(count: (days: number) => string | number): string {
  const rows = Array.from(
    { length: 25 },
    (_, row) => `${count(FIRST_DAY + row)},${(row * 7 % 11 - 5) / 1e5}`,
  );
  return `time,ret\n${rows.join("\n")}\n`;
}

Deno.test("numbers that count from another year than 1970 are refused, the flag takes them as they are", async () => {
  const toCome: readonly (readonly [string, string])[] = [
    [counted((day) => (day + 3653) * DAY_S), "s"], // SAS, from 1960
    [counted((day) => (day + 3653) * DAY_S * 1000), "ms"], // Stata, from 1960
    [counted((day) => (day + 134_774) * DAY_S * 1e6), "us"], // WebKit, from 1601
    [counted((day) => (day + 719_162) * DAY_S * 1000), "ms"], // Java's and MATLAB's from the year 1
    [counted((day) => `2401${String(day - FIRST_DAY + 1).padStart(2, "0")}1600`), "s"], // YYMMDDHHMM
  ];
  for (const [text, unit] of toCome) {
    const line = await refusal(text);
    assertStringIncludes(line, "a day to come");
    assertStringIncludes(line, `--date-format ${unit} if it is right`);
    assertEquals((await read(text, { dateFormat: unit })).values.length, 25);
  }
  assertEquals(
    (await read(toCome[4]?.[0] ?? "", { dateFormat: "%y%m%d%H%M" })).dates[0],
    "2024-01-01T16:00",
  );
  const past = [
    counted((day) => `${BigInt(day + 719_162) * 864_000_000_000n}`), // .NET
    counted((day) => `${BigInt(day + 134_774) * 864_000_000_000n}`), // Windows
  ];
  for (const text of past) {
    const line = await refusal(text);
    assertStringIncludes(line, "say --date-format ns if they are right");
    assertEquals((await read(text, { dateFormat: "ns" })).values.length, 25);
  }
  const old = counted((day) => (day - FIRST_DAY - 9000) * DAY_S);
  assertEquals((await read(old)).dates[0], "1945-05-12T00:00");
});

Deno.test("values too large for their squares are beyond every volatility", async () => {
  const values = Array.from(
    { length: 25 },
    (_, row) => row === 3 ? "1e308" : `${(row * 7 % 11 - 5) / 1000}`,
  );
  assertStringIncludes(await refusal(days("date,ret", values)), "as those in percent do");
});

Deno.test("a time of day beside a date that has its midnight", async () => {
  for (const midnight of [" 00:00:00", "T00:00:00.000", " 00:00"]) {
    const rows = `date,time,ret\n2024-01-02${midnight},16:00:00,0.01\n` +
      `2024-01-03${midnight},16:00:00,0.02\n`;
    assertEquals((await read(rows)).dates, ["2024-01-02T16:00", "2024-01-03T16:00"], midnight);
  }
});

Deno.test("Parquet: bytes that their writer did not call text are text, days may have their time beside", async () => {
  const bytes = new TextEncoder();
  const clock = [57_600_000_000n, 57_600_000_000n];
  const tables = [
    [{
      name: "date",
      type: "BYTE_ARRAY",
      data: ["2024-01-02", "2024-01-03"].map((day) => bytes.encode(day)),
    }],
    [
      { name: "date", converted_type: "DATE", type: "INT32", data: [19_724, 19_725] },
      { name: "time", converted_type: "TIME_MICROS", type: "INT64", data: clock },
    ],
  ];
  for (const columns of tables) {
    const all = [...columns, { name: "ret", type: "DOUBLE", data: [0.01, 0.02] }];
    const writer = new ByteWriter();
    parquetWrite({
      writer,
      columnData: all.map(({ name, data }) => ({ name, data })),
      schema: [
        { name: "root", num_children: all.length },
        ...all.map(({ data: _, ...element }) => ({ ...element, repetition_type: "REQUIRED" })),
      ] as NonNullable<Parameters<typeof parquetWrite>[0]["schema"]>,
    });
    const host = memoryHost({ "r.parquet": new Uint8Array(writer.getBuffer()) });
    const { series } = await readInput(host, "r.parquet", {});
    const hours = columns.length === 1 ? 0 : 16;
    assertEquals(
      [...series[0]?.returns.dates ?? []],
      [Date.UTC(2024, 0, 2, hours), Date.UTC(2024, 0, 3, hours)],
    );
  }
});

Deno.test("boxes whose first column has no name are read, as Markdown of a frame is", async () => {
  const rows = "| 2024-01-02 00:00:00 |  0.01 |\n| 2024-01-03 00:00:00 | -0.02 |\n";
  const markdown = `|                     |   ret |\n|:--------------------|------:|\n${rows}`;
  const found = await read(markdown);
  assertEquals([found.dates[0], found.values], ["2024-01-02T00:00", [0.01, -0.02]]);
});

Deno.test("names with a number are a header, a title that says average begins another table", async () => {
  const rows = [1, -2, 3, -1, 2].map((value, row) => `20240${row + 1},${value}.00,0.02\n`).join("");
  const table = (title: string): string => `${title}\n,Lo 30,Med 40\n${rows}`;
  const first = `Notes of 2024\n\n${table("  Average Value Weighted Returns -- Monthly")}`;
  const options = { column: "Lo 30", percent: true } as const;
  assertEquals((await read(first, options)).values, [0.01, -0.02, 0.03, -0.01, 0.02]);
  assertStringIncludes(
    await refusal(`${first}\n${table("  Average Equal Weighted Returns -- Monthly")}`, options),
    "a second table of the same columns begins in line 12",
  );
});

Deno.test("words for missing values of databases, of Excel abroad, of Bloomberg and of Julia", async () => {
  for (
    const word of ["\\N", "(null)", "missing", "#NV", "#N/D", "#N/A Field Not Applicable", "nan%"]
  ) {
    const cells = word === "nan%" ? ["1%", word, "2%"] : ["0.01", word, "0.02"];
    const found = await read(days("date,ret", cells));
    assertEquals([found.values, found.codes], [[0.01, 0.02], ["missing-values"]], word);
  }
});

Deno.test("dates of a column with a gap, times behind a dash, a format that fits no column", async () => {
  const gap = await read("date,ret\n20240102.0,0.01\n20240103.0,0.02\n");
  assertEquals(gap.dates, ["2024-01-02T00:00", "2024-01-03T00:00"]);
  const dash = "date,ret\n1/2/2024 - 13:15:00,0.01\n1/15/2024 - 13:15:00,0.02\n";
  assertEquals((await read(dash)).dates, ["2024-01-02T13:15", "2024-01-15T13:15"]);
  const open = "date,ret\n1/2/2024 - 13:15:00,0.01\n1/3/2024 - 13:15:00,0.02\n";
  const dateFormat = "%m/%d/%Y - %H:%M:%S";
  assertStringIncludes(await refusal(open), dateFormat);
  assertEquals((await read(open, { dateFormat })).dates[0], "2024-01-02T13:15");
  assertStringIncludes(
    await refusal("when,a,ret\n2024-01-02 BP,x,0.01\n2024-01-03 BP,x,0.02\n", {
      dateFormat: "%Y-%m-%d EP",
    }),
    'no column has dates that fit --date-format "%Y-%m-%d EP"',
  );
});

Deno.test("payments are told by words within a type, and by a second column of types", async () => {
  const trades = { kind: "trades", capital: 1000, column: "Amount" } as const;
  const rows = (header: string, ...types: readonly string[]): string =>
    `Time,${header},Amount\n2024-01-02,${types[0]},10\n2024-01-03,${types[1]},500\n` +
    `2024-01-03,${types[0]},15.1\n`;
  for (
    const text of [
      rows("Type", "REALIZED_PNL", "INTERNAL_TRANSFER"),
      rows("Type", "REALIZED_PNL", "COIN_SWAP_DEPOSIT"),
      rows("Type,Sub Type", "Trade,Sell to Close", "Money Movement,Deposit"),
    ]
  ) {
    const found = await read(text, trades);
    assertEquals([found.values, found.codes], [[0.01, 0.01], ["money-moved"]], text);
  }
  const interest = rows("Type,Sub Type", "Trade,Sell to Close", "Money Movement,Credit Interest");
  assertEquals((await read(interest, trades)).values[1], 515.1 / 1010);
});

Deno.test("of profits and their running total neither is chosen", async () => {
  const text = "Date/Time,Trade P/L,P/L\n2024-01-02,10,10\n2024-01-03,20.2,30.2\n";
  const trades = { kind: "trades", capital: 1000 } as const;
  assertStringIncludes(await refusal(text, trades), "more than one column is called");
  assertEquals((await read(text, { ...trades, column: "Trade P/L" })).values, [0.01, 0.02]);
});

Deno.test("the opening and closing of a period are no trade's", async () => {
  const text = ",period_open,period_close,returns\n" +
    "2024-01-02 21:00:00+00:00,2024-01-02 14:31:00+00:00,2024-01-02 21:00:00+00:00,0.01\n" +
    "2024-01-03 21:00:00+00:00,2024-01-03 14:31:00+00:00,2024-01-03 21:00:00+00:00,0.02\n";
  const found = await read(text);
  assertEquals([found.dates[0], found.values], ["2024-01-02T21:00", [0.01, 0.02]]);
});

Deno.test("money of countries whose sign is a letter or two", async () => {
  for (const cells of [["R$ 1.000,50", "R$ 1.010,50"], ["1.000,50 zł", "1.010,50 zł"]]) {
    const text = `date;equity\n2024-01-02;${cells[0]}\n2024-01-03;${cells[1]}\n`;
    assertEquals((await read(text)).values, [Number((1010.5 / 1000.5 - 1).toFixed(10))]);
  }
});

Deno.test("a table under a name, its columns by names of their own, as Nasdaq Data Link has it", async () => {
  const data = [["2024-01-03", 101], ["2024-01-02", 100]];
  for (
    const document of [
      { dataset: { id: 1, column_names: ["Date", "Close"], frequency: "daily", data } },
      {
        datatable: { data, columns: [{ name: "date", type: "Date" }, { name: "close" }] },
        meta: { next_cursor_id: null },
      },
    ]
  ) {
    const found = await read(JSON.stringify(document));
    assertEquals([found.kind, found.values], ["prices", [0.01]]);
  }
});

Deno.test("growth of 1 is no return since the beginning, by name or by flag", async () => {
  const growth = days("date,cumulative_returns", [1.01, 1.0201, 0.999698]);
  const capital = { kind: "equity", capital: 1 } as const;
  for (const options of [{}, { kind: "cumulative" }] as const) {
    const line = await refusal(growth, options);
    assertStringIncludes(line, "line 2: it begins with 1.01, as growth of 1 does");
    assertStringIncludes(line, "--kind equity with --capital 1");
  }
  assertEquals((await read(growth, capital)).values, [0.01, 0.01, -0.02]);
  const doubled = days("date,c", [0, 1, 1.02, 1.04]);
  assertEquals((await read(doubled, { kind: "cumulative" })).values.slice(0, 2), [0, 1]);
});

Deno.test("units of other things are no money", async () => {
  for (const unit of ["bps", "pct", "PIPS"]) {
    const text = days("date,ret", [`0.12 ${unit}`, `-0.07 ${unit}`]);
    assertStringIncludes(await refusal(text, { kind: "returns" }), `"0.12 ${unit}"`);
  }
});
