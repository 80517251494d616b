// The parser by itself: what it reads, what it says when it cannot, that what is printed parses to
// the same tree, and that nothing written makes it fail in another way.

import { assert, assertEquals, assertThrows } from "@std/assert";
import { FilterSyntaxError } from "../../lib/errors.ts";
import type { Expression } from "../../lib/filter/ast.ts";
import {
  parseExperimentFilter,
  parseExperimentOrderBy,
  parseFilter,
  parseOrderBy,
} from "../../lib/filter/mod.ts";
import { printExpression } from "../../lib/filter/print.ts";
import { seededRandom } from "../helpers/random.ts";
import { anyExpression } from "./generate.ts";
import { pick } from "./seed.ts";

/** The tree in as few words as tell trees apart. */
function shape(expression: Expression): string {
  switch (expression.kind) {
    case "and":
    case "or":
      return `(${expression.operands.map(shape).join(` ${expression.kind} `)})`;
    case "not":
      return `not ${shape(expression.operand)}`;
    default: {
      const { field, kind, ...rest } = expression;
      return `${field.entity}:${field.key} ${kind} ${JSON.stringify(Object.values(rest))}`;
    }
  }
}

const TREES: readonly (readonly [text: string, tree: string])[] = [
  ["", "()"],
  ["metrics.a > 1", 'metric:a compare [">",1]'],
  ["metric.a.b>=-1.5e3", 'metric:a.b compare [">=",-1500]'],
  ["param.a = 'x'", 'param:a compare ["=","x"]'],
  ['parameters.`a b` != "x"', 'param:a b compare ["!=","x"]'],
  ["tag.'a-b' like 'x%'", 'tag:a-b match ["x%",false,false]'],
  ["tags.a NOT ILIKE 'x'", 'tag:a match ["x",true,true]'],
  ["Created > 5", 'attribute:start_time compare [">",5]'],
  ["\"Run name\" = 'x'", 'attribute:run_name compare ["=","x"]'],
  ["run.status IN ('a','b',)", 'attribute:status in [["a","b"],false]'],
  ['status not in ("a")', 'attribute:status in [["a"],true]'],
  ["datasets.context IS NULL", "dataset:context null [false]"],
  ["metrics.a is not null", "metric:a null [true]"],
  [
    "metrics.a BETWEEN 1 AND 2 AND metrics.b = 3",
    '(metric:a between [1,2,false] and metric:b compare ["=",3])',
  ],
  ["metrics.a NOT BETWEEN 1 AND 2", "metric:a between [1,2,true]"],
  ["params.a = 'it''s'", 'param:a compare ["=","it\'s"]'],
  ['params.a = "say ""x"""', 'param:a compare ["=","say \\"x\\""]'],
  ["params.a = 'C:\\'", 'param:a compare ["=","C:\\\\"]'],
  ["start_time > '2026-01-31'", 'attribute:start_time compare [">",1769817600000]'],
  ["start_time > '2026-01-31T12:30'", 'attribute:start_time compare [">",1769862600000]'],
  ["start_time > '2026-01-31 12:30:05.1239Z'", 'attribute:start_time compare [">",1769862605123]'],
  ["start_time > '2026-01-31T12:30:00+05:30'", 'attribute:start_time compare [">",1769842800000]'],
  ["start_time > '2026-01-31T12:30:00-0130'", 'attribute:start_time compare [">",1769868000000]'],
  ["start_time = '2026-01-31T00:00'", 'attribute:start_time compare ["=",1769817600000]'],
  [
    "NOT status = 'a' AND status = 'b'",
    '(not attribute:status compare ["=","a"] and attribute:status compare ["=","b"])',
  ],
  ["NOT NOT status = 'a'", 'not not attribute:status compare ["=","a"]'],
  [
    "status = 'a' OR status = 'b' AND status = 'c' OR status = 'd'",
    '(attribute:status compare ["=","a"] or (attribute:status compare ["=","b"] and attribute:status compare ["=","c"]) or attribute:status compare ["=","d"])',
  ],
  [
    "(status = 'a' OR status = 'b') AND NOT (status = 'c' OR status = 'd')",
    '((attribute:status compare ["=","a"] or attribute:status compare ["=","b"]) and not (attribute:status compare ["=","c"] or attribute:status compare ["=","d"]))',
  ],
  ["((status = 'a'))", 'attribute:status compare ["=","a"]'],
];

