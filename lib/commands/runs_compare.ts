// `btflow runs compare`: runs side by side, one row a param or metric, so that what differs is seen at
// once. The catalogue says which value of a metric is the best; the user's own metrics have none.

import { defineCommand } from "../command/declare.ts";
import type { Command } from "../command/declare.ts";
import { ARTIFACT_HOST_FLAGS, CONNECTION_FLAGS } from "../config/connection_flags.ts";
import { NotFoundError, UsageError, type Warning } from "../errors.ts";
import { list, toggle } from "../command/flags.ts";
import type { Metric } from "../metrics/mod.ts";
import { nearestNames } from "../nearest.ts";
import { boundNames, isBound, withoutBounds } from "../own_names.ts";
import type { Cell, Row } from "../command/answer.ts";
import { ROW_FORMATS } from "../output/mod.ts";
import type { Run } from "../tracker.ts";
import { findRun } from "../tracking/find.ts";
import { idLength } from "../tracking/found.ts";
import { releaseWatch } from "../tracking/releases.ts";
import { named } from "../tracking/selection_flags.ts";
import { bestValue, comparedLines } from "./runs_compare_screen.ts";
import { withTracker } from "../tracking/session.ts";

/** Sets runs side by side. */
export const compare: Command = defineCommand({
  name: "runs compare",
  summary: "Show runs side by side: params that differ, metrics with the best named",
  operands: [{ name: "RUN", summary: "Ids of the runs", many: true, completes: "none" }],
  flags: {
    metrics: list({ short: "m", summary: "Only these metrics" }),
    all: toggle({
      short: "a",
      summary: "Also params and metrics that are the same in all; on a terminal all metrics",
    }),
    intervals: toggle({
      summary: "Also the ends of the metrics' 95 % intervals, where logged, and whether the best " +
        "Sharpe ratio differs from the others, where returns are attached",
    }),
    ...ARTIFACT_HOST_FLAGS,
    ...CONNECTION_FLAGS,
  },
  examples: [
    { command: "btflow runs compare 0199f2c5… 0199f2c7…", does: "Two runs" },
    {
      command: "btflow runs compare 0199f2c5… 0199f2c7… -m sharpe_ratio,max_drawdown --format csv",
      does: "Two metrics of them, as csv",
    },
    {
      command: "btflow runs compare 0199f2c5… 0199f2c7… --output compare.html",
      does: "A page to look at, with their equity curves",
    },
  ],
  exits: [4, 5, 7],
  formats: [...ROW_FORMATS, "html"],
  run: (context, { flags, operands, format }) => {
    const ids = named(operands, undefined, { command: "runs compare", what: "the runs" });
    if (ids.length < 2) throw new UsageError("Cannot compare one run: name at least two");
    return withTracker(context, flags, async (session) => {
      const { tracker } = session;
      const runs = await Promise.all(ids.map((id) => findRun(tracker, id)));
      if (format === "html") {
        const { namedPage } = await import("../tracking/comparison_page.ts");
        const html = await namedPage(context, tracker, runs);
        return { html: () => Promise.resolve(html) };
      }
      const watch = releaseWatch();
      runs.forEach(watch.add);
      const { CATALOGUE } = await import("../metrics/mod.ts");
      const titles = columnTitles(runs, format);
      const rows = [
        ...paramRows(runs, titles, flags.all),
        ...metricRows(runs, titles, {
          only: flags.metrics,
          all: flags.all,
          intervals: flags.intervals,
          catalogue: CATALOGUE,
        }),
      ];
      if (flags.intervals) {
        for (const warning of missingIntervals(runs)) context.warn(warning);
        const { testBest } = await import("./runs_compare_best.ts");
        const tested = await testBest(context, tracker, runs);
        if (tested !== null) {
          const row = sideBySide("test", "sharpe_difference_p_value", tested.pValues, titles);
          rows.push({ ...row, best: titles[tested.best] ?? null });
        }
      }
      for (const warning of watch.warnings(new Set(rows.map(({ name }) => String(name))))) {
        context.warn(warning);
      }
      const isWhole = flags.all || flags.metrics !== undefined;
      const length = await idLength(session, runs.map(({ id }) => id));
      const compared = { runs, titles, rows, isWhole, catalogue: CATALOGUE, idLength: length };
      return {
        rows: { columns: ["kind", "name", ...titles, "best"], noun: null, pages: [rows] },
        screen: (screen) => comparedLines(compared, screen),
      };
    });
  },
});

