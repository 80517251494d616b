// Series for metric history, rolling figures, inferred periods, thinning and simulated paths: each
// against a definition written out the slow way, and at its edges.

import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  computeSeries,
  drawdownDetails,
  drawdownSeries,
  inferPeriods,
  monteCarlo,
  monthlyReturns,
  quarterlyReturns,
  rollingBeta,
  rollingSharpe,
  rollingSortino,
  rollingVolatility,
  SERIES_NAMES,
  thin,
  yearlyReturns,
} from "../../lib/metrics/mod.ts";
import { everyDay, noisy, readExample, weekdays } from "./zoo.ts";

const DAY = 86_400_000;
const mean = (values: Float64Array): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

function product(left: Float64Array, right: Float64Array): number {
  const [one, other] = [mean(left), mean(right)];
  return left.reduce((sum, value, row) => sum + (value - one) * ((right[row] ?? NaN) - other), 0);
}

/** Holds a rolling figure against the same of each window on its own. */
function rolls(
  rolled: Float64Array,
  window: number,
  slow: (from: number, to: number) => number,
): void {
  rolled.forEach((value, row) => {
    if (row < window - 1) assertEquals(value, NaN);
    else {
      const expected = slow(row - window + 1, row + 1);
      assertAlmostEquals(value, expected, 1e-9 * Math.max(1, Math.abs(expected)), `row ${row}`);
    }
  });
}

Deno.test("rolling figures are those of each window on its own, whatever its length", () => {
  const values = Float64Array.from(noisy(400, 71, 0.0005, 0.01));
  const benchmark = Float64Array.from(
    noisy(400, 72, 0.0005, 0.01),
    (value, row) => value + (values[row] ?? 0),
  );
  const rate = 1.02 ** (1 / 252) - 1;
  for (const window of [2, 3, 7, 126, 399, 400]) {
    const options = { window, riskFreeRate: 0.02 };
    rolls(rollingSharpe(values, options), window, (from, to) => {
      const own = values.subarray(from, to);
      return (mean(own) - rate) / Math.sqrt(product(own, own) / (window - 1)) * Math.sqrt(252);
    });
    rolls(rollingVolatility(values, { window }), window, (from, to) => {
      const own = values.subarray(from, to);
      return Math.sqrt(product(own, own) / (window - 1) * 252);
    });
    rolls(rollingBeta(values, benchmark, { window }), window, (from, to) => {
      const other = benchmark.subarray(from, to);
      return product(values.subarray(from, to), other) / product(other, other);
    });
    rolls(rollingSortino(values, options), window, (from, to) => {
      const own = values.subarray(from, to);
      const losses = own.reduce((sum, value) => sum + Math.min(value - rate, 0) ** 2, 0);
      return losses === 0 ? NaN : (mean(own) - rate) / Math.sqrt(losses / window) * Math.sqrt(252);
    });
  }
});

Deno.test("an outlier leaves no rounding behind when it leaves the window", () => {
  const values = new Float64Array(300).fill(1e-6).map((value, row) =>
    row % 2 === 0 ? value : -value
  );
  const clean = rollingVolatility(values, { window: 20 });
  const struck = rollingVolatility(values.map((value, row) => row === 50 ? 1e9 : value), {
    window: 20,
  });
  for (let row = 70; row < 300; row++) {
    assertAlmostEquals((struck[row] ?? NaN) / (clean[row] ?? NaN), 1, 1e-12, `row ${row}`);
  }
});

Deno.test("a window that never varies has no ratio", () => {
  const constant = new Float64Array(30).fill(0.01);
  assert(rollingSharpe(constant, { window: 5 }).every(Number.isNaN));
  assert(rollingSortino(constant, { window: 5 }).every(Number.isNaN));
  assert(rollingBeta(constant, constant, { window: 5 }).every(Number.isNaN));
  assertEquals(rollingVolatility(constant, { window: 5 })[29], 0);
});

