// What a filter means, one line a case; and the order of runs.

import { assert, assertEquals } from "@std/assert";
import {
  compareRuns,
  evaluate,
  type FilterableRun,
  parseFilter,
  parseOrderBy,
} from "../../lib/filter/mod.ts";
import { isLike } from "../../lib/filter/like.ts";

const RUN: FilterableRun = {
  id: "r1",
  serverRunIds: ["s1", "s2"],
  name: "Run one",
  status: "FINISHED",
  startTime: Date.UTC(2026, 0, 31, 12),
  endTime: Date.UTC(2026, 0, 31, 12, 0, 1, 500),
  artifactUri: "mlflow-artifacts:/1/r1",
  userId: "alice",
  metrics: { sharpe: 1.5, zero: 0, nan: NaN, huge: Infinity },
  params: { strategy: "Momentum", empty: "", quote: "it's" },
  tags: { "mlflow.note.content": "100% sure", path: "C:\\data\\" },
  datasets: [{ name: "spx", digest: "d1", context: "training" }, { name: "ndx", digest: "d2" }],
};

const HOLDS: readonly string[] = [
  "metrics.sharpe > 1",
  "metrics.sharpe >= 1.5",
  "metrics.sharpe = 1.5",
  "metrics.sharpe != 1",
  "metrics.sharpe < 2",
  "metrics.sharpe <= 1.5",
  "metrics.huge > 1e308",
  "metrics.zero = 0",
  "metrics.sharpe BETWEEN 1.5 AND 2",
  "metrics.sharpe BETWEEN 1 AND 1.5",
  "metrics.sharpe NOT BETWEEN 2 AND 3",
  "metrics.sharpe IN (1, 1.5)",
  "metrics.sharpe NOT IN (1)",
  // Missing and NaN: each test is false, so NOT makes each true.
  "NOT metrics.none = 1",
  "NOT metrics.none != 1",
  "NOT metrics.none > 1",
  "NOT metrics.nan = 0",
  "NOT metrics.nan != 0",
  "NOT metrics.none IN (1)",
  "NOT metrics.none NOT IN (1)",
  "NOT metrics.none BETWEEN 0 AND 1",
  "NOT metrics.none NOT BETWEEN 0 AND 1",
  "NOT params.none LIKE '%'",
  "NOT params.none NOT LIKE 'x'",
  "NOT params.none != 'x'",
  "metrics.none IS NULL",
  "metrics.nan IS NULL",
  "metrics.sharpe IS NOT NULL",
  "params.empty IS NOT NULL",
  "params.none IS NULL",
  "tags.none IS NULL",
  "params.empty = ''",
  // Keys that every object seems to have.
  "params.constructor IS NULL",
  "metrics.toString IS NULL",
  "tags.__proto__ IS NULL",
  "params.strategy = 'Momentum'",
  "params.strategy != 'momentum'",
  "params.quote = 'it''s'",
  "params.strategy LIKE 'Mom%'",
  "params.strategy NOT LIKE 'mom%'",
  "params.strategy ILIKE 'mOM%'",
  "params.strategy LIKE '_omentu_'",
  "params.strategy NOT ILIKE 'x%'",
  "tags.mlflow.note.content LIKE '100%'",
  "tags.path = 'C:\\data\\'",
  "tags.path LIKE '%\\'",
  "status = 'FINISHED'",
  "status IN ('FAILED', 'FINISHED')",
  "status LIKE 'FIN%'",
  "run_name = 'Run one'",
  "`Run name` ILIKE 'run ONE'",
  "user_id = 'alice'",
  "artifact_uri LIKE '%/r1'",
  "run_id = 'r1'",
  "run_id = 's2'",
  "run_id IN ('x', 's1')",
  "run_id LIKE 's_'",
  "run_id != 'x'",
  "run_id NOT IN ('x')",
  "run_id NOT LIKE 'x%'",
  "start_time >= '2026-01-31'",
  "created < '2026-02-01'",
  "start_time = '2026-01-31T12:00Z'",
  "start_time = '2026-01-31T17:30+05:30'",
  "duration = 1.5",
  "duration BETWEEN 1 AND 2",
  // One of the datasets is enough, for != too.
  "dataset.name = 'spx'",
  "dataset.name = 'ndx'",
  "dataset.name != 'spx'",
  "dataset.name NOT IN ('spx')",
  "dataset.context = 'training'",
  "dataset.digest LIKE 'd%'",
  "dataset.name NOT LIKE 's%'",
  "dataset.context IS NOT NULL",
  "",
  // OR binds less than AND, which binds less than NOT.
  "status = 'FINISHED' OR status = 'x' AND status = 'y'",
  "NOT status = 'x' AND status = 'FINISHED'",
  "NOT (status = 'x' AND status = 'FINISHED')",
  "(status = 'x' OR status = 'FINISHED') AND metrics.sharpe > 1",
];

