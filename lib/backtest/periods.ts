// How many periods a year a series is annualised with: those that were asked for, a trade list's own, or
// those of its dates.

import { UsageError, type Warning } from "../errors.ts";
import type { InputSeries, ReadOptions } from "../input/mod.ts";
import { inferPeriods, PERIODS_DIFFER } from "../metrics/mod.ts";

/** What is asked of the periods. */
export interface PeriodOptions {
  /** `auto` takes them from the dates. */
  readonly periods: number | "auto";
  /** True when the user chose the periods, so that a differing series needs no warning. */
  readonly periodsChosen: boolean;
  readonly read: Pick<ReadOptions, "resample">;
}

/** Trades become a return for every calendar day. */
const TRADE_PERIODS = 365;

/**
 * The periods a year that the metrics are annualised with; what the user should know of them is added to
 * the warnings.
 *
 * @throws {UsageError} where they are to be taken from dates that do not tell.
 */
export function settlePeriods(
  { returns: { dates }, kind }: InputSeries,
  options: PeriodOptions,
  warnings: Warning[],
): number {
  const inferred = dates === null ? null : inferPeriods(dates);
  if (options.periods === "auto") {
    if (inferred !== null) return inferred;
    throw new UsageError(
      "Cannot use --periods auto: the series is too short or has no dates; give the number of periods a year",
    );
  }
  if (options.periodsChosen) return options.periods;
  if (kind === "trades" && options.read.resample === undefined) return TRADE_PERIODS;
  const differs = inferred !== null &&
    Math.abs(Math.log(inferred / options.periods)) > Math.log(1.2);
  if (differs) {
    const daily = inferred > MOST_DAILY ? "; --resample day makes one row of each day" : "";
    warnings.push({
      code: PERIODS_DIFFER,
      message: `The dates look like ${inferred} periods a year, the metrics are annualised with ` +
        `${options.periods}; use --periods ${inferred} (or auto) if that is right${daily}`,
    });
  }
  return options.periods;
}

/** More periods a year than days are within days. */
const MOST_DAILY = 366;
