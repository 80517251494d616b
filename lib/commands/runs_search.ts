// `btflow runs search`: runs as rows, filtered and sorted where they are kept, or summed up by group.

import { defineCommand } from "../command/declare.ts";
import type { Command, Context } from "../command/declare.ts";
import { ARTIFACT_HOST_FLAGS, CONNECTION_FLAGS, STORES_FLAG } from "../config/connection_flags.ts";
import type { ConnectionValues } from "../config/connection_flags.ts";
import { UsageError } from "../errors.ts";
import { type OrderBy, parseFilter, parseSortKeys } from "../filter/mod.ts";
import { list, text, texts, toggle } from "../command/flags.ts";
import type { Row } from "../command/answer.ts";
import { counted, ROW_FORMATS } from "../output/mod.ts";
import type { Run } from "../tracker.ts";
import { checkGroupBy, GROUPED_METRICS, groupedRows } from "../tracking/group_runs.ts";
import { type Found, keysAmong, nothingYet } from "../tracking/found.ts";
import { releaseWatch } from "../tracking/releases.ts";
import type { PageRequest } from "../tracking/comparison_page.ts";
import { checkRunColumns, defaultRunColumns, runRow } from "../tracking/rows.ts";
import { firstRuns, isRanked, runColumns } from "../tracking/run_columns.ts";
import { searchRuns } from "../tracking/search.ts";
import type { Search } from "../tracking/search.ts";
import { limitFlag } from "../tracking/selection_flags.ts";
import { withTracker } from "../tracking/session.ts";

const DEFAULT_LIMIT = 100;

/** Finds runs by a filter. */
export const search: Command = defineCommand({
  name: "runs search",
  summary: "Find runs: filter, sort, choose columns, or sum up by group",
  description: "Filters are MLflow's (metrics.X > 1 AND params.Y = 'a'), and OR, NOT, " +
    "parentheses, BETWEEN, IN, IS NULL, duration and ISO dates besides. Rows leave as they arrive; " +
    "only csv without --columns, parquet and table wait for the last, to know all columns.",
  flags: {
    experiment: texts({
      short: "e",
      summary: "Only runs of this experiment (name or id)",
      value: "NAME",
      fallback: "MLFLOW_EXPERIMENT_NAME, else all",
    }),
    filter: text({ short: "f", summary: "Only runs the filter holds for", value: "FILTER" }),
    orderBy: texts({
      short: "o",
      summary: "Sort by this, such as 'metrics.sharpe_ratio DESC'",
      value: "KEY",
      fallback: "start_time DESC",
    }),
    maxResults: limitFlag(`${DEFAULT_LIMIT}; with --group-by: all; html: 5,000`),
    columns: list({
      short: "c",
      summary: "Columns: run_id, status, metrics.X, params.X, tags.X, …",
    }),
    showDeleted: toggle({ summary: "Deleted runs too" }),
    groupBy: list({
      summary: "Sum metrics up by this (params.X, tags.X, status): count, mean, min, max",
      value: "KEY",
    }),
    ...ARTIFACT_HOST_FLAGS,
    ...CONNECTION_FLAGS,
    store: STORES_FLAG,
  },
  examples: [
    {
      command: `btflow runs -e crypto -f "metrics.sharpe_ratio > 1" -o "metrics.sharpe_ratio DESC"`,
      does: "The good ones, the best first",
    },
    {
      command: "btflow runs search -e crypto --max-results all --format csv > runs.csv",
      does: "Everything, for a spreadsheet",
    },
    {
      command: "btflow runs search -e crypto --group-by params.lookback",
      does: "Count, mean, min and max of the key metrics for each lookback",
    },
    {
      command: "btflow runs search -e crypto --output crypto.html",
      does: "A page to choose with: map, curves, leaderboard, and whether the best is luck",
    },
  ],
  exits: [4, 5, 7],
  formats: [...ROW_FORMATS, "html"],
  run: async (context, { flags, format }) => {
    const { columns, groupBy } = flags;
    const summed = groupBy === undefined ? undefined : columns?.map(metricName);
    if (groupBy !== undefined) checkGroupBy(groupBy);
    else if (columns !== undefined) checkRunColumns(columns);
    const search: Search = {
      stores: flags.store,
      experiments: flags.experiment,
      filter: flags.filter === undefined ? null : parseFilter(flags.filter),
      orderBy: parseSortKeys(flags.orderBy, "runs"),
      view: flags.showDeleted ? "all" : "active",
      limit: flags.maxResults ?? (groupBy === undefined ? DEFAULT_LIMIT : Infinity),
      chosen: keysAmong([...columns ?? [], ...groupBy ?? []]),
    };
    if (format === "html") {
      const request: PageRequest = {
        ...{ search, limit: flags.maxResults ?? null, orderBy: flags.orderBy },
        filter: flags.filter ?? null,
        metrics: columns === undefined ? null : columns.flatMap(shownMetric),
      };
      return { html: await page(context, flags, request) };
    }
    const found = nothingYet();
    const pages = await searchRuns(context, flags, search, found);
    if (groupBy !== undefined) {
      const metrics = format === "table" ? GROUPED_METRICS : undefined;
      return { rows: groupedRows(pages, groupBy, summed ?? metrics) };
    }
    return {
      rows: {
        columns: columns ?? null,
        tableColumns: columns === undefined ? defaultRunColumns : null,
        view: {
          columns: (some) =>
            runColumns(some, { chosen: columns, ordered: orderKeys(search.orderBy) }),
          isRanked,
          idLength: () => found.idLength,
        },
        noun: "runs",
        told: () => countText(found, search.orderBy),
        pages: rows(context, pages, search.orderBy, flags.showDeleted),
      },
    };
  },
});

