// Cross-validation against the definition written out row by row, on the inputs where programs differ:
// ties, halves without a trade, numbers that cancel.

import { assert, assertEquals, assertThrows } from "@std/assert";
import { columnsFlatInAHalf, crossValidate } from "../../lib/judge/cscv.ts";
import { seededRandom } from "../helpers/random.ts";
import { distance, noise } from "./cases.ts";

/** All choices of half of the blocks, in lexicographic order. */
function halves(splits: number, from = 0, left = splits / 2): number[][] {
  if (left === 0) return [[]];
  const found: number[][] = [];
  for (let block = from; block <= splits - left; block++) {
    for (const rest of halves(splits, block + 1, left - 1)) found.push([block, ...rest]);
  }
  return found;
}

function sharpe(values: readonly number[]): number {
  if (values.every((value) => value === 0)) return 0;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return mean / Math.sqrt(squares / (values.length - 1));
}

/** The definition, one row after the other. Equal columns are told by their bits. */
function plainly(columns: readonly Float64Array[], splits: number): {
  logits: number[];
  inSample: number[];
  outOfSample: number[];
} {
  const length = Math.floor((columns[0]?.length ?? 0) / splits);
  const take = (column: Float64Array, isIn: (block: number) => boolean): number[] =>
    [...column.subarray(0, length * splits)].filter((_, row) => isIn(Math.floor(row / length)));
  const found = {
    logits: [] as number[],
    inSample: [] as number[],
    outOfSample: [] as number[],
  };
  for (const half of halves(splits)) {
    const inside = columns.map((column) => sharpe(take(column, (block) => half.includes(block))));
    const outside = columns.map((column) => sharpe(take(column, (block) => !half.includes(block))));
    const winner = inside.indexOf(Math.max(...inside));
    const reached = outside[winner] as number;
    const below = outside.filter((one) => one < reached).length;
    const equal = outside.filter((one) => one === reached).length;
    const share = (below + (equal + 1) / 2) / (columns.length + 1);
    found.logits.push(Math.log(share / (1 - share)));
    found.inSample.push(inside[winner] as number);
    found.outOfSample.push(reached);
  }
  return found;
}

function agree(columns: readonly Float64Array[], splits: number, what: string): void {
  const own = crossValidate(columns, splits);
  const reference = plainly(columns, splits);
  for (const key of ["logits", "inSample", "outOfSample"] as const) {
    assertEquals(own[key].length, reference[key].length, what);
    reference[key].forEach((value, split) => {
      const far = distance(own[key][split] as number, value);
      assert(far < 1e-12, `${what}, ${key} of split ${split}: ${own[key][split]}, not ${value}`);
    });
  }
  const overfitted = reference.logits.filter((logit) => logit <= 1e-12).length;
  assertEquals(own.probabilityOfOverfitting, overfitted / reference.logits.length, what);
}

const random = seededRandom(31);

function columnsOf(count: number, rows: number): Float64Array[] {
  return Array.from({ length: count }, () => noise(random, rows).map((value) => 0.01 * value));
}

Deno.test("each split is what the definition says, in its order", () => {
  for (const [count, rows, splits] of [[2, 4, 2], [5, 61, 6], [9, 80, 10], [3, 40, 8]] as const) {
    agree(columnsOf(count, rows), splits, `${count} columns, ${rows} rows, ${splits} splits`);
  }
});

Deno.test("equal columns share their rank, and the first of them wins", () => {
  const [first, second, third] = columnsOf(3, 60) as [Float64Array, Float64Array, Float64Array];
  agree([first, second, first.slice(), third, second], 6, "two pairs");
  // Equal in the first half only, so that it matters which of them is taken.
  const good = first.map((value) => value + 0.02);
  const twin = good.map((value, row) => row < 30 ? value : -value);
  agree([good, twin, second], 2, "equal in one half");
  agree([twin, good, second], 2, "equal in one half, turned round");
  const { probabilityOfOverfitting, logits } = crossValidate([first, first, first], 6);
  assertEquals(probabilityOfOverfitting, 1);
  assertEquals(new Set(logits), new Set([0]));
});

