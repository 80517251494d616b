// Files by people's hands and tools' habits, several to each kind of oddity: what they come to, or the
// line that says which flag settles what they leave open, and that flag then settles it.

import { assertEquals, assertStringIncludes } from "@std/assert";
import type { ReadOptions } from "../../lib/input/mod.ts";
import { days, read, refusal } from "./outcomes.ts";

const LEVELS = [100, 101, 99, 102];
const CHANGES = [0.01, 99 / 101 - 1, 102 / 99 - 1].map((value) => Number(value.toFixed(10)));
const SMALL = [0.01, -0.02, 0.005, 0.004];

Deno.test("a column named for a level is read as that, with a note", async () => {
  const named = {
    equity: [
      "date,Equity",
      "date,net_worth",
      "date,NAV",
      "time,Account Value",
      "date,portfolioValue",
    ],
    prices: [
      "Date,Adj Close",
      "date,close",
      "date,CLOSE_PRICE",
      "<DATE>,<CLOSE>",
      "date,Close (USD)",
    ],
  };
  for (const [kind, headers] of Object.entries(named)) {
    for (const header of headers) {
      const found = await read(days(header, LEVELS));
      assertEquals([found.kind, found.values], [kind, CHANGES], header);
      assertEquals(found.codes, [`read-as-${kind}`], header);
      assertStringIncludes(await refusal(days(header, [1, 2, -1, 2])), "not above 0");
    }
  }
});

Deno.test("returns that kept the name of their prices are refused, and the flag reads them", async () => {
  const returns = [
    days("date,Close", SMALL),
    days("Date,close", ["", -0.01, 0.02, 0.005]),
    days("date,equity", [0.001, 0.004, 0.002, 0.009]),
    days("date,Adj Close", [0, 0.01, 0, 0.02]),
  ];
  for (const text of returns) {
    const line = await refusal(text);
    assertStringIncludes(line, "--kind returns reads returns that kept the name of their");
    const { kind } = await read(text, { kind: "returns" });
    assertEquals(kind, "returns");
  }
  for (const levels of [[0.0021, 0.0022, 0.002, 0.0021], [100, 50, 101, 0.5], [0.5, 0.51, 0.5]]) {
    assertEquals((await read(days("date,price", levels))).kind, "prices");
  }
  const ruin = days("date,equity", [100, 101, -3]);
  assertStringIncludes(await refusal(ruin), "--kind equity takes them for equity");
  assertEquals((await read(ruin, { kind: "equity" })).values, [0.01, -1.0297029703]);
});

Deno.test("a part of a name never counts", async () => {
  const headers = [
    "close_to_close",
    "equity_return",
    "leveraged_returns",
    "drawdown_controlled",
    "price_momentum",
    "balanced",
    "SPY",
    "strategy",
  ];
  for (const header of headers) {
    assertEquals((await read(days(`date,${header}`, SMALL))).values, SMALL, header);
  }
});

Deno.test("a column named for what is no return of a period is refused, and the flag works", async () => {
  for (const header of ["cumulative_return", "Cum Returns", "cumret"]) {
    const text = days(`date,${header}`, [0.1, 0.21, 0.1]);
    assertStringIncludes(await refusal(text), "--kind cumulative");
    assertEquals((await read(text, { kind: "cumulative" })).values, [0.1, 0.1, -0.0909090909]);
  }
  for (const header of ["log_return", "logret", "Log Returns"]) {
    const text = days(`date,${header}`, [Math.log(1.1), Math.log(0.9)]);
    assertStringIncludes(await refusal(text), "--kind log-returns");
    assertEquals((await read(text, { kind: "log-returns" })).values, [0.1, -0.1]);
  }
  for (const header of ["drawdown", "position", "Exposure", "leverage", "volume"]) {
    const text = days(`date,${header}`, SMALL);
    assertStringIncludes(await refusal(text), "--kind returns if these are returns");
    assertEquals((await read(text, { kind: "returns" })).values, SMALL);
  }
});

