// Runs as a comparison page: what runs compare and runs search write as HTML. The page takes all runs
// that a search finds, up to 5,000 unless more are asked for, and says where it does not.

import type { Context } from "../command/declare.ts";
import { UsageError, type Warning } from "../errors.ts";
import { KEY_METRICS } from "../metrics/mod.ts";
import { buildComparison, FEW_RUNS, type PagePlace, renderComparison } from "../report/mod.ts";
import type { Experiment, Run } from "../tracker.ts";
import { comparedCurves, type CurveSource } from "./compared_curves.ts";
import {
  type ComparedLuck,
  comparedLuck,
  deflatedRatios,
  type LuckOptions,
  shellWord,
} from "./compared_luck.ts";
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
export async function searchPage(session: Session, request: PageRequest): Promise<string> {
  const { context } = session;
  const kept = keptMetrics(request.metrics);
  const found = await foundRuns(session, await foundHere(session, request.search), request);
  if (found.total > found.runs.columns.count) {
    context.warn({
      code: "runs-left-out",
      message: `The page holds ${found.size}; --max-results all takes all`,
    });
  }
  if (found.isNarrowed) {
    context.note(
      `Of more than ${whole(FEW_RUNS)} runs the page holds ${kept.size} metrics: the key metrics ` +
        "and those named by --columns metrics.NAME",
    );
  }
  return await foundPage(session, found, { now: context.io.now() });
}

/** The runs of a page, and what is said of them all. */
export interface FoundRuns {
  readonly request: Omit<PageRequest, "search">;
  readonly experiments: readonly Experiment[];
  readonly runs: ComparedRuns;
  /** How many there are with those that are not on the page. */
  readonly total: number;
  /** How many of how many, in words. */
  readonly size: string;
  /** True where they are so many that only some metrics were kept. */
  readonly isNarrowed: boolean;
  readonly luck: ComparedLuck | null;
}

/** Reads the runs that a query finds, and judges them where they are of one experiment. */
export async function foundRuns(
  session: Session,
  { query, experiments }: Awaited<ReturnType<typeof foundHere>>,
  request: Omit<PageRequest, "search">,
  luckOptions?: LuckOptions,
): Promise<FoundRuns> {
  const { context, tracker } = session;
  const { limit, filter, orderBy, metrics } = request;
  const kept = keptMetrics(metrics);
  const most = limit ?? FEW_RUNS;
  const count = (): Promise<number> => countRuns(session, query, MOST_COUNTED);
  // Whether there are many decides which metrics are read.
  const counted = most > FEW_RUNS ? await count() : null;
  const isNarrowed = Math.min(counted ?? 0, most) > FEW_RUNS;
  const narrowed = isNarrowed ? { metrics: [...kept, ...LOOKED_AT] } : {};
  const builder = comparedRuns(kept);
  for await (const page of tracker.searchRuns({ ...query, ...narrowed, limit: most })) {
    context.interrupted.throwIfAborted();
    for (const run of page) builder.add(run);
    if (counted !== null) {
      const total = Math.min(counted, most);
      context.progress({ done: builder.count, total, failed: 0, label: "runs read" });
    }
  }
  const total = counted ?? (builder.count < most ? builder.count : await count());
  const runs = builder.end();
  const [experiment, ...others] = experiments;
  const luck = experiment === undefined || others.length > 0
    ? null
    : await comparedLuck(session, experiment, filter, luckOptions);
  const size = sizeText(runs.columns.count, total, orderBy);
  return { ...{ request, experiments, runs, total, size, isNarrowed, luck } };
}

/** What a page says that its runs do not. */
export interface FoundPageFacts {
  /** ms since the epoch; null: the page does not say when it was made. */
  readonly now: number | null;
  /** Addresses of the runs' own pages, by position of the run. */
  readonly sheets?: ReadonlyMap<number, string>;
  /** What is said of the runs below the heading, besides what they say themselves. */
  readonly facts?: readonly string[];
  readonly warnings?: readonly Warning[];
  /** Where the page stands, when not alone. */
  readonly place?: PagePlace;
}

/** Their page. */
export async function foundPage(
  { context, tracker }: Session,
  { request, experiments, runs, total, size, luck }: FoundRuns,
  { warnings = [], ...facts }: FoundPageFacts,
): Promise<string> {
  return await page(context, tracker, runs, {
    ...facts,
    heading: experiments.length <= 3 ? experiments.map(({ name }) => name).join(", ") : "Runs",
    size,
    shown: request.metrics,
    luck,
    command: [
      "btflow runs search",
      ...experiments.slice(0, 20).map(({ name }) => `-e ${shellWord(name)}`),
    ]
      .join(" "),
    warnings: [...warnings, ...(total > runs.columns.count ? [leftOut(runs, size, luck)] : [])],
  });
}

/** What a reader must know who looks for the best on a page that does not hold all. */
function leftOut(
  { columns }: ComparedRuns,
  size: string,
  luck: ComparedLuck | null,
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
    now: context.io.now(),
    ...{ shown: null, luck: null, command: null, warnings: [] },
  });
}

interface PageFacts extends FoundPageFacts {
  readonly heading: string;
  readonly size: string;
  readonly shown: readonly string[] | null;
  readonly luck: ComparedLuck | null;
  readonly command: string | null;
  readonly warnings: readonly Warning[];
}

async function page(
  context: Context,
  tracker: CurveSource,
  runs: ComparedRuns,
  { heading, size, shown, luck, command, warnings, now, sheets, facts = [], place }: PageFacts,
): Promise<string> {
  const names = shown ?? KEY_METRICS.map(({ name }) => name);
  const { notes, ...curves } = await comparedCurves(context, tracker, runs, {
    by: names.find((name) => runs.columns.metrics.has(name)),
    known: luck?.returns ?? new Map(),
  });
  return renderComparison(
    buildComparison(runs.columns, {
      ...{ heading, generatedAt: now, command, ...curves },
      ...(sheets === undefined ? {} : { sheets }),
      facts: [size, ...factsOf(runs), ...facts],
      curveNotes: notes,
      luck: luck?.luck ?? null,
      deflated: luck === null ? null : deflatedRatios(runs, luck.spread),
      warnings: [...warnings, ...runs.warnings],
      ...(shown === null ? {} : { shown }),
    }),
    place,
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
  const [idle, lost] = [columns.idle.length, columns.lost.length];
  const differing = [...columns.params.values()]
    .filter(({ codes }) => codes.some((code) => code !== codes[0])).length;
  return [
    ...(idle === 0 ? [] : [`${whole(idle)} never traded`]),
    ...(lost === 0 ? [] : [`${whole(lost)} lost everything`]),
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
