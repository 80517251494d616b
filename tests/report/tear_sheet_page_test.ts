// The tear sheet in a real Chromium without a network: every chart is drawn, its numbers are those
// computed, and zoom, hover, views, definitions and dark mode work.

import { assert, assertEquals, assertGreater, assertLess, assertNotEquals } from "@std/assert";
import type { Browser, Page } from "playwright-core";
import { computeMetrics } from "../../lib/metrics/mod.ts";
import { formatFigure } from "../../lib/report/numbers.ts";
import { ask, browserTests, type OpenPage, openPage, pixelsOf } from "./browser.ts";
import { DAY_MS } from "./samples.ts";
import { CHARTS, SHEET, SHEET_JOINED, SHEET_RETURNS } from "./sheet.ts";

const { inBrowser, end } = browserTests();

let plain: Promise<OpenPage> | null = null;
/** One page for the tests that leave it as they found it. */
function plainPage(browser: Browser): Promise<OpenPage> {
  return plain ??= openPage(browser, SHEET);
}

inBrowser("every chart is drawn and nothing complains", async (browser) => {
  const { page, complaints } = await plainPage(browser);
  for (const [id, paint] of CHARTS) {
    assertGreater(await pixelsOf(page, `#plot-${id}`, paint), 100, `${id} ${paint}`);
  }
  const pictures = await ask<{ width: number; height: number; marks: number }[]>(
    page,
    `[...document.querySelectorAll("svg")].map((svg) => {
      const { width, height } = svg.getBBox();
      return { width, height, marks: svg.querySelectorAll("rect").length };
    })`,
  );
  assertEquals(pictures.length, 4);
  for (const picture of pictures) {
    assertGreater(picture.width, 300);
    assertGreater(picture.height, 150);
    assertGreater(picture.marks, 4);
  }
  assertEquals(complaints, []);
});

inBrowser("the numbers on the page are those of computeMetrics", async (browser) => {
  const { page } = await plainPage(browser);
  const cells = await ask<[string, string | null][]>(
    page,
    `[...document.querySelectorAll(".metrics [data-key]")].map((cell) => [cell.dataset.key, cell.getAttribute("value")])`,
  );
  const shown = new Map(cells);
  const { values } = computeMetrics(SHEET_RETURNS, { periods: 252, benchmark: SHEET_JOINED });
  for (const [name, value] of values) {
    // Six years have no ten.
    const expected = name === "cagr_10y" ? 0 : value;
    assertEquals(Number(shown.get(name)), expected, name);
  }
  assertEquals(cells.filter(([name]) => !name.startsWith("benchmark ")).length, values.size);
  const title = await page.title();
  assertEquals(title, "Momentum");
});

/** The range of time that a chart's axis shows, asked by the cursor at both ends. */
async function shownRange(page: Page, id: string): Promise<[string, string]> {
  const over = page.locator(`#plot-${id} .u-over`);
  const box = await over.boundingBox();
  assert(box !== null);
  const read = async (x: number): Promise<string> => {
    await over.hover({ position: { x, y: box.height / 2 } });
    return await page.locator(`#plot-${id} .u-legend .u-value`).first().innerText();
  };
  return [await read(2), await read(box.width - 2)];
}

function shareOf(first: string, last: string, part: number): number {
  return Date.parse(first) + (Date.parse(last) - Date.parse(first)) * part;
}

inBrowser("charts share their left edge, and leave room for the last tick", async (browser) => {
  const { page } = await plainPage(browser);
  const places = await ask<{ left: number; room: number }[]>(
    page,
    `[...document.querySelectorAll(".plot")].map((plot) => {
      const [outer, inner] = [plot, plot.querySelector(".u-over")].map((one) => one.getBoundingClientRect());
      return { left: inner.left - outer.left, room: outer.right - inner.right };
    })`,
  );
  const lefts = new Set(places.map(({ left }) => Math.round(left)));
  assertEquals(lefts.size, 1);
  for (const { room } of places) assertGreater(room, 30);
});

