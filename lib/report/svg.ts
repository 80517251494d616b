// Charts that are drawn once and never zoomed: bars by year, histograms, box plots. Inline SVG with
// rounded coordinates, so that the same returns give the same bytes, and classes for colours, so
// that dark mode and paper are the style sheet's business.

import type { Box, Histogram, YearRow } from "./model.ts";
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
): string {
  const top = Math.min(y1, y2);
  const height = Math.max(0.5, Math.abs(y2 - y1));
  const [a, b, c, d] = [x, top, width, height].map(coordinate);
  return `<rect x="${a}" y="${b}" width="${c}" height="${d}" class="mark ${classes}" data-tip="${
    escapeHtml(tip)
  }"/>`;
}

function horizontalGrid(axis: Axis, left: number, right: number): string {
  return axis.ticks.map((tick) =>
    line(left, axis.at(tick), right, axis.at(tick), tick === 0 ? "axis zero" : "axis") +
    text(left - 6, axis.at(tick) + 4, formatTick(tick, axis.step, "fraction"), "end")
  ).join("");
}

/** The step between years that are named: about twenty names fit, and the steps are round. */
function yearStep(count: number): number {
  return [1, 2, 5, 10, 20, 50].find((step) => count <= step * 21) ?? 100;
}

/** Of the strategy's calendar years; NaN where there is no more than one. */
export function yearMean(years: readonly YearRow[]): number {
  const known = years.map((row) => row.strategy).filter(drawn);
  return known.length < 2 ? NaN : known.reduce((sum, value) => sum + value, 0) / known.length;
}

/** Returns by calendar year, the benchmark's beside them, with the mean as a dashed line. */
export function yearBars(years: readonly YearRow[], benchmarkName: string | null): string {
  const [width, height, left, right, top, bottom] = [800, 260, 62, 790, 12, 232];
  const values = years.flatMap(({ strategy, benchmark }) => [strategy, benchmark ?? NaN]);
  const axis = axisOf([0, ...values], bottom, top, 6);
  const slot = (right - left) / Math.max(1, years.length);
  const each = Math.min(46, (slot * 0.76) / (benchmarkName === null ? 1 : 2));
  const every = yearStep(years.length);
  const zero = axis.at(0);
  const marks = years.map(({ year, strategy, benchmark }, index) => {
    const middle = left + slot * (index + 0.5);
    const start = middle - (benchmarkName === null ? each / 2 : each);
    const own = drawn(strategy)
      ? bar(
        start,
        each,
        zero,
        axis.at(strategy),
        "fill-strategy",
        `${year}: ${formatFigure(strategy, "fraction")}`,
      )
      : "";
    const other = benchmarkName !== null && drawn(benchmark)
      ? bar(
        middle,
        each,
        zero,
        axis.at(benchmark),
        "fill-benchmark",
        `${year}, ${benchmarkName}: ${formatFigure(benchmark, "fraction")}`,
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

/** How often returns fell into each bin, the benchmark's outlined over it, means as dashed lines. */
export function histogramBars(histogram: Histogram): string {
  const [width, height, left, right, top, bottom] = [480, 230, 44, 470, 12, 200];
  const { bins } = histogram;
  const counts = bins.flatMap((bin) => [bin.count, bin.benchmarkCount ?? 0]);
  const tallest = Math.max(1, ...counts);
  const up = (count: number): number => bottom - (count / tallest) * (bottom - top);
  const low = bins[0]?.from ?? 0;
  const high = bins.at(-1)?.to ?? 1;
  const across = (value: number): number =>
    left + ((value - low) / (high - low || 1)) * (right - left);
  const marks = bins.map((bin) => {
    const x = across(bin.from);
    const wide = Math.max(0.5, across(bin.to) - x - 1);
    const where = `${formatFigure(bin.from, "fraction")} to ${formatFigure(bin.to, "fraction")}`;
    const own = bin.count > 0
      ? bar(x, wide, bottom, up(bin.count), "fill-strategy", `${where}: ${bin.count}`)
      : "";
    const other = bin.benchmarkCount !== null && bin.benchmarkCount > 0
      ? bar(
        x,
        wide,
        bottom,
        up(bin.benchmarkCount),
        "fill-benchmark see-through",
        `${where}: ${bin.count}, benchmark ${bin.benchmarkCount}`,
      )
      : "";
    return own + other;
  });
  const axis = axisOf([low, high], left, right, 6);
  const ticks = axis.ticks
    .filter((tick) => tick >= low && tick <= high)
    .map((tick) =>
      line(across(tick), bottom, across(tick), bottom + 4, "axis") +
      text(across(tick), bottom + 18, formatTick(tick, axis.step, "fraction"), "middle")
    );
  const levels = [
    Number.isFinite(histogram.mean)
      ? line(across(histogram.mean), top, across(histogram.mean), bottom, "level")
      : "",
    histogram.benchmarkMean !== null && Number.isFinite(histogram.benchmarkMean)
      ? line(
        across(histogram.benchmarkMean),
        top,
        across(histogram.benchmarkMean),
        bottom,
        "level benchmark",
      )
      : "",
  ];
  const frame = line(left, bottom, right, bottom, "axis zero") +
    text(left - 6, top + 4, formatFigure(tallest, "count"), "end") +
    text(left - 6, bottom + 4, "0", "end");
  const label = `${histogram.title}: ${histogram.count} values, mean ${
    formatFigure(histogram.mean, "fraction")
  }`;
  return picture(width, height, label, frame + ticks.join("") + marks.join("") + levels.join(""));
}

/** Quartiles, whiskers and outliers of the returns of each length of period. */
export function boxPlots(boxes: readonly Box[]): string {
  const [width, height, left, right, top, bottom] = [800, 300, 62, 790, 12, 270];
  const axis = axisOf([0, ...boxes.flatMap((box) => [box.minimum, box.maximum])], bottom, top, 7);
  const slot = (right - left) / Math.max(1, boxes.length);
  const half = Math.min(44, slot * 0.3);
  const marks = boxes.map((box, index) => {
    const x = left + slot * (index + 0.5);
    const y = (value: number): number => axis.at(value);
    const outliers = box.outliers.map((value) =>
      `<circle cx="${coordinate(x)}" cy="${coordinate(y(value))}" r="2.5" class="outlier"/>`
    );
    return [
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
  return picture(width, height, label, horizontalGrid(axis, left, right) + marks.join(""));
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
