// The comparison page of many runs: from columns and curves to the page's one block of data, from
// which its script draws everything. What bounds the page's size is decided here: points are shared
// among the curves, and exact returns are those of the best runs.

import type { Warning } from "../errors.ts";
import { deflatedSharpeRatio, KEY_METRICS, sharpeRatio } from "../metrics/mod.ts";
import { COMPARISON, COMPARISON_STYLE, UPLOT } from "./assets.ts";
import { chartRows } from "./chart_rows.ts";
import { comparisonBody, FEW } from "./comparison_body.ts";
import type {
  ComparedCurve,
  ComparedMetric,
  ComparisonLuck,
  ComparisonModel,
} from "./comparison_model.ts";
import { embeddedRows } from "./comparison_rows.ts";
import {
  differences,
  type EmbeddedAxis,
  type EmbeddedComparison,
  type EmbeddedCurve,
  type EmbeddedTexts,
} from "./embedded.ts";
import { comparedMetric } from "./figures.ts";
import { mapAxes, type MapColumn } from "./map_axes.ts";
import { significant } from "./numbers.ts";
import { packed, packedTexts } from "./packed.ts";
import { type PagePlace, renderPage } from "./page.ts";
import { type CodedTexts, cut, type RunColumns } from "./run_columns.ts";
import { flagTexts } from "./run_flags.ts";

/** What the page says besides the runs. */
export interface ComparisonOptions {
  readonly heading: string;
  /** When the page was made, ms since the epoch; null: not said. */
  readonly generatedAt: number | null;
  /** True when the curves' x are times, false when they are rows or steps. */
  readonly dated: boolean;
  readonly facts?: readonly string[];
  readonly curves?: ReadonlyMap<number, ComparedCurve>;
  readonly curveNotes?: readonly string[];
  readonly benchmark?: ComparisonModel["benchmark"];
  readonly rows?: ComparisonModel["rows"];
  readonly luck?: ComparisonLuck | null;
  /** By run the deflated Sharpe ratio by all trials, NaN where it has none; it replaces logged ones. */
  readonly deflated?: Float64Array | null;
  /** Addresses of the runs' own pages, by position of the run. */
  readonly sheets?: ReadonlyMap<number, string>;
  readonly command?: string | null;
  /** Names of the metrics that are columns at first; the key metrics by default. */
  readonly shown?: readonly string[];
  readonly warnings?: readonly Warning[];
}

/** All curves together have at most about this many points, one at most 2,000. */
const CURVE_POINTS = 150_000;
const LONGEST_CURVE = 2_000;
/** All params together have at most about this many characters, but each as many as tell a value. */
const PARAM_CHARACTERS = 1_500_000;
const LEAST_PARAM_LIMIT = 24;
/** Params beyond this many are no columns: who varies more looks at them in a table of their own. */
const MOST_PARAMS = 100;

/** Prepares runs for the page: which metrics there are, which params differ, curves thinned. */
export function buildComparison(all: RunColumns, options: ComparisonOptions): ComparisonModel {
  const { deflated = null } = options;
  const runs = withDeflated(all, deflated);
  const known = [...runs.metrics.keys()].map(comparedMetric)
    .sort((one, other) => one.order - other.order);
  const computed = deflated === null ? [] : [deflatedSharpeRatio.name];
  const curves = options.curves ?? new Map<number, ComparedCurve>();
  const limit = Math.max(20, Math.floor(CURVE_POINTS / Math.max(1, curves.size)));
  const shown = (options.shown ?? KEY_METRICS.map(({ name }) => name))
    .flatMap((name) => name === sharpeRatio.name ? [name, ...computed] : [name]);
  const params = [...runs.params].filter(([, texts]) => runs.count === 1 || differs(texts))
    .slice(0, MOST_PARAMS).map(([name]) => name);
  const present = [...new Set(shown)].filter((name) => runs.metrics.has(name));
  return {
    heading: options.heading,
    generatedAt: options.generatedAt,
    facts: options.facts ?? [],
    runs,
    metrics: known.map(({ order: _, ...metric }): ComparedMetric => ({
      ...metric,
      logged: !computed.includes(metric.name),
    })),
    shown: present,
    params,
    axes: mapAxes(runs, [...present, ...known.map(({ name }) => name)], params),
    curves: new Map(
      [...curves].flatMap(([run, curve]) =>
        curve.x.length === 0 ? [] : [[run, thinned(curve, limit)] as const]
      ),
    ),
    curveNotes: options.curveNotes ?? [],
    benchmark: options.benchmark === undefined || options.benchmark === null
      ? null
      : { name: options.benchmark.name, ...thinned(options.benchmark, LONGEST_CURVE) },
    rows: options.rows ?? null,
    luck: options.luck ?? null,
    sheets: options.sheets ?? new Map(),
    command: options.command ?? null,
    dated: options.dated,
    warnings: options.warnings ?? [],
  };
}

