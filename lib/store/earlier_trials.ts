// The trial records of runs that were there before there were records, as the migration enters them: what
// their returns were is not known any more, so each counts by its fingerprint, else by its key.

import { isRunKey } from "./run_key.ts";
import type { Database } from "./sqlite.ts";
import { insertTrial, toHex, trialHash } from "./trials.ts";

interface Earlier {
  readonly key: string;
  readonly experimentId: number | null;
  readonly experiment: string;
  readonly fingerprint: string | null;
  readonly sharpe: number | null;
  readonly rows: number | null;
  readonly time: number;
}

const PAGE_RUNS = 1000;

/** Enters a marked record for each run that was made of returns, pruned ones included. */
export function enterEarlierTrials(database: Database): void {
  let previous = new Uint8Array();
  const enter = (earlier: Earlier): Uint8Array => {
    const { key, experimentId, experiment, fingerprint, sharpe, rows, time } = earlier;
    const fields = {
      ...{ previous, key, fingerprint, sharpe, rows, time, returnsHash: null, marked: 1 },
      originId: experimentId ?? 0,
      originName: experiment,
    };
    const hash = trialHash(fields);
    insertTrial(database, { hash, fields, experimentId, own: true });
    previous = new Uint8Array(hash);
    return hash;
  };
  for (let after = 0;;) {
    const page = keptRuns(database, after);
    const last = page.at(-1);
    if (last === undefined) break;
    for (const run of page) enter(run);
    after = last.id;
  }
  for (const run of prunedRuns(database)) {
    const hash = enter(run);
    database.run("UPDATE pruned SET trial = ? WHERE key = ?", toHex(hash), run.key);
  }
}

function keptRuns(
  database: Database,
  after: number,
): readonly (Earlier & { readonly id: number })[] {
  return database.arrays<
    [number, string, number, string, string | null, number, string, string | null, number | null]
  >(
    `SELECT runs.id, runs.key, e.id, e.name, runs.fingerprint,
       ifnull(runs.end_time, runs.start_time), c.value, p.value, m.value
     FROM runs JOIN experiments AS e ON e.id = runs.experiment_id
     JOIN params AS c ON c.run_id = runs.id AND c.key = 'returns_count'
     LEFT JOIN params AS p ON p.run_id = runs.id AND p.key = 'periods_per_year'
     LEFT JOIN metrics AS m ON m.run_id = runs.id
       AND m.key_id = (SELECT id FROM keys WHERE name = 'sharpe_ratio')
     WHERE runs.id > ? ORDER BY runs.id LIMIT ${PAGE_RUNS}`,
    after,
  ).map(([id, key, experimentId, experiment, fingerprint, time, count, periods, annual]) => ({
    ...{ id, key, experimentId, experiment, fingerprint, time },
    sharpe: aRow(annual, Number(periods)),
    rows: Number.isSafeInteger(Number(count)) ? Number(count) : null,
  }));
}

function aRow(annual: number | null, periods: number): number | null {
  return annual !== null && periods > 0 ? annual / Math.sqrt(periods) : null;
}

/** Of a run that grouped others only that is left; one whose whole group is pruned cannot be told. */
function prunedRuns(database: Database): readonly Earlier[] {
  return database.arrays<[string, string, string | null, number | null]>(
    `SELECT p.key, p.experiment, p.fingerprint, e.id FROM pruned AS p
     LEFT JOIN experiments AS e ON e.name = p.experiment
     WHERE p.key NOT IN (SELECT parent_key FROM runs WHERE parent_key IS NOT NULL)
     ORDER BY p.key`,
  ).map(([key, experiment, fingerprint, experimentId]) => ({
    ...{ key, experiment, fingerprint, experimentId, sharpe: null, rows: null },
    time: isRunKey(key) ? parseInt(key.slice(0, 12), 16) : 0,
  }));
}