Deno.test("trees", () => {
  for (const [text, tree] of TREES) {
    assertEquals(shape(parseFilter(text).expression), tree, text);
  }
});

/** Problem, and the part of the text that the caret is under. */
const ERRORS: readonly (readonly [text: string, problem: string, place: string])[] = [
  [" ", "there is nothing in it", " "],
  ["metrics.a", "expected a comparison after metrics.a", ""],
  ["metrics.a >", "expected a number", ""],
  ["metrics.a > 1 AND", "it ends where a comparison must follow", ""],
  ["AND metrics.a > 1", "expected a comparison, found AND", "AND"],
  ["metrics.a > 1 AND AND status = 'x'", "expected a comparison, found AND", "AND"],
  ["metrics.a > 1 status = 'x'", "expected AND, OR or the end", "status"],
  ["metrics.a > 1 OR", "it ends where a comparison must follow", ""],
  ["NOT", "it ends where a comparison must follow", ""],
  ["(metrics.a > 1", "this ( has no )", "("],
  ["metrics.a > 1)", "this ) has no (", ")"],
  ["(metrics.a > 1 status = 'x')", "expected AND, OR or )", "status"],
  ["()", "expected a comparison", ")"],
  ["1 < metrics.a", "a comparison starts with its key: metrics.a > 1", "1"],
  ["'x' = params.a", "a comparison starts with its key: metrics.a > 1", "'x'"],
  ["metrics.a == 1", '"==" is not an operator; write =', "=="],
  ["metrics.a <> 1", '"<>" is not an operator; write !=', "<>"],
  ["metrics.a => 1", '"=>" is not an operator; write >=', "=>"],
  ["metrics.a ~ 1", '"~" is not an operator; write one of = != > >= < <=', "~"],
  ["metrics.a > x", "expected a number", "x"],
  ["metrics.a > '1.5'", "metrics.a is a number; write 1.5", "'1.5'"],
  ["metrics.a > 'high'", "metrics.a is a number", "'high'"],
  ["metrics.a > +1", '"+1" is not a number here; write 1', "+1"],
  ["metrics.a > 1E+3", '"1E+3" is not a number here; write 1000', "1E+3"],
  ["metrics.a > .5e3", '".5e3" is not a number here; write 500', ".5e3"],
  ["metrics.a > 0x10", '"0x10" is not a number here', "0x10"],
  ["metrics.a > 1_000", '"1_000" is not a number here', "1_000"],
  ["metrics.a > 1.5.2", '"1.5.2" is not a number here', "1.5.2"],
  ["metrics.a LIKE 'x'", "metrics.a is not text; compare it by = != > >= < <=", "LIKE"],
  ["metrics.a BETWEEN 1", "expected AND: BETWEEN 1 AND 2", ""],
  ["metrics.a BETWEEN 1 AND", "expected a number", ""],
  ["metrics.a IN 1", "expected a list: IN ('a', 'b')", "1"],
  ["metrics.a IN (1 2)", "expected , or ) in the list", "2"],
  ["metrics.a IN (1, 2", "this ( has no )", "("],
  ["metrics.a IN ()", "expected a number", ")"],
  ["metrics.a IS 1", "expected NULL or NOT NULL after IS", "1"],
  ["metrics.a NOT = 1", "expected LIKE, ILIKE, IN or BETWEEN after NOT", "="],
  [
    "metrics.a b > 1",
    "expected a comparison after metrics.a; a key with a space goes in back-ticks",
    "b",
  ],
  ["metrics.a-b > 1", "write the key in back-ticks: metrics.`a-b`", "metrics.a-b"],
  ["metrics.a/b/c > 1", "write the key in back-ticks: metrics.`a/b/c`", "metrics.a/b/c"],
  ["metrics.in > 1", "write the key in back-ticks: metrics.`in`", "metrics.in"],
  ["metrics.12a > 1", "write the key in back-ticks: metrics.`12a`", "metrics.12a"],
  ["metrics.`a`.b > 1", "quote the whole key: metrics.a.b", "metrics.`a`.b"],
  ["metrics. a > 1", "a key must follow the dot, without a space", "metrics."],
  ["metrics.`` > 1", "the key is empty", "metrics.``"],
  ["metrics.`a > 1", "the name has no closing `", "`a > 1"],
  [
    "metrcs.a > 1",
    '"metrcs" is not one of metrics, params, tags, attributes, datasets; did you mean metrics?',
    "metrcs.a",
  ],
  [
    "Metrics.a > 1",
    '"Metrics" is not one of metrics, params, tags, attributes, datasets; did you mean metrics?',
    "Metrics.a",
  ],
  ["model.a > 1", '"model" is not one of metrics, params, tags, attributes, datasets', "model.a"],
  ["stauts = 'x'", '"stauts" is not an attribute; did you mean status?', "stauts"],
  ["Status = 'x'", '"Status" is not an attribute; did you mean status?', "Status"],
  [
    "sharpe > 1",
    '"sharpe" is not an attribute; a key is written metrics.sharpe or params.sharpe or tags.sharpe',
    "sharpe",
  ],
  [
    "attributes.sharpe > 1",
    '"sharpe" is not an attribute; attributes are run_id, run_name, status, start_time, end_time, duration, user_id, artifact_uri',
    "attributes.sharpe",
  ],
  [
    "dataset.nam = 'x'",
    '"nam" is not one of name, digest, context of a dataset; did you mean name?',
    "dataset.nam",
  ],
  ["params.a > 'x'", "params.a is text; compare it by =, !=, LIKE, ILIKE or IN", ">"],
  ["params.a BETWEEN 1 AND 2", "params.a is text; BETWEEN is for numbers", "BETWEEN"],
  ["params.a = momentum", "text values are quoted: 'momentum'", "momentum"],
  ["params.a = `x`", "text values are quoted: 'x'", "`x`"],
  ["params.a = 20", "params.a is text; write '20'", "20"],
  ["params.a = ('x')", "a list follows IN: IN ('a', 'b')", "("],
  ["params.a =", "expected a quoted text", ""],
  ["params.a = 'x", "the text has no closing '", "'x"],
  ["params.a = ‘x’", "a typographic quote; write ' or \"", "‘"],
  [
    "params.a = 'x\\'y'",
    "the text has no closing '; a backslash does not escape a quote, double it: ''",
    "'",
  ],
  [
    "params.a = 'x\\' y",
    "expected AND, OR or the end; a backslash does not escape a quote, double it: ''",
    "y",
  ],
  [
    "start_time > 'yesterday'",
    "\"yesterday\" is not a time; write '2026-01-31' or '2026-01-31T12:00:00Z'",
    "'yesterday'",
  ],
  [
    "start_time > '2026-02-30'",
    "\"2026-02-30\" is not a time; write '2026-01-31' or '2026-01-31T12:00:00Z'",
    "'2026-02-30'",
  ],
  [
    "start_time > '2026-01-31T25:00'",
    "\"2026-01-31T25:00\" is not a time; write '2026-01-31' or '2026-01-31T12:00:00Z'",
    "'2026-01-31T25:00'",
  ],
  [
    "start_time > '01/02/2026'",
    "\"01/02/2026\" is not a time; write '2026-01-31' or '2026-01-31T12:00:00Z'",
    "'01/02/2026'",
  ],
  [
    "start_time = '2026-01-31'",
    "a day is not a moment; write start_time >= '2026-01-31' AND start_time < '2026-02-01'",
    "'2026-01-31'",
  ],
  ["start_time > now", "expected a number of ms or a date, '2026-01-31'", "now"],
  ["duration > '1h'", "duration is a number", "'1h'"],
  ["metrics.a > 1; status = 'x'", 'unexpected ";"', ";"],
  ["metrics.a > 1 -- b", 'unexpected "-"', "-"],
  ["metrics.a > 1 && status = 'x'", 'unexpected "&"', "&"],
  ["🚀", 'unexpected "🚀"', "🚀"],
];

