// The rules of reading, one by one: columns, dates, missing values, kinds, order. Each bad input gets
// one exact line, since that line is all that its user has to mend the file by.

import { assert, assertEquals } from "@std/assert";
import { readInput, type ReadOptions, timestampText } from "../../lib/input/mod.ts";
import { memoryHost } from "./memory_host.ts";

interface Outcome {
  readonly dates: readonly string[] | null;
  readonly values: readonly number[];
  readonly warnings: readonly string[];
}

async function read(text: string, options: ReadOptions = {}): Promise<Outcome> {
  const file = await readInput(memoryHost({ "r.csv": text }), "r.csv", options);
  const returns = file.series[0]?.returns;
  assert(returns !== undefined);
  return {
    dates: returns.dates === null ? null : [...returns.dates].map(timestampText),
    values: [...returns.values],
    warnings: file.warnings.map(({ code, message }) => `${code}: ${message}`),
  };
}

async function refusal(text: string, options: ReadOptions = {}): Promise<string> {
  try {
    await read(text, options);
  } catch (error) {
    if (error instanceof Error && /^(InputError|UsageError)$/.test(error.name)) {
      return error.message;
    }
    throw error;
  }
  throw new Error(`this was read: ${text}`);
}

const TWO_DAYS = ["2024-01-01 00:00:00", "2024-01-02 00:00:00"];

Deno.test("columns: the date and the value are found by name, else by what they hold", async () => {
  const files = [
    "date,returns\n2024-01-01,0.1\n2024-01-02,0.2\n",
    "RETURN;Timestamp\n0.1;2024-01-01\n0.2;2024-01-02\n",
    ",0\n2024-01-01,0.1\n2024-01-02,0.2\n",
    "Date,0\n2024-01-01,0.1\n2024-01-02,0.2\n",
    "2024-01-01,0.1\n2024-01-02,0.2\n",
    "2024-01-01\t0.1\r\n2024-01-02\t0.2",
    "day,symbol,strategy\n2024-01-01,SPY,0.1\n2024-01-02,SPY,0.2\n",
    ",date,symbol,x\n0,2024-01-01,A,0.1\n1,2024-01-02,B,0.2\n",
    "\ufeffdate , returns \n 2024-01-01 , 0.1\n\n2024-01-02, 0.2 \n,\n",
    "date,returns,other\n2024-01-01,0.1,5\n2024-01-02,0.2,6\n",
    '"date","returns"\n"2024-01-01",0.1\n"2024-01-02","0.2"\n',
    "20240101,0.1\n20240102,0.2\n",
    "time,return\n1704067200,0.1\n1704153600.0,0.2\n",
    "time,return\n1704067200000,0.1\n1704153600000,0.2\n",
  ];
  for (const text of files) {
    assertEquals(await read(text), { dates: TWO_DAYS, values: [0.1, 0.2], warnings: [] }, text);
  }
  assertEquals((await read("returns\n0.1\n0.2\n")).dates, null);
  assertEquals((await read("0.1\n0.2\n")).values, [0.1, 0.2]);
  assertEquals((await read(",returns\n0,0.1\n1,0.2\n")).dates, null);
  assertEquals((await read("date,a,b\n2024-01-01,1,0.5\n", { column: "B" })).values, [0.5]);
  assertEquals((await read("2024-01-01,1,0.5\n", { column: "3" })).values, [0.5]);
  assertEquals(
    (await read("x,when,returns\n1,2024-01-01,0.5\n", { dateColumn: "when" })).dates,
    TWO_DAYS.slice(0, 1),
  );
});

Deno.test("columns: a first line of data is never taken for a header", async () => {
  const file = "2024-01-01,2\n2024-01-02,3\n";
  assertEquals((await read(file, { column: "2", kind: "prices" })).values, [3 / 2 - 1]);
  assertEquals((await read(file, { kind: "prices" })).values, [3 / 2 - 1]);
  assertEquals(
    await refusal(",0.5\n2024-01-02,0.3\n"),
    "Cannot read r.csv: line 1: the date is missing",
  );
  assertEquals((await read(",1,2\n2024-01-02,0.3,5\n", { column: "1" })).values, [0.3]);
  const words = "2024-01-01,open,0.1\n2024-01-02,last,0.2\n";
  assertEquals((await read(words, { column: "3" })).values, [0.1, 0.2]);
});

