// From a file to its metrics: the one path that log, batch, stats and report share. It reads, joins
// the benchmark, settles the periods a year, computes, and gathers what the user should know.

import { present, UsageError, type Warning } from "../errors.ts";
import { type FilesRead, readBeside } from "./beside.ts";
import { type Computation, computeAll } from "./compute.ts";
import type { Definitions } from "./expression.ts";
import { alignBenchmark, periodsOfJoined, readInput, shownPath } from "../input/mod.ts";
import type { InputFile, InputSeries, Kind, Missing, Side } from "../input/mod.ts";
import type { Io } from "../io.ts";
import { CATALOGUE, missingReturnsIn } from "../metrics/mod.ts";
import type { JoinedBenchmark, MetricOptions, RateSeries, Release } from "../metrics/mod.ts";
import { nearestNames } from "../nearest.ts";
import { bootstrapIntervals, type Intervals, type Listener } from "./intervals.ts";
import { type BacktestOptions, readingOf } from "./options.ts";
import { settlePeriods } from "./periods.ts";
import { ratesFor, type ReadRates } from "./rates.ts";

export { type BacktestOptions, readingOf } from "./options.ts";

/** One strategy's returns with all that was computed from them. */
export interface Backtest extends Computation {
  readonly file: InputFile;
  readonly series: InputSeries;
  /** On the dates of the returns; its file is null where the series' own file carries it. */
  readonly benchmark: { readonly file: InputFile | null; readonly joined: JoinedBenchmark } | null;
  readonly periods: number;
  /** Whose definitions of metrics counted. */
  readonly release: Release;
  /** Annual, a fraction; NaN where it changes. */
  readonly riskFreeRate: number;
  /** A rate that changes, and its file; null where it does not. */
  readonly rates: { readonly series: RateSeries; readonly file: InputFile } | null;
  /** Of `deflated_sharpe_ratio`; empty where no trials are given. */
  readonly trials: Pick<MetricOptions, "trials" | "trialsVariance">;
  /** Of the metrics; null where they were not asked for. */
  readonly intervals: Intervals | null;
  /** Of the reading, the join and the periods. */
  readonly warnings: readonly Warning[];
}

/**
 * Reads a file and computes the metrics of each strategy in it (most files hold one). `listener` hears
 * of intervals that take long.
 *
 * @throws {InputError} when a file cannot be read.
 * @throws {UsageError} when an option or definition cannot be used.
 */
export async function evaluateFile(
  io: Io,
  path: string,
  options: BacktestOptions,
  listener: Listener = {},
): Promise<readonly Backtest[]> {
  const [backtests] = await evaluateReleases(io, path, options, [options.release], listener);
  return present(backtests, "the backtests of a release");
}

/**
 * The same of a file that was read already, as `readingOf` these options says.
 *
 * @throws {InputError} when the benchmark or the rates cannot be read.
 * @throws {UsageError} when an option or definition cannot be used.
 */
export async function evaluateInput(
  io: Io,
  file: InputFile,
  options: BacktestOptions,
  listener: Listener = {},
): Promise<readonly Backtest[]> {
  const definitions = await checkBacktest(options);
  return await evaluateRead(
    io,
    await readBeside(io, file, options),
    { ...options, definitions },
    listener,
  );
}

/**
 * The same under several releases, in their order: what they read alike is read once.
 *
 * @throws {InputError} when a file cannot be read.
 * @throws {UsageError} when an option or definition cannot be used.
 */
export async function evaluateReleases(
  io: Io,
  path: string,
  options: BacktestOptions,
  releases: readonly Release[],
  listener: Listener = {},
): Promise<readonly (readonly Backtest[])[]> {
  const definitions = await checkBacktest(options);
  const read = new Map<ReturnType<typeof missingReturnsIn>, FilesRead>();
  const all: (readonly Backtest[])[] = [];
  for (const release of releases) {
    const rule = missingReturnsIn(release);
    const asked = { ...options, release };
    const files = read.get(rule) ??
      await readBeside(io, await readInput(io, path, readingOf(asked)), asked);
    read.set(rule, files);
    all.push(await evaluateRead(io, files, { ...asked, definitions }, listener));
  }
  return all;
}

async function evaluateRead(
  io: Io,
  { file, benchmark, rates }: FilesRead,
  options: Omit<SeriesQuestion, "rates">,
  listener: Listener,
): Promise<readonly Backtest[]> {
  const backtests: Backtest[] = [];
  for (const series of file.series) {
    const question = { ...options, rates };
    backtests.push(await evaluateSeries(file, series, benchmark, question, { ...listener, io }));
  }
  return backtests;
}

/** How a file was read, whatever was said about it: what decides its numbers besides its content. */
export interface AsRead {
  readonly kind: Kind;
  /** A year. */
  readonly periods: number;
  /** What became of missing values; null where there is none. */
  readonly missing: Missing | null;
  /** Whether it was read as the release and the version before this one read it. */
  readonly isAsBefore: boolean;
}

/** How a series was read. */
export function asRead(
  { warnings }: Pick<InputFile, "warnings">,
  { kind }: InputSeries,
  { read, release }: Pick<BacktestOptions, "read" | "release">,
  periods: number,
): AsRead {
  const codes = warnings.map(({ code }) => code);
  const hasMissing = codes.includes("missing-values");
  return {
    kind,
    periods,
    missing: hasMissing ? read.missing ?? missingReturnsIn(release) : null,
    isAsBefore: !hasMissing && !codes.some((code) => code.startsWith("read-as-")),
  };
}

