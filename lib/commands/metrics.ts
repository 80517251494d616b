// `btflow metrics`: the catalogue of metrics, for people and scripts; one of them whole, and with a file
// its value by each of its definitions. Needs no store or network.

import { defineCommand } from "../command/declare.ts";
import type { Column } from "../command/screen.ts";
import { BACKTEST_FLAGS, backtestOptions, SERIES_FLAGS } from "../backtest/flags.ts";
import {
  metricPage,
  metricPageJson,
  metricPageOf,
  metricPageRows,
  metricPageText,
} from "../backtest/metric_page.ts";
import type { Command } from "../command/declare.ts";
import { loadConfig } from "../config/values.ts";
import { NotFoundError, UsageError } from "../errors.ts";
import { text, toggle, valuesOf } from "../command/flags.ts";
import { CATALOGUE } from "../metrics/catalogue.ts";
import { definitionIn, type Metric } from "../metrics/metric.ts";
import type { Release } from "../metrics/releases.ts";
import { nearestNames } from "../nearest.ts";
import type { Result, Row } from "../command/answer.ts";
import { ROW_FORMATS } from "../output/mod.ts";

/** Lists and explains the metrics of the catalogue. */
export const command: Command = defineCommand({
  name: "metrics",
  summary: "List the metrics: name, category, unit, direction, definition, what counts as good",
  operands: [{ name: "NAME", summary: "Only these metrics", optional: true, many: true }],
  flags: {
    category: text({ summary: "Only metrics of this category", value: "NAME" }),
    extended: toggle({ summary: "Also the metrics beyond QuantStats (log --extended)" }),
    file: text({
      summary: "Also its value on this file of returns, by each of its definitions",
      value: "FILE",
      completes: "file",
    }),
    ...SERIES_FLAGS,
  },
  examples: [
    { command: "btflow metrics", does: "All metrics" },
    { command: "btflow metrics sharpe_ratio --format json", does: "One, with its definition" },
    {
      command: "btflow metrics cvar --file returns.csv",
      does: "Its value by each release's definition, and what it is made of",
    },
    { command: "btflow metrics --category drawdown", does: "One category" },
  ],
  exits: [3, 4],
  formats: ROW_FORMATS,
  run: async ({ io, warn }, { flags, operands, format }): Promise<Result> => {
    const metrics = select(operands, flags.category, flags.extended);
    const options = backtestOptions(valuesOf(BACKTEST_FLAGS, flags), await loadConfig(io));
    const [metric] = metrics;
    const isOne = operands.length > 0 && metrics.length === 1 && metric !== undefined;
    if (flags.file !== undefined) {
      if (!isOne) throw new UsageError("Cannot use --file without the name of one metric");
      const page = await metricPageOf(io, metric, flags.file, options);
      for (const warning of page.warnings) warn(warning);
      if (format === "table") return { text: metricPageText(page) };
      return {
        json: metricPageJson(page),
        rows: { columns: null, noun: null, pages: [metricPageRows(page)] },
      };
    }
    if (isOne && format === "table") {
      return { text: metricPageText(metricPage(metric, options.release)) };
    }
    const rows = metrics.map((own) => row(own, options.release));
    return {
      rows: {
        columns: rows[0] === undefined ? [] : Object.keys(rows[0]),
        tableColumns: () => ["name", "category", "unit", "better", "summary"],
        view: { columns: () => SHOWN },
        noun: "metrics",
        pages: [rows],
      },
    };
  },
});

/** The columns on a terminal. */
const SHOWN: readonly Column[] = [
  { name: "name", kind: "word", priority: 0 },
  { name: "category", kind: "word", priority: 3 },
  { name: "unit", kind: "word", priority: 2 },
  { name: "better", kind: "word", priority: 2 },
  { name: "summary", kind: "text", priority: 1 },
];

function select(
  names: readonly string[],
  category: string | undefined,
  extended: boolean,
): readonly Metric[] {
  for (const name of names) {
    if (CATALOGUE.some((metric) => metric.name === name)) continue;
    const nearest = nearestNames(name, CATALOGUE.map((metric) => metric.name));
    throw new NotFoundError("metric", name, { nearest });
  }
  const categories = new Set<string>(CATALOGUE.map((metric) => metric.category));
  if (category !== undefined && !categories.has(category)) {
    const hint = `the categories are ${[...categories].join(", ")}`;
    throw new NotFoundError("category", category, { hint });
  }
  return CATALOGUE.filter((metric) =>
    (names.length > 0 ? names.includes(metric.name) : extended || !metric.extended) &&
    (category === undefined || metric.category === category)
  );
}

function row(metric: Metric, release: Release): Row {
  const { formula, undefinedWhen } = definitionIn(metric, release);
  return {
    name: metric.name,
    category: metric.category,
    unit: metric.unit,
    better: metric.better,
    summary: metric.summary,
    good: metric.good,
    definition: metric.quantstats ?? formula,
    undefined_when: undefinedWhen,
  };
}
