// What is sent to a server and what is left, one line a case. That the two together find what the
// whole filter means is proven on real servers by server_test.ts.

import { assertEquals } from "@std/assert";
import {
  parseExperimentFilter,
  parseExperimentOrderBy,
  parseFilter,
  parseOrderBy,
  pushdown,
  pushdownExperimentOrder,
  pushdownOrder,
} from "../../lib/filter/mod.ts";

type Case = readonly [text: string, server: string | null, rest: string | null];

/** Sent in the same words where the second column is `same`. */
const SAME = "same";

const OLD: readonly Case[] = [
  ["", null, null],
  ["params.a = 'x'", SAME, null],
  ["params.`a b`   LIKE \"x%\" and status='FINISHED'", SAME, null],
  ["tags.a != 'it'", SAME, null],
  ["created > 5 AND \"Run name\" = 'x'", SAME, null],
  ["run_id IN ('a', 'b')", SAME, null],
  // Sent, and looked at again: NaN, and letters beyond ASCII on PostgreSQL.
  ["metrics.a > 1.0", SAME, "metrics.a > 1"],
  ["params.a ILIKE 'x'", SAME, 'params.a ILIKE "x"'],
  ["metrics.a > 1 AND params.b = 'x'", SAME, "metrics.a > 1"],
  // Sent in other words.
  ["start_time > '2026-01-01'", "start_time > 1767225600000", null],
  ["start_time > 1e3", "start_time > 1000", null],
  ["start_time BETWEEN 1 AND 2", "start_time >= 1 AND start_time <= 2", null],
  ["params.a IN ('x')", 'params.`a` = "x"', null],
  ["params.a = 'it''s'", 'params.`a` = "it\'s"', null],
  ["(params.a = 'x')", 'params.`a` = "x"', null],
  ['run_id NOT IN ("a")', "run_id NOT IN ('a')", null],
  ["run_id IN ( 'a', 'b' )", "run_id IN ('a', 'b')", null],
  ["run_id IN ('a','b',)", "run_id IN ('a', 'b')", null],
  // Not sent.
  ["metrics.a > 1 OR metrics.b > 1", null, "metrics.a > 1 OR metrics.b > 1"],
  ["NOT params.a = 'x'", null, 'NOT params.a = "x"'],
  ["NOT metrics.a != 1", null, "NOT metrics.a != 1"],
  ["params.a NOT LIKE 'x'", null, 'params.a NOT LIKE "x"'],
  ["params.a IN ('x', 'y')", null, 'params.a IN ("x", "y")'],
  ["params.a NOT IN ('x')", null, 'params.a NOT IN ("x")'],
  ["params.a LIKE 'a\\_b'", null, 'params.a LIKE "a\\_b"'],
  ["params.a LIKE '[a]%'", null, 'params.a LIKE "[a]%"'],
  ["params.a LIKE 'f(x)%'", null, 'params.a LIKE "f(x)%"'],
  ["params.a = 'C:\\'", null, 'params.a = "C:\\"'],
  ["params.a = 'both '' and \"'", null, 'params.a = "both \' and """'],
  ["params.a = 'line\nend'", null, 'params.a = "line\nend"'],
  ["params.`a(b)` = 'x'", null, 'params.`a(b)` = "x"'],
  ["run_id IN ('A', 'b')", null, 'run_id IN ("A", "b")'],
  ["run_id IN ('1', '2')", null, 'run_id IN ("1", "2")'],
  ["duration > 5", null, "duration > 5"],
  ["end_time IS NULL", null, "end_time IS NULL"],
  ["metrics.a IS NULL", null, "metrics.a IS NULL"],
  ["params.a IS NULL", null, "params.a IS NULL"],
  ["dataset.name = 'x'", null, 'datasets.name = "x"'],
  ["start_time > 1.5", null, "start_time > 1.5"],
  ["start_time > 99999999999999999999", null, "start_time > 100000000000000000000"],
  // In part.
  [
    "status = 'x' AND (metrics.a > 1 OR params.b = 'y') AND NOT tags.c = 'z'",
    'status = "x"',
    '(metrics.a > 1 OR params.b = "y") AND NOT tags.c = "z"',
  ],
];