/** The comparison page: it needs the runs all at once, and their returns from the same place. */
async function page(
  context: Context,
  flags: Omit<ConnectionValues, "store">,
  request: PageRequest,
): Promise<() => Promise<string>> {
  const [store, ...others] = request.search.stores;
  if (others.length > 0) {
    throw new UsageError(
      "Cannot compare the runs of several stores on one page: bring them together (sync --import)",
    );
  }
  return await withTracker(context, { ...flags, store }, async (session) => {
    const { searchPage } = await import("../tracking/comparison_page.ts");
    const html = await searchPage(session, request);
    return () => Promise.resolve(html);
  });
}

/** Of a page the columns that are metrics are chosen; params that differ are columns anyway. */
function shownMetric(column: string): readonly string[] {
  return column.startsWith("metrics.") ? [column.slice("metrics.".length)] : [];
}

/** With --group-by, columns are metrics. */
function metricName(column: string): string {
  if (!column.startsWith("metrics.")) {
    throw new UsageError(
      `Cannot sum up "${column}": with --group-by, --columns takes metrics.NAME only`,
    );
  }
  return column.slice("metrics.".length);
}

/** Says at the end where the order is by a metric that does not mean the same in all of the runs. */
async function* rows(
  context: Context,
  pages: AsyncIterable<readonly Run[]>,
  orderBy: readonly OrderBy[],
  withStage: boolean,
): AsyncIterable<readonly Row[]> {
  const watch = releaseWatch();
  for await (const page of pages) {
    for (const run of page) watch.add(run);
    yield page.map((run) => runRow(run, withStage));
  }
  for (const warning of watch.warnings(orderedMetrics(orderBy))) context.warn(warning);
}

/** "100 of 960 runs, the newest; --max-results all": what is left out is said. */
function countText({ count, hasMore, total }: Found, orderBy: readonly OrderBy[]): string {
  if (!hasMore) return counted(count, "runs");
  const order = orderBy.map(({ text }) => text);
  const of = total === null ? null : String(total);
  const more = total === null ? "; there are more" : "";
  return `${firstRuns({ shown: String(count), of }, order)}${more}; --max-results all shows all`;
}

function orderKeys(orderBy: readonly OrderBy[]): readonly string[] {
  return orderBy.map(({ entity, key }) => entity === "attribute" ? key : `${entity}s.${key}`);
}

function orderedMetrics(orderBy: readonly OrderBy[]): ReadonlySet<string> {
  return new Set(orderBy.flatMap(({ entity, key }) => entity === "metric" ? [key] : []));
}
