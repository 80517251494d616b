// A store that another wrote, changed or damaged: its content is data. Each ends in one line that names
// the file, with exit code 8, and none in a stack trace or in SQL made of its content.

import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import fs from "node:fs";
import { StorageError } from "../../lib/errors.ts";
import { openDatabase } from "../../lib/store/sqlite.ts";
import path from "node:path";
import { type TestIo, testIo } from "../helpers/test_io.ts";

const RETURNS = "date,returns\n2024-01-01,0.01\n2024-01-02,-0.02\n2024-01-03,0.015\n";
const TOO_LARGE = "9007199254740993";

async function withStore(body: (io: TestIo, store: string) => Promise<void>): Promise<void> {
  const io = testIo();
  try {
    fs.writeFileSync(path.join(io.folder, "a.csv"), RETURNS);
    const few = ["--metrics", "sharpe_ratio,total_return", "--series", "cumulative_return"];
    const logged = await io.run("log", "-e", "e", "--returns", "a.csv", ...few, "--offline");
    assertEquals(logged.code, 0, logged.err);
    await body(io, path.join(io.folder, "store.db"));
  } finally {
    io.remove();
  }
}

function change(store: string, ...statements: readonly string[]): void {
  const database = new DatabaseSync(store, { defensive: false } as object);
  database.exec("PRAGMA ignore_check_constraints = on");
  for (const statement of statements) database.exec(statement);
  database.close();
}

/** A copy of a table whose columns take values of any type, as no store has it. */
function anyTypes(table: string): readonly string[] {
  return [
    `CREATE TABLE x AS SELECT * FROM ${table}`,
    `DROP TABLE ${table}`,
    `ALTER TABLE x RENAME TO ${table}`,
  ];
}

const CHANGES: Readonly<Record<string, readonly string[]>> = {
  "a start too large": [`UPDATE runs SET start_time = ${TOO_LARGE}`],
  "an end too large": [`UPDATE runs SET end_time = ${TOO_LARGE}`],
  "a revision too large": [`UPDATE runs SET revision = ${TOO_LARGE}`],
  "a creation time too large": [`UPDATE experiments SET creation_time = ${TOO_LARGE}`],
  "a step too large": [`UPDATE points SET step = ${TOO_LARGE}`],
  "a latest step too large": [`UPDATE metrics SET step = ${TOO_LARGE}`],
  "a timestamp too large": [`UPDATE points SET timestamp = ${TOO_LARGE}`],
  "key_ids that are no JSON": ["UPDATE metric_sets SET key_ids = 'x'"],
  "key_ids that are no list": [`UPDATE metric_sets SET key_ids = '{"a": 1}'`],
  "key_ids that are SQL": [
    `UPDATE metric_sets SET key_ids = '["0 UNION SELECT count(*) FROM sqlite_schema"]'`,
  ],
  "key_ids without a name": ["UPDATE metric_sets SET key_ids = '[77]'"],
  "no table of params": ["DROP TABLE params"],
  "no table of runs": ["DROP TABLE runs"],
  "no column": ["ALTER TABLE experiments DROP COLUMN last_update_time"],
  "no index of what waits": ["DROP INDEX runs_waiting"],
  "another index of its name": [
    "DROP INDEX runs_waiting",
    "CREATE INDEX runs_waiting ON runs (id) WHERE revision > 5",
  ],
  "format 0": ["PRAGMA user_version = 0"],
  "format 1": ["PRAGMA user_version = 1"],
  "a format below 0": ["PRAGMA user_version = -5"],
  "bytes for a name": [...anyTypes("runs"), "UPDATE runs SET name = x'00ff'"],
  "text for a time": [...anyTypes("runs"), "UPDATE runs SET start_time = 'soon'"],
  "bytes for a param": [...anyTypes("params"), "UPDATE params SET value = x'00ff'"],
  "text for a metric": [...anyTypes("metrics"), "UPDATE metrics SET value = 'high'"],
  "a view that never ends": [
    "ALTER TABLE runs RENAME TO real_runs",
    `CREATE VIEW runs AS WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r)
     SELECT real_runs.* FROM real_runs, r`,
  ],
  "a trigger": [
    "CREATE TRIGGER t AFTER UPDATE ON runs BEGIN DELETE FROM params; END",
  ],
};

