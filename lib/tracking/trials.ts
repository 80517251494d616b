// How many backtests an experiment has seen, ever: from the runs that server or stores list, deleted ones
// included, and from the stores' records of trials, which outlive runs. What is kept of each is small, so
// that hundreds of thousands fit; whole runs go by.

import { StorageError, UsageError, type Warning } from "../errors.ts";
import { FINGERPRINT_TAG, PARENT_TAG, RUN_KEY_TAG, TRIAL_TAG } from "../own_names.ts";
import type { LocalStore, StoredTrial, TrialState, TrialTag } from "../store/mod.ts";
import { stateOf } from "../store/read_trials.ts";
import { parseTrialTag } from "../store/trial_tag.ts";
import type { Experiment, Run, Tracker } from "../tracker.ts";
import { numbering } from "./numbering.ts";
import type { Session } from "./session.ts";
import { type DistinctTrial, type Sighting, type TrialTable, trialTable } from "./trial_table.ts";

/** Distinct backtests, each in the first of these states that it has a run in. */
export interface TrialCounts extends Readonly<Record<TrialState, number>> {
  /** Runs beyond one for each: the same returns logged again. */
  readonly repeated: number;
  /** active + deleted + failed + pruned. */
  readonly total: number;
}

/** The trials of an experiment. */
export interface Trials {
  readonly trials: TrialCounts;
  /** One for each distinct backtest, in no order, made anew each time. */
  distinct(): Iterable<DistinctTrial>;
  /** Ids of listed runs that are no trials: they group others. */
  readonly groups: ReadonlySet<string>;
  /** What is wrong with the records, a line each: then more may have been tried than is counted. */
  readonly breaks: readonly string[];
}

/** Where runs of an experiment are listed. */
export interface TrialPlace {
  readonly tracker: Tracker;
  readonly experiment: Experiment;
}

/** What else is wanted of the runs. */
export interface TrialOptions {
  /** Called with every run that is listed, deleted ones and groups too; of several places, with each. */
  readonly onRun?: (run: Run, tracker: Tracker) => void;
  /** Whether it looks at no metrics but {@link SHARPE_METRICS}: others need not be read then. */
  readonly isSharpeOnly?: boolean;
}

/** What a run's Sharpe ratio, and its spread, are known by. */
export const SHARPE_METRICS = ["sharpe_ratio", "skew", "kurtosis"] as const;

const NAMED_BREAKS = 20;

/**
 * Counts the trials of an experiment over places and stores. Of a run that a place lists its state there
 * counts; of others, that in the stores.
 */
export async function trialsOf(
  places: readonly TrialPlace[],
  stores: readonly LocalStore[],
  { onRun = () => {}, isSharpeOnly = false }: TrialOptions = {},
): Promise<Trials> {
  const listing = newListing(stores);
  for (const place of places) {
    const { tracker, experiment } = place;
    for (const store of stores) {
      const here = await store.findExperiment(experiment.name);
      if (here !== null) listing.isIn(store, here.id);
      if (store.uri === tracker.uri) listing.isIn(store, experiment.id);
    }
    const query = {
      ...{ experimentIds: [experiment.id], filter: null, orderBy: [] },
      ...(isSharpeOnly ? { metrics: SHARPE_METRICS } : {}),
    };
    const pages = tracker.searchRuns({ ...query, view: "all", limit: Infinity });
    for await (const page of pages) {
      for (const run of page) {
        onRun(run, tracker);
        listing.add(tracker, run);
      }
    }
  }
  return listing.end();
}

/** The same for one experiment where a session looks: on the server and in the local store, or in a store. */
export async function trialsIn(
  { context, backends, tracker }: Session,
  experiment: Experiment,
  options: TrialOptions = {},
): Promise<Trials> {
  const stores: LocalStore[] = [];
  try {
    const store = backends.readsServer
      ? await backends.storeIfThere()
      : await backends.storeToRead();
    if (store !== null) stores.push(store);
  } catch (error) {
    if (!(error instanceof StorageError) && !(error instanceof UsageError)) throw error;
    context.warn({
      code: "store-unread",
      message: `trials that only the local store knows of are not counted: ${error.message}`,
    });
  }
  return await trialsOf([{ tracker, experiment }], stores, options);
}

