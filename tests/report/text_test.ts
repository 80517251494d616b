// How numbers, dates and foreign text are written.

import { assert, assertEquals, assertFalse } from "@std/assert";
import { logarithmicTicks, timeTick } from "../../lib/report/client/ticks.ts";
import { cumulated, differences } from "../../lib/report/embedded.ts";
import { coordinate, embedJson, escapeHtml, foreignText } from "../../lib/report/markup.ts";
import {
  formatBriefly,
  formatDate,
  formatDifference,
  formatFigure,
  formatPercent,
  formatTick,
  significant,
  significantGrowth,
} from "../../lib/report/numbers.ts";
import { DAY_MS, HOSTILE } from "./samples.ts";

Deno.test("what stands at a curve's end is whole where it is short, and rounded where it is long", () => {
  const brief = (value: number): string => formatBriefly(value, "fraction");
  assertEquals([2.005, -0.1446, -9.9912].map(brief), ["200.50%", "−14.46%", "−999.12%"]);
  assertEquals([135.8678, 12.345678, -99.1278].map(brief), ["13,587%", "1,235%", "−9,913%"]);
  assertEquals([123_456, 1e300, -1e9].map(brief), ["1.2e7%", "1.0e302%", "−1.0e11%"]);
  assertEquals(formatBriefly(12.34, "ratio"), "12.34");
  assertEquals([NaN, Infinity].map(brief), ["–", "∞"]);
});

Deno.test("figures are written by their unit, with two decimals so that columns can be read down", () => {
  assertEquals(formatFigure(0.12345, "fraction"), "12.35%");
  assertEquals(formatFigure(-0.5678, "fraction"), "−56.78%");
  assertEquals(formatFigure(0.00012, "fraction"), "0.01%");
  assertEquals(formatFigure(1.2e-9, "fraction"), "< 0.01%");
  assertEquals(formatFigure(-0.0000321, "fraction"), "> −0.01%");
  assertEquals(formatFigure(0.0018, "ratio"), "< 0.01");
  assertEquals(formatDifference(0.0123, "fraction"), "+1.23");
  assertEquals(formatDifference(-0.5, "ratio"), "−0.50");
  assertEquals(formatDifference(-1e-9, "ratio"), "0.00");
  assertEquals(formatFigure(0, "fraction"), "0.00%");
  assertEquals(formatFigure(-0, "ratio"), "0.00");
  assertEquals(formatFigure(1234.5, "ratio"), "1,234.50");
  assertEquals(formatFigure(-1e20, "ratio"), "−1.00e+20");
  assertEquals(formatFigure(2620, "days"), "2,620");
  assertEquals(formatFigure(53.1, "days"), "53.1");
  assertEquals(formatFigure(9, "count"), "9");
  assertEquals(formatFigure(0.9, "probability"), "90.00%");
  assertEquals(formatFigure(NaN, "ratio"), "–");
  assertEquals(formatFigure(-Infinity, "ratio"), "−∞");
  assertEquals(formatPercent(-0.00004), "0.00");
  assertEquals(formatPercent(-0.0312), "−3.12");
});

Deno.test("dates are the day, with the time only when there is one", () => {
  assertEquals(formatDate(Date.UTC(2020, 1, 29)), "2020-02-29");
  assertEquals(formatDate(Date.UTC(2020, 1, 29, 9, 31)), "2020-02-29 09:31");
  assertEquals(formatDate(Date.UTC(1969, 11, 31)), "1969-12-31");
  assertEquals(formatDate(NaN), "–");
});

