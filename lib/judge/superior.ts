// Does any run beat the benchmark once it counts that so many were tried, and which? Three tests on
// one set of resampled means. A resample's mean is the rows weighted by how often they were drawn, so
// all means are one matrix product, which costs the same whatever the block length.

import { deviationOf } from "../metrics/mod.ts";
import { centre, type Resamples } from "./bootstrap.ts";
import { addProducts } from "./products/mod.ts";

/** P-values for the null hypothesis that no run is better than the benchmark. */
export interface Superiority {
  /** White's reality check. */
  readonly realityCheck: number;
  /** Hansen's test; `consistent` is the one to report, the others bound it. */
  readonly spa: { readonly lower: number; readonly consistent: number; readonly upper: number };
  /** Romano and Wolf's p-value of each column, in the order given; NaN of a column not tested. */
  readonly stepdown: Float64Array;
  /** Columns with a stepdown p-value of at most the level, strongest first. */
  readonly superior: readonly number[];
  /** Columns whose difference from the benchmark never varies but for rounding: not tested. */
  readonly untested: readonly number[];
}

/** Against what to test, and how surely. */
export interface SuperiorityOptions {
  /** Returns of the benchmark on the same rows; none by default, which tests the returns themselves. */
  readonly benchmark?: Float64Array | null;
  /** The family-wise error rate of the stepdown; 0.05 by default. */
  readonly level?: number;
}

/** A difference from the benchmark that varies by no more than this share of the column is rounding. */
const NEGLIGIBLE_SHARE = 1e-12;

/** The deviation of a column's difference from the benchmark; 0 where there is nothing to resample. */
export function deviationAbout(difference: Float64Array, column: Float64Array): number {
  const deviation = deviationOf(difference);
  return deviation > NEGLIGIBLE_SHARE * deviationOf(column) ? deviation : 0;
}

/** What the tests need of each column: d = returns less benchmark. */
interface Resampled {
  readonly rows: number;
  readonly count: number;
  /** Which of the columns given these are. */
  readonly tested: readonly number[];
  /** m, the means. */
  readonly means: Float64Array;
  /** √T·sd(m*): the spread of √T·m. */
  readonly spreads: Float64Array;
  /** m* − m, `count` of each column, one column after the other. */
  readonly gaps: Float64Array;
}

/**
 * Tests columns of returns against a benchmark, or against 0, on given resamples of their rows.
 *
 * - Reality check (White 2000, Econometrica 68, eq. 2.4): the share of resamples in which
 *   max √T(m* − m) reaches max √T·m.
 * - SPA (Hansen 2005, JBES 23, section 3), studentised: max(0, max √T(m* − μ)/ω) against
 *   max(0, max √T·m/ω), ω = √T·sd(m*). μ is max(m, 0) for `lower`, m for `upper`; for `consistent`
 *   it is m where √T·m/ω ≥ −√(2 ln ln T) and 0 elsewhere.
 * - Stepdown (Romano and Wolf 2005, Econometrica 73, algorithm 4.1), studentised: the columns in
 *   order of √T·m/ω, each against the maximum over it and all weaker ones, made monotone.
 *
 * Throws `RangeError` for no column that varies about the benchmark, fewer than 3 rows, fewer than 2
 * resamples, lengths that differ, or resamples that all have the same mean.
 */
export function testSuperiority(
  columns: readonly Float64Array[],
  resamples: Resamples,
  { benchmark = null, level = 0.05 }: SuperiorityOptions = {},
): Superiority {
  checkShapes(columns, resamples, benchmark);
  const resampled = resampleMeans(columns, resamples, benchmark);
  const { tested } = resampled;
  if (tested.length === 0) {
    throw new RangeError("Cannot test columns none of which varies about the benchmark");
  }
  const inTested = stepdown(resampled);
  const stepdownOfAll = new Float64Array(columns.length).fill(NaN);
  tested.forEach((column, index) => stepdownOfAll[column] = inTested.pValues[index] as number);
  return {
    realityCheck: realityCheck(resampled),
    spa: superiorPredictiveAbility(resampled),
    stepdown: stepdownOfAll,
    superior: inTested.order.filter((index) => (inTested.pValues[index] as number) <= level)
      .map((index) => tested[index] as number),
    untested: columns.flatMap((_, column) => tested.includes(column) ? [] : [column]),
  };
}

function checkShapes(
  columns: readonly Float64Array[],
  { rows, count }: Resamples,
  benchmark: Float64Array | null,
): void {
  const lengths = [...columns, ...benchmark === null ? [] : [benchmark]].map((one) => one.length);
  const other = lengths.find((length) => length !== rows);
  if (other !== undefined) {
    throw new RangeError(`Cannot test a column of ${other} rows with resamples of ${rows}`);
  }
  if (rows < 3) throw new RangeError(`Cannot test ${rows} rows: three are needed`);
  if (count < 2) throw new RangeError(`Cannot test by ${count} resamples: two are needed`);
}

/** A spread below this share of the rows' own is rounding: each resample held each row once. */
const NOISE_SHARE = 1e-9;

/** Columns whose distances are made at once: as many as a tile of products takes. */
const COLUMNS_AT_ONCE = 128;

