// The figures of trades among a backtest's metrics: by default all that can be computed, by name like any
// other, in definitions, in the run that is logged and on its page.

import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { type Backtest, type BacktestOptions, evaluateFile } from "../../lib/backtest/mod.ts";
import { tearSheet } from "../../lib/backtest/tear_sheet.ts";
import { loadConfig } from "../../lib/config/values.ts";
import { UsageError } from "../../lib/errors.ts";
import { logRequest } from "../../lib/logging/request.ts";
import { runContent } from "../../lib/logging/run_content.ts";
import { CATALOGUE, NEWEST_RELEASE } from "../../lib/metrics/mod.ts";
import { testIo } from "../helpers/test_io.ts";

const TRADES = "side,entry,exit,pnl\nx,2024-01-02,2024-01-04,30\ny,2024-01-03,2024-01-05,-10\n";
const FIGURES = [
  "trade_count",
  "trade_win_rate",
  "trade_profit_factor",
  "trade_expectancy",
  "trade_average_win",
  "trade_average_loss",
  "trade_largest_win",
  "trade_largest_loss",
  "trade_average_holding_days",
];

const SIDED = [
  "trade_long_count",
  "trade_short_count",
  "trade_long_win_rate",
  "trade_short_win_rate",
];
const RETURNS = "date,returns\n2024-01-02,0.01\n2024-01-03,-0.02\n";

async function evaluate(options: Partial<BacktestOptions> = {}, text = TRADES): Promise<Backtest> {
  const io = testIo();
  try {
    await io.files.write("t.csv", text);
    const [one] = await evaluateFile(io, "t.csv", {
      riskFreeRate: 0,
      periods: 252,
      periodsChosen: false,
      release: NEWEST_RELEASE,
      extended: false,
      definitions: [],
      read: text === TRADES ? { kind: "trades", capital: 1000 } : {},
      ...options,
    });
    assert(one !== undefined);
    return one;
  } finally {
    io.remove();
  }
}

const ofTrades = (names: Iterable<string>): readonly string[] =>
  [...names].filter((name) => name.startsWith("trade_"));

Deno.test("a list of trades has the figures that it tells, returns have none", async () => {
  const { metrics, undefined: missing } = await evaluate();
  assertEquals(ofTrades(metrics.keys()), FIGURES);
  assertEquals(metrics.get("trade_profit_factor"), 3);
  assertEquals(metrics.get("trade_average_holding_days"), 2);
  assertEquals(ofTrades(missing.map(({ metric }) => metric)), SIDED);
  const returns = await evaluate({}, RETURNS);
  assertEquals(ofTrades(returns.metrics.keys()), []);
  assertEquals(ofTrades(returns.undefined.map(({ metric }) => metric)), []);
});

Deno.test("a figure that is asked for is given, or undefined with its reason", async () => {
  const names = ["trade_expectancy", "trade_long_count", "total_return"];
  const { metrics, undefined: missing } = await evaluate({ names });
  assertEquals([...metrics.keys()], ["total_return", "trade_expectancy"]);
  assertEquals(missing, [{
    metric: "trade_long_count",
    reason: "the file does not say which way each trade went",
  }]);
  const none = await evaluate({ names: ["trade_win_rate"] }, RETURNS);
  assertEquals(none.undefined, [{
    metric: "trade_win_rate",
    reason: "the file is no list of trades",
  }]);
  await assertRejects(
    () => evaluate({ names: ["trade_expectency"] }),
    UsageError,
    "trade_expectancy",
  );
});

Deno.test("definitions may use figures of trades, asked for or not", async () => {
  const definitions = [{ name: "edge", expression: "trade_average_win / -trade_average_loss" }];
  assertEquals((await evaluate({ definitions })).metrics.get("edge"), 3);
  const alone = await evaluate({ definitions, names: ["total_return"] });
  assertEquals([...alone.metrics.keys()], ["total_return", "edge"]);
});

Deno.test("a run and its page carry them", async () => {
  const one = await evaluate();
  const io = testIo();
  try {
    const request = logRequest(await loadConfig(io), { experiment: "e" });
    const facts = { runName: "run", user: "", startTime: 1 };
    const { content } = runContent(one, request, facts);
    assertEquals(ofTrades(content.metrics.map(({ key }) => key)), FIGURES);
  } finally {
    io.remove();
  }
  const page = tearSheet(one, { heading: "t", params: {}, now: 0 });
  const labels = CATALOGUE.filter(({ category }) => category === "trade_list");
  for (const { name, label } of labels) {
    assert(page.includes(label), label);
    assertEquals(page.includes(`>${label}</button>`), true, name);
  }
  assert(page.includes("the file does not say which way each trade went"));
  assert(!page.includes("given with --define"));
});

Deno.test("btflow metrics lists and explains them, and works one out of a file", async () => {
  const io = testIo();
  try {
    await io.files.write("t.csv", TRADES);
    const listed = JSON.parse((await io.run("metrics", "--format", "json")).out);
    const own = listed.filter(({ category }: { category: string }) => category === "trade_list");
    assertEquals(own.map(({ name }: { name: string }) => name), [...FIGURES, ...SIDED]);
    const one = await io.run("metrics", "trade_win_rate");
    assertStringIncludes(one.out, "Formula: #(p > 0) / #p");
    const asked = ["--file", "t.csv", "--kind", "trades", "--capital", "1000"];
    const page = await io.run("metrics", "trade_profit_factor", ...asked);
    assertEquals(page.code, 0, page.err);
    assertStringIncludes(page.out, "0.0.86: 3\n");
    assertStringIncludes(page.out, "Σ(p > 0) = 30\n  Σ(p < 0) = -10\n");
    const unknown = await io.run("metrics", "trade_winrate");
    assertEquals(unknown.code, 4);
    assertStringIncludes(unknown.err, "trade_win_rate");
  } finally {
    io.remove();
  }
});
