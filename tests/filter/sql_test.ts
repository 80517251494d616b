// The store's SQL and the evaluator say the same, on random runs and random filters, in the store's
// own tables; and whatever a filter holds, only its shape reaches the SQL.

import { assert, assertEquals } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import type { Expression } from "../../lib/filter/ast.ts";
import {
  compareExperiments,
  compareRuns,
  evaluate,
  evaluateExperiment,
  experimentOrderToSql,
  experimentToSql,
  type Filter,
  type FilterableExperiment,
  type FilterableRun,
  orderToSql,
  parseExperimentFilter,
  parseExperimentOrderBy,
  parseFilter,
  parseOrderBy,
  presentOrderToSql,
  toSql,
} from "../../lib/filter/mod.ts";
import { migrate } from "../../lib/store/schema.ts";
import { openDatabase } from "../../lib/store/sqlite.ts";
import { seededRandom } from "../helpers/random.ts";
import { anyExpression } from "./generate.ts";
import { METRIC_KEYS, PARAM_KEYS, pick, seedRuns, TAG_KEYS } from "./seed.ts";

const RUNS = 60;
const FILTERS = 3000;

function emptyStore(): DatabaseSync {
  const store = openDatabase(":memory:");
  migrate(store);
  const database = new DatabaseSync(":memory:");
  const schema = store.all<{ sql: string }>(
    "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'",
  );
  for (const { sql } of schema) database.exec(sql);
  const keys = store.arrays<[number, string]>("SELECT id, name FROM keys WHERE ranked = 1");
  for (const [id, name] of keys) {
    database.prepare("INSERT INTO keys (id, name, ranked) VALUES (?, ?, 1)").run(id, name);
  }
  store.close();
  database.exec(
    "INSERT INTO experiments (name, creation_time, last_update_time) VALUES ('first', 1, 1)",
  );
  database.exec("INSERT INTO servers (uri) VALUES ('http://a'), ('http://b')");
  return database;
}

/** Random runs in a store, and the same as values. */
function seedStore(): { database: DatabaseSync; runs: readonly FilterableRun[] } {
  const database = emptyStore();
  const runs = seedRuns(RUNS, 99).map((run, index): FilterableRun => ({
    ...run,
    id: `run${index}`,
    artifactUri: `mlflow-artifacts:/1/run${index % 7}/artifacts`,
    serverRunIds: index % 3 === 0
      ? [`server${index}`]
      : index % 7 === 0
      ? [`server${index}`, `server${index + 1}`]
      : [],
    // A store's dataset is one of its name and digest.
    datasets: run.datasets.map((dataset, position) => ({
      ...dataset,
      digest: `d${position}${index % 4}`,
    })),
  }));
  for (const [index, run] of runs.entries()) insertRun(database, index + 1, run);
  return { database, runs };
}

function insertRun(database: DatabaseSync, id: number, run: FilterableRun): void {
  const insert = database.prepare(
    `INSERT INTO runs (id, key, experiment_id, name, status, start_time, end_time, user_id, artifact_uri)
     VALUES (?, ?, 1, ?, ?, ?, ?, ?, ?)`,
  );
  const { id: key, name, status, startTime, endTime, userId, artifactUri } = run;
  insert.run(id, key, name, status, startTime, endTime, userId, artifactUri);
  for (const [metric, value] of Object.entries(run.metrics)) {
    database.prepare("INSERT OR IGNORE INTO keys (name) VALUES (?)").run(metric);
    database.prepare(
      `INSERT INTO metrics (key_id, run_id, value, step)
       SELECT id, ?, ?, 0 FROM keys WHERE name = ?`,
    ).run(id, Number.isNaN(value) ? null : value, metric);
  }
  for (const [param, value] of Object.entries(run.params)) {
    database.prepare("INSERT INTO params (run_id, key, value) VALUES (?, ?, ?)")
      .run(id, param, value);
  }
  for (const [tag, value] of Object.entries(run.tags)) {
    database.prepare("INSERT INTO tags (run_id, key, value) VALUES (?, ?, ?)").run(id, tag, value);
  }
  for (const { name: dataset, digest, context } of run.datasets) {
    database.prepare(
      `INSERT INTO datasets (run_id, name, digest, context, source_type, source)
       VALUES (?, ?, ?, ?, 'local', '{}')`,
    ).run(id, dataset, digest, context ?? null);
  }
  for (const [server, other] of (run.serverRunIds ?? []).entries()) {
    database.prepare(
      "INSERT INTO deliveries (run_id, server_id, state, server_run_id) VALUES (?, ?, 'done', ?)",
    ).run(id, server + 1, other);
  }
}

