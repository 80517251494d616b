// The runs of a comparison page, gathered one at a time as they arrive: columns for the page, and what
// its head says of them all. No run is kept as it came: a hundred thousand would take a gigabyte.

import type { Warning } from "../errors.ts";
import {
  exposure,
  maxDrawdown,
  totalReturn,
  tradeCount,
  volatility,
  worstDay,
} from "../metrics/mod.ts";
import { isOwnParam, OOS_TAG, type OwnParam, withoutBounds } from "../own_names.ts";
import { type ComparedRun, type RunColumns, runColumns, type RunFlag } from "../report/mod.ts";
import type { Run } from "../tracker.ts";
import { asJudged, type Estimate } from "./judged_runs.ts";
import { releaseWatch } from "./releases.ts";
import { lostEverything, neverTraded } from "./run_columns.ts";
import { column } from "./trial_table.ts";
import { SHARPE_METRICS } from "./trials.ts";

/** The metric whose points are the curve of a run without attached returns. */
export const CURVE = "cumulative_return";

/** Metrics that are looked at, whether they are shown or not. */
export const LOOKED_AT: readonly string[] = [
  CURVE,
  ...SHARPE_METRICS,
  ...[exposure, volatility, totalReturn, maxDrawdown, worstDay, tradeCount]
    .map(({ name }) => name),
];

/** All runs of a page, and what is said of them. */
export interface ComparedRuns {
  readonly columns: RunColumns;
  /** Runs that have logged points of the curve, by position. */
  readonly curved: ReadonlySet<number>;
  /** Periods a year, by run: of what was read with others, figures are of another kind. */
  readonly periods: ReadonlyMap<number, number>;
  /** What the deflated Sharpe ratio of a run is made of; null where a part is not known. */
  estimateAt(run: number): Estimate | null;
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
  const estimates = estimating();
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
      estimates.set(row, asJudged(run));
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
        estimateAt: estimates.at,
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
    flags: flagsOf(metrics, params),
    span: spanOf(params),
  };
}

interface Estimates {
  set(run: number, estimate: Estimate | null): void;
  at(run: number): Estimate | null;
}

/** In columns, for there may be a hundred thousand. */
function estimating(): Estimates {
  const [sharpe, count, periods] = [column(), column(), column()];
  const [skew, kurtosis] = [column(), column()];
  return {
    set(run, estimate) {
      if (estimate === null) return;
      sharpe.set(run, estimate.sharpe);
      count.set(run, estimate.count);
      periods.set(run, estimate.periods);
      skew.set(run, estimate.skew);
      kurtosis.set(run, estimate.kurtosis);
    },
    at: (run) =>
      count.at(run) === 0 ? null : {
        ...{ sharpe: sharpe.at(run), count: count.at(run), periods: periods.at(run) },
        ...{ skew: skew.at(run), kurtosis: kurtosis.at(run) },
      },
  };
}

/** Rows, and trades, of which fewer say next to nothing. */
const FEW = 30;

function flagsOf(
  metrics: Run["metrics"],
  params: Partial<Record<OwnParam, string>>,
): readonly RunFlag[] {
  const metric = (name: string): unknown => metrics[name];
  const isIdle = neverTraded(metric);
  const flags: readonly (readonly [RunFlag, boolean])[] = [
    ["never traded", isIdle],
    ["lost everything", !isIdle && lostEverything(metric)],
    ["fewer than 30 rows", Number(params.returns_count) < FEW],
    ["fewer than 30 trades", !isIdle && (metrics[tradeCount.name] ?? NaN) < FEW],
  ];
  return flags.flatMap(([flag, holds]) => holds ? [flag] : []);
}

function spanOf({ returns_start: start, returns_end: end }: Run["params"]): string {
  const isKnown = start !== undefined && end !== undefined && start !== UNDATED && end !== UNDATED;
  return isKnown ? `${start.slice(0, 10)} to ${end.slice(0, 10)}` : "";
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
