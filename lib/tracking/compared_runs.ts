// The runs of a comparison page, gathered one at a time as they arrive: columns for the page, and what
// its head says of them all. No run is kept as it came: a hundred thousand would take a gigabyte.

import type { Warning } from "../errors.ts";
import { exposure, totalReturn, volatility } from "../metrics/mod.ts";
import { isOwnParam, OOS_TAG, type OwnParam, withoutBounds } from "../own_names.ts";
import { type ComparedRun, type RunColumns, runColumns } from "../report/mod.ts";
import type { Run } from "../tracker.ts";
import { releaseWatch } from "./releases.ts";
import { neverTraded } from "./run_columns.ts";

/** The metric whose points are the curve of a run without attached returns. */
export const CURVE = "cumulative_return";

/** Metrics that are looked at, whether they are shown or not. */
export const LOOKED_AT: readonly string[] = [
  CURVE,
  ...[exposure, volatility, totalReturn].map(({ name }) => name),
];

/** All runs of a page, and what is said of them. */
export interface ComparedRuns {
  readonly columns: RunColumns;
  /** Runs that have logged points of the curve, by position. */
  readonly curved: ReadonlySet<number>;
  /** Periods a year, by run: of what was read with others, figures are of another kind. */
  readonly periods: ReadonlyMap<number, number>;
  /** Where the out-of-sample part begins; null where runs do not say, or not alike. */
  readonly outOfSample: string | null;
  /** The benchmark's file, by run. */
  readonly benchmarks: ReadonlyMap<number, string>;
  /** First and last day of the returns; null where no run says so. */
  readonly dates: { readonly first: string; readonly last: string } | null;
  readonly warnings: readonly Warning[];
}

/** Gathers runs. */
export interface ComparedRunsBuilder {
  readonly count: number;
  add(run: Run): void;
  end(): ComparedRuns;
}

/** No runs yet; of more than 5,000 the metrics in `kept` alone stay. */
export function comparedRuns(kept: ReadonlySet<string>): ComparedRunsBuilder {
  const columns = runColumns(kept);
  const watch = releaseWatch();
  const curved = new Set<number>();
  const periods = new Map<number, number>();
  const benchmarks = new Map<number, string>();
  const ends = new Set<string>();
  /** What runs were read by, and how many by what. */
  const readBy = new Map<OwnParam, Map<string, number>>(
    (["returns_start", "returns_end", "periods_per_year", "risk_free_rate"] as const)
      .map((name) => [name, new Map()]),
  );
  return {
    get count() {
      return columns.count;
    },
    add(run) {
      const row = columns.count;
      columns.add(comparedRun(run));
      watch.add(run);
      if (CURVE in run.metrics) curved.add(row);
      const ending = run.tags[OOS_TAG];
      if (ending !== undefined) ends.add(ending);
      const own: Partial<Record<OwnParam, string>> = run.params;
      const yearly = Number(own.periods_per_year);
      if (yearly > 0) periods.set(row, yearly);
      if (own.benchmark_file !== undefined) benchmarks.set(row, own.benchmark_file);
      for (const [name, counts] of readBy) {
        const value = own[name];
        if (value !== undefined) counts.set(value, (counts.get(value) ?? 0) + 1);
      }
    },
    end() {
      const [only, ...others] = ends;
      return {
        columns: columns.end(),
        ...{ curved, periods, benchmarks },
        outOfSample: others.length > 0 ? null : only ?? null,
        dates: datesOf(readBy),
        warnings: [...watch.warnings(null), ...mixtures(readBy)],
      };
    },
  };
}

/** A run without what it was read by, which is no choice of the strategy, and without interval ends. */
function comparedRun({ id, name, status, startTime, metrics, params }: Run): ComparedRun {
  return {
    ...{ id, name, status, startTime },
    metrics: Object.fromEntries(
      withoutBounds(Object.keys(metrics)).map((key) => [key, metrics[key] ?? NaN]),
    ),
    params: Object.fromEntries(Object.entries(params).filter(([param]) => !isOwnParam(param))),
    isIdle: neverTraded((metric) => metrics[metric]),
  };
}

type ReadBy = ReadonlyMap<OwnParam, ReadonlyMap<string, number>>;

const UNDATED = "None";

function datesOf(readBy: ReadBy): ComparedRuns["dates"] {
  const days = (name: OwnParam): readonly string[] =>
    [...readBy.get(name)?.keys() ?? []].filter((day) => day !== UNDATED)
      .map((day) => day.slice(0, 10)).sort();
  const [first, last] = [days("returns_start")[0], days("returns_end").at(-1)];
  return first === undefined || last === undefined ? null : { first, last };
}

/** What makes the figures of runs hard to compare. */
function mixtures(readBy: ReadBy): readonly Warning[] {
  const mixed = (name: OwnParam, what: string): readonly Warning[] => {
    const counts = readBy.get(name) ?? new Map<string, number>();
    if (counts.size < 2) return [];
    const named = [...counts].sort(([, one], [, other]) => other - one).slice(0, 3)
      .map(([value, count]) => `${value.replace(" 00:00:00", "")} in ${count}`);
    const more = counts.size > named.length ? ", …" : "";
    return [{
      code: "mixed-runs",
      message: `The runs do not have the same ${what}: ${named.join(", ")}${more}`,
    }];
  };
  return [
    ...mixed("returns_start", "first day"),
    ...mixed("returns_end", "last day"),
    ...mixed("periods_per_year", "periods a year"),
    ...mixed("risk_free_rate", "risk-free rate"),
  ];
}
