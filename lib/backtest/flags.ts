// The flags that say how a returns file is read and which metrics are computed from it: the same for
// log, batch, stats and report, and their one translation into what the work needs.

import type { BacktestOptions } from "./mod.ts";
import { UsageError } from "../errors.ts";
import { choice, list, number, text, texts, toggle } from "../command/flags.ts";
import type { Flag, FlagValues } from "../command/flags.ts";
import { type Kind, KINDS, MISSING, type Missing } from "../input/options.ts";

/** Flags for reading and computing. */
export interface BacktestFlags {
  /** Annual, a fraction; 0 when not given. */
  readonly riskFreeRate: Flag<number | undefined>;
  /** Periods a year as a number, or `auto`; else the setting's. */
  readonly periods: Flag<string | undefined>;
  /** Path of the benchmark's file. */
  readonly benchmark: Flag<string | undefined>;
  /** What the values are; else what the format holds. */
  readonly kind: Flag<Kind | undefined>;
  /** Column of the values. */
  readonly column: Flag<string | undefined>;
  /** Column of the dates. */
  readonly dateColumn: Flag<string | undefined>;
  /** How the dates are written. */
  readonly dateFormat: Flag<string | undefined>;
  /** IANA zone whose calendar days count. */
  readonly timezone: Flag<string | undefined>;
  /** Money at the start; goes with trades and is needed there. */
  readonly capital: Flag<number | undefined>;
  /** What becomes of a missing value. */
  readonly missing: Flag<Missing | undefined>;
  /** Name of the format; else told from the content. */
  readonly inputFormat: Flag<string | undefined>;
  /** Which strategy of a file that holds several. */
  readonly strategy: Flag<string | undefined>;
  /** Only these metrics, by key. */
  readonly metrics: Flag<readonly string[] | undefined>;
  /** Also the metrics beyond QuantStats'. */
  readonly extended: Flag<boolean>;
  /** How many strategies were tried; goes with `trialsVariance`. */
  readonly trials: Flag<number | undefined>;
  /** Variance of the trials' Sharpe ratios, not annualised. */
  readonly trialsVariance: Flag<number | undefined>;
  /** Definitions as `name=expression`. */
  readonly define: Flag<readonly string[]>;
}

/** The flags themselves, to be spread into a command's. */
export const BACKTEST_FLAGS: BacktestFlags = {
  riskFreeRate: number({
    summary: "Annual risk-free rate, as a fraction",
    min: -0.99,
    fallback: "0",
  }),
  periods: text({
    summary: "Periods a year, or auto to take them from the dates",
    value: "N|auto",
    fallback: "BTFLOW_PERIODS, else 252",
  }),
  benchmark: text({
    summary: "File of the benchmark, joined on equal dates",
    value: "FILE",
    completes: "file",
  }),
  kind: choice(KINDS, {
    summary: "What the values are",
    fallback: "returns, or what the format holds",
  }),
  column: text({ summary: "Column of the values", value: "NAME" }),
  dateColumn: text({ summary: "Column of the dates", value: "NAME" }),
  dateFormat: text({ summary: "Form of the dates, such as DD/MM/YYYY", value: "FORM" }),
  timezone: text({
    summary: "Zone whose calendar days count, such as Asia/Tokyo",
    value: "ZONE",
    fallback: "as written",
  }),
  capital: number({ summary: "Starting capital, for --kind trades", min: 0 }),
  missing: choice(MISSING, {
    summary: "What a missing value becomes",
    fallback: "zero; for prices the last one",
  }),
  inputFormat: text({
    summary: "Format of the file",
    value: "NAME",
    fallback: "recognised by content",
  }),
  strategy: text({ summary: "Which strategy of a file that holds several", value: "NAME" }),
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
};

/**
 * What the flags ask for. `defaultPeriods` is the configured number of periods a year.
 *
 * @throws {UsageError} for values that do not fit together.
 */
export function backtestOptions(
  flags: FlagValues<BacktestFlags>,
  defaultPeriods: number | "auto",
): BacktestOptions {
  const { kind } = flags;
  if (kind === "trades" && flags.capital === undefined) {
    throw new UsageError("Cannot use --kind trades without --capital: give the starting capital");
  }
  if (kind !== undefined && kind !== "trades" && flags.capital !== undefined) {
    throw new UsageError("Cannot use --capital: it goes with --kind trades");
  }
  if ((flags.trials === undefined) !== (flags.trialsVariance === undefined)) {
    throw new UsageError("Cannot use one of --trials and --trials-variance without the other");
  }
  return {
    riskFreeRate: flags.riskFreeRate ?? 0,
    periods: flags.periods === undefined ? defaultPeriods : readPeriods(flags.periods, "--periods"),
    periodsChosen: flags.periods !== undefined,
    extended: flags.extended || flags.trials !== undefined,
    definitions: flags.define.map(readDefinition),
    ...given("benchmark", flags.benchmark),
    ...given("names", flags.metrics),
    ...given("trials", flags.trials),
    ...given("trialsVariance", flags.trialsVariance),
    read: {
      ...given("kind", kind),
      ...given("column", flags.column),
      ...given("dateColumn", flags.dateColumn),
      ...given("dateFormat", flags.dateFormat),
      ...given("timezone", flags.timezone),
      ...given("capital", flags.capital),
      ...given("missing", flags.missing),
      ...given("inputFormat", flags.inputFormat),
      ...given("strategy", flags.strategy),
    },
  };
}

/**
 * A number of periods a year, or `auto`.
 *
 * @throws {UsageError} naming where it was given.
 */
export function readPeriods(value: string, source: string): number | "auto" {
  if (value === "auto") return "auto";
  const periods = /^\d+(\.\d+)?$/.test(value) ? Number(value) : NaN;
  if (periods > 0 && periods <= 1e9) return periods;
  throw new UsageError(
    `Cannot use ${source} ${JSON.stringify(value)}: expected a number of periods a year or auto`,
  );
}

function readDefinition(
  definition: string,
): { readonly name: string; readonly expression: string } {
  const found = /^\s*([A-Za-z_]\w*)\s*=(?!=)(.+)$/s.exec(definition);
  if (found === null) {
    throw new UsageError(
      `Cannot use --define ${JSON.stringify(definition)}: expected name=expression`,
    );
  }
  return { name: found[1] ?? "", expression: (found[2] ?? "").trim() };
}

function given<K extends string, T>(key: K, value: T | undefined): { readonly [P in K]?: T } {
  return (value === undefined ? {} : { [key]: value }) as { readonly [P in K]?: T };
}
