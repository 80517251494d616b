// Where btflow deliberately differs from QuantStats: our answer, asserted. Each is listed in
// docs/metrics.md with its reason; the differential test allows no others.

import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  basisOf,
  CATALOGUE,
  computeMetrics,
  type MetricOptions,
  type MetricSet,
} from "../../lib/metrics/mod.ts";
import { noisy, weekdays } from "./zoo.ts";

function compute(values: readonly number[], options: MetricOptions = {}): MetricSet {
  const dates = Float64Array.from(weekdays(values.length));
  return computeMetrics({ dates, values: Float64Array.from(values) }, options);
}

function reasonOf(set: MetricSet, name: string): string | undefined {
  return set.undefined.find(({ metric }) => metric === name)?.reason;
}

Deno.test("near-zero deviation: a constant series has no Sharpe ratio, not one of 2e16", () => {
  for (const constant of [0.001, 0.01, -0.002, 0.1 + 0.2]) {
    const rows = new Array(500).fill(constant);
    const found = compute(rows);
    const before = compute(rows, { release: "0.0.81" });
    const names = ["sharpe_ratio", "smart_sharpe_ratio", "risk_return_ratio", "skew", "kurtosis"];
    for (const name of [...names, "var", "serenity_index"]) {
      assert(!found.values.has(name), `${name} of ${constant}`);
    }
    for (const name of [...names, "var", "serenity_index", "autocorrelation_penalty", "cvar"]) {
      assert(!before.values.has(name), `${name} of ${constant} until 0.0.81`);
    }
    assertEquals(found.values.get("autocorrelation_penalty"), 1);
    assertEquals(found.values.get("cvar"), basisOf(rows).totals.mean);
    assertEquals(found.values.get("volatility"), 0);
    assert(reasonOf(found, "sharpe_ratio")?.includes("standard deviation of zero"));
  }
});

Deno.test("near-zero deviation: a billionth of the level is still a deviation", () => {
  const values = noisy(300, 61, 0, 1e-11).map((value) => 0.01 + value);
  const found = compute(values);
  const mean = values.reduce((sum, value) => sum + value) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const expected = mean / Math.sqrt(squares / (values.length - 1)) * Math.sqrt(252);
  assertAlmostEquals((found.values.get("sharpe_ratio") ?? NaN) / expected, 1, 1e-6);
});

Deno.test("a return of −100 % or less leaves every growth metric undefined and says in which row", () => {
  for (const loss of [-1, -1.5]) {
    const values = [0.01, 0.02, loss, 0.03, 0.01, 0.02];
    const found = compute(values, { extended: true });
    const growth = CATALOGUE.filter(({ needs }) =>
      needs.includes("growth") && !needs.includes("benchmark")
    );
    assert(growth.length > 30);
    for (const { name } of growth) {
      assert(!found.values.has(name), name);
      assertEquals(reasonOf(found, name), `nothing compounds after a return of ${loss} (row 3)`);
    }
    const rest = ["sharpe_ratio", "sortino_ratio", "volatility", "win_rate", "worst_day", "var"];
    for (const name of rest) assert(found.values.has(name), name);
  }
});

Deno.test("a benchmark's strategy that is ruined has no Treynor ratio, but a beta", () => {
  const dates = Float64Array.from(weekdays(4));
  const strategy = Float64Array.of(0.1, -1, 0.2, 0.1);
  const benchmark = Float64Array.of(0.01, -0.02, 0.02, 0.005);
  const found = computeMetrics({ dates, values: strategy }, {
    benchmark: { dates, strategy, benchmark },
  });
  assert(found.values.has("beta"));
  assertEquals(reasonOf(found, "treynor_ratio"), "nothing compounds after a return of -1 (row 2)");
});