Deno.test("ticks have the decimals of their step", () => {
  assertEquals(formatTick(0.05, 0.05, "fraction"), "5%");
  assertEquals(formatTick(0.005, 0.005, "fraction"), "0.5%");
  assertEquals(formatTick(-1500, 500, "ratio"), "−1,500");
  assertEquals(formatTick(0.25, 0.25, "ratio"), "0.25");
  assertEquals(formatTick(0.3, 0.1 + 0.2 - 0.2, "ratio"), "0.3");
  assertEquals(formatTick(2e9, 1e9, "fraction"), "2e+11%");
  // Two ticks never read the same.
  assertEquals(formatTick(1.5e5, 5e4, "fraction"), "1.5e+7%");
  assertEquals(formatTick(1.5e-7, 5e-8, "fraction"), "1.5e−5%");
  assertEquals(formatTick(0, 5e-8, "fraction"), "0%");
});

Deno.test("ticks of time say no more than their step needs", () => {
  const at = Date.UTC(2015, 2, 4, 9, 30);
  assertEquals(timeTick(at, 366 * DAY_MS), "2015");
  assertEquals(timeTick(at, 31 * DAY_MS), "Mar 2015");
  assertEquals(timeTick(at, DAY_MS), "2015-03-04");
  assertEquals(timeTick(at, 1_800_000), "03-04 09:30");
});

Deno.test("logarithmic ticks are round, few and inside the range", () => {
  assertEquals(logarithmicTicks(0.4, 12), [0.5, 1, 2, 5, 10]);
  for (const [low, high] of [[0.98, 1.03], [0.01, 1e9], [1e-30, 1], [0.5, 1.9]] as const) {
    const ticks = logarithmicTicks(low, high);
    assert(ticks.length >= 2 && ticks.length <= 16, `${low} to ${high}: ${ticks.length} ticks`);
    assert(ticks.every((tick) => tick >= low && tick <= high));
  }
  assertEquals(logarithmicTicks(1, 1), [1]);
});

Deno.test("foreign text stays text", () => {
  for (const text of HOSTILE) {
    const markup = foreignText(text);
    assertFalse(/<(?!\/?bdi>)/.test(markup), markup.slice(0, 80));
    assertFalse(/["']/.test(markup.replace(/&#?\w+;/g, "")));
    // deno-lint-ignore no-control-regex
    assertFalse(/[\u0000\u001b\u202a-\u202e]/.test(markup));
    assert(markup.isWellFormed());
    assert(markup.length < 2_200);
    const json = embedJson({ [text]: [text] });
    assertFalse(/[<\u2028\u2029]/.test(json));
    assertEquals(JSON.parse(json), { [text]: [text] });
  }
  assertEquals(escapeHtml(`<a b="c" d='e'>&`), "&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;");
  assertEquals(escapeHtml("plain, ünïcode 日本"), "plain, ünïcode 日本");
});

Deno.test("coordinates are short and have no minus zero", () => {
  assertEquals(coordinate(1 / 3), "0.33");
  assertEquals(coordinate(-0.001), "0");
});

Deno.test("numbers for charts keep six digits; gaps and infinities are null", () => {
  assertEquals(significant(1.23456789, 6), 1.23457);
  assertEquals(significant(0, 6), 0);
  assertEquals(significant(NaN, 6), null);
  assertEquals(significant(Infinity, 6), null);
});

Deno.test("numbers for charts tell the percentages that the tables tell", () => {
  for (const gain of [106_498.7798, 123.456789, -0.996234, 1.04121, 3e-9, 0]) {
    const kept = significantGrowth(1 + gain, 6) ?? NaN;
    assertEquals(formatFigure(kept - 1, "fraction"), formatFigure(gain, "fraction"));
  }
  assertEquals(significantGrowth(1.234567891, 6), 1.234568);
  assertEquals(significantGrowth(1.23456e-9, 6), 1.23456e-9);
  assertEquals(significantGrowth(NaN, 6), null);
});

Deno.test("times survive being written as differences", () => {
  const times = [1.5e12, 1.5e12 + 86_400_000, 1.6e12];
  assertEquals(differences(times), [1.5e12, 86_400_000, 99_913_600_000]);
  assertEquals(cumulated(differences(times)), times);
  assertEquals(differences([]), []);
});
