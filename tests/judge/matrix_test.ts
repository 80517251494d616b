// Which rows and which runs are compared, and what is said of the others.

import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { commonRows } from "../../lib/judge/matrix.ts";
import type { Returns } from "../../lib/metrics/mod.ts";
import { seededRandom } from "../helpers/random.ts";

const DAY = 86_400_000;
const random = seededRandom(21);

/** Noise on every so many days from day `from` to before day `to`. */
function run(from: number, to: number, step = 1): Returns {
  const dates = Float64Array.from(
    { length: Math.ceil((to - from) / step) },
    (_, row) => (from + row * step) * DAY,
  );
  return { dates, values: dates.map(() => random() - 0.5) };
}

function dateless(rows: number): Returns {
  return { dates: null, values: run(0, rows).values };
}

Deno.test("equal dates give the very arrays, and all rows", () => {
  const runs = [run(0, 100), run(0, 100)];
  const found = commonRows(runs);
  assertEquals([found.rows, found.rowsCut, found.leftOut.length], [100, 0, 0]);
  found.columns.forEach((column, index) => assertStrictEquals(column, runs[index]?.values));
});

Deno.test("rows are those that all have, and the others are counted", () => {
  const runs = [run(0, 100), run(5, 100), run(0, 97), run(0, 100)];
  const found = commonRows(runs);
  assertEquals(found.dates, Float64Array.from({ length: 92 }, (_, row) => (row + 5) * DAY));
  assertEquals([found.rows, found.rowsCut], [92, 8]);
  assertEquals(found.kept, [0, 1, 2, 3]);
  assertEquals(found.columns[2], runs[2]?.values.slice(5));
});

Deno.test("a run that lacks a tenth of the rows most have stays, one that lacks more does not", () => {
  const found = commonRows([run(0, 100), run(0, 100), run(10, 100), run(11, 100), run(0, 100)]);
  assertEquals(found.kept, [0, 1, 2, 4]);
  assertEquals(found.leftOut, [
    { index: 3, reason: "it lacks 11 of the 100 rows that most runs have" },
  ]);
});

Deno.test("dates that half of the runs have are not those of most", () => {
  // Two have twice the rows; were those the measure, the other two would be left out.
  const found = commonRows([run(0, 200), run(100, 200), run(0, 200), run(100, 200)]);
  assertEquals([found.kept.length, found.rows, found.rowsCut], [4, 100, 100]);
});

Deno.test("another usual spacing is named, months of different lengths are none", () => {
  const found = commonRows([run(0, 700), run(0, 700, 7), run(0, 700), run(0, 700)]);
  assertEquals(found.leftOut, [
    { index: 1, reason: "its rows are 7 days apart, most runs' are 1" },
  ]);
  const month = (row: number): number => Date.UTC(2020, row + 1, 0);
  const dates = Float64Array.from({ length: 24 }, (_, row) => month(row));
  const months = { dates, values: dates.map(() => random()) };
  const short = { dates: dates.slice(1, 3), values: Float64Array.of(0.1, 0.2) };
  assertEquals(commonRows([months, months, short]).leftOut, [
    { index: 2, reason: "it lacks 22 of the 24 rows that most runs have" },
  ]);
});

Deno.test("what has no returns, no second row or no variation is left out, and sets no rule", () => {
  const flat = { ...run(900, 990), values: new Float64Array(90).fill(0.001) };
  const found = commonRows([flat, null, flat, run(0, 1), flat, run(0, 50), run(0, 50)]);
  assertEquals([found.kept, found.rows], [[5, 6], 50]);
  assertEquals(found.leftOut.map(({ reason }) => reason), [
    "its returns never vary",
    "it has no returns",
    "its returns never vary",
    "it has fewer than two rows",
    "its returns never vary",
  ]);
});

Deno.test("a run that never varies on the common rows is left out after all", () => {
  const late = run(0, 100);
  late.values.fill(0, 5);
  const found = commonRows([run(5, 100), late, run(5, 100)]);
  assertEquals(found.leftOut, [
    { index: 1, reason: "its returns never vary on the 95 rows that all have" },
  ]);
});

Deno.test("without dates the position counts, unless others have dates", () => {
  const found = commonRows([dateless(40), dateless(40), dateless(38)]);
  assertEquals([found.dates, found.rows, found.rowsCut], [null, 40, 0]);
  assertEquals(found.leftOut, [
    { index: 2, reason: "it has 38 rows without dates, most runs have 40" },
  ]);
  assertEquals(commonRows([dateless(40), dateless(38)]).leftOut[0], {
    index: 0,
    reason: "it has 40 rows without dates, and no length is that of most runs",
  });
  assertEquals(commonRows([dateless(40), run(0, 40), run(0, 40)]).leftOut, [
    { index: 0, reason: "it has no dates, and other runs have" },
  ]);
});

Deno.test("runs that share nothing give no rows and a reason each", () => {
  const found = commonRows([run(0, 50), run(50, 100), run(100, 150)]);
  assertEquals([found.rows, found.columns.length], [0, 0]);
  assert(found.leftOut.every(({ reason }) => reason === "no row is in more than half of the runs"));
  const none = commonRows([]);
  assertEquals([none.rows, none.rowsCut, none.dates], [0, 0, null]);
  // Each lacks only a twentieth, but no row is left that all have.
  const holes = Array.from({ length: 20 }, (_, hole) => {
    const all = run(0, 100);
    const isIn = (_: number, row: number): boolean => row % 20 !== hole;
    return { dates: all.dates?.filter(isIn) ?? null, values: all.values.filter(isIn) };
  });
  assertEquals([commonRows(holes).rows, commonRows(holes).rowsCut], [0, 100]);
  assertEquals(commonRows(holes).leftOut.length, 20);
});

Deno.test("dates that are equal in different arrays are one set of dates", () => {
  const [one, other] = [run(0, 60), run(0, 60)];
  assert(one.dates !== other.dates);
  assertStrictEquals(commonRows([one, other]).columns[1], other.values);
});