Deno.test("columns: what is not plain is refused with the columns' names", async () => {
  const cases: readonly (readonly [string, ReadOptions, string])[] = [
    [
      "date,a,b\n2024-01-01,1,2\n",
      {},
      "more than one column holds numbers; its columns are date, a, b; name the value with --column (btflow batch --columns makes a run of each)",
    ],
    [
      "date,a,b\n2024-01-01,x,y\n",
      {},
      "no column holds numbers; its columns are date, a, b; name the value with --column",
    ],
    [
      "date,returns,Return\n2024-01-01,1,2\n",
      {},
      "more than one column is called returns or return; its columns are date, returns, Return; name the value with --column",
    ],
    [
      "date,returns,returns\n2024-01-01,1,2\n",
      {},
      "more than one column is called returns or return; its columns are date, returns, returns; give them names of their own",
    ],
    [
      "symbol,returns\nSPY,0.1\n",
      {},
      "no column holds the dates; its columns are symbol, returns; name one with --date-column, or give the values in a file of their own",
    ],
    [
      "date,returns\n2024-01-01,0.1\n",
      { column: "retruns" },
      'there is no column "retruns" (--column); its columns are date, returns',
    ],
    [
      "date,returns\n2024-01-01,0.1\n",
      { dateColumn: "day" },
      'there is no column "day" (--date-column); its columns are date, returns',
    ],
    [
      "date\n2024-01-01\n",
      { dateColumn: "date" },
      "there is no column of values beside the dates; its columns are date; name the value with --column",
    ],
  ];
  for (const [text, options, problem] of cases) {
    assertEquals(await refusal(text, options), `Cannot read r.csv: ${problem}`);
  }
  assertEquals(
    await refusal("date,returns\n2024-01-01,0.1\n", { column: "date", dateColumn: "date" }),
    '--column and --date-column both name "date"',
  );
});

Deno.test("rows: bad cells are refused with line, text and remedy", async () => {
  const cases: readonly (readonly [string, ReadOptions, string])[] = [
    ["2024-01-02,nothing", {}, 'line 3: expected a number, got "nothing"'],
    ["2024-01-02,inf", {}, 'line 3: expected a finite number, got "inf"'],
    ["2024-01-02,1e999", {}, 'line 3: expected a finite number, got "1e999"'],
    [
      "2024-01-02,1.5%",
      {},
      'line 2: "0.1" has no percent sign, and "1.5%" has one; write all values alike',
    ],
    [
      '2024-01-02,"0,5"',
      {},
      'line 3: expected a number, got "0,5"; other cells have a point before their decimals',
    ],
    [
      '2024-01-02,"1.234,5"',
      {},
      'line 3: expected a number, got "1.234,5"; other cells have a point before their decimals',
    ],
    ["2024-01-02,\u0007x", {}, 'line 3: expected a number, got "\\u0007x"'],
    ["2024-01-02", {}, "line 3: it has 1 cell where the first line has 2"],
    [
      "2024-01-02,0,5",
      {},
      "line 3: it has 3 cells where the first line has 2; quote cells that hold the separator",
    ],
    [",0.5", {}, "line 3: the date is missing"],
    ["2024-02-30,0.5", {}, 'line 3: there is no such date as "2024-02-30"'],
    [
      "01/02/2024,0.5",
      {},
      'line 3: expected a date such as 2024-01-31, got "01/02/2024"; write all dates in one form',
    ],
    [
      "Jan 2 2024,0.5",
      {},
      'line 3: expected a date such as 2024-01-31, got "Jan 2 2024"; write all dates in one form',
    ],
    [
      "1704153600,0.5",
      {},
      'line 3: expected a date such as 2024-01-31, got "1704153600"; write all dates in one form',
    ],
    ["2024-01-01,0.5", {}, "line 3: the date 2024-01-01 is already in line 2"],
    ["2024-01-02,", { missing: "error" }, "line 3: the value is missing"],
    [
      "2024-01-02,",
      { kind: "trades", capital: 1 },
      "line 3: the value is missing; --missing zero or drop says what to do with it",
    ],
    [
      '2024-01-02,"0.5',
      {},
      "line 3: a quote is opened in this row and never closed",
    ],
    [
      '2024-01-02,0"5',
      {},
      "line 3: a stray quote at character 13; a quote inside a quoted cell is written twice",
    ],
  ];
  for (const [row, options, problem] of cases) {
    const text = `date,returns\n2024-01-01,0.1\n${row}\n`;
    assertEquals(await refusal(text, options), `Cannot read r.csv: ${problem}`);
  }
  assertEquals(
    await refusal("date,returns\n01/02/2024,0.1\n"),
    'Cannot read r.csv: line 2: the date "01/02/2024" can be read in more than one way; say which with ' +
      "--date-format, such as %d/%m/%Y or %m/%d/%Y",
  );
});

