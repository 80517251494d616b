// The comparison page from the command line: all runs that match, what is left out said, and numbers
// read back from the page in a browser that are those of the commands.

import { assert, assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
import fs from "node:fs";
import path from "node:path";
import type { Page } from "playwright-core";
import type { Context } from "../../lib/command/declare.ts";
import { doublesOf, type EmbeddedComparison } from "../../lib/report/embedded.ts";
import { comparedLuck } from "../../lib/tracking/compared_luck.ts";
import { withTracker } from "../../lib/tracking/session.ts";
import { type TestIo, testIo } from "../helpers/test_io.ts";
import { ask, browserTests, openPage } from "../report/browser.ts";
import { DAY_MS, madeUp } from "../report/samples.ts";

const RUNS = 12;
const ROWS = 400;

/** A sweep of two params in a store; of one file the strategy never traded. */
async function swept(): Promise<{ io: TestIo; call: (...words: string[]) => Promise<string> }> {
  const io = testIo();
  const store = ["--store", path.join(io.folder, "store.db")];
  const call = async (...words: string[]): Promise<string> => {
    const { code, out, err } = await io.run(...words, ...store);
    assertEquals(code, 0, err);
    return out;
  };
  const manifest = ["returns,run_name,params.fast,params.market"];
  for (let run = 0; run < RUNS; run++) {
    const { dates, values } = madeUp(ROWS, DAY_MS, { seed: run + 1 });
    const lines = [...dates].map((date, row) =>
      `${new Date(date).toISOString().slice(0, 10)},${run === 5 ? 0 : values[row]}`
    );
    await io.files.write(`${run}.csv`, `date,returns\n${lines.join("\n")}\n`);
    manifest.push(`${run}.csv,run ${run},${run % 4},${run % 2 === 0 ? "it's fx" : "crypto"}`);
  }
  await io.files.write("manifest.csv", `${manifest.join("\n")}\n`);
  await call("batch", "--manifest", "manifest.csv", "-e", "sweep", "--offline");
  return { io, call };
}

const { io, call } = await swept();
const read = (name: string): string => fs.readFileSync(path.join(io.folder, name), "utf8");

Deno.test("a page holds all runs, or says how many of how many, and which", async () => {
  await call("runs", "search", "-e", "sweep", "--output", "all.html");
  assertStringIncludes(read("all.html"), `>12 runs<`);
  assert(!io.err().includes("runs-left-out"));
  const words = ["runs", "search", "-e", "sweep", "--max-results", "3", "--output"];
  await call(...words, "three.html");
  const left = "3 of 12 runs, the newest";
  assertStringIncludes(read("three.html"), left);
  assertStringIncludes(io.err(), left);
  const ordered = [
    "runs",
    "search",
    "-e",
    "sweep",
    "-o",
    "metrics.sharpe_ratio",
    "--format",
    "json",
  ];
  const [worst] = JSON.parse(
    await call(...ordered, "--max-results", "1", "-f", "metrics.exposure > 0"),
  );
  const luckless = [
    "-f",
    `metrics.sharpe_ratio = ${worst["metrics.sharpe_ratio"]} OR params.fast = '3'`,
  ];
  await call(
    ...words.slice(0, -2),
    "1",
    "--output",
    "one.html",
    "-o",
    "metrics.sharpe_ratio",
    ...luckless,
  );
  assert(/the best of all, run \d+, is not among them/.test(read("one.html")));
  await call(...words, "first.html", "-o", "metrics.sharpe_ratio DESC");
  assertStringIncludes(
    read("first.html"),
    "3 of 12 runs, the first by metrics.sharpe_ratio DESC",
  );
});

Deno.test("of more runs than are read, the best is judged by all trials, and no more is said", async () => {
  const context = {
    io,
    warn: () => {},
    progress: () => {},
    interrupted: new AbortController().signal,
  } as unknown as Context;
  const flags = {
    trackingUri: undefined,
    store: path.join(io.folder, "store.db"),
    envFile: undefined,
  };
  const found = await withTracker(
    context,
    flags,
    (session) =>
      session.tracker.findExperiment("sweep").then((experiment) =>
        experiment === null ? null : comparedLuck(session, experiment, null, { most: RUNS - 1 })
      ),
  );
  const judged = JSON.parse(await call("judge", "-e", "sweep", "--format", "json"));
  assertEquals(found?.luck.lines.map(({ value }) => value), [
    String(judged.trials.total),
    judged.expected_maximum_sharpe.toFixed(2),
    `${(judged.deflated_sharpe_ratio * 100).toFixed(1)} %`,
    "–",
    "–",
  ]);
});

const { inBrowser, end } = browserTests();

/** Exact values of a metric on the page, by run. */
async function valuesOf(page: Page, label: string): Promise<Map<string, number>> {
  const rows: [string, string][] = await ask(
    page,
    `(() => {
    const at = [...document.querySelectorAll("#board thead th")]
      .findIndex((cell) => cell.textContent.startsWith(${JSON.stringify(label)}));
    return [...document.querySelectorAll("#board tbody tr[data-run]")].map((row) =>
      [row.querySelector("bdi").textContent, row.children[at].querySelector("data").value]);
  })()`,
  );
  return new Map(rows.map(([name, value]) => [name, value === "" ? NaN : Number(value)]));
}

inBrowser(
  "numbers of the page are those of runs search, judge and its holdout",
  async (browser) => {
    await call("runs", "search", "-e", "sweep", "--output", "page.html");
    const found: { run_name: string; "metrics.sharpe_ratio": number | null }[] = JSON.parse(
      await call("runs", "search", "-e", "sweep", "--format", "json"),
    );
    const { page, complaints, close } = await openPage(browser, read("page.html"));
    const sharpe = await valuesOf(page, "Sharpe Ratio");
    assertEquals(sharpe.size, RUNS - 1, "who never traded is hidden");
    for (const { run_name: name, "metrics.sharpe_ratio": value } of found) {
      if (sharpe.has(name)) assertEquals(sharpe.get(name), value ?? NaN, name);
    }
    const split = await page.locator("#split output").innerText();
    const judged = JSON.parse(
      await call("judge", "-e", "sweep", "--holdout", split, "--format", "json"),
    );
    const best = judged.holdout.best.run_name;
    const before = (await valuesOf(page, "Sharpe before")).get(best) ?? NaN;
    const after = (await valuesOf(page, "Sharpe after")).get(best) ?? NaN;
    assertAlmostEquals(before, judged.holdout.in_sample, 1e-9);
    assertAlmostEquals(after, judged.holdout.out_of_sample, 1e-9);
    const said = await page.locator("#split span").innerText();
    assertStringIncludes(said, `${best} is the best before`);
    assertStringIncludes(said, `and ${judged.holdout.rank} of ${RUNS - 1} after`);
    const luck = await page.locator(".luck dd:first-of-type").allInnerTexts();
    assertEquals(luck, [
      String(judged.trials.total),
      judged.expected_maximum_sharpe.toFixed(2),
      `${(judged.deflated_sharpe_ratio * 100).toFixed(1)} %`,
      judged.effective_trials.toFixed(1),
      `${(judged.probability_of_backtest_overfitting * 100).toFixed(1)} %`,
    ]);
    assertEquals(complaints, []);
    await close();
  },
);

Deno.test("of each run the page has the deflated Sharpe ratio that the commands print", async () => {
  // What was logged once, by fewer trials, is not what it is now.
  await call("runs", "deflate", "-e", "sweep", "--trials", "2", "--log");
  await call("runs", "search", "-e", "sweep", "--output", "page.html");
  const json = read("page.html").match(/id="data">(.*?)<\/script>/s)?.[1] ?? "";
  const data = JSON.parse(json) as EmbeddedComparison;
  const at = data.metrics.findIndex(({ name }) => name === "deflated_sharpe_ratio");
  assertEquals(data.shown.indexOf(at), 1, "beside the Sharpe ratio");
  const page = new Map(
    [...doublesOf(data.values[at] ?? "")].map((value, run) => [data.ids[run] ?? "", value]),
  );
  const deflated: { run_id: string; deflated_sharpe_ratio: number | null }[] = JSON.parse(
    await call("runs", "deflate", "-e", "sweep", "--format", "json"),
  );
  assert(deflated.length > 8);
  for (const { run_id: id, deflated_sharpe_ratio: value } of deflated) {
    assertEquals(page.get(id), value ?? NaN, id);
  }
  assertEquals([...page.values()].filter(Number.isFinite).length, deflated.length);
  const judged = JSON.parse(await call("judge", "-e", "sweep", "--format", "json"));
  assertAlmostEquals(page.get(judged.best.run_id) ?? NaN, judged.deflated_sharpe_ratio, 1e-9);
});

inBrowser("a filter set by hand is a search that finds the same runs", async (browser) => {
  await call("runs", "search", "-e", "sweep", "--output", "page.html");
  const { page, complaints, close } = await openPage(browser, read("page.html"));
  const same = async (what: string): Promise<number> => {
    const shown = [...(await valuesOf(page, "Sharpe Ratio")).keys()].sort();
    const command = await page.locator("#as-command pre").innerText();
    const [, filter = ""] = command.match(/^btflow runs search -e sweep -f '(.*)'$/s) ?? [];
    const found: { run_name: string }[] = JSON.parse(
      // As a shell reads it.
      await call(
        "runs",
        "search",
        "-e",
        "sweep",
        "--format",
        "json",
        "-f",
        filter.replaceAll(`'\\''`, "'"),
      ),
    );
    assertEquals(found.map(({ run_name: name }) => name).sort(), shown, `${what}: ${filter}`);
    return shown.length;
  };
  const slide = async (label: string, to: number): Promise<void> => {
    await page.getByLabel(label, { exact: true }).fill(String(to));
    await page.waitForFunction(`!document.getElementById("as-command").hidden`);
    await page.evaluate(
      "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))",
    );
  };
  await slide("fast: at least", 1);
  assertEquals(await same("a param"), 8);
  await slide("Sharpe Ratio: at least", 4);
  const both = await same("a metric");
  assert(both > 0 && both < 8);
  await page.getByLabel("crypto").uncheck();
  await same("a text with a quote");
  await page.getByRole("button", { name: "Clear all filters" }).click();
  assertEquals((await valuesOf(page, "Sharpe Ratio")).size, RUNS - 1);
  await slide("Deflated Sharpe Ratio: at least", 6);
  await same("what is computed for the page, by ids");
  await page.getByRole("button", { name: "Clear all filters" }).click();
  await page.getByRole("button", { name: "On the Pareto front" }).click();
  await same("what no filter can say, by ids");
  assertEquals(complaints, []);
  await close();
});

inBrowser("three runs are side by side, as runs compare has them", async (browser) => {
  const found: { run_id: string; run_name: string }[] = JSON.parse(
    await call("runs", "search", "-e", "sweep", "--format", "json", "-c", "run_id,run_name"),
  );
  const ids = ["run 0", "run 1", "run 5"].map((name) =>
    found.find((run) => run.run_name === name)?.run_id ?? ""
  );
  await call("runs", "compare", ...ids, "--output", "three.html");
  const compared: Record<string, number | string | null>[] = JSON.parse(
    await call("runs", "compare", ...ids, "--all", "--format", "json"),
  );
  const { page, complaints, close } = await openPage(browser, read("three.html"));
  assertEquals(await page.locator("#board, #map").count(), 0, "nothing to choose from");
  await page.getByRole("button", { name: /more metrics/ }).click();
  const rows: [string, string[]][] = await ask(
    page,
    `[...document.querySelectorAll("#sides tbody tr")].map((row) => [
      row.querySelector("th").textContent,
      [...row.querySelectorAll("data")].map(({ value }) => value)])`,
  );
  for (const [label, name] of [["Sharpe Ratio", "sharpe_ratio"], ["Skew", "skew"]]) {
    const values = rows.find(([title]) => title === label)?.[1];
    const row = compared.find((one) => one["name"] === name);
    assertEquals(values, ids.map((id) => row?.[id] === null ? "" : String(row?.[id])), label);
  }
  assertEquals(await page.locator("#sides thead em").innerText(), "never traded");
  // Of two: who never traded has no returns that could be like others'.
  assertEquals(await page.locator("#correlation td data").count(), 4);
  assertEquals(await page.locator("#portfolio .whole data").count(), 4);
  assertEquals(complaints, []);
  await close();
});

inBrowser("the heat map has the medians, and a cell is a filter", async (browser) => {
  await call("runs", "search", "-e", "sweep", "--output", "page.html");
  const { page, complaints, close } = await openPage(browser, read("page.html"));
  const sharpe = await valuesOf(page, "Sharpe Ratio");
  await page.getByRole("tab", { name: "Heat map" }).click();
  const cell = page.locator(".heat-map tr", { hasText: /^0/ }).locator("data").first();
  // Runs 0, 4 and 8 have fast 0, and a market of their own.
  const three = ["run 0", "run 4", "run 8"].map((name) => sharpe.get(name) ?? NaN)
    .sort((one, other) => one - other);
  assertEquals(Number(await cell.getAttribute("value")), three[1]);
  await cell.click();
  assertEquals([...(await valuesOf(page, "Sharpe Ratio")).keys()].sort(), [
    "run 0",
    "run 4",
    "run 8",
  ]);
  assertEquals(complaints, []);
  await close();
});

end();

Deno.test("the folder of the comparison's tests goes", () => io.remove());
