// Curves in text: their shape, their gaps, and that no extreme is lost.

import { assertEquals } from "@std/assert";
import { brailleChart, rangeOf, sparkline } from "../../lib/output/plot.ts";

Deno.test("a sparkline goes from the lowest to the highest", () => {
  assertEquals(sparkline([0, 1, 2, 3, 4, 5, 6, 7], 8), "▁▂▃▄▅▆▇█");
  assertEquals(sparkline([0, 1, 2, 3, 4, 5, 6, 7], 4), "▂▄▆█");
  assertEquals(sparkline([1, NaN, 2], 10), "▁ █");
  assertEquals(sparkline([5, 5], 10), "▅▅");
  assertEquals(sparkline([], 10), "");
});

Deno.test("a braille chart joins its points, and leaves gaps where there are none", () => {
  assertEquals(brailleChart([0, 1], { width: 4, height: 1 }), ["⣠⠴⠚⠉"]);
  assertEquals(brailleChart([1, 0, 1], { width: 3, height: 1 }), ["⠳⣤⠏"]);
  assertEquals(brailleChart([2, 2], { width: 2, height: 1 }), ["⠤⠤"]);
  const [gap = ""] = brailleChart([1, 1, NaN, 1, 1], { width: 5, height: 1 });
  assertEquals([...gap].map((letter) => letter !== "⠀"), [true, true, false, true, true]);
});

Deno.test("one low value among many leaves its dot at the bottom", () => {
  const values = new Float64Array(10_000);
  values[5_000] = -1;
  const bottom = brailleChart(values, { width: 20, height: 2 })[1] ?? "";
  assertEquals([...bottom].filter((letter) => letter !== "⠀").length >= 1, true);
  assertEquals(rangeOf(values), [-1, 0]);
});

Deno.test("points lie where they are said to", () => {
  const at = [0, 1, 100];
  const [line = ""] = brailleChart([0, 1, 1], { width: 10, height: 1, at });
  // Up at once, then flat.
  assertEquals([...line].slice(1).join(""), "⠉".repeat(9));
});
