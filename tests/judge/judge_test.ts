// The judgement as a whole: under its keys what the single statistics give, and for whatever cannot be
// had a reason; the deflated Sharpe ratio against ffn, which needs the whole to be put together.

import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { optimalBlockLength, stationaryResamples } from "../../lib/judge/bootstrap.ts";
import { crossValidate } from "../../lib/judge/cscv.ts";
import { sharpeOf } from "../../lib/judge/holdout.ts";
import { BETTER_GONE, judge } from "../../lib/judge/judge.ts";
import type { JudgedRun, JudgeInput, Judgement } from "../../lib/judge/judgement.ts";
import { testSuperiority } from "../../lib/judge/superior.ts";
import { computeMetrics, deflatedSharpe, type Returns } from "../../lib/metrics/mod.ts";
import { seededRandom } from "../helpers/random.ts";
import { distance, golden, noise, returnsOf } from "./cases.ts";

const DAY = 86_400_000;
const PERIODS = 252;

function days(rows: number, from = 0): Float64Array {
  return Float64Array.from({ length: rows }, (_, row) => (from + row) * DAY);
}

function runOf(values: Float64Array, index: number, dates: Float64Array | null): JudgedRun {
  const sharpe = sharpeOf(values) * Math.sqrt(PERIODS);
  return {
    id: `id${index}`,
    name: `run ${index}`,
    sharpe: Number.isNaN(sharpe) ? null : sharpe,
    periods: PERIODS,
    returns: { dates, values },
  };
}

function inputOf(
  columns: readonly Float64Array[],
  more: Partial<JudgeInput> = {},
  dates: Float64Array | null = days(columns[0]?.length ?? 0),
): JudgeInput {
  const runs = columns.map((values, index) => runOf(values, index, dates));
  const recorded = runs.flatMap(({ returns }) => {
    const sharpe = sharpeOf(returns?.values ?? new Float64Array(0));
    return Number.isNaN(sharpe) ? [] : [{ sharpe, rows: returns?.values.length ?? 0 }];
  });
  return { runs, recorded, trials: columns.length, resamples: 50, ...more };
}

const random = seededRandom(51);

function columnsOf(count: number, rows: number): Float64Array[] {
  return Array.from({ length: count }, () => noise(random, rows).map((value) => 0.01 * value));
}

/** Every null has its reason, every reason its null, and no number is NaN. */
function checkReasons(answer: Judgement): void {
  const { undefined: reasons, ...values } = answer;
  const nulls: string[] = [];
  const visit = (key: string, value: unknown): void => {
    if (value === null) nulls.push(key);
    else if (typeof value === "number") assert(Number.isFinite(value), `${key} is ${value}`);
    else if (typeof value === "object") {
      for (const [inner, one] of Object.entries(value)) {
        visit(key === "" ? inner : `${key}.${inner}`, one);
      }
    }
  };
  visit("", values);
  assertEquals(nulls.sort(), Object.keys(reasons).sort());
  for (const reason of Object.values(reasons)) assert(reason.length > 10, reason);
}

Deno.test("the deflated Sharpe ratio is ffn's, and the figure of the paper", () => {
  for (const spec of golden.cases) {
    const { answer } = judge(inputOf(returnsOf(spec)));
    const { value, expected } = spec.reference.deflated;
    const own = answer.deflated_sharpe_ratio ?? NaN;
    assert(distance(own, value) < 1e-9, `${spec.name}: ${own}, ffn has ${value}`);
    const most = (answer.expected_maximum_sharpe ?? NaN) / Math.sqrt(PERIODS);
    assert(distance(most, expected) < 1e-9, `${spec.name}: ${most}, ffn has ${expected}`);
    assertEquals(answer.best?.run_id, `id${spec.reference.best}`);
    checkReasons(answer);
  }
  const paper = { sharpe: 2.5 / Math.sqrt(250), count: 1250, skew: -3, kurtosis: 10 - 3 };
  assertAlmostEquals(
    deflatedSharpe(paper, { trials: 100, variance: 0.5 / 250 }),
    0.9003968344493904,
    1e-12,
  );
});

Deno.test("the best run pays for all trials, itself counted once", () => {
  for (const spec of golden.cases.filter(({ rows }) => rows < 300)) {
    const { trials, ...reference } = spec.reference.haircut;
    const input = inputOf(returnsOf(spec), { trials });
    // A run without a record is known by its annual ratio, which scaled back may end in other bits.
    const scaled = input.recorded.map((one) => ({ ...one, sharpe: one.sharpe * (1 + 3e-16) }));
    for (const recorded of [input.recorded, scaled]) {
      const { haircut_sharpe_ratio: own } = judge({ ...input, recorded }).answer;
      for (const adjustment of ["bonferroni", "holm", "bhy"] as const) {
        const far = distance(own?.[adjustment] ?? NaN, reference[adjustment].haircut);
        assert(far < 1e-9, `${spec.name}: ${adjustment}`);
      }
    }
  }
});

