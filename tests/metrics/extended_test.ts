// The metrics beyond QuantStats: each against another implementation on real data (the values and
// where they come from are in tests/golden/extended.json), and the figures printed in the papers.

import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  CATALOGUE,
  computeMetrics,
  deflatedSharpe,
  expectedMaximumSharpe,
  probabilisticSharpe,
  sharpeVariance,
  trackRecordNeeded,
} from "../../lib/metrics/mod.ts";
import { noisy, readExample, weekdays } from "./zoo.ts";

interface References {
  readonly series: string;
  readonly benchmark: string;
  readonly periods: number;
  readonly riskFreeRate: number;
  readonly trials: number;
  readonly trialsVariance: number;
  readonly references: Readonly<
    Record<string, { readonly value: number; readonly source: string }>
  >;
}

const golden: References = JSON.parse(await Deno.readTextFile("tests/golden/extended.json"));
const EXTENDED = CATALOGUE.filter((metric) => metric.extended);

Deno.test("every extended metric has a reference value with its source", () => {
  assertEquals(Object.keys(golden.references).sort(), EXTENDED.map(({ name }) => name).sort());
  const named = /^(?:formula with NumPy and SciPy|[a-z-]+ \d+\.\d+\.\d+): \w/;
  const unnamed = Object.entries(golden.references).filter(([, { source }]) =>
    !source.split("; ").some((part) => named.test(part))
  );
  assertEquals(unnamed, []);
});

Deno.test("extended metrics are what other implementations give on real data", async () => {
  const { dates, values } = await readExample(golden.series);
  const other = await readExample(golden.benchmark);
  const days = Float64Array.from(dates);
  const strategy = Float64Array.from(values);
  const { values: ours } = computeMetrics({ dates: days, values: strategy }, {
    ...golden,
    extended: true,
    benchmark: { dates: days, strategy, benchmark: Float64Array.from(other.values) },
  });
  for (const [name, { value, source }] of Object.entries(golden.references)) {
    const own = ours.get(name) ?? NaN;
    assert(
      Math.abs(own - value) <= 1e-9 * Math.max(1, Math.abs(value)),
      `${name}: ${own}, ${source} gives ${value}`,
    );
  }
});

Deno.test("p-values of the first rows, where they are no zeros, are SciPy's and statsmodels'", async () => {
  const { values } = await readExample(golden.series);
  const first = { dates: null, values: Float64Array.from(values.slice(0, 40)) };
  const found =
    computeMetrics(first, { names: ["jarque_bera_p_value", "ljung_box_p_value"] }).values;
  assertAlmostEquals(found.get("jarque_bera_p_value") ?? NaN, 0.504130115911366, 1e-12);
  assertAlmostEquals(found.get("ljung_box_p_value") ?? NaN, 0.919022872454112, 1e-12);
});

Deno.test("entropic VaR lies between the mean beyond the quantile and the worst return", () => {
  for (const [seed, rows] of [[91, 30], [92, 300], [93, 3000]] as const) {
    const values = Float64Array.from(noisy(rows, seed, 0, 0.01));
    const { values: found } = computeMetrics({ dates: null, values }, {
      names: ["evar", "historical_cvar"],
    });
    const bound = found.get("evar") ?? NaN;
    assert(bound <= (found.get("historical_cvar") ?? NaN), `${rows} rows`);
    assert(bound >= Math.min(...values), `${rows} rows`);
  }
  const few = computeMetrics({ dates: null, values: Float64Array.of(0.01, -0.03, 0.02) }, {
    names: ["evar"],
  });
  assertEquals(few.values.get("evar"), -0.03);
  const twice = Float64Array.from([...noisy(38, 94, 0.01, 0.001), -0.5, -0.5]);
  assertEquals(
    computeMetrics({ dates: null, values: twice }, { names: ["evar"] }).values.get("evar"),
    -0.5,
  );
});

Deno.test("Bailey and López de Prado (2014): 100 trials, an annual 2.5, five years, skew −3, kurtosis 10", () => {
  const days = 250;
  const estimate = { sharpe: 2.5 / Math.sqrt(days), count: 5 * days, skew: -3, kurtosis: 10 - 3 };
  assertAlmostEquals(expectedMaximumSharpe(100, 0.5 / days), 0.1132, 5e-5);
  const probability = deflatedSharpe(estimate, { trials: 100, variance: 0.5 / days });
  assertAlmostEquals(probability, 0.9004, 5e-5);
  // The same paper: 46 independent trials would have left 95 %.
  assertAlmostEquals(
    deflatedSharpe(estimate, { trials: 46, variance: 0.5 / days }),
    0.9505,
    5e-5,
  );
});

