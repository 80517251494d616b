// The figures that pages compute in the browser, of a range in view and of ticked runs alike, against loops
// that share nothing with them, and against the catalogue.

import { assertAlmostEquals, assertEquals } from "@std/assert";
import { computeMetrics, type JoinedBenchmark } from "../../lib/metrics/mod.ts";
import {
  benchmarkInView,
  strategyInView,
  VIEW_FIGURES,
  type ViewFigures,
  type ViewRows,
} from "../../lib/report/in_view.ts";
import { DAY_MS, madeUp } from "./samples.ts";

const PERIODS = 252;
const { dates, values } = madeUp(600, DAY_MS);
const other = madeUp(600, DAY_MS, { seed: 11 }).values;
const zeros = new Float64Array(600);

/** Straight from the definitions; undefined is NaN, also where only rounding varies. */
function byLoops(own: Float64Array, rates: Float64Array): Omit<ViewFigures, "beta"> {
  let [wealth, highest, deepest, rows, sum, excess, largest] = [1, 1, 0, 0, 0, 0, 0];
  for (let row = 0; row < own.length; row++) {
    const value = own[row] ?? NaN;
    if (Number.isNaN(value)) continue;
    rows++;
    sum += value;
    excess += value - (rates[row] ?? NaN);
    largest = Math.max(largest, Math.abs(value - (rates[row] ?? NaN)));
    wealth = value <= -1 ? 0 : wealth + wealth * value;
    if (wealth > highest) highest = wealth;
    if (wealth / highest - 1 < deepest) deepest = wealth / highest - 1;
  }
  let [squares, excessSquares] = [0, 0];
  own.forEach((value, row) => {
    if (Number.isNaN(value)) return;
    squares += (value - sum / rows) ** 2;
    excessSquares += (value - (rates[row] ?? NaN) - excess / rows) ** 2;
  });
  const spread = Math.sqrt(excessSquares / (rows - 1));
  return {
    total_return: rows === 0 ? NaN : wealth - 1,
    cagr: rows < 0.95 * PERIODS ? NaN : Math.pow(wealth, PERIODS / rows) - 1,
    volatility: rows < 2 ? NaN : Math.sqrt(squares / (rows - 1)) * Math.sqrt(PERIODS),
    sharpe_ratio: spread > 1e-12 * largest ? (excess / rows / spread) * Math.sqrt(PERIODS) : NaN,
    max_drawdown: rows === 0 ? NaN : deepest,
  };
}

function assertFigures(
  found: ViewFigures,
  expected: Omit<ViewFigures, "beta">,
  what: string,
): void {
  for (const [key] of VIEW_FIGURES) {
    if (key === "beta") continue;
    if (Number.isNaN(expected[key])) assertEquals(found[key], NaN, `${key} of ${what}`);
    else assertAlmostEquals(found[key], expected[key], 1e-11, `${key} of ${what}`);
  }
}

const CASES: Readonly<Record<string, Float64Array>> = {
  "made-up returns": values,
  "zeros": zeros,
  "the same return every day": zeros.map(() => 0.001),
  "zeros but for one": zeros.with(300, 0.02),
  "a ruin": values.with(400, -1),
  "a loss beyond everything": values.with(400, -1.5),
  "rows without a value": values.with(10, NaN).with(11, NaN),
};

Deno.test("the figures in view are those of plain loops, whatever the returns and the rate", () => {
  for (const [name, returns] of Object.entries(CASES)) {
    for (const rate of [0, 0.0001]) {
      const rows: ViewRows = { returns, benchmark: null, rates: null, rate, periods: PERIODS };
      for (const [first, last] of [[0, 599], [5, 300], [299, 401], [300, 300], [10, 11]] as const) {
        const own = returns.subarray(first, last + 1);
        const what = `${name}, ${first} to ${last}, rate ${rate}`;
        assertFigures(strategyInView(rows, first, last), byLoops(own, own.map(() => rate)), what);
        const beside = benchmarkInView({ ...rows, benchmark: returns }, first, last);
        assertFigures(beside as ViewFigures, byLoops(own, own.map(() => rate)), `beside: ${what}`);
      }
    }
  }
  const rates = values.map((_, row) => row / 1e6);
  const rows: ViewRows = { returns: values, benchmark: null, rates, rate: 0, periods: PERIODS };
  assertFigures(
    strategyInView(rows, 50, 449),
    byLoops(values.subarray(50, 450), rates.subarray(50, 450)),
    "a rate that changes",
  );
});

Deno.test("over the whole series they are the catalogue's: what it leaves undefined is undefined", () => {
  const names = VIEW_FIGURES.map(([key]) => key);
  for (
    const name of ["made-up returns", "zeros", "the same return every day", "zeros but for one"]
  ) {
    const returns = CASES[name] ?? zeros;
    const joined: JoinedBenchmark = { dates, strategy: returns, benchmark: other };
    const catalogue = computeMetrics({ dates, values: returns }, {
      periods: PERIODS,
      benchmark: joined,
      names,
    });
    const found = strategyInView(
      { returns, benchmark: other, rates: null, rate: 0, periods: PERIODS },
      0,
      599,
    );
    for (const key of names) {
      const expected = catalogue.values.get(key) ?? NaN;
      if (Number.isNaN(expected)) assertEquals(found[key], NaN, `${key} of ${name}`);
      else assertAlmostEquals(found[key], expected, 1e-12, `${key} of ${name}`);
    }
  }
});
