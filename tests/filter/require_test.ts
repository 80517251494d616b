// What is required of the metrics of an answer: which names it takes, what meets it, what is said else.

import { assertEquals, assertThrows } from "@std/assert";
import { FilterSyntaxError } from "../../lib/errors.ts";
import { readRequirements, unmet } from "../../lib/filter/mod.ts";

const VALUES: ReadonlyMap<string, number> = new Map([
  ["sharpe_ratio", 1.5],
  ["max_drawdown", -0.25],
  ["spa_p_value.consistent", 0.04],
  ["trials.total", 412],
  ["metrics_used", 3],
]);
const NAMES = [...VALUES.keys(), "alpha", "endless", "calmar"];
const REASONS: ReadonlyMap<string, string> = new Map([["alpha", "needs a benchmark"]]);

function unmetOf(...texts: readonly string[]): readonly string[] {
  return unmet(
    readRequirements(texts, NAMES),
    new Map([...VALUES, ["endless", Infinity]]),
    REASONS,
  );
}

Deno.test("what is met", () => {
  for (
    const text of [
      "sharpe_ratio > 1",
      "metrics.sharpe_ratio > 1",
      "metric.sharpe_ratio > 1",
      "`sharpe_ratio` > 1",
      '"sharpe_ratio" > 1',
      "sharpe_ratio = 1.5 AND sharpe_ratio != 1 and NOT sharpe_ratio < 1.5",
      "max_drawdown BETWEEN -0.25 AND 0 AND max_drawdown NOT BETWEEN -0.2 AND 0",
      "trials.total IN (411, 412) AND metrics.trials.total <= 412",
      "spa_p_value.consistent < 0.05",
      "metrics_used >= 3",
      "sharpe_ratio > 9 OR (max_drawdown > -0.3 AND max_drawdown < 0)",
      // One side of OR is enough, whatever the other is.
      "alpha > 1 OR sharpe_ratio > 1",
      "NOT (alpha > 1 AND sharpe_ratio < 1)",
      "alpha IS NULL AND sharpe_ratio IS NOT NULL AND endless IS NULL",
      "calmar IS NULL OR calmar > 1",
    ]
  ) assertEquals(unmetOf(text), [], text);
});

Deno.test("what is not met is said with its values", () => {
  const cases: readonly (readonly [string, ...string[]])[] = [
    ["sharpe_ratio > 1.5", "sharpe_ratio > 1.5 (it is 1.5)"],
    ["metrics.sharpe_ratio>2", "sharpe_ratio > 2 (it is 1.5)"],
    [
      "sharpe_ratio > 2 AND trials.total > 1 AND max_drawdown >= -0.2",
      "sharpe_ratio > 2 (it is 1.5)",
      "max_drawdown >= -0.2 (it is -0.25)",
    ],
    [
      "sharpe_ratio > 2 OR max_drawdown > -0.2 OR sharpe_ratio < 1",
      "sharpe_ratio > 2 OR max_drawdown > -0.2 OR sharpe_ratio < 1 " +
      "(sharpe_ratio is 1.5, max_drawdown is -0.25)",
    ],
    ["NOT sharpe_ratio > 1", "NOT sharpe_ratio > 1 (it is 1.5)"],
    ["spa_p_value.consistent > 0.05", "spa_p_value.consistent > 0.05 (it is 0.04)"],
    ["sharpe_ratio IS NULL", "sharpe_ratio IS NULL (it is 1.5)"],
  ];
  for (const [text, ...lines] of cases) assertEquals(unmetOf(text), lines, text);
});

Deno.test("what is undefined meets no comparison, below a NOT neither", () => {
  const undefinedAlpha = "undefined: needs a benchmark";
  for (
    const text of [
      "alpha > 0",
      "alpha != 0",
      "NOT alpha > 0",
      "NOT alpha <= 0",
      "NOT NOT alpha > 0",
      "alpha NOT BETWEEN 0 AND 1",
      "alpha NOT IN (0, 1)",
      "alpha IS NOT NULL",
    ]
  ) assertEquals(unmetOf(text), [`${text} (it is ${undefinedAlpha})`], text);
  assertEquals(unmetOf("endless > 1", "calmar > 1"), [
    "endless > 1 (it is undefined)",
    "calmar > 1 (it is undefined)",
  ]);
  assertEquals(unmetOf("NOT (alpha > 1 OR sharpe_ratio < 1)"), [
    `NOT (alpha > 1 OR sharpe_ratio < 1) (alpha is ${undefinedAlpha}, sharpe_ratio is 1.5)`,
  ]);
});

Deno.test("several conditions are all required, each said once", () => {
  assertEquals(unmetOf("sharpe_ratio > 2", "sharpe_ratio > 2.0 AND alpha IS NULL"), [
    "sharpe_ratio > 2 (it is 1.5)",
  ]);
  assertEquals(unmetOf(), []);
});

Deno.test("what cannot be required is refused with its place", () => {
  const elsewhere = new Map([["psr_bailey", "--extended computes it"]]);
  const cases: readonly (readonly [string, string, number])[] = [
    [
      "sharp_ratio > 1",
      '"sharp_ratio" is not among the metrics of the answer; did you mean sharpe_ratio?',
      0,
    ],
    [
      "alpha > 1 AND metrics.sharp_ratio > 1",
      '"sharp_ratio" is not among the metrics of the answer; did you mean sharpe_ratio?',
      14,
    ],
    [
      "spa_p_value > 1",
      '"spa_p_value" is not among the metrics of the answer; did you mean spa_p_value.consistent?',
      0,
    ],
    [
      "trials.totl > 1",
      '"trials.totl" is not among the metrics of the answer; did you mean trials.total?',
      0,
    ],
    [
      "psr_bailey > 1",
      '"psr_bailey" is not among the metrics of the answer; --extended computes it',
      0,
    ],
    ["params.a = '1'", '"params.a" is not a metric; only metrics can be asked for here', 0],
    ["tags.a = '1'", '"tags.a" is not a metric; only metrics can be asked for here', 0],
    [
      "attributes.status = 'FINISHED'",
      '"attributes.status" is not a metric; only metrics can be asked for here',
      0,
    ],
    ["run_id = 'a'", '"run_id" is not among the metrics of the answer', 0],
    ["alpha LIKE '1%'", "metrics.alpha is not text; compare it by = != > >= < <=", 6],
    ["alpha > '1'", "metrics.alpha is a number; write 1", 8],
    ["alpha > sharpe_ratio", "expected a number", 8],
    ["alpha", "expected a comparison after metrics.alpha", 5],
    ["1 < alpha", "a comparison starts with its key: metrics.a > 1", 0],
    ["'alpha' > 1", "a comparison starts with its key: metrics.a > 1", 0],
    ["alpha > 1 AND OR", "expected a comparison, found OR", 14],
    ["alpha > 1 AND", "it ends where a comparison must follow", 13],
    ["", "there is nothing in it", 0],
    ["  ", "there is nothing in it", 0],
  ];
  for (const [text, problem, start] of cases) {
    const read = (): unknown => readRequirements(["alpha > 0", text], NAMES, elsewhere);
    const error = assertThrows(read, FilterSyntaxError, "Cannot read --require: ", text);
    assertEquals([error.problem, error.start], [problem, start], text);
  }
});
