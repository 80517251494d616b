// What the single statistics do with input that has no answer, or a special one.

import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { stationaryResamples } from "../../lib/judge/bootstrap.ts";
import { effectiveTrials } from "../../lib/judge/effective_trials.ts";
import { eigenvalueCounts } from "../../lib/judge/eigenvalues.ts";
import { adjustPValues, haircutSharpe, sharpePValue } from "../../lib/judge/haircut.ts";
import { holdOut } from "../../lib/judge/holdout.ts";
import { sharpeDifference } from "../../lib/judge/sharpe_difference.ts";
import { testSuperiority } from "../../lib/judge/superior.ts";
import { deviationOf, meanOf } from "../../lib/metrics/mod.ts";
import { seededRandom } from "../helpers/random.ts";
import { noise } from "./cases.ts";

const random = seededRandom(41);

function columnsOf(count: number, rows: number): Float64Array[] {
  return Array.from({ length: count }, () => noise(random, rows).map((value) => 0.01 * value));
}

function drawn(rows: number, blockLength = 3) {
  return stationaryResamples({ rows, resamples: 200, blockLength, seed: 1 });
}

Deno.test("a run that is the benchmark is not tested and changes nothing for the others", () => {
  const columns = columnsOf(6, 120);
  const benchmark = columns[2] as Float64Array;
  const others = columns.filter((_, column) => column !== 2);
  const all = testSuperiority(columns, drawn(120), { benchmark });
  const rest = testSuperiority(others, drawn(120), { benchmark });
  assertEquals([all.spa, all.realityCheck], [rest.spa, rest.realityCheck]);
  assertEquals(all.untested, [2]);
  assertEquals([...all.stepdown].filter((_, column) => column !== 2), [...rest.stepdown]);
  assertEquals(all.stepdown[2], NaN);
});

Deno.test("a run as far above the benchmark in each row is no more to be tested", () => {
  const [benchmark = new Float64Array(), other = new Float64Array()] = columnsOf(2, 120);
  const above = benchmark.map((value) => value + 0.001);
  assertEquals(testSuperiority([above, other], drawn(120), { benchmark }).untested, [0]);
  assertThrows(
    () => testSuperiority([above], drawn(120), { benchmark }),
    RangeError,
    "none of which varies",
  );
});

Deno.test("one column has three tests that agree, and more columns only weaken the case", () => {
  const [good = new Float64Array(), ...others] = columnsOf(30, 250);
  const lifted = good.map((value) => value + 0.0012);
  const alone = testSuperiority([lifted], drawn(250));
  assertEquals(new Set([...Object.values(alone.spa), alone.stepdown[0]]).size, 1);
  assert(alone.spa.consistent < 0.1);
  const among = testSuperiority([lifted, ...others], drawn(250));
  assert(among.spa.consistent >= alone.spa.consistent);
  const { lower, consistent, upper } = among.spa;
  assert(lower <= consistent && consistent <= upper);
});

Deno.test("one run at several leverages has one place out of sample", () => {
  const [run = new Float64Array(), other = new Float64Array()] = columnsOf(2, 100);
  const good = run.map((value) => value + 0.002);
  const scaled = [1, 3, 0.1, 7].map((leverage) => good.map((value) => value * leverage));
  const poor = other.map((value) => value - 0.02);
  for (const columns of [[...scaled, poor], [...scaled.toReversed(), poor]]) {
    const found = holdOut(columns, 60);
    assertEquals([found?.best, found?.rank, found?.ranked], [0, 2.5, 5]);
  }
});

