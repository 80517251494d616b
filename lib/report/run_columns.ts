// Runs to be compared as columns: a number a metric and run, each text of a param once. A hundred
// thousand runs as objects would take a gigabyte; as columns they take what the page does.

/** What is said of a run in words. The figures of one with the first are of no strategy, and what loses
 * everything is none to choose: neither is ever the best. */
export type RunFlag =
  | "never traded"
  | "lost everything"
  | "fewer than 30 rows"
  | "fewer than 30 trades";

/** One run of a comparison. */
export interface ComparedRun {
  readonly id: string;
  /** May be empty. */
  readonly name: string;
  readonly status: string;
  readonly startTime: number;
  readonly metrics: Readonly<Record<string, number>>;
  /** Those of the user, not what the backtest was read by. */
  readonly params: Readonly<Record<string, string>>;
  /** What a reader must know before the figures. */
  readonly flags: readonly RunFlag[];
  /** First and last day of its returns, as text; empty where they are not known. */
  readonly span: string;
}

/** Texts of many runs: each different one once. */
export interface CodedTexts {
  readonly texts: readonly string[];
  /** Positions in `texts` by run; `UNSET` where a run has none. */
  readonly codes: Uint32Array;
}

/** The code of a text that a run has not. */
export const UNSET = 0xffffffff;

/** Runs as columns. */
export interface RunColumns {
  readonly count: number;
  readonly ids: readonly string[];
  readonly names: readonly string[];
  readonly statuses: CodedTexts;
  /** ms since the epoch. */
  readonly starts: Float64Array;
  /** By name, in order of first appearance; NaN where a run has no finite value. */
  readonly metrics: ReadonlyMap<string, Float64Array>;
  /** By name, in order of first appearance. */
  readonly params: ReadonlyMap<string, CodedTexts>;
  /** Positions of the runs that never traded. */
  readonly idle: readonly number[];
  /** Positions of the runs that lost everything. */
  readonly lost: readonly number[];
  /** The flags of each, one text. */
  readonly flags: CodedTexts;
  readonly spans: CodedTexts;
}

/** More runs than this are shown by their key metrics, and those asked for, alone. */
export const FEW_RUNS = 5_000;

/** Gathers runs one at a time. */
export interface ColumnsBuilder {
  readonly count: number;
  add(run: ComparedRun): void;
  end(): RunColumns;
}

/** A name is cut at this many characters, a param at as many where there are few runs. */
const TEXT_LIMIT = 400;
const LONG_RUNS_TEXT = 60;

/** Columns of no runs yet; of more than 5,000 the metrics in `kept` alone stay. */
export function runColumns(kept: ReadonlySet<string>): ColumnsBuilder {
  const ids: string[] = [];
  const names: string[] = [];
  const [idle, lost]: [number[], number[]] = [[], []];
  const starts = growing(NaN);
  const [statuses, flags, spans] = [codedTexts(), codedTexts(), codedTexts()];
  const metrics = new Map<string, Growing>();
  const params = new Map<string, TextsBuilder>();
  return {
    get count() {
      return ids.length;
    },
    add(run) {
      const row = ids.push(cut(run.id, TEXT_LIMIT)) - 1;
      names.push(cut(run.name, row < FEW_RUNS ? TEXT_LIMIT : LONG_RUNS_TEXT));
      starts.set(row, run.startTime);
      statuses.set(row, run.status);
      flags.set(row, run.flags.join(", "));
      if (run.span !== "") spans.set(row, run.span);
      if (run.flags.includes("never traded")) idle.push(row);
      if (run.flags.includes("lost everything")) lost.push(row);
      const isMany = row >= FEW_RUNS;
      if (row === FEW_RUNS) {
        for (const name of metrics.keys()) if (!kept.has(name)) metrics.delete(name);
      }
      for (const name of isMany ? kept : Object.keys(run.metrics)) {
        const value = run.metrics[name];
        if (value === undefined) continue;
        const column = metrics.get(name) ?? growing(NaN);
        metrics.set(name, column);
        column.set(row, Number.isFinite(value) ? value : NaN);
      }
      for (const [name, value] of Object.entries(run.params)) {
        const column = params.get(name) ?? codedTexts();
        params.set(name, column);
        column.set(row, cut(value, isMany ? LONG_RUNS_TEXT : TEXT_LIMIT));
      }
    },
    end() {
      const count = ids.length;
      return {
        ...{ count, ids, names, idle, lost },
        flags: flags.taken(count),
        spans: spans.taken(count),
        starts: starts.taken(count),
        statuses: statuses.taken(count),
        metrics: new Map([...metrics].map(([name, column]) => [name, column.taken(count)])),
        params: new Map([...params].map(([name, column]) => [name, column.taken(count)])),
      };
    },
  };
}

/** Well-formed text of a bounded length. */
export function cut(text: string, limit: number): string {
  return text.length <= limit ? text.toWellFormed() : `${text.slice(0, limit).toWellFormed()}…`;
}

interface Growing {
  set(row: number, value: number): void;
  taken(count: number): Float64Array;
}

/** Numbers of rows that are set in any order; `absent` where none is. */
function growing(absent: number): Growing {
  let values = new Float64Array(64).fill(absent);
  const reach = (length: number): void => {
    if (length <= values.length) return;
    const more = new Float64Array(Math.max(length, values.length * 2)).fill(absent);
    more.set(values);
    values = more;
  };
  return {
    set(row, value) {
      reach(row + 1);
      values[row] = value;
    },
    taken(count) {
      reach(count);
      return values.subarray(0, count);
    },
  };
}

/** Gathers texts of runs. */
export interface TextsBuilder {
  set(row: number, text: string): void;
  taken(count: number): CodedTexts;
}

/** No texts yet. */
export function codedTexts(): TextsBuilder {
  const known = new Map<string, number>();
  const codes = growing(UNSET);
  return {
    set(row, text) {
      const code = known.get(text) ?? known.size;
      if (code === known.size) known.set(text, code);
      codes.set(row, code);
    },
    taken: (count) => ({ texts: [...known.keys()], codes: Uint32Array.from(codes.taken(count)) }),
  };
}
