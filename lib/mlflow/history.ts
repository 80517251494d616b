// The points of a metric of a run. A server may answer with those of other metrics, repeat its pages,
// or keep no history at all: then the run itself has the last point.

import type { MetricPoint } from "../tracker.ts";
import { API, get, isUnserved } from "./calls.ts";
import type { Http } from "./http.ts";
import type { Notes } from "./notes.ts";
import type { Sized } from "./page_sizes.ts";
import { badReply, pageTokens } from "./pages.ts";
import type { Page } from "./reader.ts";
import { getRun } from "./get_run.ts";
import { readHistory, readRunPoints } from "./schema.ts";

const PAGE_POINTS = 25_000;
/** MLflow 2.x answers a whole history at once: 400 MB are some five million points. */
const LIMITS = { maxBytes: 400 * 1024 * 1024, exactWholes: true };

/** Whom a history is asked of. */
interface Asking {
  readonly http: Http;
  readonly notes: Notes;
  readonly sized: Sized;
}

/**
 * All points of a metric. MLflow's pages are in the order of timestamps; ours is that of steps, so
 * the points are gathered and sorted; where the two are the same, that takes one look at each.
 */
export async function* metricHistory(
  asking: Asking,
  runId: string,
  key: string,
): AsyncGenerator<readonly MetricPoint[], void, undefined> {
  const points = await gathered(asking, runId, key);
  // An unknown run has no points either, and says so only here.
  if (points.length === 0) await getRun(asking.http, runId, asking.notes);
  points.sort(bySteps);
  for (let from = 0; from < points.length; from += PAGE_POINTS) {
    yield points.slice(from, from + PAGE_POINTS);
  }
}

async function gathered(
  asking: Asking,
  runId: string,
  key: string,
): Promise<MetricPoint[]> {
  const { http, notes } = asking;
  const points: MetricPoint[] = [];
  const known = new Set<string>();
  const url = http.url(`${API}/metrics/get-history`);
  const tokenOf = pageTokens("GET", url);
  let token: string | null = null;
  do {
    const page: Page<MetricPoint> = await pageOf(asking, { runId, key, token });
    const [problem] = page.problems ?? [];
    if (problem !== undefined && points.length + page.items.length === 0) {
      throw badReply("GET", url, `the reply is not MLflow's: ${problem.what}`);
    }
    notes.rows(page.problems ?? []);
    const isRepeated = known.has(marks(page.items));
    known.add(marks(page.items));
    for (const point of page.items) {
      if (point.key === key) points.push(point);
      else notes.tell("history", key);
    }
    token = tokenOf(page, isRepeated ? 0 : page.items.length);
  } while (token !== null);
  return points;
}

/** By what a page is known again; points by themselves may come twice from a file store. */
function marks(items: readonly MetricPoint[]): string {
  return JSON.stringify([items.length, items[0], items.at(-1)]);
}

async function pageOf(
  { http, notes, sized }: Asking,
  { runId, key, token }: {
    readonly runId: string;
    readonly key: string;
    readonly token: string | null;
  },
): Promise<Page<MetricPoint>> {
  const query = { run_id: runId, metric_key: key, page_token: token ?? undefined };
  try {
    return await sized(PAGE_POINTS, (size) => {
      const page = { ...query, max_results: size };
      return get(http, "metrics/get-history", page, readHistory, LIMITS);
    });
  } catch (error) {
    if (!isUnserved(error) || token !== null) throw error;
    const { items } = await get(http, "runs/get", { run_id: runId }, readRunPoints);
    notes.tell("noHistory", key);
    return { items: items.filter((point) => point.key === key), next: null };
  }
}

function bySteps(left: MetricPoint, right: MetricPoint): number {
  return byWhole(left.exactStep ?? left.step, right.exactStep ?? right.step) ||
    byWhole(left.exactTimestamp ?? left.timestamp, right.exactTimestamp ?? right.timestamp);
}

/** Each a number, or the digits of one that is too long. */
function byWhole(left: number | string, right: number | string): number {
  if (typeof left === "number" && typeof right === "number") return left - right;
  const [one, other] = [BigInt(left), BigInt(right)];
  return one < other ? -1 : one > other ? 1 : 0;
}
