// The points of metrics on a terminal: what a curve ranges over and its shape; the last points where
// they are asked for; a metric of one point as that value.

import type { Row } from "../command/answer.ts";
import type { Line, Piece } from "../command/screen.ts";
import { styled } from "../command/screen.ts";
import { seriesUnit, type Unit } from "../metrics/mod.ts";
import { unitOf } from "../output/figure_groups.ts";
import { dayText, figureText } from "../output/figures.ts";
import { cutEnd } from "../output/widths.ts";
import { gridLines } from "../output/grid.ts";
import { brailleChart } from "../output/plot.ts";

/** The points of one metric, in their order. */
export interface MetricPoints {
  readonly metric: string;
  readonly rows: readonly Row[];
}

const CHART_HEIGHT = 6;

/** A chart for each metric of several points; `tail` lists its last points below. */
export function historyLines(
  metrics: readonly MetricPoints[],
  { columns, tail }: { readonly columns: number; readonly tail: number },
): readonly Line[] {
  const single = metrics.filter(({ rows }) => rows.length === 1);
  const values = gridLines(
    single.map(({ metric, rows: [row] }): readonly Piece[] => [
      metric,
      figureText(valueOf(row), unitOf(metric)),
    ]),
    ["left", "right"],
  );
  const curves = metrics.filter(({ rows }) => rows.length > 1);
  return [
    ...values,
    ...curves.flatMap((one, index): readonly Line[] => [
      ...index > 0 || single.length > 0 ? [[]] : [],
      ...curveLines(one, columns),
      ...tailLines(one, tail),
    ]),
  ];
}

function curveLines({ metric, rows }: MetricPoints, columns: number): readonly Line[] {
  const unit = seriesUnit(metric) ?? unitOf(metric);
  const values = Float64Array.from(rows, valueOf);
  const span = `${whenText(rows[0])} to ${whenText(rows.at(-1))}`;
  const [lowest, highest] = extremes(rows);
  const figure = (row: Row | undefined): string => figureText(valueOf(row), unit);
  const facts = [
    `min ${figure(lowest)} on ${whenText(lowest)}`,
    `max ${figure(highest)} on ${whenText(highest)}`,
    `last ${figure(rows.at(-1))}`,
  ].join(", ");
  const labels = [figure(highest), figure(lowest)];
  const margin = Math.max(...labels.map((label) => label.length));
  const width = Math.max(8, Math.min(columns - margin - 1, 100));
  // Thinned points are not equally far apart.
  const at = Float64Array.from(rows, ({ step }) => Number(step));
  const chart = brailleChart(values, { width, height: CHART_HEIGHT, at });
  return [
    [{ text: metric, style: "bold" }, `  ${rows.length} points, ${span}`],
    [cutEnd(facts, columns)],
    ...chart.map((line, at): Line => {
      const label = at === 0 ? labels[0] : at === chart.length - 1 ? labels[1] : "";
      return [{ text: (label ?? "").padStart(margin), style: "dim" }, ` ${line}`];
    }),
  ];
}

function tailLines({ metric, rows }: MetricPoints, tail: number): readonly Line[] {
  if (tail === 0) return [];
  const unit: Unit | undefined = seriesUnit(metric) ?? unitOf(metric);
  const shown = rows.slice(-tail);
  const left = rows.length - shown.length;
  return [
    ...left > 0 ? [styled(`${left} earlier points`, "dim")] : [],
    ...gridLines(
      shown.map((row): readonly Piece[] => [
        whenText(row),
        { text: String(row["step"]), style: "dim" },
        figureText(valueOf(row), unit),
      ]),
      ["left", "right"],
    ),
  ];
}

function valueOf(row: Row | undefined): number {
  return typeof row?.["value"] === "number" ? row["value"] : NaN;
}

/** The date of a point; its step where it has none. */
function whenText(row: Row | undefined): string {
  const time = row?.["timestamp"];
  return time instanceof Date && time.getTime() !== 0
    ? dayText(time.getTime())
    : `step ${row?.["step"]}`;
}

function extremes(rows: readonly Row[]): readonly [Row | undefined, Row | undefined] {
  let [lowest, highest]: [Row | undefined, Row | undefined] = [undefined, undefined];
  for (const row of rows) {
    const value = valueOf(row);
    if (Number.isNaN(value)) continue;
    if (lowest === undefined || value < valueOf(lowest)) lowest = row;
    if (highest === undefined || value > valueOf(highest)) highest = row;
  }
  return [lowest, highest];
}
