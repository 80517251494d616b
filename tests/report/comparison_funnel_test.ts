// What narrows a comparison page's runs to a few: small curves, flags in words, plateaus of the heat map,
// parallel axes; and that hints stand where they apply alone.

import { assert, assertAlmostEquals, assertEquals, assertGreater } from "@std/assert";
import type { Page } from "playwright-core";
import { renderComparison } from "../../lib/report/mod.ts";
import { ask, axeFinds, browserTests, openPage, pixelsOf } from "./browser.ts";
import { comparisonOf, sweep, type SweptRun } from "./sweeps.ts";

const { inBrowser, end } = browserTests();

/** Cells of a column of the leaderboard by the run's name: text, class and the path of a curve. */
async function cellsOf(
  page: Page,
  heading: string,
): Promise<Map<string, { text: string; kind: string; path: string; label: string }>> {
  const cells: [string, { text: string; kind: string; path: string; label: string }][] = await ask(
    page,
    `(() => {
    const at = [...document.querySelectorAll("#board thead th")]
      .findIndex((cell) => cell.textContent.startsWith(${JSON.stringify(heading)}));
    return [...document.querySelectorAll("#board tbody tr[data-run]")].map((row) => {
      const cell = row.children[at];
      return [row.querySelector("bdi").textContent, {
        text: cell.textContent, kind: cell.className,
        path: cell.querySelector("path.line")?.getAttribute("d") ?? "",
        label: cell.querySelector("svg")?.getAttribute("aria-label") ?? "",
      }];
    });
  })()`,
  );
  return new Map(cells);
}

inBrowser(
  "a row has its curve, from its own beginning, or says that there is none",
  async (browser) => {
    const runs = sweep(12).map((run, index): SweptRun => {
      if (index !== 1 || run.curve === undefined) return run;
      const { x, y } = run.curve;
      return { ...run, curve: { x: Array.from(x).slice(500), y: Array.from(y).slice(500) } };
    });
    const { page, complaints, close } = await openPage(
      browser,
      renderComparison(comparisonOf(runs)),
    );
    const curves = await cellsOf(page, "Curve");
    assertEquals(curves.get("run 3"), { text: "no curve", kind: "curve", path: "", label: "" });
    const points = (name: string): number[][] =>
      (curves.get(name)?.path ?? "").split(/[ML]/).filter((point) => point !== "")
        .map((point) => point.split(" ").map(Number));
    assertEquals([points("run 0")[0]?.[0], points("run 0").at(-1)?.[0]], [0, 96]);
    assertAlmostEquals(points("run 1")[0]?.[0] ?? NaN, 48, 0.1);
    // On a logarithmic scale from the lowest to the highest, nothing gained included.
    const logs = Array.from(runs[0]?.curve?.y ?? [], (value) => Math.log1p(value));
    const [low, high] = [Math.min(0, ...logs), Math.max(0, ...logs)];
    const last = 22 - ((logs.at(-1) ?? NaN) - low) / (high - low) * 20;
    assertAlmostEquals(points("run 0").at(-1)?.[1] ?? NaN, last, 0.06);
    const gain = ((runs[0]?.curve?.y[999] ?? NaN) * 100).toFixed(2).replace("-", "−");
    assertEquals(curves.get("run 0")?.label, `Curve to ${gain}%`);
    await page.getByRole("button", { name: "Curve", exact: true }).click();
    const sorted = [...(await cellsOf(page, "Curve")).keys()];
    const end = (name: string): number => runs[Number(name.slice(4))]?.curve?.y[999] ?? -Infinity;
    const byEnd = sorted.filter((name) => name !== "run 1" && name !== "run 3");
    assertEquals(byEnd, byEnd.toSorted((one, other) => end(other) - end(one)));
    assertEquals(complaints, []);
    await close();
  },
);