Deno.test("dates: the wall clock is kept as written, whatever the form", async () => {
  const one = async (cell: string, options: ReadOptions = {}): Promise<string | undefined> =>
    (await read(`date,returns\n${cell},0.1\n`, options)).dates?.[0];
  assertEquals(await one("2024-01-02T03:04:05.678+09:00"), "2024-01-02 03:04:05.678000");
  assertEquals(await one("2024-01-02 03:04"), "2024-01-02 03:04:00");
  assertEquals(await one("2024/01/02"), "2024-01-02 00:00:00");
  assertEquals(await one("2024.01.02 03:04:05"), "2024-01-02 03:04:05");
  assertEquals(await one("2024-01-02 03:04:05 UTC"), "2024-01-02 03:04:05");
  assertEquals(await one("0001-01-01"), "0001-01-01 00:00:00");
  assertEquals(await one("-1577836800"), "1920-01-02 00:00:00");
  assertEquals(await one("1704164645678901234"), "2024-01-02 03:04:05.678000");
  assertEquals(await one("86400", { dateFormat: "s" }), "1970-01-02 00:00:00");
  assertEquals(await one("31/12/2024", { dateFormat: "%d/%m/%Y" }), "2024-12-31 00:00:00");
  assertEquals(
    await one("12/31/24 11:30 PM", { dateFormat: "%m/%d/%y %I:%M %p" }),
    "2024-12-31 23:30:00",
  );
  assertEquals(
    await one("Tue 2 January 2024", { dateFormat: "%a %d %B %Y" }),
    "2024-01-02 00:00:00",
  );
  assertEquals(
    await one("31/12/2024 23:59", { dateFormat: "DD/MM/YYYY HH:mm" }),
    "2024-12-31 23:59:00",
  );
  assertEquals(await one("2024-060", { dateFormat: "%Y-%j" }), "2024-02-29 00:00:00");
  assertEquals(await one("2024-01", { dateFormat: "%Y-%m" }), "2024-01-01 00:00:00");
  const tokyo = { timezone: "Asia/Tokyo" };
  assertEquals(await one("2024-01-01T20:00:00Z", tokyo), "2024-01-02 05:00:00");
  assertEquals(await one("1704139200", tokyo), "2024-01-02 05:00:00");
  assertEquals(
    await one("20240101T2000 -0500", { ...tokyo, dateFormat: "%Y%m%dT%H%M %z" }),
    "2024-01-02 10:00:00",
  );
  assertEquals(
    await one("2024-07-01 12:00:00+00:00", { timezone: "America/New_York" }),
    "2024-07-01 08:00:00",
  );
  assertEquals(
    await one("1880-07-01 12:00:00Z", { timezone: "Europe/Paris" }),
    "1880-07-01 12:09:21",
  );
  const unused = await read("date,returns\n2024-01-02,0.1\n", tokyo);
  assertEquals(unused.dates, ["2024-01-02 00:00:00"]);
  assertEquals(unused.warnings.map((warning) => warning.split(":")[0]), ["timezone-unused"]);
});

