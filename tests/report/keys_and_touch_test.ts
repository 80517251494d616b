// The tear sheet by keyboard and by touch, in a real Chromium: few stops, lines hidden and shown again, and a
// phone whose months are legible and whose charts two fingers zoom.

import { assert, assertEquals, assertGreater, assertLess } from "@std/assert";
import type { Page } from "playwright-core";
import { buildModel, renderTearSheet } from "../../lib/report/mod.ts";
import { ask, browserTests, openPage, pixelsOf } from "./browser.ts";
import { DAY_MS, madeUp, OPTIONS } from "./samples.ts";
import { SHEET } from "./sheet.ts";

const { inBrowser, end } = browserTests();

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const names = (page: Page): Promise<string[]> =>
  page.locator("#plot-cumulative .u-legend button").allInnerTexts();
const pressed = (page: Page): Promise<(string | null)[]> =>
  ask(
    page,
    `[...document.querySelectorAll("#plot-cumulative .u-legend button")].map((one) => one.getAttribute("aria-pressed"))`,
  );

inBrowser(
  "a line is hidden by click and by key, and stays so in every theme and view",
  async (browser) => {
    const { page, complaints, close } = await openPage(browser, SHEET);
    const inked = (): Promise<number> => pixelsOf(page, "#plot-cumulative", "benchmark");
    assertEquals(await names(page), ["Strategy", "NASDAQ"]);
    assertGreater(await inked(), 300);
    await page.locator("#plot-cumulative .u-legend button", { hasText: "NASDAQ" }).click();
    assertEquals(await pressed(page), ["true", "false"]);
    const hidden = await inked();
    assertLess(hidden, 50);
    await page.getByRole("button", { name: "Switch to dark" }).click();
    assertEquals(await pressed(page), ["true", "false"]);
    assertLess(await inked(), 50);
    await page.getByRole("button", { name: "Volatility-matched" }).click();
    assertEquals(await pressed(page), ["true", "false"]);
    await page.locator("#plot-cumulative").focus();
    await page.keyboard.press("2");
    assertEquals(await pressed(page), ["true", "true"]);
    assertEquals(await page.locator("#cursor-status").textContent(), "NASDAQ: shown");
    assertGreater(await inked(), 300);
    await page.keyboard.press("1");
    assertEquals(await pressed(page), ["false", "true"]);
    assertEquals(complaints, []);
    await close();
  },
);

inBrowser("the tab key stops once at a table, at the ranges and at the charts", async (browser) => {
  const { page, close } = await openPage(browser, SHEET);
  const stops: string[] = [];
  await ask(page, "document.activeElement.blur()");
  for (let count = 0; count < 60; count++) {
    await page.keyboard.press("Tab");
    const at = await ask<string>(
      page,
      `(({ tagName, className, id, textContent }) => tagName === "BODY" ? "" :
        [tagName, className, id, textContent.slice(0, 20)].join(" "))(document.activeElement)`,
    );
    if (at === "" || stops.includes(at)) break;
    stops.push(at);
  }
  assertLess(stops.length, 36, stops.join("\n"));
  assertEquals(stops.filter((one) => one.startsWith("DIV plot")).length, 1);
  const table = page.locator(".drawdowns");
  await table.locator("button").first().focus();
  await page.keyboard.press("ArrowDown");
  assertEquals(await ask(page, "document.activeElement.textContent"), "2");
  assertEquals(await table.locator('button[tabindex="0"]').allInnerTexts(), ["2"]);
  await page.keyboard.press("Enter");
  assert((await page.locator("#view-span").innerText()).startsWith("In view"));
  // What is hidden is no stop: one that is shown takes its place.
  await page.locator(".metric-tables button").first().focus();
  await page.getByRole("searchbox").fill("sortino");
  const first = page.locator('.metric-tables button[tabindex="0"]');
  assert((await first.innerText()).includes("Sortino"));
  await page.locator("#plot-cumulative").focus();
  await page.keyboard.press("ArrowDown");
  assertEquals(await ask(page, "document.activeElement.id"), "plot-underwater");
  await close();
});

inBrowser(
  "curves begin where nothing is gained, and undated ones have ranges too",
  async (browser) => {
    const { values } = madeUp(300, DAY_MS);
    const html = renderTearSheet(buildModel({ dates: null, values }, null, OPTIONS));
    const { page, close } = await openPage(browser, html);
    await page.locator("#plot-cumulative .u-over").hover({ position: { x: 1, y: 40 } });
    assertEquals(
      await page.locator("#plot-cumulative .u-legend .u-value").allInnerTexts(),
      ["0", "0.00%"],
    );
    await page.getByRole("button", { name: "Last 100", exact: true }).click();
    const span = await page.locator("#view-span").innerText();
    assertEquals(span, "In view: rows 201 to 300, 100 rows");
    await close();
  },
);

