// A database that notes how SQLite goes about each statement it is given: what is read as a whole, and
// by which index. Plans do not depend on what a store holds, as nothing ever runs ANALYZE on one.

import type { Database, Value } from "../../lib/store/sqlite.ts";

export interface Recorded {
  readonly database: Database;
  /** Lines of EXPLAIN QUERY PLAN since the last call, each once, and forgets them. */
  take(): readonly string[];
}

export function recordPlans(database: Database): Recorded {
  let lines = new Set<string>();
  const note = (sql: string): void => {
    if (/^\s*(PRAGMA|BEGIN|COMMIT|ROLLBACK)/i.test(sql)) return;
    // Without values: parameters that are not bound are NULL.
    for (const [, , , detail] of explain(database, sql)) lines.add(detail);
  };
  return {
    take: () => {
      const taken = [...lines];
      lines = new Set();
      return taken;
    },
    database: {
      ...database,
      get: <Row>(sql: string, ...values: readonly Value[]) => {
        note(sql);
        return database.get<Row>(sql, ...values);
      },
      all: <Row>(sql: string, ...values: readonly Value[]) => {
        note(sql);
        return database.all<Row>(sql, ...values);
      },
      named: <Row>(sql: string, values: Readonly<Record<string, Value>>) => {
        note(sql);
        return database.named<Row>(sql, values);
      },
      arrays: <Row extends readonly unknown[]>(sql: string, ...values: readonly Value[]) => {
        note(sql);
        return database.arrays<Row>(sql, ...values);
      },
      iterate: <Row extends readonly unknown[]>(sql: string, ...values: readonly Value[]) => {
        note(sql);
        return database.iterate<Row>(sql, ...values);
      },
      run: (sql, ...values) => {
        note(sql);
        return database.run(sql, ...values);
      },
    },
  };
}

function explain(
  database: Database,
  sql: string,
): readonly (readonly [number, number, number, string])[] {
  return database.arrays(`EXPLAIN QUERY PLAN ${sql}`);
}
