// The curves of a comparison page: from the returns attached to runs where they are, else from logged
// points of cumulative_return. Of many runs the best have one.

import { BENCHMARK_ARTIFACTS } from "../backtest/returns_file.ts";
import type { Context } from "../command/declare.ts";
import { InputError, NotFoundError, TrackerError } from "../errors.ts";
import { CATALOGUE, type Returns } from "../metrics/mod.ts";
import type { ComparedCurve, ComparedRows, ComparisonModel } from "../report/mod.ts";
import type { Tracker } from "../tracker.ts";
import { type AttachedReturns, attachedReturns, readAttached } from "./attached_returns.ts";
import { sharedRows } from "./compared_rows.ts";
import { type ComparedRuns, CURVE } from "./compared_runs.ts";

/** Where files and points of runs are. */
export type CurveSource = Pick<Tracker, "metricHistory" | "readArtifact">;

/** What the page draws besides columns. */
export interface ComparedCurves {
  readonly curves: ReadonlyMap<number, ComparedCurve>;
  readonly dated: boolean;
  readonly notes: readonly string[];
  readonly rows: ComparedRows | null;
  readonly benchmark: ComparisonModel["benchmark"];
}

/** Up to so many runs all have a curve; of more the best. */
const FEW_CURVES = 1_000;
const BEST_CURVES = 500;
/** Returns held at once: of long series fewer runs have a curve. */
const MOST_RETURNS = 30_000_000;
const AT_ONCE = 8;
const CHUNK = 64;

/** Reads the curves of the best runs by a metric; `known` are returns that were read before, by id. */
export async function comparedCurves(
  context: Pick<Context, "progress" | "interrupted">,
  tracker: CurveSource,
  runs: ComparedRuns,
  { by, known }: {
    readonly by: string | undefined;
    readonly known: ReadonlyMap<string, AttachedReturns>;
  },
): Promise<ComparedCurves> {
  const { columns } = runs;
  const best = bestFirst(runs, by);
  const wanted = columns.count <= FEW_CURVES ? best : best.slice(0, BEST_CURVES);
  const read = await readReturns(context, tracker, runs, { wanted, known });
  const histories = await readHistories(
    tracker,
    runs,
    wanted.filter((run) => !read.returns.has(run)),
  );
  // One run without dates makes rows the measure of all; points before 1970 are logged at time 0.
  const dated = [...read.returns.values()].every(({ dates }) => dates !== null) &&
    [...histories.values()].every(({ times }) => times.every((time) => time > 0));
  const curves = new Map<number, ComparedCurve>();
  for (const run of wanted) {
    const [returns, history] = [read.returns.get(run), histories.get(run)];
    if (returns !== undefined) curves.set(run, curveOf(returns, dated));
    else if (history !== undefined) {
      curves.set(run, { x: dated ? history.times : history.steps, y: history.values });
    }
  }
  const leader = wanted.find((run) => read.returns.has(run) && runs.benchmarks.has(run));
  return {
    ...{ curves, dated },
    notes: notesOf(runs, by, { wanted, drawn: curves.size, reasons: read.reasons }),
    rows: sharedRows(runs, wanted, read.returns),
    benchmark: leader === undefined ? null : await benchmarkOf(tracker, runs, leader, dated),
  };
}

/** Runs that traded, the best by a metric first, those that lost everything last; without one as they came. */
export function bestFirst(
  { columns }: Pick<ComparedRuns, "columns">,
  by: string | undefined,
): readonly number[] {
  const idle = new Set(columns.idle);
  const all = Array.from({ length: columns.count }, (_, run) => run)
    .filter((run) => !idle.has(run));
  const values = by === undefined ? undefined : columns.metrics.get(by);
  if (values === undefined) return all;
  const lost = new Set(columns.lost);
  const isLowGood = CATALOGUE.find(({ name }) => name === by)?.better === "lower";
  const key = (run: number): number => {
    const value = values[run] ?? NaN;
    return Number.isNaN(value) || lost.has(run) ? Infinity : isLowGood ? value : -value;
  };
  return all.sort((one, other) => {
    const [a, b] = [key(one), key(other)];
    return a === b ? one - other : a - b;
  });
}

interface ReadReturns {
  readonly returns: ReadonlyMap<number, Returns>;
  /** Why runs have none, and how many. */
  readonly reasons: ReadonlyMap<string, number>;
}