inBrowser("every bar of a month is whole, the last one too", async (browser) => {
  const { dates } = madeUp(400, DAY_MS);
  const values = dates.map((_, row) => row % 2 === 0 ? 0.01 : -0.01);
  const html = renderTearSheet(buildModel({ dates, values }, null, OPTIONS));
  const { page, close } = await openPage(browser, html);
  await page.locator('td[data-range="2015-07"]').click();
  const widths = await ask<number[]>(
    page,
    `(() => {
      const probe = document.createElement("span");
      probe.style.color = "var(--strategy)";
      document.body.append(probe);
      const [r, g, b] = getComputedStyle(probe).color.match(/\\d+/g).map(Number);
      const canvas = document.querySelector("#plot-returns canvas");
      const { data, width, height } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      const inked = Array.from({ length: width }, (_, x) => {
        for (let y = 0; y < height; y++) {
          const at = (y * width + x) * 4;
          if (data[at + 3] > 150 && Math.abs(data[at] - r) < 40 && Math.abs(data[at + 2] - b) < 60 &&
            Math.abs(data[at + 1] - g) < 40) return true;
        }
        return false;
      });
      const runs = [];
      inked.forEach((on, x) => {
        if (on && !inked[x - 1]) runs.push(0);
        if (on) runs[runs.length - 1]++;
      });
      return runs;
    })()`,
  );
  assertEquals(widths.length, 31);
  assertLess(Math.max(...widths) - Math.min(...widths), 4, String(widths));
  await close();
});

inBrowser("a phone shows twelve months at once, and says what fingers can do", async (browser) => {
  const { page, complaints, close } = await openPage(browser, SHEET, PHONE);
  const heat = await ask<{ wide: number; room: number; texts: string[]; values: number[] }>(
    page,
    `(() => {
      const scroll = document.querySelector(".heat").parentElement;
      const cells = [...document.querySelectorAll(".heat tbody:not([hidden]) data")];
      return {
        wide: scroll.scrollWidth, room: scroll.clientWidth,
        texts: cells.map((cell) => cell.textContent), values: cells.map((cell) => Number(cell.value)),
      };
    })()`,
  );
  assertEquals(heat.wide, heat.room);
  assertEquals(
    heat.texts.map((text) => Number(text.replace("−", "-"))),
    heat.values.map((one) => Number((one * 100).toFixed(0)) + 0),
  );
  const foot = page.locator("footer");
  assert((await foot.innerText()).includes("spread two fingers"));
  assert(!(await foot.innerText()).includes("Drag over"));
  await page.setViewportSize({ width: 1280, height: 900 });
  const wide = await page.locator(".heat tbody:not([hidden]) data").first().innerText();
  assert(/\.\d\d$/.test(wide), wide);
  assertEquals(complaints, []);
  await close();
});

inBrowser("two fingers spread on a chart see what lies between them", async (browser) => {
  const { page, complaints, close } = await openPage(browser, SHEET, PHONE);
  const over = page.locator("#plot-cumulative .u-over");
  await over.scrollIntoViewIfNeeded();
  const box = await over.boundingBox();
  assert(box !== null);
  const session = await page.context().newCDPSession(page);
  const y = box.y + box.height / 2;
  const touch = (type: "touchStart" | "touchMove" | "touchEnd", ...shares: number[]) =>
    session.send("Input.dispatchTouchEvent", {
      type,
      touchPoints: shares.map((share, id) => ({ x: box.x + share * box.width, y, id })),
    });
  await touch("touchStart", 0.4, 0.6);
  await touch("touchMove", 0.25, 0.75);
  await touch("touchMove", 0.1, 0.9);
  await page.waitForFunction(
    `document.querySelector("#view-span").textContent.startsWith("In view")`,
  );
  await touch("touchEnd");
  const span = await page.locator("#view-span").innerText();
  const [from = "", to = ""] = span.match(/\d{4}-\d\d-\d\d/g) ?? [];
  // Six years, of which the middle fifth now fills four fifths: a quarter is in view around the middle.
  const years = (Date.parse(to) - Date.parse(from)) / (365.25 * DAY_MS);
  assertGreater(years, 1.2);
  assertLess(years, 2.6);
  assert(from > "2000-06" && to < "2003-06", span);
  assertEquals(complaints, []);
  await close();
});

end();