/** Which trials count, and how many they are. */
export interface CountingTrials {
  readonly total: number;
  readonly from: "all" | "active" | "given";
  distinct(): Iterable<DistinctTrial>;
}

/** The trials that count: all, or the active ones alone; as many as are given, where a number is. */
export function countingTrials(
  { trials, distinct }: Trials,
  from: "all" | "active",
  given: number | null,
): CountingTrials {
  const total = from === "active" ? trials.active : trials.total;
  return {
    total: given ?? total,
    from: given === null ? from : "given",
    *distinct() {
      for (const trial of distinct()) if (from === "all" || trial.state === "active") yield trial;
    },
  };
}

/** The trials in a sentence for people. */
export function trialsText(counts: TrialCounts): string {
  const trials = `${counts.total} ${counts.total === 1 ? "trial" : "trials"}`;
  return `${trials} logged: ${statesText(counts)}${repeatsText(counts)}`;
}

/** How many trials are in each state that any is in; `shown` writes a number. */
export function statesText(counts: TrialCounts, shown: (count: number) => string = String): string {
  return (["active", "deleted", "failed", "pruned"] as const)
    .filter((state) => counts[state] > 0)
    .map((state) => `${shown(counts[state])} ${state}`).join(", ");
}

/** What follows where runs repeat trials; nothing where none does. */
export function repeatsText(
  { repeated }: TrialCounts,
  shown: (count: number) => string = String,
): string {
  if (repeated === 0) return "";
  return `; ${shown(repeated)} more ${repeated === 1 ? "run repeats" : "runs repeat"} one of them`;
}

/** What is said of a break in the records. */
export function brokenWarning(line: string): Warning {
  return {
    code: "trials-broken",
    message: `the record of trials was changed, more may have been tried than is counted: ${line}`,
  };
}

interface Listing {
  isIn(store: LocalStore, experimentId: string): void;
  add(tracker: Tracker, run: Run): void;
  end(): Trials;
}

function newListing(stores: readonly LocalStore[]): Listing {
  const table = trialTable();
  const listed = listedKeys();
  const groups = new Set<string>();
  /** Runs that may turn out to group others, by id. */
  const doubtful = new Map<string, number>();
  const parents = new Set<string>();
  const isHere = new Map(stores.map((store) => [store, new Set<string>()]));
  const breaks: string[] = [];
  let unnamed = 0;
  const broken = (line: string): void => {
    if (breaks.length < NAMED_BREAKS) breaks.push(line);
    else unnamed++;
  };
  return {
    isIn: (store, experimentId) => void isHere.get(store)?.add(experimentId),
    add(tracker, run) {
      const tag = parseTrialTag(run.tags[TRIAL_TAG]);
      const key = run.tags[RUN_KEY_TAG] ?? (tracker.kind === "store" ? run.id : null);
      const parent = run.tags[PARENT_TAG];
      if (parent !== undefined) parents.add(parent);
      if (tag !== null && tracker.kind === "mlflow") {
        const problem = heldAgainst(tag, key, isHere);
        if (problem !== null) broken(`run ${run.id}: ${problem}`);
      }
      const isOwn = key !== null || run.tags[FINGERPRINT_TAG] !== undefined;
      const isReturns = tag !== null || run.params["returns_count"] !== undefined;
      if (isOwn && !isReturns) {
        groups.add(run.id);
        if (key !== null) listed.set(key, GROUP);
        return;
      }
      // What is seen twice, in two places, is one run.
      const identity = tag?.hash ?? key ?? run.id;
      const before = table.find(identity);
      if (before >= 0) return table.seenAgain(before, stateOf(run.lifecycleStage, run.status));
      const number = table.add(identity, sightingOf(run, tag, key));
      if (!isReturns) doubtful.set(run.id, number);
      if (key !== null) listed.set(key, number);
    },
    end() {
      for (const [store, experimentIds] of isHere) {
        for (const line of store.verifyTrials()) broken(`${store.path}: ${line}`);
        for (const page of store.trialPages([...experimentIds])) {
          for (const record of page) addRecord(record, table, listed.get(record.key));
        }
      }
      for (const [id, number] of doubtful) {
        if (!parents.has(id)) continue;
        groups.add(id);
        table.remove(number);
      }
      if (unnamed > 0) breaks.push(`and ${unnamed} more`);
      return { trials: countsOf(table), distinct: () => table.distinct(), groups, breaks };
    },
  };
}