inBrowser(
  "flags are words, and who has lost everything is last and never the best",
  async (browser) => {
    const runs = sweep(12).map((run, index): SweptRun => {
      if (index === 2) {
        // The best by every number that it has.
        const metrics = { sharpe_ratio: 9, volatility: 0.01, exposure: 1 };
        return { ...run, metrics, flags: ["lost everything"] };
      }
      if (index === 4) {
        return { ...run, flags: ["fewer than 30 rows"], span: "2020-01-01 to 2020-01-09" };
      }
      return run;
    });
    const { page, complaints, close } = await openPage(
      browser,
      renderComparison(comparisonOf(runs)),
    );
    await page.getByRole("button", { name: "1 run never traded: hidden" }).click();
    const flags = new Map(
      [...await cellsOf(page, "Flags")].map(([name, { text }]) => [name, text] as const),
    );
    assertEquals([...flags].filter(([, text]) => text !== "").sort(), [
      ["run 2", "lost everything"],
      ["run 4", "fewer than 30 rows, other dates: 2020-01-01 to 2020-01-09"],
      ["run 9", "never traded"],
    ]);
    for (const heading of [/^Sharpe Ratio/, /^Sharpe Ratio/, /^Max Drawdown/, /^Max Drawdown/]) {
      await page.locator("#board").getByRole("button", { name: heading }).click();
      assertEquals([...(await cellsOf(page, "Run")).keys()].slice(-2), ["run 2", "run 9"]);
    }
    const row = page.locator("#board tr", { has: page.getByLabel("Tick run 2") });
    assertEquals(await row.locator(".best").count(), 0);
    assertEquals(await row.locator("td").first().innerText(), "–");
    await page.getByRole("button", { name: "Tick the top 8" }).click();
    assert(!await page.getByLabel("Tick run 2").isChecked());
    await page.getByLabel("Tick run 2").scrollIntoViewIfNeeded();
    await page.getByLabel("Find", { exact: true }).fill('"lost everything"');
    assertEquals([...(await cellsOf(page, "Run")).keys()], ["run 2"]);
    assertEquals(complaints, []);
    await close();
  },
);

/** Three words a run: two params that are numbers and one that is none. */
function grid(): SweptRun[] {
  return sweep(96).map((run, index): SweptRun => ({
    ...run,
    flags: [],
    params: {
      fast: String(5 * (index % 6)),
      slow: String(50 + 10 * (Math.floor(index / 6) % 5)),
      side: index % 5 < 3 ? "long" : "short",
    },
    // Some cells have no run.
    metrics: index % 7 === 0 ? {} : run.metrics,
  }));
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const [low = NaN, high = NaN] = [
    sorted[Math.ceil(sorted.length / 2) - 1],
    sorted[Math.floor(sorted.length / 2)],
  ];
  return (low + high) / 2;
}