Deno.test("one run at several leverages is as good as itself, whatever the last bits say", () => {
  const random = seededRandom(12);
  const run = noise(random, 330);
  const other = noise(random, 330);
  const scaled = [1, 3, 0.1, 7].map((leverage) => run.map((value) => value * leverage));
  const logits = (columns: readonly Float64Array[]): number[] => [
    ...crossValidate(columns, 10).logits,
  ];
  assertEquals(crossValidate(scaled, 10).probabilityOfOverfitting, 1);
  assertEquals(logits([...scaled, other]), logits([run, run, run, run, other]));
});

Deno.test("a half that gains what it loses is no loss, whatever the last bits say", () => {
  const half = [0.1, 0.2, -0.3];
  const other = [0.3, -0.1, -0.2];
  const columns = [Float64Array.from([...half, ...other]), Float64Array.of(3, -4, 0, -4, 3, 0)];
  assertEquals(crossValidate(columns, 2).probabilityOfLoss, 0);
});

Deno.test("a half without a trade has a Sharpe ratio of 0, in sample and out", () => {
  const columns = columnsOf(6, 80);
  columns[1]?.fill(0, 0, 50);
  columns[3]?.fill(0, 30);
  columns[4]?.fill(0);
  agree(columns, 8, "sleepers");
  assertEquals(columnsFlatInAHalf(columns, 8), []);
  // Losers lose to who does nothing.
  const losers = columnsOf(3, 40).map((column) => column.map((value) => value - 1));
  assertEquals(crossValidate([...losers, new Float64Array(40)], 4).probabilityOfOverfitting, 0);
});

Deno.test("a half that is constant otherwise is found, wherever its blocks are", () => {
  const [cash, later, noisy, zero] = columnsOf(4, 80) as Float64Array[];
  cash?.fill(0.0001, 0, 40);
  for (const block of [1, 3, 4, 6]) later?.fill(0.1 + 0.2, block * 10, block * 10 + 10);
  noisy?.fill(0.0001, 0, 30);
  noisy?.fill(0.0002, 30, 60);
  zero?.fill(0, 0, 40);
  later?.fill(0.3, 30, 40);
  const columns = [cash, later, noisy, zero] as Float64Array[];
  assertEquals(columnsFlatInAHalf(columns, 8), [0, 1]);
});

Deno.test("a large mean and a small spread cost no digits", () => {
  const columns = columnsOf(4, 60).map((column, index) =>
    column.map((value, row) => 1e3 * (index + 1) + 1e-4 * value + (row < 30 ? 0 : 1e5))
  );
  const own = crossValidate(columns, 2);
  const reference = plainly(columns, 2);
  for (const key of ["inSample", "outOfSample"] as const) {
    reference[key].forEach((value, split) => {
      // The values themselves have no more than these digits of their spread.
      assert(Math.abs((own[key][split] as number) / value - 1) < 1e-6, `${key}`);
    });
  }
});

Deno.test("a winner whose Sharpe ratio never changes has no slope", () => {
  const block = Float64Array.of(0.01, 0.03, 0.02, -0.01);
  const same = Float64Array.from({ length: 16 }, (_, row) => block[row % 4] as number);
  const found = crossValidate([same, same.map((value) => value - 0.05)], 4);
  assertEquals(found.degradationSlope, NaN);
  assertEquals([found.probabilityOfOverfitting, found.probabilityOfLoss], [0, 0]);
});

Deno.test("what cannot be split is refused with what is needed", () => {
  const columns = columnsOf(2, 30);
  for (const splits of [0, 1, 3, 22, 2.5, NaN]) {
    assertThrows(() => crossValidate(columns, splits), RangeError, "an even number from 2 to 20");
  }
  assertThrows(() => crossValidate(columns, 16), RangeError, "32 rows are needed");
  assertThrows(() => crossValidate(columns.slice(1), 4), RangeError, "two are needed");
});

Deno.test("twenty splits of twenty blocks are all their choices", () => {
  const found = crossValidate(columnsOf(2, 40), 20);
  assertEquals(found.logits.length, 184_756);
  assert(found.logits.every(Number.isFinite));
});