/** How the one series of a file was read, nothing being computed; null where it holds several. */
export function asReadAlone(file: InputFile, options: BacktestOptions): AsRead | null {
  const [series] = file.series;
  if (series === undefined || file.series.length > 1) return null;
  return asRead(file, series, options, settlePeriods(series, options, []));
}

const NAMES: ReadonlySet<string> = new Set(CATALOGUE.map((metric) => metric.name));

/**
 * Refuses what cannot be computed of any file, before one is read, and gives the definitions as read.
 *
 * @throws {UsageError} for an unknown metric, or a definition that cannot be used.
 */
export async function checkBacktest(
  { names, definitions }: BacktestOptions,
): Promise<Definitions | null> {
  for (const name of names ?? []) {
    if (NAMES.has(name)) continue;
    const nearest = nearestNames(name, NAMES);
    const did = nearest.length > 0 ? `; did you mean ${nearest.join(" or ")}?` : "";
    throw new UsageError(`Cannot compute "${name}": no such metric${did} (see btflow metrics)`);
  }
  if (definitions.length === 0) return null;
  const { readDefinitions } = await import("./expression.ts");
  return readDefinitions(definitions, NAMES);
}

/** The options, with the definitions read. */
interface SeriesQuestion extends Omit<BacktestOptions, "definitions" | "rateFile"> {
  readonly definitions: Definitions | null;
  readonly rates: ReadRates | null;
}

async function evaluateSeries(
  file: InputFile,
  series: InputSeries,
  benchmarkFile: InputFile | null,
  options: SeriesQuestion,
  listener: Listener & { readonly io: Io },
): Promise<Backtest> {
  const warnings: Warning[] = [...file.warnings];
  const other = benchmarkOf(series, benchmarkFile);
  const periods = settlePeriods(series, options, warnings);
  let joined: JoinedBenchmark | null = null;
  if (other !== null) {
    warnings.push(...(benchmarkFile?.warnings ?? []));
    const aligned = alignBenchmark({ ...series, ...series.returns }, other, {
      path: shownPath(file.path),
      benchmarkPath: shownPath(benchmarkFile?.path ?? file.path),
    });
    joined = withPeriods(aligned.joined, series.returns.dates, periods);
    warnings.push(...aligned.warnings);
  } else if (options.names !== undefined) requireNoBenchmark(options.names);
  warnings.push(...rateWarning(options.riskFreeRate));
  const rates = options.rates === null
    ? null
    : ratesFor(series.returns, options.rates, shownPath(file.path));
  if (rates !== null) {
    warnings.push(...rates.warnings, ...rateWarning(largestAnnual(rates.rates, periods)));
  }
  const trials = {
    ...(options.trials === undefined ? {} : { trials: options.trials }),
    ...(options.trialsVariance === undefined ? {} : { trialsVariance: options.trialsVariance }),
  };
  const asked: MetricOptions = {
    riskFreeRate: options.riskFreeRate,
    ...(rates === null ? {} : { rates: rates.rates }),
    periods,
    release: options.release,
    extended: options.extended,
    ...(joined === null ? {} : { benchmark: joined }),
    ...(options.names === undefined ? {} : { names: options.names }),
    ...trials,
  };
  const { definitions } = options;
  const computed = computeAll(series, asked, definitions);
  const sample = { series, options: asked, definitions, computed };
  return {
    file,
    series,
    benchmark: joined === null
      ? null
      : { file: benchmarkFile?.path === file.path ? null : benchmarkFile, joined },
    periods,
    release: options.release,
    riskFreeRate: rates === null ? options.riskFreeRate : NaN,
    rates: rates === null || options.rates === null
      ? null
      : { series: rates.rates, file: options.rates.file },
    trials,
    ...computed,
    intervals: options.intervals === undefined
      ? null
      : await bootstrapIntervals(sample, options.intervals, {
        ...listener,
        ...{ path: file.path, fan: options.fan ?? false },
      }),
    warnings,
  };
}

/** The benchmark that was given, else the one that the file carries. */
function benchmarkOf(series: InputSeries, file: InputFile | null): Side | null {
  const given = file?.series[0];
  return given === undefined ? series.benchmark : { ...given, ...given.returns };
}

/** Where a benchmark rests on days on which the series does not, the joined rows are fewer a year. */
function withPeriods(
  joined: JoinedBenchmark,
  dates: Float64Array | null,
  periods: number,
): JoinedBenchmark {
  const own = periodsOfJoined(dates, joined.dates, periods);
  return own === null ? joined : { ...joined, periods: own };
}

/**
 * Refuses metrics that need a benchmark: whether there is one is known once the file is read, as some
 * formats carry one.
 *
 * @throws {UsageError} that names the first.
 */
export function requireNoBenchmark(names: readonly string[]): void {
  const metric = CATALOGUE.find(({ name, category }) =>
    category === "benchmark" && names.includes(name)
  );
  if (metric !== undefined) {
    throw new UsageError(`Cannot compute "${metric.name}" without --benchmark FILE`);
  }
}

/** The rate furthest from 0, as an annual one. */
function largestAnnual({ rates, kind }: RateSeries, periods: number): number {
  const largest = rates.reduce((far, rate) => Math.abs(rate) > Math.abs(far) ? rate : far, 0);
  return kind === "annual" ? largest : (1 + largest) ** periods - 1;
}

/** `--risk-free-rate 2` for 2 % is easily written, and moves every ratio. */
function rateWarning(rate: number): readonly Warning[] {
  if (Math.abs(rate) < 1) return [];
  const message = `The risk-free rate ${rate} is ${
    Number((rate * 100).toPrecision(6))
  } % a year; 2 % is written 0.02`;
  return [{ code: "large-risk-free-rate", message }];
}