Deno.test("errors name the problem and its place", () => {
  for (const [text, problem, place] of ERRORS) {
    const error = assertThrows(() => parseFilter(text), FilterSyntaxError);
    assertEquals(error.problem, problem, text);
    const shown = text.slice(error.start, error.end);
    // The unterminated text with a backslash runs from its quote to the end.
    assertEquals(
      shown.startsWith(place) && (place === "'" || shown === place),
      true,
      `${text}: ${shown}`,
    );
  }
});

Deno.test("an error shows the text with a caret", () => {
  const { message } = assertThrows(
    () => parseFilter("metrics.sharpe_ratio > 1 AND\nstauts = 'x'"),
    FilterSyntaxError,
  );
  assertEquals(
    message,
    'Cannot read filter: "stauts" is not an attribute; did you mean status?\n' +
      "  metrics.sharpe_ratio > 1 AND stauts = 'x'\n" +
      "                               ^^^^^^",
  );
  const long = `run_id IN (${"'a', ".repeat(40)}b)`;
  assertEquals(
    assertThrows(() => parseFilter(long), FilterSyntaxError).message,
    "Cannot read filter: text values are quoted: 'b'\n" +
      `  …${long.slice(171)}\n  ${" ".repeat(41)}^`,
  );
});

Deno.test("orders: what is read, and what is said", () => {
  assertEquals(parseOrderBy("metrics.`a b` desc"), {
    text: "metrics.`a b` desc",
    entity: "metric",
    key: "a b",
    descending: true,
  });
  assertEquals(parseOrderBy("created"), {
    text: "created",
    entity: "attribute",
    key: "start_time",
    descending: false,
  });
  const errors: readonly (readonly [string, string])[] = [
    ["", "there is nothing in it"],
    ["metrics.a DOWN", "expected ASC, DESC or the end"],
    ["metrics.a DESC NULLS LAST", "expected the end; give each sort key by itself"],
    ["metrics.a, metrics.b", "expected ASC, DESC or the end"],
    ["dataset.name", "a run may have several datasets; sort by another key"],
    [
      "sharpe",
      '"sharpe" is not an attribute; a key is written metrics.sharpe or params.sharpe or tags.sharpe',
    ],
  ];
  for (const [text, problem] of errors) {
    const error = assertThrows(() => parseOrderBy(text), FilterSyntaxError);
    assertEquals(error.problem, problem);
    assert(error.message.startsWith(`Cannot read sort key: ${problem}\n`));
  }
});

