// Habits of exports that name one meaning and hide another: days taken for months, names that stand twice,
// money moved within an equity; dates of whole periods, and in several columns.

import { assertEquals, assertStringIncludes } from "@std/assert";
import { readInput } from "../../lib/input/mod.ts";
import { memoryHost } from "./memory_host.ts";
import { days, read, refusal } from "./outcomes.ts";

const SMALL = [0.01, -0.02, 0.005, 0.004];

Deno.test("days that a program took for months are refused, rows in any order are read", async () => {
  const january = Array.from({ length: 20 }, (_, row) => row + 1);
  const two = (number: number): string => String(number).padStart(2, "0");
  const written = (day: number): string =>
    day <= 12 ? `2024-${two(day)}-01` : `2024-01-${two(day)}`;
  const table = (dates: readonly string[]): string =>
    `date,ret\n${dates.map((date, row) => `${date},0.0${row % 9}`).join("\n")}\n`;
  const problem = await refusal(table(january.map(written)));
  assertStringIncludes(problem, "line 3: its dates are out of order");
  assertStringIncludes(problem, "2024-02-01 is 2024-01-02 then");
  const slashed = january.map((day) => day <= 12 ? `01/${two(day)}/2024` : `${two(day)}/01/2024`);
  assertStringIncludes(await refusal(table(slashed)), "took days for months");
  // The advice: sorted rows are taken as they stand.
  assertEquals(
    (await read(table(january.map(written).toSorted()))).dates.at(-1),
    "2024-12-01T00:00",
  );
  const mixed = [5, 3, 9, 1, 14, 2].map((day) => `2024-01-${two(day)}`);
  assertEquals((await read(table(mixed))).dates[0], "2024-01-01T00:00");
  const newestFirst = [9, 8, 7, 3, 2].map((month) => `2024-${two(month)}-01`);
  assertEquals((await read(table(newestFirst))).dates[0], "2024-02-01T00:00");
});

Deno.test("a name that two columns have is none to choose by", async () => {
  const rows = days("date,equity,equity", ["100,1", "101,2", "102,3"]);
  assertStringIncludes(
    await refusal(rows, { column: "equity" }),
    'more than one column is called "equity" (--column); give them names of their own',
  );
  // Tables side by side, each with its dates: those to the left of a value are its own.
  const beside =
    "Date,SPX,,Date,AGG\n2024-01-02,100,,2024-02-02,50\n2024-01-03,101,,2024-02-05,51\n";
  assertEquals((await read(beside, { column: "AGG", kind: "prices" })).dates, ["2024-02-05T00:00"]);
  assertEquals((await read(beside, { column: "SPX", kind: "prices" })).dates, ["2024-01-03T00:00"]);
  const one =
    "Date,Note,,Date,Return\n2024-01-02,a,,2024-02-02,0.01\n2024-01-03,b,,2024-02-05,0.02\n";
  assertStringIncludes(await refusal(one), 'more than one column is called "Date"');
  assertEquals((await read(one, { column: "Return" })).dates[0], "2024-02-02T00:00");
});

Deno.test("money moved within an equity is refused, then warned of", async () => {
  const moved = days("date,NAV,Deposits", ["100,0", "101,0", "151,50", "152,0"]);
  assertStringIncludes(
    await refusal(moved, { column: "NAV" }),
    'line 4: money was moved, by "Deposits", and would count as gain or loss',
  );
  assertEquals(
    (await read(moved, { column: "NAV", kind: "equity" })).codes,
    ["flows-not-taken"],
  );
  const none = moved.replace(",50\n", ",0\n");
  assertEquals((await read(none, { column: "NAV" })).codes, ["read-as-equity"]);
});

Deno.test("gains and losses are money by their name", async () => {
  assertStringIncludes(await refusal(days("date,Gain/Loss", SMALL)), "named for profits in money");
});