const MODERN: readonly Case[] = [
  ["params.a IS NULL", SAME, null],
  ["params.a LIKE 'f(x)%'", SAME, null],
  ["tags.a is not null AND params.b = 'x'", SAME, null],
  ["tags.a IS  NOT   NULL", "tags.`a` IS NOT NULL", null],
  ["metrics.a IS NULL", null, "metrics.a IS NULL"],
  ["end_time IS NULL", null, "end_time IS NULL"],
  ["dataset.name = 'x' AND metrics.a > 1", SAME, "metrics.a > 1"],
  ["dataset.name IN ('x', 'y')", SAME, null],
];

function check(cases: readonly Case[], version: string | null): void {
  for (const [text, server, rest] of cases) {
    const cut = pushdown(parseFilter(text), { version });
    assertEquals(
      [cut.server, cut.rest?.text ?? null],
      [server === SAME ? text : server, rest],
      text,
    );
    if (cut.rest !== null) assertEquals(parseFilter(cut.rest.text).expression, cut.rest.expression);
  }
}

Deno.test("what every server is sent", () => {
  for (const version of [null, "", "2.9.0", "2.22.5", "3.1.0", "3.16.0", "unknown"]) {
    check(OLD, version);
  }
});

Deno.test("what newer servers are sent besides", () => {
  for (const version of ["3.17.2", "3.18.0.dev0", "4.0.0", "10.1"]) check(MODERN, version);
});

Deno.test("no more conditions are sent than a server's database can join", () => {
  const text = Array.from({ length: 60 }, (_, index) => `params.p${index} = 'x'`).join(" AND ");
  const { server, rest } = pushdown(parseFilter(text));
  assertEquals(server?.split(" AND ").length, 40);
  assertEquals(rest?.text.split(" AND ").length, 20);
  const wide = `run_id IN (${Array.from({ length: 2001 }, (_, index) => `'a${index}'`).join()})`;
  assertEquals(pushdown(parseFilter(wide)).server, null);
  const half = `run_id IN (${Array.from({ length: 1001 }, (_, index) => `'a${index}'`).join()})`;
  const twice = pushdown(parseFilter(`${half} AND ${half} AND status = 'x'`));
  assertEquals(twice.server?.match(/ AND /g)?.length, 1);
  assertEquals(twice.rest?.text.startsWith("run_id IN ("), true);
});

Deno.test("experiments", () => {
  const cases: readonly Case[] = [
    ["name LIKE 'a%' and tags.b != 'x'", SAME, null],
    ["name like 'a%'", 'name LIKE "a%"', null],
    ["attributes.name = 'x'", 'name = "x"', null],
    ["`tags`.a = 'x'", 'tags.`a` = "x"', null],
    ["creation_time > '2026-01-01'", "creation_time > 1767225600000", null],
    ["experiment_id = '1'", null, 'experiment_id = "1"'],
    ["name IN ('a', 'b')", null, 'name IN ("a", "b")'],
    ["NOT name = 'a' AND tags.b = 'x'", 'tags.`b` = "x"', 'NOT name = "a"'],
  ];
  for (const [text, server, rest] of cases) {
    const cut = pushdown(parseExperimentFilter(text));
    assertEquals(
      [cut.server, cut.rest?.text ?? null],
      [server === SAME ? text : server, rest],
      text,
    );
  }
});

Deno.test("orders", () => {
  const runs = (...texts: readonly string[]): readonly string[] | null =>
    pushdownOrder(texts.map(parseOrderBy));
  assertEquals(runs(), []);
  assertEquals(runs("metrics.a desc", "created"), ["metrics.`a` DESC", "start_time ASC"]);
  assertEquals(runs("params.`a b`", "tags.x.y DESC"), ["params.`a b` ASC", "tags.`x.y` DESC"]);
  // A server refuses a key that comes twice.
  assertEquals(runs("status", "attr.status DESC"), ["status ASC"]);
  assertEquals(runs("metrics.a", "duration"), null);
  const experiments = (text: string): readonly string[] | null =>
    pushdownExperimentOrder([parseExperimentOrderBy(text)]);
  assertEquals(experiments("name DESC"), ["name DESC"]);
  assertEquals(experiments("experiment_id"), ["experiment_id ASC"]);
  assertEquals(experiments("tags.team"), null);
});