Deno.test("experiments have tags and attributes of their own", () => {
  const { expression } = parseExperimentFilter("name LIKE 'a%' AND creation_time > '2026-01-31'");
  assertEquals(
    shape(expression),
    '(attribute:name match ["a%",false,false] and attribute:creation_time compare [">",1769817600000])',
  );
  const errors: readonly (readonly [string, string])[] = [
    ["metrics.a > 1", '"metrics" is not one of tags, attributes'],
    ["status = 'x'", '"status" is not an attribute; a key is written tags.status'],
    ["nam = 'x'", '"nam" is not an attribute; did you mean name?'],
  ];
  for (const [text, problem] of errors) {
    assertEquals(
      assertThrows(() => parseExperimentFilter(text), FilterSyntaxError).problem,
      problem,
    );
  }
  assertThrows(() => parseExperimentOrderBy("metrics.a"), FilterSyntaxError);
});

Deno.test("limits", () => {
  const many = (count: number, text: string, between: string): string =>
    Array.from({ length: count }, () => text).join(between);
  const limits: readonly (readonly [accepted: string, refused: string, problem: string])[] = [
    [
      `${"NOT ".repeat(100)}status = 'x'`,
      `${"NOT ".repeat(101)}status = 'x'`,
      "nested more than 100 deep",
    ],
    [
      `${"(".repeat(100)}status = 'x'${")".repeat(100)}`,
      `${"(".repeat(101)}status = 'x'${")".repeat(101)}`,
      "nested more than 100 deep",
    ],
    [
      many(500, "status = 'x'", " OR "),
      many(501, "status = 'x'", " OR "),
      "more than 500 comparisons",
    ],
    [
      `metrics.a IN (${many(10_000, "1", ",")})`,
      `metrics.a IN (${many(10_001, "1", ",")})`,
      "more than 10000 values",
    ],
    [
      `params.a LIKE '${"x".repeat(10_000)}'`,
      `params.a LIKE '${"x".repeat(10_001)}'`,
      "a pattern has at most 10000 characters",
    ],
    [
      `params.a = '${"x".repeat(99_987)}'`.padEnd(100_000),
      `params.a = '${"x".repeat(99_987)}'`.padEnd(100_001),
      "it has 100001 characters; at most 100000 are read",
    ],
  ];
  for (const [accepted, refused, problem] of limits) {
    parseFilter(accepted);
    assertEquals(assertThrows(() => parseFilter(refused), FilterSyntaxError).problem, problem);
  }
});

