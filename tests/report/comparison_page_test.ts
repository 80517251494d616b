// The comparison page: its model, and the page in a real Chromium without a network, with 1,000 runs,
// with none, and with hostile names.

import { assert, assertEquals, assertGreater, assertLess } from "@std/assert";
import type { Page } from "playwright-core";
import { buildComparison, type ComparedRun, renderComparison } from "../../lib/report/mod.ts";
import { ask, browserTests, drawingTimeMs, openPage, pixelsOf } from "./browser.ts";
import { seededRandom } from "../helpers/random.ts";
import { DAY_MS, GENERATED_AT, HOSTILE, madeUp } from "./samples.ts";

const OPTIONS = { heading: "Sweep", generatedAt: GENERATED_AT, dated: true } as const;

/** A sweep by rule: run 7 has no Sharpe ratio, run 3 no curve. */
function sweep(count: number): ComparedRun[] {
  const next = seededRandom(11);
  return Array.from({ length: count }, (_, index): ComparedRun => {
    const { dates, values } = madeUp(1_000, DAY_MS, { seed: index + 1 });
    let wealth = 1;
    const curve = { x: [...dates], y: [...values].map((value) => (wealth *= 1 + value) - 1) };
    const sharpe = next() * 3;
    return {
      id: index.toString(16).padStart(32, "0"),
      name: `run ${index}`,
      status: "FINISHED",
      startTime: GENERATED_AT + index,
      metrics: {
        ...(index === 7 ? {} : { sharpe_ratio: sharpe }),
        max_drawdown: -next() / 2,
        cagr: next() / 5,
        volatility: 0.1 + next() / 5,
        my_own: next(),
      },
      params: {
        fast: String(5 + index % 20),
        market: ["crypto", "fx", "equities"][index % 3] ?? "",
        returns_count: "1000",
      },
      ...(index === 3 ? {} : { curve }),
    };
  });
}

const runs = sweep(1_000);
const html = renderComparison(buildComparison(runs, OPTIONS));

Deno.test("the model names what differs and knows which end is good", () => {
  const model = buildComparison(runs.slice(0, 10), OPTIONS);
  assertEquals(model.params, ["fast", "market"]);
  assertEquals(model.metrics.map((metric) => [metric.name, metric.better]), [
    ["sharpe_ratio", "higher"],
    ["cagr", "higher"],
    ["max_drawdown", "higher"],
    ["volatility", "lower"],
    ["my_own", "none"],
  ]);
  assertEquals(model.runs[0]?.curve?.y.at(-1), runs[0]?.curve?.y.at(-1));
  assertEquals(model.runs[3]?.curve, undefined);
});

Deno.test("1,000 runs with curves are a page of less than 5 MB", () => {
  assertLess(html.length, 5_000_000);
  const curve = buildComparison(runs, OPTIONS).runs[0]?.curve;
  const full = runs[0]?.curve;
  assert(curve !== undefined && full !== undefined);
  assertLess(curve.x.length, 160);
  assertEquals(Math.max(...curve.y), Math.max(...full.y));
  assertEquals(Math.min(...curve.y), Math.min(...full.y));
});

Deno.test("params as long as MLflow takes them leave 1,000 runs a page of less than 5 MB", () => {
  const wordy = runs.map((run, index) => ({
    ...run,
    params: Object.fromEntries(
      Array.from({ length: 40 }, (_, number) => [`p${number}`, `${index} ${"x".repeat(6_000)}`]),
    ),
  }));
  const page = renderComparison(buildComparison(wordy, OPTIONS));
  assertLess(page.length, 5_000_000);
  assert(page.includes(`"999 ${"x".repeat(20)}`), "what tells values apart is kept");
});

Deno.test("of too many runs the first are shown, and the page says so", () => {
  const many = Array.from(
    { length: 5_001 },
    (_, index) => ({ ...runs[index % 1_000] as ComparedRun, id: String(index) }),
  );
  const model = buildComparison(many, OPTIONS);
  assertEquals(model.runs.length, 5_000);
  assertEquals(model.warnings.map((one) => one.code), ["runs-left-out"]);
});

