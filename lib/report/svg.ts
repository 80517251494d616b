// Charts that are drawn once and never zoomed: bars by year, histograms, box plots. Inline SVG with
// rounded coordinates, so that the same returns give the same bytes, and classes for colours, so
// that dark mode and paper are the style sheet's business.

import type { Box, Histogram, Ruin, YearRow } from "./model.ts";
import { coordinate, escapeHtml } from "./markup.ts";
import { formatFigure, formatTick, niceStep } from "./numbers.ts";

/** What an axis can hold; a growth beyond it is not drawn. */
function drawn(value: number | null): value is number {
  return value !== null && Math.abs(value) < 1e300;
}

/** A linear scale from values to coordinates, with its ticks. */
export interface Axis {
  readonly at: (value: number) => number;
  readonly ticks: readonly number[];
  /** Between two ticks. */
  readonly step: number;
  readonly low: number;
  readonly high: number;
}

/** An axis that holds every finite value given, ending on round numbers. */
export function axisOf(values: readonly number[], from: number, to: number, wanted: number): Axis {
  const finite = values.filter(drawn);
  let least = finite.reduce((low, value) => Math.min(low, value), Infinity);
  let most = finite.reduce((high, value) => Math.max(high, value), -Infinity);
  if (!(least <= most)) [least, most] = [0, 1];
  if (least === most) {
    const room = least === 0 ? 0.01 : Math.abs(least) * 0.1;
    [least, most] = [least - room, most + room];
  }
  const step = niceStep((most - least) / wanted);
  const first = Math.floor(least / step + 1e-9);
  const last = Math.ceil(most / step - 1e-9);
  const ticks: number[] = [];
  for (let index = first; index <= last; index++) {
    ticks.push(Number((index * step).toPrecision(12)));
  }
  const low = ticks[0] ?? least;
  const high = ticks.at(-1) ?? most;
  return {
    at: (value) => from + ((value - low) / (high - low)) * (to - from),
    ticks,
    step,
    low,
    high,
  };
}

export function picture(width: number, height: number, label: string, inner: string): string {
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${
    escapeHtml(label)
  }">${inner}</svg>`;
}

export function line(x1: number, y1: number, x2: number, y2: number, classes: string): string {
  const [a, b, c, d] = [x1, y1, x2, y2].map(coordinate);
  return `<line x1="${a}" y1="${b}" x2="${c}" y2="${d}" class="${classes}"/>`;
}

export function text(
  x: number,
  y: number,
  words: string,
  anchor: "start" | "middle" | "end",
): string {
  return `<text x="${coordinate(x)}" y="${coordinate(y)}" text-anchor="${anchor}">${
    escapeHtml(words)
  }</text>`;
}

/** A rectangle between two heights; never thinner than half a unit, so that small bars are seen. */
function bar(
  x: number,
  width: number,
  y1: number,
  y2: number,
  classes: string,
  tip: string,
  range = "",
): string {
  const top = Math.min(y1, y2);
  const height = Math.max(0.5, Math.abs(y2 - y1));
  const [a, b, c, d] = [x, top, width, height].map(coordinate);
  return `<rect x="${a}" y="${b}" width="${c}" height="${d}" class="mark ${classes}" data-tip="${
    escapeHtml(tip)
  }"${range === "" ? "" : ` data-range="${escapeHtml(range)}"`}/>`;
}

function horizontalGrid(axis: Axis, left: number, right: number): string {
  return axis.ticks.map((tick) =>
    line(left, axis.at(tick), right, axis.at(tick), tick === 0 ? "axis zero" : "axis") +
    text(left - 6, axis.at(tick) + 4, formatTick(tick, axis.step, "fraction"), "end")
  ).join("");
}

/** The step between years that are named: about twenty names fit, and the steps are round. */
function yearStep(count: number): number {
  return [1, 2, 5, 10, 20, 50].find((step) => count <= step * 12) ?? 100;
}

/** Of the strategy's calendar years; NaN where there is no more than one. */
export function yearMean(years: readonly YearRow[]): number {
  const known = years.map((row) => row.strategy).filter(drawn);
  return known.length < 2 ? NaN : known.reduce((sum, value) => sum + value, 0) / known.length;
}

/** Returns by calendar year, the benchmark's beside them, with the mean as a dashed line. */
export function yearBars(
  years: readonly YearRow[],
  benchmarkName: string | null,
  ruin: Ruin | null = null,
  partOf: (year: YearRow) => string = () => "",
): string {
  const [width, height, left, right, top, bottom] = [560, 250, 50, 556, 12, 222];
  const values = years.flatMap(({ strategy, benchmark }) => [strategy, benchmark ?? NaN]);
  const axis = axisOf([0, ...values], bottom, top, 6);
  const slot = (right - left) / Math.max(1, years.length);
  const each = Math.min(46, (slot * 0.76) / (benchmarkName === null ? 1 : 2));
  const every = yearStep(years.length);
  const zero = axis.at(0);
  const marks = years.map((row, index) => {
    const { year, strategy, benchmark } = row;
    const part = partOf(row);
    const [name, faint] = part === "" ? [year, ""] : [`${year} (${part})`, " part"];
    const middle = left + slot * (index + 0.5);
    const start = middle - (benchmarkName === null ? each / 2 : each);
    const own = drawn(strategy)
      ? bar(
        start,
        each,
        zero,
        axis.at(strategy),
        (ruin !== null && Date.UTC(year, 0, 1) > ruin.at ? "fill-muted" : "fill-strategy") + faint,
        `${name}: ${formatFigure(strategy, "fraction")}`,
        String(year),
      )
      : "";
    const other = benchmarkName !== null && drawn(benchmark)
      ? bar(
        middle,
        each,
        zero,
        axis.at(benchmark),
        `fill-benchmark${faint}`,
        `${name}, ${benchmarkName}: ${formatFigure(benchmark, "fraction")}`,
        String(year),
      )
      : "";
    return own + other +
      (year % every === 0 ? text(middle, height - 8, String(year), "middle") : "");
  });
  const mean = yearMean(years);
  const level = Number.isNaN(mean) ? "" : line(left, axis.at(mean), right, axis.at(mean), "level");
  const label = years.length === 1
    ? "Returns of one calendar year"
    : `Returns of ${years.length} calendar years, mean ${formatFigure(mean, "fraction")}`;
  return picture(width, height, label, horizontalGrid(axis, left, right) + marks.join("") + level);
}

