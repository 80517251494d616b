// freqtrade's backtest results: a zip since 2025.1, plain JSON before. The format is not a public
// interface of freqtrade and changes, so only what is needed is asked for. Its `sharpe` is the mean
// daily profit over the deviation of trades: its figures are kept, but under `freqtrade.`.

import { DAY_MS } from "../civil.ts";
import { textOf } from "../bytes.ts";
import { InputError, type Warning } from "../errors.ts";
import type { Returns, TradeList } from "../metrics/mod.ts";
import { quoted } from "./cells/number.ts";
import { createDateReader } from "./cells/dates.ts";
import { foreignMetrics, foreignParams, refuseTableOptions } from "./foreign.ts";
import { isRecord, parseJson } from "./json_text.ts";
import type { ReadOptions } from "./options.ts";
import type { InputSeries } from "./series.ts";
import { MAX_WHOLE_BYTES, type Source } from "./source.ts";
import { isZip } from "./streams.ts";
import { emptyDays, profitsToReturns } from "./trades.ts";

type Json = Readonly<Record<string, unknown>>;

/** What the user chose, as opposed to what came of it. */
const SETTINGS: ReadonlySet<string> = new Set([
  "strategy_name",
  "timeframe",
  "timeframe_detail",
  "timerange",
  "backtest_start",
  "backtest_end",
  "pairlist",
  "stake_currency",
  "stake_amount",
  "starting_balance",
  "dry_run_wallet",
  "max_open_trades",
  "max_open_trades_setting",
  "trading_mode",
  "margin_mode",
  "enable_protections",
  "stoploss",
  "trailing_stop",
  "trailing_stop_positive",
  "trailing_stop_positive_offset",
  "trailing_only_offset_is_reached",
  "use_custom_stoploss",
  "minimal_roi",
  "use_exit_signal",
  "exit_profit_only",
  "exit_profit_offset",
  "ignore_roi_if_entry_signal",
  "freqaimodel",
  "freqai_identifier",
]);
/** Numbers that are neither settings nor figures: times, and how many decimals to print. */
const NO_FIGURE = /_ts$|_decimals$/;

/** Reads every strategy of a result, or the one that is asked for. */
export async function readFreqtrade(
  source: Source,
  options: ReadOptions,
): Promise<{ readonly series: readonly InputSeries[]; readonly warnings: readonly Warning[] }> {
  refuseTableOptions("freqtrade", options);
  const { text, files } = await resultText(source, options);
  const document = parseJson(source.shownPath, text);
  const strategies = isRecord(document) ? document["strategy"] : undefined;
  if (!isRecord(strategies) || Object.keys(strategies).length === 0) {
    if (files.length > 0) throw (await import("./zip.ts")).noResult(source.shownPath, files);
    throw new InputError(
      source.shownPath,
      "it is no freqtrade backtest result: it names no strategy",
    );
  }
  const metadata = isRecord(document) && isRecord(document["metadata"]) ? document["metadata"] : {};
  const warnings: Warning[] = [];
  const series = Object.entries(strategies)
    .filter(([name]) => options.strategy === undefined || name === options.strategy)
    .map(([name, result]) =>
      readStrategy(source.shownPath, name, result, metadata[name], warnings)
    );
  if (series.length > 0) return { series, warnings };
  const names = Object.keys(strategies).map(quoted).join(", ");
  throw new InputError(
    source.shownPath,
    `it holds no strategy ${quoted(options.strategy ?? "")}, only ${names}`,
  );
}

/** The text of the result, and the names of the archive that it comes from. */
async function resultText(
  source: Source,
  options: ReadOptions,
): Promise<{ readonly text: string; readonly files: readonly string[] }> {
  const { shownPath: path } = source;
  const bytes = await source.all();
  if (!isZip(bytes)) return { text: textOf(bytes), files: [] };
  const { noResult, readZipMember, zipNames } = await import("./zip.ts");
  const files = zipNames(path, bytes);
  const chosen = resultName(files);
  if (chosen === undefined) throw noResult(path, files);
  const limit = Math.min(options.maxBytes ?? MAX_WHOLE_BYTES, MAX_WHOLE_BYTES);
  return { text: textOf(readZipMember(path, bytes, chosen, limit)), files };
}

/** `<stem>.json`; the other members are called `<stem>_…`, so the result has the shortest name. */
function resultName(names: readonly string[]): string | undefined {
  return names.filter((name) => name.endsWith(".json") && !name.endsWith("_config.json"))
    .toSorted((a, b) => a.length - b.length)[0];
}

