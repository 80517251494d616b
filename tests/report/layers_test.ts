// What lies behind and on the equity curve, and the chapter on trades, as the command writes them, in a real
// Chromium: the fan is what `stats --intervals` prints, trades are what loops over their list come to.

import { assert, assertAlmostEquals, assertEquals, assertGreater, assertLess } from "@std/assert";
import fs from "node:fs";
import path from "node:path";
import type { Browser, Page } from "playwright-core";
import { repository } from "../helpers/programs.ts";
import { testIo } from "../helpers/test_io.ts";
import { ask, browserTests, type OpenPage, openPage, pixelsOf } from "./browser.ts";

const { inBrowser, end } = browserTests();

const io = testIo();
const EXAMPLE = path.join(repository, "examples/sp500_returns.csv");
const TRADES = path.join(repository, "tests/testdata/freqtrade.json");
const DAY = 86_400_000;

async function run(...words: readonly string[]): Promise<string> {
  const { code, out, err } = await io.run(...words);
  assertEquals(code, 0, err);
  return out;
}

async function pageOf(browser: Browser, ...words: readonly string[]): Promise<OpenPage> {
  await run("report", ...words, "-o", "page.html");
  return await openPage(browser, fs.readFileSync(path.join(io.folder, "page.html"), "utf8"));
}

/** Exact values by their keys. */
function keyed(page: Page, prefix: string): Promise<Record<string, number>> {
  return ask(
    page,
    `Object.fromEntries([...document.querySelectorAll('data[data-key^="${prefix}"]')]
      .map((cell) => [cell.dataset.key, Number(cell.value)]))`,
  );
}

const picture = (page: Page): Promise<string> =>
  ask(page, `document.querySelector("#plot-cumulative canvas").toDataURL()`);

inBrowser("the fan ends where stats --intervals says, while all is in view", async (browser) => {
  const lines = fs.readFileSync(EXAMPLE, "utf8").split("\n").slice(0, 601);
  fs.writeFileSync(path.join(io.folder, "some.csv"), lines.join("\n"));
  const drawn = ["some.csv", "--intervals", "--resamples", "150", "--seed", "3"];
  const { page, complaints, close } = await pageOf(browser, ...drawn);
  const { intervals } = JSON.parse(await run("stats", ...drawn, "--format", "json"));
  const shown = await keyed(page, "fan");
  const { low, high } = intervals.total_return;
  assertAlmostEquals(shown["fan low"] ?? NaN, low, 1e-12);
  assertAlmostEquals(shown["fan high"] ?? NaN, high, 1e-12);
  const words = await page.locator("#fan-words").innerText();
  assert(words.includes("150 resamples"), words);
  const fan = await ask<{ x: number[]; low: number[]; high: number[] }>(
    page,
    `JSON.parse(document.getElementById("data").textContent).charts[0].fan`,
  );
  assertEquals([fan.low[0], fan.high[0], fan.x.length], [1, 1, 101]);
  assertAlmostEquals(fan.high.at(-1) ?? NaN, 1 + high, 1e-5);
  const luck = await page.locator(".luck tr", { hasText: "Max drawdown" }).innerText();
  const percent = (one: number): string => `−${(-one * 100).toFixed(2)}%`;
  const { low: deepest, high: least } = intervals.max_drawdown;
  assert(luck.includes(`${percent(deepest)} to ${percent(least)}`), luck);

  const button = page.getByRole("button", { name: "Resamples", exact: true });
  const withFan = await picture(page);
  assertEquals(await button.getAttribute("aria-pressed"), "true");
  await button.click();
  assert(await picture(page) !== withFan);
  await button.click();
  assertEquals(await picture(page), withFan);
  // The axis of a part is that of the curve alone, with the fan or without.
  await page.getByRole("button", { name: "3M", exact: true }).click();
  const part = await picture(page);
  await button.click();
  assertEquals(await picture(page), part);
  assertEquals(complaints, []);
  await close();
});

inBrowser("without resamples there is no fan, and nothing to switch", async (browser) => {
  const { page, close } = await pageOf(browser, EXAMPLE);
  assertEquals(await page.locator("[data-layer], #fan-words").count(), 0);
  await close();
});

interface Trade {
  readonly open_timestamp: number;
  readonly close_timestamp: number;
  readonly profit_abs: number;
  readonly is_open?: boolean;
}

const listed: Trade[] = JSON.parse(fs.readFileSync(TRADES, "utf8")).strategy.Momentum.trades
  .filter((trade: Trade) => trade.is_open !== true);