/** How often values fell into each bin, the benchmark's as a stepped outline, the median dashed. */
export function histogramBars(histogram: Histogram): string {
  const [width, height, left, right, top, bottom] = [480, 230, 44, 470, 12, 200];
  const { bins, unit } = histogram;
  const tallest = Math.max(1, ...bins.flatMap((bin) => [bin.count, bin.benchmarkCount ?? 0]));
  const counts = axisOf([0, tallest], bottom, top, 3);
  const low = bins[0]?.from ?? 0;
  const high = bins.at(-1)?.to ?? 1;
  const across = (value: number): number =>
    left + ((value - low) / (high - low || 1)) * (right - left);
  const marks = bins.map((bin) => {
    if (bin.count === 0) return "";
    const x = across(bin.from);
    const wide = Math.max(0.5, across(bin.to) - x - 1);
    const beside = bin.benchmarkCount === null ? "" : `, benchmark ${bin.benchmarkCount}`;
    const tip = `${formatFigure(bin.from, unit)} to ${
      formatFigure(bin.to, unit)
    }: ${bin.count}${beside}`;
    return bar(x, wide, bottom, counts.at(bin.count), "fill-strategy", tip);
  });
  const values = axisOf([low, high], left, right, 6);
  const ticks = values.ticks
    .filter((tick) => tick >= low && tick <= high)
    .map((tick) =>
      line(across(tick), bottom, across(tick), bottom + 4, "axis") +
      text(across(tick), bottom + 18, formatTick(tick, values.step, unit), "middle")
    );
  const grid = counts.ticks.map((tick) =>
    line(left, counts.at(tick), right, counts.at(tick), tick === 0 ? "axis zero" : "axis") +
    text(left - 6, counts.at(tick) + 4, formatFigure(tick, "count"), "end")
  );
  const middle = Number.isFinite(histogram.median)
    ? line(across(histogram.median), top, across(histogram.median), bottom, "level")
    : "";
  const label = `${histogram.title}: ${histogram.count} values, median ${
    formatFigure(histogram.median, unit)
  }, mean ${formatFigure(histogram.mean, unit)}`;
  const outline = steps(histogram, across, (count) => counts.at(count));
  return picture(
    width,
    height,
    label,
    grid.join("") + ticks.join("") + marks.join("") + outline + middle,
  );
}

/** The benchmark's counts as one stepped line; nothing without a benchmark. */
function steps(
  { bins, benchmarkMean }: Histogram,
  across: (value: number) => number,
  up: (count: number) => number,
): string {
  if (benchmarkMean === null || bins.length === 0) return "";
  const path = bins.map((bin, index) =>
    `${index === 0 ? `M${coordinate(across(bin.from))} ${coordinate(up(0))}` : ""}V${
      coordinate(up(bin.benchmarkCount ?? 0))
    }H${coordinate(across(bin.to))}`
  );
  return `<path d="${path.join("")}V${coordinate(up(0))}" class="outline-benchmark"/>`;
}

/** Quartiles, whiskers and outliers of the returns of each length of period, each on its own scale. */
export function boxPlots(boxes: readonly Box[]): string {
  const [width, height, top, bottom] = [560, 250, 12, 222];
  const slot = width / Math.max(1, boxes.length);
  const half = Math.min(26, slot * 0.16);
  const marks = boxes.map((box, index) => {
    const [left, right] = [slot * index + 46, slot * (index + 1) - 6];
    const axis = axisOf([0, box.minimum, box.maximum], bottom, top, 5);
    const x = (left + right) / 2;
    const y = (value: number): number => axis.at(value);
    const outliers = box.outliers.map((value) =>
      `<circle cx="${coordinate(x)}" cy="${coordinate(y(value))}" r="2" class="outlier"/>`
    );
    return [
      horizontalGrid(axis, left, right),
      line(x, y(box.low), x, y(box.quartile1), "whisker"),
      line(x, y(box.quartile3), x, y(box.high), "whisker"),
      line(x - half / 2, y(box.low), x + half / 2, y(box.low), "whisker"),
      line(x - half / 2, y(box.high), x + half / 2, y(box.high), "whisker"),
      bar(x - half, half * 2, y(box.quartile1), y(box.quartile3), "box", boxText(box)),
      line(x - half, y(box.median), x + half, y(box.median), "median"),
      ...outliers,
      text(x, height - 8, box.label, "middle"),
    ].join("");
  });
  const label = `Return quantiles. ${boxes.map(boxText).join(". ")}`;
  return picture(width, height, label, marks.join(""));
}

function boxText(box: Box): string {
  const parts: readonly (readonly [string, number])[] = [
    ["highest", box.maximum],
    ["third quartile", box.quartile3],
    ["median", box.median],
    ["first quartile", box.quartile1],
    ["lowest", box.minimum],
  ];
  const values = parts.map(([name, value]) => `${name} ${formatFigure(value, "fraction")}`);
  return `${box.label} (${box.count}): ${values.join(", ")}`;
}