Deno.test("windows are half a year of periods by default, a year for beta", () => {
  const values = Float64Array.from(noisy(300, 73, 0, 0.01));
  const first = (rolled: Float64Array): number => rolled.findIndex((value) => !Number.isNaN(value));
  assertEquals(first(rollingSharpe(values)), 125);
  assertEquals(first(rollingBeta(values, values)), 251);
  assertEquals(first(rollingVolatility(values, { periods: 12 })), 5);
  assertEquals(first(rollingSortino(values, { periods: 1, riskFreeRate: 0.5 })), 2);
  assertEquals(first(rollingSharpe(values.subarray(0, 100))), -1);
  assertThrows(() => rollingSharpe(values, { window: 1 }), RangeError, "window of 1 rows");
  assertThrows(() => rollingBeta(values, values.subarray(1)), RangeError, "300 returns beside 299");
});

Deno.test("thinning keeps ends, lowest and highest, whatever the number of points", () => {
  const values = Float64Array.from(noisy(5000, 74, 0, 1));
  values[1234] = 99;
  values[4321] = -99;
  for (const points of [4, 5, 6, 7, 10, 99, 1000, 4999]) {
    const kept = thin(values, points);
    assert(
      kept.length <= points && kept.length >= Math.min(points - 2, points / 2),
      `${kept.length} of ${points}`,
    );
    for (const row of [0, 1234, 4321, 4999]) assert(kept.includes(row), `${row} of ${points}`);
    assert(kept.every((row, index) => index === 0 || row > (kept[index - 1] ?? Infinity)));
  }
  assertEquals(thin(values, 5000).length, 5000);
});

Deno.test("thinning: few rows, none, gaps, and too few points", () => {
  assertEquals(thin(new Float64Array(0), 4), []);
  assertEquals(thin(Float64Array.of(NaN, NaN), 4), []);
  assertEquals(thin(Float64Array.of(NaN, 1, NaN, 2, NaN), 4), [1, 3]);
  assertEquals(thin(Float64Array.of(1, 1, 1, 1, 1, 1), 4), [0, 1, 5]);
  const gappy = new Float64Array(100).fill(NaN).map((_, row) => row % 10 === 5 ? row : NaN);
  assertEquals(thin(gappy, 6).filter((row) => Number.isNaN(gappy[row])), []);
  assertThrows(() => thin(new Float64Array(9), 3), RangeError, "3 points");
});

Deno.test("series: values, steps and dates are those of the rows", async () => {
  const { dates, values } = await readExample("examples/sp500_returns.csv");
  const returns = { dates: Float64Array.from(dates), values: Float64Array.from(values) };
  const other = Float64Array.from((await readExample("examples/nasdaq_returns.csv")).values);
  const benchmark = { dates: returns.dates, strategy: returns.values, benchmark: other };
  const found = computeSeries(returns, { points: 1e6, benchmark });
  assertEquals(found.map(({ name }) => name), SERIES_NAMES);
  const byName = new Map(found.map(({ name, points }) => [name, points]));
  for (const [name, points] of byName) {
    assert(points.length > 0, name);
    for (const { step, timestamp, value } of points) {
      assertEquals(timestamp, dates[step], name);
      assert(Number.isFinite(value));
    }
  }
  assertEquals(byName.get("cumulative_return")?.length, values.length);
  assertEquals(byName.get("rolling_sharpe")?.length, values.length - 125);
  assertEquals(byName.get("rolling_beta")?.length, values.length - 251);
  assertEquals(byName.get("monthly_return")?.length, 240);
  assertEquals(byName.get("yearly_return")?.length, 20);
  const drawdown = drawdownSeries(returns.values);
  assertEquals(byName.get("drawdown")?.map(({ value }) => value), [...drawdown]);
  const ends = byName.get("monthly_return")?.map(({ step }) => step) ?? [];
  assertEquals(ends.at(-1), values.length - 1);
  const thinned = computeSeries(returns, { names: ["drawdown"], points: 100 })[0]?.points ?? [];
  assert(thinned.length <= 100);
  assertEquals(Math.min(...thinned.map(({ value }) => value)), Math.min(...drawdown));
});

