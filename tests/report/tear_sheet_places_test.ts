// The tear sheet in the places it is looked at, in a real Chromium without a network: phones, paper,
// MLflow's viewer; with hostile texts, edge inputs and a million rows.

import { assert, assertEquals, assertGreater, assertLess } from "@std/assert";
import { buildModel, renderTearSheet } from "../../lib/report/mod.ts";
import { ask, browserTests, openPage, pixelsOf } from "./browser.ts";
import { DAY_MS, HOSTILE, madeUp, OPTIONS } from "./samples.ts";
import { CHARTS, SHEET, SHEET_JOINED, SHEET_RETURNS } from "./sheet.ts";

const { inBrowser, end } = browserTests();

inBrowser("a phone shows it without scrolling sideways", async (browser) => {
  for (const width of [320, 390]) {
    const { page, complaints, close } = await openPage(browser, SHEET, {
      viewport: { width, height: 800 },
    });
    assertEquals(await ask(page, "document.documentElement.scrollWidth"), width);
    assertGreater(await pixelsOf(page, "#plot-cumulative", "strategy"), 50);
    assertEquals(complaints, []);
    await close();
  }
});

inBrowser("it prints, in light colours, and the charts fit the paper", async (browser) => {
  const { page, complaints, close } = await openPage(browser, SHEET, { colorScheme: "dark" });
  const seen = await ask<{ widths: number[]; scheme: string }>(
    page,
    `(() => {
    let seen = null;
    addEventListener("beforeprint", () => queueMicrotask(() => {
      seen = {
        widths: [...document.querySelectorAll(".plot .uplot")].map((plot) => plot.getBoundingClientRect().width),
        scheme: getComputedStyle(document.documentElement).colorScheme,
      };
    }));
    dispatchEvent(new Event("beforeprint"));
    return new Promise((resolve) => setTimeout(() => { dispatchEvent(new Event("afterprint")); resolve(seen); }, 50));
  })()`,
  );
  assertEquals(seen.scheme, "light");
  const drawn = seen.widths.filter((width) => width > 0);
  assertEquals(drawn.map(Math.floor), [703, 703, 343, 343]);
  const pdf = await page.pdf({ preferCSSPageSize: true, printBackground: true });
  // A page is an object of its own, named without its count.
  const sheets = new TextDecoder("latin1").decode(pdf).match(/\/Type \/Page\b/g);
  assertEquals(sheets?.length, 2);
  assertGreater(pdf.length, 50_000);
  assertEquals(new TextDecoder().decode(pdf.subarray(0, 5)), "%PDF-");
  assertEquals(complaints, []);
  await close();
});

inBrowser("it works in MLflow's viewer: a sandboxed frame on a blob address", async (browser) => {
  const viewer =
    `<!doctype html><iframe sandbox="allow-scripts" width="1200" height="800"></iframe><script>
    const blob = new Blob([${
      JSON.stringify(SHEET).replaceAll("<", "\\u003c")
    }], { type: "text/html" });
    document.querySelector("iframe").src = URL.createObjectURL(blob);
  </script>`;
  const { page, complaints, close } = await openPage(browser, viewer);
  await page.frameLocator("iframe").locator("#plot-cumulative canvas").waitFor();
  const frame = page.frames().find((one) => one.url().startsWith("blob:"));
  assert(frame !== undefined);
  assertEquals(await ask(frame, "origin"), "null");
  for (const [id, paint] of CHARTS) {
    assertGreater(await pixelsOf(frame, `#plot-${id}`, paint), 100, `${id} ${paint}`);
  }
  await page.frameLocator("iframe").getByRole("button", { name: "Switch to dark" }).click();
  await page.frameLocator("iframe").getByRole("button", { name: "3Y" }).click();
  assertEquals(complaints.filter((text) => !text.startsWith("request: blob:")), []);
  await close();
});

inBrowser("the policy stops what is not the page's own", async (browser) => {
  const inlined = SHEET.replace("</body>", "<script>document.title = 'ran'</script></body>");
  const { page, complaints, close } = await openPage(browser, inlined);
  assertEquals(await page.title(), "Momentum");
  assert(complaints.some((text) => text.includes("Content Security Policy")));
  await close();
});