function readStrategy(
  path: string,
  name: string,
  result: unknown,
  metadata: unknown,
  warnings: Warning[],
): InputSeries {
  if (!isRecord(result)) {
    throw new InputError(path, `the result of strategy ${quoted(name)} is empty`);
  }
  const entries = Object.entries(result);
  const settings = entries.filter(([key]) => SETTINGS.has(key));
  const figures = entries.filter(([key, value]) =>
    !SETTINGS.has(key) && !NO_FIGURE.test(key) && typeof value === "number"
  );
  const runId = isRecord(metadata) ? metadata["run_id"] : undefined;
  return {
    name,
    kind: "trades",
    column: null,
    returns: readDays(path, name, result, warnings),
    levels: null,
    isInstant: false,
    params: foreignParams("freqtrade", Object.fromEntries(settings), warnings),
    metrics: foreignMetrics("freqtrade", Object.fromEntries(figures)),
    tags: {
      "freqtrade.strategy": name,
      ...(typeof runId === "string" ? { "freqtrade.run_id": runId } : {}),
    },
    benchmark: null,
    trades: readTrades(result),
  };
}

/** The closed trades; null where they are not all listed with their profit. */
function readTrades({ trades: listed, total_trades: total }: Json): TradeList | null {
  if (!Array.isArray(listed) || !listed.every(isRecord)) return null;
  const closed = listed.filter((trade) => trade["is_open"] !== true);
  const numbers = (key: string): Float64Array =>
    Float64Array.from(closed, (trade) => typeof trade[key] === "number" ? trade[key] : NaN);
  const profits = numbers("profit_abs");
  if (profits.includes(NaN) || closed.length !== (total ?? closed.length)) return null;
  const opened = numbers("open_timestamp");
  const exits = numbers("close_timestamp");
  const days = exits.map((at, trade) => (at - (opened[trade] as number)) / DAY_MS);
  return {
    profits,
    holdingDays: days.includes(NaN) ? null : days,
    sides: closed.every((trade) => typeof trade["is_short"] === "boolean")
      ? Int8Array.from(closed, (trade) => trade["is_short"] === true ? -1 : 1)
      : null,
    exits: exits.includes(NaN) ? null : exits,
  };
}

/** Profit by day of closing, over the whole span of the backtest: days without a close return 0. */
function readDays(path: string, name: string, result: Json, warnings: Warning[]): Returns {
  const capital = result["starting_balance"] ?? result["dry_run_wallet"];
  if (typeof capital !== "number" || !(capital > 0)) {
    throw new InputError(
      path,
      `strategy ${quoted(name)} has no starting_balance to take returns of`,
    );
  }
  const listed = result["daily_profit"] ?? result["daily_profit_list"] ?? [];
  const days = (Array.isArray(listed) ? listed : []).map((entry) => readDay(path, name, entry));
  if (days.length === 0) {
    warnings.push({
      code: "no-trades",
      message: `strategy ${quoted(name)} of ${path} closed no trade`,
    });
  }
  const span = ["backtest_start_ts", "backtest_end_ts"].map((key) => result[key])
    .filter((time) => typeof time === "number").map((time) => Math.floor(time / DAY_MS));
  const known = [...days.map(({ day }) => day), ...span];
  if (known.length === 0) {
    throw new InputError(path, `strategy ${quoted(name)} has neither daily_profit nor its dates`);
  }
  const first = known.reduce((least, day) => Math.min(least, day));
  const last = known.reduce((most, day) => Math.max(most, day));
  const profits = emptyDays(path, first, last);
  for (const { day, profit } of days) {
    profits[day - first] = (profits[day - first] as number) + profit;
  }
  return profitsToReturns(path, first, profits, capital);
}

function readDay(
  path: string,
  name: string,
  entry: unknown,
): { readonly day: number; readonly profit: number } {
  const [date, profit] = Array.isArray(entry) ? entry : [];
  const ms = typeof date === "string" ? createDateReader({}).readText(date) : NaN;
  if (Number.isNaN(ms) || typeof profit !== "number" || !Number.isFinite(profit)) {
    const shown = quoted(JSON.stringify(entry) ?? "");
    throw new InputError(
      path,
      `strategy ${quoted(name)}: expected a day and its profit, got ${shown}`,
    );
  }
  return { day: Math.floor(ms / DAY_MS), profit };
}