/** Names for people, as long as no two runs share one; ids for programs. */
function columnTitles(runs: readonly Run[], format: string): readonly string[] {
  const names = runs.map(({ name }) => name);
  const taken = ["", "kind", "name", "best"];
  const areClear = new Set(names).size === names.length &&
    !names.some((name) => taken.includes(name));
  return ["table", "markdown"].includes(format) && areClear ? names : runs.map(({ id }) => id);
}

function sortedKeys(records: readonly Readonly<Record<string, unknown>>[]): readonly string[] {
  return [...new Set(records.flatMap((record) => Object.keys(record)))].sort();
}

function sideBySide(
  kind: string,
  name: string,
  cells: readonly Cell[],
  titles: readonly string[],
): Record<string, Cell> {
  return { kind, name, ...Object.fromEntries(titles.map((title, i) => [title, cells[i] ?? null])) };
}

function paramRows(
  runs: readonly Run[],
  titles: readonly string[],
  all: boolean,
): readonly Row[] {
  return sortedKeys(runs.map(({ params }) => params)).flatMap((name) => {
    const cells = runs.map(({ params }) => params[name] ?? null);
    if (!all && new Set(cells).size === 1) return [];
    return [{ ...sideBySide("param", name, cells, titles), best: null }];
  });
}

interface MetricChoice {
  readonly only: readonly string[] | undefined;
  readonly all: boolean;
  readonly intervals: boolean;
  readonly catalogue: readonly Metric[];
}

function metricRows(
  runs: readonly Run[],
  titles: readonly string[],
  { only, all, intervals, catalogue }: MetricChoice,
): readonly Row[] {
  const known = sortedKeys(runs.map(({ metrics }) => metrics));
  for (const name of only ?? []) {
    if (known.includes(name)) continue;
    const hint = "none of the runs has it";
    throw new NotFoundError("metric", name, { nearest: nearestNames(name, known), hint });
  }
  const rank = new Map(catalogue.map(({ name }, i) => [name, i]));
  const last = catalogue.length;
  const ordered = withoutBounds(known).toSorted((a, b) =>
    (rank.get(a) ?? last) - (rank.get(b) ?? last)
  );
  return (only ?? ordered).flatMap((name) => {
    const values = runs.map(({ metrics }) => metrics[name] ?? NaN);
    if (!all && only === undefined && new Set(values).size === 1) return [];
    const better = catalogue[rank.get(name) ?? last]?.better;
    const bounds = intervals ? Object.values(boundNames(name)) : [];
    return [
      { ...metricRow(runs, titles, name), best: bestOf(values, titles, better) },
      ...bounds.filter((bound) => known.includes(bound))
        .map((bound) => ({ ...metricRow(runs, titles, bound), best: null })),
    ];
  });
}

function metricRow(
  runs: readonly Run[],
  titles: readonly string[],
  name: string,
): Record<string, Cell> {
  const cells = runs.map(({ metrics }) => metrics[name] ?? NaN)
    .map((value) => Number.isFinite(value) ? value : null);
  return sideBySide("metric", name, cells, titles);
}

function missingIntervals(runs: readonly Run[]): readonly Warning[] {
  const lacking = runs.filter(({ metrics }) => !Object.keys(metrics).some(isBound));
  if (lacking.length === 0) return [];
  const what = lacking.length === runs.length
    ? "none of the runs was"
    : `${lacking.map(({ name, id }) => name === "" ? id : name).join(", ")} ${
      lacking.length === 1 ? "was" : "were"
    } not`;
  return [{ code: "no-intervals", message: `${what} logged with --intervals` }];
}

/** Whose value is best; null when all are equal, only one has it, or the catalogue knows no better. */
function bestOf(
  values: readonly number[],
  titles: readonly string[],
  better: Metric["better"] | undefined,
): string | null {
  const best = bestValue(values, better);
  return best === null ? null : titles.filter((_, i) => values[i] === best).join(", ");
}
