// From a file to its metrics: the one path that log, batch, stats and report share. It reads, joins
// the benchmark, settles the periods a year, computes, and gathers what the user should know.

import type { Warning } from "./errors.ts";
import { UsageError } from "./errors.ts";
import type { Definition } from "./expression.ts";
import { alignBenchmark, readInput, readReturns } from "./input/mod.ts";
import type { InputFile, InputSeries, ReadOptions } from "./input/mod.ts";
import type { Io } from "./io.ts";
import { CATALOGUE, computeMetrics, inferPeriods } from "./metrics/mod.ts";
import type { JoinedBenchmark, MetricOptions } from "./metrics/mod.ts";
import { nearestNames } from "./nearest.ts";

/** What is asked of a backtest's file. */
export interface BacktestOptions {
  /** Annual, a fraction. */
  readonly riskFreeRate: number;
  /** Periods a year by which metrics are annualised; `auto` takes them from the dates. */
  readonly periods: number | "auto";
  /** True when the user chose the periods, so that a differing series needs no warning. */
  readonly periodsChosen: boolean;
  /** Path of the benchmark's file. */
  readonly benchmark?: string;
  /** Only these metrics, by key. */
  readonly names?: readonly string[];
  /** Also the metrics beyond QuantStats'. */
  readonly extended: boolean;
  /** How many strategies were tried, for `deflated_sharpe_ratio`. */
  readonly trials?: number;
  /** Variance of the trials' Sharpe ratios, not annualised. */
  readonly trialsVariance?: number;
  /** Metrics of the user's own making. */
  readonly definitions: readonly Definition[];
  /** How the file is to be read. */
  readonly read: ReadOptions;
  /** True when the file's hash is needed: for lineage, not for printing. */
  readonly hash?: boolean;
}

/** One strategy's returns with all that was computed from them. */
export interface Backtest {
  /** The file that the series is from. */
  readonly file: InputFile;
  /** The returns and what the file says of them. */
  readonly series: InputSeries;
  /**
   * The benchmark on the dates of the returns; its file is null where the series' own file carries
   * it.
   */
  readonly benchmark: { readonly file: InputFile | null; readonly joined: JoinedBenchmark } | null;
  /** Periods a year by which the metrics are annualised. */
  readonly periods: number;
  /** Annual, a fraction. */
  readonly riskFreeRate: number;
  /** Finite values only, in catalogue order, then the user's own. */
  readonly metrics: ReadonlyMap<string, number>;
  /** Metrics asked for that have no finite value, and why. */
  readonly undefined: readonly { readonly metric: string; readonly reason: string }[];
  /** Of the reading, the join and the periods. */
  readonly warnings: readonly Warning[];
}

/**
 * Reads a file and computes the metrics of each strategy in it (most files hold one).
 *
 * @throws {InputError} when a file cannot be read.
 * @throws {UsageError} when an option or definition cannot be used.
 */
export async function evaluateFile(
  io: Io,
  path: string,
  options: BacktestOptions,
): Promise<readonly Backtest[]> {
  checkMetricNames(options);
  const hash = options.hash ?? false;
  const file = await readInput(io, path, { ...options.read, hash });
  const benchmark = options.benchmark === undefined
    ? null
    : await readReturns(io, options.benchmark, { ...benchmarkRead(options.read), hash });
  const backtests: Backtest[] = [];
  for (const series of file.series) {
    backtests.push(await evaluateSeries(file, series, benchmark, options));
  }
  return backtests;
}

/** The benchmark is read by the same rules, but by its own columns and format. */
function benchmarkRead(read: ReadOptions): ReadOptions {
  const { kind, dateFormat, timezone, missing } = read;
  return {
    kind: kind === "trades" || kind === undefined ? "returns" : kind,
    ...(dateFormat === undefined ? {} : { dateFormat }),
    ...(timezone === undefined ? {} : { timezone }),
    ...(missing === undefined ? {} : { missing }),
  };
}

