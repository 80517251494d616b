// A backtest as a tear sheet: what log --report attaches and report writes.

import type { Backtest } from "./mod.ts";
import { CATALOGUE } from "../metrics/mod.ts";
import {
  buildModel,
  type DefinedFigure,
  type LuckLine,
  type PagePlace,
  renderTearSheet,
} from "../report/mod.ts";
import { fileStem, sourceName } from "./file_stem.ts";

/** What the page says besides what the backtest holds. */
export interface TearSheetFacts {
  readonly heading: string;
  /** Shown with those of the file; stronger than they. */
  readonly params: Readonly<Record<string, string>>;
  /** ms since the epoch; null: the page does not say when it was made. */
  readonly now: number | null;
  /** Where the returns came from first, where that is not the file itself. */
  readonly source?: string | undefined;
  /** Of that source, in hex. */
  readonly inputHash?: string | undefined;
  /** What trades or results in money were divided by, where it was given. */
  readonly capital?: number | undefined;
  /** Who answers for the page. */
  readonly author?: string | undefined;
  /** The author's own words. */
  readonly note?: string | undefined;
  /** ms since the epoch: where the part begins that was declared out of sample. */
  readonly outOfSample?: number | undefined;
  /** What else is known of luck. */
  readonly luck?: readonly LuckLine[];
  /** Where the page stands, when not alone. */
  readonly place?: PagePlace;
}

/** The page as HTML: one self-contained text, unless it has a place among others. */
export function tearSheet(backtest: Backtest, facts: TearSheetFacts): string {
  const { series, benchmark, periods, riskFreeRate, rates, release, warnings, file } = backtest;
  const model = buildModel(series.returns, benchmark?.joined ?? null, {
    heading: facts.heading,
    periods,
    riskFreeRate,
    ...(rates === null ? {} : { rates: rates.series }),
    release,
    trials: backtest.trials,
    params: { ...series.params, ...facts.params },
    source: facts.source ?? sourceName(file.path),
    warnings,
    generatedAt: facts.now,
    extended: CATALOGUE.some((metric) => metric.extended && backtest.metrics.has(metric.name)),
    defined: definedFigures(backtest),
    trades: series.trades,
    intervals: backtest.intervals,
    inputHash: facts.inputHash ?? file.sha256,
    ...(facts.capital === undefined ? {} : { capital: facts.capital }),
    ...(facts.author === undefined ? {} : { author: facts.author }),
    ...(facts.note === undefined ? {} : { note: facts.note }),
    ...(facts.outOfSample === undefined ? {} : { outOfSample: facts.outOfSample }),
    luck: facts.luck ?? [],
    ...(benchmark?.file === undefined || benchmark.file === null
      ? {}
      : { benchmarkName: fileStem(benchmark.file.path) }),
  });
  return renderTearSheet(model, facts.place);
}

/** Metrics that are not of the catalogue are the user's own. */
function definedFigures({ metrics }: Backtest): DefinedFigure[] {
  const known = new Set(CATALOGUE.map((metric) => metric.name));
  return [...metrics].filter(([name]) => !known.has(name))
    .map(([name, value]) => ({ name, value, definition: "the author’s own" }));
}
