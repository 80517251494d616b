// The structure of both pages, of fixed inputs: every element, class, label and rounded number, as
// text. Run with `-- --update` after an intended change, and read the difference.

import { assertEquals } from "@std/assert";
import { buildModel, renderComparison, renderTearSheet } from "../../lib/report/mod.ts";
import { comparisonOf } from "./sweeps.ts";
import { DAY_MS, examplePair, GENERATED_AT, madeUp, OPTIONS } from "./samples.ts";

/** One element or text a line, coordinates and values to few digits; scripts and styles left out. */
function structureOf(html: string): string {
  const body = html.slice(html.indexOf("<body>"), html.indexOf('<script type="application/json"'));
  const data = html.match(/id="data">(.*?)<\/script>/s)?.[1] ?? "null";
  // The definitions are the catalogue's, and tested with it.
  const lines = body.replace(/<dl class="definitions">.*?<\/dl>/s, "").replace(/>\s*</g, ">\n<")
    .split("\n").map((line) =>
      line.replace(
        /\d+\.\d+(e[+-]?\d+)?/g,
        (number) => String(Number(Number(number).toPrecision(3))),
      )
    );
  return `${lines.join("\n")}\n${shapeOf(JSON.parse(data), "data")}\n`;
}

/** The embedded data as paths: long arrays by length, ends and sum. */
function shapeOf(value: unknown, path: string): string {
  if (
    Array.isArray(value) && value.length > 8 &&
    value.every((one) => typeof one !== "object" || one === null)
  ) {
    const numbers = value.filter((one) => typeof one === "number");
    const sum = numbers.reduce((total, one) => total + one, 0);
    return `${path}: ${value.length} values, ${value[0]} to ${value.at(-1)}, sum ${
      Number(sum.toPrecision(4))
    }`;
  }
  if (typeof value !== "object" || value === null) return `${path}: ${JSON.stringify(value)}`;
  return Object.entries(value).map(([key, one]) => shapeOf(one, `${path}.${key}`)).join("\n");
}

async function assertStructure(name: string, html: string): Promise<void> {
  const file = new URL(`structure/${name}.txt`, import.meta.url);
  const found = structureOf(html);
  if (Deno.args.includes("--update")) await Deno.writeTextFile(file, found);
  assertEquals(found, await Deno.readTextFile(file), "run again with -- --update if this is meant");
}

Deno.test("a tear sheet with a benchmark", async () => {
  const { returns, joined } = examplePair(0, 300);
  await assertStructure(
    "with_benchmark",
    renderTearSheet(buildModel(returns, joined, {
      ...OPTIONS,
      benchmarkName: "NASDAQ",
      source: "sp500_returns.csv",
      riskFreeRate: 0.02,
      params: { fast: "10", slow: "50" },
      warnings: [{ code: "missing", message: "2 missing values taken as 0" }],
    })),
  );
});

Deno.test("a tear sheet without dates and benchmark", async () => {
  const { values } = madeUp(40, DAY_MS);
  await assertStructure(
    "without_dates",
    renderTearSheet(buildModel({ dates: null, values }, null, OPTIONS)),
  );
});

Deno.test("a comparison", async () => {
  const runs = Array.from({ length: 9 }, (_, index) => ({
    id: `run${index}`,
    name: `run ${index}`,
    status: "FINISHED",
    startTime: GENERATED_AT,
    flags: [],
    span: "",
    metrics: { sharpe_ratio: index + 0.5, my_own: index },
    params: { fast: String(index), same: "1" },
    curve: { x: [0, 1, 2], y: [0, index / 10, 0.5] },
  }));
  await assertStructure("comparison", renderComparison(comparisonOf(runs, { dated: false })));
});