Deno.test("a run of one trade has the p-values of how often a resample has that trade twice", () => {
  for (const [rows, gain] of [[100, 0.05], [252, 0.013], [1000, 0.0721], [2520, 0.013]] as const) {
    const run = new Float64Array(rows);
    run[40] = gain;
    const resamples = stationaryResamples({ rows, resamples: 1000, blockLength: 1, seed: 1 });
    let twice = 0;
    for (let start = 0; start < resamples.indices.length; start += rows) {
      const drawn = resamples.indices.subarray(start, start + rows);
      if (drawn.filter((row) => row === 40).length >= 2) twice++;
    }
    const share = twice / 1000;
    const { realityCheck, spa, stepdown } = testSuperiority([run], resamples);
    assertEquals(realityCheck, share);
    assertEquals(spa, { lower: share, consistent: share, upper: share });
    assertEquals([...stepdown], [share]);
  }
});

Deno.test("a run that is the benchmark but for rounding is not tested", () => {
  const [benchmark = new Float64Array(), other = new Float64Array()] = columnsOf(2, 120);
  // What is left of a digit at the end, always upwards: a gain in each row, though one of 1e-17.
  const near = benchmark.map((value) => value + Math.abs(value) * 2 ** -52);
  const { untested, superior } = testSuperiority([near, other], drawn(120), { benchmark });
  assertEquals([untested, superior], [[0], []]);
});

Deno.test("runs that all lose are superior to nothing, with a p-value of 1", () => {
  const losers = columnsOf(4, 100).map((column) => column.map((value) => value - 0.02));
  const found = testSuperiority(losers, drawn(100));
  assertEquals(found.spa, { lower: 1, consistent: 1, upper: 1 });
  assertEquals(found.superior, []);
});

Deno.test("the tests refuse shapes that do not fit, and resamples that hold the same rows", () => {
  const columns = columnsOf(2, 50);
  assertThrows(
    () => testSuperiority(columns, drawn(49)),
    RangeError,
    "50 rows with resamples of 49",
  );
  const benchmark = new Float64Array(51);
  assertThrows(() => testSuperiority(columns, drawn(50), { benchmark }), RangeError, "51 rows");
  assertThrows(() => testSuperiority([], drawn(50)), RangeError, "none of which varies");
  assertThrows(() => testSuperiority(columns, drawn(50, 1e9)), RangeError, "shorter blocks");
  const one = stationaryResamples({ rows: 50, resamples: 1, blockLength: 3, seed: 1 });
  assertThrows(() => testSuperiority(columns, one), RangeError, "two are needed");
});

Deno.test("the order of the columns does not matter, nor how many are worked on at once", () => {
  const columns = columnsOf(70, 40);
  for (const count of [1, 3, 4, 5, 31, 32, 33, 70]) {
    const some = testSuperiority(columns.slice(0, count), drawn(40));
    const turned = testSuperiority(columns.slice(0, count).reverse(), drawn(40));
    assertEquals([turned.spa, turned.realityCheck], [some.spa, some.realityCheck], `${count}`);
    assertEquals(turned.stepdown.reverse(), some.stepdown, `${count}`);
  }
});

Deno.test("effective trials of equal runs are one, of unrelated ones all, of none undefined", () => {
  const [one = new Float64Array()] = columnsOf(1, 60);
  const equal = effectiveTrials([one, one, one]);
  for (const value of Object.values(equal)) assertAlmostEquals(value, 1, 1e-9);
  const opposite = effectiveTrials([one, one.map((value) => -value)]);
  assertAlmostEquals(opposite.participation, 1, 1e-12);
  assertAlmostEquals(opposite.average, 2, 1e-12);
  const orthogonal = [Float64Array.of(1, -1, 1, -1), Float64Array.of(1, 1, -1, -1)];
  for (const value of Object.values(effectiveTrials(orthogonal))) {
    assertAlmostEquals(value, 2, 1e-12);
  }
  assertEquals(Object.values(effectiveTrials([])), [NaN, NaN, NaN]);
  assertEquals(Object.values(effectiveTrials([one])), [1, 1, 1]);
});

