// Runs as a comparison page: what runs compare and runs search write as HTML. Curves are the logged
// points of cumulative_return, asked for only where a run has that metric, a few runs at a time.

import { NotFoundError } from "../errors.ts";
import { buildComparison, type ComparedRun, renderComparison } from "../report/mod.ts";
import { isOwnParam, withoutBounds } from "../own_names.ts";
import { releaseWatch } from "./releases.ts";
import type { MetricPoint, Run, Tracker } from "../tracker.ts";

/** What the page says besides the runs. */
export interface ComparisonFacts {
  /** The page's title. */
  readonly heading: string;
  /** ms since the epoch. */
  readonly now: number;
}

const CURVE = "cumulative_return";
const AT_ONCE = 8;

/** The page as one self-contained HTML text. */
export async function comparisonPage(
  tracker: Pick<Tracker, "metricHistory">,
  runs: readonly Run[],
  { heading, now }: ComparisonFacts,
): Promise<string> {
  const points: (readonly MetricPoint[])[] = new Array(runs.length).fill([]);
  const waiting = runs.keys();
  const read = async (): Promise<void> => {
    for (const index of waiting) {
      const run = runs[index];
      if (run !== undefined && CURVE in run.metrics) points[index] = await curveOf(tracker, run.id);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, read));
  // Rows without a date, or before 1970, are logged at time 0: one makes steps the common measure.
  const dated = points.every((curve) => curve.every((one) => one.timestamp > 0));
  const watch = releaseWatch();
  runs.forEach(watch.add);
  const warnings = watch.warnings(null);
  const compared = runs.map((run, index) => comparedRun(run, points[index] ?? [], dated));
  return renderComparison(
    buildComparison(compared, { heading, generatedAt: now, dated, warnings }),
  );
}

async function curveOf(
  tracker: Pick<Tracker, "metricHistory">,
  runId: string,
): Promise<readonly MetricPoint[]> {
  const points: MetricPoint[] = [];
  try {
    for await (const page of tracker.metricHistory(runId, CURVE)) {
      for (const point of page) points.push(point);
    }
  } catch (error) {
    // Deleted since the search: the run keeps its row and has no curve.
    if (!(error instanceof NotFoundError)) throw error;
  }
  return points;
}

function comparedRun(run: Run, points: readonly MetricPoint[], dated: boolean): ComparedRun {
  const { id, name, status, startTime, metrics, params } = run;
  // The user's own params come first, so that they are the first columns.
  const entries = Object.entries(params);
  const isUsers = ([param]: readonly [string, string]): boolean => !isOwnParam(param);
  return {
    id,
    name,
    status,
    startTime,
    // The ends of intervals would be two more columns for each.
    metrics: Object.fromEntries(
      withoutBounds(Object.keys(metrics)).map((key) => [key, metrics[key] ?? NaN]),
    ),
    params: Object.fromEntries([
      ...entries.filter(isUsers),
      ...entries.filter((entry) => !isUsers(entry)),
    ]),
    ...(points.length < 2 ? {} : {
      curve: {
        x: points.map((point) => dated ? point.timestamp : point.step),
        y: points.map((point) => point.value),
      },
    }),
  };
}
