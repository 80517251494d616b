// How far each metric is from being chance: a 95 % interval by the stationary bootstrap, whose blocks
// keep what a row has to do with those before it. One resample is in memory at a time, and between
// them the program hears of Ctrl-C, since a long series takes long.

import type { Context } from "../command/declare.ts";
import type { Io } from "../io.ts";
import { drawStationary, optimalBlockLength } from "../judge/bootstrap.ts";
import { seededRandom } from "../metrics/mod.ts";
import { boundNames } from "../own_names.ts";
import { type Fan, fanning } from "./fan.ts";
import { type Bounds, resampling, type Sample } from "./resampled.ts";

/** How to draw. */
export interface IntervalOptions {
  /** How many resamples. */
  readonly resamples: number;
  /** A whole number; the same gives the same intervals anywhere. */
  readonly seed: number;
}

/** The intervals of a backtest, and how they were drawn. */
export interface Intervals extends Bounds, IntervalOptions {
  /** Mean length of the blocks, in rows. */
  readonly blockLength: number;
  /** What one unit became in the same resamples; null where none was drawn, or nobody draws it. */
  readonly fan: Fan | null;
}

/** Who hears of long work. */
export type Listener = Partial<Pick<Context, "note" | "progress" | "interrupted">>;

/** How long the work goes on before the rest is estimated by it. */
const MEASURED_MS = 1_000;
/** A rest that takes longer is told of. */
const LONG_MS = 10_000;
/** At most about so long does Ctrl-C wait, but for the resample in hand. */
const PAUSE_EVERY_MS = 100;

/**
 * The 95 % interval of each metric that has one: 2.5th and 97.5th percentile over resamples of whole
 * rows (Politis and Romano 1994, JASA 89), by a mean block length after Politis and White (2004; as
 * corrected 2009) of the returns, at least 1.
 *
 * @throws what `interrupted` was aborted with.
 */
export async function bootstrapIntervals(
  sample: Sample,
  { resamples, seed }: IntervalOptions,
  { io, path, fan = false, note, progress, interrupted }: Listener & {
    readonly io: Pick<Io, "now" | "sleep">;
    /** Of the file, for the note. */
    readonly path: string;
    /** Whether the fan is wanted too. */
    readonly fan?: boolean;
  },
): Promise<Intervals> {
  const { values } = sample.series.returns;
  const optimal = optimalBlockLength(values);
  const blockLength = optimal > 1 ? optimal : 1;
  const work = resampling(sample, resamples);
  const paths = fan ? fanning(values, resamples) : null;
  const rows = new Uint32Array(values.length);
  const random = seededRandom(seed);
  let pausedMs = io.now();
  let measuredMs: number | null = null;
  let isEstimated = false;
  for (let done = 1; done <= resamples && work.isNeeded; done++) {
    drawStationary(rows, blockLength, random);
    work.add(rows);
    paths?.add(rows);
    const now = io.now();
    // The first is compiled while it runs.
    measuredMs ??= now;
    if (!isEstimated && now - measuredMs >= MEASURED_MS) {
      isEstimated = true;
      const restMs = (now - measuredMs) / (done - 1) * (resamples - done);
      if (restMs > LONG_MS) note?.(estimateText(path, resamples, rows.length, restMs));
    }
    if (now - pausedMs < PAUSE_EVERY_MS) continue;
    progress?.({ done, total: resamples, failed: 0, label: "resamples" });
    await io.sleep(0);
    interrupted?.throwIfAborted();
    pausedMs = io.now();
  }
  return { ...work.bounds(), resamples, seed, blockLength, fan: paths?.fan() ?? null };
}

/** The ends under the names by which they are logged and required, in the order of the metrics. */
export function boundFigures(
  intervals: Pick<Bounds, "intervals"> | null,
): readonly (readonly [name: string, value: number])[] {
  return [...intervals?.intervals ?? []].flatMap(([name, { low, high }]) => {
    const names = boundNames(name);
    return [[names.low, low], [names.high, high]] as const;
  });
}

function estimateText(path: string, resamples: number, rows: number, restMs: number): string {
  const seconds = Math.ceil(restMs / 1000);
  const time = seconds < 120 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`;
  return `Intervals of ${path}: ${resamples} resamples of ${rows} rows take about ${time}; ` +
    "--resamples N takes another number of them";
}
