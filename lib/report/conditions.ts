// How the figures came about, as its reader may ask: of what, over when, against which rate, made when.

import type { Condition, DrawnIntervals, TearSheetOptions } from "./model.ts";
import { NEWEST_RELEASE } from "../metrics/mod.ts";
import { formatDate, formatFigure } from "./numbers.ts";

/** The last part of a path. */
export function baseName(path: string): string {
  return path.split(/[/\\]/).findLast((part) => part !== "") ?? path;
}

/** The conditions in their order. */
export function conditionsOf(
  options: TearSheetOptions,
  { dated, start, end, rows, benchmarkName, joinedPoints }: {
    readonly dated: boolean;
    readonly start: number;
    readonly end: number;
    readonly rows: number;
    readonly benchmarkName: string | null;
    readonly joinedPoints: number | null;
  },
): Condition[] {
  const { source, capital, inputHash, intervals = null, riskFreeRate = 0, release } = options;
  const count = `${formatFigure(rows, "count")} ${rows === 1 ? "row" : "rows"}`;
  return [
    ...(source === undefined ? [] : [["Source", baseName(source)] as const]),
    ["Span", dated ? `${formatDate(start)} to ${formatDate(end)}, ${count}` : `${count}, no dates`],
    ["Periods a year", formatFigure(options.periods, "count")],
    [
      "Risk-free rate",
      options.rates === undefined
        ? `${formatFigure(riskFreeRate, "fraction")} a year`
        : "one that changes",
    ],
    ...(capital === undefined
      ? []
      : [["Starting capital", formatFigure(capital, "money")] as const]),
    ["Costs", "as in the source; none are taken off here"],
    ...(benchmarkName === null
      ? []
      : [["Benchmark", benchmarkName + joinedText(joinedPoints, rows)] as const]),
    ["Definitions", `metrics as QuantStats ${release ?? NEWEST_RELEASE} defines them`],
    ...(intervals === null ? [] : [["Intervals", intervalsText(intervals)] as const]),
    ...(options.generatedAt === null ? [] : [
      [
        "Made",
        `by btflow, ${formatDate(Math.floor(options.generatedAt / 60_000) * 60_000)} UTC`,
      ] as const,
    ]),
    ...(inputHash === undefined || inputHash === ""
      ? []
      : [["Hash of the source (SHA-256)", inputHash] as const]),
  ];
}

function joinedText(joined: number | null, rows: number): string {
  return joined === null || joined === rows
    ? ""
    : ` (${formatFigure(joined, "count")} common rows)`;
}

function intervalsText({ resamples, seed, blockLength }: DrawnIntervals): string {
  return `95 % intervals by stationary bootstrap (${
    formatFigure(resamples, "count")
  } resamples in ` +
    `blocks of ${formatFigure(blockLength, "ratio")} rows on average, seed ${seed})`;
}
