// The figures of many series as columns: a row a series, nothing kept. For a million of them only numbers
// cross from threads, and rows leave as they are made.

import { chooseRunName } from "../backtest/file_stem.ts";
import { sharingFiles } from "../backtest/held_files.ts";
import { boundFigures } from "../backtest/intervals.ts";
import { type Backtest, type BacktestOptions, evaluateInput, readingOf } from "../backtest/mod.ts";
import { type Requirement, unmetAmong } from "../backtest/require.ts";
import { intervalsWarning, undefinedWarning } from "../backtest/text.ts";
import type { Row, Rows } from "../command/answer.ts";
import type { Context } from "../command/declare.ts";
import { present, SeveralErrors, UnmetError, type Warning, warningOf } from "../errors.ts";
import type { Dataset } from "../input/dataset/mod.ts";
import type { Io } from "../io.ts";
import { CATALOGUE, KEY_METRICS } from "../metrics/mod.ts";
import { boundNames } from "../own_names.ts";
import { errorOf, type PlainError, plainError } from "../threads/messages.ts";
import type { Work } from "../threads/serve.ts";
import { itemFiles } from "./item_files.ts";
import { placeOf, type SweepItem } from "./items.ts";
import { type ItemWork, spread } from "./spread.ts";

/** What is asked of every series. */
export interface FiguresAsked {
  readonly options: BacktestOptions;
  readonly required: readonly Requirement[];
  /** What the items may be parts of. */
  readonly datasets: readonly Dataset[];
  /** The figures, in the order of their columns. */
  readonly names: readonly string[];
}

/** The figures of one series. */
interface Figures {
  readonly runName: string;
  readonly points: number;
  /** ms since the epoch; null without dates. */
  readonly start: number | null;
  readonly end: number | null;
  readonly periods: number;
  /** In the order of the names; NaN where there is none. */
  readonly values: Float64Array<ArrayBuffer>;
}

/** What an item comes to: its series, at least one, or why there is none. */
type ItemFigures = ({ readonly series: readonly Figures[] } | { readonly failure: PlainError }) & {
  readonly warnings: readonly Warning[];
  readonly unmet: readonly string[];
};

/** The figures that these options give, whatever the files are; `items` may bring a benchmark. */
export function figureNames(
  options: BacktestOptions,
  items: readonly Pick<SweepItem, "benchmark">[],
): readonly string[] {
  const { names, extended, trials, read, definitions, intervals } = options;
  const given = {
    benchmark: options.benchmark !== undefined || options.benchmarkColumn !== undefined ||
      items.some(({ benchmark }) => benchmark !== undefined),
    trials: trials !== undefined,
    trades: read.kind === "trades",
  };
  const metrics = names ?? CATALOGUE
    .filter(({ extended: isExtended, needs }) =>
      (isExtended !== true || extended) &&
      (["benchmark", "trials", "trades"] as const).every((need) =>
        given[need] || !needs.includes(need)
      )
    )
    .map(({ name }) => name);
  const all = [...metrics, ...definitions.map(({ name }) => name)];
  const bounds = intervals === undefined
    ? []
    : all.flatMap((name) => Object.values(boundNames(name)));
  return [...all, ...bounds];
}

/** Reads and computes a chunk of items, in their order. */
async function* chunkFigures(
  io: Io,
  asked: FiguresAsked,
  chunk: readonly SweepItem[],
): AsyncGenerator<ItemFigures> {
  let at = 0;
  for await (const file of itemFiles(io, asked.datasets, chunk, readingOf(asked.options))) {
    const item = present(chunk[at++], "the item of a file");
    try {
      if (file instanceof Error) throw file;
      const { benchmark = asked.options.benchmark } = item;
      const options = { ...asked.options, benchmark };
      const backtests = await evaluateInput(io, file, options);
      yield {
        series: backtests.map((backtest) => figuresOf(backtest, item, backtests.length > 1, asked)),
        warnings: backtests.flatMap((backtest) => warningsOf(backtest, item)),
        unmet: unmetAmong(asked.required, backtests),
      };
    } catch (error) {
      yield { failure: plainError(error), warnings: [], unmet: [] };
    }
  }
}

function figuresOf(
  { file, series, metrics, intervals, periods }: Backtest,
  item: SweepItem,
  several: boolean,
  { names }: FiguresAsked,
): Figures {
  const { dates, values } = series.returns;
  const bounds = new Map(boundFigures(intervals));
  return {
    runName: chooseRunName(item, file.path, series.name, several),
    points: values.length,
    start: dates?.[0] ?? null,
    end: dates?.at(-1) ?? null,
    periods,
    values: Float64Array.from(names, (name) => metrics.get(name) ?? bounds.get(name) ?? NaN),
  };
}

