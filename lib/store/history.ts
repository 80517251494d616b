// The points of one metric, in MLflow's order, read page by page from where the last page ended.

import type { MetricPoint } from "../tracker.ts";
import type { RunRow } from "./run_rows.ts";
import type { Database } from "./sqlite.ts";

const PAGE_POINTS = 10_000;

type Row = readonly [step: number, timestamp: number, nth: number, value: number | null];

/** Pages of the points of a metric: the earlier ones, then the latest. */
export function* metricHistory(
  database: Database,
  run: Pick<RunRow, "id" | "start_time">,
  key: string,
): Iterable<readonly MetricPoint[]> {
  const keyId = database.get<{ id: number }>("SELECT id FROM keys WHERE name = ?", key)?.id;
  if (keyId === undefined) return;
  const pointOf = ([step, timestamp, , value]: Row): MetricPoint => ({
    key,
    value: value ?? NaN,
    timestamp,
    step,
  });
  let after: Row = [-Number.MAX_SAFE_INTEGER, 0, -1, 0];
  while (true) {
    const rows = database.arrays<[number, number, number, number | null]>(
      `SELECT step, timestamp, nth, value FROM points
       WHERE run_id = ? AND key_id = ? AND (step, timestamp, nth) > (?, ?, ?)
       ORDER BY step, timestamp, nth LIMIT ?`,
      run.id,
      keyId,
      after[0],
      after[1],
      after[2],
      PAGE_POINTS,
    );
    if (rows.length > 0) yield rows.map(pointOf);
    after = rows[rows.length - 1] ?? after;
    if (rows.length < PAGE_POINTS) break;
  }
  const latest = database.arrays<[number, number, number, number | null]>(
    `SELECT step, ifnull(timestamp, ?), 0, value FROM metrics WHERE key_id = ? AND run_id = ?`,
    run.start_time,
    keyId,
    run.id,
  );
  if (latest.length > 0) yield latest.map(pointOf);
}
