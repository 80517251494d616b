// A date that splits a series in two, the second part beginning at it. It is written as the file writes its
// own dates, without a zone: the wall clock of the rows is what it is compared with.

import { InputError, UsageError } from "../errors.ts";
import { civilMs, timeText } from "../input/mod.ts";
import type { Backtest } from "./mod.ts";

const WRITTEN = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,3}))?)?)?$/;

/**
 * The time that a date, or a date and a time of day, stands for among those of returns.
 *
 * @throws {UsageError} that names `flag`, for what is no such date.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(splitDateText(readSplitDate("--oos", "2024-01-31")), "2024-01-31");
 * assertEquals(splitDateText(readSplitDate("--oos", "2024-01-31 14:30")), "2024-01-31T14:30:00");
 * ```
 */
export function readSplitDate(flag: string, word: string): number {
  const parts = WRITTEN.exec(word);
  const part = (index: number): number => Number(parts?.[index] ?? 0);
  const ms = Number((parts?.[7] ?? "").padEnd(3, "0"));
  const time = parts === null
    ? NaN
    : civilMs(part(1), part(2), part(3), part(4), part(5), part(6), ms);
  if (!Number.isNaN(time)) return time;
  const problem = parts === null
    ? "expected a date such as 2024-01-31, or 2024-01-31T14:30 without a zone"
    : "there is no such date or time";
  throw new UsageError(`Cannot use ${flag} ${JSON.stringify(word)}: ${problem}`);
}

/** Such a time in ISO 8601: the date alone at midnight. */
export function splitDateText(time: number): string {
  return timeText(time).replace(" ", "T").replace(/000$/, "");
}

/**
 * Refuses a date that does not split the rows in two.
 *
 * @throws {InputError} that names `flag` and what dates there are.
 */
export function checkSplit(flag: string, time: number, { file, series }: Backtest): void {
  const { dates } = series.returns;
  const first = dates?.[0];
  const last = dates?.at(-1);
  if (first === undefined || last === undefined) {
    throw new InputError(file.path, `it has no dates, so ${flag} cannot split its rows`);
  }
  if (time > first && time <= last) return;
  throw new InputError(
    file.path,
    `${flag} ${timeText(time)} does not split its rows, ${timeText(first)} to ${timeText(last)}: ` +
      "give a date after the first, at or before the last",
  );
}
