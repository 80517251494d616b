// What must hold of any series, whatever the values: how metrics follow a change of scale, of order
// or of sign, what bounds them, and that nothing given is ever written to.

import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import {
  CATALOGUE,
  computeMetrics,
  computeSeries,
  drawdownDetails,
  drawdownPeriods,
  drawdownSeries,
  equityCurve,
  type MetricOptions,
  monteCarlo,
  quantilesOf,
} from "../../lib/metrics/mod.ts";
import { everyDay, noisy, specimens, weekdays } from "./zoo.ts";

const SEEDS = [3, 14, 159, 2653, 58979];

function metrics(
  values: readonly number[],
  options: MetricOptions = {},
): ReadonlyMap<string, number> {
  const dates = Float64Array.from(weekdays(values.length));
  return computeMetrics({ dates, values: Float64Array.from(values) }, options).values;
}

function against(
  values: readonly number[],
  benchmark: readonly number[],
): ReadonlyMap<string, number> {
  const dates = Float64Array.from(weekdays(values.length));
  const strategy = Float64Array.from(values);
  return computeMetrics({ dates, values: strategy }, {
    extended: true,
    benchmark: { dates, strategy, benchmark: Float64Array.from(benchmark) },
  }).values;
}

function same(
  left: ReadonlyMap<string, number>,
  right: ReadonlyMap<string, number>,
  names: string,
): void {
  for (const name of names.split(" ")) {
    const [one, other] = [left.get(name), right.get(name)];
    assert(one !== undefined && other !== undefined, `${name} is undefined`);
    assertAlmostEquals(one, other, 1e-9 * Math.max(1, Math.abs(other)), name);
  }
}

Deno.test("ratios do not change with scale", () => {
  for (const seed of SEEDS) {
    const values = noisy(700, seed, 0.0005, 0.01);
    const scaled = values.map((value) => value / 8);
    same(
      metrics(values),
      metrics(scaled),
      "sharpe_ratio sortino_ratio omega_ratio risk_return_ratio autocorrelation_penalty skew kurtosis " +
        "win_rate profit_factor profit_ratio payoff_ratio tail_ratio outlier_win_ratio " +
        "outlier_loss_ratio kelly_criterion common_sense_ratio cpc_index gain_to_pain_ratio exposure " +
        "probabilistic_sharpe_ratio consecutive_wins consecutive_losses risk_of_ruin",
    );
  }
});

Deno.test("values in units of returns change with scale", () => {
  for (const seed of SEEDS) {
    const values = noisy(700, seed, 0.0005, 0.01);
    const before = metrics(values);
    const after = metrics(values.map((value) => value / 8));
    for (
      const name of ["volatility", "var", "cvar", "avg_win", "avg_loss", "best_day", "worst_day"]
    ) {
      assertAlmostEquals((after.get(name) ?? NaN) * 8, before.get(name) ?? NaN, 1e-12, name);
    }
  }
});

Deno.test("what does not depend on order does not change with it", () => {
  for (const seed of SEEDS) {
    const values = noisy(700, seed, 0.0005, 0.01);
    same(
      metrics(values),
      metrics(values.toReversed()),
      "sharpe_ratio sortino_ratio omega_ratio total_return cagr volatility implied_volatility var cvar " +
        "skew kurtosis tail_ratio win_rate profit_factor expected_return autocorrelation_penalty " +
        "probabilistic_sharpe_ratio kelly_criterion avg_return best_day worst_day exposure",
    );
    const shuffled = values.toSorted((left, right) => Math.sin(left * 1e6) - Math.sin(right * 1e6));
    same(
      metrics(values),
      metrics(shuffled),
      "sharpe_ratio total_return var skew kurtosis tail_ratio",
    );
  }
});

