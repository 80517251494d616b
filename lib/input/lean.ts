// LEAN's (QuantConnect's) backtest result. Names come in camelCase or PascalCase and points as candles,
// pairs or {x, y}, by the version that wrote them. The charts are samples: the last one of a day of
// the exchange is its close, and one at midnight closes the day before. LEAN's own statistics are
// kept under `lean.`.

import { DAY_MS } from "../civil.ts";
import { textOf } from "../bytes.ts";
import { InputError, UsageError, type Warning } from "../errors.ts";
import type { Returns } from "../metrics/mod.ts";
import { readNumber } from "./cells/number.ts";
import { wallClock } from "./cells/timezone.ts";
import { foreignMetrics, foreignParams, refuseTableOptions } from "./foreign.ts";
import { isRecord, parseJson } from "./json_text.ts";
import { camelCase, child, flat, type Json } from "./lean_json.ts";
import { closedTrades } from "./lean_trades.ts";
import type { ReadOptions } from "./options.ts";
import { toReturns } from "./returns.ts";
import { countedPlaces } from "./rows.ts";
import type { InputSeries } from "./series.ts";
import type { Source } from "./source.ts";

/** A sampled chart is allowed to end this far (a share) from LEAN's own end equity. */
const LARGEST_QUIET_DIFFERENCE = 0.001;

/** Reads a LEAN result; it holds one algorithm. */
export async function readLean(
  source: Source,
  options: ReadOptions,
): Promise<{ readonly series: readonly InputSeries[]; readonly warnings: readonly Warning[] }> {
  refuseTableOptions("LEAN", { ...options, timezone: undefined });
  const { shownPath: path } = source;
  if (options.strategy !== undefined) {
    throw new UsageError(`--strategy cannot be used with ${path}, which names no strategies`);
  }
  const document = parseJson(path, textOf(await source.all()));
  const samples = readSamples(document, "strategy equity", "equity");
  const prices = readSamples(document, "benchmark", "benchmark").filter(({ value }) => value > 0);
  const dayOf = exchangeDay(samples, options.timezone);
  const equity = tradingDays(closesOf(samples, dayOf), closesOf(prices, dayOf));
  if (equity.days.length === 0) {
    throw new InputError(
      path,
      'it is no LEAN result with an equity curve: charts["Strategy Equity"].series["Equity"] has no values',
    );
  }
  const warnings: Warning[] = [];
  const performance = child(document, "totalperformance");
  const portfolio = flat(child(performance, "portfoliostatistics"));
  const statistics = Object.keys(portfolio).length > 0
    ? portfolio
    : labelled(child(document, "statistics"));
  const made = toReturns(path, rowsOf(equity), "equity", { resample: options.resample });
  warnings.push(...made.warnings, ...endWarnings(path, equity.values.at(-1) as number, portfolio));
  const configuration = child(document, "algorithmconfiguration");
  const own = child(configuration, "parameters");
  return {
    series: [{
      name: null,
      kind: "equity",
      column: null,
      returns: made.returns,
      levels: made.levels,
      isInstant: false,
      params: {
        ...foreignParams("lean", scalars(configuration), warnings),
        ...foreignParams("lean.parameters", isRecord(own) ? own : {}, warnings),
      },
      metrics: {
        ...foreignMetrics("lean", statistics),
        ...foreignMetrics("lean.trades", flat(child(performance, "tradestatistics"))),
      },
      tags: {},
      benchmark: benchmarkOf(path, closesOf(prices, dayOf)),
      trades: closedTrades(path, performance, warnings),
    }],
    warnings,
  };
}

interface Closes {
  readonly days: readonly number[];
  readonly values: readonly number[];
}

interface Sample {
  /** Seconds since 1970. */
  readonly time: number;
  readonly value: number;
}

/** The samples of a series of a chart, in order of time. */
function readSamples(document: unknown, chart: string, series: string): readonly Sample[] {
  const points = child(
    child(child(child(child(document, "charts"), chart), "series"), series),
    "values",
  );
  return (Array.isArray(points) ? points : []).map(readPoint)
    .filter((point) => point !== null).toSorted((a, b) => a.time - b.time);
}

/** LEAN's own time zone, unless an algorithm sets another. */
const LEAN_ZONE = "America/New_York";

/**
 * The day that a time closes, counted from 1970: LEAN samples at midnight of the algorithm's zone, which
 * the file does not name. It is New York, or UTC where more samples are its midnights.
 */