function resampleMeans(
  columns: readonly Float64Array[],
  resamples: Resamples,
  benchmark: Float64Array | null,
): Resampled {
  const { rows, count } = resamples;
  const scratch = Array.from(
    { length: Math.min(COLUMNS_AT_ONCE, Math.max(1, columns.length)) },
    () => new Float64Array(rows),
  );
  const [first = new Float64Array(rows)] = scratch;
  const deviationOfAll = Float64Array.from(columns, (column) => {
    subtract(column, benchmark, first);
    return deviationAbout(first, column);
  });
  const tested = columns.flatMap((_, index) => deviationOfAll[index] === 0 ? [] : [index]);
  const deviations = Float64Array.from(tested, (index) => deviationOfAll[index] as number);
  const weights = weightsOf(resamples);
  const means = new Float64Array(tested.length);
  const gaps = new Float64Array(tested.length * count);
  for (let start = 0; start < tested.length; start += COLUMNS_AT_ONCE) {
    const group = tested.slice(start, start + COLUMNS_AT_ONCE);
    group.forEach((index, place) => {
      const into = scratch[place] as Float64Array;
      subtract(columns[index] as Float64Array, benchmark, into);
      // What is resampled is then m* − m, and loses no digits to m.
      means[start + place] = centre(into);
    });
    addProducts(scratch.slice(0, group.length), weights, gaps.subarray(start * count));
  }
  for (let at = 0; at < gaps.length; at++) gaps[at] = (gaps[at] as number) / rows;
  const spreads = Float64Array.from(
    tested,
    (_, at) => Math.sqrt(rows) * deviationOf(gaps.subarray(at * count, (at + 1) * count)),
  );
  if (spreads.some((spread, at) => spread <= NOISE_SHARE * (deviations[at] as number))) {
    throw new RangeError("Cannot test by resamples of equal means: shorter blocks are needed");
  }
  return { rows, count, tested, means, spreads, gaps };
}

function subtract(column: Float64Array, benchmark: Float64Array | null, into: Float64Array): void {
  into.set(column);
  if (benchmark === null) return;
  for (let row = 0; row < into.length; row++) {
    into[row] = (into[row] as number) - (benchmark[row] as number);
  }
}

/** How often each resample has drawn each row. */
function weightsOf({ rows, count, indices }: Resamples): readonly Float64Array[] {
  return Array.from({ length: count }, (_, resample) => {
    const weights = new Float64Array(rows);
    for (let at = resample * rows; at < (resample + 1) * rows; at++) {
      const row = indices[at] as number;
      weights[row] = (weights[row] as number) + 1;
    }
    return weights;
  });
}

function realityCheck({ rows, count, means, spreads, gaps }: Resampled): number {
  const root = Math.sqrt(rows);
  const highest = new Float64Array(count).fill(-Infinity);
  means.forEach((_, column) => {
    for (let resample = 0; resample < count; resample++) {
      const reached = root * (gaps[column * count + resample] as number);
      if (reached > (highest[resample] as number)) highest[resample] = reached;
    }
  });
  const observed = means.reduce((most, mean) => Math.max(most, root * mean), -Infinity);
  return shareReaching(highest, observed, spreads.reduce((most, spread) => Math.max(most, spread)));
}

function superiorPredictiveAbility(resampled: Resampled): Superiority["spa"] {
  const { rows, means } = resampled;
  const statistics = statisticsOf(resampled);
  const threshold = -Math.sqrt(2 * Math.log(Math.log(rows)));
  const observed = statistics.reduce((most, statistic) => Math.max(most, statistic), 0);
  const pValue = (centres: Float64Array): number => {
    const highest = new Float64Array(resampled.count);
    means.forEach((mean, column) => {
      raise(highest, resampled, column, mean - (centres[column] as number));
    });
    return shareReaching(highest, observed, 1);
  };
  return {
    lower: pValue(means.map((mean) => Math.max(mean, 0))),
    consistent: pValue(
      means.map((mean, column) => (statistics[column] as number) >= threshold ? mean : 0),
    ),
    upper: pValue(means),
  };
}

function stepdown(
  resampled: Resampled,
): { readonly order: readonly number[]; readonly pValues: Float64Array } {
  const statistics = statisticsOf(resampled);
  const order = Array.from(statistics, (_, column) => column).sort((one, other) =>
    (statistics[other] as number) - (statistics[one] as number)
  );
  const pValues = new Float64Array(order.length);
  const highest = new Float64Array(resampled.count).fill(-Infinity);
  for (const column of order.toReversed()) {
    raise(highest, resampled, column, 0);
    pValues[column] = shareReaching(highest, statistics[column] as number, 1);
  }
  let most = 0;
  for (const column of order) {
    most = Math.max(most, pValues[column] as number);
    pValues[column] = most;
  }
  return { order, pValues };
}

/** √T·m/ω of each column. */
function statisticsOf({ rows, means, spreads }: Resampled): Float64Array {
  return means.map((mean, column) => Math.sqrt(rows) * mean / (spreads[column] as number));
}

/** Raises the maxima of all resamples to what a column reaches: √T(m* − m + shift)/ω. */
function raise(
  highest: Float64Array,
  { rows, count, spreads, gaps }: Resampled,
  column: number,
  shift: number,
): void {
  const scale = Math.sqrt(rows) / (spreads[column] as number);
  const start = column * count;
  for (let resample = 0; resample < count; resample++) {
    const reached = ((gaps[start + resample] as number) + shift) * scale;
    if (reached > (highest[resample] as number)) highest[resample] = reached;
  }
}

/** A statistic this near to another, by the larger of the two and the spread, reaches it but for rounding. */
const EQUAL_WITHIN = 1e-10;

/**
 * The share of resamples whose statistic reaches the observed one. Of few trades, or returns in ticks,
 * many are equal to it, and their last bits must not decide.
 */
function shareReaching(highest: Float64Array, observed: number, spread: number): number {
  const least = observed - EQUAL_WITHIN * Math.max(Math.abs(observed), spread);
  let count = 0;
  for (let resample = 0; resample < highest.length; resample++) {
    if ((highest[resample] as number) >= least) count++;
  }
  return count / highest.length;
}
