// The comparison page: its model, and the page in a real Chromium without a network, with 1,000 runs,
// with none, and with hostile names.

import { assert, assertEquals, assertGreater, assertLess } from "@std/assert";
import type { Page } from "playwright-core";
import { buildComparison, renderComparison, runColumns } from "../../lib/report/mod.ts";
import { ask, browserTests, openPage, pixelsOf } from "./browser.ts";
import { HOSTILE } from "./samples.ts";
import { COMPARED, comparisonOf, sweep, type SweptRun } from "./sweeps.ts";

const runs = sweep(1_000);
const html = renderComparison(comparisonOf(runs));

Deno.test("the model names what differs and knows which end is good", () => {
  const model = comparisonOf(runs.slice(0, 10));
  assertEquals(model.params, ["fast", "market"]);
  assertEquals(model.metrics.map((metric) => [metric.name, metric.better]), [
    ["sharpe_ratio", "higher"],
    ["cagr", "higher"],
    ["exposure", "none"],
    ["max_drawdown", "higher"],
    ["volatility", "lower"],
    ["my_own", "none"],
  ]);
  assertEquals(Array.from(model.curves.get(0)?.y ?? []).at(-1), runs[0]?.curve?.y[999]);
  assertEquals(model.curves.get(3), undefined);
  assertEquals(model.runs.idle, [9]);
});

/** Ten runs that are alike but for these figures. */
function withFigures(
  figures: (index: number) => Pick<SweptRun, "metrics" | "params">,
): SweptRun[] {
  return runs.slice(0, 10).map((run, index) => ({ ...run, ...figures(index) }));
}

Deno.test("the map begins with two columns that runs share, or has no dots", () => {
  const axes = (figures: Parameters<typeof withFigures>[0]): readonly string[] | null => {
    const { axes } = comparisonOf(withFigures(figures));
    return axes === null ? null : [axes.up, axes.across].map(({ kind, name }) => `${kind} ${name}`);
  };
  const [params, steps] = [{}, (index: number) => ({ n_steps: String(index) })];
  assertEquals(
    axes((index) => ({ params, metrics: { loss: index, cagr: 0.1, max_drawdown: -0.1 } })),
    ["metric cagr", "metric max_drawdown"],
    "gain and risk are set against each other even where all runs have the same",
  );
  assertEquals(
    axes((index) => ({ params, metrics: { loss: index, sharpe_ratio: 2 } })),
    ["metric sharpe_ratio", "metric loss"],
    "what the leaderboard begins with is upwards",
  );
  assertEquals(
    axes((index) => ({ params: steps(index), metrics: { loss: index } })),
    ["metric loss", "param n_steps"],
    "one metric stands above what it was tried with",
  );
  assertEquals(
    axes((index) => ({
      params,
      metrics: { acc: 1, loss: 2, [index < 3 ? "cagr" : "volatility"]: 3 },
    })),
    ["metric volatility", "metric acc"],
    "what few runs have gives way",
  );
  assertEquals(
    axes((index) => ({ params, metrics: index < 3 ? { cagr: 1, max_drawdown: -1 } : { loss: 1 } })),
    ["metric cagr", "metric max_drawdown"],
    "unless nothing is shared by more",
  );
  assertEquals(axes(() => ({ params, metrics: { loss: 2 } })), null, "one column alone");
  assertEquals(
    axes((index) => ({ params, metrics: { [index < 5 ? "cagr" : "max_drawdown"]: -0.1 } })),
    null,
    "no run has both",
  );
  assertEquals(axes((index) => ({ params: steps(index), metrics: {} })), null, "params alone");
  assertEquals(axes(() => ({ params, metrics: {} })), null, "nothing at all");
  assertEquals(comparisonOf([]).axes, null);
  assertEquals(comparisonOf(runs.slice(0, 1)).axes, null, "one run has no other to stand beside");
});

Deno.test("1,000 runs with curves are a page of less than 5 MB", () => {
  assertLess(html.length, 5_000_000);
  const curve = comparisonOf(runs).curves.get(0);
  const full = runs[0]?.curve;
  assert(curve !== undefined && full !== undefined);
  assertLess(curve.x.length, 160);
  assertEquals(Math.max(...Array.from(curve.y)), Math.max(...Array.from(full.y)));
  assertEquals(Math.min(...Array.from(curve.y)), Math.min(...Array.from(full.y)));
});

Deno.test("params as long as MLflow takes them leave 1,000 runs a page of less than 5 MB", () => {
  const wordy = runs.map((run, index) => ({
    ...run,
    params: Object.fromEntries(
      Array.from({ length: 40 }, (_, number) => [`p${number}`, `${index} ${"x".repeat(6_000)}`]),
    ),
  }));
  const page = renderComparison(comparisonOf(wordy));
  assertLess(page.length, 5_000_000);
  assert(page.includes(`"999 ${"x".repeat(20)}`), "what tells values apart is kept");
});

