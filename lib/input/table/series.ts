// From a table that was read to its series: what the values are is decided here, for every format
// alike, and what speaks against it is an error.

import { InputError, UsageError, type Warning } from "../../errors.ts";
import { quoted } from "../cells/number.ts";
import { decideKind } from "../doubts.ts";
import { frequencyOf, usualStep } from "../frequency.ts";
import { otherMidnight } from "../midnights.ts";
import { flagOf, type Kind, PERCENT_KINDS, type ReadOptions } from "../options.ts";
import { type Series, toReturns } from "../returns.ts";
import { placedError, type RawRows } from "../rows.ts";
import type { InputSeries, ReadResult } from "../series.ts";
import type { Source } from "../source.ts";
import { tradeList } from "../trades.ts";
import type { Table, TableSeries } from "./table.ts";

/** The two ways to read a table of a format. */
export interface TableReaders {
  /** The quick way, for cells as programs write them; throws `InputError` for any other. */
  plain(source: Source, options: ReadOptions): Promise<Table>;
  /** The way that looks at all cells of a column together. Its errors are those that are told. */
  careful(source: Source, options: ReadOptions): Promise<Table>;
}

/** The quick way gives up; the careful one then says what is wrong, if anything is. */
class NotPlain extends InputError {}

/** The error by which the quick way gives up. */
export function notPlain(path: string): InputError {
  return new NotPlain(path, "a file of this size is only read where it is a plain table");
}

/** Largest content that the careful way is tried on: it holds a file's cells as text, ten times its size. */
const MOST_CAREFUL_BYTES: number = 256 * 1024 ** 2;

/** Reads a table by the quick way where that leaves nothing open, else by the careful one. */
export async function readTable(
  format: string,
  source: Source,
  options: ReadOptions,
  readers: TableReaders,
): Promise<ReadResult> {
  return await readBothWays(format, source.shownPath, options, {
    plain: () => readers.plain(source, options),
    careful: async () => {
      await source.restart();
      return await readers.careful(source, options);
    },
    isTooLarge: isTooLarge(source),
  });
}

/** The two ways to read one table; the careful one begins again. */
export interface TableWays {
  readonly plain: () => Table | Promise<Table>;
  readonly careful: () => Table | Promise<Table>;
  /** Whether its cells as text would fill the memory. */
  readonly isTooLarge: boolean;
}

/** The same of a table that is read in any other manner. */
export async function readBothWays(
  format: string,
  path: string,
  options: ReadOptions,
  { plain, careful, isTooLarge }: TableWays,
): Promise<ReadResult> {
  let quick: Table | null = null;
  try {
    if (options.decimal !== "comma") quick = await plain();
  } catch (error) {
    if (!(error instanceof InputError) || isTooLarge) throw error;
  }
  const read = quick === null ? null : seriesOf(format, path, quick, options);
  if (read !== null) return read;
  if (isTooLarge) throw notPlain(path);
  return seriesOf(format, path, await careful(), options) as ReadResult;
}

function isTooLarge(source: Source): boolean {
  return source.expectedBytes > MOST_CAREFUL_BYTES;
}

/** The series of a table; null where its cells have to be looked at first. */
export function seriesOf(
  format: string,
  path: string,
  table: Table,
  options: ReadOptions,
): ReadResult | null {
  const chosen = strategiesOf(path, table, options);
  const warnings = [...table.notes];
  const series: InputSeries[] = [];
  let hasTime = false;
  for (const one of chosen) {
    const made = seriesOfRows(path, table, one, options);
    if (made === null) return null;
    series.push(made.series);
    warnings.push(...made.warnings.filter((warning) => isNew(warnings, warning)));
    hasTime ||= made.hasTime;
  }
  return { format: table.choice.layout ?? format, series, hasTime, warnings };
}

function isNew(known: readonly Warning[], warning: Warning): boolean {
  return !known.some(({ code, message }) => code === warning.code && message === warning.message);
}

function strategiesOf(
  path: string,
  { series }: Table,
  { strategy }: ReadOptions,
): readonly TableSeries[] {
  if (strategy === undefined) return series;
  const names = series.map(({ name }) => name).filter((name) => name !== null);
  if (names.length === 0) {
    throw new UsageError(`--strategy cannot be used with ${path}, which names no strategies`);
  }
  const found = series.filter(({ name }) => name === strategy);
  if (found.length > 0) return found;
  throw new InputError(
    path,
    `it holds no strategy ${quoted(strategy)}, only ${names.map(quoted).join(", ")}`,
  );
}