/** The deflated Sharpe ratio is of the trials as they are now, whatever was logged once. */
function withDeflated(runs: RunColumns, deflated: Float64Array | null): RunColumns {
  if (deflated === null) return runs;
  return { ...runs, metrics: new Map([...runs.metrics, [deflatedSharpeRatio.name, deflated]]) };
}

/** Whether a param has not the same value in all runs. */
function differs({ codes }: CodedTexts): boolean {
  return codes.some((code) => code !== codes[0]);
}

function thinned({ x, y }: ComparedCurve, limit: number): ComparedCurve {
  const rows = chartRows(x.length, [y], Math.min(limit, LONGEST_CURVE));
  return { x: rows.map((row) => x[row] ?? NaN), y: rows.map((row) => y[row] ?? NaN) };
}

/** Renders the comparison as HTML: one self-contained file, unless it has a place among others. */
export function renderComparison(model: ComparisonModel, place?: PagePlace): string {
  return renderPage({
    title: model.heading,
    style: COMPARISON_STYLE,
    scripts: [UPLOT, COMPARISON],
    data: embedded(model),
    skip: model.runs.count <= FEW
      ? undefined
      : { href: "#leaderboard-title", label: "Skip to the leaderboard" },
    body: comparisonBody(model),
    place,
  });
}

function embedded(model: ComparisonModel): EmbeddedComparison {
  const { runs, metrics, params } = model;
  const positions = (...names: readonly string[]): number[] =>
    names.map((name) => metrics.findIndex((metric) => metric.name === name))
      .filter((index) => index >= 0);
  const axis = ({ kind, name }: MapColumn): EmbeddedAxis => ({
    kind,
    index: kind === "metric" ? positions(name)[0] ?? 0 : params.indexOf(name),
  });
  const limit = paramLimit(model);
  const benchmark = model.benchmark === null ? [] : [embeddedCurve(-1, model.benchmark)];
  return {
    dated: model.dated,
    metrics,
    shown: model.shown.length > 0
      ? positions(...model.shown)
      : metrics.slice(0, 6).map((_, index) => index),
    axes: model.axes === null ? null : { x: axis(model.axes.across), y: axis(model.axes.up) },
    params: params.map((name) => cut(name, LEAST_PARAM_LIMIT * 10)),
    count: runs.count,
    ids: runs.ids,
    names: runs.names,
    statuses: packedTexts(runs.statuses),
    starts: packed(runs.starts),
    idle: runs.idle,
    lost: runs.lost,
    flags: embeddedFlags(runs),
    values: metrics.map(({ name }) => packed(runs.metrics.get(name) ?? new Float64Array())),
    settings: params.flatMap((name) => {
      const texts = runs.params.get(name);
      if (texts === undefined) return [];
      return [packedTexts({ ...texts, texts: texts.texts.map((text) => cut(text, limit)) })];
    }),
    curves: [
      ...benchmark,
      ...[...model.curves].map(([run, curve]) => embeddedCurve(run, curve)),
    ],
    benchmarkName: model.benchmark?.name ?? "",
    shared: model.rows === null ? null : embeddedRows(model.rows),
    command: model.command,
    ...(model.sheets.size === 0 ? {} : { sheets: [...model.sheets] }),
  };
}

/** Most pages have nothing to say of any run. */
function embeddedFlags(runs: RunColumns): EmbeddedTexts {
  const flags = flagTexts(runs);
  return flags.texts.every((text) => text === "") ? { texts: [], codes: "" } : packedTexts(flags);
}

/** How long a param's text may be: as all of them together must stay small. */
function paramLimit({ runs, params }: ComparisonModel): number {
  const texts = params.reduce((sum, name) => sum + (runs.params.get(name)?.texts.length ?? 0), 0);
  return Math.max(LEAST_PARAM_LIMIT, Math.floor(PARAM_CHARACTERS / Math.max(1, texts)));
}

function embeddedCurve(run: number, { x, y }: ComparedCurve): EmbeddedCurve {
  return {
    run,
    x: differences(Array.from(x)),
    y: Array.from(y, (value) => significant(value, 5)),
  };
}
