// What a store has of its runs, read from its file by the documented format and not by btflow.

import { DatabaseSync } from "node:sqlite";
import { pointText } from "./server_rows.ts";

/** A run as the store says it should be on the server. */
export interface StoreRun {
  readonly key: string;
  readonly name: string;
  readonly start: number;
  readonly end: number | null;
  readonly points: readonly string[];
  readonly params: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly datasets: readonly string[];
  /** Path and size of each, but for those that the server failed on and a run is whole without. */
  readonly artifacts: readonly string[];
}

const RUNS = "SELECT id, key, name, start_time AS start, end_time AS end FROM runs ORDER BY id";
const POINTS = `
SELECT k.name, m.step, ifnull(m.timestamp, r.start_time), m.value
FROM metrics m JOIN keys k ON k.id = m.key_id JOIN runs r ON r.id = m.run_id WHERE m.run_id = ?1
UNION ALL
SELECT k.name, p.step, p.timestamp, p.value
FROM points p JOIN keys k ON k.id = p.key_id WHERE p.run_id = ?1`;

/** All runs of a store, and what SQLite says of the file's integrity. */
export function readStore(
  file: string,
): { readonly runs: readonly StoreRun[]; readonly integrity: string } {
  const database = new DatabaseSync(file, { readOnly: true });
  const lists = (sql: string, id: unknown): readonly (readonly unknown[])[] => {
    const rows = database.prepare(sql).all(id as number) as Record<string, unknown>[];
    return rows.map((row) => Object.values(row));
  };
  const texts = (sql: string, id: unknown): Record<string, string> =>
    Object.fromEntries(lists(sql, id) as [string, string][]);
  try {
    const runs = database.prepare(RUNS).all().map((row): StoreRun => {
      const { id, key, name, start, end } = row as unknown as { id: number } & StoreRun;
      return {
        key,
        name,
        start,
        end,
        points: lists(POINTS, id).map((point) =>
          pointText(...point as Parameters<typeof pointText>)
        )
          .sort(),
        params: texts("SELECT key, value FROM params WHERE run_id = ?", id),
        tags: texts("SELECT key, value FROM tags WHERE run_id = ?", id),
        datasets: lists("SELECT name || ' ' || digest FROM datasets WHERE run_id = ?", id)
          .map(String),
        artifacts: lists(
          `SELECT a.path || ' ' || b.size FROM artifacts a JOIN blobs b ON b.id = a.blob_id
           WHERE a.run_id = ?1 AND NOT EXISTS (SELECT 1 FROM undeliverable u
             WHERE u.run_id = ?1 AND u.part = 'artifact ' || a.path AND u.optional = 1)
           ORDER BY 1`,
          id,
        ).map(String),
      };
    });
    const [row] = database.prepare("PRAGMA integrity_check").all();
    return { runs, integrity: String(row?.["integrity_check"]) };
  } finally {
    database.close();
  }
}