inBrowser(
  "a plateau score is the mean of the cells around less the cell's own",
  async (browser) => {
    const runs = grid();
    const { page, complaints, close } = await openPage(
      browser,
      renderComparison(comparisonOf(runs)),
    );
    await page.getByRole("tab", { name: "Heat map" }).click();
    interface Told {
      row: string;
      column: string;
      median: string;
      score: string | null;
      best: boolean;
      tip: string;
    }
    const told = (): Promise<Told[]> =>
      ask(
        page,
        `(() => {
      const heads = [...document.querySelectorAll(".heat-map tr:first-of-type > *")].map((cell) => cell.textContent);
      return [...document.querySelectorAll(".heat-map td button")].map((button) => {
        const cell = button.closest("td");
        return {
          row: cell.parentElement.querySelector("th").textContent, column: heads[cell.cellIndex],
          median: button.querySelector("data").value, score: button.dataset.plateau ?? null,
          best: cell.classList.contains("plateau"), tip: button.dataset.tip,
        };
      });
    })()`,
      );
    for (const other of ["slow", "side"]) {
      await page.locator("#heat [data-axis=columns]").selectOption({ label: other });
      for (
        const [label, name, sign] of [
          ["Sharpe Ratio", "sharpe_ratio", 1],
          ["Volatility", "volatility", -1],
        ] as const
      ) {
        await page.locator("#heat [data-axis=metric]").selectOption({ label });
        const own = (fast: number, column: string): number =>
          medianOf(
            runs.filter(({ params }) => Number(params["fast"]) === fast && params[other] === column)
              .flatMap(({ metrics }) => metrics[name] ?? []),
          );
        const columns = other === "slow" ? [50, 60, 70, 80, 90].map(String) : ["long", "short"];
        let [best, most] = ["", -Infinity];
        const cells = await told();
        assertGreater(cells.length, 8);
        for (const cell of cells) {
          const [fast, at] = [Number(cell.row), columns.indexOf(cell.column)];
          const near: number[] = [];
          for (const beside of other === "slow" ? [-1, 0, 1] : [0]) {
            for (const below of [-5, 0, 5]) {
              const value = own(fast + below, columns[at + beside] ?? "");
              if ((beside !== 0 || below !== 0) && !Number.isNaN(value)) near.push(value);
            }
          }
          const median = own(fast, cell.column);
          assertEquals(Number(cell.median), median);
          if (near.length < 2) {
            assertEquals(cell.score, null);
            continue;
          }
          const around = near.reduce((sum, value) => sum + value, 0) / near.length;
          assertAlmostEquals(Number(cell.score), around - median, 1e-12);
          assert(cell.tip.startsWith(`fast ${cell.row}, ${other} ${cell.column}\n`), cell.tip);
          assert(cell.tip.includes("plateau score"), cell.tip);
          const least = Math.min(sign * median, sign * around);
          if (least > most) [best, most] = [`fast ${cell.row}, ${other} ${cell.column}`, least];
        }
        assertEquals(
          cells.filter((cell) => cell.best).map(({ row, column }) =>
            `fast ${row}, ${other} ${column}`
          ),
          [best],
        );
        const caption = await page.locator(".heat-map caption").innerText();
        assert(caption.endsWith(`Best plateau (framed): ${best}.`), caption);
      }
    }
    await page.locator(".heat-map .plateau button").hover();
    assert((await page.locator("#tip").innerText()).includes("plateau score"));
    await page.locator(".heat-map .plateau button").click();
    assertEquals(await page.locator(".heat-map td button").count(), 1);
    assertEquals(await axeFinds(page), []);
    assertEquals(complaints, []);
    await close();
  },
);