Deno.test("the answer is what the single statistics give on the common rows", () => {
  const columns = columnsOf(8, 210);
  const benchmark = { dates: days(210), values: columns[0]?.map((one) => one / 2) ?? days(0) };
  const { answer, details } = judge(inputOf(columns, { benchmark, splits: 8, seed: 3 }));
  const crossed = crossValidate(columns, 8);
  assertEquals(answer.probability_of_backtest_overfitting, crossed.probabilityOfOverfitting);
  assertEquals(answer.degradation_slope, crossed.degradationSlope);
  assertEquals(answer.probability_of_loss, crossed.probabilityOfLoss);
  assertEquals(details.crossValidation, crossed);
  const lengths = columns.map((one) =>
    Math.max(
      1,
      optimalBlockLength(one.map((value, row) => value - (benchmark.values[row] as number))),
    )
  );
  const blockLength = lengths.reduce((sum, one) => sum + one, 0) / lengths.length;
  assertAlmostEquals(details.blockLength ?? NaN, blockLength, 1e-12);
  const drawn = stationaryResamples({
    rows: 210,
    resamples: 50,
    blockLength: details.blockLength ?? NaN,
    seed: 3,
  });
  const tested = testSuperiority(columns, drawn, { benchmark: benchmark.values });
  assertEquals(answer.reality_check_p_value, tested.realityCheck);
  assertEquals(answer.spa_p_value, tested.spa);
  assertEquals(answer.stepdown, tested.superior.map((index) => `id${index}`));
  assertEquals([answer.rows, answer.start, answer.end, answer.rows_cut], [
    210,
    0,
    209 * DAY,
    210 % 16,
  ]);
  assertEquals(answer.warnings, []);
  assertEquals(answer.undefined, { holdout: "no date is given" });
});

Deno.test("figures are annualised by the best run's periods, and its own rows count", () => {
  const columns = columnsOf(3, 100);
  const input = inputOf(columns);
  const monthly = input.runs.map((run) => ({ ...run, periods: 12 }));
  const [daily, other] = [judge(input).answer, judge({ ...input, runs: monthly }).answer];
  const ratio = Math.sqrt(PERIODS / 12);
  const key = "expected_maximum_sharpe";
  assertAlmostEquals((daily[key] ?? NaN) / (other[key] ?? NaN), ratio, 1e-12);
  assertEquals(daily.deflated_sharpe_ratio, other.deflated_sharpe_ratio);
  const length = "minimum_backtest_length_years";
  assertAlmostEquals((other[length] ?? NaN) / (daily[length] ?? NaN), ratio ** 2, 1e-10);
});

Deno.test("trials of other periods are compared as annual ones, with a warning", () => {
  const input = inputOf(columnsOf(3, 100));
  const recorded = input.recorded.map((one, index) =>
    index === 1
      ? { ...one, sharpe: one.sharpe * Math.sqrt(PERIODS / 52), rows: 20, periods: 52 }
      : { ...one, periods: PERIODS }
  );
  const mixed = judge({ ...input, recorded }).answer;
  const key = "expected_maximum_sharpe";
  assertAlmostEquals(mixed[key] ?? NaN, judge(input).answer[key] ?? NaN, 1e-12);
  assertEquals(
    mixed.warnings.filter(({ code }) => code === "mixed_periods").map((one) => one.message),
    [
      "trials have 252, 52 periods a year: their Sharpe ratios are compared as annual ones",
    ],
  );
});

Deno.test("a run without returns can be the best by what is recorded and logged of it", () => {
  const input = inputOf(columnsOf(3, 100));
  const [, second] = input.runs as readonly [JudgedRun, JudgedRun, JudgedRun];
  const recorded = input.recorded[1] ?? null;
  const { values } = computeMetrics(second.returns as Returns, { names: ["skew", "kurtosis"] });
  const moments = { skew: values.get("skew") ?? NaN, kurtosis: values.get("kurtosis") ?? NaN };
  const judged = (more: Partial<JudgedRun>): Judgement =>
    judge({
      ...input,
      runs: input.runs.map((run, index) => index === 1 ? { ...run, sharpe: 9, ...more } : run),
    }).answer;
  const whole = judged({});
  const without = judged({ returns: null, recorded, moments });
  assertEquals(without.best, {
    ...{ run_id: "id1", run_name: "run 1", sharpe_ratio: 9 },
    returns_sharpe_ratio: whole.best?.returns_sharpe_ratio ?? NaN,
  });
  assertEquals(without.deflated_sharpe_ratio, whole.deflated_sharpe_ratio);
  assertEquals(without.haircut_sharpe_ratio, whole.haircut_sharpe_ratio);
  assertEquals(without.left_out, [{ run_id: "id1", reason: "it has no returns" }]);
  assert(without.warnings.some(({ code }) => code === "best_left_out"));
  checkReasons(without);
  for (const lacking of [judged({ returns: null }), judged({ returns: null, recorded })]) {
    assertEquals(lacking.deflated_sharpe_ratio, null);
    checkReasons(lacking);
  }
  assertEquals(judged({ returns: null }).haircut_sharpe_ratio, null);
});