function rankedId(database: DatabaseSync, name: string): number | null {
  const row = database.prepare("SELECT id FROM keys WHERE name = ? AND ranked = 1").get(name);
  return row === undefined ? null : Number(row["id"]);
}

function found(database: DatabaseSync, filter: Filter): readonly string[] {
  const { sql, parameters } = toSql(filter);
  const rows = database.prepare(`SELECT key FROM runs WHERE ${sql} ORDER BY id`).all(...parameters);
  return rows.map((row) => String(row["key"]));
}

function filterOf(expression: Expression): Filter {
  return { text: "", expression, scope: "runs" };
}

Deno.test("SQL finds the runs that the evaluator passes", () => {
  const { database, runs } = seedStore();
  const next = seededRandom(4);
  let some = 0;
  for (let index = 0; index < FILTERS; index++) {
    const filter = filterOf(anyExpression(next, 3));
    const wanted = runs.filter((run) => evaluate(filter, run)).map((run) => run.id);
    assertEquals(found(database, filter), wanted, JSON.stringify(filter.expression));
    if (wanted.length > 0 && wanted.length < runs.length) some++;
  }
  // The test would prove little if most filters passed all runs or none.
  assert(some > FILTERS / 2, `${some} filters tell runs apart`);
  database.close();
});

Deno.test("each condition is true or false, never unknown", () => {
  const { database } = seedStore();
  const next = seededRandom(5);
  for (let index = 0; index < 500; index++) {
    const { sql, parameters } = toSql(filterOf(anyExpression(next, 2)));
    const rows = database.prepare(`SELECT DISTINCT ${sql} AS held FROM runs`).all(...parameters);
    assert(rows.every((row) => row["held"] === 0 || row["held"] === 1), sql);
  }
  database.close();
});

Deno.test("SQL sorts runs as the comparison does", () => {
  const { database, runs } = seedStore();
  const next = seededRandom(6);
  const keys = [
    ...METRIC_KEYS.map((key) => `metrics.\`${key}\``),
    ...PARAM_KEYS.map((key) => `params.\`${key}\``),
    ...TAG_KEYS.map((key) => `tags.\`${key}\``),
    "start_time",
    "end_time",
    "duration",
    "status",
    "run_name",
    "run_id",
    "user_id",
  ];
  let throughIndex = 0;
  for (let index = 0; index < 400; index++) {
    const orderBy = Array.from(
      { length: Math.floor(next() * 4) },
      () => parseOrderBy(`${pick(keys, next)} ${pick(["", "ASC", "DESC"], next)}`),
    );
    const { joins, orderBy: terms, parameters } = orderToSql(orderBy);
    const rows = database.prepare(`SELECT runs.key FROM runs ${joins} ORDER BY ${terms}`)
      .all(...parameters);
    const sorted = [...runs].sort(compareRuns(orderBy));
    const wanted = sorted.map((run) => run.id);
    assertEquals(rows.map((row) => row["key"]), wanted, orderBy.map(({ text }) => text).join());
    const first = orderBy[0];
    const isMetric = first?.entity === "metric";
    const isStart = first === undefined || first.key === "start_time";
    assertEquals(presentOrderToSql(orderBy) !== null, isMetric || isStart);
    const filter = filterOf(anyExpression(next, 1));
    const ids = sorted.filter((run) => !isMetric || Number.isFinite(run.metrics[first.key] ?? NaN))
      .filter((run) => evaluate(filter, run)).map((run) => run.id);
    const ranked = isMetric ? rankedId(database, first.key) : null;
    for (const id of new Set([null, ranked])) {
      const present = presentOrderToSql(orderBy, id);
      if (present === null) continue;
      const { sql, parameters: literals } = toSql(filter, present.runId);
      const having = database.prepare(
        `SELECT runs.key FROM ${present.from} WHERE ${present.condition} AND ${sql} ` +
          `ORDER BY ${present.orderBy}`,
      ).all(...present.parameters, ...literals);
      assertEquals(having.map((row) => row["key"]), ids, "runs that have what comes first");
      if (id !== null) throughIndex++;
    }
  }
  assert(throughIndex > 10);
  database.close();
});