Deno.test("a mirrored series mirrors", () => {
  for (const seed of SEEDS) {
    const values = noisy(500, seed, 0.0005, 0.01);
    const up = metrics(values);
    const down = metrics(values.map((value) => -value));
    for (const name of ["sharpe_ratio", "skew", "avg_return"]) {
      assertAlmostEquals(down.get(name) ?? NaN, -(up.get(name) ?? NaN), 1e-9, name);
    }
    assertAlmostEquals(down.get("kurtosis") ?? NaN, up.get("kurtosis") ?? NaN, 1e-9);
    assertAlmostEquals(down.get("avg_win") ?? NaN, -(up.get("avg_loss") ?? NaN), 1e-15);
    assertEquals(down.get("consecutive_wins"), up.get("consecutive_losses"));
    assertAlmostEquals(down.get("omega_ratio") ?? NaN, 1 / (up.get("omega_ratio") ?? NaN), 1e-9);
  }
});

Deno.test("cov(x, x) = var(x): a series is its own benchmark", () => {
  for (const seed of SEEDS) {
    const values = noisy(300, seed, 0.001, 0.02);
    const found = against(values, values);
    assertEquals(found.get("beta"), 1);
    assertAlmostEquals(found.get("alpha") ?? NaN, 0, 1e-12);
    assertAlmostEquals(found.get("correlation") ?? NaN, 1, 1e-12);
    assertAlmostEquals(found.get("r_squared") ?? NaN, 1, 1e-12);
    assertEquals(found.get("tracking_error"), 0);
    assertEquals(found.get("up_capture"), 1);
    assertEquals(found.get("down_capture"), 1);
    assert(!found.has("information_ratio"));
  }
});

Deno.test("beta and alpha are linear in the strategy", () => {
  for (const seed of SEEDS) {
    const benchmark = noisy(300, seed, 0.001, 0.02);
    const found = against(benchmark.map((value) => 1.5 * value + 0.0002), benchmark);
    assertAlmostEquals(found.get("beta") ?? NaN, 1.5, 1e-12);
    assertAlmostEquals(found.get("alpha") ?? NaN, 0.0002 * 252, 1e-12);
    assertAlmostEquals(found.get("correlation") ?? NaN, 1, 1e-12);
  }
});

Deno.test("no metric leaves its bounds over the whole zoo", async () => {
  for (const { name, dates, values, benchmark } of await specimens()) {
    const times = Float64Array.from(dates);
    const strategy = Float64Array.from(values);
    const found = computeMetrics({ dates: times, values: strategy }, {
      extended: true,
      trials: 20,
      trialsVariance: 0.001,
      benchmark: { dates: times, strategy, benchmark: Float64Array.from(benchmark) },
      trades: {
        profits: strategy,
        holdingDays: strategy.map(Math.abs),
        sides: Int8Array.from(strategy, (_, row) => row % 2 === 0 ? 1 : -1),
      },
    });
    for (const { name: metric, unit } of CATALOGUE) {
      const value = found.values.get(metric);
      if (value === undefined) continue;
      const where = `${name}: ${metric} = ${value}`;
      if (unit === "probability") assert(value >= 0 && value <= 1, where);
      if (unit === "count" || unit === "days") {
        assert(Number.isInteger(value) || /^avg|average/.test(metric), where);
      }
      if (
        /^(max_drawdown|avg_drawdown|cdar|avg_loss|avg_down_month|trade_(average|largest)_loss)$/
          .test(metric)
      ) {
        assert(value <= 0, where);
      }
      if (/win_rate|^(exposure|r_squared)/.test(metric)) assert(value >= 0 && value <= 1, where);
      if (metric === "correlation") assert(Math.abs(value) <= 1, where);
      if (/^(volatility|ulcer_index|pain_index|tracking_error)$/.test(metric)) {
        assert(value >= 0, where);
      }
    }
    const reasons = new Map(found.undefined.map(({ metric, reason }) => [metric, reason]));
    assertEquals(found.values.size + reasons.size, CATALOGUE.length);
    // All that a metric can need is there, so that only its own reason is left, or ruin.
    const isRuined = [...values, ...benchmark].some((value) => value <= -1);
    for (const { name: metric, undefinedWhen, needs } of CATALOGUE) {
      const reason = reasons.get(metric);
      const isRuin = isRuined && needs.includes("growth") &&
        /^nothing compounds/.test(reason ?? "");
      assert(reason === undefined || reason === undefinedWhen || isRuin, `${metric}: ${reason}`);
    }
  }
});

