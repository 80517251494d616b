// Taking in another store's record of trials: all of it, those of pruned runs included, as it was written.
// Where a store was copied and both copies used, their chains part; both ways are kept.

import { storedExperiment } from "./experiments.ts";
import { importExperiment } from "./import_experiment.ts";
import type { Database } from "./sqlite.ts";
import { FIELD_COLUMNS, type FieldRow, fieldsOf, insertTrial } from "./trials.ts";

const RECORDS_AT_ONCE = 1000;

/** Takes in records, in groups; true once all are here, false where it was told to stop before. */
export async function importTrials(
  source: Database,
  target: Database,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const experiments = new Map<number, number>();
  const experimentHere = (id: number): number => {
    const here = experiments.get(id) ??
      importExperiment(target, storedExperiment(source, String(id)));
    experiments.set(id, here);
    return here;
  };
  for (let after = 0;;) {
    if (after > 0) await new Promise((resolve) => setTimeout(resolve));
    if (signal?.aborted === true) return false;
    const page = source.arrays<
      [id: number, hash: Uint8Array, experimentId: number | null, ...FieldRow]
    >(
      `SELECT id, hash, experiment_id, ${FIELD_COLUMNS.join(", ")} FROM trials WHERE id > ?
       ORDER BY id LIMIT ${RECORDS_AT_ONCE}`,
      after,
    );
    const last = page.at(-1);
    if (last === undefined) return true;
    after = last[0];
    target.write(() => {
      for (const [, hash, there, ...row] of page) {
        const known = target.arrays("SELECT 1 FROM trials WHERE hash = ?", hash);
        if (known.length > 0) continue;
        const fields = fieldsOf(row);
        const run = target.get<{ experiment_id: number }>(
          "SELECT experiment_id FROM runs WHERE key = ?",
          fields.key,
        );
        const experimentId = run?.experiment_id ?? (there === null ? null : experimentHere(there));
        insertTrial(target, { hash, fields, experimentId, own: false });
      }
    });
  }
}