Deno.test("whole periods are dates: months, quarters, weeks, years", async () => {
  const first = async (
    dates: readonly string[],
    header = "date",
    options = {},
  ): Promise<string[]> => {
    const text = `${header},ret\n${dates.map((date, row) => `${date},0.0${row}`).join("\n")}\n`;
    return (await read(text, options)).dates.map((date) => date.slice(0, 10));
  };
  const quarters = ["2023-10-01", "2024-01-01"];
  for (
    const [dates, expected] of [
      [["2023Q4", "2024Q1"], quarters],
      [["2023-Q4", "2024-Q1"], quarters],
      [["Q4 2023", "Q1 2024"], quarters],
      [["10/2023", "01/2024"], quarters],
      [["Oct-23", "Jan-24"], quarters],
      [["2020-W53", "2021-W01"], ["2020-12-28", "2021-01-04"]],
    ] as const
  ) {
    assertEquals(await first(dates), [...expected]);
    assertEquals(await first(dates, "Period"), [...expected]);
  }
  assertEquals(await first(["2022", "2023"], "Year"), ["2022-01-01", "2023-01-01"]);
  assertEquals(await first(["2022", "2023"], "date", { dateFormat: "%Y" }), [
    "2022-01-01",
    "2023-01-01",
  ]);
  assertStringIncludes(await refusal("date,ret\n2021-W53,0.01\n"), '"2021-W53"');
  // A slice of a counter is no column of years, nor is a year that stands in several rows.
  await refusal(",ret\n1990,0.01\n1991,0.02\n");
  await refusal("Year,Quarter,NAV\n2023,1,100\n2023,2,101\n2024,1,102\n", { column: "NAV" });
});

Deno.test("a date in columns of its own year, month and day is one", async () => {
  const days = "year,month,day,ret\n2024,1,2,0.01\n2024,1,3,0.02\n2024,12,31,0.03\n";
  assertEquals((await read(days)).dates, [
    "2024-01-02T00:00",
    "2024-01-03T00:00",
    "2024-12-31T00:00",
  ]);
  const months = "Year,Month,Portfolio\n2023,Dec,1.00%\n2024,Jan,2.00%\n";
  const found = await read(months);
  assertEquals(found.dates, ["2023-12-01T00:00", "2024-01-01T00:00"]);
  assertEquals(found.values, [0.01, 0.02]);
});

Deno.test("zones that a mail has by name, and times as a mail has them", async () => {
  const rows = "date,ret\n2024-01-02 16:00:00 EST,0.01\n2024-07-02 16:00:00 EDT,0.02\n";
  assertEquals((await read(rows)).dates, ["2024-01-02T16:00", "2024-07-02T16:00"]);
  assertEquals((await read(rows, { timezone: "UTC" })).dates, [
    "2024-01-02T21:00",
    "2024-07-02T20:00",
  ]);
  const mail =
    'date,ret\n"Tue, 02 Jan 2024 00:00:00 GMT",0.01\n"Wed, 03 Jan 2024 00:00:00 GMT",0.02\n';
  assertEquals((await read(mail)).dates, ["2024-01-02T00:00", "2024-01-03T00:00"]);
});

Deno.test("a column that numbers the rows is no value, whatever it is called", async () => {
  for (const name of ["id", "#", "No.", "row"]) {
    assertEquals((await read(`${name},date,ret\n1,2024-01-02,0.01\n2,2024-01-03,0.02\n`)).values, [
      0.01,
      0.02,
    ]);
  }
});

Deno.test("columns set apart by blanks or drawn in boxes are read", async () => {
  const dates = ["2024-01-02", "2024-01-03"];
  for (
    const text of [
      '"Date" "Strategy"\n"1" "2024-01-02" 0.01\n"2" "2024-01-03" -0.02\n',
      "Date Strategy\n2024-01-02 0.01\n2024-01-03 -0.02\n",
      "             ret\nDate            \n2024-01-02  0.01\n2024-01-03 -0.02\n",
      "             ret\n2024-01-02  0.01\n2024-01-03 -0.02\n",
      "date       ret\n---------- -----\n2024-01-02  0.01\n2024-01-03 -0.02\n",
      "    date    |  ret\n------------+-------\n 2024-01-02 |  0.01\n 2024-01-03 | -0.02\n(2 rows)\n\n",
      "+------------+-------+\n| date       | ret   |\n+------------+-------+\n" +
      "| 2024-01-02 |  0.01 |\n| 2024-01-03 | -0.02 |\n+------------+-------+\n",
    ]
  ) {
    const found = await read(text);
    assertEquals(found.dates.map((date) => date.slice(0, 10)), dates, text);
    assertEquals(found.values, [0.01, -0.02], text);
  }
  const wide =
    "            ret  other\nDate                  \n2024-01-02 0.01 5\n2024-01-03 0.02 7\n";
  assertEquals((await read(wide, { column: "ret" })).values, [0.01, 0.02]);
  // Marks of thousands are blanks, too: without dates no blank sets apart.
  assertEquals((await read("Equity\n1 000\n1 010\n1 020\n", { kind: "equity" })).values.length, 2);
});