Deno.test("sizes speak: levels, percent, money", async () => {
  const levels = [
    days("date,x", LEVELS),
    days("date,SPX", [4500.5, 4510.25, 4498, "", 4520]),
    days("date,growth", [1, 1.01, 0.99, 1.02]),
    "101\n102\n",
  ];
  for (const text of levels) {
    assertStringIncludes(await refusal(text), "say --kind prices or --kind equity");
  }
  const wild = Array.from({ length: 25 }, (_, row) => row % 2 === 0 ? 0.9 : -0.8);
  const rising = Array.from({ length: 25 }, (_, row) => row % 2 === 0 ? 0.06 : 0.01);
  const percent = [
    days("date,return_pct", SMALL),
    days("date,Return %", SMALL),
    days("date,ReturnPercent", SMALL),
    days("date,returns", [0.5, -1.2, 0.3]),
    days("date,returns", [1.5, 2.5, -0.5]),
    days("date,returns", wild),
    days("date,returns", rising),
  ];
  for (const text of percent) {
    const line = await refusal(text);
    assertStringIncludes(line, "--percent reads");
    assertStringIncludes(line, "--kind returns as");
    const [first] = (await read(text, { percent: true })).values;
    const [whole] = (await read(text, { kind: "returns" })).values;
    assertEquals(Number(((first ?? NaN) * 100).toFixed(8)), whole);
  }
});

Deno.test("sizes do not speak against what is right", async () => {
  const right = [
    days("date,returns", [0.3, 0.5, 0.1, 0.9]),
    days("date,returns", [-1]),
    days("date,returns", Array.from({ length: 30 }, (_, row) => row % 2 === 0 ? 0.1 : -0.09)),
    days("date,returns", Array.from({ length: 19 }, (_, row) => row % 2 === 0 ? 0.9 : -0.5)),
    days("date,returns", Array.from({ length: 40 }, () => 0.0004)),
    days("date,returns", [0, 0, 0, 0]),
    "returns\n0.3\n",
  ];
  for (const text of right) assertEquals((await read(text)).kind, "returns", text);
});

Deno.test("numbers by people's customs, where the column allows one reading", async () => {
  const cells: readonly (readonly [readonly string[], ReadOptions, readonly number[]])[] = [
    [["1.5%", "-0.5 %", "0", "2%"], {}, [0.015, -0.005, 0, 0.02]],
    [['"0,05%"', '"-1,2%"'], {}, [0.0005, -0.012]],
    [["(0.01)", "0.02", "(0.005)"], {}, [-0.01, 0.02, -0.005]],
    [["$(5.00)", "$10.00", "($2.50)"], { kind: "returns" }, [-5, 10, -2.5]],
    [["\u22120.01", "0.02", "-0.005"], {}, [-0.01, 0.02, -0.005]],
    [['"0,01"', '"-0,02"', '"0,1234"'], {}, [0.01, -0.02, 0.1234]],
    [["0.01", ".", "n/a", "-0.02"], { missing: "drop" }, [0.01, -0.02]],
    [["0.01", "-", "#N/A", "-0.02"], { missing: "drop" }, [0.01, -0.02]],
    [["$100", "$101", "$102.01"], { kind: "prices" }, [0.01, 0.01]],
    [['"1,000.00"', '"1,010.00"', '"1,020.10"'], { kind: "equity" }, [0.01, 0.01]],
    [['"1.000,00"', '"1.010,00"', '"1.020,10"'], { kind: "equity" }, [0.01, 0.01]],
    [["1'000.00", "1'010.00"], { kind: "equity" }, [0.01]],
    [["1 000.00 USD", "1 010.00 USD"], { kind: "equity" }, [0.01]],
    [['"1\u00a0000,5 €"', '"1\u202f010,505 €"'], { kind: "equity" }, [0.01]],
    [['"1,000"', '"1,010"'], { kind: "equity", decimal: "point" }, [0.01]],
    [['"1,000"', '"1,010"'], { kind: "equity", decimal: "comma" }, [0.01]],
    [["1.000", "1.010", "2.020"], { kind: "equity" }, [0.01, 1]],
  ];
  for (const [column, options, values] of cells) {
    assertEquals((await read(days("date,x", column), options)).values, values, column.join(" "));
  }
});

