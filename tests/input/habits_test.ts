// Habits of exports that name one meaning and hide another: days taken for months, names that stand twice,
// money moved within an equity; dates of whole periods, and in several columns.

import { assertEquals, assertStringIncludes } from "@std/assert";
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