function exchangeDay(
  samples: readonly Sample[],
  timezone: string | undefined,
): (seconds: number) => number {
  const newYork = wallClock(LEAN_ZONE);
  const midnights = (clock: (ms: number) => number): number =>
    samples.filter(({ time }) => clock(time * 1000) % DAY_MS === 0).length;
  const toZone = timezone !== undefined
    ? wallClock(timezone)
    : midnights((ms) => ms) > midnights(newYork)
    ? (ms: number): number => ms
    : newYork;
  return (seconds) => Math.floor((toZone(seconds * 1000) - 1) / DAY_MS);
}

/** The last sample of each day. */
function closesOf(samples: readonly Sample[], dayOf: (seconds: number) => number): Closes {
  const closes = new Map(samples.map(({ time, value }) => [dayOf(time), value]));
  return { days: [...closes.keys()], values: [...closes.values()] };
}

/**
 * Without the days on which the exchange rested: weekends without any change, and days on which both
 * the equity and the benchmark repeat the close before. A day in cash is still a day.
 */
function tradingDays({ days, values }: Closes, benchmark: Closes): Closes {
  const prices = new Map(benchmark.days.map((day, at) => [day, benchmark.values[at]]));
  const before = new Map(benchmark.days.map((day, at) => [day, benchmark.values[at - 1]]));
  const repeats = days.map((_, at) => at > 0 && values[at] === values[at - 1]);
  const isWeekend = (day: number): boolean => new Date(day * DAY_MS).getUTCDay() % 6 === 0;
  const rests = days.every((day, at) => at === 0 || !isWeekend(day) || repeats[at] === true);
  const isKept = days.map((day, at) => {
    if (repeats[at] !== true) return true;
    if (rests && isWeekend(day)) return false;
    return prices.get(day) === undefined || prices.get(day) !== before.get(day);
  });
  return {
    days: days.filter((_, at) => isKept[at]),
    values: values.filter((_, at) => isKept[at]),
  };
}

/** `[time, open, high, low, close]`, `[time, value]` or `{x, y}`; null where it has no value. */
function readPoint(point: unknown): Sample | null {
  const parts = Array.isArray(point)
    ? [point[0], point.at(-1)]
    : [child(point, "x") ?? child(point, "time"), child(point, "y") ?? child(point, "close")];
  const [time, value] = parts.map((part) => typeof part === "string" ? readNumber(part) : part);
  if (typeof time !== "number" || typeof value !== "number") return null;
  return Number.isFinite(time) && Number.isFinite(value) ? { time, value } : null;
}

function rowsOf(closes: Closes): Parameters<typeof toReturns>[1] {
  return {
    dates: Float64Array.from(closes.days, (day) => day * DAY_MS),
    values: Float64Array.from(closes.values),
    places: countedPlaces(),
    hasOffset: false,
    isFiner: false,
    isInstant: false,
  };
}

/** Returns of the benchmark's level; LEAN writes 0 until it has a price, which is left out before. */
function benchmarkOf(path: string, closes: Closes): Returns | null {
  if (closes.values.length < 2) return null;
  return toReturns(path, rowsOf(closes), "prices", {}).returns;
}

function endWarnings(path: string, last: number, portfolio: Json): readonly Warning[] {
  const end = foreignMetrics("lean", portfolio)["lean.endEquity"];
  if (end === undefined || Math.abs(last / end - 1) <= LARGEST_QUIET_DIFFERENCE) return [];
  return [{
    code: "lean-equity-differs",
    message: `the equity chart of ${path} ends at ${last} and LEAN's own end equity is ${end}: ` +
      "the chart is a sample, so metrics may differ from LEAN's",
  }];
}

function scalars(parent: unknown): Json {
  return Object.fromEntries(
    Object.entries(flat(parent)).filter(([, value]) => typeof value !== "object"),
  );
}

/** Statistics as labels with text: `"Compounding Annual Return": "12.3%"` is 0.123, `"$1.00"` is 1. */
function labelled(parent: unknown): Json {
  const entries = Object.entries(isRecord(parent) ? parent : {}).map(([label, text]) => {
    const bare = String(text).replace(/[$€£¥₿,\s]/g, "");
    const value = bare.endsWith("%")
      ? (readNumber(bare.slice(0, -1)) ?? NaN) / 100
      : readNumber(bare);
    return [camelCase(label), value] as const;
  });
  return Object.fromEntries(entries);
}