Deno.test("the drawdown series, its periods and its metrics say the same", async () => {
  for (const { name, dates, values } of await specimens()) {
    const drawdown = drawdownSeries(Float64Array.from(values));
    assert(drawdown.every((depth) => depth <= 0 && depth > -1), name);
    const periods = drawdownPeriods(drawdown);
    let previousEnd = -1;
    for (const { start, valley, end, depth, recovered } of periods) {
      assert(start > previousEnd && start <= valley && valley <= end, name);
      assertEquals(depth, Math.min(...drawdown.subarray(start, end + 1)));
      assertEquals(recovered, end < drawdown.length - 1);
      previousEnd = end;
    }
    const inside = periods.reduce((sum, { start, end }) => sum + end - start + 1, 0);
    assertEquals(inside, drawdown.filter((depth) => depth < 0).length);
    const deepest = periods.reduce((least, { depth }) => Math.min(least, depth), 0);
    const found = metrics(values, { names: ["max_drawdown"] });
    assertEquals(found.get("max_drawdown"), deepest, name);
    assertEquals(drawdownDetails(drawdown, Float64Array.from(dates)).length, periods.length);
  }
});

Deno.test("growth compounds: total return, equity curve and the parts of the calendar", () => {
  for (const seed of SEEDS) {
    const values = noisy(900, seed, 0.0005, 0.01);
    const found = metrics(values);
    const total = found.get("total_return") ?? NaN;
    assertEquals((equityCurve(Float64Array.from(values)).at(-1) ?? NaN) - 1, total);
    const monthly = 1 + (found.get("expected_return_monthly") ?? NaN);
    const months = new Set(weekdays(900).map((ms) => new Date(ms).toISOString().slice(0, 7))).size;
    assertAlmostEquals(monthly ** months - 1, total, 1e-10);
    assertAlmostEquals((1 + (found.get("cagr") ?? NaN)) ** (900 / 252) - 1, total, 1e-10);
  }
});

Deno.test("quantiles are those of the sorted values", () => {
  const probabilities = [0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1];
  const shapes: ((row: number, value: number) => number)[] = [
    (_, value) => value,
    (row) => row,
    (row) => -row,
    (row) => row % 3,
    () => 7,
    (row, value) => row % 2 === 0 ? 0 : value,
    (_, value) => Math.round(value * 300),
    (row, value) => row === 0 ? 10 : value,
  ];
  for (const count of [1, 2, 3, 47, 48, 49, 100, 127, 128, 129, 1001, 5000, 8192, 20_001]) {
    const noise = noisy(count, count, 0, 0.01);
    for (const shape of shapes) {
      const values = Float64Array.from(noise, (value, row) => shape(row, value));
      const sorted = values.toSorted();
      const expected = probabilities.map((probability) => {
        const position = probability * (count - 1);
        const low = sorted[Math.floor(position)] ?? NaN;
        const high = sorted[Math.min(Math.floor(position) + 1, count - 1)] ?? NaN;
        return low + (high - low) * (position - Math.floor(position));
      });
      quantilesOf(values, probabilities).forEach((quantile, index) =>
        assertAlmostEquals(quantile, expected[index] ?? NaN, 1e-12)
      );
    }
  }
});

Deno.test("quantiles of values that are not numbers are none, those among infinite ones are in order", () => {
  for (const count of [9, 129, 20_001]) {
    const values = noisy(count, count, 0, 0.01);
    const withNothing = Float64Array.from(values, (value, row) => row === 4 ? NaN : value);
    assertEquals(quantilesOf(withNothing, [0.05, 0.5]), [NaN, NaN]);
    const endless = Float64Array.from(values, (value, row) => row === 4 ? Infinity : value);
    assertEquals(quantilesOf(endless, [0]), [Math.min(...values.filter((_, row) => row !== 4))]);
  }
});