inBrowser("trades are told by the hour of their entry, and in streaks", async (browser) => {
  const { page, complaints, close } = await pageOf(browser, TRADES, "--strategy", "Momentum");
  const sums = new Map<string, number>();
  for (const { open_timestamp: at, profit_abs: profit } of listed) {
    const when = new Date(at);
    const day = when.toLocaleDateString("en", { weekday: "long", timeZone: "UTC" });
    for (const key of [`${day} ${when.getUTCHours()}`, day]) {
      sums.set(key, (sums.get(key) ?? 0) + profit);
    }
  }
  const cells = await ask<[string, number][]>(
    page,
    `(() => {
      const hours = [...document.querySelectorAll(".entries thead th")].map((cell) => cell.textContent);
      return [...document.querySelectorAll(".entries tbody tr")].flatMap((row) => {
        const day = row.querySelector("th").textContent;
        return [...row.children].flatMap((cell, at) => {
          const value = cell.querySelector("data")?.value;
          if (value === undefined || hours[at] === "Trades") return [];
          return [[hours[at] === "All" ? day : day + " " + Number(hours[at]), Number(value)]];
        });
      });
    })()`,
  );
  assertEquals(cells.map(([key]) => key).toSorted(), [...sums.keys()].toSorted());
  for (const [key, value] of cells) assertAlmostEquals(value, sums.get(key) ?? NaN, 1e-9, key);

  let [longestWin, longestLoss, length, last] = [0, 0, 0, 0];
  for (
    const { profit_abs: profit } of listed.toSorted((one, other) =>
      one.close_timestamp - other.close_timestamp
    )
  ) {
    const sign = Math.sign(profit);
    length = sign === last ? length + 1 : 1;
    last = sign;
    if (sign > 0) longestWin = Math.max(longestWin, length);
    if (sign < 0) longestLoss = Math.max(longestLoss, length);
  }
  const streaks = await keyed(page, "streak");
  assertEquals(streaks["streak won longest"], longestWin);
  assertEquals(streaks["streak lost longest"], longestLoss);
  assertEquals(streaks[`streak ${last > 0 ? "won" : "lost"} last`], length);
  assertEquals(complaints, []);
  await close();
});

inBrowser("entries and exits are ticks on the curve when asked for", async (browser) => {
  const { page, close } = await pageOf(browser, TRADES, "--strategy", "Momentum");
  const ticks = await ask<Record<string, number[]>>(
    page,
    `JSON.parse(document.getElementById("data").textContent).charts[0].ticks`,
  );
  const days = (times: readonly number[]): number[] =>
    [...new Set(times.map((at) => Math.floor(at / DAY) * DAY))].toSorted((one, two) => one - two);
  const drawn = (of: string): number[] => {
    let at = 0;
    return (ticks[of] ?? []).map((step) => at += step);
  };
  const exits = (won: boolean): number[] =>
    listed.filter(({ profit_abs: profit }) => profit > 0 === won).map((one) => one.close_timestamp);
  assertEquals(drawn("entries"), days(listed.map((one) => one.open_timestamp)));
  assertEquals(drawn("won"), days(exits(true)));
  assertEquals(drawn("lost"), days(exits(false)));
  const button = page.locator('[data-layer="ticks"]');
  assertEquals(await button.getAttribute("aria-pressed"), "false");
  assertLess(await pixelsOf(page, "#plot-cumulative", "gain"), 20);
  await button.click();
  assertGreater(await pixelsOf(page, "#plot-cumulative", "gain"), 50);
  assertGreater(await pixelsOf(page, "#plot-cumulative", "loss"), 50);
  await close();
});

inBrowser("entries without a time of day are told by weekday alone", async (browser) => {
  fs.writeFileSync(
    path.join(io.folder, "trades.csv"),
    "entry_date,exit_date,pnl\n2024-01-01,2024-01-03,120\n2024-01-02,2024-01-05,-40\n" +
      "2024-01-08,2024-01-09,30\n2024-01-09,2024-01-12,0.5\n",
  );
  const { page, complaints, close } = await pageOf(
    browser,
    ...["trades.csv", "--kind", "trades", "--capital", "10000"],
  );
  const rows = await page.locator(".entries tbody tr").allInnerTexts();
  const read = rows.map((row) => row.split(/\s+/).join(" "));
  assertEquals(read, ["Monday 2 150", "Tuesday 2 −39.5"]);
  assertEquals(complaints, []);
  await close();
});

end();

Deno.test("the folder is removed", () => io.remove());