Deno.test("series without dates, without a benchmark, of a ruined account, of no name", () => {
  const values = Float64Array.from(noisy(300, 75, 0, 0.01));
  const undated = computeSeries({ dates: null, values });
  const lengths = Object.fromEntries(undated.map(({ name, points }) => [name, points.length]));
  assertEquals(lengths.monthly_return, 0);
  assertEquals(lengths.rolling_beta, 0);
  assertEquals(lengths.cumulative_return, 300);
  assert(undated.flatMap(({ points }) => points).every(({ timestamp }) => timestamp === 0));
  const ruined = values.map((value, row) => row === 7 ? -1.2 : value);
  const dates = Float64Array.from(everyDay(300));
  for (const { name, points } of computeSeries({ dates, values: ruined })) {
    assertEquals(points.length > 0, name.startsWith("rolling") && name !== "rolling_beta", name);
  }
  for (const name of ["nope", "toString"]) {
    assertThrows(
      () => computeSeries({ dates, values }, { names: [name] }),
      RangeError,
      `"${name}"`,
    );
  }
});

Deno.test("calendar: months, quarters and years with rows, gaps left out, first rows told", () => {
  const dates = [
    "0099-12-31",
    "1999-12-31",
    "2000-02-29",
    "2000-03-31T23:59:59.999",
    "2000-04-01",
    "2003-01-01",
  ]
    .map((day) => new Date(day.includes("T") ? `${day}Z` : `${day}T00:00:00Z`).getTime());
  const values = Float64Array.of(0.5, 0.1, 0.2, 0.3, 0.4, 0.5);
  const months = monthlyReturns(values, Float64Array.from(dates));
  assertEquals([...months.firstRows], [0, 1, 2, 3, 4, 5]);
  const years = yearlyReturns(values, Float64Array.from(dates));
  assertEquals([...years.firstRows], [0, 1, 2, 5]);
  assertAlmostEquals(years.returns[2] ?? NaN, 1.2 * 1.3 * 1.4 - 1, 1e-12);
  const starts = [...years.starts].map((ms) => new Date(ms).toISOString().slice(0, 10));
  assertEquals(starts, ["0099-01-01", "1999-01-01", "2000-01-01", "2003-01-01"]);
  const quarters = quarterlyReturns(values, Float64Array.from(dates));
  assertEquals([...quarters.firstRows], [0, 1, 2, 4, 5]);
});

Deno.test("drawdown details: dates, depth and days, the first row's own drawdown included", () => {
  const drawdown = drawdownSeries(Float64Array.of(-0.1, -0.1, 0.3, 0, -0.2));
  const dates = Float64Array.of(0, 5 * DAY, 6 * DAY, 7 * DAY, 9.5 * DAY);
  const found = drawdownDetails(drawdown, dates);
  assertEquals(found.map(({ days, recovered }) => [days, recovered]), [[6, true], [1, false]]);
  assertAlmostEquals(found[0]?.depth ?? NaN, -0.19, 1e-12);
  assertEquals(found[0]?.valleyMs, 5 * DAY);
});

