// A risk-free rate that changes: a file of dates and rates, read as any other file and joined to the
// rows by their dates.

import { InputError, UsageError, type Warning } from "../errors.ts";
import { type InputFile, readReturns } from "../input/mod.ts";
import type { Io } from "../io.ts";
import { type RateKind, type RateSeries, ratesJoined, type Returns } from "../metrics/mod.ts";

/** Every kind. */
export const RATE_KINDS: readonly RateKind[] = ["annual", "period"];

/** Where a rate that changes is. */
export interface RateFile {
  readonly path: string;
  readonly kind: RateKind;
}

/** A file of rates as it was read. */
export interface ReadRates extends RateFile {
  readonly file: InputFile;
}

/**
 * Reads a file of rates.
 *
 * @throws {UsageError} where it is no file: what was meant for a number is said to be none.
 * @throws {InputError} for what cannot be read, and rates at or below −100 %.
 */
export async function readRates(
  io: Io,
  { path, kind }: RateFile,
  options: { readonly hash: boolean },
): Promise<ReadRates> {
  if (await io.files.info(path) === null) {
    throw new UsageError(
      `Cannot use --risk-free-rate ${JSON.stringify(path)}: expected an annual rate of at least ` +
        "-0.99, such as 0.02, or a file of rates",
    );
  }
  const file = await readReturns(io, path, { kind: "returns", missing: "drop", ...options });
  const { dates, values } = (file.series[0] as InputFile["series"][number]).returns;
  if (dates === null) throw new InputError(path, "the rates have no dates");
  const low = values.findIndex((value) => value <= -1);
  if (low >= 0) throw new InputError(path, `a rate of ${values[low]} is -100 % or less`);
  return { path, kind, file };
}

/**
 * The rates for a series.
 *
 * @throws {InputError} where the series has no dates, or none of the rates' dates is one of its rows.
 */
export function ratesFor(
  returns: Returns,
  { path, kind, file }: ReadRates,
  returnsPath: string,
): { readonly rates: RateSeries; readonly warnings: readonly Warning[] } {
  if (returns.dates === null) {
    throw new InputError(returnsPath, `the returns have no dates to join the rates of ${path} to`);
  }
  const { dates, values } = (file.series[0] as InputFile["series"][number]).returns;
  const rates = { dates: dates as Float64Array, rates: values, kind };
  const joined = ratesJoined(returns.dates, rates);
  if (joined === 0) {
    throw new InputError(path, `no date of the rates is one of ${returnsPath}`);
  }
  // What is said of returns that look like prices is no advice for rates.
  const warnings: Warning[] = file.warnings.filter(({ code }) => !code.startsWith("looks-like-"));
  const within =
    rates.dates.filter((date) =>
      date >= (returns.dates?.[0] ?? NaN) && date <= (returns.dates?.at(-1) ?? NaN)
    ).length;
  if (joined < within) {
    warnings.push({
      code: "rates-left-out",
      message:
        `${within - joined} of ${within} rates in ${path} are of dates that ${returnsPath} ` +
        "does not have: as in QuantStats they are left out, and the rate before goes on",
    });
  }
  const known = new Set(rates.dates);
  const before = returns.dates.findIndex((date) => known.has(date));
  if (before > 0) {
    warnings.push({
      code: "rates-from-later",
      message:
        `the first ${before} rows of ${returnsPath} are before the first date that ${path} shares with it: ` +
        "as in QuantStats they take the rate of that date",
    });
  }
  return { rates, warnings };
}
