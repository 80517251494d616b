// The rows of the catalogue: where they stand, and that each fact of theirs is said in one way
// wherever a user meets it.

import { assert, assertEquals } from "@std/assert";
import { evaluateFile } from "../../lib/backtest/mod.ts";
import { tearSheet } from "../../lib/backtest/tear_sheet.ts";
import { backtestText } from "../../lib/backtest/text.ts";
import {
  CATALOGUE,
  CATEGORIES,
  KEY_METRICS,
  type Metric,
  NEWEST_RELEASE,
} from "../../lib/metrics/mod.ts";
import { testIo } from "../helpers/test_io.ts";

const FOLDER = "lib/metrics";

/** The rows that the files export, each with the name of its constant and its file. */
async function exportedRows(): Promise<readonly (readonly [string, string, Metric])[]> {
  const found: (readonly [string, string, Metric])[] = [];
  for (const folder of [FOLDER, ...Object.keys(CATEGORIES).map((name) => `${FOLDER}/${name}`)]) {
    for (const path of filesOf(folder)) {
      if (/(catalogue|mod)\.ts$/.test(path)) continue;
      const exports: Readonly<Record<string, unknown>> = await import(`../../${path}`);
      for (const [constant, value] of Object.entries(exports)) {
        if (isRow(value)) found.push([path, constant, value]);
      }
    }
  }
  return found;
}

function filesOf(folder: string): readonly string[] {
  try {
    return [...Deno.readDirSync(folder)].filter(({ name }) => name.endsWith(".ts"))
      .map(({ name }) => `${folder}/${name}`);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

function isRow(value: unknown): value is Metric {
  return typeof value === "object" && value !== null && "undefinedWhen" in value;
}

Deno.test("every row is in the catalogue once, in its category's file, under its key in camelCase", async () => {
  const rows = await exportedRows();
  const names = rows.map(([, , { name }]) => name);
  assertEquals(names.sort(), CATALOGUE.map(({ name }) => name).sort());
  for (const [path, constant, { name, category }] of rows) {
    const home = path.slice(FOLDER.length + 1).replace(/\/.*|\.ts$/, "");
    assertEquals(home, category, `${name} stands in ${path}`);
    const camelCase = name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
    // `var` is a word of the language.
    assertEquals(constant, name === "var" ? "valueAtRisk" : camelCase);
  }
});

Deno.test("every metric has a label of its own that reads like words", () => {
  const labels = CATALOGUE.map(({ label }) => label);
  assertEquals(new Set(labels).size, labels.length);
  assertEquals(labels.filter((label) => /_|^[a-z]/.test(label)), []);
});

Deno.test("text and page give a metric one label, page and list give a category one title", async () => {
  const io = testIo();
  try {
    const file = `${Deno.cwd()}/examples/sp500_returns.csv`;
    const [backtest] = await evaluateFile(io, file, {
      riskFreeRate: 0,
      periods: 252,
      periodsChosen: true,
      release: NEWEST_RELEASE,
      benchmark: `${Deno.cwd()}/examples/nasdaq_returns.csv`,
      extended: false,
      definitions: [],
      read: {},
    });
    assert(backtest !== undefined);
    const [, key = ""] = backtestText(backtest).split("Key metrics:\n");
    const page = tearSheet(backtest, { heading: "labels", params: {}, now: io.now() });
    const printed = key.trimEnd().split("\n").map((line) => line.trim().replace(/: .*/, ""));
    assertEquals(printed.length, KEY_METRICS.length);
    assert(printed.includes("Max Drawdown"), "as the scripts before btflow printed it");
    for (const label of printed) {
      // The page calls by what a row is what the scripts before had another name for.
      const { rowLabel = label } = CATALOGUE.find((metric) => metric.label === label) ?? {};
      assert(page.includes(`>${rowLabel.replace("{row}", "Day")}</button>`), label);
    }
    const list = await Deno.readTextFile("docs/metrics.md");
    const titles = page.matchAll(/<table class="metrics"><thead><tr><th scope="col">(.*?)<\/th>/g);
    const shown = [...titles].map(([, title = ""]) => title);
    assertEquals(shown, Object.values(CATEGORIES).filter((title) => title !== "Trades"));
    for (const title of shown) assert(list.includes(`\n## ${title}\n`), title);
  } finally {
    io.remove();
  }
});