Deno.test("negative rates count: excess returns are then above the returns", () => {
  const values = noisy(400, 62, 0.0004, 0.01);
  const rate = (1 - 0.01) ** (1 / 252) - 1;
  const excess = values.map((value) => value - rate);
  const found = compute(values, { riskFreeRate: -0.01 }).values;
  const expected = compute(excess).values;
  for (const name of ["sharpe_ratio", "sortino_ratio", "omega_ratio", "adjusted_sortino_ratio"]) {
    assertAlmostEquals(found.get(name) ?? NaN, expected.get(name) ?? NaN, 1e-9, name);
    assert((found.get(name) ?? NaN) > (compute(values).values.get(name) ?? NaN), name);
  }
});

Deno.test("an all-positive series with a value above 1 is still returns, not prices", () => {
  const values = [0.02, 1.5, 0.1, 0, 0.3];
  const found = compute(values).values;
  assertEquals(found.get("best_day"), 1.5);
  assertEquals(found.get("max_drawdown"), 0);
  assertAlmostEquals(found.get("total_return") ?? NaN, 1.02 * 2.5 * 1.1 * 1.3 - 1, 1e-12);
  assertAlmostEquals(found.get("avg_return") ?? NaN, 1.92 / 4, 1e-15);
});

Deno.test("a return of exactly 1 among gains is no price either", () => {
  assertEquals(compute([1, 0.5, 0.2]).values.get("max_drawdown"), 0);
});

Deno.test("a first return above 900 % does not move the peak to 100", () => {
  const values = [9.5, -0.1, 0.05, -0.2];
  const drawdown = compute(values).values.get("max_drawdown") ?? NaN;
  assertAlmostEquals(drawdown, 0.9 * 1.05 * 0.8 - 1, 1e-12);
});

Deno.test("a beta that cannot be computed is undefined, not 0", () => {
  const dates = Float64Array.from(weekdays(50));
  const strategy = Float64Array.from(noisy(50, 63, 0, 0.01));
  const flat = new Float64Array(50).fill(0.0001);
  const found = computeMetrics({ dates, values: strategy }, {
    benchmark: { dates, strategy, benchmark: flat },
  });
  for (const name of ["alpha", "beta", "treynor_ratio", "correlation", "r_squared"]) {
    assert(!found.values.has(name), name);
  }
  assert(found.values.has("information_ratio"));
});

Deno.test("a difference to the benchmark that never varies has no information ratio, not 0", () => {
  const dates = Float64Array.from(weekdays(50));
  const strategy = Float64Array.from(noisy(50, 64, 0, 0.01));
  const found = computeMetrics({ dates, values: strategy }, {
    benchmark: { dates, strategy, benchmark: strategy },
  });
  assert(reasonOf(found, "information_ratio")?.includes("standard deviation of zero"));
});

Deno.test("calendar days are those of the dates given, whatever the zone of the machine", () => {
  // Tokyo midnight of February 1: QuantStats would move it to January 31, 15:00 UTC.
  const days = ["2024-01-30", "2024-01-31", "2024-02-01", "2024-02-02"].map((day) =>
    Date.parse(day)
  );
  const values = Float64Array.of(0.1, 0.1, -0.1, -0.1);
  const found = computeMetrics({ dates: Float64Array.from(days), values }).values;
  assertAlmostEquals(found.get("best_month") ?? NaN, 0.21, 1e-12);
  assertAlmostEquals(found.get("worst_month") ?? NaN, -0.19, 1e-12);
});

Deno.test("no dates: what needs them is undefined, the rest is the same", () => {
  const values = Float64Array.from(noisy(300, 65, 0.0004, 0.01));
  const dates = Float64Array.from(weekdays(300));
  const dated = computeMetrics({ dates, values }).values;
  const found = computeMetrics({ dates: null, values });
  for (const { name, needs, quantstats } of CATALOGUE) {
    if (quantstats === undefined || needs.includes("benchmark")) continue;
    const isDated = needs.includes("dates") || needs.includes("calendar");
    if (isDated) assertEquals(reasonOf(found, name), "needs dates", name);
    else assertEquals(found.values.get(name), dated.get(name), name);
  }
});

