// What must be true in the end, said without a line of the program: which runs were announced, what
// people then did to them, and what a server must therefore have.

import { isEmpty, type Server, type ServerRun } from "./server.ts";
import { partOf, type Wire } from "./wire.ts";

/** A run as it was announced. */
export interface Announced {
  readonly key: string;
  readonly store: number;
  readonly params: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  /** Name, step and value of each point. */
  readonly points: readonly (readonly [string, number, number])[];
  readonly artifacts: Readonly<Record<string, string>>;
  readonly endTime: number;
  readonly parentKey: string | null;
}

interface Known extends Announced {
  name: string | null;
  /** What tags were last set to, or taken away, by people; and the number of that change. */
  readonly changes: Map<string, { readonly value: string | null; readonly number: number }>;
  /** Deleted in a store or on the server: it need not be there, but never twice. */
  mayBeMissing: boolean;
}

export interface Model {
  announced(run: Announced): void;
  changed(key: string, tag: string, value: string | null): void;
  renamed(key: string, name: string): void;
  /** Somebody deleted it, in a store or on the server. */
  deleted(key: string): void;
  /** The number of the last change. */
  lastChange(): number;
  /** What is wrong with a run that was just said to be delivered, by one who knew of some changes. */
  claimed(server: Server, key: string, known: { tag: string; until: number }): readonly string[];
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
      void known.set(run.key, { ...run, name: null, changes: new Map(), mayBeMissing: false }),
    changed: (key, tag, value) => void runOf(key).changes.set(tag, { value, number: ++changes }),
    lastChange: () => changes,
    renamed: (key, name) => void (runOf(key).name = name),
    deleted: (key) => void (runOf(key).mayBeMissing = true),
    claimed(server, key, { tag, until }) {
      const run = runOf(key);
      const found = onServer(server, key);
      if (run.mayBeMissing) return [];
      if (found.length === 0) return [`${key} was said to be delivered and is not there`];
      const isKnown = (run.changes.get(tag)?.number ?? Infinity) <= until;
      const wrong = (one: ServerRun): readonly string[] => [
        ...contentOf(run, one, refused),
        ...(isKnown ? changesOf(run, one, stale, [tag]) : []),
      ];
      // Two for a while are allowed: a request may still be on its way.
      return found.map(wrong).toSorted((a, b) => a.length - b.length)[0] ?? [];
    },
    doubted: (key, differences) =>
      runOf(key).mayBeMissing ? [] : differences.flatMap((what) => {
        const part = /^(?:name|tag \S+) /.exec(what)?.[0] ?? "other";
        const isStale = [...stale].some((one) => one.startsWith(`${key} ${part}`));
        return isStale ? [] : [`verified: ${key}: ${what}`];
      }),
    patient: (server) =>
      [...known].flatMap(([key, run]) => {
        if (run.mayBeMissing || Object.keys(run.artifacts).length > 0) return [];
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
          wrong.push(...contentOf(run, there, refused), ...changesOf(run, there, stale));
          wrong.push(...nameOf(run, there, stale));
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
      ].filter((part, index, all) => refused.has(part) && all.indexOf(part) === index).sort();
    },
  };
}

/** What a server lacks of what was announced; what never changes afterwards. */
function contentOf(run: Known, there: ServerRun, refused: ReadonlySet<string>): readonly string[] {
  const wrong: string[] = [];
  const say = (what: string): void => void wrong.push(`${run.key}: ${what}`);
  if (there.status !== "FINISHED") say(`it is ${there.status}`);
  if (there.endTime !== run.endTime) say(`it ended at ${there.endTime}, not ${run.endTime}`);
  for (const [key, value] of Object.entries(run.params)) {
    if (refused.has(`param ${key}`)) continue;
    if (there.params.get(key) !== value) say(`param ${key} is ${there.params.get(key)}`);
  }
  for (const [key, value] of Object.entries(run.tags)) {
    if (refused.has(`tag ${key}`)) continue;
    if (!run.changes.has(key) && there.tags.get(key) !== value) {
      say(`tag ${key} is ${there.tags.get(key)}`);
    }
  }
  const points = run.points.filter(([key]) => !refused.has(`metric ${key}`));
  for (const [key, step, value] of points) {
    const same = there.points.filter((point) => point.key === key && point.step === step);
    if (same.length !== 1 || same[0]?.value !== value) {
      say(`point ${key} ${step} is not there once`);
    }
  }
  if (there.points.length !== points.length) say(`it has ${there.points.length} points`);
  for (const [path, text] of Object.entries(run.artifacts)) {
    if (refused.has(`artifact ${path}`)) continue;
    const content = there.artifacts.get(path);
    const found = content === undefined ? "missing" : new TextDecoder().decode(content);
    if (found !== text) say(`artifact ${path} is ${found}`);
  }
  return wrong;
}

function changesOf(
  run: Known,
  there: ServerRun,
  stale: ReadonlySet<string>,
  tags: Iterable<string> = run.changes.keys(),
): readonly string[] {
  const wrong: string[] = [];
  for (const tag of tags) {
    const value = run.changes.get(tag)?.value ?? null;
    const found = there.tags.get(tag) ?? null;
    if (found === value || stale.has(`${run.key} ${partOf(tag, found)}`)) continue;
    wrong.push(`${run.key}: tag ${tag} is ${found}, not ${value}`);
  }
  return wrong;
}

function nameOf(run: Known, there: ServerRun, stale: ReadonlySet<string>): readonly string[] {
  if (run.name === null || there.name === run.name) return [];
  if (stale.has(`${run.key} ${partOf(null, there.name)}`)) return [];
  return [`${run.key}: its name is ${there.name}, not ${run.name}`];
}

function parentOf(run: Known, there: ServerRun, server: Server): readonly string[] {
  const id = there.tags.get("mlflow.parentRunId");
  const parent = id === undefined ? undefined : server.runs.get(id);
  if (parent?.tags.get("btflow.run_key") === run.parentKey) return [];
  return [`${run.key}: its parent is ${id}`];
}
