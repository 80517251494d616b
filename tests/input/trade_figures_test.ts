// Figures of trades, held against what backtesting.py, vectorbt and freqtrade say of the same trades, and
// left out wherever a list does not tell.

import { assertAlmostEquals, assertEquals } from "@std/assert";
import { readInput, type ReadOptions } from "../../lib/input/mod.ts";
import { CATALOGUE, computeMetrics } from "../../lib/metrics/mod.ts";
import { memoryHost } from "./memory_host.ts";

type Values = Readonly<Record<string, number>>;

const NAMES = CATALOGUE.filter(({ category }) => category === "trade_list")
  .map(({ name }) => name);
const DATA = new URL("../testdata/", import.meta.url);

async function figures(text: string, options: ReadOptions = { capital: 1e4 }): Promise<Values[]> {
  const { series } = await readInput(memoryHost({ "t.csv": text }), "t.csv", options);
  return series.map(({ returns, trades }) =>
    Object.fromEntries(computeMetrics(returns, { trades, names: NAMES }).values)
  );
}

async function data(name: string): Promise<string> {
  return await Deno.readTextFile(new URL(name, DATA));
}

Deno.test("the trades of backtesting.py and vectorbt have the figures that these say", async () => {
  const expected: Readonly<Record<string, Values>> = JSON.parse(
    await data("trades/expected.json"),
  );
  for (const [tool, theirs] of Object.entries(expected)) {
    const [own] = await figures(await data(`trades/${tool}.csv`));
    assertEquals(Object.keys(own ?? {}), NAMES);
    assertEquals(Object.keys(theirs).length, NAMES.length);
    for (const [name, value] of Object.entries(theirs)) {
      assertAlmostEquals(own?.[name] ?? NaN, value, 1e-9 * Math.abs(value), `${tool} ${name}`);
    }
  }
});

Deno.test("freqtrade's trades have the figures that it says", async () => {
  const document = await data("freqtrade.json");
  const strategies: Readonly<Record<string, Values>> = JSON.parse(document).strategy;
  const all = await figures(document, {});
  assertEquals(all.length, 2);
  for (const [index, theirs] of Object.values(strategies).entries()) {
    const own = all[index] ?? {};
    assertEquals(own["trade_count"], theirs["total_trades"]);
    assertEquals(own["trade_long_count"], theirs["trade_count_long"]);
    assertEquals(own["trade_short_count"], theirs["trade_count_short"]);
    assertAlmostEquals(own["trade_win_rate"] ?? NaN, theirs["winrate"] ?? NaN, 1e-12);
    assertAlmostEquals(own["trade_profit_factor"] ?? NaN, theirs["profit_factor"] ?? NaN, 1e-9);
    assertAlmostEquals(own["trade_expectancy"] ?? NaN, theirs["expectancy"] ?? NaN, 1e-9);
    // It rounds to the minute.
    const seconds = (own["trade_average_holding_days"] ?? NaN) * 86_400;
    assertAlmostEquals(seconds, theirs["holding_avg_s"] ?? NaN, 31);
  }
});

const TRADINGVIEW = "Trade #,Type,Signal,Date/Time,Price EUR,Contracts,Profit EUR,Profit %\n" +
  "1,Entry Long,L,2024-01-02 10:00,1,1,,\n1,Exit Long,X,2024-01-03 10:00,1,1,10,1\n" +
  "2,Entry Short,S,2024-01-04 10:00,1,1,,\n2,Exit Short,Open,2024-01-09 10:00,1,1,99,9\n" +
  "3,Entry Short,L,2024-01-04 10:00,1,1,,\n3,Exit Short,X,2024-01-07 10:00,1,1,-5,-1\n";

