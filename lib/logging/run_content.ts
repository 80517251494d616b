// From a computed backtest to the content of its run: which params, tags, metrics and lineage it
// carries. What makes it this run and no other (its key, fingerprint, name, parent) the store adds.

import { fileStem, sourceName } from "../backtest/file_stem.ts";
import { boundFigures, type Intervals } from "../backtest/intervals.ts";
import type { Backtest } from "../backtest/mod.ts";
import { checkSplit, splitDateText } from "../backtest/split_date.ts";
import { BUILD } from "../build.ts";
import type { Warning } from "../errors.ts";
import { floatText, timestampText } from "../input/mod.ts";
import type { Io } from "../io.ts";
import { computeSeries } from "../metrics/mod.ts";
import type { LogRequest } from "./request.ts";
import type { RunRecord } from "../store/mod.ts";
import {
  INPUT_HASH_TAG,
  INTERVALS_TAG,
  NOTE_TAG,
  OOS_TAG,
  type OwnParam,
  QUANTSTATS_TAG,
  SOURCE_TAGS,
  UNDEFINED_TAG,
  USER_TAG,
  VERSION_TAG,
} from "../own_names.ts";
import type { Dataset, MetricPoint } from "../tracker.ts";

/** What is known of a run once it is logged. */
export interface RunFacts {
  readonly runName: string;
  /** Who logs; may be empty. */
  readonly user: string;
  /** ms since the epoch, when the logging began. */
  readonly startTime: number;
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

/** The content of a run, and what the user should know about it. */
export function runContent(
  backtest: Backtest,
  request: LogRequest,
  facts: RunFacts,
): { readonly content: RunContent; readonly warnings: readonly Warning[] } {
  const { oos } = request;
  if (oos !== undefined) checkSplit("--oos", oos, backtest);
  const warnings: Warning[] = [];
  const metrics: MetricPoint[] = [];
  const figures = [
    ...backtest.metrics,
    ...boundFigures(backtest.intervals),
    ...Object.entries(backtest.series.metrics),
  ];
  for (const [key, value] of figures) {
    metrics.push({ key, value, timestamp: facts.startTime, step: 0 });
  }
  for (const point of seriesPoints(backtest, request, warnings)) metrics.push(point);
  const content: RunContent = {
    ...facts,
    status: "FINISHED",
    params: { ...backtest.series.params, ...request.params, ...ownParams(backtest) },
    tags: runTags(backtest, request, facts.user),
    metrics,
    datasets: datasets(backtest),
  };
  return { content, warnings };
}

/** The params that are btflow's own; their names are reserved by being listed in own_names.ts. */
function ownParams(backtest: Backtest): Readonly<Record<string, string>> {
  const { dates, values } = backtest.series.returns;
  const first = dates?.[0];
  const last = dates?.at(-1);
  const own: Readonly<Record<OwnParam, string | undefined>> = {
    benchmark_file: named(backtest.benchmark?.file),
    returns_file: named(backtest.file),
    returns_start: first === undefined ? "None" : timestampText(first),
    returns_end: last === undefined ? "None" : timestampText(last),
    returns_count: String(values.length),
    risk_free_rate: named(backtest.rates?.file) ?? floatText(backtest.riskFreeRate),
    periods_per_year: String(backtest.periods),
  };
  return withoutUndefined(own);
}

function named(file: { readonly path: string } | null | undefined): string | undefined {
  return file ? sourceName(file.path) : undefined;
}

function runTags(
  backtest: Backtest,
  request: LogRequest,
  user: string,
): Readonly<Record<string, string>> {
  const own = {
    ...SOURCE_TAGS,
    [USER_TAG]: user === "" ? undefined : user,
    [NOTE_TAG]: request.description,
    [OOS_TAG]: request.oos === undefined ? undefined : splitDateText(request.oos),
    [VERSION_TAG]: BUILD.version,
    [QUANTSTATS_TAG]: backtest.release,
    [INPUT_HASH_TAG]: backtest.file.sha256 === "" ? undefined : backtest.file.sha256,
    [INTERVALS_TAG]: backtest.intervals === null ? undefined : intervalsTag(backtest.intervals),
    [UNDEFINED_TAG]: backtest.undefined.length === 0 ? undefined : undefinedTag(backtest.undefined),
  };
  return { ...withoutUndefined(own), ...request.tags };
}

function withoutUndefined(
  texts: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  const there = Object.entries(texts).filter(([, text]) => text !== undefined);
  return Object.fromEntries(there) as Readonly<Record<string, string>>;
}

function intervalsTag({ resamples, seed, blockLength }: Intervals): string {
  return JSON.stringify({ level: 0.95, resamples, seed, block_length: blockLength });
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
  request: LogRequest,
  warnings: Warning[],
): readonly MetricPoint[] {
  if (request.series.length === 0) return [];
  const series = computeSeries(backtest.series.returns, {
    names: request.series,
    points: request.seriesPoints,
    periods: backtest.periods,
    ...(backtest.rates === null
      ? { riskFreeRate: backtest.riskFreeRate }
      : { rates: backtest.rates.series }),
    release: backtest.release,
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
    name: fileStem(path),
    digest: sha256.slice(0, 32),
    sourceType: "local",
    source: JSON.stringify({ uri: sourceName(path) }),
    profile: JSON.stringify({ num_rows: rows }),
    context,
  }];
}