inBrowser(
  "parallel axes: a stretch dragged is the sliders' filter, a click lets go",
  async (browser) => {
    const runs = grid();
    const { page, complaints, close } = await openPage(
      browser,
      renderComparison(comparisonOf(runs, { command: "btflow runs search -e sweep" })),
    );
    await page.getByRole("tab", { name: "Scatter" }).focus();
    await page.keyboard.press("ArrowLeft");
    assertEquals(await page.getByRole("tab", { selected: true }).innerText(), "Parallel");
    assertEquals(await page.locator("#lines svg .title").allTextContents(), [
      ...["fast", "slow", "side"],
      ...["Sharpe Ratio", "CAGR", "Max Drawdown"],
    ]);
    assertGreater(await pixelsOf(page, "#lines", "c0"), 100);
    const count = (): Promise<string> => page.locator("#count").innerText();
    const drag = async (axis: number, from: number, to: number): Promise<void> => {
      await page.locator("#lines svg").scrollIntoViewIfNeeded();
      const box = await page.locator("#lines .brush").nth(axis).boundingBox();
      assert(box !== null);
      const x = box.x + box.width / 2;
      await page.mouse.move(x, box.y + from * box.height);
      await page.mouse.down();
      await page.mouse.move(x, box.y + to * box.height, { steps: 3 });
      await page.mouse.up();
    };
    // The upper half of six values from 0 to 25.
    await drag(0, 0.01, 0.5);
    const upper = runs.filter(({ params }) => Number(params["fast"]) >= 15);
    assertEquals(await count(), `${upper.length} of 96 runs, 8 ticked.`);
    assertEquals(await page.getByLabel("fast: at least").inputValue(), "3");
    const command = page.locator("#as-command pre");
    assertEquals(
      await command.innerText(),
      "btflow runs search -e sweep -f 'params.fast IN ('\\''15'\\'', '\\''20'\\'', '\\''25'\\'')'",
    );
    // The axes stay: the rest of one can be reached, and what is kept is marked.
    assertEquals(await page.locator("#lines svg .title").first().textContent(), "fast");
    const held = page.locator("#lines .held");
    assertGreater(Number(await held.first().getAttribute("height")), 100);
    await drag(2, 0.02, 0.45);
    const short = upper.filter(({ params }) => params["side"] === "short");
    assertEquals(await count(), `${short.length} of 96 runs, 8 ticked.`);
    assert(!await page.getByLabel("long", { exact: true }).isChecked());
    await drag(3, 0.01, 0.4);
    assert((await command.innerText()).includes("metrics.sharpe_ratio >= "));
    assert(!(await command.innerText()).includes("metrics.sharpe_ratio <= "));
    assertGreater(Number(await page.getByLabel("Sharpe Ratio: at least").inputValue()), 20);
    for (const axis of [0, 2, 3]) await drag(axis, 0.5, 0.5);
    assertEquals(await count(), "96 of 96 runs, 8 ticked.");
    // A slider is the same stretch of the axis, without a pointer.
    await page.getByLabel("fast: at most").fill("1");
    await page.evaluate(
      "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))",
    );
    assertGreater(Number(await held.first().getAttribute("height")), 50);
    const kept = runs.filter(({ params }) => Number(params["fast"]) <= 5).length;
    assertEquals(await count(), `${kept} of 96 runs, 8 ticked.`);
    await page.getByLabel("Third metric").selectOption({ label: "Sharpe Ratio" });
    assertEquals(await page.locator("#lines svg .title").count(), 5);
    assertEquals(await axeFinds(page), []);
    assertEquals(complaints, []);
    await close();
  },
);

inBrowser("what is filtered in one tab is drawn in another when it is shown", async (browser) => {
  const { page, complaints, close } = await openPage(
    browser,
    renderComparison(comparisonOf(grid())),
  );
  await page.getByRole("tab", { name: "Heat map" }).click();
  await page.getByLabel("Find", { exact: true }).fill("no such word");
  await page.getByRole("tab", { name: "Scatter" }).click();
  assertEquals(await page.locator("#dots").getByText("No run has both.").count(), 1);
  assertEquals(complaints, []);
  await close();
});

inBrowser("hints and buttons stand where they apply", async (browser) => {
  const runs = sweep(20);
  const three = await openPage(browser, renderComparison(comparisonOf(runs.slice(0, 3))));
  const hint = (page: Page): Promise<boolean> =>
    page.getByText("click a grey curve to tick its run").isVisible();
  assert(!await hint(three.page), "all three are ticked, none is grey");
  await three.page.locator("#sides input").first().uncheck();
  assert(await hint(three.page));
  assertEquals(await three.page.getByRole("tab").count(), 0);
  assertEquals(three.complaints, []);
  await three.close();
  const many = await openPage(browser, renderComparison(comparisonOf(runs)));
  assert(await hint(many.page));
  const front = many.page.getByRole("button", { name: "On the Pareto front" });
  assert(await front.isVisible());
  await many.page.locator("#dots [data-axis=x]").selectOption({ label: "market" });
  assert(!await front.isVisible(), "no end of a market is good");
  assertEquals(many.complaints, []);
  await many.close();
  const one = runs.map((run): SweptRun => ({ ...run, params: {} }));
  const without = await openPage(browser, renderComparison(comparisonOf(one)));
  assertEquals(await without.page.getByRole("tab").allInnerTexts(), ["Scatter"]);
  assertEquals(without.complaints, []);
  await without.close();
});

end();
