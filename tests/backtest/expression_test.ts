// User-defined metrics: what they compute, what they refuse, and that no text makes them do more.

import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { UsageError } from "../../lib/errors.ts";
import type { Defined, Definition } from "../../lib/backtest/expression.ts";
import { readDefinitions } from "../../lib/backtest/expression.ts";
import { seededRandom } from "../helpers/random.ts";

const known = new Map([["sharpe_ratio", 1.5], ["max_drawdown", -0.2], ["cagr", 0.3]]);
const names = new Set([...known.keys(), "beta"]);
const reason = "needs a benchmark";

function defineMetrics(...definitions: readonly (readonly [string, string])[]): readonly Defined[] {
  const read = definitions.map(([name, expression]): Definition => ({ name, expression }));
  return readDefinitions(read, names)
    .evaluate({ values: known, undefined: [{ metric: "beta", reason }] });
}

function valueOf(expression: string): number | string {
  const [defined] = defineMetrics(["x", expression]);
  if (defined === undefined) throw new Error("nothing was defined");
  return "value" in defined ? defined.value : defined.reason;
}

Deno.test("expressions are arithmetic over metrics", () => {
  const cases: readonly (readonly [string, number])[] = [
    ["1 + 2 * 3", 7],
    ["2 ^ 3 ^ 2", 512],
    ["-2 ^ 2", -4],
    ["cagr / abs(max_drawdown)", 0.3 / 0.2],
    ["sharpe_ratio > 1 ? 10 : 20", 10],
    ["sharpe_ratio > 2 ? 10 : 20", 20],
    ["max(1, 5, 3) - min(4, 2)", 3],
    ["log(8, 2)", 3],
    ["mod(7, 4)", 3],
    ["round(2.345, 2)", 2.35],
    ["1e-3", 0.001],
    ["sqrt(16) + pi * 0", 4],
    ["(1 < 2) + (2 < 1)", 1],
  ];
  for (const [expression, expected] of cases) {
    const value = valueOf(expression);
    if (typeof value !== "number") throw new Error(`${expression}: ${value}`);
    const error = Math.abs(value - expected);
    if (error > 1e-12) throw new Error(`${expression} = ${value}, expected ${expected}`);
  }
});

Deno.test("definitions may use each other in any order", () => {
  const defined = defineMetrics(["b", "a * 2"], ["a", "cagr + 1"]);
  assertEquals(defined, [{ name: "b", value: 2.6 }, { name: "a", value: 1.3 }]);
});

Deno.test("a definition may have any name, those of JavaScript's objects included", () => {
  for (const name of ["toString", "constructor", "__proto__", "valueOf", "hasOwnProperty"]) {
    const defined = defineMetrics([name, "cagr"], ["x", `${name} * 2`]);
    assertEquals(defined, [{ name, value: 0.3 }, { name: "x", value: 0.6 }]);
  }
});

Deno.test("definitions say which metrics of the catalogue they use", () => {
  const definitions = [{ name: "a", expression: "cagr + pi" }, {
    name: "b",
    expression: "a - beta",
  }];
  assertEquals(readDefinitions(definitions, names).uses, ["cagr", "beta"]);
});

Deno.test("what has no finite value is undefined, not zero", () => {
  for (const expression of ["1 / 0", "0 / 0", "sqrt(-1)", "log(0)", "10 ^ 400"]) {
    assertStringIncludes(String(valueOf(expression)), "is not a finite number");
  }
  assertEquals(valueOf("beta * 0"), "beta is undefined: needs a benchmark");
  assertEquals(valueOf("beta > 1 ? 1 : 2"), "beta is undefined: needs a benchmark");
  assertEquals(defineMetrics(["y", "1 / x"], ["x", "1 / 0"]), [
    { name: "y", reason: "x is undefined" },
    { name: "x", reason: "1 / 0 is not a finite number" },
  ]);
});

