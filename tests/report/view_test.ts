// The range in view, in a real Chromium: what the strip says of ten ranges is what the raw returns come
// to by a computation that shares nothing with the page's, and charts, address and tables follow it.

import { assert, assertAlmostEquals, assertEquals, assertGreater } from "@std/assert";
import type { Page } from "playwright-core";
import { computeMetrics } from "../../lib/metrics/mod.ts";
import { buildModel, renderTearSheet } from "../../lib/report/mod.ts";
import { ADDRESS, ask, browserTests, openPage } from "./browser.ts";
import { examplePair, OPTIONS } from "./samples.ts";

const { inBrowser, end } = browserTests();

const { returns, joined } = examplePair(0, 2_520);
const RATE = 0.02;
const PAGE = renderTearSheet(
  buildModel(returns, joined, { ...OPTIONS, riskFreeRate: RATE, benchmarkName: "NASDAQ" }),
);

/** From the first day to the last, both counted. */
const RANGES: readonly (readonly [from: string, to: string])[] = [
  ["1999-01-05", "2009-01-08"],
  ["1999-01-05", "1999-12-31"],
  ["2000-03-24", "2002-10-09"],
  ["2001-09-17", "2001-09-21"],
  ["2002-02-01", "2002-02-28"],
  ["2003-03-12", "2004-03-11"],
  ["2005-06-01", "2006-05-31"],
  ["2007-10-10", "2008-11-20"],
  ["2008-10-01", "2008-10-31"],
  ["2008-12-31", "2008-12-31"],
];

/** Straight from the definitions, in plain loops over the rows of the file. */
function byHand(values: readonly number[]): Record<string, number> {
  let wealth = 1;
  let highest = 1;
  let deepest = 0;
  for (const value of values) {
    wealth = wealth + wealth * value;
    if (wealth > highest) highest = wealth;
    if (wealth / highest - 1 < deepest) deepest = wealth / highest - 1;
  }
  const count = values.length;
  let sum = 0;
  for (const value of values) sum += value;
  const mean = sum / count;
  let squares = 0;
  for (const value of values) squares += (value - mean) * (value - mean);
  const deviation = Math.sqrt(squares / (count - 1));
  const daily = Math.pow(1 + RATE, 1 / 252) - 1;
  return {
    total_return: wealth - 1,
    cagr: count < 0.95 * 252 ? NaN : Math.pow(wealth, 252 / count) - 1,
    volatility: deviation * Math.sqrt(252),
    sharpe_ratio: ((mean - daily) / deviation) * Math.sqrt(252),
    max_drawdown: deepest,
  };
}

function slope(own: readonly number[], other: readonly number[]): number {
  const middle = other.reduce((sum, value) => sum + value, 0) / other.length;
  let [up, down] = [0, 0];
  other.forEach((value, row) => {
    up += (value - middle) * (own[row] ?? NaN);
    down += (value - middle) * (value - middle);
  });
  return up / down;
}

/** What the strip shows by its keys; NaN is a dash. */
async function strip(page: Page): Promise<Map<string, number>> {
  const cells = await ask<[string, string | null][]>(
    page,
    `[...document.querySelectorAll("[data-view]")].map((cell) => [
      cell.dataset.view, cell.querySelector("data")?.getAttribute("value") ?? null])`,
  );
  return new Map(cells.map(([key, value]) => [key, value === null ? NaN : Number(value)]));
}

function assertNear(found: number | undefined, expected: number, what: string): void {
  if (!Number.isFinite(expected)) assertEquals(found, NaN, what);
  else assertAlmostEquals(found ?? NaN, expected, 1e-9 * Math.max(1, Math.abs(expected)), what);
}

inBrowser("the strip tells ten ranges as the raw returns have them", async (browser) => {
  const { page, complaints, close } = await openPage(browser, PAGE);
  for (const [from, to] of RANGES) {
    await page.goto(`${ADDRESS}#range=${from}..${to}`);
    const at = (day: string): number => returns.dates?.indexOf(Date.parse(day)) ?? -1;
    const [first, last] = [at(from), at(to)];
    assert(first >= 0 && last >= first, `${from} and ${to} are days of the series`);
    const own = Array.from(returns.values.slice(first, last + 1));
    const other = Array.from(joined.benchmark.slice(first, last + 1));
    const shown = await strip(page);
    for (const [key, value] of Object.entries(byHand(own))) {
      assertNear(shown.get(key), value, `${key} ${from}`);
    }
    for (const [key, value] of Object.entries(byHand(other))) {
      assertNear(shown.get(`benchmark ${key}`), value, `benchmark ${key} ${from}`);
    }
    assertNear(shown.get("beta"), slope(own, other), `beta ${from}`);
    // The curve begins at nothing gained and ends at the return in view.
    const ends = await page.locator("#plot-cumulative .u-legend .u-value").allInnerTexts();
    assertEquals(ends[0], to);
    assertEquals(ends[1], await page.locator('[data-view="total_return"]').innerText());
  }
  assertEquals(complaints, []);
  await close();
});