Deno.test("no rows: nothing is defined, and it says why", () => {
  const found = computeMetrics({ dates: new Float64Array(0), values: new Float64Array(0) }, {
    extended: true,
  });
  assertEquals(found.values.size, 0);
  assert(found.undefined.length > 80);
  assert(found.undefined.every(({ reason }) => reason === "the series has no rows"));
});

Deno.test("one row: what one row tells", () => {
  const found = compute([0.25]);
  assertEquals(found.values.get("total_return"), 0.25);
  assertEquals(found.values.get("win_rate"), 1);
  assertEquals(found.values.get("max_drawdown"), 0);
  for (const name of ["sharpe_ratio", "volatility", "skew", "ulcer_index", "calmar_ratio"]) {
    assert(!found.values.has(name), name);
  }
});

Deno.test("misuse throws and says what is wrong", () => {
  const values = Float64Array.of(0.1, 0.2);
  const dates = Float64Array.of(1, 2);
  const bad: [string, () => unknown][] = [
    ["row 1: NaN", () => computeMetrics({ dates: null, values: Float64Array.of(0, NaN) })],
    ["row 0: -Infinity", () => computeMetrics({ dates: null, values: Float64Array.of(-Infinity) })],
    ["rate of -1", () => computeMetrics({ dates, values }, { riskFreeRate: -1 })],
    ["rate of NaN", () => computeMetrics({ dates, values }, { riskFreeRate: NaN })],
    ["0 periods", () => computeMetrics({ dates, values }, { periods: 0 })],
    ["Infinity periods", () => computeMetrics({ dates, values }, { periods: Infinity })],
    ["1 dates with 2", () => computeMetrics({ dates: Float64Array.of(1), values })],
    ["row 1 is not after", () => computeMetrics({ dates: Float64Array.of(2, 2), values })],
    ["date at row 0", () => computeMetrics({ dates: Float64Array.of(NaN, 2), values })],
    ["unknown metrics: sharp", () => computeMetrics({ dates, values }, { names: ["sharp"] })],
    ["benchmark of 1 rows", () =>
      computeMetrics({ dates, values }, {
        benchmark: { dates, strategy: values, benchmark: Float64Array.of(1) },
      })],
    ["not finite", () =>
      computeMetrics({ dates, values }, {
        benchmark: { dates, strategy: values, benchmark: Float64Array.of(1, NaN) },
      })],
  ];
  for (const [message, call] of bad) assertThrows(call, RangeError, message);
});

Deno.test("only the metrics asked for are computed, in the catalogue's order", () => {
  const found = compute(noisy(50, 66, 0, 0.01), { names: ["volatility", "sharpe_ratio"] });
  assertEquals([...found.values.keys()], ["sharpe_ratio", "volatility"]);
});

Deno.test("returns that are the risk-free rate of each period have no excess", () => {
  const dates = Float64Array.from({ length: 60 }, (_, day) => day * 86_400_000);
  const values = Float64Array.from(dates, (_, day) => ((day * 37) % 23 - 11) / 120);
  const names = ["sharpe_ratio", "sortino_ratio", "smart_sharpe_ratio", "omega_ratio"];
  const ofPeriods = computeMetrics({ dates, values }, {
    names,
    rates: { dates, rates: values, kind: "period" },
  });
  assertEquals([...ofPeriods.values.keys()], []);
  // What an account at the bank pays, whose last digit is rounding.
  const annual = Float64Array.from(dates, (_, day) => 0.01 + (day % 7) / 300);
  const paid = annual.map((rate) => Number(((1 + rate) ** (1 / 252)).toFixed(16)) - 1);
  const ofYears = computeMetrics({ dates, values: paid }, {
    names,
    rates: { dates, rates: annual, kind: "annual" },
  });
  assertEquals([...ofYears.values.keys()], []);
});
