// What a run carries of its backtest, and by what it is known again.

import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { type Backtest, type BacktestOptions, evaluateFile } from "../../lib/backtest/mod.ts";
import { fingerprint } from "../../lib/logging/fingerprint.ts";
import type { LogRequest } from "../../lib/logging/request.ts";
import { runContent, type RunFacts } from "../../lib/logging/run_content.ts";
import { testIo } from "../helpers/test_io.ts";

const FACTS: RunFacts = {
  runName: "run",
  params: {},
  tags: {},
  description: undefined,
  user: "",
  startTime: 1,
  series: [],
  seriesPoints: 100,
};

function daily(firstMs: number, count: number): string {
  const rows = Array.from({ length: count }, (_, day) => {
    const date = new Date(firstMs + day * 86_400_000).toISOString().slice(0, 10);
    return `${date},${0.01 * (day % 3 - 0.9)}`;
  });
  return `date,returns\n${rows.join("\n")}\n`;
}

async function backtest(text: string, other?: string): Promise<Backtest> {
  const io = testIo();
  try {
    await io.files.write("returns.csv", text);
    if (other !== undefined) await io.files.write("other.csv", other);
    const options: BacktestOptions = {
      riskFreeRate: 0,
      periods: 252,
      periodsChosen: false,
      extended: false,
      definitions: [],
      read: {},
      hash: true,
      ...(other === undefined ? {} : { benchmark: "other.csv" }),
    };
    const [one] = await evaluateFile(io, "returns.csv", options);
    assert(one !== undefined);
    return one;
  } finally {
    io.remove();
  }
}

Deno.test("points before 1970 are logged at 0, their steps kept, and told of", async () => {
  const one = await backtest(daily(Date.UTC(1969, 11, 30), 5));
  const { content, warnings } = runContent(one, { ...FACTS, series: ["cumulative_return"] });
  const points = content.metrics.filter(({ key }) => key === "cumulative_return");
  const day = 86_400_000;
  assertEquals(points.map(({ timestamp }) => timestamp), [0, 0, 0, day, 2 * day]);
  assertEquals(points.map(({ step }) => step), [0, 1, 2, 3, 4]);
  assertEquals(warnings.map(({ code }) => code), ["before-1970"]);
});

Deno.test("reasons that would make their tag too long are left out from the end", async () => {
  const one = await backtest(daily(0, 5));
  const missing = Array.from({ length: 60 }, (_, index) => ({
    metric: `m${index}`,
    reason: "x".repeat(200),
  }));
  const { content } = runContent({ ...one, undefined: missing }, FACTS);
  const tag = content.tags["btflow.undefined_metrics"] ?? "";
  assert(tag.length < 8000, String(tag.length));
  const reasons: Readonly<Record<string, string>> = JSON.parse(tag);
  assertEquals(Object.keys(reasons), missing.map(({ metric }) => metric));
  assertEquals([reasons["m0"]?.length, reasons["m59"]], [200, ""]);
});

Deno.test("lineage counts the rows of each file", async () => {
  const one = await backtest(daily(0, 40), daily(0, 41));
  const { content } = runContent(one, FACTS);
  assertEquals(
    content.datasets.map(({ context, profile }) => [context, profile]),
    [["backtest", '{"num_rows":40}'], ["benchmark", '{"num_rows":41}']],
  );
});

Deno.test("every calendar day, annualised by 252, is told of", async () => {
  const { warnings } = await backtest(daily(Date.UTC(2020, 0, 1), 400));
  assertEquals(warnings.map(({ code }) => code), ["periods-differ"]);
});

Deno.test("a fingerprint changes with whatever changes what is logged, and with nothing else", () => {
  const options: BacktestOptions = {
    riskFreeRate: 0,
    periods: 252,
    periodsChosen: false,
    extended: false,
    definitions: [],
    read: {},
  };
  const request: LogRequest = {
    experiment: { kind: "name", name: "e" },
    runName: undefined,
    params: {},
    tags: {},
    description: undefined,
    series: [],
    seriesPoints: 1000,
    report: false,
    attachReturns: false,
    artifacts: [],
    existingRunId: undefined,
    ifNew: false,
    create: true,
    dryRun: false,
    offline: false,
  };
  const inputs = { returns: "a", benchmark: null, artifacts: [] };
  const mark = (
    changed: Partial<LogRequest> = {},
    computing: Partial<BacktestOptions> = {},
    other: Partial<typeof inputs> | { benchmark: string } = {},
  ): string =>
    fingerprint({ ...inputs, ...other }, { ...options, ...computing }, {
      ...request,
      ...changed,
    }, "run");
  const matters: readonly Partial<LogRequest>[] = [
    { params: { a: "1" } },
    { tags: { a: "1" } },
    { description: "x" },
    { series: ["drawdown"] },
    { seriesPoints: 10 },
    { report: true },
    { attachReturns: true },
  ];
  for (const changed of matters) assertNotEquals(mark(changed), mark(), JSON.stringify(changed));
  for (const changed of [{ dryRun: true }, { offline: true }, { ifNew: true }]) {
    assertEquals(mark(changed), mark(), JSON.stringify(changed));
  }
  const computing = [{ riskFreeRate: 0.1 }, { periods: 365 }, { extended: true }, {
    names: ["cagr"],
  }];
  for (const changed of computing) assertNotEquals(mark({}, changed), mark());
  assertNotEquals(mark({}, {}, { returns: "b" }), mark());
  assertNotEquals(mark({}, {}, { benchmark: "b" }), mark());
  assertEquals(mark({ params: { a: "1", b: "2" } }), mark({ params: { b: "2", a: "1" } }));
});
