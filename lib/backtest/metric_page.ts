// One metric whole: what `btflow metrics NAME` prints, and with a file its value under each release of
// QuantStats beside the figures it is made of.

import type { Json, Row } from "../command/answer.ts";
import type { Warning } from "../errors.ts";
import type { Io } from "../io.ts";
import {
  basisOf,
  definitionIn,
  formulaFigures,
  type Metric,
  type Release,
  RELEASES,
} from "../metrics/mod.ts";
import { holding } from "./held_files.ts";
import { type Backtest, type BacktestOptions, evaluateReleases } from "./mod.ts";

/** A definition, the releases that have it, and what it comes to on a file. */
interface ReleaseValue {
  readonly from: Release;
  readonly to: Release;
  readonly formula: string;
  /** What the release after `to` changed; null for the newest. */
  readonly changed: string | null;
  /** Null without a file, and where it is undefined. */
  readonly value: number | null;
  /** Why it is undefined; null where it is not. */
  readonly reason: string | null;
}

/** A metric's definitions, and what they come to on a file. */
export interface MetricPage {
  readonly metric: Metric;
  /** Whose definition is shown first. */
  readonly release: Release;
  readonly file: string | null;
  /** Oldest first. */
  readonly definitions: readonly ReleaseValue[];
  /** What the definitions are made of, as the newest release reads the file; none without one. */
  readonly figures: readonly (readonly [symbol: string, value: number])[];
  /** Of the reading. */
  readonly warnings: readonly Warning[];
}

/** What 0.0.83 changed of every metric, where returns are missing. */
const MISSING_CHANGED = "rows without a return are left out; they counted as returns of 0";

/** The definitions alone. */
export function metricPage(metric: Metric, release: Release): MetricPage {
  const definitions = RELEASES.map((own) => ownDefinition(metric, own));
  return {
    metric,
    release,
    file: null,
    definitions: joined(definitions),
    figures: [],
    warnings: [],
  };
}

/** The same with the values on a file, each release reading missing returns by its own rule. */
export async function metricPageOf(
  io: Io,
  metric: Metric,
  path: string,
  options: BacktestOptions,
): Promise<MetricPage> {
  const releases = options.rateFile === undefined ? RELEASES : RELEASES.slice(1);
  const held = holding(io, [path, options.benchmark, options.rateFile?.path].filter(isPath));
  const asked = { ...options, names: [metric.name] };
  const all = await evaluateReleases(held, path, asked, releases);
  const definitions = releases.map((release, index): ReleaseValue => {
    const own = all[index]?.[0];
    const value = own?.metrics.get(metric.name) ?? null;
    return { ...ownDefinition(metric, release), value, reason: own?.undefined[0]?.reason ?? null };
  });
  const newest = all.at(-1)?.[0];
  return {
    metric,
    release: options.release,
    file: path,
    definitions: joined(definitions),
    figures: figuresOf(metric, newest),
    warnings: newest?.warnings ?? [],
  };
}

function isPath(file: string | undefined): file is string {
  return file !== undefined;
}

function figuresOf(metric: Metric, backtest: Backtest | undefined): MetricPage["figures"] {
  if (backtest === undefined) return [];
  const { series: { returns, trades }, benchmark, periods, riskFreeRate, rates } = backtest;
  const basis = basisOf(returns.values, {
    dates: returns.dates,
    periods,
    trades,
    ...(rates === null ? { riskFreeRate } : { rates: rates.series }),
    ...(benchmark === null ? {} : { benchmark: benchmark.joined }),
  });
  const formulas = [...metric.earlier, metric].map(({ formula }) => formula);
  return formulaFigures(formulas.join(" "), basis);
}

function ownDefinition(metric: Metric, release: Release): ReleaseValue {
  const { formula } = definitionIn(metric, release);
  const changed = metric.earlier.find(({ until }) => until === release)?.changed ?? null;
  return { from: release, to: release, formula, changed, value: null, reason: null };
}

/** Releases in a row that say the same as one. */
function joined(definitions: readonly ReleaseValue[]): readonly ReleaseValue[] {
  const stretches: ReleaseValue[] = [];
  for (const own of definitions) {
    const before = stretches.at(-1);
    const isSame = before?.formula === own.formula && before.value === own.value;
    if (before === undefined || !isSame) {
      if (before?.formula === own.formula) {
        stretches[stretches.length - 1] = { ...before, changed: MISSING_CHANGED };
      }
      stretches.push(own);
    } else stretches[stretches.length - 1] = { ...own, from: before.from };
  }
  return stretches;
}

/** For people. */
export function metricPageText(
  { metric, release, file, definitions, figures }: MetricPage,
): string {
  const { formula, undefinedWhen } = definitionIn(metric, release);
  const lines = [
    `${metric.name} (${metric.label}): ${metric.summary}.`,
    `  Formula: ${formula}`,
    `  Unit: ${metric.unit}`,
    `  Better: ${metric.better}`,
    `  Good: ${metric.good}`,
    `  Undefined: ${undefinedWhen}`,
    `  Source: ${metric.source}`,
    ...(metric.quantstats === undefined ? [] : [`  QuantStats: ${metric.quantstats}`]),
    `  Compared: ${metric.compared}`,
    "",
    file === null ? "Definitions:" : `Values on ${file}:`,
    ...definitions.flatMap((own) => [
      `  ${rangeText(own)}: ${file === null ? own.formula : valueText(own)}`,
      ...(file === null || definitions.length === 1 ? [] : [`    ${own.formula}`]),
      ...(own.changed === null ? [] : [`    then: ${own.changed}`]),
    ]),
    ...(figures.length === 0 ? [] : ["", "Made of:"]),
    ...figures.map(([symbol, value]) => `  ${symbol} = ${value}`),
  ];
  return `${lines.join("\n")}\n`;
}

function rangeText({ from, to }: ReleaseValue): string {
  return from === to ? `QuantStats ${from}` : `QuantStats ${from} to ${to}`;
}

function valueText({ value, reason }: ReleaseValue): string {
  return value === null ? `undefined (${reason})` : String(value);
}

/** For programs: one object. */
export function metricPageJson({ metric, file, definitions, figures }: MetricPage): Json {
  return {
    name: metric.name,
    file,
    definitions: definitions.map((own) => ({ ...own })),
    figures: Object.fromEntries(figures),
  };
}

/** For the formats of rows: one a definition. */
export function metricPageRows({ metric, definitions }: MetricPage): readonly Row[] {
  return definitions.map((own) => ({ name: metric.name, ...own }));
}