async function evaluateSeries(
  file: InputFile,
  series: InputSeries,
  benchmarkFile: InputFile | null,
  options: BacktestOptions,
): Promise<Backtest> {
  const warnings: Warning[] = [...file.warnings];
  const other = benchmarkFile?.series[0]?.returns ?? series.benchmark;
  let joined: JoinedBenchmark | null = null;
  if (other !== null) {
    warnings.push(...(benchmarkFile?.warnings ?? []));
    const aligned = alignBenchmark(series.returns, other, {
      path: file.path,
      benchmarkPath: benchmarkFile?.path ?? file.path,
    });
    joined = aligned.joined;
    warnings.push(...aligned.warnings);
  }
  const periods = settlePeriods(series.returns.dates, options, warnings);
  warnings.push(...rateWarning(options.riskFreeRate));
  const metricOptions: MetricOptions = {
    riskFreeRate: options.riskFreeRate,
    periods,
    extended: options.extended,
    ...(joined === null ? {} : { benchmark: joined }),
    ...(options.names === undefined ? {} : { names: options.names }),
    ...(options.trials === undefined ? {} : { trials: options.trials }),
    ...(options.trialsVariance === undefined ? {} : { trialsVariance: options.trialsVariance }),
  };
  const computed = computeMetrics(series.returns, metricOptions);
  const metrics = new Map(computed.values);
  const missing = [...computed.undefined];
  if (options.definitions.length > 0) {
    const all = options.names === undefined
      ? computed.values
      : computeMetrics(series.returns, withoutNames(metricOptions)).values;
    const { defineMetrics } = await import("./expression.ts");
    const names = new Set(CATALOGUE.map((metric) => metric.name));
    for (const defined of defineMetrics(options.definitions, all, names)) {
      if ("value" in defined) metrics.set(defined.name, defined.value);
      else missing.push({ metric: defined.name, reason: defined.reason });
    }
  }
  return {
    file,
    series,
    benchmark: joined === null ? null : { file: benchmarkFile, joined },
    periods,
    riskFreeRate: options.riskFreeRate,
    metrics,
    undefined: missing,
    warnings,
  };
}

function withoutNames({ names: _, ...options }: MetricOptions): MetricOptions {
  return options;
}

/** `--risk-free-rate 2` for 2 % is easily written, and moves every ratio. */
function rateWarning(rate: number): readonly Warning[] {
  if (Math.abs(rate) < 1) return [];
  const message = `The risk-free rate ${rate} is ${
    Number((rate * 100).toPrecision(6))
  } % a year; 2 % is written 0.02`;
  return [{ code: "large-risk-free-rate", message }];
}

function settlePeriods(
  dates: Float64Array | null,
  options: BacktestOptions,
  warnings: Warning[],
): number {
  const inferred = dates === null ? null : inferPeriods(dates);
  if (options.periods === "auto") {
    if (inferred !== null) return inferred;
    throw new UsageError(
      "Cannot use --periods auto: the series is too short or has no dates; give the number of periods a year",
    );
  }
  const differs = inferred !== null &&
    Math.abs(Math.log(inferred / options.periods)) > Math.log(1.2);
  if (!options.periodsChosen && differs) {
    warnings.push({
      code: "periods-differ",
      message: `The dates look like ${inferred} periods a year, the metrics are annualised with ` +
        `${options.periods}; use --periods ${inferred} (or auto) if that is right`,
    });
  }
  return options.periods;
}

function checkMetricNames({ names, benchmark }: BacktestOptions): void {
  for (const name of names ?? []) {
    const metric = CATALOGUE.find((candidate) => candidate.name === name);
    if (metric === undefined) {
      const nearest = nearestNames(name, CATALOGUE.map((candidate) => candidate.name));
      const did = nearest.length > 0 ? `; did you mean ${nearest.join(" or ")}?` : "";
      throw new UsageError(`Cannot compute "${name}": no such metric${did} (see btflow metrics)`);
    }
    if (metric.category === "benchmark" && benchmark === undefined) {
      throw new UsageError(`Cannot compute "${name}" without --benchmark FILE`);
    }
  }
}
