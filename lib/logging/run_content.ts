// From a computed backtest to the run that is stored and delivered: which params, tags, metrics,
// lineage and files a run carries. Used by log and batch; the only place that names them.

import { fileStem } from "../backtest/file_stem.ts";
import type { Backtest } from "../backtest/mod.ts";
import { BUILD } from "../build.ts";
import type { Warning } from "../errors.ts";
import { timestampText } from "../input/mod.ts";
import type { Io } from "../io.ts";
import { computeSeries } from "../metrics/mod.ts";
import { floatText } from "./params.ts";
import type { RunRecord } from "../store/mod.ts";
import {
  INPUT_HASH_TAG,
  NOTE_TAG,
  SOURCE_TAGS,
  UNDEFINED_TAG,
  USER_TAG,
  VERSION_TAG,
} from "../own_names.ts";
import type { Dataset, MetricPoint } from "../tracker.ts";

/** What the user says of a run, besides its data. */
export interface RunFacts {
  /** As it will be shown. */
  readonly runName: string;
  /** The user's own; btflow's are added. */
  readonly params: Readonly<Record<string, string>>;
  /** The user's own; btflow's are added. */
  readonly tags: Readonly<Record<string, string>>;
  /** Text that MLflow shows with the run. */
  readonly description: string | undefined;
  /** Who logs; may be empty. */
  readonly user: string;
  /** ms since the epoch, when the logging began. */
  readonly startTime: number;
  /** Names of series to log as metric history. */
  readonly series: readonly string[];
  /** At most so many points a series. */
  readonly seriesPoints: number;
}

/** What a run is made of, but for where it goes. */
export type RunContent = Pick<
  RunRecord,
  "runName" | "startTime" | "status" | "user" | "params" | "tags" | "metrics" | "datasets"
>;

/** Who logs, as the system knows them; empty where it does not tell. */
export function userName(io: Pick<Io, "env">): string {
  return io.env("USER") ?? io.env("LOGNAME") ?? io.env("USERNAME") ?? "";
}

const UNDEFINED_TAG_LENGTH = 7900;

/**
 * The content of a run, and what the user should know about it.
 */
export function runContent(
  backtest: Backtest,
  facts: RunFacts,
): { readonly content: RunContent; readonly warnings: readonly Warning[] } {
  const warnings: Warning[] = [];
  const params = runParams(backtest, facts);
  const tags = runTags(backtest, facts);
  const metrics: MetricPoint[] = [];
  for (const [key, value] of [...backtest.metrics, ...Object.entries(backtest.series.metrics)]) {
    metrics.push({ key, value, timestamp: facts.startTime, step: 0 });
  }
  metrics.push(...seriesPoints(backtest, facts, warnings));
  const content: RunContent = {
    runName: facts.runName,
    startTime: facts.startTime,
    status: "FINISHED",
    user: facts.user,
    params,
    tags,
    metrics,
    datasets: datasets(backtest),
  };
  return { content, warnings };
}

function runParams(backtest: Backtest, facts: RunFacts): Readonly<Record<string, string>> {
  const { dates, values } = backtest.series.returns;
  const first = dates?.[0];
  const last = dates?.at(-1);
  const benchmark = backtest.benchmark?.file ?? null;
  return {
    ...backtest.series.params,
    ...facts.params,
    ...(benchmark === null ? {} : { benchmark_file: benchmark.path }),
    returns_file: backtest.file.path,
    returns_start: first === undefined ? "None" : timestampText(first),
    returns_end: last === undefined ? "None" : timestampText(last),
    returns_count: String(values.length),
    risk_free_rate: floatText(backtest.riskFreeRate),
    periods_per_year: String(backtest.periods),
  };
}

function runTags(backtest: Backtest, facts: RunFacts): Readonly<Record<string, string>> {
  return {
    ...SOURCE_TAGS,
    ...(facts.user === "" ? {} : { [USER_TAG]: facts.user }),
    ...(facts.description === undefined ? {} : { [NOTE_TAG]: facts.description }),
    [VERSION_TAG]: BUILD.version,
    ...(backtest.file.sha256 === "" ? {} : { [INPUT_HASH_TAG]: backtest.file.sha256 }),
    ...(backtest.undefined.length === 0
      ? {}
      : { [UNDEFINED_TAG]: undefinedTag(backtest.undefined) }),
    ...facts.tags,
  };
}

/** `{name: reason}` as JSON; reasons are left out from the end when the tag would grow too long. */
function undefinedTag(missing: Backtest["undefined"]): string {
  const reasons: Record<string, string> = {};
  for (const { metric, reason } of missing) reasons[metric] = reason;
  let text = JSON.stringify(reasons);
  for (const { metric } of [...missing].reverse()) {
    if (text.length <= UNDEFINED_TAG_LENGTH) break;
    reasons[metric] = "";
    text = JSON.stringify(reasons);
  }
  return text;
}

function seriesPoints(
  backtest: Backtest,
  facts: RunFacts,
  warnings: Warning[],
): readonly MetricPoint[] {
  if (facts.series.length === 0) return [];
  const series = computeSeries(backtest.series.returns, {
    names: facts.series,
    points: facts.seriesPoints,
    periods: backtest.periods,
    riskFreeRate: backtest.riskFreeRate,
    ...(backtest.benchmark === null ? {} : { benchmark: backtest.benchmark.joined }),
  });
  let before1970 = 0;
  const points: MetricPoint[] = [];
  for (const { name, points: own } of series) {
    for (const { step, timestamp, value } of own) {
      if (timestamp < 0) before1970++;
      points.push({ key: name, step, timestamp: Math.max(0, timestamp), value });
    }
  }
  if (before1970 > 0) {
    warnings.push({
      code: "before-1970",
      message:
        `${before1970} points lie before 1970, where MLflow has no time: they are logged at 0; ` +
        "their steps still tell their order",
    });
  }
  return points;
}

function datasets(backtest: Backtest): readonly Dataset[] {
  const rows = backtest.series.returns.values.length;
  const own = dataset(backtest.file.path, backtest.file.sha256, rows, "backtest");
  const other = backtest.benchmark?.file ?? null;
  if (other === null) return own;
  const otherRows = other.series[0]?.returns.values.length ?? 0;
  return [...own, ...dataset(other.path, other.sha256, otherRows, "benchmark")];
}

function dataset(path: string, sha256: string, rows: number, context: string): readonly Dataset[] {
  if (sha256 === "") return [];
  return [{
    name: path === "-" ? "stdin" : fileStem(path),
    digest: sha256.slice(0, 32),
    sourceType: "local",
    source: JSON.stringify({ uri: path }),
    profile: JSON.stringify({ num_rows: rows }),
    context,
  }];
}
