// What a comparison page shows, as plain data, as model.ts is for a tear sheet. Runs are columns, so
// that a hundred thousand of them are no hundred thousand objects.

import type { Warning } from "../errors.ts";
import type { Metric } from "../metrics/mod.ts";
import type { MapAxes } from "./map_axes.ts";
import type { RunColumns } from "./run_columns.ts";

/** A curve of cumulative returns, by time or row. */
export interface ComparedCurve {
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
}

/** Returns of runs on the rows that all of them have. */
export interface ComparedRows {
  /** Positions of the runs, the best first. */
  readonly runs: readonly number[];
  /** By run in that order. */
  readonly columns: readonly Float64Array[];
  /** ms since the epoch; null where the rows have no dates. */
  readonly dates: Float64Array | null;
  /** Rows a year. */
  readonly periods: number;
  /** Where the out-of-sample part begins, as it was declared; null where it was not. */
  readonly outOfSample: number | null;
  /** By run: the position in `runs` of the best run whose returns are like its own. */
  readonly clusters: readonly number[];
}

/** A metric's facts as the comparison page uses them. */
export interface ComparedMetric extends Pick<Metric, "name" | "label" | "unit" | "better"> {
  /** Of the catalogue’s categories, by title; the user’s own have one of their own. */
  readonly group: string;
  /** As `Figure.explanation`; empty for metrics that are not the catalogue's. */
  readonly explanation: string;
  /** False of what is computed for the page: no search finds runs by it. */
  readonly logged: boolean;
}

/** What the judgement of the experiment says of the best run. */
export interface ComparisonLuck {
  readonly sentence: string;
  readonly lines: readonly {
    readonly label: string;
    readonly value: string;
    readonly meaning: string;
  }[];
  /** The command that says all of it. */
  readonly command: string;
}

/** Everything a comparison page shows. */
export interface ComparisonModel {
  readonly heading: string;
  /** When the page was made, ms since the epoch; null: not said. */
  readonly generatedAt: number | null;
  /** What is said of the runs below the heading, a part each. */
  readonly facts: readonly string[];
  readonly runs: RunColumns;
  /** Those that any run has. */
  readonly metrics: readonly ComparedMetric[];
  /** Names of the metrics that are columns at first. */
  readonly shown: readonly string[];
  /** Params whose value is not the same in every run, in order of first appearance. */
  readonly params: readonly string[];
  /** What the map of all runs begins with; null where no two columns are shared: it has no dots. */
  readonly axes: MapAxes | null;
  /** Thinned, by position of the run. */
  readonly curves: ReadonlyMap<number, ComparedCurve>;
  /** What is said of the curves that are not there; empty where none is missing. */
  readonly curveNotes: readonly string[];
  readonly benchmark: (ComparedCurve & { readonly name: string }) | null;
  readonly rows: ComparedRows | null;
  readonly luck: ComparisonLuck | null;
  /** Addresses of the runs' own pages, by position of the run. */
  readonly sheets: ReadonlyMap<number, string>;
  /** The search that found the runs, without its filter; null where they were named. */
  readonly command: string | null;
  /** True when the curves' x are times, false when they are rows or steps. */
  readonly dated: boolean;
  readonly warnings: readonly Warning[];
}