Deno.test("numbers that can be read in two ways are refused with the cell, and the flag works", async () => {
  const two = days("date,x", ['"1,234"', '"1,250"']);
  assertStringIncludes(await refusal(two, { kind: "prices" }), '"1,234" can be 1234 or 1.234');
  assertStringIncludes(
    await refusal(two, { kind: "prices" }),
    "--decimal point or --decimal comma",
  );
  const euros = days("date,x", ["1.234 €", "1.250 €"]);
  assertStringIncludes(await refusal(euros, { kind: "equity" }), '"1.234 €" can be 1.234 or 1234');
  const thousands = days("date,x", ["998", "1.002", "1.010"]);
  assertStringIncludes(
    await refusal(thousands, { kind: "equity" }),
    "line 3: the value goes from 998 to 1.002",
  );
  assertEquals(
    (await read(thousands, { kind: "equity", decimal: "comma" })).values,
    [0.0040080160, 0.0079840319],
  );
  const point = await read(thousands, { kind: "equity", decimal: "point" });
  assertEquals(point.codes, ["extreme-change"]);
  const mixed: readonly (readonly [readonly string[], string])[] = [
    [["1.5%", "0.02"], '"0.02" has no percent sign'],
    [["$100", "€101"], "another currency"],
    [["1.5", '"2,5"'], "other cells have a point before their decimals"],
    [['"2,5"', "1.5"], "other cells have a comma before their decimals"],
    [["1.2.3", "1"], 'expected a number, got "1.2.3"'],
    [["--5", "1"], 'expected a number, got "--5"'],
    [["5K", "1"], 'expected a number, got "5K"'],
  ];
  for (const [column, problem] of mixed) {
    assertStringIncludes(await refusal(days("date,x", column), { kind: "returns" }), problem);
  }
});

Deno.test("the order of day and month comes from the whole column", async () => {
  const column = (cells: readonly string[]): string =>
    `date,returns\n${cells.map((cell, row) => `"${cell}",0.0${row + 1}`).join("\n")}\n`;
  const read1 = async (cells: readonly string[]): Promise<readonly string[]> =>
    (await read(column(cells))).dates;
  const forms: readonly (readonly string[])[] = [
    ["01/12/2024", "01/13/2024"],
    ["12/01/2024", "13/01/2024"],
    ["12.1.2024", "13.1.2024"],
    ["2024-1-12", "2024-1-13"],
    ["2024/1/12", "2024/1/13"],
    ["12-Jan-2024", "13-Jan-2024"],
    ["12 January 2024", "13 January 2024"],
    ["Jan 12, 2024", "Jan 13, 2024"],
    ["Fri 12 Jan 2024", "Sat 13 Jan 2024"],
    ["01/12/24", "01/13/24"],
    ["20240112 000000", "20240113 000000"],
    ["1/12/2024 12:00 AM", "1/13/2024 12:00 AM"],
    ["12/01/2024 00:00:00", "13/01/2024 00:00"],
  ];
  for (const cells of forms) {
    assertEquals(await read1(cells), ["2024-01-12T00:00", "2024-01-13T00:00"], cells[0]);
  }
  assertEquals(await read1(["1/12/2024 4:30 PM", "1/13/2024 4:30 PM"]), [
    "2024-01-12T16:30",
    "2024-01-13T16:30",
  ]);
  for (const cells of [["2024-01", "2024-02"], ["202401", "202402"], ["Jan 2024", "Feb 2024"]]) {
    assertEquals(await read1(cells), ["2024-01-01T00:00", "2024-02-01T00:00"]);
  }
  const open = column(["01/02/2024 16:00", "02/02/2024 16:00"]);
  const line = await refusal(open);
  assertStringIncludes(line, "such as %d/%m/%Y %H:%M or %m/%d/%Y %H:%M");
  assertEquals((await read(open, { dateFormat: "%d/%m/%Y %H:%M" })).dates[0], "2024-02-01T16:00");
  assertStringIncludes(await refusal(column(["13/02/2024", "02/13/2024"])), "needs --date-format");
  assertStringIncludes(await refusal(column(["24/01/15", "24/01/16"])), "more than one way");
  assertEquals(
    (await read(column(["24/01/15", "24/01/16"]), { dateFormat: "%y/%m/%d" })).dates[0],
    "2024-01-15T00:00",
  );
});