Deno.test("SQL finds and sorts experiments as the evaluator does", () => {
  const database = emptyStore();
  const experiments: FilterableExperiment[] = [
    { id: "1", name: "first", creationTime: 1, lastUpdateTime: 1, tags: {} },
  ];
  for (let index = 2; index <= 12; index++) {
    const tags: Record<string, string> = index % 2 === 0 ? { team: `t${index % 3}` } : {};
    const name = index % 3 === 0 ? `Crypto ${index}` : `fx_${index}`;
    const [creationTime, lastUpdateTime] = [1_767_225_600_000 + index % 4, index % 5];
    experiments.push({ id: String(index), name, creationTime, lastUpdateTime, tags });
    database.prepare(
      "INSERT INTO experiments (name, creation_time, last_update_time) VALUES (?, ?, ?)",
    ).run(name, creationTime, lastUpdateTime);
    for (const [key, value] of Object.entries(tags)) {
      database.prepare("INSERT INTO experiment_tags VALUES (?, ?, ?)").run(index, key, value);
    }
  }
  for (
    const text of [
      "name LIKE 'C%'",
      "name ILIKE 'c%'",
      "NOT name LIKE 'C%'",
      "tags.team = 't1'",
      "tags.team != 't1'",
      "NOT tags.team = 't1'",
      "tags.team IS NULL",
      "experiment_id = '3'",
      "experiment_id NOT IN ('3', '10')",
      "creation_time > '2026-01-01'",
      "",
      "name != 'first'",
      "last_update_time BETWEEN 1 AND 2 OR tags.team IN ('t0', 't2')",
      "name IS NULL",
    ]
  ) {
    const filter = parseExperimentFilter(text);
    const { sql, parameters } = experimentToSql(filter);
    const rows = database.prepare(`SELECT id FROM experiments WHERE ${sql} ORDER BY id`)
      .all(...parameters);
    const wanted = experiments.filter((subject) => evaluateExperiment(filter, subject));
    assertEquals(rows.map((row) => String(row["id"])), wanted.map(({ id }) => id), text);
  }
  for (
    const text of [
      "name",
      "name DESC",
      "creation_time",
      "creation_time DESC",
      "last_update_time DESC",
      "experiment_id",
      "experiment_id DESC",
      "tags.team DESC",
      "tags.team",
      "",
    ]
  ) {
    const orderBy = text === "" ? [] : [parseExperimentOrderBy(text)];
    const { joins, orderBy: terms, parameters } = experimentOrderToSql(orderBy);
    const rows = database.prepare(
      `SELECT experiments.id FROM experiments ${joins} ORDER BY ${terms}`,
    )
      .all(...parameters);
    const wanted = [...experiments].sort(compareExperiments(orderBy)).map(({ id }) => id);
    assertEquals(rows.map((row) => String(row["id"])), wanted, text);
  }
  database.close();
});

Deno.test("keys and values only ever become parameters", () => {
  const { database, runs } = seedStore();
  const hostile = [
    "x' OR '1'='1",
    "x) OR (1=1",
    "'; DROP TABLE runs; --",
    "x\\",
    "%'",
    "?",
    "?1",
    ":a",
    "$a",
    "@a",
    "]]",
    "/*",
    "*/ OR 1=1",
    "\u0000",
    "NULL",
    "1) UNION SELECT key FROM runs --",
    "o1.value",
    "x' ESCAPE '\\",
    "[",
    "*",
    "''",
    '""',
    "\n--",
    "runs.key",
  ];
  const shape = (text: string): string => toSql(parseFilter(text)).sql;
  for (const value of hostile) {
    const quoted = `'${value.replaceAll("'", "''")}'`;
    const key = value.includes("`") ? `"${value}"` : `\`${value}\``;
    const texts: readonly (readonly [string, string])[] = [
      [`params.a = ${quoted}`, "params.a = 'x'"],
      [`tags.a LIKE ${quoted}`, "tags.a LIKE 'x'"],
      [`tags.a NOT ILIKE ${quoted}`, "tags.a NOT ILIKE 'x'"],
      [`run_id IN (${quoted}, 'b')`, "run_id IN ('a', 'b')"],
      [`run_name != ${quoted}`, "run_name != 'x'"],
      [`dataset.name = ${quoted}`, "dataset.name = 'x'"],
      [`params.${key} = 'v'`, "params.a = 'v'"],
      [`metrics.${key} > 1 OR tags.${key} IS NULL`, "metrics.a > 1 OR tags.a IS NULL"],
    ];
    for (const [text, plain] of texts) {
      const filter = parseFilter(text);
      const { sql, parameters } = toSql(filter);
      assertEquals(sql, shape(plain), text);
      assertEquals(sql.split("?").length - 1, parameters.length, text);
      const wanted = runs.filter((run) => evaluate(filter, run)).map((run) => run.id);
      if (!value.includes("\u0000")) assertEquals(found(database, filter), wanted, text);
    }
    const order = orderToSql([parseOrderBy(`metrics.${key} DESC`)]);
    assertEquals(order.orderBy, orderToSql([parseOrderBy("metrics.a DESC")]).orderBy);
    assertEquals(order.parameters, [value]);
  }
  assertEquals(database.prepare("SELECT count(*) AS n FROM runs").get()?.["n"], RUNS);
  database.close();
});

