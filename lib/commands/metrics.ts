// `btflow metrics`: the catalogue of metrics, for people and scripts. Needs no file, store or network.

import { defineCommand } from "../command/declare.ts";
import type { Command } from "../command/declare.ts";
import { NotFoundError } from "../errors.ts";
import { text, toggle } from "../command/flags.ts";
import { CATALOGUE } from "../metrics/catalogue.ts";
import type { Metric } from "../metrics/metric.ts";
import { nearestNames } from "../nearest.ts";
import type { Row } from "../command/answer.ts";
import { ROW_FORMATS } from "../output/mod.ts";

/** Lists and explains the metrics of the catalogue. */
export const command: Command = defineCommand({
  name: "metrics",
  summary: "List the metrics: name, category, unit, direction, definition, what counts as good",
  operands: [{ name: "NAME", summary: "Only these metrics", optional: true, many: true }],
  flags: {
    category: text({ summary: "Only metrics of this category", value: "NAME" }),
    extended: toggle({ summary: "Also the metrics beyond QuantStats (log --extended)" }),
  },
  examples: [
    { command: "btflow metrics", does: "All metrics" },
    { command: "btflow metrics sharpe_ratio --format json", does: "One, with its definition" },
    { command: "btflow metrics --category drawdown", does: "One category" },
  ],
  exits: [4],
  formats: ROW_FORMATS,
  run: (_context, { flags, operands }) => {
    const rows = select(operands, flags.category, flags.extended).map(row);
    return Promise.resolve({
      rows: {
        columns: rows[0] === undefined ? [] : Object.keys(rows[0]),
        tableColumns: () => ["name", "category", "unit", "better", "summary"],
        noun: "metrics",
        pages: [rows],
      },
    });
  },
});

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
    throw new NotFoundError("category", category, { nearest: [...categories] });
  }
  return CATALOGUE.filter((metric) =>
    (names.length > 0 ? names.includes(metric.name) : extended || !metric.extended) &&
    (category === undefined || metric.category === category)
  );
}

function row(metric: Metric): Row {
  return {
    name: metric.name,
    category: metric.category,
    unit: metric.unit,
    better: metric.better,
    summary: metric.summary,
    good: metric.good,
    definition: metric.quantstats ?? metric.formula,
    undefined_when: metric.undefinedWhen,
  };
}
