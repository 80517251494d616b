// The comparison page in the browser: puts its parts together.
/// <reference no-default-lib="true" />
/// <reference lib="esnext" />
/// <reference lib="dom" />

import type { EmbeddedAxis, EmbeddedComparison } from "../embedded.ts";
import { type Column, tableOf } from "./columns.ts";
import { wireCurves } from "./curves.ts";
import { wireFilters } from "./filters.ts";
import { wireHeat } from "./heat.ts";
import { wireLeaderboard } from "./leaderboard.ts";
import { wireColumns } from "./leaderboard_head.ts";
import { wireTabs } from "./map_tabs.ts";
import { pageData, wireTheme, wireTips } from "./page.ts";
import { wireParallel } from "./parallel.ts";
import { arrange, changed, COLOURS, firstDescending, type Runs, selectTop } from "./runs.ts";
import { wireScatter } from "./scatter.ts";
import { wireSideBySide } from "./side_by_side.ts";
import { wireSplit } from "./split.ts";
import { wireTogether } from "./together.ts";

/** Beyond this many differing params the leaderboard starts without the rest. */
const FIRST_PARAMS = 6;
/** Of a sheet of paper, in CSS pixels. */
const PAPER_WIDTH = 680;

const data = pageData<EmbeddedComparison>();
const table = tableOf(data);
const metricColumns = data.metrics.map((_, index): Column => ({ kind: "metric", index }));
const paramColumns = data.params.map((_, index): Column => ({ kind: "param", index }));
const halves: Column[] = table.halves === null ? [] : [{ kind: "before" }, { kind: "after" }];
const leading: Column = metricColumns[data.shown[0] ?? -1] ?? { kind: "name" };
const offered = [...metricColumns, ...paramColumns, ...halves];
const axisOf = ({ kind, index }: EmbeddedAxis): Column =>
  (kind === "metric" ? metricColumns : paramColumns)[index] ?? leading;
const runs: Runs = {
  table,
  order: new Uint32Array(),
  sort: { column: leading, descending: firstDescending(table, leading) },
  find: { words: [], conditions: [], problem: "" },
  filters: new Map(),
  hidesIdle: data.count > COLOURS && data.idle.length < data.count,
  onePerCluster: false,
  onFront: false,
  axes: data.axes === null ? null : { x: axisOf(data.axes.x), y: axisOf(data.axes.y) },
  columns: [
    ...table.curves.byRun.size > 0 ? [{ kind: "curve" } as const] : [],
    ...table.flags.texts.length > 0 ? [{ kind: "flags" } as const] : [],
    ...data.shown.flatMap((index) => metricColumns[index] ?? []),
    ...halves,
    ...paramColumns.slice(0, FIRST_PARAMS),
  ],
  selected: new Map(),
  listeners: [],
};

arrange(runs);
selectTop(runs, COLOURS);
const printLeaderboard = wireLeaderboard(runs);
wireColumns(runs);
wireFilters(runs);
wireSplit(runs);
const drawScatter = wireScatter(runs, offered);
const drawHeat = metricColumns.length === 0
  ? null
  : wireHeat(runs, [...metricColumns, ...halves], leading);
// Those that a slider sets too.
const lined = runs.columns.filter(({ kind }) => kind === "metric").concat(halves);
const firstLined = [leading, ...runs.axes === null ? [] : [runs.axes.y, runs.axes.x]]
  .filter((column) => lined.includes(column));
const drawLines = wireParallel(runs, [...new Set([...firstLined, ...lined])]);
wireTabs({ dots: drawScatter, heat: drawHeat, lines: drawLines });
const drawCurves = wireCurves(runs);
wireSideBySide(runs);
wireTogether(runs);
const draw = (paperWidth?: number): void => {
  drawScatter?.(paperWidth);
  drawLines?.(paperWidth);
  drawCurves(paperWidth);
};
wireTheme(draw);
wireTips();
changed(runs);
// A hundred thousand names take a while to sort: before anyone asks, where the browser has nothing to do.
const idle = globalThis.requestIdleCallback as typeof requestIdleCallback | undefined;
idle?.(() => void table.keys({ kind: "name" }));

let width = document.documentElement.clientWidth;
let isPaper = false;
addEventListener("resize", () => {
  if (isPaper || document.documentElement.clientWidth === width) return;
  width = document.documentElement.clientWidth;
  draw();
});
const print = (on: boolean): void => {
  isPaper = on;
  const root = document.documentElement;
  if (on) root.dataset["paper"] = "";
  else delete root.dataset["paper"];
  printLeaderboard(on);
  draw(on ? PAPER_WIDTH : undefined);
};
addEventListener("beforeprint", () => print(true));
addEventListener("afterprint", () => print(false));