Deno.test("dates: formats and zones that do not exist are refused", async () => {
  const file = "date,returns\n2024-01-02,0.1\n";
  assertEquals(
    await refusal(file, { timezone: "Mars/Olympus" }),
    'Unknown time zone "Mars/Olympus"; names are those of the IANA database, such as America/New_York',
  );
  assertEquals(
    await refusal(file, { dateFormat: "%H:%M" }),
    'Cannot use --date-format "%H:%M": it must say where the year and the month are, as in %Y-%m-%d',
  );
  assert(
    (await refusal(file, { dateFormat: "%Q" })).startsWith(
      'Cannot use --date-format "%Q": %Q is not one of %Y',
    ),
  );
  assertEquals(
    await refusal(file, { dateFormat: "%d.%m.%Y" }),
    'Cannot read r.csv: line 2: the date "2024-01-02" does not fit --date-format "%d.%m.%Y"',
  );
});

Deno.test("dates: unsorted rows are sorted, and times closer than a millisecond refused", async () => {
  const shuffled = "date,returns\n2024-01-03,0.3\n2024-01-01,0.1\n2024-01-02,0.2\n";
  assertEquals((await read(shuffled)).values, [0.1, 0.2, 0.3]);
  assertEquals((await read("date,returns\n2024-01-02,0.2\n2024-01-01,0.1\n")).values, [0.1, 0.2]);
  assertEquals(
    await refusal("date,returns\n2024-01-03,0.3\n2024-01-01,0.1\n2024-01-03,0.2\n"),
    "Cannot read r.csv: line 4: the date 2024-01-03 is already in line 2",
  );
  assertEquals(
    await refusal("date,returns\n2024-01-03 00:00:00.0001,1\n2024-01-03 00:00:00.0002,2\n"),
    "Cannot read r.csv: line 3: the date 2024-01-03 is already in line 2; times are kept to the millisecond",
  );
  const autumn = "date,returns\n2024-10-27 02:30:00+02:00,1\n2024-10-27 02:30:00+01:00,2\n";
  assertEquals(
    await refusal(autumn),
    "Cannot read r.csv: line 3: the date 2024-10-27 02:30:00 is already in line 2; " +
      "if their offsets from UTC differ, --timezone UTC tells them apart",
  );
  assertEquals((await read(autumn, { timezone: "UTC" })).values, [1, 2]);
});

Deno.test("missing values: left out of returns, carried forward in prices, and always said", async () => {
  const file = "date,x\n2024-01-01,1\n2024-01-02,\n2024-01-03,NaN\n2024-01-04,2\n";
  const said = (fate: string): string[] => [
    `missing-values: 2 of 4 values in r.csv are missing and ${fate}; the first is in line 3`,
  ];
  for (const options of [{}, { missing: "drop" }, { missingReturns: "drop" }] as const) {
    const dropped = await read(file, options);
    assertEquals([dropped.values, dropped.warnings], [[1, 2], said("left out")]);
  }
  for (const options of [{ missing: "zero" }, { missingReturns: "zero" }] as const) {
    const filled = await read(file, options);
    assertEquals([filled.values, filled.warnings], [[1, 0, 0, 2], said("counted as 0")]);
  }
  const prices = await read(file, { kind: "prices" });
  assertEquals([prices.values, prices.warnings], [[0, 0, 1], said("taken from the row before")]);
  assertEquals((await read(file, { kind: "equity", missing: "drop" })).values, [1]);
  const late = "date,x\n2024-01-01,\n2024-01-02,2\n2024-01-03,3\n";
  for (const kind of ["prices", "equity"] as const) {
    const led = await read(late, { kind });
    assertEquals(led.values, [0.5]);
    assertEquals(led.warnings, [
      "leading-missing: the first value of r.csv is missing and left out; the series begins in line 3",
    ]);
  }
  assertEquals(
    await refusal(late, { kind: "prices", missing: "zero" }),
    "Cannot read r.csv: line 2: the first value is missing, and there is none before it to carry forward",
  );
  assertEquals(
    await refusal("returns\nNaN\nNaN\n", { missing: "drop" }),
    "Cannot read r.csv: every value is missing",
  );
  assertEquals((await read('x\n""\n0.5\n\n', { missing: "zero" })).values, [0, 0.5]);
});