Deno.test("arguments that a function cannot take are the user's error, not the program's", () => {
  for (const decimals of ["20", "-1", "1.5", "sharpe_ratio"]) {
    assertThrows(
      () => valueOf(`round(cagr, ${decimals})`),
      UsageError,
      "Cannot define x: Number of",
    );
  }
});

Deno.test("everything but arithmetic is refused", () => {
  const hostile = [
    'import("node:fs")',
    'evaluate("1+1")',
    'parse("1")',
    "a = 1",
    "f(x) = x",
    "[1, 2, 3]",
    "1:1000000000",
    "{a: 1}",
    "sharpe_ratio.constructor",
    'sharpe_ratio["constructor"]',
    "constructor",
    "__proto__",
    "toString",
    "hasOwnProperty(1)",
    "1; 2",
    "'text'",
    "5!",
    "factorial(170)",
    "zeros(1000000000)",
    "random()",
    "2 cm",
    "true",
    "null",
    "unknown_metric",
    "sqrt()",
    "sqrt(1, 2, 3)",
    "x",
    "(".repeat(60) + "1" + ")".repeat(60),
    "1+".repeat(600) + "1",
    "-".repeat(900) + "1",
    "",
    "1 +",
    "cagr cagr(",
    "cagr' * 2",
    "@",
  ];
  for (const expression of hostile) assertThrows(() => valueOf(expression), UsageError);
});

Deno.test("long and deep expressions take no longer than their length", () => {
  const started = performance.now();
  assertEquals(valueOf("cagr * 0" + " + 1".repeat(190)), 190);
  assertEquals(valueOf("2 (".repeat(48) + "0.5" + ")".repeat(48)), 2 ** 47);
  assertEquals(valueOf("-".repeat(100) + "(2)"), 2);
  for (const nested of ["2%(", "5%+(", "5%-("]) {
    assertThrows(() => valueOf(nested.repeat(49) + "1" + ")".repeat(49)), UsageError, "mod(a, b)");
    valueOf(nested.repeat(8) + "1" + ")".repeat(8));
  }
  assert(performance.now() - started < 5000);
});

Deno.test("names that are taken, given twice or circular are refused", () => {
  assertThrows(() => defineMetrics(["cagr", "1"]), UsageError, "metric of btflow's own");
  assertThrows(() => defineMetrics(["pi", "1"]), UsageError, "constant or function");
  assertThrows(() => defineMetrics(["a", "1"], ["a", "2"]), UsageError, "defined twice");
  assertThrows(
    () => defineMetrics(["a", "b"], ["b", "c"], ["c", "a"]),
    UsageError,
    "a -> b -> c -> a",
  );
  assertThrows(() => defineMetrics(["a", "1 < 2 ? 1 : a"]), UsageError, "a -> a");
});

Deno.test("no soup of tokens makes an expression do anything but give a number or a UsageError", () => {
  const tokens = [
    ..."0123456789.,:;()[]{}+-*/^%!?<>=&|~'\"\\@#$ \n\t".split(""),
    "sharpe_ratio",
    "beta",
    "import",
    "constructor",
    "prototype",
    "this",
    "sqrt",
    "max",
    "abs",
    "end",
    "to",
    "in",
    "mod",
    "not",
    "and",
    "or",
    "xor",
    "Infinity",
    "NaN",
    "i",
    "function",
    "=>",
    "==",
    "e308",
  ];
  const random = seededRandom(12345);
  const next = (bound: number): number => Math.floor(random() * bound);
  let accepted = 0;
  for (let round = 0; round < 4000; round++) {
    const length = 1 + next(12);
    let expression = "";
    for (let at = 0; at < length; at++) expression += tokens[next(tokens.length)] ?? "";
    try {
      const value = valueOf(expression);
      if (typeof value === "number" && !Number.isFinite(value)) throw new Error("not finite");
      accepted++;
    } catch (error) {
      if (!(error instanceof UsageError)) {
        throw new Error(`${expression}: ${error}`, { cause: error });
      }
    }
  }
  if (accepted < 20) {
    throw new Error(`only ${accepted} expressions were accepted: the soup is too thin`);
  }
});