async function readReturns(
  { progress, interrupted }: Pick<Context, "progress" | "interrupted">,
  tracker: CurveSource,
  { columns }: ComparedRuns,
  { wanted, known }: {
    readonly wanted: readonly number[];
    readonly known: ReadonlyMap<string, AttachedReturns>;
  },
): Promise<ReadReturns> {
  const returns = new Map<number, Returns>();
  const reasons = new Map<string, number>();
  let [values, done] = [0, 0];
  for (let from = 0; from < wanted.length && values < MOST_RETURNS; from += CHUNK) {
    const some = wanted.slice(from, from + CHUNK)
      .map((run) => ({ run, id: columns.ids[run] ?? "" }));
    const unread = some.filter(({ id }) => !known.has(id));
    const found = await attachedReturns(unread.map(({ id }) => ({ id, tracker })), {
      jobs: AT_ONCE,
      signal: interrupted,
      onProgress: () =>
        progress({ done: ++done, total: wanted.length, failed: 0, label: "returns read" }),
    });
    const byRun = new Map(unread.map(({ id }, index) => [id, found[index]]));
    for (const { run, id } of some) {
      const one = known.get(id) ?? byRun.get(id);
      if (one === undefined) continue;
      if ("missing" in one) reasons.set(one.missing, (reasons.get(one.missing) ?? 0) + 1);
      else if (one.values.length > 1) {
        returns.set(run, one);
        values += one.values.length;
      }
    }
  }
  return { returns, reasons };
}

interface History {
  readonly times: readonly number[];
  readonly steps: readonly number[];
  readonly values: readonly number[];
}

/** Logged points of runs, a few runs at a time; of one point there is no curve. */
async function readHistories(
  tracker: CurveSource,
  { columns, curved }: ComparedRuns,
  wanted: readonly number[],
): Promise<ReadonlyMap<number, History>> {
  const found = new Map<number, History>();
  const waiting = wanted.values();
  const read = async (): Promise<void> => {
    for (const run of waiting) {
      if (!curved.has(run)) continue;
      const history = await historyOf(tracker, columns.ids[run] ?? "");
      if (history.values.length > 1) found.set(run, history);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, read));
  return found;
}

async function historyOf(tracker: CurveSource, runId: string): Promise<History> {
  const [times, steps, values]: [number[], number[], number[]] = [[], [], []];
  try {
    for await (const page of tracker.metricHistory(runId, CURVE)) {
      for (const point of page) {
        times.push(point.timestamp);
        steps.push(point.step);
        values.push(point.value);
      }
    }
  } catch (error) {
    // Deleted since the search: the run keeps its row and has no curve.
    if (!(error instanceof NotFoundError)) throw error;
  }
  return { times, steps, values };
}

function curveOf({ dates, values }: Returns, dated: boolean): ComparedCurve {
  let wealth = 1;
  const y = Float64Array.from(values, (value) => (wealth *= 1 + value) - 1);
  const rows = (): Float64Array => Float64Array.from(values, (_, row) => row);
  return { x: dated && dates !== null ? dates : rows(), y };
}

/** What is missing, and what to do about it. */
function notesOf(
  { columns }: ComparedRuns,
  by: string | undefined,
  { wanted, drawn, reasons }: {
    readonly wanted: readonly number[];
    readonly drawn: number;
    readonly reasons: ReadonlyMap<string, number>;
  },
): readonly string[] {
  const label = CATALOGUE.find(({ name }) => name === by)?.label ?? by ?? "order";
  const traded = columns.count - columns.idle.length;
  if (traded === 0) return columns.count === 0 ? [] : ["No run has traded, so there is no curve."];
  const cause = [...reasons].map(([reason, count]) => `${count}: ${reason}`).join("; ");
  if (drawn === 0) {
    return [
      `There is no curve to draw (${cause}). batch attaches the returns of its runs by itself, log ` +
      "with --attach-returns; points of cumulative_return, by --series, are drawn too.",
    ];
  }
  const notes: string[] = [];
  if (wanted.length < traded) {
    notes.push(`Curves are those of the best ${wanted.length} runs by ${label}.`);
  }
  if (drawn < wanted.length) {
    notes.push(
      `${wanted.length - drawn} of ${wanted.length} runs have no curve${
        cause === "" ? ": their series are too long to hold them all" : ` (${cause})`
      }.`,
    );
  }
  return notes;
}

/** The benchmark that was attached with a run; null where none is, or it cannot be read. */
async function benchmarkOf(
  tracker: CurveSource,
  { columns, benchmarks }: ComparedRuns,
  run: number,
  dated: boolean,
): Promise<ComparisonModel["benchmark"]> {
  const id = columns.ids[run] ?? "";
  try {
    const returns = await readAttached({ id, tracker }, BENCHMARK_ARTIFACTS);
    if (returns === null || returns.values.length < 2) return null;
    const file = benchmarks.get(run) ?? "";
    const name = file.split(/[/\\]/).at(-1)?.replace(/\.[^.]+$/, "") || "Benchmark";
    return { name, ...curveOf(returns, dated) };
  } catch (error) {
    if (error instanceof InputError || error instanceof TrackerError) return null;
    throw error;
  }
}