Deno.test("an entry in a row of its own is found by the trade's number; open trades do not count", async () => {
  assertEquals(await figures(TRADINGVIEW), [{
    trade_count: 2,
    trade_win_rate: 0.5,
    trade_profit_factor: 2,
    trade_expectancy: 2.5,
    trade_average_win: 10,
    trade_average_loss: -5,
    trade_largest_win: 10,
    trade_largest_loss: -5,
    trade_average_holding_days: 2,
    trade_long_count: 1,
    trade_short_count: 1,
    trade_long_win_rate: 1,
    trade_short_win_rate: 0,
  }]);
});

Deno.test("what a list does not tell is left out, not guessed", async () => {
  const bare = "entry,exit,pnl\n2024-01-02,2024-01-04,10\n,2024-01-05,0\n";
  assertEquals(await figures(bare, { kind: "trades", capital: 100 }), [{
    trade_count: 2,
    trade_win_rate: 0.5,
    trade_expectancy: 5,
    trade_average_win: 10,
    trade_largest_win: 10,
  }]);
  const sided = TRADINGVIEW.replace("3,Exit Short", "3,Exit");
  const [own] = await figures(sided);
  assertEquals(own?.["trade_count"], 2);
  assertEquals(own?.["trade_long_count"], undefined);
});

Deno.test("profits by day and deals are no trades", async () => {
  const byDay = "date,pnl\n2024-01-02,10\n2024-01-03,-5\n";
  assertEquals(await figures(byDay, { kind: "trades", capital: 100 }), [{}]);
  const deals = "Time\tDeal\tSymbol\tType\tDirection\tCommission\tFee\tSwap\tProfit\n" +
    "2024.01.02 10:00:00\t2\tEURUSD\tbuy\tin\t-1\t0\t0\t0\n" +
    "2024.01.03 10:00:00\t3\tEURUSD\tsell\tout\t-1\t0\t-1\t12\n";
  assertEquals(await figures(deals), [{}]);
});

Deno.test("costs are taken off, balance rows are no trades, two strategies have their own figures", async () => {
  const mt4 =
    "Ticket,Open Time,Type,Size,Item,Price,S / L,T / P,Close Time,Price,Commission,Taxes,Swap,Profit\n" +
    "1,2024.01.01 00:00,balance,,,,,,,,,,,1000\n" +
    "2,2024.01.02 10:00,buy,1,eurusd,1,0,0,2024.01.03 10:00,1,-1,0,-1,12\n" +
    "3,2024.01.04 10:00,sell,1,eurusd,1,0,0,2024.01.05 22:00,1,0,0,-1,-4\n";
  const [own] = await figures(mt4);
  assertEquals(
    [own?.["trade_count"], own?.["trade_expectancy"], own?.["trade_average_holding_days"]],
    [2, 2.5, 1.25],
  );
  assertEquals([own?.["trade_long_count"], own?.["trade_short_count"]], [1, 1]);
  const two = "strategy,entry,exit,pnl\nA,2024-01-02,2024-01-03,1\nB,2024-01-02,2024-01-04,-7\n" +
    "A,2024-01-04,2024-01-05,3\n";
  const both = await figures(two, { kind: "trades", capital: 100 });
  assertEquals(both.map((one) => one["trade_expectancy"]), [2, -7]);
  assertEquals(both.map((one) => one["trade_average_holding_days"]), [1, 2]);
});

Deno.test("a missing result follows the rule for missing values", async () => {
  const text = "entry,exit,pnl\n2024-01-02,2024-01-04,10\n2024-01-02,2024-01-05,\n";
  const count = async (missing: "zero" | "drop"): Promise<unknown> =>
    (await figures(text, { kind: "trades", capital: 100, missing }))[0]?.["trade_count"];
  assertEquals([await count("zero"), await count("drop")], [2, 1]);
});

