// Runs as a comparison page: what runs compare and runs search write as HTML. The page takes all runs
// that a search finds, up to 5,000 unless more are asked for, and says where it does not.

import type { Context } from "../command/declare.ts";
import { UsageError, type Warning } from "../errors.ts";
import { KEY_METRICS } from "../metrics/mod.ts";
import { buildComparison, FEW_RUNS, renderComparison } from "../report/mod.ts";
import type { Run } from "../tracker.ts";
import { comparedCurves, type CurveSource } from "./compared_curves.ts";
import { comparedLuck, shellWord } from "./compared_luck.ts";
import { type ComparedRuns, comparedRuns, LOOKED_AT } from "./compared_runs.ts";
import { firstRuns } from "./run_columns.ts";
import { countRuns, foundHere, type Search } from "./search.ts";
import type { Session } from "./session.ts";

/** What a page of a search is asked for. */
export interface PageRequest {
  readonly search: Omit<Search, "limit">;
  /** Runs on the page; null for as many as fit one. */
  readonly limit: number | null;
  /** As written; they narrow what is judged, and order what is cut. */
  readonly filter: string | null;
  readonly orderBy: readonly string[];
  /** Metrics that are columns at first; null for the key metrics. */
  readonly metrics: readonly string[] | null;
}

/** Metrics of more than 5,000 runs: the key metrics, and those asked for. */
const MOST_METRICS = 16;
/** More than these are not counted one by one where only some are shown. */
const MOST_COUNTED = 1_000_000;

/** The page of the runs that a search finds. */
export async function searchPage(
  session: Session,
  { search, limit, filter, orderBy, metrics }: PageRequest,
): Promise<string> {
  const { context, tracker } = session;
  const kept = keptMetrics(metrics);
  const { query, experiments } = await foundHere(session, search);
  const most = limit ?? FEW_RUNS;
  const count = (): Promise<number> => countRuns(session, query, MOST_COUNTED);
  // Whether there are many decides which metrics are read.
  const counted = most > FEW_RUNS ? await count() : null;
  const narrowed = Math.min(counted ?? 0, most) > FEW_RUNS
    ? { metrics: [...kept, ...LOOKED_AT] }
    : {};
  const builder = comparedRuns(kept);
  for await (const page of tracker.searchRuns({ ...query, ...narrowed, limit: most })) {
    for (const run of page) builder.add(run);
    if (counted !== null) {
      const total = Math.min(counted, most);
      context.progress({ done: builder.count, total, failed: 0, label: "runs read" });
    }
  }
  const total = counted ?? (builder.count < most ? builder.count : await count());
  const runs = builder.end();
  const size = sizeText(runs.columns.count, total, orderBy);
  if (total > runs.columns.count) {
    context.warn({
      code: "runs-left-out",
      message: `The page holds ${size}; --max-results all takes all`,
    });
  }
  if (narrowed.metrics !== undefined) {
    context.note(
      `Of more than ${whole(FEW_RUNS)} runs the page holds ${kept.size} metrics: the key metrics ` +
        "and those named by --columns metrics.NAME",
    );
  }
  const [experiment, ...others] = experiments;
  const luck = experiment === undefined || others.length > 0
    ? null
    : await comparedLuck(session, experiment, filter);
  return await page(context, tracker, runs, {
    heading: experiments.length <= 3 ? experiments.map(({ name }) => name).join(", ") : "Runs",
    size,
    shown: metrics,
    luck,
    command: [
      "btflow runs search",
      ...experiments.slice(0, 20).map(({ name }) => `-e ${shellWord(name)}`),
    ]
      .join(" "),
    warnings: total > runs.columns.count ? [leftOut(runs, size, luck)] : [],
  });
}

/** What a reader must know who looks for the best on a page that does not hold all. */
function leftOut(
  { columns }: ComparedRuns,
  size: string,
  luck: Awaited<ReturnType<typeof comparedLuck>>,
): Warning {
  const isHere = luck !== null && columns.ids.includes(luck.best.id);
  const best = luck === null
    ? "the best of all may be another"
    : isHere
    ? `the best of all, ${luck.best.name}, is among them`
    : `the best of all, ${luck.best.name}, is not among them`;
  return { code: "runs-left-out", message: `This page holds ${size}: ${best}` };
}

/** The page of runs that are named. */
export async function namedPage(
  context: Context,
  tracker: CurveSource,
  runs: readonly Run[],
): Promise<string> {
  const builder = comparedRuns(new Set());
  runs.forEach(builder.add);
  return await page(context, tracker, builder.end(), {
    ...{ heading: "Comparison", size: sizeText(runs.length, runs.length, []) },
    ...{ shown: null, luck: null, command: null, warnings: [] },
  });
}

interface PageFacts {
  readonly heading: string;
  readonly size: string;
  readonly shown: readonly string[] | null;
  readonly luck: Awaited<ReturnType<typeof comparedLuck>>;
  readonly command: string | null;
  readonly warnings: ComparedRuns["warnings"];
}

async function page(
  context: Context,
  tracker: CurveSource,
  runs: ComparedRuns,
  { heading, size, shown, luck, command, warnings }: PageFacts,
): Promise<string> {
  const names = shown ?? KEY_METRICS.map(({ name }) => name);
  const { notes, ...curves } = await comparedCurves(context, tracker, runs, {
    by: names.find((name) => runs.columns.metrics.has(name)),
    known: luck?.returns ?? new Map(),
  });
  return renderComparison(
    buildComparison(runs.columns, {
      ...{ heading, generatedAt: context.io.now(), command, ...curves },
      facts: [size, ...factsOf(runs)],
      curveNotes: notes,
      luck: luck?.luck ?? null,
      warnings: [...warnings, ...runs.warnings],
      ...(shown === null ? {} : { shown }),
    }),
  );
}

/** Key metrics first, then those asked for. */
function keptMetrics(asked: readonly string[] | null): ReadonlySet<string> {
  const kept = new Set([...KEY_METRICS.map(({ name }) => name), ...asked ?? []]);
  if (kept.size > MOST_METRICS) {
    const room = MOST_METRICS - KEY_METRICS.length;
    throw new UsageError(
      `Cannot make a page with ${kept.size} metrics as columns: --columns takes at most ${room} ` +
        "besides the key metrics",
    );
  }
  return kept;
}

/** How many of how many: a page must not pass some runs off as all. */
function sizeText(shown: number, total: number, orderBy: readonly string[]): string {
  const noun = total === 1 ? "run" : "runs";
  if (shown >= total) return `${whole(total)} ${noun}`;
  const of = total >= MOST_COUNTED ? `more than ${whole(MOST_COUNTED)}` : whole(total);
  return firstRuns({ shown: whole(shown), of }, orderBy);
}

function factsOf({ columns, dates }: ComparedRuns): readonly string[] {
  const idle = columns.idle.length;
  const differing = [...columns.params.values()]
    .filter(({ codes }) => codes.some((code) => code !== codes[0])).length;
  return [
    ...(idle === 0 ? [] : [`${whole(idle)} never traded`]),
    ...(dates === null ? [] : [`${dates.first} to ${dates.last}`]),
    `${whole(columns.metrics.size)} metrics`,
    ...(columns.count < 2 ? [] : [
      `${whole(differing)} ${
        differing === 1 ? "parameter that differs" : "parameters that differ"
      }`,
    ]),
  ];
}

function whole(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}