Deno.test("a run that was deleted or failed is compared, and cannot be the best", () => {
  const input = inputOf(columnsOf(4, 100));
  const { best, rows } = judge(input).answer;
  const runs = input.runs.map((run) => run.id === best?.run_id ? { ...run, isActive: false } : run);
  const { answer, details } = judge({ ...input, runs });
  assertEquals([answer.rows, details.columns.length], [rows, 4]);
  assert(answer.best !== null && answer.best.run_id !== best?.run_id);
  assert(answer.warnings.some(({ code }) => code === BETTER_GONE));
  // The best at another leverage is none better.
  const sharpe = (best?.sharpe_ratio ?? NaN) * (1 + 1e-14);
  const again = judge({
    ...input,
    runs: [...input.runs, { ...input.runs[0] as JudgedRun, id: "again", sharpe, isActive: false }],
  }).answer;
  assert(again.warnings.every(({ code }) => code !== BETTER_GONE));
  assertEquals(answer.effective_trials, judge(input).answer.effective_trials);
  const nobody = judge({ ...input, runs: runs.map((run) => ({ ...run, isActive: false })) }).answer;
  assertEquals(nobody.best, null);
  checkReasons(nobody);
});

Deno.test("of equal bests the earliest counts", () => {
  const columns = columnsOf(4, 60);
  const runs = inputOf(columns).runs.map((run) => ({ ...run, sharpe: 1 }));
  assertEquals(judge({ ...inputOf(columns), runs }).answer.best?.run_id, "id0");
});

Deno.test("the held-out part is ranked, annualised, or said to be missing", () => {
  const columns = columnsOf(5, 120);
  const { answer } = judge(inputOf(columns, { holdout: 80 * DAY }));
  const before = columns.map((one) => sharpeOf(one.subarray(0, 80)));
  const after = columns.map((one) => sharpeOf(one.subarray(80)));
  const best = before.indexOf(Math.max(...before));
  const reached = after[best] ?? NaN;
  assertEquals(answer.holdout, {
    date: 80 * DAY,
    best: { run_id: `id${best}`, run_name: `run ${best}` },
    in_sample: Math.max(...before) * Math.sqrt(PERIODS),
    out_of_sample: reached * Math.sqrt(PERIODS),
    rank: after.filter((one) => one >= reached).length,
  });
  const reasonOf = (input: JudgeInput): string => {
    const found = judge(input).answer;
    checkReasons(found);
    return found.undefined["holdout"] ?? "";
  };
  assertEquals(
    reasonOf(inputOf(columns, { holdout: 119 * DAY })),
    "119 common rows are before the date and 1 from it on: two are needed",
  );
  assertEquals(
    reasonOf(inputOf(columns, { holdout: 80 * DAY }, null)),
    "the returns have no dates",
  );
});

Deno.test("a benchmark is joined by date, and refused where it lacks too much", () => {
  const columns = columnsOf(4, 100);
  const values = noise(random, 100).map((one) => 0.01 * one);
  const judged = (dates: Float64Array | null, own = values): Judgement =>
    judge(inputOf(columns, { benchmark: { dates, values: own } })).answer;
  const all = judged(days(100));
  assertEquals(all.undefined["spa_p_value"], undefined);
  // Five rows later: the first five common rows have no partner.
  const late = judged(days(100, 5));
  assert(late.warnings.some(({ message }) => message.startsWith("tested without 5 of 100 rows")));
  checkReasons(late);
  const lacking = judged(days(100, 11));
  assertEquals(lacking.undefined["spa_p_value"], "the benchmark lacks 11 of 100 common rows");
  checkReasons(lacking);
  assert(judged(null).undefined["stepdown"]?.includes("the dates of both"));
  const undated = (own: Float64Array): Judgement =>
    judge(inputOf(columns, { benchmark: { dates: null, values: own } }, null)).answer;
  assertEquals(undated(values).spa_p_value, all.spa_p_value);
  assert(undated(values.slice(1)).undefined["spa_p_value"]?.includes("the dates of both"));
  const copies = inputOf([values, values.slice()], { benchmark: { dates: days(100), values } });
  assertEquals(
    judge(copies).answer.undefined["reality_check_p_value"],
    "no run varies about the benchmark",
  );
});

