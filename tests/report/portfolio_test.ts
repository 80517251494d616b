// The portfolio of ticked runs on a comparison page, in a real Chromium: its figures are what plain loops
// make of the returns, and undefined where the catalogue's are.

import { assertAlmostEquals, assertEquals } from "@std/assert";
import { renderComparison } from "../../lib/report/mod.ts";
import { ask, browserTests, openPage } from "./browser.ts";
import { DAY_MS, madeUp } from "./samples.ts";
import { comparisonOf, sweep } from "./sweeps.ts";

const { inBrowser, end } = browserTests();

const one = madeUp(500, DAY_MS);
const other = madeUp(500, DAY_MS, { seed: 5 });
const zeros = new Float64Array(500);

/** Sharpe ratio, volatility, max drawdown, total return. */
function figures(values: Float64Array): number[] {
  let [sum, wealth, highest, deepest] = [0, 1, 1, 0];
  for (const value of values) {
    sum += value;
    wealth += wealth * value;
    highest = Math.max(highest, wealth);
    deepest = Math.min(deepest, wealth / highest - 1);
  }
  const mean = sum / values.length;
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  const deviation = Math.sqrt(squares / (values.length - 1));
  const sharpe = deviation === 0 ? NaN : mean / deviation * Math.sqrt(252);
  return [sharpe, deviation * Math.sqrt(252), deepest, wealth - 1];
}

inBrowser(
  "a portfolio has the figures of its rows, and one that never traded no Sharpe ratio",
  async (browser) => {
    const html = renderComparison(comparisonOf(sweep(3), {
      rows: {
        runs: [0, 1, 2],
        columns: [one.values, other.values, zeros],
        dates: one.dates,
        periods: 252,
        outOfSample: null,
        clusters: [0, 1, 2],
      },
    }));
    const { page, complaints, close } = await openPage(browser, html);
    const rows = await ask<[string, string[]][]>(
      page,
      `[...document.querySelectorAll("#portfolio tr")].slice(1).map((row) => [
      row.querySelector("th").textContent, [...row.querySelectorAll("data")].map(({ value }) => value)])`,
    );
    const third = one.values.map((value, row) => (value + (other.values[row] ?? NaN)) / 3);
    const expected: Readonly<Record<string, Float64Array>> = {
      "Portfolio": third,
      "run 0": one.values,
      "run 1": other.values,
      "run 2": zeros,
    };
    // A run's name stands after its number on the page.
    const found = new Map(rows.map(([name, shown]) => [name.replace(/^\d /, ""), shown]));
    assertEquals([...found.keys()].toSorted(), Object.keys(expected));
    for (const [name, values] of Object.entries(expected)) {
      figures(values).forEach((figure, column) => {
        const value = found.get(name)?.[column] ?? "";
        if (Number.isNaN(figure)) assertEquals(value, "", name);
        else assertAlmostEquals(Number(value), figure, 1e-11, `${name}, ${column}`);
      });
    }
    assertEquals(complaints, []);
    await close();
  },
);

end();