Deno.test("a cell in quotes may hold what stands behind it, under a title too", async () => {
  const text =
    'Growth of 10000\nFund,Date,Value\n"A, B",2024-01-02,"9,978.00"\n"A, B",2024-01-03,"10,078.00"\n';
  assertEquals((await read(text, { kind: "equity", column: "Value" })).values.length, 1);
});

Deno.test("marks of thousands as India writes them", async () => {
  const found = await read(
    days("date,NAV", ['"12,00,000.50"', '"12,12,000"', '"1,21,200"'].slice(0, 2)),
  );
  assertEquals(found.values, [Number((1212000 / 1200000.5 - 1).toFixed(10))]);
  assertStringIncludes(await refusal(days("date,NAV", ['"1,2,000"'])), '"1,2,000"');
});

Deno.test("rows of statistics below a table are no rows of it", async () => {
  const text = `${days("Date,Return", SMALL)}Average,0.01\nStd Dev,0.02\nMax,0.03\n`;
  const found = await read(text);
  assertEquals([found.values, found.codes], [SMALL, ["left-out"]]);
});

Deno.test("text of one byte a character is windows-1252", async () => {
  const asBytes = (text: string): Uint8Array =>
    Uint8Array.from(text, (character) => {
      const code = character.charCodeAt(0);
      return { "€": 0x80, "’": 0x92 }[character] ?? code;
    });
  for (
    const text of [
      "Datum;Vermögen\n02.01.2024;1\u00a0000,50 €\n15.01.2024;1\u00a0010,50 €\n",
      "Datum;Vermögen\n02.01.2024;1’000.50\n15.01.2024;1’010.50\n",
    ]
  ) {
    const host = memoryHost({ "r.csv": asBytes(text) }, 7);
    const file = await readInput(host, "r.csv", { kind: "equity", column: "Vermögen" });
    assertEquals([...file.series[0]?.returns.values ?? []], [1010.5 / 1000.5 - 1]);
  }
});

Deno.test("JSON with one table among other things is that table, with several none", async () => {
  const rows = [{ date: "2024-01-02", equity: 100 }, { date: "2024-01-03", equity: 101 }];
  const dates = rows.map(({ date }) => date);
  for (
    const document of [
      { begin: "2024-01-01", count: 2, observations: rows },
      { name: "x", data: rows.map(({ date, equity }) => [date, equity]) },
      { name: "x", dates, equity: [100, 101], weights: [0.5, 0.2, 0.3], trades: [] },
      {
        "Meta Data": { symbol: "x" },
        "Series": { "2024-01-03": { c: 101 }, "2024-01-02": { c: 100 } },
      },
      { strategy: "x", sharpe: 1.2, equity: { "2024-01-02": 100, "2024-01-03": 101 } },
    ]
  ) {
    const found = await read(JSON.stringify(document), { kind: "equity" });
    assertEquals([found.dates, found.values], [["2024-01-03T00:00"], [0.01]]);
  }
  for (
    const document of [
      { equity: rows, trades: [{ date: "2024-01-02", equity: 1 }] },
      { dates, equity: [100, 101], trades: [{ date: "2024-01-02", equity: 1 }] },
    ]
  ) {
    assertStringIncludes(await refusal(JSON.stringify(document)), "the only table in a document");
  }
});

Deno.test("a row without a value says nothing beside another of its time", async () => {
  const web = "Date,Open,High,Low,Close,Adj Close\n" +
    '"Jan 4, 2024",3,3,3,3,102\n"Jan 3, 2024",2,2,2,2,101\n"Jan 3, 2024",0.24 Dividend,,,,\n' +
    '"Jan 2, 2024",1,1,1,1,100\n';
  const found = await read(web);
  assertEquals(found.values, [0.01, Number((102 / 101 - 1).toFixed(10))]);
  assertEquals(found.codes.toSorted(), ["left-out", "read-as-prices"]);
  const equity = "date,equity\n2024-01-02,100\n2024-01-03,101\n2024-01-03,\n2024-01-04,102\n";
  assertEquals((await read(equity)).values, found.values);
  assertStringIncludes(
    await refusal("date,ret\n2024-01-02,0.1\n2024-01-02,\n", { missing: "error" }),
    "the date 2024-01-02 is already in line 2",
  );
});