Deno.test("the table is found, and what is left out is counted", async () => {
  const values = [0.01, -0.02];
  const rows = "2024-01-01,0.01\n2024-01-02,-0.02\n";
  const files: readonly (readonly [string, readonly string[]])[] = [
    [`Report of A\n\ndate,returns\n${rows}`, ["left-out"]],
    [`"A, B and C",,\nGenerated,2024-02-01,\ndate,returns,\n${rows.replaceAll("\n", ",\n")}`, [
      "left-out",
    ]],
    [`date,returns\n${rows}date,returns\n2024-01-03,0\n`, ["left-out"]],
    [`date,returns\n${rows}Total,-0.01\n`, ["left-out"]],
    [`date,returns\n${rows}\nCopyright 2024 X\nAll rights reserved\n`, ["left-out"]],
    [`date,returns,\n${rows.replaceAll("\n", ",\n")}`, []],
    [`date,returns\n${rows.replaceAll("\n", ",,\n")}`, []],
    [`date|returns\n${rows.replaceAll(",", "|")}`, []],
    [`sep=,\ndate,returns\n${rows}`, ["left-out"]],
    [`Unnamed: 0,day,x\n0,2024-01-01,0.01\n1,2024-01-02,-0.02\n`, []],
    [`Price,Returns\nTicker,SPY\nDate,\n${rows}`, []],
    [`Date,Returns\n(UTC),(USD)\n${rows}`, []],
    [`returns\n2024-01-01,0.01\n2024-01-02,-0.02\n`, []],
  ];
  for (const [text, codes] of files.slice(0, -1)) {
    const found = await read(text);
    assertEquals(found.values.slice(0, 2), values, text);
    assertEquals(found.codes, codes, text);
  }
  assertStringIncludes(
    await refusal(`date,returns\n${rows}ERROR lost connection\n2024-01-03,0.01\n`),
    "line 4: this is no row of the table, and rows follow it in line 5",
  );
  assertStringIncludes(await refusal(`date,returns\n${rows}2024-01-0`), "line 4: it has 1 cell");
  const clocks: readonly string[] = [
    "<DATE>\t<TIME>\t<CLOSE>\n2024.01.02\t00:00:00\t100\n2024.01.02\t01:00:00\t101\n",
    "Date,Time,Close\n01/13/2024,0930,100\n01/13/2024,0931,101\n",
    "date;time;price\n2024-01-02;9:30 AM;100\n2024-01-02;4:00 PM;101\n",
  ];
  for (const text of clocks) {
    assertEquals((await read(text, { kind: "prices" })).values, [0.01], text);
  }
});