const GROUP = -2;

/** Numbers of listed runs by their keys; {@link GROUP} for one that groups others, −1 for none. */
function listedKeys(): { get(key: string): number; set(key: string, number: number): void } {
  const keys = numbering();
  const numbers: number[] = [];
  return {
    get: (key) => numbers[keys.find(key)] ?? -1,
    set: (key, number) => void (numbers[keys.of(key)] = number),
  };
}

/** What the stores say of a run's tag; and in which of their experiments its record is. */
function heldAgainst(
  tag: TrialTag,
  key: string | null,
  isHere: ReadonlyMap<LocalStore, Set<string>>,
): string | null {
  const found = [...isHere].map(([store, experimentIds]) => {
    const lookup = store.lookUpTrial(tag, key);
    if (lookup.experimentId !== null) experimentIds.add(lookup.experimentId);
    return lookup;
  });
  // One of two stores may have been copied from the other: what either has is not missing.
  const those = found.some(({ isRecorded }) => isRecorded)
    ? found.filter(({ isRecorded }) => isRecorded)
    : found;
  return those.find(({ problem }) => problem !== null)?.problem ?? null;
}

function sightingOf(run: Run, tag: TrialTag | null, key: string | null): Sighting {
  return {
    id: run.id,
    key,
    returns: tag?.returns ?? null,
    fingerprint: run.tags[FINGERPRINT_TAG] ?? null,
    sharpe: tag === null ? loggedSharpe(run) : tag.sharpe,
    rows: tag?.rows ?? wholeNumber(run.params["returns_count"]),
    periods: periodsOf(run),
    time: run.startTime,
    state: stateOf(run.lifecycleStage, run.status),
  };
}

/** A record of a run that is listed only adds what the run does not say itself. */
function addRecord(record: StoredTrial, table: TrialTable, run: number): void {
  const { hash, key, returns, isEarlier } = record;
  if (run === GROUP) return;
  if (run >= 0 && (isEarlier || !table.hasReturns(run))) {
    return table.complete(run, returns === null ? null : hash, record);
  }
  const identity = isEarlier ? key : hash;
  const before = table.find(identity);
  const state = run >= 0 ? table.stateOf(run) : record.state;
  if (before < 0) table.add(identity, { ...record, id: key, state });
  else if (run < 0) table.seenAgain(before, state);
}

function countsOf(table: TrialTable): TrialCounts {
  const counts = { active: 0, deleted: 0, failed: 0, pruned: 0 };
  let total = 0;
  for (const { state } of table.distinct()) {
    counts[state]++;
    total++;
  }
  return { ...counts, repeated: table.size() - total, total };
}

/** A row, of the ratio that was logged; null where one of the two is not there. */
function loggedSharpe({ metrics, params }: Run): number | null {
  const a = (metrics["sharpe_ratio"] ?? NaN) / Math.sqrt(Number(params["periods_per_year"]));
  return Number.isFinite(a) ? a : null;
}

/** A year, as it was annualised with; null where it does not say. */
function periodsOf({ params }: Run): number | null {
  const periods = Number(params["periods_per_year"]);
  return periods > 0 && periods < Infinity ? periods : null;
}

function wholeNumber(text: string | undefined): number | null {
  const value = text === undefined ? NaN : Number(text);
  return Number.isSafeInteger(value) ? value : null;
}