Deno.test("a million rows of a pattern that defeats median-of-three are selected in linear time", () => {
  const count = 1_000_000;
  const values = Float64Array.from(
    { length: count },
    (_, row) => row % 2 === 0 ? row : count - row,
  );
  const start = performance.now();
  const [median = NaN] = quantilesOf(values, [0.5]);
  assert(performance.now() - start < 2000);
  assertAlmostEquals(median, values.toSorted()[count / 2] ?? NaN, 1);
});

Deno.test("sums keep their digits where naive ones lose them", () => {
  const values = Array.from({ length: 100_000 }, (_, row) => row % 2 === 0 ? 0.9 : -0.9 + 1e-13);
  const found = computeMetrics({ dates: null, values: Float64Array.from(values) }, {
    names: ["avg_return", "risk_return_ratio"],
  });
  assertAlmostEquals((found.values.get("avg_return") ?? NaN) / 0.5e-13, 1, 0.005);
});

Deno.test("serial correlation keeps its digits where one end holds nearly all the variance", () => {
  for (const end of [0, 299]) {
    const values = noisy(300, 44, 0, 1e-7).map((value, row) => row === end ? 0.4 : value);
    const mean = (own: readonly number[]): number =>
      own.reduce((sum, value) => sum + value, 0) / own.length;
    const [first, second] = [values.slice(0, -1), values.slice(1)];
    const [one, other] = [mean(first), mean(second)];
    let [product, left, right] = [0, 0, 0];
    first.forEach((value, row) => {
      const beside = (second[row] ?? NaN) - other;
      product += (value - one) * beside;
      left += (value - one) ** 2;
      right += beside ** 2;
    });
    const correlation = Math.abs(product) / Math.sqrt(left * right);
    let sum = 0;
    for (let lag = 1; lag < 300; lag++) sum += (300 - lag) / 300 * correlation ** lag;
    const found = metrics(values, { names: ["autocorrelation_penalty"] });
    assertAlmostEquals(
      found.get("autocorrelation_penalty") ?? NaN,
      Math.sqrt(1 + 2 * sum),
      1e-11,
    );
  }
});

Deno.test("serial correlation keeps its digits where rows hardly vary around their level", () => {
  // Multiples of 2^-40 around 3 · 2^-13 are exact, so both series have the same correlation.
  const steps = [7, -3, -4, 2, 11, -9, 1, -6, 5, 8, -2, 3, -8];
  for (let count = 4; count <= steps.length; count++) {
    const around = steps.slice(0, count).map((step) => step * 2 ** -40);
    const level = around.map((value) => value + 3 * 2 ** -13);
    same(metrics(level), metrics(around), "autocorrelation_penalty");
  }
});

Deno.test("serial correlation of nothing but rounding has no penalty, wherever the rounding is", () => {
  for (let row = 0; row < 20; row++) {
    const values = new Array(20).fill(0.001);
    values[row] = 0.001 + 1e-16;
    assertEquals(metrics(values).get("autocorrelation_penalty"), 1, `row ${row}`);
    const before = metrics(values, { release: "0.0.81" });
    assertEquals(before.has("autocorrelation_penalty"), false, `row ${row}`);
  }
});

Deno.test("nothing given is changed, and nothing is kept between calls", () => {
  const dates = Float64Array.from(everyDay(400));
  const values = Float64Array.from(noisy(400, 9, 0.001, 0.02));
  const benchmark = Float64Array.from(noisy(400, 10, 0.001, 0.02));
  const before = [dates.slice(), values.slice(), benchmark.slice()];
  const returns = Object.freeze({ dates, values });
  const options = Object.freeze({
    extended: true,
    trials: 5,
    trialsVariance: 0.001,
    benchmark: Object.freeze({ dates, strategy: values, benchmark }),
  });
  const first = computeMetrics(returns, options);
  computeSeries(returns, { benchmark: options.benchmark, points: 50 });
  monteCarlo(values, { paths: 20 });
  assertEquals([dates, values, benchmark], before);
  assertEquals(computeMetrics(returns, options), first);
});
