// The flags that say how a returns file is read and which metrics are computed from it: the same for
// log, batch, stats and report, and their one translation into what the work needs.

import type { BacktestOptions } from "./mod.ts";
import { UsageError } from "../errors.ts";
import {
  choice,
  decimal,
  exclusive,
  list,
  number,
  text,
  texts,
  toggle,
  valuesOf,
} from "../command/flags.ts";
import type { FlagsOf } from "../command/flags.ts";
import type { Definition } from "./expression.ts";
import { RATE_KINDS } from "./rates.ts";
import {
  DECIMALS,
  type Kind,
  KINDS,
  MISSING,
  PERCENT_KINDS,
  type ReadOptions,
  RESAMPLE,
} from "../input/options.ts";
import type { RateKind } from "../metrics/mod.ts";
import { readPeriods } from "../metrics/periods.ts";
import {
  isUpTo,
  NEWEST_RELEASE,
  type Release,
  releaseNamed,
  unknownRelease,
} from "../metrics/releases.ts";

/** Unless the flags say otherwise. */
const RESAMPLES = 1000;
const SEED = 1;

/** What the flags say about how a file is read: handed to the reader as it is. */
type ReadValues =
  & Required<Omit<ReadOptions, "maxBytes" | "hash" | "missingReturns" | "benchmark" | "percent">>
  & {
    readonly percent: boolean;
  };

const READ_FLAGS: FlagsOf<ReadValues> = {
  kind: choice(KINDS, {
    summary: "What the values are",
    fallback:
      "what the format or the column's name says, else returns unless they look like others",
  }),
  column: text({ summary: "Column of the values", value: "NAME" }),
  dateColumn: text({ summary: "Column of the dates", value: "NAME" }),
  dateFormat: text({ summary: "Form of the dates, such as DD/MM/YYYY", value: "FORM" }),
  timezone: text({
    summary: "Zone whose calendar days count, such as Asia/Tokyo",
    value: "ZONE",
    fallback: "as written",
  }),
  percent: toggle({ summary: "The returns are in percent: 1.5 is 0.015" }),
  decimal: choice(DECIMALS, {
    summary: "The mark before decimals",
    fallback: "what all cells of the column allow",
  }),
  capital: number({
    summary: "Starting capital, for --kind trades and for equity whose first row is a result",
    min: 0,
  }),
  missing: choice(MISSING, {
    summary: "What a missing value becomes",
    fallback: "the row left out; for prices the last one",
  }),
  resample: choice(RESAMPLE, {
    summary: "Make one row of each such period: returns compound, the last level counts",
  }),
  inputFormat: text({
    summary: "Format of the file",
    value: "NAME",
    fallback: "recognised by content",
  }),
  strategy: text({ summary: "Which strategy of a file that holds several", value: "NAME" }),
};

/** What the flags say about the benchmark. */
export interface BenchmarkValues {
  readonly benchmark: string | undefined;
  readonly benchmarkKind: Kind | undefined;
  readonly benchmarkColumn: string | undefined;
  readonly benchmarkDateColumn: string | undefined;
  readonly benchmarkPercent: boolean;
}

/** What the flags say about a series, whatever is computed of it. */
interface SeriesValues extends ReadValues, BenchmarkValues {
  /** A number as text, or the path of a file of rates. */
  readonly riskFreeRate: string | undefined;
  readonly rateKind: RateKind | undefined;
  /** A number as text, or `auto`. */
  readonly periods: string | undefined;
  readonly quantstats: string | undefined;
}

/** What the flags for reading and computing say. */
export interface BacktestValues extends SeriesValues {
  readonly metrics: readonly string[] | undefined;
  readonly extended: boolean;
  readonly trials: number | undefined;
  readonly trialsVariance: number | undefined;
  /** As `name=expression`. */
  readonly define: readonly string[];
  readonly intervals: boolean;
  readonly resamples: number | undefined;
  readonly seed: number | undefined;
}

