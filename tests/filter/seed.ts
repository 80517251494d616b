// The forty-two runs that filters are tried on, made of a seed, with what is hard about runs: keys
// that are missing, odd or NaN, values with quotes, runs that have not ended or are deleted. The same
// runs go to a server by its REST interface and to tests as values.

import { seededRandom } from "../helpers/random.ts";
import type { FilterableRun } from "../../lib/filter/mod.ts";

/** A run before it is on a server, where its id and artifact URI are made. */
export type SeedRun = Omit<FilterableRun, "id" | "artifactUri"> & { readonly deleted: boolean };

/** Names of metrics: what MLflow allows, its lexer's reserved words, and what needs back-ticks. */
export const METRIC_KEYS: readonly string[] = [
  "sharpe_ratio",
  "max_drawdown",
  "cagr",
  "a b",
  "a.b",
  "a-b",
  "a/b",
  "日本",
  "key",
  "1a",
  "_x",
  "in",
  "count",
  "Sharpe_ratio",
  "nan",
];
export const PARAM_KEYS: readonly string[] = [
  "strategy",
  "lookback",
  "path",
  "a b",
  "data/file",
  "from",
  "ünï",
  "empty",
  "x.y-z",
];
export const TAG_KEYS: readonly string[] = ["env", "mlflow.note.content", "team name", "reviewed"];

const TEXTS: readonly string[] = [
  "momentum",
  "Momentum",
  "MOMENTUM",
  "mean reversion",
  "it's",
  'say "x"',
  `both ' and "`,
  "C:\\data\\",
  "100%",
  "a_b",
  "axb",
  "naïve",
  "NAÏVE",
  "日本株",
  "ÉCOLE",
  "école",
  "",
  "20",
  "🚀 up",
  "*",
  "[abc]",
  "a?c",
  "back\\slash",
  "x;y--z",
  "/* c */",
  "`tick`",
  "' OR 1=1 --",
  "tab\tin",
];
const STATUSES = ["RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED"] as const;
const START_MS = Date.UTC(2026, 0, 1);

/** One of `items`. */
export function pick<Item>(items: readonly Item[], next: () => number): Item {
  const item = items[Math.floor(next() * items.length)];
  if (item === undefined) throw new RangeError("Cannot pick from nothing");
  return item;
}

/** A text out of those that are hard to quote, match or sort. */
export function pickText(next: () => number): string {
  return pick(TEXTS, next);
}

/** `count` runs, the same ones each time. */
export function seedRuns(count: number, seed: number): readonly SeedRun[] {
  const next = seededRandom(seed);
  return Array.from({ length: count }, (_, index) => seedRun(index, next));
}

function seedRun(index: number, next: () => number): SeedRun {
  const startTime = START_MS + Math.floor(next() * 20) * 6 * 3_600_000;
  const ended = next() < 0.7;
  return {
    name: pick(["run one", "Run One", "run_two", "it's 50%", "läuft"], next),
    status: pick(STATUSES, next),
    startTime,
    endTime: ended ? startTime + pick([0, 500, 1_500, 60_000, 90_000_000], next) : null,
    userId: pick(["alice", "bob", ""], next),
    metrics: record(METRIC_KEYS, next, (key) => key === "nan" ? NaN : seedNumber(next)),
    params: {
      ...record(PARAM_KEYS, next, () => pickText(next)),
      // Each text is some run's strategy.
      ...(TEXTS[index] === undefined ? {} : { strategy: TEXTS[index] }),
    },
    tags: record(TAG_KEYS, next, () => pickText(next)),
    datasets: Array.from({ length: Math.floor(next() * 3) }, (_, position) => ({
      name: pick(["spx", "SPX", "ndx daily", "it's"], next),
      digest: `d${index % 4}${position}`,
      ...(next() < 0.7 ? { context: pick(["training", "Test", "eval"], next) } : {}),
    })),
    deleted: index % 10 === 9,
  };
}

/** A number with ties, signs and magnitudes. */
export function seedNumber(next: () => number): number {
  return pick([0, 1, -1, 0.5, 1.5, -0.25, 1e-7, 1e21, 3, next(), next() * 10 - 5], next);
}

function record<Value>(
  keys: readonly string[],
  next: () => number,
  value: (key: string) => Value,
): Readonly<Record<string, Value>> {
  const chosen = keys.filter(() => next() < 0.6);
  return Object.fromEntries(chosen.map((key) => [key, value(key)]));
}