inBrowser("the months are the strategy's, the benchmark's, or the difference", async (browser) => {
  const { page, complaints, close } = await openPage(browser, SHEET);
  /** Compounded over June 2003, by a loop over the rows themselves. */
  const june = (values: Float64Array): number => {
    let wealth = 1;
    SHEET_JOINED.dates.forEach((date, row) => {
      if (new Date(date).toISOString().startsWith("2003-06")) wealth *= 1 + (values[row] ?? NaN);
    });
    return wealth - 1;
  };
  const shown = (): Promise<number[]> =>
    ask(
      page,
      `[...document.querySelectorAll('.heat td[data-range="2003-06"] data')]
        .filter((cell) => cell.offsetParent !== null).map((cell) => Number(cell.value))`,
    );
  const [own, other] = [june(SHEET_JOINED.strategy), june(SHEET_JOINED.benchmark)];
  const near = (values: readonly number[], wanted: number): void => {
    assertEquals(values.length, 1);
    assertLess(Math.abs((values[0] ?? NaN) - wanted), 1e-12);
  };
  near(await shown(), own);
  await page.locator('button[data-months="1"]').click();
  near(await shown(), other);
  await page.getByRole("button", { name: "Difference", exact: true }).click();
  near(await shown(), own - other);
  assertEquals(await page.locator('button[data-months][aria-pressed="true"]').count(), 1);
  assertEquals(complaints, []);
  await close();
});

inBrowser(
  "a drag zooms all charts, a double click shows all again, hover tells values",
  async (browser) => {
    const { page, complaints } = await plainPage(browser);
    const [first, last] = await shownRange(page, "cumulative");
    assertEquals([first.slice(0, 7), last.slice(0, 7)], ["1999-01", "2004-12"]);
    const over = page.locator("#plot-cumulative .u-over");
    await over.scrollIntoViewIfNeeded();
    const box = await over.boundingBox();
    assert(box !== null);
    await page.mouse.move(box.x + box.width * 0.25, box.y + 50);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.5, box.y + 60, { steps: 4 });
    await page.mouse.up();
    const zoomed = await shownRange(page, "cumulative");
    const wanted = [0.25, 0.5].map((part) => shareOf(first, last, part));
    zoomed.forEach((day, index) =>
      assertLess(Math.abs(Date.parse(day) - (wanted[index] ?? NaN)), 8 * DAY_MS, day)
    );
    for (const id of ["underwater", "returns", "rolling-sharpe"]) {
      const ends = await shownRange(page, id);
      ends.forEach((day, index) =>
        assertLess(Math.abs(Date.parse(day) - Date.parse(zoomed[index] ?? "")), 8 * DAY_MS, id)
      );
    }
    // One cursor for all: the legend of a chart tells the date hovered over on another.
    const dates = await page.locator(".plot .u-legend tr:first-child .u-value").allInnerTexts();
    assertEquals(new Set(dates).size, 1);
    await page.locator("#plot-returns .u-over").dblclick();
    for (const id of ["cumulative", "returns"]) {
      assertEquals((await shownRange(page, id))[0].slice(0, 4), "1999", id);
    }
    await page.getByRole("button", { name: "1Y" }).click();
    assertEquals((await shownRange(page, "underwater"))[0].slice(0, 4), "2003");
    await page.getByRole("button", { name: "All", exact: true }).click();
    await page.locator("#plot-cumulative").focus();
    await page.keyboard.press("End");
    const ends = await page.locator("#plot-cumulative .u-legend .u-value").allInnerTexts();
    const { values } = computeMetrics(SHEET_RETURNS, { names: ["total_return"] });
    const total = formatFigure(values.get("total_return") ?? NaN, "fraction");
    assertEquals([ends[0], ends[1]], ["2004-12-21", total]);
    assertEquals(complaints, []);
  },
);

