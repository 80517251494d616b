// Lists of trades in the layouts that tools write: the exit's day counts, the series begins with the
// first entry, costs are taken off, money moved is no profit, open trades are left out, and several
// backtests in one file are never a sum.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type InputFile, readInput, type ReadOptions } from "../../lib/input/mod.ts";
import { memoryHost } from "./memory_host.ts";

async function read(text: string, options: ReadOptions = { capital: 1000 }): Promise<InputFile> {
  return await readInput(memoryHost({ "t.csv": text }), "t.csv", options);
}

/** First and last day, and the returns that are not 0. */
function shape(file: InputFile, at = 0): readonly unknown[] {
  const returns = file.series[at]?.returns;
  assert(returns !== undefined && returns.dates !== null);
  const day = (ms: number | undefined): string => new Date(ms ?? NaN).toISOString().slice(0, 10);
  const won = [...returns.values].filter((value) => value !== 0)
    .map((value) => Number(value.toFixed(9)));
  return [day(returns.dates[0]), day(returns.dates.at(-1)), won];
}

const LISTS: Readonly<Record<string, string>> = {
  tradingview: "Trade #,Type,Signal,Date/Time,Price EUR,Contracts,Profit EUR,Profit %\n" +
    "1,Entry Long,L,2024-01-02 10:00,1,1,,\n1,Exit Long,X,2024-01-03 10:00,1,1,10,1\n" +
    "2,Entry Short,S,2024-01-04 10:00,1,1,,\n2,Exit Short,Open,2024-01-09 10:00,1,1,99,9\n" +
    "3,Entry Long,L,2024-01-04 10:00,1,1,,\n3,Exit Long,X,2024-01-05 10:00,1,1,-10.1,-1\n",
  "mt5-deals": "Time\tDeal\tSymbol\tType\tDirection\tCommission\tFee\tSwap\tProfit\n" +
    "2024.01.01 00:00:00\t1\t\tbalance\t\t0\t0\t0\t1 000.00\n" +
    "2024.01.02 10:00:00\t2\tEURUSD\tbuy\tin\t0\t0\t0\t0\n" +
    "2024.01.03 10:00:00\t3\tEURUSD\tsell\tout\t-1\t0\t-1\t12\n" +
    "2024.01.05 10:00:00\t4\tEURUSD\tsell\tout\t0\t0\t0\t-10.1\n",
  mt4:
    "Ticket,Open Time,Type,Size,Item,Price,S / L,T / P,Close Time,Price,Commission,Taxes,Swap,Profit\n" +
    "1,2024.01.01 00:00,balance,,,,,,,,,,,1000\n" +
    "2,2024.01.02 10:00,buy,1,eurusd,1,0,0,2024.01.03 10:00,1,-1,0,-1,12\n" +
    "3,2024.01.04 10:00,buy,1,eurusd,1,0,0,2024.01.05 10:00,1,0,0,0,-10.1\n",
  "quantconnect-trades": "Entry Time,Symbols,Exit Time,Direction,Quantity,P&L,Fees,IsWin\n" +
    "2024-01-02T10:00:00Z,SPY,2024-01-03T10:00:00Z,Buy,1,12,2,1\n" +
    "2024-01-04T10:00:00Z,SPY,2024-01-05T10:00:00Z,Buy,1,-9,1.1,0\n",
  tradovate: "symbol,qty,buyPrice,sellPrice,pnl,boughtTimestamp,soldTimestamp,duration\n" +
    "MES,1,5000,5001,$10.00,01/03/2024 10:00:00,01/02/2024 10:00:00,1d\n" +
    "MES,1,5000,4999,$(10.10),01/04/2024 10:00:00,01/05/2024 10:00:00,1d\n" +
    "MES,1,5000,4999,$0.00,12/31/2023 10:00:00,01/02/2024 10:00:00,1d\n",
};

Deno.test("each layout comes to the same two days", async () => {
  for (const [name, text] of Object.entries(LISTS)) {
    const file = await read(text);
    assertEquals(file.format, name);
    const first = name === "tradovate" ? "2023-12-31" : "2024-01-02";
    assertEquals(shape(file), [first, "2024-01-05", [0.01, -0.01]], name);
  }
});

Deno.test("a column that the user names leaves the rows of the layout as they are", async () => {
  const text = LISTS["tradingview"] ?? "";
  const asked = await read(text, { capital: 1000, kind: "trades", column: "Profit EUR" });
  assertEquals(shape(asked), ["2024-01-02", "2024-01-05", [0.01, -0.01]]);
  const percent = await read(text, { kind: "returns", percent: true, column: "Profit %" });
  assertEquals([...percent.series[0]?.returns.values ?? []], [0.01, -0.01]);
});

Deno.test("money moved later changes what returns are of, and is no return", async () => {
  const text = `${LISTS["mt5-deals"]}2024.01.06 00:00:00\t5\t\tbalance\t\t0\t0\t0\t-100.1\n` +
    "2024.01.08 10:00:00\t6\tEURUSD\tsell\tout\t0\t0\t0\t89.98\n";
  const file = await read(text);
  // 1000 + 10 − 10.1 − 100.1 = 899.8
  const last = Number((89.98 / 899.8).toFixed(9));
  assertEquals(shape(file), ["2024-01-02", "2024-01-08", [0.01, -0.01, last]]);
  assertEquals(file.warnings.map(({ message }) => message), [
    "t.csv has 2 payments in or out, which are no profit: 1 before the first trade, taken as part of " +
    "--capital, 1 later, which changes the equity that returns are of",
  ]);
});

Deno.test("home-made lists: the exit by its name, open trades left out, several strategies apart", async () => {
  const names = [["opened_at", "closed_at"], ["Entry Time", "Exit Time"], [
    "ts_opened",
    "ts_closed",
  ]];
  for (const [entry, exit] of names) {
    const text = `id,${entry},${exit},pnl\n1,2024-01-02,2024-01-03,10\n2,2024-01-04,,\n` +
      "3,2024-01-04,2024-01-05,-10.1\n";
    const file = await read(text, { kind: "trades", capital: 1000 });
    assertEquals(shape(file), ["2024-01-02", "2024-01-05", [0.01, -0.01]]);
    assertEquals(file.warnings.map(({ message }) => message), [
      "1 open trade of t.csv is left out; the first is line 3",
    ]);
  }
  const two = "date,strategy,pnl\n2024-01-02,A,10\n2024-01-02,B,20\n2024-01-03,A,10.1\n";
  const both = await read(two, { kind: "trades", capital: 1000 });
  assertEquals(both.series.map(({ name }) => name), ["A", "B"]);
  assertEquals(shape(both, 0), ["2024-01-02", "2024-01-03", [0.01, 0.01]]);
  assertEquals(shape(both, 1), ["2024-01-02", "2024-01-02", [0.02]]);
  const one = await read(two, { kind: "trades", capital: 1000, strategy: "B" });
  assertEquals(one.series.map(({ name }) => name), ["B"]);
});

Deno.test("nothing but open trades is told as such, and capital is asked for", async () => {
  const open = (LISTS["tradingview"] ?? "").split("\n").filter((line) => !/^[13],/.test(line)).join(
    "\n",
  );
  const refused = async (text: string, options: ReadOptions): Promise<string> => {
    try {
      await read(text, options);
    } catch (error) {
      return error instanceof Error ? error.message : "";
    }
    return "it was read";
  };
  assertStringIncludes(await refused(open, { capital: 1 }), "no closed trade");
  for (const text of Object.values(LISTS)) {
    assertStringIncludes(await refused(text, {}), "--capital");
  }
});
