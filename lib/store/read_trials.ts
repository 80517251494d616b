// Reading the record of trials: those of experiments, with what became of their runs here, and whether
// what a run says of its record elsewhere is what this store has.

import type { Database } from "./sqlite.ts";
import type { TrialTag } from "./trial_tag.ts";
import { fromHex, toHex } from "./trials.ts";

/** What became of a backtest's run; one that failed or was killed is no success that counts. */
export type TrialState = "active" | "deleted" | "failed" | "pruned";

/** A record, and what became of its run. */
export interface StoredTrial {
  /** Of the record, in hex. */
  readonly hash: string;
  /** The run's key. */
  readonly key: string;
  readonly fingerprint: string | null;
  /** In hex; null for a run that was there before records were. */
  readonly returns: string | null;
  /** A row; null where it is undefined or not known. */
  readonly sharpe: number | null;
  readonly rows: number | null;
  /** When it was committed, ms since the epoch. */
  readonly time: number;
  /** True for a run that was there before records were. */
  readonly isEarlier: boolean;
  /** "pruned": the run is not here any more, or never was. */
  readonly state: TrialState;
}

const PAGE_TRIALS = 1000;

/** The records of experiments, the oldest first, in pages. */
export function* trialPages(
  database: Database,
  experimentIds: readonly string[],
): Iterable<readonly StoredTrial[]> {
  const ids = JSON.stringify(experimentIds.map(Number).filter(Number.isSafeInteger));
  // A record of an experiment that is not here any more belongs to the next of its name.
  const isOfThese = `(t.experiment_id IN (SELECT value FROM json_each(?1)) OR
    (t.experiment_id IS NULL AND t.origin_name IN (
      SELECT name FROM experiments WHERE id IN (SELECT value FROM json_each(?1)))))`;
  for (let after = 0;;) {
    const page = database.arrays<
      [
        ...[id: number, hash: Uint8Array, key: string, fingerprint: string | null],
        ...[returns: Uint8Array | null, sharpe: number | null, rows: number | null],
        ...[time: number, marked: number, stage: string | null, status: string | null],
      ]
    >(
      `SELECT t.id, t.hash, t.key, t.fingerprint, t.returns_hash, t.sharpe, t.rows, t.time, t.marked,
         runs.lifecycle_stage, runs.status
       FROM trials AS t LEFT JOIN runs ON runs.key = t.key
       WHERE ${isOfThese} AND t.id > ?2 ORDER BY t.id LIMIT ${PAGE_TRIALS}`,
      ids,
      after,
    );
    const last = page.at(-1);
    if (last === undefined) return;
    after = last[0];
    yield page.map((row) => {
      const [, hash, key, fingerprint, returns, sharpe, rows, time, marked, stage, status] = row;
      return {
        ...{ key, fingerprint, sharpe, rows, time },
        hash: toHex(hash),
        returns: returns === null ? null : toHex(returns),
        isEarlier: marked === 1,
        state: stateOf(stage, status),
      };
    });
  }
}

/** What became of a run, by its lifecycle stage (null: it is gone) and status. */
export function stateOf(stage: string | null, status: string | null): TrialState {
  if (stage === null) return "pruned";
  if (stage === "deleted") return "deleted";
  return status === "FAILED" || status === "KILLED" ? "failed" : "active";
}

/** What a store has to say of a run's tag. */
export interface TrialLookup {
  /** Whether the record is here. */
  readonly isRecorded: boolean;
  /** The experiment that it is in here; null where there is none. */
  readonly experimentId: string | null;
  /** Why record and tag cannot both be as they were written; null when they can. */
  readonly problem: string | null;
}

/** Holds what a run elsewhere says of its record against this store; `key` is null where the run does not tell it. */
export function lookUpTrial(
  database: Database,
  tag: TrialTag,
  key: string | null,
): TrialLookup {
  const [record] = database.arrays<
    [number | null, Uint8Array | null, number | null, number | null]
  >(
    "SELECT experiment_id, returns_hash, sharpe, rows FROM trials WHERE hash = ?",
    fromHex(tag.hash),
  );
  if (record !== undefined) {
    const [experimentId, returns, sharpe, rows] = record;
    const isSame = returns !== null && toHex(returns) === tag.returns && sharpe === tag.sharpe &&
      rows === tag.rows;
    return {
      isRecorded: true,
      experimentId: experimentId === null ? null : String(experimentId),
      problem: isSame ? null : "its tag says otherwise than its record in the store",
    };
  }
  const isKnown = key !== null && database.get(
        `SELECT 1 FROM runs WHERE key = ?1 UNION ALL SELECT 1 FROM pruned WHERE key = ?1
       UNION ALL SELECT 1 FROM trials WHERE key = ?1`,
        key,
      ) !== undefined;
  const follows = tag.previous !== "" && database.get(
        "SELECT 1 FROM trials WHERE hash = ? AND own = 1",
        fromHex(tag.previous),
      ) !== undefined;
  const problem = isKnown
    ? "the store has the run and not its record: the store was rewritten"
    : follows
    ? "its record followed one that is in the store, and is not: the store was rewritten, or a copy " +
      "of it is in use elsewhere (sync --import takes in what that has)"
    : null;
  return { isRecorded: false, experimentId: null, problem };
}
