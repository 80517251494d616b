// The comparison page in the browser: puts its parts together.
/// <reference no-default-lib="true" />
/// <reference lib="esnext" />
/// <reference lib="dom" />

import type { EmbeddedComparison } from "../embedded.ts";
import { wireCurves } from "./curves.ts";
import { wireLeaderboard } from "./leaderboard.ts";
import { pageData, wireTheme, wireTips } from "./page.ts";
import {
  arrange,
  changed,
  COLOURS,
  type Column,
  FIRST_ROWS,
  firstDescending,
  type Runs,
  selectTop,
} from "./runs.ts";
import { wireScatter } from "./scatter.ts";

/** Beyond this many differing params the leaderboard starts without the rest. */
const FIRST_PARAMS = 6;

const data = pageData<EmbeddedComparison>();
const metricColumns = data.metrics.map((_, index): Column => ({ kind: "metric", index }));
const paramColumns = data.params.map((_, index): Column => ({ kind: "param", index }));
const leading: Column = data.shown[0] === undefined
  ? { kind: "name" }
  : { kind: "metric", index: data.shown[0] };
const runs: Runs = {
  data,
  order: [],
  sort: { column: leading, descending: firstDescending(data, leading) },
  find: "",
  rows: FIRST_ROWS,
  columns: [
    ...data.shown.map((index): Column => ({ kind: "metric", index })),
    ...paramColumns.slice(0, FIRST_PARAMS),
  ],
  selected: new Map(),
  listeners: [],
};

arrange(runs);
selectTop(runs, COLOURS);
wireLeaderboard(runs);
const drawCurves = wireCurves(runs);
wireScatter(runs, "metrics", { x: metricColumns, y: metricColumns }, {
  x: data.axes.across,
  y: data.axes.up,
});
wireScatter(runs, "params", { x: paramColumns, y: metricColumns }, { x: 0, y: data.axes.byParam });
wireTheme(drawCurves);
wireTips();
let width = document.documentElement.clientWidth;
addEventListener("resize", () => {
  if (document.documentElement.clientWidth === width) return;
  width = document.documentElement.clientWidth;
  drawCurves();
});
changed(runs);