Deno.test("kinds: prices and equity become relative changes, and what has none is refused", async () => {
  const file = "date,x\n2024-01-01,100\n2024-01-02,110\n2024-01-03,99\n";
  const prices = await read(file, { kind: "prices" });
  assertEquals(prices.values, [110 / 100 - 1, 99 / 110 - 1]);
  assertEquals(prices.dates, ["2024-01-02 00:00:00", "2024-01-03 00:00:00"]);
  assertEquals((await read(file, { kind: "equity" })).values, prices.values);
  assertEquals((await read("x\n100\n0\n", { kind: "equity" })).values, [-1]);
  assertEquals(
    await refusal("x\n100\n0\n5\n", { kind: "equity" }),
    "Cannot read r.csv: line 3: no relative change can follow the value 0",
  );
  assertEquals(
    await refusal("x\n-0.1\n0.2\n5\n", { kind: "prices" }),
    "Cannot read r.csv: line 2: no relative change can follow the value -0.1; are these prices, or is it another --kind?",
  );
  assertEquals(
    await refusal("x\n100\n", { kind: "prices" }),
    "Cannot read r.csv: at least two rows of prices are needed, to have one change between them",
  );
  assertEquals(
    await refusal("x\n1e-300\n1e300\n", { kind: "prices" }),
    "Cannot read r.csv: line 3: the change from 1e-300 to 1e+300 is too large for a number",
  );
});

Deno.test("kinds: trades become daily returns over capital, idle days included", async () => {
  const file =
    "date,profit\n2024-01-01 10:00:00,10\n2024-01-04 09:00:00,-11\n2024-01-01 10:00:00,90\n";
  const trades = await read(file, { kind: "trades", capital: 1000 });
  assertEquals(trades.values, [100 / 1000, 0, 0, -11 / 1100]);
  assertEquals(trades.dates?.at(-1), "2024-01-04 00:00:00");
  const refused = async (text: string, capital?: number): Promise<string> =>
    await refusal(text, { kind: "trades", capital });
  assertEquals(
    await refused(file),
    "Trades need --capital, the money at the start, to become returns",
  );
  assertEquals(await refused(file, -5), "--capital must be a positive amount of money, got -5");
  assertEquals(
    await refused("profit\n5\n", 10),
    "Cannot read r.csv: trades need dates; name their column with --date-column",
  );
  assertEquals(
    await refused("date,pnl\n2024-01-01,-10\n2024-01-02,5\n", 10),
    "Cannot read r.csv: by 2024-01-02 the capital of 10 is used up (0 left) and no return can follow; " +
      "more must have stood behind these trades " +
      "(--capital, or the starting balance that the backtester wrote)",
  );
  assertEquals(
    await refused("date,pnl\n0001-01-01,1\n9999-01-02,5\n", 10),
    "Cannot read r.csv: its days run from 0001-01-01 to 9999-01-02, more than a thousand years; is a date wrong?",
  );
});

Deno.test("options that a file leaves no room for are said to have no effect, or refused", async () => {
  const file = "date,returns\n2024-01-01,0.01\n";
  assertEquals((await read(file, { capital: 5 })).warnings, [
    "capital-unused: r.csv holds returns, not trades: --capital has no effect on it",
  ]);
  assertEquals(
    await refusal(file, { strategy: "A" }),
    "--strategy cannot be used with r.csv, which names no strategies",
  );
});