Deno.test("JSON in every form that pandas gives it", async () => {
  const forms = [
    '{"2024-01-01":0.01,"2024-01-02":-0.02}',
    '{"returns":{"2024-01-01":0.01,"2024-01-02":-0.02}}',
    '{"2024-01-01":{"returns":0.01},"2024-01-02":{"returns":-0.02}}',
    '{"columns":["returns"],"index":["2024-01-01","2024-01-02"],"data":[[0.01],[-0.02]]}',
    '{"date":{"0":"2024-01-01","1":"2024-01-02"},"returns":{"0":0.01,"1":-0.02}}',
    '{"schema":{"fields":[]},"data":[{"date":"2024-01-01","returns":0.01},{"date":"2024-01-02","returns":-0.02}]}',
    '[["2024-01-01",0.01],["2024-01-02",-0.02]]',
    '[["date","returns"],["2024-01-01",0.01],["2024-01-02",-0.02]]',
    "[[1704067200000,0.01],[1704153600000,-0.02]]",
    '{"date":["2024-01-01","2024-01-02"],"returns":[0.01,-0.02]}',
    '{"name":"a","equity_curve":[{"date":"2024-01-01","returns":"1%"},{"date":"2024-01-02","returns":"-2%"}]}',
    '{"date":"2024-01-01","returns":"0,01"}\n{"date":"2024-01-02","returns":"-0,02"}\n',
  ];
  for (const text of forms) {
    const found = await read(text);
    assertEquals(found.values, [0.01, -0.02], text);
    assertEquals(found.dates, ["2024-01-01T00:00", "2024-01-02T00:00"], text);
  }
});

Deno.test("what is no table is named with the line that converts it", async () => {
  const files: readonly (readonly [string, string])[] = [
    ["ARROW1\0\0", "read_feather"],
    ["<!DOCTYPE html>\n<html><body>Log in</body></html>", "a web page"],
    ["%PDF-1.7\n", "a PDF"],
    ["SQLite format 3\0", "an SQLite database"],
  ];
  for (const [text, word] of files) assertStringIncludes(await refusal(text), word);
});

Deno.test("a table of years by months ends months with their last day", async () => {
  const months = "Jan,Feb,Mar,Apr,May,Jun,Jul,Aug,Sep,Oct,Nov,Dec";
  const year = (cells: readonly string[]): string => cells.join(",");
  const full = Array.from({ length: 12 }, (_, month) => `${(month % 3) - 1}.5%`);
  const begun = [...Array(3).fill(""), ...full.slice(3)];
  const ended = [...full.slice(0, 2), ...Array(10).fill("-")];
  const text = `Year,${months},YTD\n2022,${year(begun)},9%\n2023,${year(full)},1%\n2024,${
    year(ended)
  },1%\n`;
  const found = await read(text);
  assertEquals(found.values.length, 9 + 12 + 2);
  assertEquals([found.dates[0], found.dates.at(-1)], ["2022-04-30T00:00", "2024-02-29T00:00"]);
  assertEquals(found.codes, ["years-by-months"]);
  const long =
    "January,February,March,April,May,June,July,August,September,October,November,December";
  assertEquals((await read(text.replace(months, long))).values, found.values);
  assertEquals((await read(text.replace("Year", ""))).values, found.values);
});

Deno.test("equity: the last row of an instant counts, and a capital before the first row is a base", async () => {
  const twice = "time,balance\n2024-01-01,100\n2024-01-02,90\n2024-01-02,101\n";
  assertEquals(await read(twice), {
    kind: "equity",
    dates: ["2024-01-02T00:00"],
    values: [0.01],
    codes: ["read-as-equity", "same-instant"],
  });
  const results = days("date,equity", [110, 99]);
  assertEquals((await read(results, { capital: 100 })).values, [0.1, -0.1]);
});

Deno.test("--resample compounds returns and takes the last level", async () => {
  const hours = "time,returns\n2024-01-01 10:00,0.1\n2024-01-01 11:00,0.1\n2024-01-02 10:00,-0.5\n";
  const daily = await read(hours, { resample: "day" });
  assertEquals([daily.dates, daily.values], [["2024-01-01T00:00", "2024-01-02T00:00"], [
    0.21,
    -0.5,
  ]]);
  const levels = "time,equity\n2024-01-31 10:00,90\n2024-01-31 11:00,100\n2024-02-29 10:00,101\n";
  assertEquals((await read(levels, { resample: "month" })).values, [0.01]);
  assertEquals((await read(levels, { resample: "week" })).dates, ["2024-02-29T00:00"]);
  assertStringIncludes(await refusal("returns\n0.1\n", { resample: "day" }), "needs dates");
});
