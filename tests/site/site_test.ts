// A site of a store: all pages lead to each other, what is made again writes only what changed, and the
// numbers are those of the commands.

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import fs from "node:fs";
import path from "node:path";
import { age, brokenLinks, filesBelow, logRuns, world, writtenSince } from "./made_site.ts";

const first = world();
await logRuns(first, "sweep", ["one", "two", "three"]);
await logRuns(first, "other", ["alone"]);
await first.call("experiments", "create", "empty");
const made = await first.make();
const [sweep, other, empty] = ["sweep", "other", "empty"].map((name) =>
  made.experiments.find(({ experiment }) => experiment === name)
);

interface FoundRun {
  readonly run_id: string;
  readonly run_name: string;
  readonly [key: string]: unknown;
}

async function runsOf(experiment: string): Promise<readonly FoundRun[]> {
  const words = ["runs", "search", "-e", experiment, "--format", "json"];
  return JSON.parse(await first.call(...words, "-o", "metrics.sharpe_ratio DESC"));
}

Deno.test("a site has all pages, and every link leads to one of its files", () => {
  assertEquals(made.pages, { written: 1 + 3 + 2 + 4, unchanged: 0, removed: 0 });
  assertEquals(made.sheets, { made: 4, left_out: 0, without_returns: 0, failed: [] });
  assertEquals(brokenLinks(first), []);
  assertStringIncludes(first.read(empty?.page ?? ""), "This experiment has no runs.");
  assertEquals([sweep?.runs, other?.runs, empty?.runs], [3, 1, 0]);
});

Deno.test("scripts and styles are files of the folder, once", () => {
  const { io, folder } = first;
  for (const page of filesBelow(path.join(io.folder, folder))) {
    if (!page.endsWith(".html")) continue;
    const html = first.read(page);
    assertEquals(html.match(/<style|<script>/g), null, page);
    assert(!html.includes("uPlot 1."), page);
  }
});

Deno.test("made again, nothing is written", async () => {
  age(first);
  const again = await first.make();
  assertEquals(again.pages, { written: 0, unchanged: made.pages.written, removed: 0 });
  assertEquals(writtenSince(first), []);
});

Deno.test("the numbers of the index are those of runs search, exactly", async () => {
  const index = first.read("index.html");
  const rows = index.split("<tr>").slice(2);
  assertEquals(rows.length, 3);
  const best = (await runsOf("sweep"))[0];
  const row = rows.find((text) => text.includes(">sweep<")) ?? "";
  const values = [...row.matchAll(/<data value="([^"]*)"/g)].map(([, value]) => Number(value));
  assertEquals(values, [best?.["metrics.sharpe_ratio"], 3]);
  assertStringIncludes(row, `href="runs/${best?.run_id}.html"><bdi>${best?.run_name}</bdi>`);
  assertMatch(row, /<time datetime="2026-01-02T03:04:[\d.]+Z">2026-01-02<\/time>/);
  assertEquals(sweep?.best?.value, best?.["metrics.sharpe_ratio"]);
});

Deno.test("a sheet is what report writes of the run, but for when it was made", async () => {
  const [run] = await runsOf("sweep");
  await first.call("report", "--run-id", run?.run_id ?? "", "-o", "alone.html");
  const alone = fs.readFileSync(path.join(first.io.folder, "alone.html"), "utf8");
  const bodyOf = (html: string): string =>
    (/<header>.*?(?=<script (?!type)|<script>)/s.exec(html)?.[0] ?? "")
      .replace(/<div><dt>Made<\/dt>.*?<\/div>|<tr><th[^>]*>(<bdi>)?Made.*?<\/tr>/s, "")
      .replace(/Made by btflow(, [^<]* UTC)?\./, "");
  const body = bodyOf(first.read(`runs/${run?.run_id}.html`));
  assert(body.length > 10_000);
  assertEquals(body, bodyOf(alone));
});

Deno.test("a changed run rewrites its own pages, and those that name it", async () => {
  const [best, second] = await runsOf("sweep");
  age(first);
  await first.call("runs", "update", second?.run_id ?? "", "--name", "renamed");
  const again = await first.make();
  const pages = [`runs/${second?.run_id}.html`, sweep?.page, sweep?.judgement];
  assertEquals(writtenSince(first).toSorted(), pages.toSorted());
  assertEquals(again.pages.removed, 0);
  await first.call("runs", "update", best?.run_id ?? "", "--name", "the best");
  age(first);
  await first.make();
  assertEquals(
    writtenSince(first).toSorted(),
    [`runs/${best?.run_id}.html`, sweep?.page, sweep?.judgement, "index.html"].toSorted(),
  );
});

Deno.test("the best are counted by the metric, and the others have no sheet", async () => {
  const runs = (await runsOf("sweep")).toSorted((a, b) =>
    Number(a["metrics.volatility"]) - Number(b["metrics.volatility"])
  );
  const few = await first.make("-e", "sweep", "--metric", "volatility", "--sheets", "1");
  assertEquals(few.sheets, { made: 1, left_out: 2, without_returns: 0, failed: [] });
  assertEquals(few.experiments[0]?.best?.run_id, runs[0]?.run_id);
  assertEquals(few.experiments[0]?.best?.value, runs[0]?.["metrics.volatility"]);
  assertEquals(few.pages.removed, 2 + 1 + 2 + 1, "sheets, the other experiments, a judgement");
  assertEquals(brokenLinks(first), []);
  const two = await first.make("-e", "sweep", "--metric", "volatility", "--max-results", "2");
  assertEquals([two.experiments[0]?.runs, two.sheets.made, two.sheets.left_out], [3, 2, 1]);
  assertEquals(brokenLinks(first), []);
  const text = await first.site("--sheets", "none");
  assertStringIncludes(text.out, "Tear sheets: 0; 4 runs left out (--sheets all takes all)\n");
  assertEquals(brokenLinks(first), []);
});

Deno.test("a filter holds for all pages, and is said on them", async () => {
  const only = await first.make("-f", "params.n = '1'", "--title", "Only one");
  assertEquals(only.experiments.map(({ runs }) => runs).toSorted(), [0, 0, 1]);
  assertStringIncludes(first.read(other?.page ?? ""), "No run of this experiment matches");
  assertStringIncludes(first.read("index.html"), "params.n = &#39;1&#39;");
  assertStringIncludes(first.read("index.html"), "<h1><bdi>Only one</bdi></h1>");
  assertEquals(brokenLinks(first), []);
});

Deno.test("a metric that no run has is told of, with the nearest", async () => {
  const { code, err } = await first.site("--metric", "sharp_ratio");
  assertEquals(code, 0);
  assertStringIncludes(err, "No run has the metric sharp_ratio");
  assertStringIncludes(err, "did you mean sharpe_ratio?");
});

Deno.test("runs and experiments that are gone take their pages with them", async () => {
  await first.make();
  const [, , worst] = await runsOf("sweep");
  await first.call("runs", "delete", worst?.run_id ?? "", "--yes");
  await first.call("experiments", "delete", "other", "--yes");
  const { pages, experiments } = await first.make();
  assertEquals(pages.removed, 1 + 3, "a sheet; a page, a judgement and a sheet");
  assertEquals(experiments.length, 2);
  assertEquals(brokenLinks(first), []);
});