Deno.test("more columns than rows have the effective trials of their correlations", () => {
  const columns = columnsOf(41, 40);
  const standard = columns.map((column) => {
    const mean = meanOf(column);
    return column.map((value) => (value - mean) / deviationOf(column));
  });
  let squares = 0;
  for (const one of standard) {
    for (const other of standard) {
      squares += (one.reduce((sum, value, row) => sum + value * (other[row] as number), 0) / 39) **
        2;
    }
  }
  assertAlmostEquals(effectiveTrials(columns).participation, 41 ** 2 / squares, 1e-10);
});

Deno.test("eigenvalues are counted as they are known to be", () => {
  // The second difference of n points: 2 − 2cos(kπ/(n + 1)).
  const chain = Float64Array.from({ length: 100 }, (_, at) => {
    const gap = Math.abs(Math.floor(at / 10) - at % 10);
    return gap === 0 ? 2 : gap === 1 ? -1 : 0;
  });
  const countInChain = eigenvalueCounts(chain, 10);
  for (let below = 1; below <= 10; below++) {
    const value = 2 - 2 * Math.cos(below * Math.PI / 11);
    assertEquals(countInChain(value - 1e-14), 11 - below);
    assertEquals(countInChain(value + 1e-14), 10 - below);
  }
  const countOfZeros = eigenvalueCounts(new Float64Array(9), 3);
  assertEquals([-1e-9, 0, 1e-9].map(countOfZeros), [3, 3, 0]);
  assertEquals(eigenvalueCounts(new Float64Array(0), 0)(0), 0);
  assertEquals(eigenvalueCounts(new Float64Array(4).fill(NaN), 2)(0), NaN);
});

Deno.test("eigenvalues are counted in a matrix that is turned many ways", () => {
  const size = 37;
  const values = Array.from({ length: size }, (_, at) => at < 3 ? 2 : random() * 4 - 1);
  const matrix = Float64Array.from({ length: size * size }, (_, at) => {
    const row = Math.floor(at / size);
    return at % size === row ? values[row] as number : 0;
  });
  for (let turns = 0; turns < 3; turns++) mirror(matrix, Array.from({ length: size }, random));
  const given = matrix.slice();
  const countFrom = eigenvalueCounts(matrix, size);
  assertEquals(matrix, given);
  for (const value of values) {
    assertEquals(countFrom(value - 1e-12), values.filter((one) => one > value - 1e-12).length);
    assertEquals(countFrom(value + 1e-12), values.filter((one) => one > value + 1e-12).length);
  }
});

/** Takes to the other side of a plane: A ← H·A·H, H = I − 2·v·vᵀ / vᵀv. */
function mirror(matrix: Float64Array, normal: readonly number[]): void {
  const size = normal.length;
  const squares = normal.reduce((sum, one) => sum + one * one, 0);
  for (const [along, across] of [[1, size], [size, 1]] as const) {
    for (let line = 0; line < size; line++) {
      const share = normal.reduce(
        (sum, one, at) => sum + one * (matrix[line * across + at * along] ?? 0),
        0,
      ) * 2 / squares;
      normal.forEach((one, at) => {
        matrix[line * across + at * along] = (matrix[line * across + at * along] ?? 0) -
          share * one;
      });
    }
  }
}

Deno.test("p-values are never cut below themselves nor above 1", () => {
  const pValues = Float64Array.from({ length: 40 }, () => random() ** 4);
  for (const adjustment of ["bonferroni", "holm", "bhy"] as const) {
    const adjusted = adjustPValues(pValues, adjustment);
    assert(adjusted.every((p, index) => p >= (pValues[index] as number) && p <= 1), adjustment);
    assertEquals(adjustPValues(Float64Array.of(0.03), adjustment)[0], 0.03);
    assertEquals(adjustPValues(new Float64Array(0), adjustment).length, 0);
  }
});