Deno.test("periods a year: every usual frequency, real data included", async () => {
  const start = Date.UTC(2015, 0, 5);
  const every = (count: number, step: number): number[] =>
    Array.from({ length: count }, (_, row) => start + row * step);
  const months = (count: number, by: number): number[] =>
    Array.from({ length: count }, (_, row) => Date.UTC(2015, row * by, 28));
  const session = weekdays(200).flatMap((day) =>
    Array.from({ length: 7 }, (_, hour) => day + (14.5 + hour) * DAY / 24)
  );
  const cases: [string, number[], number | null][] = [
    ["S&P 500", (await readExample("examples/sp500_returns.csv")).dates, 252],
    ["four weeks from Monday to Friday", weekdays(20), 252],
    ["a year of weekdays", weekdays(261), 252],
    ["every day", everyDay(400), 365],
    ["two weeks of days", everyDay(14), 365],
    ["hours without rest", every(2000, DAY / 24), 8760],
    ["weeks", every(60, 7 * DAY), 52],
    ["three weeks", every(3, 7 * DAY), 52],
    ["months", months(30, 1), 12],
    ["quarters", months(12, 3), 4],
    ["years", months(9, 12), 1],
    ["every two years", months(6, 24), null],
    ["minutes without rest", every(50_000, 60_000), 525_949],
    ["five days", weekdays(5), null],
    ["one week of hours", every(168, DAY / 24), null],
    ["two rows", every(2, DAY), null],
    ["no rows", [], null],
  ];
  for (const [name, dates, expected] of cases) {
    const found = inferPeriods(Float64Array.from(dates));
    if (name === "every two years") assertAlmostEquals(found ?? NaN, 0.5, 0.001);
    else assertEquals(found, expected, name);
  }
  const hourly = inferPeriods(Float64Array.from(session)) ?? NaN;
  assert(hourly > 7 * 250 && hourly < 7 * 262, `${hourly}`);
});

Deno.test("simulated paths: the same seed, the same figures; another, others", () => {
  const values = Float64Array.from(noisy(250, 76, 0.001, 0.02));
  const options = { paths: 300, seed: 42, ruin: 0.3, goal: 0.5 };
  assertEquals(monteCarlo(values, options), monteCarlo(values, options));
  const other = monteCarlo(values, { ...options, seed: 43 });
  assert(other.final_value_p50 !== monteCarlo(values, options).final_value_p50);
});

Deno.test("simulated paths of two equally likely returns end as the binomial distribution says", () => {
  const values = Float64Array.from({ length: 20 }, (_, row) => row % 2 === 0 ? 0.1 : -0.1);
  const found = monteCarlo(values, { paths: 40_000, seed: 7, ruin: 0.5, goal: 0.5 });
  // E = 1; P(final ≥ 1.5): at least 13 of 20 ups, since 1.1^13 · 0.9^7 = 1.65 and 1.1^12 · 0.9^8 = 1.35.
  assertAlmostEquals(found.final_value_mean ?? NaN, 1, 0.01);
  assertAlmostEquals(found.goal_probability ?? NaN, 0.131588, 0.006);
  assertAlmostEquals(found.final_value_p50 ?? NaN, 0.99 ** 10, 1e-12);
  assertAlmostEquals(found.final_value_deviation ?? NaN, Math.sqrt(1.01 ** 20 - 1), 0.02);
  assert((found.max_drawdown_p05 ?? NaN) < (found.max_drawdown_p50 ?? NaN));
});

Deno.test("simulated paths: certain ruin, certain goal, a loss of everything, one path, misuse", () => {
  const falling = new Float64Array(100).fill(-0.02);
  const found = monteCarlo(falling, { paths: 10, ruin: 0.5, goal: 0 });
  assertEquals([found.ruin_probability, found.goal_probability], [1, 0]);
  assertAlmostEquals(found.final_value_p05 ?? NaN, 0.98 ** 100, 1e-12);
  const wiped = monteCarlo(Float64Array.of(-1.5), { paths: 5, ruin: 1 });
  assertEquals([wiped.final_value_mean, wiped.ruin_probability, wiped.max_drawdown_p50], [
    0,
    1,
    -1,
  ]);
  const one = monteCarlo(falling, { paths: 1 });
  assert(Object.values(one).every(Number.isFinite));
  for (
    const options of [{ paths: 0 }, { paths: 1.5 }, { seed: 0.5 }, { ruin: 0 }, { ruin: 2 }, {
      goal: NaN,
    }]
  ) assertThrows(() => monteCarlo(falling, options), RangeError);
  assertThrows(() => monteCarlo(new Float64Array(0)), RangeError, "without rows");
});
