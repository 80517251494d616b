// A site in a real browser, opened from the disk: scripts and styles load, links lead on, and nothing
// is asked of anybody else.

import { assert, assertEquals } from "@std/assert";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { ask, axeFinds, browserTests } from "../report/browser.ts";
import { logRuns, world } from "./made_site.ts";

const NAMES = Array.from({ length: 10 }, (_, index) => `run ${index}`);
const { inBrowser, end } = browserTests();

/** Opens the index of a site, in whose folder alone addresses may be. */
async function openIndex(
  browser: Browser,
): Promise<{ page: Page; complaints: string[]; folder: string; close: () => Promise<void> }> {
  const one = world();
  await logRuns(one, "ema <sweep>", NAMES);
  await one.make();
  const folder = path.join(one.io.folder, one.folder);
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("requestfailed", (request) => complaints.push(`failed: ${request.url()}`));
  page.on("request", (request) => {
    const url = request.url();
    const isOwn = url.startsWith(pathToFileURL(folder).href) || url.startsWith("data:");
    if (!isOwn) complaints.push(`request: ${url}`);
  });
  await page.goto(pathToFileURL(path.join(folder, "index.html")).href);
  return { page, complaints, folder, close: () => context.close() };
}

inBrowser("from the disk: index, leaderboard, tear sheet, judgement, and back", async (browser) => {
  const { page, complaints, close } = await openIndex(browser);
  const width = (selector: string): Promise<number> =>
    ask(page, `document.querySelector("${selector}")?.getBoundingClientRect().width ?? 0`);
  assert(await width("main") <= 1100, "the index has its style");
  assertEquals(await axeFinds(page), []);

  await page.click("text=ema <sweep>");
  await page.waitForSelector("#board tbody tr[data-run]");
  const column = (): Promise<number[]> =>
    ask(
      page,
      `[...document.querySelectorAll("#board tbody tr[data-run]")].map((row) => Number(row.querySelector("data").value))`,
    );
  const sorted = (await column()).toSorted((a, b) => b - a);
  assertEquals(sorted.length, NAMES.length);
  assertEquals(await column(), sorted);
  await page.click("#board thead button:has-text('Sharpe Ratio')");
  assertEquals(await column(), sorted.toReversed());
  await page.click("#board thead button:has-text('Sharpe Ratio')");
  assertEquals(await column(), sorted);
  assertEquals(await axeFinds(page), []);

  const ticked = "document.querySelectorAll('#board input:checked').length";
  const before = await ask(page, ticked);
  const name = await page.textContent("#board tbody tr[data-run] a");
  await page.click("#board tbody tr[data-run] a");
  await page.waitForSelector(".u-wrap canvas");
  assertEquals(await page.textContent("h1"), name);
  await page.goBack();
  await page.waitForSelector("#board tbody tr[data-run]");
  assertEquals(await ask(page, ticked), before, "a link ticks nothing");

  await page.click("nav.trail >> text=Is the best one luck?");
  await page.waitForSelector("table.judgement");
  assertEquals(await axeFinds(page), []);
  await page.click("#runs ~ div a, section a");
  await page.waitForSelector(".u-wrap canvas");
  await page.click("nav.trail >> text=ema <sweep>");
  await page.waitForSelector("#board");
  await page.click("nav.trail >> text=Experiments");
  await page.waitForSelector("table.experiments");
  assertEquals(complaints, []);
  await close();
});

inBrowser("a script that stands in a page of a site does not run", async (browser) => {
  const { page, complaints, folder, close } = await openIndex(browser);
  const file = path.join(folder, "index.html");
  const html = await Deno.readTextFile(file);
  await Deno.writeTextFile(
    file,
    html.replace("<main>", "<main><script>document.title = 'ran'</script>"),
  );
  await page.reload();
  assertEquals(await page.title(), "Experiments");
  assertEquals(complaints.length, 1);
  await close();
});

inBrowser("on a phone the pages do not scroll sideways", async (browser) => {
  const { page, close } = await openIndex(browser);
  await page.setViewportSize({ width: 390, height: 800 });
  const overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
  assertEquals(await ask(page, overflow), 0);
  await page.click("text=ema <sweep>");
  await page.waitForSelector("#board tbody tr[data-run]");
  assertEquals(await ask(page, overflow), 0);
  await close();
});

end();
