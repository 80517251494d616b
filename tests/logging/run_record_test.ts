// What a run carries of its backtest.

import { assert, assertEquals, assertRejects } from "@std/assert";
import { type Backtest, type BacktestOptions, evaluateFile } from "../../lib/backtest/mod.ts";
import { UsageError } from "../../lib/errors.ts";
import { loadConfig } from "../../lib/config/values.ts";
import { type LogRequest, logRequest, type LogValues } from "../../lib/logging/request.ts";
import { runContent } from "../../lib/logging/run_content.ts";
import { NEWEST_RELEASE } from "../../lib/metrics/mod.ts";
import { isOwnParam } from "../../lib/own_names.ts";
import { testIo } from "../helpers/test_io.ts";

const FACTS = { runName: "run", user: "", startTime: 1 };

async function requestOf(flags: Partial<LogValues> = {}): Promise<LogRequest> {
  const io = testIo();
  try {
    return logRequest(await loadConfig(io), { experiment: "e", ...flags });
  } finally {
    io.remove();
  }
}

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
      release: NEWEST_RELEASE,
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

Deno.test("points before 1970 are logged at 0 with their steps, and with a warning", async () => {
  const one = await backtest(daily(Date.UTC(1969, 11, 30), 5));
  const { content, warnings } = runContent(
    one,
    await requestOf({ series: ["cumulative_return"] }),
    FACTS,
  );
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
  const { content } = runContent({ ...one, undefined: missing }, await requestOf(), FACTS);
  const tag = content.tags["btflow.undefined_metrics"] ?? "";
  assert(tag.length < 8000, String(tag.length));
  const reasons: Readonly<Record<string, string>> = JSON.parse(tag);
  assertEquals(Object.keys(reasons), missing.map(({ metric }) => metric));
  assertEquals([reasons["m0"]?.length, reasons["m59"]], [200, ""]);
});

Deno.test("lineage counts the rows of each file", async () => {
  const one = await backtest(daily(0, 40), daily(0, 41));
  const { content } = runContent(one, await requestOf(), FACTS);
  assertEquals(
    content.datasets.map(({ context, profile }) => [context, profile]),
    [["backtest", '{"num_rows":40}'], ["benchmark", '{"num_rows":41}']],
  );
});

Deno.test("the params that btflow writes itself are those that a user may not use", async () => {
  const one = await backtest(daily(0, 40), daily(0, 41));
  const { content } = runContent(one, await requestOf({ param: { fast: "5" } }), FACTS);
  const own = Object.keys(content.params).filter(isOwnParam);
  assertEquals(own.length, 7);
  assertEquals(Object.keys(content.params).filter((name) => !own.includes(name)), ["fast"]);
  for (const name of own) {
    await assertRejects(() => requestOf({ param: { [name]: "x" } }), UsageError, name);
  }
});

Deno.test("every calendar day, annualised by 252, gets a warning", async () => {
  const { warnings } = await backtest(daily(Date.UTC(2020, 0, 1), 400));
  assertEquals(warnings.map(({ code }) => code), ["periods-differ"]);
});