Deno.test("of more than 5,000 runs the metrics asked for stay, in less than 400 bytes a run", () => {
  const names = Array.from({ length: 16 }, (_, index) => `metric_${index}`);
  const builder = runColumns(new Set(names));
  const count = 6_000;
  for (let run = 0; run < count; run++) {
    builder.add({
      id: run.toString(16).padStart(32, "0"),
      name: `ema_${run % 50}_${run}`,
      status: "FINISHED",
      startTime: run,
      flags: [],
      span: "2015-01-01 to 2017-09-26",
      metrics: Object.fromEntries([...names, "other"].map((name) => [name, Math.sin(run)])),
      params: { fast: String(run % 50), slow: String(run % 97) },
    });
  }
  const model = buildComparison(builder.end(), {
    ...{ ...COMPARED, shown: names },
    deflated: Float64Array.from({ length: count }, (_, run) => run / count),
  });
  assertEquals(model.metrics.map(({ name }) => name).sort(), [
    "deflated_sharpe_ratio",
    ...names.toSorted(),
  ]);
  assertEquals(model.runs.metrics.get("metric_3")?.at(-1), Math.sin(count - 1));
  assertLess(renderComparison(model).length / count, 400);
});

const { inBrowser, end } = browserTests();

/** The text of a column of the leaderboard's rows in the document, top to bottom. */
function column(page: Page, heading: string): Promise<string[]> {
  return ask(
    page,
    `(() => {
    const at = [...document.querySelectorAll("#board thead th")]
      .findIndex((cell) => cell.textContent.startsWith(${JSON.stringify(heading)}));
    return [...document.querySelectorAll("#board tbody tr[data-run]")]
      .map((row) => row.children[at].querySelector("data, bdi").textContent);
  })()`,
  );
}

/** Runs that traded, the best Sharpe ratio first, then those without one. */
const byHand = runs.filter(({ flags }) => flags.length === 0).sort((one, other) =>
  (other.metrics["sharpe_ratio"] ?? -1) - (one.metrics["sharpe_ratio"] ?? -1)
).map(({ name }) => name);

inBrowser("1,000 runs: sorted by a click, best ones marked", async (browser) => {
  const { page, complaints, close } = await openPage(browser, html);
  const names = await column(page, "Run");
  assertLess(names.length, 100, "rows out of sight are not in the document");
  assertEquals(names, byHand.slice(0, names.length));
  assertEquals(
    await page.locator("#board .best").first().innerText(),
    (await column(page, "Sharpe Ratio"))[0],
  );
  await page.locator("#board tbody input").first().focus();
  await page.keyboard.press("End");
  assertEquals((await column(page, "Run")).at(-1), "run 7", "a run without the metric is last");
  assertEquals((await column(page, "Sharpe Ratio")).at(-1), "–");
  assertEquals(
    await ask(page, `document.activeElement.closest("tr").querySelector("bdi").textContent`),
    "run 7",
  );
  await page.getByRole("button", { name: /^Sharpe Ratio/ }).click();
  await page.keyboard.press("Home");
  assertEquals(await page.locator("th[aria-sort]").getAttribute("aria-sort"), "ascending");
  await page.locator(".board").evaluate("(board) => board.scrollTop = 0");
  await page.waitForFunction(`document.querySelector("#board tr[data-place='0']") !== null`);
  assertEquals((await column(page, "Run"))[0], byHand.at(-2));
  await page.getByRole("button", { name: "market" }).click();
  assertEquals((await column(page, "market"))[0], "crypto");
  assertEquals(complaints, []);
  await close();
});

inBrowser("words and conditions find runs, and what has no such name is said", async (browser) => {
  const { page, complaints, close } = await openPage(browser, html);
  const find = async (typed: string): Promise<string> => {
    await page.getByLabel("Find", { exact: true }).fill(typed);
    return await page.locator("#count").innerText();
  };
  const count = (isFound: (run: SweptRun) => boolean): number =>
    runs.filter((run) => run.flags.length === 0 && isFound(run)).length;
  const words = count(({ name, id, params }) =>
    params["market"] === "equities" && `${name} ${id}`.includes("99")
  );
  assertEquals(await find("equities RUN 99"), `${words} of 1,000 runs, 8 ticked.`);
  const both = count(({ params, metrics }) =>
    params["fast"] === "20" && (metrics["sharpe_ratio"] ?? NaN) > 1
  );
  assertGreater(both, 0);
  assertEquals(await find("fast=20 sharpe>1"), `${both} of 1,000 runs, 8 ticked.`);
  assertEquals(await find("sharp_ratio>1"), "0 of 1,000 runs, 8 ticked.");
  assertEquals(await page.locator("#found").innerText(), "No column is called sharp_ratio.");
  assertEquals(complaints, []);
  await close();
});