inBrowser("all of the series has the figures of the catalogue", async (browser) => {
  const { page, close } = await openPage(browser, PAGE);
  const { values } = computeMetrics(returns, {
    periods: 252,
    riskFreeRate: RATE,
    benchmark: joined,
  });
  const shown = await strip(page);
  for (
    const key of ["total_return", "cagr", "volatility", "sharpe_ratio", "max_drawdown", "beta"]
  ) {
    assertNear(shown.get(key), values.get(key) ?? NaN, key);
  }
  await close();
});

inBrowser("a month, a year, a drawdown and the buttons choose the range", async (browser) => {
  const { page, complaints, close } = await openPage(browser, PAGE);
  const span = page.locator("#view-span");
  const chosen = async (): Promise<string> => (await span.innerText()).slice(0, 33);
  const month = page.locator('tbody:not([hidden]) td[data-range="2002-07"]');
  await month.click();
  assertEquals(await chosen(), "In view: 2002-07-01 to 2002-07-31");
  assertEquals(new URL(page.url()).hash, "#range=2002-07-01..2002-07-31");
  const cell = Number(await month.locator("data").getAttribute("value"));
  assertNear((await strip(page)).get("total_return"), cell, "the table's own figure");
  await page.locator('rect[data-range="2003"]').first().click();
  assertEquals(await chosen(), "In view: 2003-01-02 to 2003-12-31");
  await page.locator(".drawdowns .stretch").first().click();
  const deepest = await page.locator(".drawdowns tbody data").first().getAttribute("value");
  assertNear((await strip(page)).get("max_drawdown"), Number(deepest), "the drawdown's depth");
  await page.getByRole("button", { name: "1Y", exact: true }).click();
  assertEquals(await chosen(), "In view: 2008-01-10 to 2009-01-09");
  await page.getByRole("button", { name: "All", exact: true }).click();
  assertEquals(await chosen(), "All: 1999-01-05 to 2009-01-09, 2,");
  assertEquals(new URL(page.url()).hash, "");
  assertEquals(complaints, []);
  await close();
});

inBrowser("series too long to hold tell what their curves tell", async (browser) => {
  const model = buildModel(returns, joined, { ...OPTIONS, maxPoints: 400 });
  const { page, close } = await openPage(browser, renderTearSheet(model));
  const shown = await strip(page);
  const { values } = computeMetrics(returns, { periods: 252 });
  for (const key of ["total_return", "max_drawdown"]) {
    assertAlmostEquals(shown.get(key) ?? NaN, values.get(key) ?? NaN, 1e-6, key);
  }
  assertEquals(shown.get("sharpe_ratio"), NaN);
  await close();
});

inBrowser(
  "the list of metrics is folded to those that matter, and found by a word",
  async (browser) => {
    const { page, close } = await openPage(browser, PAGE);
    const rows = page.locator(".metrics tbody tr:visible");
    assertEquals(await rows.count(), 16);
    await page.getByRole("searchbox").fill("sortino");
    assertGreater(await rows.count(), 2);
    for (const name of await rows.locator("th").allInnerTexts()) {
      assert(
        /sortino/i.test(name),
        name,
      );
    }
    await page.getByRole("searchbox").fill("");
    await page.getByRole("button", { name: "All 78 metrics" }).click();
    assertEquals(await rows.count(), 78);
    await close();
  },
);

inBrowser("arrow keys say where the cursor is, on all charts", async (browser) => {
  const { page, close } = await openPage(browser, PAGE);
  await page.locator("#plot-cumulative").focus();
  await page.keyboard.press("Home");
  await page.keyboard.press("ArrowRight");
  const said = await page.locator("#cursor-status").textContent();
  assert(said?.includes("1999-01-06") && said.includes("NASDAQ"), said ?? "");
  const dates = await page.locator(".plot .u-legend tr:first-child .u-value").allInnerTexts();
  assertEquals(new Set(dates).size, 1);
  await close();
});

end();