const { inBrowser, end } = browserTests();

/** The text of a column of the leaderboard, top to bottom. */
function column(page: Page, position: number): Promise<string[]> {
  return ask(
    page,
    `[...document.querySelectorAll("#board tbody tr")].map((row) => row.children[${position}].textContent)`,
  );
}

inBrowser("1,000 runs: drawn in time, sorted by a click, best ones marked", async (browser) => {
  const { page, complaints, close } = await openPage(browser, html);
  assertLess(await drawingTimeMs(page), 2_000);
  assertEquals((await column(page, 2)).length, 200);
  await page.getByRole("button", { name: "Show all 1,000 rows" }).click();
  const byHand = [...runs].sort((one, other) =>
    (other.metrics["sharpe_ratio"] ?? -1) - (one.metrics["sharpe_ratio"] ?? -1)
  ).map((run) => run.name);
  assertEquals(await column(page, 2), byHand);
  assertEquals((await column(page, 3)).at(-1), "–", "a run without the metric is last");
  assertEquals(await page.locator("#board .best").first().innerText(), (await column(page, 3))[0]);
  await page.getByRole("button", { name: /^Sharpe Ratio/ }).click();
  assertEquals(await column(page, 2), [...byHand.slice(0, -1).reverse(), "run 7"]);
  assertEquals(await page.locator("th[aria-sort]").getAttribute("aria-sort"), "ascending");
  await page.getByRole("button", { name: "market" }).click();
  assertEquals((await column(page, 7))[0], "crypto");
  await page.getByLabel("Find").fill("equities RUN 99");
  const found = runs.filter((run) =>
    run.params["market"] === "equities" && `${run.name} ${run.id}`.includes("99")
  ).map((run) => run.name);
  assertEquals((await column(page, 2)).sort(), found.sort());
  assertEquals(
    await page.locator("#count").innerText(),
    `${found.length} of 1,000 runs, 8 selected`,
  );
  assertEquals(complaints, []);
  await close();
});

inBrowser(
  "curves: selected runs in colour, hover tells values, zoom and dark mode work",
  async (browser) => {
    const small = renderComparison(buildComparison(runs.slice(0, 30), OPTIONS));
    const { page, complaints, close } = await openPage(browser, small);
    for (const colour of ["c0", "c1", "c7"]) {
      assertGreater(
        await pixelsOf(page, "#curves", colour),
        100,
        colour,
      );
    }
    const over = page.locator("#curves .u-over");
    await over.scrollIntoViewIfNeeded();
    const box = await over.boundingBox();
    assert(box !== null);
    await over.hover({ position: { x: box.width / 2, y: 100 } });
    const shown = await page.locator("#curves .u-legend .u-value").allInnerTexts();
    assertEquals(shown[0]?.slice(0, 7), "2016-05");
    assert(shown.slice(1).every((text) => text.endsWith("%")));
    await page.mouse.move(box.x + 100, box.y + 50);
    await page.mouse.down();
    await page.mouse.move(box.x + 300, box.y + 50, { steps: 4 });
    await page.mouse.up();
    await over.hover({ position: { x: 2, y: 100 } });
    assert((await page.locator("#curves .u-value").first().innerText()) > "2015-02");
    await over.dblclick();
    await page.getByRole("button", { name: "Select none" }).click();
    assertEquals(await pixelsOf(page, "#curves", "c0"), 0);
    await page.getByLabel("Select run 5", { exact: true }).check();
    assertGreater(await pixelsOf(page, "#curves", "c0"), 100);
    await page.getByRole("button", { name: "Switch to dark" }).click();
    assertGreater(await pixelsOf(page, "#curves", "c0"), 100);
    assertEquals(complaints, []);
    await close();
  },
);