inBrowser("log scale and the matched view redraw the chart", async (browser) => {
  const { page, complaints } = await plainPage(browser);
  const picture = (): Promise<string> =>
    ask(page, `document.querySelector("#plot-cumulative canvas").toDataURL()`);
  const linear = await picture();
  const chart = page.locator("figure", { has: page.locator("#plot-cumulative") });
  await chart.getByRole("button", { name: "Log" }).click();
  const log = await picture();
  assertNotEquals(log, linear);
  assertGreater(await pixelsOf(page, "#plot-cumulative", "strategy"), 100);
  await chart.getByRole("button", { name: "Volatility-matched" }).click();
  assertNotEquals(await picture(), log);
  await chart.getByRole("button", { name: "Linear" }).click();
  await chart.getByRole("button", { name: "As traded" }).click();
  assertEquals(await picture(), linear);
  const chosen = chart.locator(".choices").getByRole("button", { pressed: true });
  assertEquals(await chosen.allInnerTexts(), ["As traded", "Linear"]);
  assertEquals(complaints, []);
});

inBrowser("definitions show on hover, by keyboard and by tap", async (browser) => {
  const { page, close } = await openPage(browser, SHEET, { hasTouch: true });
  await page.getByRole("button", { name: "All 78 metrics" }).click();
  const term = page.locator(".metrics .term", { hasText: /^Sortino Ratio$/ });
  const tip = page.locator("#tip");
  const show: readonly (() => Promise<unknown>)[] = [
    () => term.hover(),
    () => term.focus(),
    () => term.tap(),
  ];
  for (const act of show) {
    await act();
    assert((await tip.innerText()).includes("downside deviation"));
    await page.keyboard.press("Escape");
    assertEquals(await tip.isVisible(), false);
    await ask(page, "document.activeElement.blur()");
    await page.mouse.move(5, 5);
  }
  await page.locator(".mark").first().hover();
  assertEquals(await tip.innerText(), "1999: 19.64%");
  await close();
});

inBrowser("dark mode follows the system and the button, on the canvas too", async (browser) => {
  const { page, complaints, close } = await openPage(browser, SHEET, { colorScheme: "dark" });
  const background = (): Promise<string> =>
    ask(page, "getComputedStyle(document.body).backgroundColor");
  assertEquals(await background(), "rgb(13, 17, 23)");
  assertGreater(await pixelsOf(page, "#plot-cumulative", "strategy"), 100);
  await page.getByRole("button", { name: "Switch to light" }).click();
  assertEquals(await background(), "rgb(255, 255, 255)");
  assertGreater(await pixelsOf(page, "#plot-cumulative", "strategy"), 100);
  await page.getByRole("button", { name: "Switch to dark" }).click();
  await page.emulateMedia({ media: "print" });
  assertEquals(await background(), "rgb(255, 255, 255)");
  assertEquals(complaints, []);
  await close();
});

inBrowser("text has contrast in both themes", async (browser) => {
  for (const colorScheme of ["light", "dark"] as const) {
    const { page, close } = await openPage(browser, SHEET, { colorScheme });
    const least = await ask<number>(page, CONTRAST);
    assertGreater(least, 4.5, colorScheme);
    await close();
  }
});

/** The least contrast (WCAG 2) of any visible text with what is behind it. */
const CONTRAST = `(() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const parse = (colour, under) => {
    canvas.fillStyle = \`rgb(\${under.join(",")})\`;
    canvas.fillRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const behind = (element) => element === null ? [255, 255, 255]
    : parse(getComputedStyle(element).backgroundColor, behind(element.parentElement));
  const light = (colour) => {
    const [r, g, b] = colour.map((part) => part / 255).map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  let least = 21;
  for (const element of document.querySelectorAll("h1, h2, h3, p, dt, dd, th, td, button, caption, summary, svg text")) {
    if (!element.checkVisibility() || element.textContent.trim() === "") continue;
    const ground = behind(element);
    const style = getComputedStyle(element);
    const ink = parse(element.matches("svg text") ? style.fill : style.color, ground);
    const [low, high] = [light(ground), light(ink)].sort((one, other) => one - other);
    least = Math.min(least, (high + 0.05) / (low + 0.05));
  }
  return least;
})()`;

end();