Deno.test("of the orders of day, month and year those are offered that fit all dates", async () => {
  const problem = await refusal("date,ret\n02/01/24,0.1\n15/01/24,0.2\n");
  assertStringIncludes(problem, "such as %d/%m/%y or %y/%m/%d");
  assertEquals(problem.includes("%m/%d/%y"), false);
});

const MONEY = { kind: "trades", capital: 1000 } as const;

Deno.test("trades take money: percent and returns are refused", async () => {
  const trades = (name: string, ...values: readonly string[]): string =>
    `entry_date,exit_date,${name}\n${
      values.map((value, row) => `2024-01-0${row + 1},2024-01-0${row + 2},${value}`).join("\n")
    }\n`;
  for (const text of [trades("P/L", "1.5%", "-2%"), trades("return_pct", "1.5", "-2")]) {
    assertStringIncludes(
      await refusal(text, MONEY),
      "percent, and --kind trades takes profits in money",
    );
  }
  assertStringIncludes(await refusal(trades("return", "0.015", "-0.02"), MONEY), "holds returns");
  assertEquals((await read(trades("return", "15", "-20"), MONEY)).values[1], 0.015);
});

Deno.test("trades end where their list says so, whatever its words", async () => {
  for (const [entry, exit] of [["buy_date", "sell_date"], ["start", "end"], ["Opened", "Closed"]]) {
    const text = `${entry},${exit},pnl\n2024-01-01,2024-01-03,10\n2024-01-02,2024-01-04,20\n`;
    assertEquals((await read(text, MONEY)).values.slice(0, 3), [0, 0, 0.01]);
  }
  const unknown = "Zeit A,Zeit B,pnl\n2024-01-01,2024-01-03,10\n2024-01-02,2024-01-04,20\n";
  assertStringIncludes(
    await refusal(unknown, MONEY),
    "more than one column holds dates, Zeit A, Zeit B; name that of the exits with --date-column",
  );
  assertEquals(
    (await read(unknown, { ...MONEY, dateColumn: "Zeit B" })).values,
    [0.01, 20 / 1010]
      .map((value) => Number(value.toFixed(10))),
  );
  const open = "entry_date,exit_date,pnl,status\n2024-01-01,2024-01-03,10,closed\n" +
    "2024-01-01,2024-01-04,20,Open\n";
  const found = await read(open, MONEY);
  assertEquals([found.values, found.codes], [[0, 0, 0.01], ["open-trades"]]);
});

Deno.test("the shorter of two tables side by side ends before the other", async () => {
  const text = "Date,A,,Date,B\n2024-01-02,0.01,,2024-01-02,0.02\n2024-01-03,0.01,,,\n";
  const found = await read(text, { column: "B" });
  assertEquals([found.values, found.codes], [[0.02], ["left-out"]]);
});

Deno.test("days as Czech, Slovak, Croatian and Japanese Excel write them", async () => {
  for (
    const [date, next] of [["02. 01. 2024", "15. 01. 2024"], ["2024年1月2日", "2024年1月15日"]]
  ) {
    assertEquals((await read(`den,ret\n${date},0.01\n${next},0.02\n`)).dates, [
      "2024-01-02T00:00",
      "2024-01-15T00:00",
    ]);
  }
});

Deno.test("a printed table ends in prose, a sweep's header has numbers, a ticker may be called MAX", async () => {
  const rows = [1, -2, 3, -1, 2].map((value, row) => `2024010${row + 2}   ${value}.00  0.02\n`);
  const printed = `Notes\n\n        Mkt-RF    RF\n${rows.join("")}\nCopyright 2024 The Authors\n`;
  const found = await read(printed, { column: "Mkt-RF", percent: true });
  assertEquals(found.values, [0.01, -0.02, 0.03, -0.01, 0.02]);
  const sweep =
    "window,10,20\nsymbol,SPY,SPY\nDate,,\n2024-01-02,0.01,0.03\n2024-01-03,0.02,0.04\n";
  assertEquals((await read(sweep, { column: "20" })).values, [0.03, 0.04]);
  const ticker = "symbol,when,ret\nMAX,Jan 02 2024,0.01\nMAX,Jan 03 2024,0.02\n";
  assertEquals((await read(ticker, { dateColumn: "when" })).values, [0.01, 0.02]);
});

