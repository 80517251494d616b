// Runs as they are seen, listed or recorded, and which of them are one backtest: those of equal returns, by
// their hash; where that is not known those of equal inputs and options, by their fingerprint; else each
// is one of its own. Kept in columns, for there may be hundreds of thousands.

import type { TrialState } from "../store/mod.ts";
import { numbering } from "./numbering.ts";

/** A run that was seen. */
export interface Sighting {
  /** Its id where it is listed, else its key. */
  readonly id: string;
  readonly key: string | null;
  /** Hash of its returns, in hex; null where it is not known. */
  readonly returns: string | null;
  readonly fingerprint: string | null;
  /** A row. */
  readonly sharpe: number | null;
  readonly rows: number | null;
  /** A year; not known of a run that is not listed. */
  readonly periods?: number | null;
  /** ms since the epoch. */
  readonly time: number;
  readonly state: TrialState;
}

/** A backtest, however often it was logged. */
export interface DistinctTrial {
  /** Of its first run: the id where it is listed, else its key. */
  readonly id: string;
  /** A row, with no rate taken off where btflow recorded it; null where it is undefined or not known. */
  readonly sharpe: number | null;
  readonly rows: number | null;
  /** A year; null where they are not known. */
  readonly periods: number | null;
  /** When it was logged first, ms since the epoch. */
  readonly time: number;
  /** The first of active, deleted, failed and pruned that it has a run in. */
  readonly state: TrialState;
}

/** Runs, by number in the order in which they were added. */
export interface TrialTable {
  /** The number of the run with an identity; −1 where it was not seen. */
  find(identity: string): number;
  add(identity: string, sighting: Sighting): number;
  /** Gives a run a further identity and what it lacked. */
  complete(run: number, identity: string | null, more: Partial<Sighting>): void;
  /** Notes that a run was seen again, in another place. */
  seenAgain(run: number, state: TrialState): void;
  stateOf(run: number): TrialState;
  hasReturns(run: number): boolean;
  remove(run: number): void;
  /** How many runs, removed ones not counted. */
  size(): number;
  /** The distinct backtests among them, in no order. */
  distinct(): Iterable<DistinctTrial>;
}

const STATES: readonly TrialState[] = ["active", "deleted", "failed", "pruned"];

/** A growing column of numbers, 0 where none was set. */
export interface Column {
  at(row: number): number;
  set(row: number, value: number): void;
}

/** A column without a number. */
export function column(): Column {
  let values = new Float64Array(1024);
  return {
    at: (row) => values[row] ?? 0,
    set(row, value) {
      if (row >= values.length) {
        const longer = new Float64Array(2 ** Math.ceil(Math.log2(row + 1)));
        longer.set(values);
        values = longer;
      }
      values[row] = value;
    },
  };
}

/** What is known of the runs, by their numbers. Texts are numbers (−1: none), what is not known NaN. */
interface Columns {
  /** Null for a run that was removed. */
  readonly ids: (string | null)[];
  readonly key: Column;
  readonly returns: Column;
  readonly fingerprint: Column;
  readonly sharpe: Column;
  readonly rows: Column;
  readonly periods: Column;
  readonly time: Column;
  /** By its place among the states. */
  readonly state: Column;
}

