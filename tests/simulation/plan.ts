// A history before it happens: what people and machines do, when, and what becomes of each request.
// It is made of a seed and is plain data, so that one that ends badly can be made smaller piece by
// piece and still be the same history.

import { seededRandom } from "../helpers/random.ts";
import { type Fate, FATES } from "./network.ts";

/** One thing that somebody does, at a time, at a store. */
export interface Action {
  /** ms after the beginning. */
  readonly at: number;
  /** The number of the store; what happens at the server has none. */
  readonly store: number;
  readonly kind:
    | "log"
    | "keep"
    | "sync"
    | "verify"
    | "carry"
    | "tag"
    | "untag"
    | "rename"
    | "end"
    | "attach"
    | "remove"
    | "restore"
    | "prune"
    | "power cut"
    | "server stops"
    | "server deletes";
  /** The run it is about, of those logged so far; what is logged, for `log` and `keep`. */
  readonly run: number;
  /** It changes what any store changes; else a store changes tags of its own, and its own runs' names. */
  readonly common?: boolean;
  /** After so many of its steps the process is killed. */
  readonly killedAfter?: number;
}

export interface Plan {
  readonly seed: number;
  readonly stores: number;
  readonly actions: readonly Action[];
  /** By the number of the request, those aside that make a run. */
  readonly fates: readonly Fate[];
  /** By the number of the request to make a run. */
  readonly creations: readonly Fate[];
  /** Whether each run is read back by the program in the end, too. */
  readonly verified: boolean;
  /** A server that ignores the filter of a search. */
  readonly filtersIgnored: boolean;
  /** The parts of runs that the server refuses for good. */
  readonly refused: readonly string[];
  /** No file arrives until the end. */
  readonly filesLost: boolean;
  /** The first store never reaches the server: in the end all is carried to the other. */
  readonly isGapped: boolean;
}

const REFUSABLE: readonly string[] = [
  "param window",
  "tag side",
  "metric metric_1",
  "metric series",
  "artifact a/returns.csv",
];

const HOUR_MS = 3_600_000;
const REQUESTS = 400;
const CREATIONS = 30;
/** Kinds of runs, see records.ts. */
export const RUNS = 12;

/** How often each kind comes, in parts. */
const PARTS: readonly (readonly [Action["kind"], number])[] = [
  ["log", 25],
  ["keep", 10],
  ["sync", 22],
  ["carry", 8],
  ["tag", 10],
  ["untag", 4],
  ["rename", 4],
  ["prune", 5],
  ["verify", 4],
  ["remove", 2],
  ["restore", 2],
  ["power cut", 3],
  ["server stops", 4],
  ["server deletes", 2],
];

/** What is done to runs that two stores have. */
const SHARED: typeof PARTS = [
  ["keep", 1],
  ["sync", 4],
  ["carry", 3],
  ["tag", 2],
  ["untag", 1],
  ["rename", 1],
  ["prune", 1],
  ["power cut", 1],
];

/** What people also change, where they change what any store has. */
const COMMON: typeof PARTS = [
  ["tag", 3],
  ["untag", 1],
  ["rename", 1],
  ["end", 2],
  ["attach", 4],
];

/** All that people and machines do. */
export const KINDS: readonly Action["kind"][] = [
  ...new Set([...PARTS, ...COMMON].map(([kind]) => kind)),
];

