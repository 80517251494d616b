// What an MLflow server on PostgreSQL has, read from its database: neither btflow's client nor the
// server's own API stands between the test and the rows, so nothing can hide a doubled point.

import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { findPostgres } from "../helpers/postgres.ts";

/** A run as its rows say; lists are sorted texts, so that two runs can be compared as they are. */
export interface ServerRun {
  readonly id: string;
  readonly key: string | null;
  readonly name: string;
  readonly status: string;
  readonly stage: string;
  readonly start: number;
  readonly end: number | null;
  readonly points: readonly string[];
  readonly latest: Readonly<Record<string, number>>;
  readonly params: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  /** Name and digest of each. */
  readonly datasets: readonly string[];
}

/** How a point is written in lists. */
export function pointText(key: string, step: number, timestamp: number, value: number): string {
  return `${key} ${step} ${timestamp} ${value}`;
}

const QUERY = `
SELECT json_build_object(
  'id', r.run_uuid, 'name', r.name, 'status', r.status, 'stage', r.lifecycle_stage,
  'start', r.start_time, 'end', r.end_time,
  'points', (SELECT coalesce(json_agg(json_build_array(key, step, timestamp, value)), '[]')
             FROM metrics m WHERE m.run_uuid = r.run_uuid),
  'latest', (SELECT coalesce(json_object_agg(key, value), '{}')
             FROM latest_metrics m WHERE m.run_uuid = r.run_uuid),
  'params', (SELECT coalesce(json_object_agg(key, value), '{}')
             FROM params p WHERE p.run_uuid = r.run_uuid),
  'tags', (SELECT coalesce(json_object_agg(key, value), '{}')
           FROM tags t WHERE t.run_uuid = r.run_uuid),
  'datasets', (SELECT coalesce(json_agg(d.name || ' ' || d.digest), '[]') FROM inputs i
               JOIN datasets d ON d.dataset_uuid = i.source_id
               WHERE i.destination_id = r.run_uuid AND i.destination_type = 'RUN'))
FROM runs r`;

type Row = Omit<ServerRun, "key" | "points"> & {
  readonly points: readonly (readonly [string, number, number, number])[];
};

/** All runs of a server, deleted ones included. */
export async function readServerRuns(databaseUri: string): Promise<readonly ServerRun[]> {
  const psql = path.join(findPostgres() ?? "", "psql");
  const { stdout } = await promisify(execFile)(
    psql,
    [databaseUri.replace("+psycopg2", ""), "-At", "-c", QUERY],
    { maxBuffer: 1 << 30 },
  );
  return stdout.split("\n").filter((line) => line !== "").map((line) => {
    const row = JSON.parse(line) as Row;
    return {
      ...row,
      key: row.tags["btflow.run_key"] ?? null,
      points: row.points.map((point) => pointText(...point)).sort(),
    };
  });
}