inBrowser("hostile names, params and columns run nothing and break nothing", async (browser) => {
  const params = Object.fromEntries(HOSTILE.map((text, index) => [`${text}${index}`, text]));
  // A heading and a benchmark at a time; every text is in every page's params and warnings.
  for (const text of [HOSTILE.slice(0, -1).join(" "), HOSTILE.at(-1) ?? ""]) {
    const hostile = renderTearSheet(buildModel(SHEET_RETURNS, SHEET_JOINED, {
      ...OPTIONS,
      heading: text,
      benchmarkName: text,
      source: text,
      params,
      warnings: HOSTILE.map((message) => ({ code: message, message })),
    }));
    const { page, complaints, close } = await openPage(browser, hostile, {
      viewport: { width: 390, height: 800 },
    });
    assertEquals(complaints, []);
    assertEquals(
      await ask(
        page,
        "document.querySelectorAll('img, iframe, object, b, [onerror], [onmouseover], [onfocus]').length",
      ),
      0,
    );
    assertEquals(
      await ask(page, "document.querySelectorAll('.params tbody tr').length"),
      HOSTILE.length,
    );
    assertEquals(await ask(page, "document.documentElement.scrollWidth"), 390);
    assertGreater(await pixelsOf(page, "#plot-cumulative", "strategy"), 50);
    await close();
  }
});

inBrowser("edge inputs draw without complaint", async (browser) => {
  const year = madeUp(400, DAY_MS);
  const series = {
    "1 row": madeUp(1, DAY_MS),
    "2 rows": madeUp(2, DAY_MS),
    "no dates": { dates: null, values: year.values },
    "all zeros": { ...year, values: new Float64Array(400) },
    "ruin": { ...year, values: year.values.with(200, -1) },
    "monthly": madeUp(60, 30.4 * DAY_MS),
    "before 1970": { ...year, dates: year.dates.map((date) => date - 20_000 * DAY_MS) },
    "no rows": { dates: null, values: new Float64Array(0) },
  };
  for (const [name, one] of Object.entries(series)) {
    const { page, complaints, close } = await openPage(
      browser,
      renderTearSheet(buildModel(one, null, { ...OPTIONS, heading: name })),
    );
    if (one.values.length > 0) {
      await page.getByRole("button", { name: "Log" }).first().click();
      assertGreater(await pixelsOf(page, "#plot-cumulative", "strategy"), 3, name);
    }
    assertEquals(complaints, [], name);
    await close();
  }
});

inBrowser("large numbers stay whole, and the legend tells those of the tables", async (browser) => {
  const long = madeUp(20_000, DAY_MS);
  const values = long.values.map((value) => value * 0.5 + 0.0006);
  const model = buildModel({ ...long, values }, null, OPTIONS);
  const { page, close } = await openPage(browser, renderTearSheet(model));
  const total = await page.locator('[data-key="total_return"]').innerText();
  assert(total.length > 9, total);
  assertEquals(await page.locator('[data-view="total_return"]').innerText(), total);
  for (const card of await page.locator(".cards dd:first-of-type").all()) {
    assertLess((await card.boundingBox())?.height ?? NaN, 30, "on one line");
  }
  await page.locator("#plot-cumulative").focus();
  await page.keyboard.press("End");
  assertEquals(await page.locator("#plot-cumulative .u-legend .u-value").last().innerText(), total);
  await close();
});

inBrowser("paper leaves out what only a screen can do", async (browser) => {
  const { page, close } = await openPage(browser, SHEET);
  await page.emulateMedia({ media: "print" });
  for (const hidden of [".hint", "summary", "nav", "#ranges", "#theme"]) {
    assertEquals(await page.locator(hidden).isVisible(), false, hidden);
  }
  await close();
});

inBrowser("a million minutes are drawn", async (browser) => {
  const minutes = renderTearSheet(
    buildModel(madeUp(1_000_000, 60_000, { size: 0.0004 }), null, { ...OPTIONS, periods: 525_600 }),
  );
  const { page, complaints, close } = await openPage(browser, minutes);
  assertGreater(await pixelsOf(page, "#plot-underwater", "loss"), 100);
  assertEquals(complaints, []);
  await close();
});

end();