/** A LEAN result with these trades: entry, exit, direction, profit before fees, fees. */
function leanResult(
  trades: readonly (readonly [string, string, number | string, number, number])[],
  statistics: Readonly<Record<string, unknown>>,
  names: "camel" | "Pascal" = "camel",
): string {
  const cased = (name: string): string =>
    names === "camel" ? name : name.charAt(0).toUpperCase() + name.slice(1);
  const object = (entries: readonly (readonly [string, unknown])[]) =>
    Object.fromEntries(entries.map(([name, value]) => [cased(name), value]));
  const start = Date.UTC(2024, 0, 3, 5) / 1000;
  const values = [100_000, 100_500, 100_250].map((equity, day) => [start + day * 86_400, equity]);
  const closed = trades.map(([entryTime, exitTime, direction, profitLoss, totalFees]) =>
    object(Object.entries({ entryTime, exitTime, direction, profitLoss, totalFees, quantity: 10 }))
  );
  return JSON.stringify(object([
    ["charts", { "Strategy Equity": { series: { Equity: { values } } } }],
    [
      "totalPerformance",
      object([["tradeStatistics", object(Object.entries(statistics))], ["closedTrades", closed]]),
    ],
  ]));
}

const LEAN_TRADES = [
  ["2024-01-03T14:31:00Z", "2024-01-03T20:31:00Z", 0, 500, 0],
  ["2024-01-04T14:31:00Z", "2024-01-05T14:31:00Z", 1, -300, 0],
  ["2024-01-04T15:00:00Z", "2024-01-05T03:00:00Z", 0, 50, 0],
] as const;
/** As LEAN's TradeStatistics works them out of these trades: wins and losses before fees. */
const LEAN_STATISTICS = {
  totalNumberOfTrades: 3,
  numberOfWinningTrades: 2,
  winRate: "0.6667",
  averageProfit: "275",
  averageLoss: "-300",
  averageProfitLoss: 250 / 3,
  largestProfit: "500",
  largestLoss: "-300",
  profitFactor: 550 / 300,
  averageTradeDuration: "14:00:00",
  totalFees: "0",
};

Deno.test("LEAN's closed trades have the figures of its tradeStatistics where there are no fees", async () => {
  for (const names of ["camel", "Pascal"] as const) {
    const [own] = await figures(leanResult(LEAN_TRADES, LEAN_STATISTICS, names), {});
    assertAlmostEquals(own?.["trade_win_rate"] ?? NaN, 2 / 3, 1e-12);
    assertEquals(
      ["count", "average_win", "average_loss", "largest_win", "largest_loss"]
        .map((name) => own?.[`trade_${name}`]),
      [3, 275, -300, 500, -300],
    );
    assertAlmostEquals(own?.["trade_expectancy"] ?? NaN, LEAN_STATISTICS.averageProfitLoss, 1e-9);
    assertAlmostEquals(own?.["trade_profit_factor"] ?? NaN, LEAN_STATISTICS.profitFactor, 1e-12);
    assertAlmostEquals(own?.["trade_average_holding_days"] ?? NaN, 14 / 24, 1e-12);
    assertEquals([own?.["trade_long_count"], own?.["trade_short_count"]], [2, 1]);
  }
});

Deno.test("LEAN's fees are taken off each trade, which its own statistics leave in", async () => {
  const paid = LEAN_TRADES.map(([entry, exit, side, profit]) =>
    [entry, exit, side === 0 ? "Long" : "Short", profit, 60] as const
  );
  const [own] = await figures(leanResult(paid, { ...LEAN_STATISTICS, totalFees: 180 }), {});
  assertAlmostEquals(own?.["trade_expectancy"] ?? NaN, (250 - 180) / 3, 1e-9);
  assertAlmostEquals(own?.["trade_win_rate"] ?? NaN, 1 / 3, 1e-12);
  assertEquals([own?.["trade_long_count"], own?.["trade_short_count"]], [2, 1]);
});

Deno.test("a LEAN result that does not list all its trades has no figures of them, and says so", async () => {
  const text = leanResult(LEAN_TRADES, { ...LEAN_STATISTICS, totalNumberOfTrades: 400 });
  const file = await readInput(memoryHost({ "t.json": text }), "t.json", {});
  assertEquals(file.series.map(({ trades }) => trades), [null]);
  assertEquals(file.warnings.map(({ code }) => code), ["trades-missing"]);
});