Deno.test("odd experiments get answers or reasons, never a number that is none", () => {
  const flat = new Float64Array(100).fill(0.001);
  const [one = flat, other = flat] = columnsOf(2, 100);
  const half = one.map((value, row) => row < 60 ? 0.002 : value);
  const cases: Readonly<Record<string, Partial<JudgeInput> & { columns: Float64Array[] }>> = {
    "no runs": { columns: [], trials: 3 },
    "one run": { columns: [one] },
    "one run of several trials": { columns: [one], trials: 7 },
    "equal runs": { columns: [one, one, one] },
    "only constant runs": { columns: [flat, flat] },
    "a constant one among others": { columns: [one, flat, other] },
    "two that never vary in a half": { columns: [half, half.slice(), one] },
    "one row": { columns: [Float64Array.of(0.01), Float64Array.of(0.02)] },
    "two rows": { columns: [Float64Array.of(0.01, 0.02), Float64Array.of(0.02, 0.01)], splits: 2 },
    "seven rows": { columns: columnsOf(3, 7), splits: 2 },
    "eight rows": { columns: columnsOf(3, 8), splits: 4 },
    "fewer rows than two a block": { columns: columnsOf(3, 31) },
    "rows that fill no block": { columns: columnsOf(3, 47) },
    "losers": { columns: [one.map((value) => value - 0.05), other.map((value) => value - 0.05)] },
    "no records": { columns: [one, other], recorded: [] },
    "blocks of more than a third of the rows": { columns: [one, other], blockLength: 34 },
    "fewer trials than records": { columns: [one, other, half], trials: 1 },
    "a date before all": { columns: [one, other], holdout: -DAY },
  };
  for (const [name, { columns, ...more }] of Object.entries(cases)) {
    for (const dates of [days(columns[0]?.length ?? 0), null]) {
      const { answer } = judge(
        inputOf(columns, { ...more, trials: more.trials ?? Math.max(1, columns.length) }, dates),
      );
      try {
        checkReasons(answer);
      } catch (error) {
        throw new Error(`${name}: ${error}`);
      }
    }
  }
});

Deno.test("blocks of more than a third of the rows are no test, those of a third are", () => {
  const columns = columnsOf(2, 100);
  const judged = (blockLength: number): Judgement =>
    judge(inputOf(columns, { blockLength })).answer;
  assertEquals(judged(34).spa_p_value, null);
  assertEquals(
    judged(34).undefined["spa_p_value"],
    "blocks of 34 rows are too long for 100 rows: at most 33",
  );
  assert(judged(33).spa_p_value !== null);
});

Deno.test("resamples that would not fit in memory are not drawn", () => {
  const columns = [columnsOf(1, 4000)[0] as Float64Array];
  const { answer } = judge(inputOf(columns, { resamples: 100_000 }));
  assertEquals(
    answer.undefined["spa_p_value"],
    "100000 resamples of 4000 rows do not fit in memory: --resamples 67108 at most",
  );
});

Deno.test("p-values of few rows come with a warning", () => {
  const codes = (rows: number): readonly string[] =>
    judge(inputOf(columnsOf(3, rows))).answer.warnings.map(({ code }) => code);
  assert(codes(99).includes("few_rows"));
  assert(!codes(100).includes("few_rows"));
});

Deno.test("equal runs are one effective trial, and any of them is as bad as the others", () => {
  const [one = days(0)] = columnsOf(1, 100);
  const { answer } = judge(inputOf([one, one, one]));
  assertAlmostEquals(answer.effective_trials ?? NaN, 1, 1e-9);
  assertEquals(answer.probability_of_backtest_overfitting, 1);
  assertEquals(answer.expected_maximum_sharpe, 0);
});

Deno.test("options that make no sense are refused before anything is computed", () => {
  const columns = columnsOf(2, 60);
  const wrong: readonly [Partial<JudgeInput>, string][] = [
    [{ trials: 0 }, "0 trials: a whole number from 1"],
    [{ splits: 7 }, "7 splits: an even number from 2 to 20"],
    [{ splits: 22 }, "22 splits"],
    [{ resamples: 1 }, "1 resamples: a whole number from 2"],
    [{ seed: 0.5 }, "the seed 0.5: a whole number"],
    [{ blockLength: 0.5 }, "a block length of 0.5: at least 1"],
    [{ holdout: NaN }, "the date NaN: a time in ms"],
  ];
  for (const [more, message] of wrong) {
    assertThrows(() => judge(inputOf(columns, more)), RangeError, message);
  }
});
