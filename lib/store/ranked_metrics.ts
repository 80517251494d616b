// The metrics that traders sort by: a store has an index of their values, so that the best few of many
// runs are found without reading all. Format 7 begins with it: later formats need statements of their own.

import type { Database } from "./sqlite.ts";

/** Metrics whose values a store keeps in order as well. */
const RANKED: readonly string[] = [
  "sharpe_ratio",
  "sortino_ratio",
  "max_drawdown",
  "cagr",
  "win_rate",
  "profit_factor",
];

/** Makes the index. One of some metrics has their ids in its text, so they get them here. */
export function rankMetrics(database: Database): void {
  for (const name of RANKED) {
    database.run(
      `INSERT INTO keys (name, ranked) VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET ranked = 1`,
      name,
    );
  }
  const ids = database.arrays<[number]>("SELECT id FROM keys WHERE ranked = 1 ORDER BY id");
  database.run(
    `CREATE INDEX metrics_by_value ON metrics (key_id, value)
     WHERE ${ids.map(([id]) => `key_id = ${id}`).join(" OR ")}`,
  );
}
