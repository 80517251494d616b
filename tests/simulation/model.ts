// What must be true in the end, said without a line of the program: which runs were announced, what
// people then did to them, and what a server must therefore have.

import {
  type Announced,
  type Change,
  changesOf,
  contentOf,
  type Known,
  rightOf,
} from "./expected.ts";
import { isEmpty, type Server, type ServerRun } from "./server.ts";
import type { Wire } from "./wire.ts";

export interface Model {
  announced(run: Announced): void;
  /** Somebody changed `tag x`, `artifact a/b.csv`, `name` or `status` of a run in a store. */
  changed(key: string, part: string, value: string | null, store: number): void;
  /** Somebody deleted it, in a store or on the server. */
  deleted(key: string): void;
  /** The number of the last change. */
  lastChange(): number;
  /** What is wrong with a run that was just said to be delivered, by a store that knew of its changes. */
  claimed(server: Server, key: string, known: { store: number; until: number }): readonly string[];
  /** What is wrong with what the program found when it read a run back in the end. */
  doubted(key: string, differences: readonly string[]): readonly string[];
  /** What is wrong once all is quiet and delivered. */
  settled(server: Server): readonly string[];
  /** What is wrong after as many syncs as suffice where nothing but files is lost. */
  patient(server: Server): readonly string[];
  /** The parts of a run that its server refuses, which some store must know of; null: none need. */
  lacking(key: string): readonly string[] | null;
}

/** `refused`: the parts that the server refuses; what happened that nobody can know of is excused. */
export function model(
  refused: ReadonlySet<string>,
  { madeAtOnce, stale }: Pick<Wire, "madeAtOnce" | "stale">,
  now: () => number,
): Model {
  const known = new Map<string, Known>();
  let changes = 0;
  const runOf = (key: string): Known => {
    const found = known.get(key);
    if (found === undefined) throw new Error(`the model does not know run ${key}`);
    return found;
  };
  /** A group that was deleted binds nobody. */
  const isFree = (parentKey: string | null): boolean =>
    parentKey === null || runOf(parentKey).mayBeMissing;
  const onServer = (server: Server, key: string): readonly ServerRun[] =>
    [...server.runs.values()].filter((run) =>
      run.stage === "active" && run.tags.get("btflow.run_key") === key
    );
  return {
    announced: (run) =>
      void known.set(run.key, { ...run, changes: new Map(), mayBeMissing: false }),
    changed(key, part, value, store) {
      const before = runOf(key).changes.get(part) ?? new Map<number, Change>();
      runOf(key).changes.set(part, before.set(store, { value, number: ++changes, at: now() }));
    },
    lastChange: () => changes,
    deleted: (key) => void (runOf(key).mayBeMissing = true),
    claimed(server, key, { store, until }) {
      const run = runOf(key);
      const found = onServer(server, key);
      if (run.mayBeMissing) return [];
      if (found.length === 0) return [`${key} was said to be delivered and is not there`];
      const parts = [...run.changes].flatMap(([part, of]) => {
        const last = [...of.values()].reduce((one, other) => other.at > one.at ? other : one);
        return last === of.get(store) && last.number <= until ? [part] : [];
      });
      const wrong = (one: ServerRun): readonly string[] => [
        ...contentOf(run, one, refused),
        ...changesOf(run, one, { refused, stale }, parts),
      ];
      // Two for a while are allowed: a request may still be on its way.
      return found.map(wrong).toSorted((a, b) => a.length - b.length)[0] ?? [];
    },
    doubted: (key, differences) =>
      runOf(key).mayBeMissing ? [] : differences.flatMap((what) => {
        const part = /^(?:name|status|tag \S+|artifact \S+)(?= )/.exec(what)?.[0] ?? "other";
        const isStale = [...stale].some((one) => one.startsWith(`${key} ${part} `));
        return isStale || rightOf(runOf(key), part).length > 1 ? [] : [`verified: ${key}: ${what}`];
      }),
    patient: (server) =>
      [...known].flatMap(([key, run]) => {
        const files = [...Object.keys(run.artifacts), ...run.changes.keys()];
        if (
          run.mayBeMissing || files.some((part) => !/^(?:tag |name$|status$)/.test(part))
        ) return [];
        const lacks = onServer(server, key).map((one) => contentOf(run, one, refused).length);
        return lacks.includes(0) ? [] : [`${key} has had no turn`];
      }),
    settled(server) {
      const wrong: string[] = [];
      for (const [key, run] of known) {
        const found = onServer(server, key);
        if (found.length > 1 && madeAtOnce.has(key)) {
          if (found.some(isEmpty)) wrong.push(`${key} is there a second time, with nothing in it`);
          continue;
        }
        if (found.length > 1) wrong.push(`${key} is there ${found.length} times`);
        if (run.mayBeMissing) continue;
        const [there] = found;
        if (there === undefined) wrong.push(`${key} is lost`);
        else {
          wrong.push(...contentOf(run, there, refused));
          wrong.push(...changesOf(run, there, { refused, stale }));
          if (!isFree(run.parentKey)) wrong.push(...parentOf(run, there, server));
        }
      }
      for (const { id, tags } of server.runs.values()) {
        const key = tags.get("btflow.run_key");
        if (key === undefined || !known.has(key)) wrong.push(`${id} was never announced`);
      }
      return wrong;
    },
    lacking(key) {
      const run = runOf(key);
      if (run.mayBeMissing) return null;
      return [
        ...Object.keys(run.params).map((name) => `param ${name}`),
        ...Object.keys(run.tags).map((name) => `tag ${name}`),
        ...run.points.map(([name]) => `metric ${name}`),
        ...Object.keys(run.artifacts).map((path) => `artifact ${path}`),
        ...[...run.changes.keys()],
      ].filter((part, index, all) => refused.has(part) && all.indexOf(part) === index).sort();
    },
  };
}

function parentOf(run: Known, there: ServerRun, server: Server): readonly string[] {
  const id = there.tags.get("mlflow.parentRunId");
  const parent = id === undefined ? undefined : server.runs.get(id);
  if (parent?.tags.get("btflow.run_key") === run.parentKey) return [];
  return [`${run.key}: its parent is ${id}`];
}