for (const [what, statements] of Object.entries(CHANGES)) {
  Deno.test(`a store with ${what} is named and no bug`, () =>
    withStore(async (io, store) => {
      const id = (await io.run("runs", "search", "--format", "json")).out;
      const key = JSON.parse(id)[0].run_id as string;
      change(store, ...statements);
      const answers = [
        await io.run("runs", "search", "--store", store, "--format", "json"),
        await io.run("runs", "get", key, "--store", store),
        await io.run("experiments", "list", "--store", store),
        await io.run("history", key, "--all", "--store", store),
        await io.run("sync", "--status", "--store", store),
      ];
      const codes = answers.map(({ code }) => code);
      assert(codes.every((code) => code === 0 || code === 8), `${codes} ${io.err()}`);
      assert(codes.includes(8), `${codes}`);
      const failed = answers.find(({ code }) => code === 8);
      assertStringIncludes(failed?.err ?? "", `Cannot use ${store}: `);
      assertStringIncludes(failed?.err ?? "", "restore a copy");
    }));
}

Deno.test("a damaged page is no bug, whichever it is", () =>
  withStore(async (io, store) => {
    change(store, "PRAGMA wal_checkpoint(TRUNCATE)");
    const whole = fs.readFileSync(store);
    const pages = whole.length / 4096;
    const codes = new Set<number>();
    for (let page = 1; page < pages; page++) {
      const copy = path.join(io.folder, `damaged${page}.db`);
      fs.writeFileSync(copy, new Uint8Array(whole).fill(0xaa, page * 4096, (page + 1) * 4096));
      const answer = await io.run("runs", "search", "--store", copy, "--format", "csv");
      assert([0, 8].includes(answer.code), `page ${page}: ${answer.err}`);
      codes.add(answer.code);
    }
    assert(codes.has(8), "no damage was met");
  }));

Deno.test("damage that shows only while rows are read ends the reading with an error", () =>
  withStore(async (io) => {
    await Promise.resolve();
    const file = path.join(io.folder, "rows.db");
    const rows = "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r LIMIT 1000)";
    change(file, "CREATE TABLE t (a)", `INSERT INTO t ${rows} SELECT hex(zeroblob(100)) FROM r`);
    const whole = fs.readFileSync(file);
    const middle = Math.floor(whole.length / 4096 / 2) * 4096;
    fs.writeFileSync(file, new Uint8Array(whole).fill(0xaa, middle, middle + 4096));
    const database = openDatabase(file);
    const readAll = (): unknown => [...database.iterate("SELECT a FROM t")];
    assertThrows(readAll, StorageError, "the file is damaged");
    database.close();
  }));

for (
  const [what, store] of [
    ["a file as a folder", "a.csv/x.db"],
    ["a name that is too long", `${"x".repeat(300)}.db`],
    ["links in a circle", "circle.db"],
  ] as const
) {
  Deno.test(`--store with ${what} is said in one line by every command that reads`, () =>
    withStore(async (io) => {
      fs.symlinkSync("circle.db", path.join(io.folder, "circle.db"));
      const file = path.join(io.folder, store);
      for (
        const words of [
          ["runs", "search"],
          ["runs", "get", "0123"],
          ["runs", "artifacts", "0123"],
          ["runs", "compare", "0123", "4567"],
          ["experiments", "list"],
          ["history", "0123", "--all"],
          ["sync", "--status"],
        ]
      ) {
        const answer = await io.run(...words, "--store", file);
        assertEquals([answer.code, answer.out], [8, ""], words.join(" "));
        assertStringIncludes(answer.err, `error: Cannot use ${file}: `);
        assertEquals(answer.err.trimEnd().split("\n").length, 1);
      }
    }));
}

Deno.test("more sort keys than a store takes are refused, and as many as it takes are not", () =>
  withStore(async (io) => {
    const keys = (count: number): string[] =>
      Array.from({ length: count }, (_, index) => ["--order-by", `metrics.m${index}`]).flat();
    const search = ["runs", "search", "-e", "e", "--format", "json"];
    assertEquals((await io.run(...search, ...keys(60))).code, 0, io.err());
    const refused = await io.run(...search, ...keys(61));
    assertEquals(refused.code, 2);
    assertStringIncludes(refused.err, "Cannot sort by 61 keys: at most 60 are taken");
    const twice = [...keys(60), ...keys(60)];
    assertEquals((await io.run(...search, ...twice)).code, 0, io.err());
    const experiments = keys(61).map((word) => word.replace("metrics", "tags"));
    assertEquals((await io.run("experiments", "list", ...experiments)).code, 2);
  }));
