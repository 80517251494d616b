// Whether the record of trials is whole: every record as it was written and after the one that it names,
// and one for every run, pruned ones included. What is wrong is named, record by record.

import { TRIAL_TAG } from "../own_names.ts";
import type { Database } from "./sqlite.ts";
import { parseTrialTag } from "./trial_tag.ts";
import { FIELD_COLUMNS, type FieldRow, fieldsOf, toHex, trialHash } from "./trials.ts";

/** At most this many breaks are named; all are counted. */
const NAMED_BREAKS = 20;

/** After which rows is looked: what was written last has the largest ids. */
export interface Since {
  readonly trial: number;
  readonly run: number;
}

const EVER: Since = { trial: 0, run: 0 };

/**
 * What is wrong with the record of trials, a line each; nothing when it is whole. With `since` only of
 * what was written after it, pruned runs aside.
 */
export function verifyTrials(database: Database, since: Since = EVER): readonly string[] {
  const named: string[] = [];
  let count = 0;
  const say = (line: string): void => {
    if (count++ < NAMED_BREAKS) named.push(line);
  };
  database.read(() => {
    verifyRecords(database, since, say);
    verifyLinks(database, since, say);
    verifyExperiments(database, since, say);
    verifyRuns(database, since, say);
    if (since === EVER) verifyPruned(database, say);
  });
  return count > NAMED_BREAKS ? [...named, `and ${count - NAMED_BREAKS} more`] : named;
}

type Say = (line: string) => void;

const PAGE_ROWS = 1000;

function verifyRecords(database: Database, since: Since, say: Say): void {
  for (let after = since.trial;;) {
    const page = database.arrays<[id: number, hash: Uint8Array, ...FieldRow]>(
      `SELECT id, hash, ${FIELD_COLUMNS.join(", ")} FROM trials WHERE id > ? ORDER BY id
       LIMIT ${PAGE_ROWS}`,
      after,
    );
    const last = page.at(-1);
    if (last === undefined) return;
    after = last[0];
    for (const [, hash, ...row] of page) {
      const fields = fieldsOf(row);
      if (toHex(trialHash(fields)) === toHex(hash)) continue;
      say(`record of run ${fields.key}: it is not as it was written`);
    }
  }
}

function verifyLinks(database: Database, since: Since, say: Say): void {
  const cut = database.iterate<[string]>(
    `SELECT key FROM trials AS t WHERE id > ? AND length(previous) > 0
       AND NOT EXISTS (SELECT 1 FROM trials AS p WHERE p.hash = t.previous) ORDER BY id`,
    since.trial,
  );
  for (const [key] of cut) say(`record of run ${key}: the record before it is missing`);
  const begun = database.iterate<[string]>(
    `SELECT key FROM trials WHERE own = 1 AND length(previous) = 0
       AND id > max(?, (SELECT min(id) FROM trials WHERE own = 1)) ORDER BY id`,
    since.trial,
  );
  for (const [key] of begun) {
    say(`record of run ${key}: it begins a second chain, where one was broken off`);
  }
}

/** Experiments are renamed; a record stays in its own, unless its name was not known at first. */
function verifyExperiments(database: Database, since: Since, say: Say): void {
  const moved = database.iterate<[string]>(
    `SELECT t.key FROM trials AS t LEFT JOIN runs ON runs.key = t.key
     WHERE t.id > ? AND (runs.experiment_id <> t.experiment_id
       OR (t.own = 1 AND t.origin_id > 0 AND t.experiment_id IS NOT t.origin_id
         AND t.origin_name NOT LIKE '(experiment %'))
     ORDER BY t.id`,
    since.trial,
  );
  for (const [key] of moved) say(`record of run ${key}: it was moved to another experiment`);
}

function verifyRuns(database: Database, since: Since, say: Say): void {
  for (let after = since.run;;) {
    // What btflow makes of returns says how many they are, and has had a record since there are records.
    const page = database.arrays<[id: number, key: string, tag: string | null, isTrial: number]>(
      `SELECT runs.id, runs.key, t.value, runs.fingerprint IS NOT NULL AND EXISTS (
         SELECT 1 FROM params AS p WHERE p.run_id = runs.id AND p.key = 'returns_count')
       FROM runs LEFT JOIN tags AS t ON t.run_id = runs.id AND t.key = ?
       WHERE runs.id > ? ORDER BY runs.id LIMIT ${PAGE_ROWS}`,
      ...[TRIAL_TAG, after],
    );
    const last = page.at(-1);
    if (last === undefined) return;
    after = last[0];
    for (const [, key, text, isTrial] of page) {
      const records = database.arrays<
        [Uint8Array, Uint8Array | null, number | null, number | null]
      >("SELECT hash, returns_hash, sharpe, rows FROM trials WHERE key = ?", key);
      const tag = parseTrialTag(text ?? undefined);
      if (tag === null) {
        if (isTrial === 1 && records.length === 0) say(`run ${key}: its record is missing`);
        continue;
      }
      const record = records.find(([hash]) => toHex(hash) === tag.hash);
      if (record === undefined) {
        say(`run ${key}: its record is missing`);
        continue;
      }
      const [, returns, sharpe, rows] = record;
      const isSame = returns !== null && toHex(returns) === tag.returns && sharpe === tag.sharpe &&
        rows === tag.rows;
      if (!isSame) say(`run ${key}: its tag ${TRIAL_TAG} says otherwise than its record`);
    }
  }
}

function verifyPruned(database: Database, say: Say): void {
  const missing = database.iterate<[string]>(
    `SELECT key FROM pruned WHERE trial IS NOT NULL AND NOT EXISTS (
       SELECT 1 FROM trials WHERE trials.key = pruned.key AND lower(hex(hash)) = pruned.trial)
     ORDER BY key`,
  );
  for (const [key] of missing) say(`pruned run ${key}: its record is missing`);
}