inBrowser("who never traded is hidden, last when shown, and never the best", async (browser) => {
  const { page, complaints, close } = await openPage(
    browser,
    renderComparison(comparisonOf(runs.slice(0, 30))),
  );
  await page.getByRole("button", { name: /^Max Drawdown/ }).click();
  assert(!(await column(page, "Run")).includes("run 9"));
  const best = await page.locator("#board .best").first().innerText();
  await page.getByRole("button", { name: "1 run never traded: hidden" }).click();
  for (let turn = 0; turn < 2; turn++) {
    assertEquals((await column(page, "Run")).at(-1), "run 9");
    await page.getByRole("button", { name: /^Max Drawdown/ }).click();
  }
  const marked = page.locator("#board tr", { hasText: "run 9" }).last().locator(".best");
  assertEquals(await marked.count(), 0);
  assert((await page.locator("#board .best").allInnerTexts()).includes(best));
  assertEquals(complaints, []);
  await close();
});

inBrowser("curves: hover tells values, a zoom has its own axis, All goes back", async (browser) => {
  const small = renderComparison(comparisonOf(runs.slice(0, 30)));
  const { page, complaints, close } = await openPage(browser, small);
  for (const colour of ["c0", "c1", "c7"]) {
    assertGreater(await pixelsOf(page, "#curves", colour), 100, colour);
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
  await page.mouse.move(box.x + 130, box.y + 50, { steps: 4 });
  await page.mouse.up();
  await page.waitForFunction(
    `document.querySelector("#ranges [aria-pressed='true']") === null`,
  );
  await over.hover({ position: { x: 2, y: 5 } });
  const first = await page.locator("#curves .u-value").allInnerTexts();
  assert((first[0] ?? "") > "2015-02");
  // All curves begin at nothing where the range does, and the axis is theirs: none is flat.
  for (const text of first.slice(1)) {
    assertLess(Math.abs(Number.parseFloat(text.replace("−", "-"))), 5);
  }
  await page.getByRole("button", { name: "All", exact: true }).click();
  assertEquals(await page.locator("#ranges [aria-pressed='true']").innerText(), "All");
  await page.locator("#curves").focus();
  await page.keyboard.press("Home");
  await page.keyboard.press("ArrowRight");
  assert(/^2015-01-02: run \d+ .*%, run/.test(await page.locator("#at").innerText()));
  await page.getByRole("button", { name: "Tick none" }).click();
  assertEquals(await pixelsOf(page, "#curves", "c0"), 0);
  await page.getByLabel("Tick run 5", { exact: true }).check();
  assertGreater(await pixelsOf(page, "#curves", "c0"), 100);
  await page.getByRole("button", { name: "Switch to dark" }).click();
  assertGreater(await pixelsOf(page, "#curves", "c0"), 100);
  assertEquals(complaints, []);
  await close();
});

inBrowser("no more than eight runs can be ticked: each has its own colour", async (browser) => {
  const { page, close } = await openPage(browser, html);
  const ninth = page.locator("#board tbody input:not(:checked)").first();
  await ninth.click();
  assertEquals(await page.locator("#board .ticked").count(), 8);
  assert((await page.locator("#count").innerText()).includes("At most 8 runs"));
  await close();
});

inBrowser("the map: axes by choice with their names, keys and clicks tick", async (browser) => {
  const { page, complaints, close } = await openPage(
    browser,
    renderComparison(comparisonOf(runs.slice(0, 60))),
  );
  const titles = (): Promise<string[]> => page.locator("#dots svg .title").allTextContents();
  assertEquals(await titles(), ["CAGR", "Max Drawdown"]);
  assertEquals(await page.locator("#dots .front").count(), 1);
  await page.locator("#dots [data-axis=x]").selectOption({ label: "market" });
  assertEquals(await titles(), ["CAGR", "market"]);
  assertEquals(
    await page.locator("#dots svg text").allTextContents().then((texts) =>
      texts.filter((text) => /^[a-z]+$/.test(text))
    ),
    ["crypto", "equities", "fx", "market"],
  );
  await page.getByRole("button", { name: "Tick none" }).click();
  await page.locator("#dots .scatter").focus();
  await page.keyboard.press("ArrowRight");
  assert((await page.locator("#tip").innerText()).startsWith(byName(60)));
  await page.keyboard.press("Enter");
  assertEquals(await page.locator("#board .ticked bdi").first().innerText(), byName(60));
  assertEquals(await page.locator("#dots .chosen").count(), 1);
  assertEquals(complaints, []);
  await close();
});

/** The best of the first runs. */
function byName(count: number): string {
  const [best] = byHand.filter((name) => Number(name.slice(4)) < count);
  return best ?? "";
}

inBrowser("columns are chosen, a phone needs no sideways scrolling", async (browser) => {
  const few = renderComparison(comparisonOf(runs.slice(0, 20)));
  const { page, complaints, close } = await openPage(browser, few, {
    viewport: { width: 360, height: 700 },
  });
  assertEquals(await ask(page, "document.documentElement.scrollWidth"), 360);
  await page.locator("summary", { hasText: "Columns" }).click();
  await page.getByLabel("Find a column").fill("my_o");
  assertEquals(await page.locator("#columns label:visible").count(), 1);
  await page.locator("#columns label", { hasText: "my_own" }).locator("input").check();
  assertEquals(await page.locator("#board thead button", { hasText: "my_own" }).count(), 1);
  assertEquals(complaints, []);
  await close();
});

inBrowser("on paper the curves are as wide as it is, and all rows are there", async (browser) => {
  const { page, complaints, close } = await openPage(
    browser,
    renderComparison(comparisonOf(runs.slice(0, 200))),
    { viewport: { width: 1920, height: 900 } },
  );
  await ask(page, `window.dispatchEvent(new Event("beforeprint"))`);
  assertLess(await ask(page, `document.querySelector("#curves canvas").clientWidth`), 700);
  assertEquals(await page.locator("#board tbody tr[data-run]").count(), 199);
  await ask(page, `window.dispatchEvent(new Event("afterprint"))`);
  assertGreater(await ask(page, `document.querySelector("#curves canvas").clientWidth`), 1_000);
  assertLess(await page.locator("#board tbody tr[data-run]").count(), 100);
  assertEquals(complaints, []);
  await close();
});

inBrowser(
  "hostile names, ids, params and metrics run nothing; none and one run are pages too",
  async (browser) => {
    const hostile = [...HOSTILE, ...HOSTILE].map((text, index): SweptRun => ({
      id: text,
      name: text,
      status: text,
      startTime: 0,
      flags: [],
      span: "",
      metrics: { sharpe_ratio: index, [text]: index, overflow: Infinity },
      params: { [text]: text, same: text },
      curve: { x: [0, 1, 2], y: [0, index, NaN] },
    }));
    for (const some of [hostile, hostile.slice(0, 3), hostile.slice(0, 1), []]) {
      const html = renderComparison(
        comparisonOf(some, {
          ...{ heading: HOSTILE[0] ?? "", dated: false, command: "btflow runs search" },
          facts: HOSTILE,
          curveNotes: HOSTILE,
          luck: {
            sentence: HOSTILE[0] ?? "",
            command: HOSTILE[1] ?? "",
            lines: HOSTILE.map((text) => ({ label: text, value: text, meaning: text })),
          },
        }),
      );
      const opened = await openPage(browser, html, { viewport: { width: 390, height: 800 } });
      const { page, complaints, close } = opened;
      assertEquals(complaints, []);
      assertEquals(
        await ask(page, "document.querySelectorAll('img, b, [onerror], [onmouseover]').length"),
        0,
      );
      assertEquals(await ask(page, "document.documentElement.scrollWidth"), 390);
      if (some.length > 8) {
        assertGreater(await page.locator("#board tbody tr[data-run]").count(), 8);
        for (const button of await page.locator("#board thead button:visible").all()) {
          await button.click();
        }
      } else if (some.length > 0) {
        assertEquals(await page.locator("#sides thead th").count(), some.length);
      }
      assertEquals(complaints, []);
      await close();
    }
  },
);

inBrowser(
  "without two columns that runs share there is no map, and it says what none has",
  async (browser) => {
    const open = (shared: boolean): ReturnType<typeof openPage> => {
      const apart = withFigures((index) => ({
        metrics: {
          ...(index % 2 === 0 ? { cagr: 1 } : { max_drawdown: -0.1 }),
          ...(shared ? { loss: index } : {}),
        },
        params: {},
      }));
      return openPage(browser, renderComparison(comparisonOf(apart)));
    };
    const without = await open(false);
    assertEquals(await without.page.locator("#map").isVisible(), false);
    assertEquals(await without.page.getByRole("button", { name: "Pareto" }).isVisible(), false);
    const rows = without.page.locator("#board tbody tr[data-run]");
    assertEquals(await rows.count(), 9, "one never traded");
    assertEquals(without.complaints, []);
    await without.close();
    const { page, complaints, close } = await open(true);
    const said = page.locator("#dots").getByText("No run has both.");
    assertEquals(await said.count(), 0);
    await page.locator('[data-axis="x"]').selectOption({ label: "Max Drawdown" });
    await page.locator('[data-axis="y"]').selectOption({ label: "CAGR" });
    assertEquals(await said.count(), 1);
    assertEquals(complaints, []);
    await close();
  },
);

end();
