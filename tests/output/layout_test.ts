// The renderer of tables on a terminal, by facts of columns that no command has: what is kept where
// there is room for little, what stands in cells, and what stands out.

import { assertEquals } from "@std/assert";
import type { Row } from "../../lib/command/answer.ts";
import type { Column, View } from "../../lib/command/screen.ts";
import { ageText } from "../../lib/output/figures.ts";
import { cutMiddle, loadWidths } from "../../lib/output/widths.ts";
import { distinctLength, layOut } from "../../lib/output/layout.ts";
import { screenText } from "../../lib/output/screen.ts";

const NOW = Date.UTC(2026, 10, 26, 12);

const COLUMNS: readonly Column[] = [
  { name: "run", kind: "name", priority: 0 },
  { name: "sharpe_ratio", kind: "number", unit: "ratio", better: "higher", priority: 1 },
  { name: "max_drawdown", kind: "number", unit: "fraction", better: "higher", priority: 2 },
  { name: "volatility", kind: "number", unit: "fraction", better: "lower", priority: 4 },
  { name: "own", kind: "number", priority: 5 },
  { name: "lookback", kind: "text", priority: 3 },
  { name: "side", kind: "text", priority: 6 },
  { name: "start", title: "started", kind: "time", priority: 7 },
  { name: "id", kind: "id", priority: 1 },
];

const ROWS: readonly Row[] = [
  {
    run: "ema_crossover_20_100_long_with_stop",
    sharpe_ratio: 1.4142,
    max_drawdown: -0.2971,
    volatility: 0.16,
    own: 123456.789,
    lookback: "20",
    side: "long",
    start: new Date(NOW - 2 * 3_600_000),
    id: "0199f2c5a0c17d4c8f3d7d1e5b0a9c42",
  },
  {
    run: "flat",
    sharpe_ratio: NaN,
    max_drawdown: 0,
    volatility: null,
    own: 2,
    lookback: "100",
    side: "both",
    start: new Date(NOW - 90 * 86_400_000),
    id: "0199f2c5a0d00000000000000000000",
  },
];

function shown(columns: number, view: Partial<View> = {}, colour = false): string {
  const whole = { columns: () => COLUMNS, ...view };
  const { head, row, left } = layOut(whole, ROWS, { columns, now: NOW });
  const names = left.map(({ name }) => name).join(" ");
  return `${screenText([...head, ...ROWS.map(row)], colour)}left: ${names}\n`;
}

Deno.test("at 160 columns all is there: percent by unit, ages, ids as long as they must be", () => {
  assertEquals(
    shown(160),
    `\
run                                  sharpe_ratio  max_drawdown  volatility     own  lookback  side  started     id
ema_crossover_20_100_long_with_stop          1.41       −29.71%      16.00%  123457        20  long  2 h ago     0199f2c5a0c
flat                                            –         0.00%           –       2       100  both  2026-08-28  0199f2c5a0d
left: 
`,
  );
});

Deno.test("at 80 columns the most important stay whole: headings break, names lose their middle", () => {
  assertEquals(
    shown(80),
    `\
                                sharpe_      max_
run                               ratio  drawdown     own  lookback  id
ema_crossover_2…long_with_stop     1.41   −29.71%  123457        20  0199f2c5a0c
flat                                  –     0.00%       2       100  0199f2c5a0d
left: volatility side start
`,
  );
});

Deno.test("the narrowest terminal has the first column", () => {
  assertEquals(shown(10).split("\n")[1], "ema_crossover_…ong_with_stop");
});

Deno.test("the best stand out by their direction, among the rows that count, and undefined is dim", () => {
  const best = (text: string): string => `\x1b[1;32m${text}\x1b[22;39m`;
  const [, first = "", second = ""] = shown(200, {}, true).split("\n");
  assertEquals(first.includes(best("        1.41")), false);
  assertEquals(second.includes(best("       0.00%")), true);
  assertEquals(second.includes("\x1b[2m           –\x1b[22m"), true);
  // Without the run that never traded there is only one, which is no better than others.
  const ranked = shown(200, { isRanked: ({ run }) => run !== "flat" }, true);
  assertEquals(ranked.includes("\x1b[1;32m"), false);
});

Deno.test("an id is as long as the view says where more are to be told from", () => {
  assertEquals(shown(200, { idLength: () => 16 }).includes("0199f2c5a0c17d4c\n"), true);
  assertEquals(distinctLength([]), 1);
  assertEquals(distinctLength(["abc", "abc"]), 1);
  assertEquals(distinctLength(["abc", "abd", "x"]), 3);
});

Deno.test("text that would act on a terminal does not", () => {
  const view = { columns: (): readonly Column[] => [{ name: "a", kind: "name", priority: 0 }] };
  const { row } = layOut(view, [{ a: "x".repeat(9) }], { columns: 80, now: NOW });
  assertEquals(screenText([row({ a: "x\x1b[31my\nz" })], true), "xy z\n");
});

Deno.test("names are cut in their middle, wide letters whole", async () => {
  await loadWidths();
  assertEquals(cutMiddle("abcdefghij", 10), "abcdefghij");
  assertEquals(cutMiddle("abcdefghij", 6), "abc…ij");
  assertEquals(cutMiddle("日本日本日本", 7), "日本…本");
  assertEquals(cutMiddle("abc", 1), "…");
});

Deno.test("ages are told in one unit, old times as dates", () => {
  const age = (ms: number): string => ageText(NOW - ms, NOW);
  assertEquals(age(0), "now");
  assertEquals(age(59_999), "59 s ago");
  assertEquals(age(60_000), "1 min ago");
  assertEquals(age(7_199_000), "1 h ago");
  assertEquals(age(47 * 3_600_000), "47 h ago");
  assertEquals(age(48 * 3_600_000), "2 days ago");
  assertEquals(age(31 * 86_400_000), "2026-10-26");
  assertEquals(age(-3_600_000), "2026-11-26");
});