const FAILS: readonly string[] = [
  "metrics.sharpe > 1.5",
  "metrics.sharpe = 1",
  "metrics.sharpe != 1.5",
  "metrics.zero > 0",
  "metrics.none = 1",
  "metrics.none != 1",
  "metrics.none NOT IN (1)",
  "metrics.nan = 0",
  "metrics.nan != 0",
  "metrics.nan < 1",
  "metrics.nan NOT BETWEEN 0 AND 1",
  "metrics.nan IS NOT NULL",
  "params.none != 'x'",
  "params.none NOT LIKE 'x'",
  "params.strategy = 'momentum'",
  "params.strategy LIKE 'mom%'",
  "params.empty IS NULL",
  "params.constructor LIKE '%'",
  "run_id != 'r1'",
  "run_id != 's1'",
  "run_id NOT IN ('s2')",
  "run_id NOT LIKE 's%'",
  "run_id IS NULL",
  "dataset.name = 'SPX'",
  "dataset.context != 'training'",
  "dataset.name IS NULL",
  "duration > 1.5",
  "start_time > '2026-02-01'",
  "end_time IS NULL",
  "NOT status = 'FINISHED'",
  "NOT status = 'x' AND status = 'y'",
  "status = 'x' OR status = 'y'",
];

Deno.test("tests that hold", () => {
  for (const text of HOLDS) assert(evaluate(parseFilter(text), RUN), text);
});

Deno.test("tests that fail", () => {
  for (const text of FAILS) assert(!evaluate(parseFilter(text), RUN), text);
});

Deno.test("a run that has not ended has no end and no duration", () => {
  const running = { ...RUN, endTime: null, datasets: [] };
  for (
    const text of [
      "end_time IS NULL",
      "duration IS NULL",
      "NOT duration > 0",
      "dataset.name IS NULL",
    ]
  ) {
    assert(evaluate(parseFilter(text), running), text);
  }
  for (const text of ["end_time > 0", "end_time != 0", "duration >= 0", "dataset.name != 'x'"]) {
    assert(!evaluate(parseFilter(text), running), text);
  }
});

const LIKES: readonly (readonly [value: string, pattern: string, like: boolean, ilike: boolean])[] =
  [
    ["", "", true, true],
    ["", "%", true, true],
    ["", "_", false, false],
    ["a", "_", true, true],
    ["🚀", "_", true, true],
    ["🚀", "__", false, false],
    ["abc", "a%c", true, true],
    ["abc", "A%C", false, true],
    ["abc", "%b%", true, true],
    ["abc", "%%%", true, true],
    ["abc", "a%b", false, false],
    ["aab", "%ab", true, true],
    ["abab", "%ab", true, true],
    ["a\nb", "a%b", true, true],
    ["É", "é", false, false],
    ["a*c", "a*c", true, true],
    ["abc", "a*c", false, false],
    ["a.c", "a_c", true, true],
    ["a\\%", "a\\%", true, true],
    ["a%", "a\\%", false, false],
  ];

Deno.test("LIKE and ILIKE", () => {
  for (const [value, pattern, like, ilike] of LIKES) {
    assertEquals(isLike(value, pattern, false), like, `${value} LIKE ${pattern}`);
    assertEquals(isLike(value, pattern, true), ilike, `${value} ILIKE ${pattern}`);
  }
});

Deno.test("a pattern that would stall a regular expression does not stall LIKE", () => {
  const started = performance.now();
  assert(!isLike("a".repeat(8000), "%a".repeat(2000) + "%b", false));
  assert(performance.now() - started < 5000);
});

function sorted(orders: readonly string[], runs: readonly FilterableRun[]): string {
  return [...runs].sort(compareRuns(orders.map(parseOrderBy))).map((run) => run.id).join(" ");
}

Deno.test("orders put missing keys last and NaN before them, and break ties by start and id", () => {
  const run = (id: string, startTime: number, metrics: Record<string, number>): FilterableRun => ({
    ...RUN,
    id,
    startTime,
    metrics,
    params: metrics["a"] === undefined ? {} : { p: String(metrics["a"]) },
  });
  const runs = [
    run("missing", 9, {}),
    run("nan", 1, { a: NaN }),
    run("two", 1, { a: 2 }),
    run("one-late", 5, { a: 1 }),
    run("one-b", 1, { a: 1 }),
    run("one-a", 1, { a: 1 }),
  ];
  assertEquals(sorted(["metrics.a"], runs), "one-late one-a one-b two nan missing");
  assertEquals(sorted(["metrics.a DESC"], runs), "two one-late one-a one-b nan missing");
  assertEquals(sorted(["metrics.a", "start_time"], runs), "one-a one-b one-late two nan missing");
  assertEquals(sorted(["metrics.a", "run_id DESC"], runs), "one-late one-b one-a two nan missing");
  assertEquals(sorted(["params.p DESC"], runs), "nan two one-late one-a one-b missing");
  assertEquals(sorted([], runs), "missing one-late nan one-a one-b two");
  assertEquals(sorted(["start_time ASC"], runs), "nan one-a one-b two one-late missing");
});

Deno.test("texts are sorted by code points, as SQLite sorts them", () => {
  const runs = ["z", "🚀", "￿", "é", "Z", "a"].map((p) => ({ ...RUN, id: p, params: { p } }));
  assertEquals(sorted(["params.p"], runs), "Z a z é ￿ 🚀");
});