Deno.test("what is printed parses to the same tree", () => {
  const next = seededRandom(3);
  for (let index = 0; index < 3000; index++) {
    const expression = anyExpression(next, 3);
    const text = printExpression(expression);
    assertEquals(parseFilter(text).expression, expression, text);
  }
});

const SOUP: readonly string[] = [
  "metrics",
  "params.",
  "tags.a",
  "status",
  "run_id",
  "start_time",
  "dataset.name",
  "duration",
  "metrics.a",
  "metrics.`a b`",
  '"Run name"',
  "AND",
  "OR",
  "NOT",
  "IN",
  "IS",
  "NULL",
  "LIKE",
  "ILIKE",
  "BETWEEN",
  "(",
  ")",
  ",",
  ".",
  "=",
  "!=",
  "<",
  ">=",
  "==",
  "'x'",
  '"y"',
  "'",
  '"',
  "`",
  "1",
  "-1",
  "1e5",
  "1e",
  ".",
  "-",
  "'2026-01-01'",
  "\\",
  ";",
  "--",
  "\n",
  "\u0000",
  "é",
  "🚀",
  "\ud800",
];

Deno.test("any soup of tokens is a filter or a syntax error", () => {
  const next = seededRandom(11);
  let filters = 0;
  for (let index = 0; index < 20_000; index++) {
    const count = 1 + Math.floor(next() * 9);
    const words = Array.from({ length: count }, () => pick(SOUP, next));
    const text = words.join(pick(["", " ", " "], next));
    for (const parse of [parseFilter, parseExperimentFilter, parseOrderBy]) {
      try {
        parse(text);
        filters++;
      } catch (error) {
        assert(error instanceof FilterSyntaxError, `${JSON.stringify(text)}: ${error}`);
        assert(error.start <= error.end && error.end <= text.length, JSON.stringify(text));
      }
    }
  }
  assert(filters > 300, `${filters} were filters`);
});

Deno.test("a filter with one character less, more or changed is a filter or a syntax error", () => {
  const next = seededRandom(12);
  for (let index = 0; index < 3000; index++) {
    const text = printExpression(anyExpression(next, 2));
    const at = Math.floor(next() * text.length);
    const end = at + Math.floor(next() * 2);
    const changed = text.slice(0, at) + pick(["", "'", "(", ".", " ", "x"], next) + text.slice(end);
    try {
      parseFilter(changed);
    } catch (error) {
      assert(error instanceof FilterSyntaxError, `${changed}: ${error}`);
    }
  }
});