/** The flags of a benchmark, to be spread into a command's. */
export const BENCHMARK_FLAGS: FlagsOf<BenchmarkValues> = {
  benchmark: text({
    summary: "File of the benchmark, joined on equal dates",
    value: "FILE",
    completes: "file",
  }),
  benchmarkKind: choice(KINDS.filter((kind) => kind !== "trades"), {
    summary: "What the benchmark's values are",
    fallback: "what its column's name says, else --kind",
  }),
  benchmarkColumn: text({
    summary: "Column of the benchmark's values; without --benchmark, of the file itself",
    value: "NAME",
  }),
  benchmarkDateColumn: text({ summary: "Column of the benchmark's dates", value: "NAME" }),
  benchmarkPercent: toggle({ summary: "The benchmark's returns are in percent" }),
};

/** The flags of a series, to be spread into a command's. */
export const SERIES_FLAGS: FlagsOf<SeriesValues> = {
  riskFreeRate: text({
    summary: "Annual risk-free rate, as a fraction, or a file of dates and rates",
    value: "RATE|FILE",
    fallback: "0",
    completes: "file",
  }),
  rateKind: choice(RATE_KINDS, {
    summary: "What the rates of a file are",
    fallback: "annual",
  }),
  periods: text({
    summary: "Periods a year, or auto to take them from the dates",
    value: "N|auto",
    fallback: "BTFLOW_PERIODS, else 252",
  }),
  quantstats: text({
    summary: "QuantStats release whose definitions count",
    value: "VERSION",
    fallback: `BTFLOW_QUANTSTATS, else ${NEWEST_RELEASE}`,
  }),
  ...BENCHMARK_FLAGS,
  ...READ_FLAGS,
};

/** The flags themselves, to be spread into a command's. */
export const BACKTEST_FLAGS: FlagsOf<BacktestValues> = {
  ...SERIES_FLAGS,
  metrics: list({ summary: "Only these metrics" }),
  extended: toggle({ summary: "Also the metrics beyond QuantStats" }),
  trials: number({
    summary: "How many strategies were tried, for deflated_sharpe_ratio",
    min: 1,
    whole: true,
  }),
  trialsVariance: number({
    summary: "Variance of the trials' Sharpe ratios (per period), for deflated_sharpe_ratio",
    min: 0,
  }),
  define: texts({
    summary: "A metric of your own, such as 'edge=sharpe_ratio / abs(max_drawdown)'",
    value: "NAME=EXPRESSION",
  }),
  intervals: toggle({ summary: "Give each metric a 95 % interval, by stationary bootstrap" }),
  resamples: number({
    summary: "How many resamples the intervals are made of",
    min: 100,
    max: 1_000_000,
    whole: true,
    fallback: String(RESAMPLES),
  }),
  seed: number({ summary: "Seed of the resampling", min: 0, whole: true, fallback: String(SEED) }),
};

/**
 * How the intervals are drawn; undefined where none are asked for.
 *
 * @throws {UsageError} for a flag that has no effect.
 */
function givenIntervals(
  { intervals, resamples, seed }: BacktestValues,
): BacktestOptions["intervals"] {
  if (intervals) return { resamples: resamples ?? RESAMPLES, seed: seed ?? SEED };
  if (resamples === undefined && seed === undefined) return undefined;
  const flag = resamples === undefined ? "--seed" : "--resamples";
  throw new UsageError(`Cannot use ${flag} without --intervals: nothing else is resampled`);
}

/**
 * What the flags ask for; what they leave open is as configured.
 *
 * @throws {UsageError} for values that do not fit together.
 */
