// What else the same returns might have done: paths of the same length drawn from them with
// replacement. QuantStats shuffles without, so each of its paths ends at the same value; drawing
// with replacement lets the end vary too. Seeded: the same seed gives the same figures anywhere.

import { deviationOf, meanOf } from "./kernel.ts";
import { quantilesOf } from "./quantiles.ts";
import { seededRandom } from "./random.ts";

/** How to simulate. */
export interface MonteCarloOptions {
  /** Number of paths; 1,000 by default. */
  readonly paths?: number;
  /** A whole number; 1 by default. */
  readonly seed?: number;
  /** Ruin is a fall of this share below the running peak, a fraction; 0.5 by default. */
  readonly ruin?: number;
  /** The goal is a total return of at least this, a fraction; 1 by default. */
  readonly goal?: number;
}

const PERCENTILES: readonly number[] = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99];

/**
 * Simulates a series by drawing its returns with replacement (the bootstrap of Efron 1979).
 *
 * Gives, by name: `ruin_probability`, `goal_probability`, and of the paths' final values (what one
 * unit became) and deepest drawdowns (≤ 0) the mean, the standard deviation and percentiles, as
 * `final_value_p05`. The order of returns does not survive: streaks and clusters of volatility
 * that the market has make real drawdowns deeper. A return ≤ −1 ends a path at 0.
 *
 * Throws `RangeError` for no rows, and for options that make no sense.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const never = monteCarlo(Float64Array.of(0.01, 0.02), { paths: 50, ruin: 0.2, goal: 0.02 });
 * assertEquals([never.ruin_probability, never.goal_probability], [0, 1]);
 * ```
 */
export function monteCarlo(
  values: Float64Array,
  options: MonteCarloOptions = {},
): Readonly<Record<string, number>> {
  const { paths = 1000, seed = 1, ruin = 0.5, goal = 1 } = options;
  checkOptions(values, { paths, seed, ruin, goal });
  const random = seededRandom(seed);
  const finals = new Float64Array(paths);
  const drawdowns = new Float64Array(paths);
  for (let path = 0; path < paths; path++) {
    let wealth = 1;
    let peak = 1;
    let deepest = 0;
    for (let step = 0; step < values.length; step++) {
      const drawn = values[Math.floor(random() * values.length)] as number;
      wealth *= Math.max(0, 1 + drawn);
      if (wealth > peak) peak = wealth;
      const depth = wealth / peak - 1;
      if (depth < deepest) deepest = depth;
    }
    finals[path] = wealth;
    drawdowns[path] = deepest;
  }
  return {
    ruin_probability: shareOf(drawdowns, (depth) => depth <= -ruin),
    goal_probability: shareOf(finals, (final) => final >= 1 + goal),
    ...summary("final_value", finals),
    ...summary("max_drawdown", drawdowns),
  };
}

function checkOptions(values: Float64Array, options: Required<MonteCarloOptions>): void {
  const { paths, seed, ruin, goal } = options;
  if (values.length === 0) throw new RangeError("Cannot simulate a series without rows");
  if (!(Number.isInteger(paths) && paths >= 1 && paths <= 10_000_000)) {
    throw new RangeError(
      `Cannot simulate ${paths} paths: a whole number from 1 to 10,000,000 is needed`,
    );
  }
  if (!Number.isSafeInteger(seed)) {
    throw new RangeError(`Cannot use the seed ${seed}: it must be a whole number`);
  }
  if (!(ruin > 0 && ruin <= 1)) {
    throw new RangeError(
      `Cannot use a ruin of ${ruin}: it is the share lost, above 0 and at most 1`,
    );
  }
  if (!Number.isFinite(goal)) {
    throw new RangeError(`Cannot use a goal of ${goal}: it must be finite`);
  }
}

function shareOf(values: Float64Array, test: (value: number) => boolean): number {
  let count = 0;
  for (const value of values) if (test(value)) count++;
  return count / values.length;
}

function summary(name: string, values: Float64Array): Readonly<Record<string, number>> {
  const found: Record<string, number> = { [`${name}_mean`]: meanOf(values) };
  if (values.length > 1) found[`${name}_deviation`] = deviationOf(values);
  const quantiles = quantilesOf(values, PERCENTILES);
  PERCENTILES.forEach((probability, index) => {
    const percent = String(Math.round(probability * 100)).padStart(2, "0");
    found[`${name}_p${percent}`] = quantiles[index] as number;
  });
  return found;
}
