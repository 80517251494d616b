// How a backtest is shown: the lines that log and stats print for people, and the fields that they
// give to programs.

import type { Backtest } from "./mod.ts";
import type { Intervals } from "./intervals.ts";
import type { Json } from "../command/answer.ts";
import type { Warning } from "../errors.ts";
import { markdownText } from "../output/markdown_text.ts";
import { timestampText } from "../input/mod.ts";
import { KEY_METRICS, type Unit } from "../metrics/mod.ts";

/** File, points, dates, count of metrics. */
export function sourceText({ file, series, metrics, undefined: missing }: Backtest): string {
  const { dates, values } = series.returns;
  const first = dates?.[0];
  const last = dates?.at(-1);
  const strategy = series.name === null ? "" : ` (${series.name})`;
  const lines = [
    `Returns: ${file.path}${strategy}`,
    `  Points: ${values.length}`,
    ...(first === undefined || last === undefined
      ? []
      : [`  Date range: ${timestampText(first)} to ${timestampText(last)}`]),
    `  Metrics: ${metrics.size} computed, ${missing.length} undefined`,
  ];
  return `${lines.join("\n")}\n`;
}

/** The same as the head of a page of Markdown, with what was odd about the file. */
export function sourceMarkdown(backtest: Backtest): string {
  const { file, series, warnings } = backtest;
  const strategy = series.name === null ? "" : ` (${series.name})`;
  const [, ...facts] = sourceText(backtest).trimEnd().split("\n");
  const odd = [...warnings, ...undefinedWarning(backtest)].map(({ message }) => message);
  return [
    `### ${markdownText(file.path + strategy)}\n`,
    ...facts.map((line) => `- ${markdownText(line.trim())}`),
    ...odd.map((message) => `- ${markdownText(`warning: ${message}`)}`),
  ].join("\n");
}

/** {@link sourceText}, and the key metrics; where the user chose others, the first of those. */
export function backtestText(backtest: Backtest): string {
  const { metrics } = backtest;
  const asked = new Set([...metrics.keys(), ...backtest.undefined.map(({ metric }) => metric)]);
  const key = KEY_METRICS.filter(({ name }) => asked.has(name))
    .map(({ name, label, unit }) => `  ${label}: ${keyValue(metrics.get(name), unit)}`);
  const own = [...asked].slice(0, KEY_METRICS.length)
    .map((name) => `  ${name}: ${metrics.get(name)?.toPrecision(6) ?? "undefined"}`);
  const shown = key.length > 0 ? ["Key metrics:", ...key] : ["Metrics:", ...own];
  return `${sourceText(backtest)}\n${shown.join("\n")}\n`;
}

function keyValue(value: number | undefined, unit: Unit): string {
  if (value === undefined) return "undefined";
  return unit === "fraction" ? `${(value * 100).toFixed(2)}%` : value.toFixed(4);
}

/** Names what could not be computed, and why. */
export function undefinedWarning(backtest: Backtest): readonly Warning[] {
  if (backtest.undefined.length === 0) return [];
  const named = backtest.undefined.map(({ metric, reason }) => `${metric} (${reason})`);
  const count = named.length === 1 ? "1 metric is" : `${named.length} metrics are`;
  const isIdle = backtest.series.returns.values.every((value) => value === 0);
  const why = isIdle ? "every return is 0 (never traded)" : reasonsText(backtest.undefined);
  const metrics = named.length === 1 ? "1 metric" : `${named.length} metrics`;
  return [{
    code: "undefined-metrics",
    message: `${count} undefined: ${named.join(", ")}`,
    brief: `${count} undefined: ${why}`,
    shared: isIdle ? `never traded (${metrics} undefined)` : `lack ${metrics}, ${why}`,
  }];
}

/** Reasons that are told before the rest is counted. */
const TOLD_REASONS = 2;

/** Reason by reason, the most frequent first, with one of the metrics that have it. */
function reasonsText(missing: Backtest["undefined"]): string {
  const groups = [...Map.groupBy(missing, ({ reason }) => reason)]
    .toSorted(([, a], [, b]) => b.length - a.length);
  const told = groups.slice(
    0,
    groups.length === TOLD_REASONS + 1 ? TOLD_REASONS + 1 : TOLD_REASONS,
  );
  const left = groups.slice(told.length).reduce((sum, [, { length }]) => sum + length, 0);
  return [
    ...told.map(([reason, [first, ...others]]) => {
      const more = others.length === 0 ? "" : ` and ${others.length} more`;
      return `${first?.metric}${more} (${reason})`;
    }),
    ...(left === 0 ? [] : [`${left} for other reasons`]),
  ].join(", ");
}

/** Names metrics that have no interval because of this series; those that never have one are documented. */
export function intervalsWarning({ intervals }: Backtest): readonly Warning[] {
  const lost = (intervals?.without ?? []).filter(({ isOfSeries }) => isOfSeries);
  if (lost.length === 0) return [];
  const named = [...Map.groupBy(lost, ({ reason }) => reason)].map(([reason, metrics]) =>
    `${metrics.map(({ metric }) => metric).join(", ")} (${reason})`
  );
  const count = lost.length === 1 ? "1 metric has" : `${lost.length} metrics have`;
  return [{
    code: "no-interval",
    message: `${count} no interval: ${named.join(", ")}`,
    brief: `${count} no interval: ${reasonsText(lost)}`,
  }];
}

/**
 * Points, first and last date (ISO 8601, UTC), periods a year, every metric asked for: null where
 * undefined; the intervals where they were asked for.
 */
export function backtestJson(backtest: Backtest): Readonly<Record<string, Json>> {
  const { dates, values } = backtest.series.returns;
  const time = (at: number | undefined): string | null =>
    at === undefined ? null : new Date(at).toISOString();
  const metrics: [string, number | null][] = [...backtest.metrics];
  for (const { metric } of backtest.undefined) metrics.push([metric, null]);
  return {
    points: values.length,
    start: time(dates?.[0]),
    end: time(dates?.at(-1)),
    periods: backtest.periods,
    quantstats: backtest.release,
    metrics: Object.fromEntries(metrics),
    undefined: backtest.undefined.map(({ metric, reason }) => ({ metric, reason })),
    ...(backtest.intervals === null ? {} : intervalsJson(backtest.intervals)),
  };
}

/** The ends of each metric's interval, null with a reason where it has none, and how they were drawn. */
function intervalsJson(
  { intervals, without, resamples, seed, blockLength }: Intervals,
): Readonly<Record<string, Json>> {
  const none = without.map(({ metric }): [string, null] => [metric, null]);
  const found = [...intervals].map((
    [name, { low, high }],
  ): [string, Json] => [name, { low, high }]);
  return {
    intervals: Object.fromEntries([...found, ...none]),
    without_interval: without.map(({ metric, reason }) => ({ metric, reason })),
    resamples,
    seed,
    block_length: blockLength,
  };
}
