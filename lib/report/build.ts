// From returns to the tear sheet's model. Every number comes from lib/metrics; what is done here is
// choosing, pairing strategy and benchmark, and thinning.

import type { Warning } from "../errors.ts";
import {
  type JoinedBenchmark,
  NEWEST_RELEASE,
  PERIODS_DIFFER,
  type Returns,
} from "../metrics/mod.ts";
import { monthRows, MOST_YEARS, worstDrawdowns, yearOf, yearRows } from "./calendar_rows.ts";
import { cardsOf } from "./cards.ts";
import { timeCharts } from "./charts.ts";
import { baseName, conditionsOf } from "./conditions.ts";
import { boxesOf, histogramsOf } from "./distribution.ts";
import { figuresOf } from "./figures.ts";
import { LEAST_YEAR } from "./in_view.ts";
import { frequencyName, isCoarse, rowName, yearsOf } from "./frequency.ts";
import { luckOf, splitOf } from "./luck.ts";
import { FEW_ROWS, noticesOf, readersWords } from "./notices.ts";
import { formatFigure } from "./numbers.ts";
import type { Ruin, TearSheetModel, TearSheetOptions } from "./model.ts";
import { sentenceOf } from "./sentence.ts";
import { tradeBook } from "./trade_book.ts";
import { viewOf } from "./view_source.ts";
import { ruinRow } from "./wealth.ts";

/** Bounds that keep the page small whatever it is given; what they leave out is said on it. */
const MOST_PARAMS = 300;
const MOST_WARNINGS = 100;

/**
 * Computes everything a tear sheet shows.
 *
 * Series that cannot be compounded, have no dates or few rows give a smaller page, never an error.
 *
 * @throws {RangeError} for what `computeMetrics` refuses.
 */
export function buildModel(
  returns: Returns,
  joined: JoinedBenchmark | null,
  options: TearSheetOptions,
): TearSheetModel {
  const { dates, values } = returns;
  const { periods, riskFreeRate = 0, extended = false, release = NEWEST_RELEASE } = options;
  const rates = options.rates === undefined ? {} : { rates: options.rates };
  const asked = { riskFreeRate, ...rates, periods, release };
  const benchmarkName = joined === null ? null : options.benchmarkName ?? "Benchmark";
  const { charts, rows, origin } = timeCharts({
    ...asked,
    returns,
    joined,
    fan: options.intervals?.fan ?? null,
    trades: options.trades ?? null,
    benchmarkName: shortened(benchmarkName ?? ""),
  }, options.maxPoints);
  const figures = figuresOf(returns, joined, { ...asked, extended }, options);
  const span = yearsOf(dates, values.length, periods);
  // Where the dates speak against the periods, no figure a year is right before someone has settled it.
  const isSettled = !(options.warnings ?? []).some(({ code }) => code === PERIODS_DIFFER);
  const annual = isSettled && span >= LEAST_YEAR;
  const luck = luckOf(returns, asked, options.intervals?.intervals ?? new Map(), isSettled);
  const drawdowns = worstDrawdowns(returns);
  const years = dates === null ? [] : yearRows(values, dates, joined);
  const facts = {
    figures: figures.all,
    benchmarkName,
    dated: dates !== null,
    start: dates?.[0] ?? NaN,
    end: dates?.at(-1) ?? NaN,
    rows: values.length,
    years: span,
    annual,
    ruin: ruinOf(returns),
    worst: drawdowns[0],
    sharpeError: luck.sharpeError,
    calendar: years,
  };
  const idle = values.length > 0 && values.every((value) => value === 0);
  const isDated = dates !== null && !isCoarse(frequencyName(dates));
  return {
    heading: options.heading,
    source: options.source === undefined ? null : baseName(options.source),
    generatedAt: options.generatedAt,
    dated: facts.dated,
    points: values.length,
    start: facts.start,
    end: facts.end,
    periods,
    riskFreeRate,
    release,
    intervals: options.intervals ?? null,
    benchmarkName,
    joinedPoints: joined?.dates.length ?? null,
    params: Object.entries(options.params ?? {}).slice(0, MOST_PARAMS),
    warnings: [...(options.warnings ?? []).slice(0, MOST_WARNINGS), ...leftOut(options, dates)]
      .map((warning) => ({ ...warning, message: readersWords(warning, options.source) })),
    author: options.author ?? null,
    note: options.note ?? null,
    sentence: sentenceOf(facts),
    notices: noticesOf({ ...facts, idle }),
    idle,
    cards: cardsOf(facts),
    ruin: facts.ruin,
    conditions: conditionsOf(options, { ...facts, joinedPoints: joined?.dates.length ?? null }),
    luck: [...values.length < FEW_ROWS ? [] : luck.lines, ...options.luck ?? []],
    split: splitOf(returns, asked, options.outOfSample),
    trades: tradeBook(
      options.trades ?? null,
      figures.groups.find(({ name }) => name === "trade_list"),
    ),
    view: viewOf(returns, joined, { periods, riskFreeRate, ...rates }, rows.length),
    rowWord: rowName(dates).toLowerCase(),
    groups: figures.groups,
    undefinedFigures: figures.undefinedFigures,
    charts,
    origin,
    years,
    months: isDated ? monthRows(values, dates) : [],
    benchmarkMonths: isDated && joined !== null ? monthRows(joined.benchmark, joined.dates) : [],
    histograms: values.length === 0 || idle ? [] : histogramsOf(returns, joined),
    boxes: idle ? [] : boxesOf(returns),
    drawdowns: drawdowns.slice(0, 10),
    benchmarkDrawdown: joined === null
      ? null
      : worstDrawdowns({ dates: joined.dates, values: joined.benchmark })[0] ?? null,
  };
}

function ruinOf({ dates, values }: Returns): Ruin | null {
  const row = ruinRow(values);
  return row < 0 ? null : { row, at: dates?.[row] ?? row + 1 };
}

function leftOut(options: TearSheetOptions, dates: Float64Array | null): Warning[] {
  const params = Object.keys(options.params ?? {}).length - MOST_PARAMS;
  const warnings = (options.warnings ?? []).length - MOST_WARNINGS;
  const years = yearOf(dates?.at(-1) ?? 0) - yearOf(dates?.[0] ?? 0) + 1 - MOST_YEARS;
  return [
    [params, "parameters"] as const,
    [warnings, "warnings"] as const,
    [years, "of the first calendar years"] as const,
  ].filter(([count]) => count > 0).map(([count, what]) => ({
    code: "left-out",
    message: `${formatFigure(count, "count")} ${what} are left out of this page`,
  }));
}

/** A legend's length: the page's head has the whole name. */
function shortened(name: string): string {
  return name.length <= 40 ? name : `${name.slice(0, 39).toWellFormed()}…`;
}
