// The points of a run's metrics, as delivery sends them and as a store is copied into another.

import type { MetricPoint } from "../tracker.ts";
import type { RunRow } from "./run_rows.ts";
import type { Database } from "./sqlite.ts";

/** Every point of every metric of a run, a metric at a time: the earlier ones, then the latest. */
export function* points(database: Database, run: RunRow): Iterable<MetricPoint> {
  const latest = database.arrays<[number, string, number | null, number, number, number]>(
    `SELECT k.id, k.name, m.value, m.step, ifnull(m.timestamp, ?),
       EXISTS (SELECT 1 FROM points AS p WHERE p.run_id = m.run_id AND p.key_id = k.id)
     FROM metric_sets AS s CROSS JOIN json_each(s.key_ids) AS j
     CROSS JOIN keys AS k ON k.id = j.value CROSS JOIN metrics AS m ON m.key_id = k.id AND m.run_id = ?
     WHERE s.id = ? ORDER BY k.name`,
    run.start_time,
    run.id,
    run.metric_set,
  );
  for (const [keyId, key, value, step, timestamp, hasEarlier] of latest) {
    const earlier = hasEarlier === 0 ? [] : database.arrays<[number, number, number | null]>(
      `SELECT step, timestamp, value FROM points WHERE run_id = ? AND key_id = ?
       ORDER BY step, timestamp, nth`,
      run.id,
      keyId,
    );
    for (const [pointStep, pointTime, pointValue] of earlier) {
      yield { key, value: pointValue ?? NaN, timestamp: pointTime, step: pointStep };
    }
    yield { key, value: value ?? NaN, timestamp, step };
  }
}
