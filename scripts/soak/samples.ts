// What is measured while the simulation runs, window by window, and how it is written down. Medians
// and 95 % bounds rather than means: one slow start on a busy machine must not hide a trend.

import type { Ended } from "./process.ts";

/** A command that ended, and whether the server was there when it began. */
export interface Timed extends Pick<Ended, "elapsedMs" | "peakBytes" | "cpuMs"> {
  readonly isUp: boolean;
}

/** What ended since the last sample. */
export interface Window {
  readonly logs: Timed[];
  readonly syncs: Timed[];
}

/** What was looked up at the end of a window. */
export interface Levels {
  readonly second: number;
  readonly waiting: number;
  readonly storeBytes: number;
  readonly journalBytes: number;
}

/** One line of the record; NaN where nothing was measured in its window. */
export interface Sample extends Levels {
  readonly logs: number;
  readonly logUpMedianMs: number;
  readonly logUpP95Ms: number;
  readonly logDownMedianMs: number;
  readonly logPeakBytes: number;
  readonly logCpuMedianMs: number;
  readonly syncMaxMs: number;
  readonly syncPeakBytes: number;
}

/** Sums a window up. */
export function summary({ logs, syncs }: Window, levels: Levels): Sample {
  const times = (isUp: boolean): readonly number[] =>
    logs.filter((log) => log.isUp === isUp).map(({ elapsedMs }) => elapsedMs);
  return {
    ...levels,
    logs: logs.length,
    logUpMedianMs: quantile(times(true), 0.5),
    logUpP95Ms: quantile(times(true), 0.95),
    logDownMedianMs: quantile(times(false), 0.5),
    logCpuMedianMs: quantile(logs.map(({ cpuMs }) => cpuMs), 0.5),
    logPeakBytes: quantile(logs.map(({ peakBytes }) => peakBytes), 1),
    syncMaxMs: quantile(syncs.map(({ elapsedMs }) => elapsedMs), 1),
    syncPeakBytes: quantile(syncs.map(({ peakBytes }) => peakBytes), 1),
  };
}

/** The smallest value that at least this share does not exceed; NaN of nothing. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.filter((value) => !Number.isNaN(value)).toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN;
}

const MB = 1e6;

/** The columns of the record: heading, and the figure as it is shown. */
const COLUMNS: readonly (readonly [string, (sample: Sample) => string])[] = [
  ["minute", ({ second }) => (second / 60).toFixed(1)],
  ["logs", ({ logs }) => String(logs)],
  ["log, server there: median ms", ({ logUpMedianMs }) => figure(logUpMedianMs)],
  ["95 % ms", ({ logUpP95Ms }) => figure(logUpP95Ms)],
  ["log, server away: median ms", ({ logDownMedianMs }) => figure(logDownMedianMs)],
  ["log: CPU ms", ({ logCpuMedianMs }) => figure(logCpuMedianMs)],
  ["log: peak MB", ({ logPeakBytes }) => figure(logPeakBytes / MB)],
  ["sync: ms", ({ syncMaxMs }) => figure(syncMaxMs)],
  ["sync: peak MB", ({ syncPeakBytes }) => figure(syncPeakBytes / MB)],
  ["waiting", ({ waiting }) => String(waiting)],
  ["store MB", ({ storeBytes }) => (storeBytes / MB).toFixed(2)],
  ["journal MB", ({ journalBytes }) => (journalBytes / MB).toFixed(2)],
];

function figure(value: number): string {
  return Number.isNaN(value) ? "" : value.toFixed(0);
}

/** A Markdown table. */
export function table(samples: readonly Sample[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [
    line(COLUMNS.map(([name]) => name)),
    line(COLUMNS.map(() => "---:")),
    ...samples.map((sample) => line(COLUMNS.map(([, show]) => show(sample)))),
  ].join("\n");
}

/** A line of CSV, after a heading where it is the first. */
export function csv(sample: Sample, isFirst: boolean): string {
  const heading = isFirst ? `${Object.keys(sample).join(",")}\n` : "";
  return `${heading}${Object.values(sample).join(",")}\n`;
}