Deno.test("a haircut leaves a single trial as it is, and nothing of one that many can match", () => {
  const best = { sharpe: 0.1, rows: 500 };
  const alone = haircutSharpe(best, [], 1);
  for (const value of Object.values(alone)) assertAlmostEquals(value, 0.1, 1e-14);
  assertEquals(haircutSharpe(best, [], 1_000_000), { bonferroni: 0, holm: 0, bhy: 0 });
  const worst = haircutSharpe({ sharpe: -0.1, rows: 500 }, [], 1);
  assertAlmostEquals(worst.holm, -0.1, 1e-14);
  assertEquals(haircutSharpe({ sharpe: 0, rows: 500 }, [best], 2).holm, 0);
  // A p-value of 0 leaves all, not infinity.
  assertEquals(haircutSharpe({ sharpe: 5, rows: 5000 }, [best], 2).bonferroni, 5);
  for (const trials of [0, 1.5, NaN]) {
    assertThrows(() => haircutSharpe(best, [], trials), RangeError, "a whole number from 1");
  }
});

Deno.test("where fewer trials are to count than are recorded, the most significant do", () => {
  const best = { sharpe: 0.12, rows: 500 };
  const others = [0.01, 0.11, -0.1, 0.02, 0.03].map((sharpe) => ({ sharpe, rows: 500 }));
  const counted = others.filter(({ sharpe }) => Math.abs(sharpe) > 0.05);
  assertEquals(haircutSharpe(best, others, 3), haircutSharpe(best, counted, 3));
  const p = sharpePValue(best);
  const bonferroni = haircutSharpe(best, others, 3).bonferroni;
  assertAlmostEquals(sharpePValue({ sharpe: bonferroni, rows: 500 }), 3 * p, 1e-14);
});

Deno.test("runs that cannot differ have no test of their difference", () => {
  const [one = new Float64Array(), other = new Float64Array()] = columnsOf(2, 60);
  assertEquals(sharpeDifference(one, one), null);
  assertEquals(sharpeDifference(one, one.map((value) => 3 * value)), null);
  assertEquals(sharpeDifference(one, new Float64Array(60)), null);
  assertEquals(sharpeDifference(one.slice(0, 19), other.slice(0, 19)), null);
  assertEquals(sharpeDifference(new Float64Array(0), new Float64Array(0)), null);
  assertThrows(() => sharpeDifference(one, other.slice(1)), RangeError, "60 rows with 59");
  const [there, back] = [sharpeDifference(one, other), sharpeDifference(other, one)];
  assertAlmostEquals(there?.difference ?? NaN, -(back?.difference ?? NaN), 1e-15);
  assertAlmostEquals(there?.pValue ?? NaN, back?.pValue ?? NaN, 1e-12);
});

Deno.test("the run picked in sample is ranked out of sample, equals by their average", () => {
  const up = [0.01, 0.03];
  const down = [-0.01, -0.03];
  const run = (...parts: number[][]): Float64Array => Float64Array.from(parts.flat());
  const found = holdOut([run(down, up), run(up, down), run(up, up), run(down, down)], 2);
  assertEquals([found?.best, found?.rank, found?.ranked], [1, 3.5, 4]);
  assertAlmostEquals(found?.outOfSample ?? NaN, -Math.SQRT2, 1e-14);
  const idle = [0, 0];
  const cash = [0.01, 0.01];
  // Idleness is a Sharpe ratio of 0; cash has none, so that it is neither picked nor ranked.
  const odd = holdOut([run(cash, up), run(down, cash), run(idle, idle), run(down, up)], 2);
  assertEquals([odd?.best, odd?.outOfSample, odd?.rank, odd?.ranked], [2, 0, 3, 3]);
  assertEquals(holdOut([run(up, cash), run(down, up)], 2), null);
  assertEquals(holdOut([run(cash, up)], 2), null);
  assertEquals([holdOut([run(up, up)], 1), holdOut([run(up, up)], 3), holdOut([], 2)], [
    null,
    null,
    null,
  ]);
});