/** The history of a seed. */
export function planOf(seed: number): Plan {
  const random = seededRandom(seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  const stores = random() < 0.5 ? 1 : 2;
  // Two that carry runs to and fro and deliver them both.
  const shared = stores === 2 && random() < 0.6;
  // Together, so that processes get in each other's way, or one after the other.
  const spanMs = shared ? 120_000 : random() < 0.6 ? 500 + below(20_000) : HOUR_MS;
  const kills = random() < 0.5 ? 0.25 : 0;
  const filesLost = random() < 0.05;
  const actions: Action[] = [{ at: 0, store: 0, kind: shared ? "keep" : "log", run: 0 }];
  // Some histories consist of few kinds of actions, so that each meets itself and the others often.
  const parts = shared ? SHARED : PARTS.filter(() => random() < 0.7);
  // And in some all is done at a few moments, by several at once.
  const moments = random() < 0.3 ? 1 + below(4) : shared ? 12 : spanMs;
  // Most faults need few steps; some histories have many.
  const more = shared ? 4 + below(10) : 1 + below(1 + below(9));
  for (let count = more; count > 0; count--) {
    actions.push({
      at: Math.floor(below(moments) * spanMs / moments),
      store: below(stores),
      kind: kindOf(parts, random()),
      run: below(RUNS),
      ...(random() < kills ? { killedAfter: below(24) } : {}),
    });
  }
  for (let count = filesLost ? 8 : 0; count > 0; count--) {
    actions.push({ at: below(spanMs), store: 0, kind: "keep", run: below(RUNS) });
  }
  // Drawn apart, so that the other half of the seeds are the histories that they always were.
  const apart = seededRandom(seed ^ 0xc0330);
  const isCommon = apart() < 0.5;
  const isGapped = isCommon && shared && !filesLost && apart() < 0.3;
  if (isCommon) {
    for (const [index, action] of actions.entries()) {
      if (!["tag", "untag", "rename", "verify"].includes(action.kind)) continue;
      actions[index] = { ...action, kind: kindOf(COMMON, apart()), common: true };
    }
  }
  const trouble = [0, 0.03, 0.1, 0.25][below(4)] as number;
  const fates = (length: number, share: number): readonly Fate[] =>
    Array.from(
      { length },
      () => random() < share ? FATES[below(FATES.length)] as Fate : "well",
    );
  return {
    seed,
    stores,
    actions: actions.toSorted((a, b) => a.at - b.at),
    fates: fates(REQUESTS, trouble),
    // Whether a run is there once is decided by what becomes of these.
    creations: fates(CREATIONS, shared || random() < 0.2 ? 0.6 : trouble),
    verified: random() < 0.2,
    filtersIgnored: random() < 0.05,
    refused: random() < 0.3 ? REFUSABLE.filter(() => random() < 0.5) : [],
    filesLost,
    isGapped,
  };
}

function kindOf(parts: typeof PARTS, share: number): Action["kind"] {
  let left = share * parts.reduce((sum, [, some]) => sum + some, 0);
  for (const [kind, some] of parts) {
    left -= some;
    if (left < 0) return kind;
  }
  return "log";
}

/** Every plan that is this one with less in it, the ones with much less first. */
function* smaller(plan: Plan): Iterable<Plan> {
  const { actions, fates, creations } = plan;
  if (fates.length > 0) yield { ...plan, fates: [] };
  if (creations.length > 0) yield { ...plan, creations: [] };
  if (plan.stores > 1) {
    yield {
      ...plan,
      stores: 1,
      isGapped: false,
      actions: actions.map((action) => ({ ...action, store: 0 })),
    };
  }
  if (plan.verified) yield { ...plan, verified: false };
  if (plan.filtersIgnored) yield { ...plan, filtersIgnored: false };
  for (const index of plan.refused.keys()) {
    yield { ...plan, refused: plan.refused.toSpliced(index, 1) };
  }
  if (plan.filesLost) yield { ...plan, filesLost: false };
  if (plan.isGapped) yield { ...plan, isGapped: false };
  for (const size of [4, 2, 1]) {
    for (let from = 0; from < actions.length; from += size) {
      yield { ...plan, actions: actions.toSpliced(from, size) };
    }
  }
  for (const [index, { killedAfter, ...action }] of actions.entries()) {
    if (killedAfter === undefined) continue;
    yield { ...plan, actions: actions.with(index, action) };
    if (killedAfter > 0) {
      yield { ...plan, actions: actions.with(index, { ...action, killedAfter: killedAfter - 1 }) };
    }
  }
  for (const [index, action] of actions.entries()) {
    if (action.run > 0) yield { ...plan, actions: actions.with(index, { ...action, run: 0 }) };
  }
  for (const less of better(fates)) yield { ...plan, fates: less };
  for (const less of better(creations)) yield { ...plan, creations: less };
}

/** The same fates with one of them well. */
function* better(fates: readonly Fate[]): Iterable<readonly Fate[]> {
  for (const [index, fate] of fates.entries()) {
    if (fate === "well") continue;
    const next = fates.with(index, "well");
    yield next.slice(0, next.findLastIndex((other) => other !== "well") + 1);
  }
}

/** A plan that is wrong with as much taken out of it as can be taken while it stays wrong. */
export async function smallest(
  plan: Plan,
  isWrong: (plan: Plan) => Promise<boolean>,
): Promise<Plan> {
  for (const less of smaller(plan)) {
    if (await isWrong(less)) return await smallest(less, isWrong);
  }
  return plan;
}