Deno.test("the largest filters are within SQLite's limits", () => {
  const { database, runs } = seedStore();
  const chain = (word: string, not = ""): string =>
    Array.from({ length: 499 }, (_, index) => `${not}metrics.m${index} > ${index} ${word} `)
      .join("") + "metrics.cagr > 0";
  const deep = `${"NOT (".repeat(50)}metrics.cagr > 0${")".repeat(50)}`;
  const ids = [...Array.from({ length: 5000 }, (_, index) => String(index)), runs[3]?.id];
  const wide = `run_id IN (${ids.map((id) => `'${id}'`).join()})`;
  const long = `params.strategy NOT LIKE '${"*".repeat(10_000)}'`;
  for (const text of [chain("AND", "NOT "), chain("OR"), deep, wide, long]) {
    const filter = parseFilter(text);
    const wanted = runs.filter((run) => evaluate(filter, run)).map((run) => run.id);
    assert(wanted.length > 0 && wanted.length < runs.length, text.slice(0, 80));
    assertEquals(found(database, filter), wanted, text.slice(0, 80));
  }
  database.close();
});

/** The exact SQL, one line each. */
const EXACT: readonly (readonly [text: string, sql: string, ...parameters: (string | number)[]])[] =
  [
    ["", "1"],
    [
      "metrics.a > 1",
      "runs.id IN (SELECT m.run_id FROM metrics AS m WHERE m.key_id = (SELECT id FROM keys WHERE name = ?) AND m.value > ?)",
      "a",
      1,
    ],
    [
      "params.a NOT LIKE 'x%*'",
      "EXISTS (SELECT 1 FROM params AS p WHERE p.key = ? AND p.run_id = runs.id AND p.value NOT GLOB ?)",
      "a",
      "x*[*]",
    ],
    [
      "tags.a ILIKE 'X_'",
      "EXISTS (SELECT 1 FROM tags AS t WHERE t.key = ? AND t.run_id = runs.id AND lower(t.value) GLOB lower(?))",
      "a",
      "X?",
    ],
    ["status = 'FAILED'", "(runs.status IS NOT NULL AND runs.status = ?)", "FAILED"],
    ["end_time IS NULL", "NOT (runs.end_time IS NOT NULL)"],
    [
      "NOT status IN ('a', 'b') OR start_time > '2026-01-01'",
      "(NOT (runs.status IS NOT NULL AND runs.status IN (?, ?)) OR (runs.start_time IS NOT NULL AND runs.start_time > ?))",
      "a",
      "b",
      1767225600000,
    ],
    [
      "run_id != 'a'",
      "NOT (runs.key = ? OR runs.id IN (SELECT run_id FROM deliveries WHERE server_run_id = ?))",
      "a",
      "a",
    ],
    [
      "duration BETWEEN 1 AND 2",
      "(((runs.end_time - runs.start_time) / 1000.0) IS NOT NULL AND ((runs.end_time - runs.start_time) / 1000.0) BETWEEN ? AND ?)",
      1,
      2,
    ],
    [
      "dataset.name = 'x'",
      "EXISTS (SELECT 1 FROM datasets AS d WHERE d.run_id = runs.id AND d.name = ?)",
      "x",
    ],
  ];

Deno.test("exact SQL", () => {
  for (const [text, sql, ...parameters] of EXACT) {
    assertEquals(toSql(parseFilter(text)), { sql, parameters });
  }
});