function seriesOfRows(
  path: string,
  table: Table,
  one: TableSeries,
  options: ReadOptions,
): {
  readonly series: InputSeries;
  readonly hasTime: boolean;
  readonly warnings: readonly Warning[];
} | null {
  const { isPercent, column, choice } = table;
  const { rows } = one;
  const { kind, notes } = decideKind(
    { path, name: column, rows, isPercent, kind: choice.kind },
    options,
  );
  if (kind === "trades" && isUnsureMoney(path, table, rows, options)) return null;
  const percent = scaledBy(kind, isPercent, options);
  // Making the returns uses up the rows' arrays.
  const trades = kind === "trades" ? tradeList(one.rows, one.trades, options.missing) : null;
  const made = toReturns(path, rows, kind, {
    ...options,
    percent,
    trades: { begins: one.begins, money: one.money },
  });
  const extreme = extremeNotes(path, table, made, options);
  if (extreme === null) return null;
  const benchmark = one.benchmark === null ? null : toReturns(path, one.benchmark, "returns", {
    missing: options.missing,
    missingReturns: options.missingReturns,
  }).returns;
  return {
    series: {
      name: one.name,
      kind,
      column,
      returns: made.returns,
      levels: made.levels,
      isInstant: rows.isInstant,
      params: {},
      metrics: {},
      tags: {},
      benchmark,
      trades,
    },
    hasTime: made.hasTime,
    warnings: [
      ...notes,
      ...made.warnings,
      ...extreme,
      ...made.hasTime ? midnightNotes(path, rows, made.returns) : [],
    ],
  };
}

/** A word on days that are all another zone's midnight, where they are days. */
function midnightNotes(
  path: string,
  { isInstant }: RawRows,
  { dates }: Pick<RawRows, "dates">,
): readonly Warning[] {
  const midnight = otherMidnight({ dates, isInstant });
  if (dates === null || midnight === null) return [];
  if (frequencyOf(usualStep(dates)).periodOf === null) return [];
  const { clocks, offset, zone } = midnight;
  const advice = isInstant
    ? `--timezone ZONE, such as ${zone}, takes the days of a zone`
    : `written with their offset, --timezone ZONE, such as ${zone}, takes the days of a zone`;
  return [{
    code: "other-midnight",
    message: `the times of ${path} are all ${clocks}${isInstant ? " UTC" : ""}, as midnight at ` +
      `${offset} is: they count as the days before; ${advice}`,
  }];
}

/**
 * Of profits nothing tells, as the change of a level does, that a point stands before thousands: refuses
 * them where all cells could mean both. True where the cells have to be looked at first.
 */
function isUnsureMoney(
  path: string,
  { ambiguous }: Table,
  { values }: RawRows,
  { decimal }: ReadOptions,
): boolean {
  if (decimal !== undefined || ambiguous === null) return false;
  if (ambiguous === undefined) {
    const parts = values.filter((value) => !Number.isNaN(value) && !Number.isInteger(value));
    return parts.length > 0 &&
      parts.every((value) =>
        Math.abs(value) >= 1 && Math.abs(value) < 1000 &&
        Number((value * 1000).toPrecision(12)) % 1 === 0
      );
  }
  throw new InputError(
    path,
    `the mark in ${quoted(ambiguous)} may be one of thousands, and no other cell of its column ` +
      "tells; say which with --decimal point or --decimal comma",
  );
}

/** Whether values are to be divided by 100 still. */
function scaledBy(kind: Kind, isPercent: boolean, options: ReadOptions): boolean {
  if (options.percent !== true) return false;
  if (!PERCENT_KINDS.includes(kind)) {
    throw new UsageError(`${flagOf(options, "percent")} goes with returns, not with ${kind}`);
  }
  return !isPercent;
}

/** What there is to say of a change too large to be true; null where the cells may tell more. */
function extremeNotes(
  path: string,
  { ambiguous, series }: Table,
  { extreme }: Series,
  { decimal }: ReadOptions,
): readonly Warning[] | null {
  if (extreme === null) return [];
  if (ambiguous === undefined && decimal === undefined) return null;
  const { before, after, place } = extreme;
  const unit = series[0]?.rows.places.unit ?? "line";
  const change = `the value goes from ${before} to ${after} here`;
  if (typeof ambiguous === "string" && decimal === undefined) {
    throw placedError(
      path,
      unit,
      place,
      `${change}, and the mark in ${quoted(ambiguous)} may be one of thousands; say which with ` +
        "--decimal point or --decimal comma",
    );
  }
  return [{
    code: "extreme-change",
    message: `${unit} ${place} of ${path}: ${change}; is it right?`,
  }];
}
