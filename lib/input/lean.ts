// LEAN's (QuantConnect's) backtest result. Names come in camelCase or PascalCase and points as candles,
// pairs or {x, y}, by the version that wrote them. The charts are samples: the last one of a UTC
// day is taken as its close. LEAN's own statistics are kept under `lean.`.

import { InputError, UsageError, type Warning } from "../errors.ts";
import type { Returns } from "../metrics/mod.ts";
import { DAY_MS } from "./calendar_time.ts";
import { readNumber } from "./cells.ts";
import { foreignMetrics, foreignParams, refuseTableOptions } from "./foreign.ts";
import { isRecord, parseJson } from "./json_text.ts";
import type { ReadOptions } from "./options.ts";
import { toReturns } from "./returns.ts";
import { countedPlaces } from "./rows.ts";
import type { InputSeries } from "./series.ts";
import type { Source } from "./source.ts";

type Json = Readonly<Record<string, unknown>>;

/** A sampled chart is allowed to end this far (a share) from LEAN's own end equity. */
const LARGEST_QUIET_DIFFERENCE = 0.001;

/** Reads a LEAN result; it holds one algorithm. */
export async function readLean(
  source: Source,
  options: ReadOptions,
): Promise<{ readonly series: readonly InputSeries[]; readonly warnings: readonly Warning[] }> {
  refuseTableOptions("LEAN", options);
  const { shownPath: path } = source;
  if (options.strategy !== undefined) {
    throw new UsageError(`--strategy cannot be used with ${path}, which names no strategies`);
  }
  const document = parseJson(path, new TextDecoder().decode(await source.all()));
  const equity = readCloses(document, "strategy equity", "equity");
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
  warnings.push(...endWarnings(path, equity.values.at(-1) as number, portfolio));
  const configuration = child(document, "algorithmconfiguration");
  const own = child(configuration, "parameters");
  return {
    series: [{
      name: null,
      returns: toReturns(path, rowsOf(equity), "equity", {}).returns,
      params: {
        ...foreignParams("lean", scalars(configuration), warnings),
        ...foreignParams("lean.parameters", isRecord(own) ? own : {}, warnings),
      },
      metrics: {
        ...foreignMetrics("lean", statistics),
        ...foreignMetrics("lean.trades", flat(child(performance, "tradestatistics"))),
      },
      tags: {},
      benchmark: readBenchmark(path, document),
    }],
    warnings,
  };
}

interface Closes {
  readonly days: readonly number[];
  readonly values: readonly number[];
}

/** The last sample of each UTC day, in order of time. */
function readCloses(document: unknown, chart: string, series: string): Closes {
  const points = child(
    child(child(child(child(document, "charts"), chart), "series"), series),
    "values",
  );
  const samples = (Array.isArray(points) ? points : []).map(readPoint)
    .filter((point) => point !== null).toSorted((a, b) => a.time - b.time);
  const closes = new Map(samples.map(({ time, value }) => [Math.floor(time / 86_400), value]));
  return { days: [...closes.keys()], values: [...closes.values()] };
}

/** `[time, open, high, low, close]`, `[time, value]` or `{x, y}`; null where it has no value. */
function readPoint(point: unknown): { readonly time: number; readonly value: number } | null {
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
  };
}

/** Returns of the benchmark's level; LEAN writes 0 until it has a price. */
function readBenchmark(path: string, document: unknown): Returns | null {
  const { days, values } = readCloses(document, "benchmark", "benchmark");
  const first = values.findIndex((value) => value > 0);
  if (first < 0 || values.length - first < 2) return null;
  const priced = { days: days.slice(first), values: values.slice(first) };
  return toReturns(path, rowsOf(priced), "prices", {}).returns;
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

/** A member whatever the case of its name. */
function child(parent: unknown, name: string): unknown {
  if (!isRecord(parent)) return undefined;
  const key = Object.keys(parent).find((candidate) => candidate.toLowerCase() === name);
  return key === undefined ? undefined : parent[key];
}

/** Members by camelCase names. */
function flat(parent: unknown): Json {
  if (!isRecord(parent)) return {};
  return Object.fromEntries(
    Object.entries(parent).map(([name, value]) => [camelCase(name), value]),
  );
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

function camelCase(name: string): string {
  const joined = name.replace(
    /[^A-Za-z0-9]+(.)?/g,
    (_, next: string | undefined) => next?.toUpperCase() ?? "",
  );
  return joined.charAt(0).toLowerCase() + joined.slice(1);
}