inBrowser("scatters: a dot a run, axes by choice, a click selects", async (browser) => {
  const { page, complaints, close } = await openPage(
    browser,
    renderComparison(buildComparison(runs.slice(0, 60), OPTIONS)),
  );
  const dots = (id: string): Promise<number> => page.locator(`#scatter-${id} circle`).count();
  assertEquals([await dots("metrics"), await dots("params")], [60, 59]);
  await page.locator("#scatter-params [data-axis=x]").selectOption({ label: "market" });
  assertEquals(
    await page.locator("#scatter-params svg text").allTextContents().then((texts) =>
      texts.filter((text) => /[a-z]/.test(text))
    ),
    ["crypto", "equities", "fx"],
  );
  await page.locator("#scatter-params [data-axis=y]").selectOption({ label: "my_own" });
  assertEquals(await dots("params"), 60);
  await page.getByRole("button", { name: "Select none" }).click();
  const dot = page.locator("#scatter-metrics circle").first();
  await dot.scrollIntoViewIfNeeded();
  await dot.hover({ force: true });
  assert((await page.locator("#tip").innerText()).startsWith("run "));
  await dot.click({ force: true });
  assertEquals(await page.locator("#board tr[aria-selected=true]").count(), 1);
  assertEquals(complaints, []);
  await close();
});

inBrowser("columns are chosen, a phone needs no sideways scrolling", async (browser) => {
  const few = renderComparison(buildComparison(runs.slice(0, 20), OPTIONS));
  const { page, complaints, close } = await openPage(browser, few, {
    viewport: { width: 360, height: 700 },
  });
  assertEquals(await ask(page, "document.documentElement.scrollWidth"), 360);
  await page.locator("summary", { hasText: "Columns" }).click();
  await page.locator("#columns label", { hasText: "my_own" }).locator("input").check();
  assertEquals(await page.locator("#board thead button", { hasText: "my_own" }).count(), 1);
  assertEquals(complaints, []);
  await close();
});

inBrowser(
  "hostile names, ids, params and metrics run nothing; none and one run are pages too",
  async (browser) => {
    const hostile = HOSTILE.map((text, index): ComparedRun => ({
      id: text,
      name: text,
      status: text,
      startTime: GENERATED_AT,
      metrics: { sharpe_ratio: index, [text]: index, overflow: Infinity },
      params: { [text]: text, same: text },
      curve: { x: [0, 1, 2], y: [0, index, NaN] },
    }));
    for (const some of [hostile, hostile.slice(0, 1), []]) {
      const page = renderComparison(
        buildComparison(some, { ...OPTIONS, heading: HOSTILE[0] ?? "", dated: false }),
      );
      const opened = await openPage(browser, page, { viewport: { width: 390, height: 800 } });
      assertEquals(opened.complaints, []);
      assertEquals(
        await ask(
          opened.page,
          "document.querySelectorAll('img, b, [onerror], [onmouseover]').length",
        ),
        0,
      );
      assertEquals(
        await ask(opened.page, "document.querySelectorAll('#board tbody tr').length"),
        some.length,
      );
      assertEquals(await ask(opened.page, "document.documentElement.scrollWidth"), 390);
      for (const button of await opened.page.locator("#board thead button").all()) {
        await button
          .click();
      }
      assertEquals(opened.complaints, []);
      await opened.close();
    }
  },
);

inBrowser("a scatter says so when no run has both of its metrics", async (browser) => {
  const apart = [{ sharpe_ratio: 1 }, { max_drawdown: -0.1 }].map((metrics, index) => ({
    id: `run${index}`,
    name: `run ${index}`,
    status: "FINISHED",
    startTime: GENERATED_AT,
    metrics: metrics as Record<string, number>,
    params: {},
  }));
  const model = buildComparison(apart, { heading: "x", generatedAt: GENERATED_AT, dated: false });
  const { page, complaints, close } = await openPage(browser, renderComparison(model));
  assertEquals(await page.locator("#scatter-metrics").getByText("No run has both.").count(), 1);
  assertEquals(complaints, []);
  await close();
});

end();