Deno.test("Bailey and López de Prado (2012): years needed to tell an annual 2 from 1", () => {
  for (const [periods, years] of [[250, 2.73], [52, 2.83], [12, 3.24]] as const) {
    const root = Math.sqrt(periods);
    const estimate = { sharpe: 2 / root, count: 10, skew: 0, kurtosis: 0 };
    const found = trackRecordNeeded(estimate, { hurdle: 1 / root }) / periods;
    assertAlmostEquals(found, years, 0.0051, `${periods} periods a year`);
  }
});

Deno.test("Bailey and López de Prado (2012): a track record as long as needed is 95 % sure", () => {
  const estimate = { sharpe: 0.1, skew: -0.7, kurtosis: 4 };
  const needed = trackRecordNeeded({ ...estimate, count: 2 });
  assertAlmostEquals(probabilisticSharpe({ ...estimate, count: needed }), 0.95, 1e-12);
});

Deno.test("the expected maximum of normal draws is what simulation finds", () => {
  // Ten draws: the exact expectation of the maximum is 1.53875 (Harter 1961); the formula is an
  // approximation that the paper finds good to a few percent.
  assertAlmostEquals(expectedMaximumSharpe(10, 1), 1.53875, 0.05);
  assertAlmostEquals(expectedMaximumSharpe(100, 1), 2.50759, 0.03);
  assertEquals(expectedMaximumSharpe(1, 1), 0);
  assertEquals(expectedMaximumSharpe(50, 0), 0);
  for (let trials = 1; trials < 300; trials++) {
    assert(expectedMaximumSharpe(trials + 1, 1) >= expectedMaximumSharpe(trials, 1), `${trials}`);
  }
});

Deno.test("one trial deflates nothing", () => {
  const estimate = { sharpe: 0.08, count: 400, skew: -0.2, kurtosis: 2 };
  assertEquals(
    deflatedSharpe(estimate, { trials: 1, variance: 0.01 }),
    probabilisticSharpe(estimate),
  );
});

Deno.test("nonsense about trials throws, impossible moments are undefined", () => {
  const estimate = { sharpe: 0.1, count: 100, skew: 0, kurtosis: 0 };
  assertThrows(() => expectedMaximumSharpe(0, 1), RangeError, "0 trials");
  assertThrows(() => expectedMaximumSharpe(5, -1), RangeError, "variance of -1");
  assertThrows(() => deflatedSharpe(estimate, { trials: NaN, variance: 1 }), RangeError);
  assertEquals(sharpeVariance({ sharpe: 1, count: 5, skew: 4, kurtosis: 0 }), NaN);
  assertEquals(trackRecordNeeded({ ...estimate, sharpe: -0.1 }), NaN);
});

Deno.test("the Sharpe ratio of unrelated returns is annualised as usual, that of trends is not", () => {
  const values = noisy(40_000, 77, 0.0005, 0.01);
  const trending = values.map((value, row) => value + 0.9 * (values[row - 1] ?? 0));
  const ratios = [values, trending].map((own) => {
    const names = ["sharpe_ratio", "sharpe_ratio_lo"];
    const found = computeMetrics({ dates: null, values: Float64Array.from(own) }, {
      periods: 12,
      names,
    });
    return (found.values.get("sharpe_ratio_lo") ?? NaN) / (found.values.get("sharpe_ratio") ?? NaN);
  });
  assertAlmostEquals(ratios[0] ?? NaN, 1, 0.03);
  // An MA(1) with θ = 0.9 has ρ₁ = θ/(1 + θ²): η/√q = 1/√(1 + 2·11/12·ρ₁).
  const first = 0.9 / 1.81;
  assertAlmostEquals(ratios[1] ?? NaN, 1 / Math.sqrt(1 + 22 / 12 * first), 0.02);
});

Deno.test("extended metrics appear only when asked for, and say what they lack", () => {
  const values = Float64Array.from(noisy(300, 5, 0.001, 0.01));
  const dates = Float64Array.from(weekdays(300));
  const usual = computeMetrics({ dates, values });
  assert(EXTENDED.every(({ name }) => !usual.values.has(name)));
  const all = computeMetrics({ dates, values }, { extended: true });
  const alone = EXTENDED.filter(({ needs }) =>
    !needs.includes("benchmark") && !needs.includes("trials")
  );
  for (const { name } of alone) assert(all.values.has(name), name);
  const { undefined: missing } = computeMetrics({ dates, values }, {
    names: ["deflated_sharpe_ratio", "up_capture"],
  });
  assertEquals(missing, [
    {
      metric: "deflated_sharpe_ratio",
      reason: "needs the number of trials and the variance of their Sharpe ratios",
    },
    { metric: "up_capture", reason: "needs a benchmark" },
  ]);
});
