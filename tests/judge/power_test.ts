// Does the judgement say luck of luck, and skill of skill? Seeded experiments of 50 strategies: noise
// alone must pass for skill as often as a test at 5 % may be wrong, and one strategy that is good must
// be found. 300 resamples instead of 1,000 halve the time; the test keeps its level with any number.

import { assert } from "@std/assert";
import { judge } from "../../lib/judge/judge.ts";
import type { Judgement } from "../../lib/judge/judgement.ts";
import { sharpeOf } from "../../lib/judge/holdout.ts";
import { seededRandom } from "../helpers/random.ts";
import { noise } from "./cases.ts";

const STRATEGIES = 50;
const PERIODS = 252;
const RESAMPLES = 300;
/** A daily deviation of 1 %, about that of stocks. */
const DEVIATION = 0.01;

/** Strategy 0 has the true annual Sharpe ratio given, the others 0. */
function experiment(seed: number, rows: number, skill: number): Judgement {
  const random = seededRandom(seed);
  const columns = Array.from({ length: STRATEGIES }, (_, column) => {
    const mean = column === 0 ? skill / Math.sqrt(PERIODS) : 0;
    return noise(random, rows).map((value) => DEVIATION * (value + mean));
  });
  const recorded = columns.map((values) => ({ sharpe: sharpeOf(values), rows }));
  return judge({
    runs: columns.map((values, column) => ({
      id: String(column),
      name: `strategy ${column}`,
      sharpe: (recorded[column]?.sharpe ?? 0) * Math.sqrt(PERIODS),
      periods: PERIODS,
      returns: { dates: null, values },
    })),
    trials: STRATEGIES,
    recorded,
    resamples: RESAMPLES,
    seed,
  }).answer;
}

function experiments(count: number, from: number, rows: number, skill: number): Judgement[] {
  return Array.from({ length: count }, (_, index) => experiment(from + index, rows, skill));
}

function countOf(found: readonly Judgement[], test: (one: Judgement) => boolean): number {
  return found.filter(test).length;
}

const rejects = ({ spa_p_value: p }: Judgement): boolean => (p?.consistent ?? 1) <= 0.05;

Deno.test("noise passes for skill as rarely as it may", () => {
  const found = experiments(200, 1, 2520, 0);
  // Chances vary with a deviation of 0.16 here, so the median of 200 by 1.25 · 0.16 / √200 = 0.014.
  const chances = found.map((one) => one.probability_of_backtest_overfitting ?? NaN).sort();
  const median = ((chances[99] as number) + (chances[100] as number)) / 2;
  assert(Math.abs(median - 0.5) < 4 * 0.014, `the median chance of overfitting is ${median}`);
  // Between 3 and 19 of 200 lies what happens at a rate of 5 % but for one time in a hundred.
  const rejected = countOf(found, rejects);
  assert(rejected >= 3 && rejected <= 19, `SPA rejects ${rejected} times`);
  const named = countOf(found, ({ stepdown }) => stepdown?.length !== 0);
  assert(named <= 19, `the stepdown names strategies ${named} times`);
  const checked = countOf(found, ({ reality_check_p_value: p }) => (p ?? 0) <= 0.05);
  assert(checked <= 19, `the reality check rejects ${checked} times`);
  const deflated = countOf(found, ({ deflated_sharpe_ratio: p }) => (p ?? 1) >= 0.95);
  assert(deflated <= 19, `the deflated Sharpe ratio is above 0.95 ${deflated} times`);
});

// Ten years show such a strategy nine times in ten, three years about every third time: from 22 to 46
// lies what happens at a rate of a third but for one time in a hundred.
for (const [rows, least, most] of [[2520, 91, 100], [756, 22, 46]] as const) {
  Deno.test(`a true Sharpe ratio of 1.5 among 50 strategies of ${rows} rows is found`, () => {
    const found = experiments(100, 1000, rows, 1.5);
    const rejected = countOf(found, rejects);
    assert(rejected >= least && rejected <= most, `SPA rejects ${rejected} times`);
    const named = countOf(found, ({ stepdown }) => stepdown?.includes("0") ?? false);
    assert(named >= least && named <= most, `the stepdown names it ${named} times`);
    const others = countOf(found, ({ stepdown }) => stepdown?.some((id) => id !== "0") ?? false);
    // At 5 % for all of them together, at most 11 of 100 but for one time in a hundred.
    assert(others <= 11, `the stepdown names others ${others} times`);
  });
}
