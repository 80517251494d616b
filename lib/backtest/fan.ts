// How far apart the resamples of a backtest run: what one unit became in each, row by row. Only some
// rows are looked at, as many as a curve needs to be seen, so that all resamples fit in memory.

import { quantilesOf } from "../metrics/mod.ts";

/** Where the wealth of one unit lies in 95 of 100 resamples. */
export interface Fan {
  /** Numbers of the rows that were looked at, from 0, ascending; the last one is the series' last. */
  readonly rows: readonly number[];
  /** The 2.5th percentile after each of them; 1 is where it began. */
  readonly low: readonly number[];
  /** The 97.5th percentile. */
  readonly high: readonly number[];
}

/** A fan in the making. */
export interface Fanning {
  /** Follows one resample: the numbers of its rows, as many as the series has. */
  add(rows: Uint32Array): void;
  /** Of those that were added; null where there are none. */
  fan(): Fan | null;
}

const MOST_ROWS = 100;
/** Numbers held: of very many resamples fewer rows are looked at. */
const MOST_HELD = 2_000_000;
const PROBABILITIES = [0.025, 0.975] as const;

/**
 * Makes ready to follow this many resamples of the returns. A return ≤ −1 ends a resample at 0.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const work = fanning(Float64Array.of(1, -0.5), 1);
 * work.add(Uint32Array.of(0, 0));
 * assertEquals(work.fan(), { rows: [0, 1], low: [2, 4], high: [2, 4] });
 * ```
 */
export function fanning(values: Float64Array, resamples: number): Fanning {
  const affordable = Math.max(2, Math.floor(MOST_HELD / resamples));
  const looked = Math.min(MOST_ROWS, affordable, values.length);
  const rows = Array.from(
    { length: looked },
    (_, index) => Math.round(((index + 1) * values.length) / looked) - 1,
  );
  /** Row by row of those looked at. */
  const wealth = new Float64Array(looked * resamples);
  let count = 0;
  return {
    add(drawn) {
      let factor = 1;
      let next = 0;
      for (let at = 0; at < drawn.length; at++) {
        factor *= Math.max(0, 1 + (values[drawn[at] as number] as number));
        if (at === rows[next]) wealth[next++ * resamples + count] = factor;
      }
      count++;
    },
    fan() {
      if (count === 0 || looked === 0) return null;
      const ends = rows.map((_, index) =>
        quantilesOf(wealth.slice(index * resamples, index * resamples + count), PROBABILITIES)
      );
      return {
        rows,
        low: ends.map(([low = NaN]) => low),
        high: ends.map(([, high = NaN]) => high),
      };
    },
  };
}