/** A table without runs. */
export function trialTable(): TrialTable {
  const runs: Columns = {
    ids: [],
    ...{ key: column(), returns: column(), fingerprint: column() },
    ...{ sharpe: column(), rows: column(), periods: column(), time: column(), state: column() },
  };
  const { ids, key, returns, fingerprint, sharpe, rows, periods, time, state } = runs;
  const identities = numbering();
  const keys = numbering();
  const hashes = numbering();
  const fingerprints = numbering();
  const runOfIdentity = column();
  let removed = 0;
  const identify = (run: number, identity: string): void =>
    runOfIdentity.set(identities.of(identity), run);
  return {
    find(identity) {
      const number = identities.find(identity);
      return number < 0 ? -1 : runOfIdentity.at(number);
    },
    add(identity, sighting) {
      const run = ids.push(sighting.id) - 1;
      identify(run, identity);
      key.set(run, keys.of(sighting.key));
      returns.set(run, hashes.of(sighting.returns));
      fingerprint.set(run, fingerprints.of(sighting.fingerprint));
      sharpe.set(run, sighting.sharpe ?? NaN);
      rows.set(run, sighting.rows ?? NaN);
      periods.set(run, sighting.periods ?? NaN);
      time.set(run, sighting.time);
      state.set(run, STATES.indexOf(sighting.state));
      return run;
    },
    complete(run, identity, more) {
      if (identity !== null) identify(run, identity);
      if (returns.at(run) < 0) returns.set(run, hashes.of(more.returns ?? null));
      if (Number.isNaN(sharpe.at(run))) sharpe.set(run, more.sharpe ?? NaN);
      if (Number.isNaN(rows.at(run))) rows.set(run, more.rows ?? NaN);
    },
    seenAgain: (run, other) => state.set(run, Math.min(state.at(run), STATES.indexOf(other))),
    stateOf: (run) => stateAt(state.at(run)),
    hasReturns: (run) => returns.at(run) >= 0,
    remove(run) {
      if (ids[run] !== null) removed++;
      ids[run] = null;
    },
    size: () => ids.length - removed,
    distinct: () => distinctOf(runs),
  };
}

function stateAt(index: number): TrialState {
  return STATES[index] ?? "pruned";
}

/** The number of the backtest that each run is, −1 for one that was removed; and how many they are. */
function backtestsOf(
  { ids, key, returns, fingerprint }: Columns,
): { readonly backtests: Int32Array; readonly count: number } {
  const backtests = new Int32Array(ids.length).fill(-1);
  let count = 0;
  // By number and one, as 0 is none.
  const known = { returns: column(), fingerprint: column(), key: column() };
  const find = (by: Column, number: number): number => number < 0 ? -1 : by.at(number) - 1;
  const settle = (run: number, found: number): number => {
    const backtest = found < 0 ? count++ : found;
    backtests[run] = backtest;
    for (const [by, number] of [[known.fingerprint, fingerprint], [known.key, key]] as const) {
      if (number.at(run) >= 0 && find(by, number.at(run)) < 0) {
        by.set(number.at(run), backtest + 1);
      }
    }
    return backtest;
  };
  for (let run = 0; run < ids.length; run++) {
    const hash = returns.at(run);
    if (ids[run] === null || hash < 0) continue;
    known.returns.set(hash, settle(run, find(known.returns, hash)) + 1);
  }
  for (let run = 0; run < ids.length; run++) {
    if (ids[run] === null || returns.at(run) >= 0) continue;
    const alike = find(known.fingerprint, fingerprint.at(run));
    settle(run, alike < 0 ? find(known.key, key.at(run)) : alike);
  }
  return { backtests, count };
}

function* distinctOf(runs: Columns): Iterable<DistinctTrial> {
  const { backtests, count } = backtestsOf(runs);
  const first = new Int32Array(count).fill(-1);
  const state = new Uint8Array(count).fill(STATES.length);
  const sharpe = new Float64Array(count).fill(NaN);
  const rows = new Float64Array(count).fill(NaN);
  const periods = new Float64Array(count).fill(NaN);
  backtests.forEach((backtest, run) => {
    if (backtest < 0) return;
    const before = first[backtest] as number;
    if (before < 0 || runs.time.at(run) < runs.time.at(before)) first[backtest] = run;
    state[backtest] = Math.min(state[backtest] as number, runs.state.at(run));
    if (Number.isNaN(sharpe[backtest])) sharpe[backtest] = runs.sharpe.at(run);
    if (Number.isNaN(rows[backtest])) rows[backtest] = runs.rows.at(run);
    if (Number.isNaN(periods[backtest])) periods[backtest] = runs.periods.at(run);
  });
  for (let backtest = 0; backtest < count; backtest++) {
    const run = first[backtest] as number;
    yield {
      id: runs.ids[run] ?? "",
      sharpe: orNull(sharpe[backtest] as number),
      rows: orNull(rows[backtest] as number),
      periods: orNull(periods[backtest] as number),
      time: runs.time.at(run),
      state: stateAt(state[backtest] as number),
    };
  }
}

function orNull(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