function warningsOf(backtest: Backtest, item: SweepItem): readonly Warning[] {
  return [...backtest.warnings, ...undefinedWarning(backtest), ...intervalsWarning(backtest)]
    .map((warning) => warningOf(placeOf(item), warning));
}

/** Computes figures in a thread. */
export function figuresThread(io: Io): Work {
  return (given) => {
    const asked = given as FiguresAsked;
    const sharing = sharingFiles(io, asked.options);
    return async (chunk) => {
      const value: ItemFigures[] = [];
      for await (const one of chunkFigures(sharing, asked, chunk as readonly SweepItem[])) {
        value.push(one);
      }
      const moved = value.flatMap((one) =>
        "series" in one ? one.series.map(({ values: { buffer } }) => buffer) : []
      );
      return { value, moved };
    };
  };
}

function figuresWork(io: Io, asked: FiguresAsked): ItemWork<ItemFigures, ItemFigures> {
  const sharing = sharingFiles(io, asked.options);
  return {
    name: "figures",
    given: asked,
    datasets: asked.datasets,
    answer: () => Promise.reject(new TypeError("Cannot answer: figures need no answer")),
    here: (chunk) => chunkFigures(sharing, asked, chunk),
    outcomeOf: (sent) => sent,
    failed: (error) => ({ failure: plainError(error), warnings: [], unmet: [] }),
  };
}

/** Rows, and what went wrong with those that there are none of. */
export interface FigureRows {
  readonly rows: Rows;
  /** Known once the rows were read. */
  readonly failureAtEnd: () => Error | null;
}

/** The figures of items as rows, `metrics.X` and `params.X` as in a search of runs; each is made when it is read. */
export function figureRows(
  context: Context,
  items: readonly SweepItem[],
  asked: FiguresAsked,
  { threads, noun }: { readonly threads: number; readonly noun: "files" | "runs" },
): FigureRows {
  const params = [...new Set(items.flatMap((item) => Object.keys(item.params)))];
  const types: Record<string, "number" | "text" | "time"> = { run_name: "text", returns: "text" };
  for (const name of params) types[`params.${name}`] = "text";
  Object.assign(types, { points: "number", start: "time", end: "time", periods: "number" });
  const figureColumns = asked.names.map((name) => `metrics.${name}`);
  for (const name of figureColumns) types[name] = "number";
  const errors: Error[] = [];
  const unmet: UnmetError[] = [];
  const spreading = { io: context.io, threads, isOver: () => false };
  const work = figuresWork(context.io, asked);
  async function* pages(): AsyncGenerator<readonly Row[]> {
    let done = 0;
    for await (const [item, outcome] of spread(spreading, work, items)) {
      for (const warning of outcome.warnings) context.warn(warning);
      if ("failure" in outcome) {
        const error = errorOf(outcome.failure);
        errors.push(error);
        context.warn({ code: "failed", message: error.message });
      } else yield outcome.series.map((figures) => rowOf(item, figures, figureColumns));
      if (outcome.unmet.length > 0) {
        const lines = outcome.unmet.map((condition) => `${placeOf(item)}: ${condition}`);
        unmet.push(new UnmetError(lines));
        context.warn({ code: "unmet", message: lines.join("; ") });
      }
      const label = placeOf(item);
      context.progress({ done: ++done, total: items.length, failed: errors.length, label });
    }
  }
  return {
    rows: {
      columns: Object.keys(types),
      types,
      tableColumns: () => [
        "run_name",
        ...params.map((name) => `params.${name}`),
        ...KEY_METRICS.map(({ name }) => name).filter((name) => asked.names.includes(name))
          .map((name) => `metrics.${name}`),
      ],
      noun: noun === "files" ? "rows" : "runs",
      pages: pages(),
    },
    failureAtEnd() {
      const of = `of ${items.length} ${noun}`;
      const said = [
        ...errors.length > 0 ? [`${errors.length} ${of} failed`] : [],
        ...unmet.length > 0 ? [`${unmet.length} ${of} do not meet what is required`] : [],
      ];
      return said.length === 0 ? null : new SeveralErrors(said.join("; "), [...errors, ...unmet]);
    },
  };
}

function rowOf(item: SweepItem, figures: Figures, columns: readonly string[]): Row {
  const { runName, points, start, end, periods, values } = figures;
  const row: Record<string, Row[string]> = { run_name: runName, returns: item.returns };
  for (const [name, value] of Object.entries(item.params)) row[`params.${name}`] = value;
  row["points"] = points;
  row["start"] = start === null ? null : new Date(start);
  row["end"] = end === null ? null : new Date(end);
  row["periods"] = periods;
  columns.forEach((name, at) => row[name] = values[at] ?? NaN);
  return row;
}