Deno.test("cells that are protected from a spreadsheet are their text", async () => {
  const wanted = { dates: ["2024-01-02T00:00", "2024-01-03T00:00"], values: [0.0123, -0.02] };
  for (
    const rows of [
      `="date",="ret"\n="2024-01-02",="0.0123"\r\n="2024-01-03", ="-0.02"\n`,
      `"=""date""","=""ret"""\n"=""2024-01-02""","=""0.0123"""\n"=""2024-01-03""","=""-0.02"""\n`,
      "date;ret\n'2024-01-02;'0.0123\n'2024-01-03;'-0.02\n",
      `'date,'ret\n'2024-01-02,"'0.0123"\n'2024-01-03,"'-0.02"\n`,
      `date,ret\n2024-01-02,="0.0123"\n2024-01-03,-0.02\n`,
    ]
  ) {
    const { dates, values } = await read(rows);
    assertEquals({ dates, values }, wanted, rows);
  }
  const thousands = await read(days("date,equity", ['="1,000.5"', '="1,010.5"', '="1,020.5"']));
  assertEquals(thousands.values.length, 2);
  // What else has the marks stays as it is.
  const swiss = await read(days("date,note,equity", ["='a,1'000.5", '"it\'s =""",1\'010.5']));
  assertEquals(swiss.values, [Number((1010.5 / 1000.5 - 1).toFixed(10))]);
  assertStringIncludes(await refusal(days("date,ret", ["0.01", '=1+"2"'])), "stray quote");
});

/** The days that a column of dates is read as. */
async function datesOf(cells: readonly string[]): Promise<readonly string[]> {
  const rows = cells.map((cell, row) => `${cell};0.0${row + 1}`);
  return (await read(`date;ret\n${rows.join("\n")}\n`)).dates.map((date) => date.slice(0, 10));
}

Deno.test("months may have their names in seven languages, days their ordinals", async () => {
  const months = {
    "2024-03-02": [
      ["2. März 2024", "3. Mai 2024"],
      ["02 Mrz 2024", "03 Mai 2024"],
      ["2.Mär.2024", "3.Mai.2024"],
      ["2 mars 2024", "3 mai 2024"],
      ["2 de marzo de 2024", "3 de mayo de 2024"],
      ["2 marzo 2024", "3 maggio 2024"],
      ["2 de março de 2024", "3 de maio de 2024"],
      ["2 maart 2024", "3 mei 2024"],
      ["2-mrt.-2024", "3-mei-2024"],
      ["2nd March 2024", "3rd May 2024"],
      ["March 2nd, 2024", "May 3rd, 2024"],
      ["Mar. 2, 2024", "May 3, 2024"],
      ["02MAR2024", "03MAY2024"],
    ],
    "2024-12-01": [
      ["Dezember 2024", "Januar 2025"],
      ["Dez-24", "Jan-25"],
      ["déc.-24", "janv.-25"],
      ["DÉCEMBRE 2024", "JANVIER 2025"],
      ["dic-24", "ene-25"],
      ["dic-24", "gen-25"],
      ["dez/24", "jan/25"],
      ["dezembro de 2024", "janeiro de 2025"],
      ["1er décembre 2024", "1er janvier 2025"],
    ],
  };
  for (const [first, columns] of Object.entries(months)) {
    const last = first === "2024-03-02" ? "2024-05-03" : "2025-01-01";
    for (const cells of columns) assertEquals(await datesOf(cells), [first, last], cells[0]);
  }
  const rows = "date;ret\n2 stycznia 2024;0.01\n3 lutego 2024;0.02\n";
  assertStringIncludes(await refusal(rows), "2 stycznia 2024");
  assertEquals(await datesOf(["02-mrt-03", "03-mrt-04"]), ["2003-03-02", "2004-03-03"]);
});