export function backtestOptions(
  flags: BacktestValues,
  configured: Pick<BacktestOptions, "periods" | "release">,
): BacktestOptions {
  const { kind, capital, trials, trialsVariance } = flags;
  if (kind === "trades" && capital === undefined) {
    throw new UsageError("Cannot use --kind trades without --capital: give the starting capital");
  }
  exclusive(
    "Cannot use --capital: it goes with --kind trades or equity",
    kind !== undefined && kind !== "trades" && kind !== "equity",
    capital !== undefined,
  );
  checkPercent("--percent", "--kind", flags.percent, kind);
  checkPercent(
    "--benchmark-percent",
    "--benchmark-kind",
    flags.benchmarkPercent,
    flags.benchmarkKind,
  );
  if ((trials === undefined) !== (trialsVariance === undefined)) {
    throw new UsageError("Cannot use one of --trials and --trials-variance without the other");
  }
  const release = flags.quantstats === undefined
    ? configured.release
    : givenRelease(flags.quantstats);
  return {
    ...givenRate(flags, release),
    periods: flags.periods === undefined ? configured.periods : givenPeriods(flags.periods),
    periodsChosen: flags.periods !== undefined,
    release,
    extended: flags.extended || trials !== undefined,
    definitions: flags.define.map(readDefinition),
    benchmark: flags.benchmark,
    benchmarkKind: flags.benchmarkKind,
    benchmarkColumn: flags.benchmarkColumn,
    benchmarkDateColumn: flags.benchmarkDateColumn,
    benchmarkPercent: flags.benchmarkPercent,
    names: flags.metrics,
    intervals: givenIntervals(flags),
    trials,
    trialsVariance,
    read: valuesOf(READ_FLAGS, flags),
  };
}

function checkPercent(
  flag: string,
  kindFlag: string,
  isGiven: boolean,
  kind: Kind | undefined,
): void {
  if (!isGiven || kind === undefined || PERCENT_KINDS.includes(kind)) return;
  throw new UsageError(
    `Cannot use ${flag} with ${kindFlag} ${kind}: it goes with ${PERCENT_KINDS.join(", ")}`,
  );
}

function givenPeriods(text: string): number | "auto" {
  const periods = readPeriods(text);
  if (periods !== null) return periods;
  throw new UsageError(
    `Cannot use --periods ${JSON.stringify(text)}: expected a number of periods a year or auto`,
  );
}

const LOWEST_RATE = -0.99;

/** A number, or else a file, which is looked for when it is read. */
function givenRate(
  { riskFreeRate: word = "0", rateKind: kind }: BacktestValues,
  release: Release,
): Pick<BacktestOptions, "riskFreeRate" | "rateFile"> {
  const rate = decimal(word);
  if (!Number.isNaN(rate)) {
    if (kind !== undefined) {
      throw new UsageError("Cannot use --rate-kind: it goes with a file of --risk-free-rate");
    }
    if (rate >= LOWEST_RATE && rate < Infinity) return { riskFreeRate: rate };
    throw new UsageError(
      `Cannot use --risk-free-rate ${
        JSON.stringify(word)
      }: expected a number of at least ${LOWEST_RATE}`,
    );
  }
  if (isUpTo(release, "0.0.81")) {
    throw new UsageError(
      `Cannot use --risk-free-rate ${JSON.stringify(word)} with the definitions of QuantStats ` +
        `${release}, which takes one number: choose --quantstats 0.0.82 or later`,
    );
  }
  return { riskFreeRate: 0, rateFile: { path: word, kind: kind ?? "annual" } };
}

function givenRelease(name: string): Release {
  const release = releaseNamed(name);
  if (release !== undefined) return release;
  throw new UsageError(`Cannot use --quantstats: ${unknownRelease(name)}`);
}

function readDefinition(definition: string): Definition {
  const found = /^\s*([A-Za-z_]\w*)\s*=(?!=)(.+)$/s.exec(definition);
  const [, name, expression] = found ?? [];
  if (name === undefined || expression === undefined) {
    throw new UsageError(
      `Cannot use --define ${JSON.stringify(definition)}: expected name=expression`,
    );
  }
  return { name, expression: expression.trim() };
}