Deno.test("days of weeks are read, spans of days are refused", async () => {
  assertEquals(await datesOf(["2024-W01-2", "2024-W02-5"]), ["2024-01-02", "2024-01-12"]);
  const rows = "date;ret\n2024-01-01/2024-01-07;0.01\n2024-01-08/2024-01-14;0.02\n";
  assertStringIncludes(
    await refusal(rows),
    'line 2: "2024-01-01/2024-01-07" is a span of days; write one day of it',
  );
});

Deno.test("lists deep in a document are columns, as in Yahoo's charts", async () => {
  const times = [1704205800, 1704292200, 1704378600];
  const close = [100, null, 102];
  const chart = (result: unknown): string => JSON.stringify({ chart: { result, error: null } });
  const one = (adjusted: readonly number[]): unknown => ({
    meta: { currency: "USD", validRanges: ["1d", "5d"], tradingPeriods: [[{ start: 1704205800 }]] },
    timestamp: times,
    indicators: {
      quote: [{ open: close, high: close, low: close, close, volume: [1e8, 110000000, 120000000] }],
      adjclose: [{ adjclose: adjusted }],
    },
  });
  const found = await read(chart([one([50, 51, 52.02])]));
  assertEquals([found.kind, found.values], ["prices", [0.02, 0.02]]);
  assertEquals(found.dates, ["2024-01-03T14:30", "2024-01-04T14:30"]);
  await refusal(chart([one([50, 51, 52]), one([50, 51, 52])]));
  assertStringIncludes(await refusal(chart(null)), "Cannot read r.csv");
});

Deno.test("steady gains with rare losses are returns, their sums are not", async () => {
  const returns = Array.from(
    { length: 60 },
    (_, row) => row % 20 === 11 ? -0.02 : 0.002 + 0.0001 * (row * 7 % 5),
  );
  assertEquals((await read(days("date,x", returns))).kind, "returns");
  let growth = 1;
  const sums = returns.map((value) => (growth *= 1 + value) - 1);
  assertStringIncludes(
    await refusal(days("date,x", sums)),
    "look like returns since the beginning",
  );
});

Deno.test("ordinary files that look like what is refused are read", async () => {
  // Newest first with two rows of the oldest day, and a few rows in no order.
  const days = [9, 8, 7, 5, 3, 2].map((day) => `2024-01-0${day}`);
  const newestFirst = [...days, "2024-01-02"].map((day, row) => `${day},${100 + row}`);
  assertEquals(
    (await read(`date,equity\n${newestFirst.join("\n")}\n`)).dates[0],
    "2024-01-03T00:00",
  );
  const few = "date,ret\n2024-02-01,0.01\n2024-01-03,0.02\n2024-01-05,0.02\n";
  assertEquals((await read(few)).dates[0], "2024-01-03T00:00");
  // What an account began with, in either order; what it begins with on top of a capital counts.
  const begun = ["2024-01-02,100,100", "2024-01-03,101,0", "2024-01-04,102.01,"];
  for (const rows of [begun, begun.toReversed()]) {
    const text = `date,NAV,Deposits\n${rows.join("\n")}\n`;
    assertEquals((await read(text, { column: "NAV" })).values, [0.01, 0.01]);
    assertStringIncludes(await refusal(text, { column: "NAV", capital: 50 }), "money was moved");
  }
  const trades = { kind: "trades", capital: 1000 } as const;
  // Numbers of users and orders, which would be times.
  const ids = "User_ID,UTC_Time,Order ID,pnl\n" +
    "123456789,2024-01-02 10:00,1704205800,1\n123456789,2024-01-03 10:00,1704205900,-1\n";
  const found = await read(ids, { ...trades, dateColumn: "UTC_Time" });
  assertEquals(found.values[0], 0.001);
  assertStringIncludes(await refusal(ids, trades), "no column holds the dates");
  assertEquals((await read("_id,ret\n2024-01-02,0.1\n2024-01-03,0.2\n")).dates.length, 2);
  const spreads = "close date,type,pnl\n2024-01-02,Credit Spread,100\n2024-01-03,Credit,500\n" +
    "2024-01-04,Credit Put Spread,20\n";
  assertEquals((await read(spreads, trades)).values.length, 3);
  assertEquals((await read(spreads, trades)).values[0], 0.1);
});
