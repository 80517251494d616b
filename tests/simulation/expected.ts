// One run as it must be on the server: what was announced of it, and of each part that people changed
// afterwards the last change, in whichever store it was made.

import type { ServerRun } from "./server.ts";
import { valued } from "./wire.ts";

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

/** What a part was last changed to in a store; null: it was taken away. */
export interface Change {
  readonly value: string | null;
  readonly number: number;
  readonly at: number;
}

/** Changes in two stores so close to each other may have been made at one moment of either. */
const SAME_MS = 20;

/** With what people then did to it. */
export interface Known extends Announced {
  /** By part, then by store. */
  readonly changes: Map<string, Map<number, Change>>;
  /** Deleted in a store or on the server: it need not be there, but never twice. */
  mayBeMissing: boolean;
}

/** What a server lacks of what was announced; what never changes afterwards. */
export function contentOf(
  run: Known,
  there: ServerRun,
  refused: ReadonlySet<string>,
): readonly string[] {
  const wrong: string[] = [];
  const say = (what: string): void => void wrong.push(`${run.key}: ${what}`);
  const isEnded = run.changes.has("status")
    ? there.status !== "RUNNING"
    : there.status === "FINISHED";
  if (!isEnded) say(`it is ${there.status}`);
  if (there.endTime !== run.endTime) say(`it ended at ${there.endTime}, not ${run.endTime}`);
  for (const [key, value] of Object.entries(run.params)) {
    if (refused.has(`param ${key}`)) continue;
    if (there.params.get(key) !== value) say(`param ${key} is ${there.params.get(key)}`);
  }
  for (const [key, value] of Object.entries(run.tags)) {
    if (refused.has(`tag ${key}`)) continue;
    if (!run.changes.has(`tag ${key}`) && there.tags.get(key) !== value) {
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
    const part = `artifact ${path}`;
    if (refused.has(part) || run.changes.has(part)) continue;
    const found = foundOf(there, part);
    if (found !== text) say(`artifact ${path} is ${found}`);
  }
  return wrong;
}

/** What a server has of a part that can be changed; null where it has none. */
function foundOf(there: ServerRun, part: string): string | null {
  if (part === "name" || part === "status") return there[part];
  const [, kind, name = ""] = /^(\S+) (.*)$/.exec(part) ?? [];
  if (kind === "tag") return there.tags.get(name) ?? null;
  const content = there.artifacts.get(name);
  return content === undefined ? null : new TextDecoder().decode(content);
}

/** What a part may be: what it was last changed to, or either of two if that was at one moment. */
export function rightOf(run: Known, part: string): readonly (string | null)[] {
  const changes = [...run.changes.get(part)?.values() ?? []];
  const last = Math.max(...changes.map(({ at }) => at));
  return changes.filter(({ at }) => at >= last - SAME_MS).map(({ value }) => value);
}

/** Of each part that was changed the last change counts, whichever store it was made in. */
export function changesOf(
  run: Known,
  there: ServerRun,
  { refused, stale }: {
    readonly refused: ReadonlySet<string>;
    readonly stale: ReadonlySet<string>;
  },
  parts: Iterable<string> = run.changes.keys(),
): readonly string[] {
  const wrong: string[] = [];
  for (const part of parts) {
    if (refused.has(part)) continue;
    const right = rightOf(run, part);
    const found = foundOf(there, part);
    if (right.includes(found) || stale.has(`${run.key} ${valued(part, found)}`)) continue;
    wrong.push(`${run.key}: ${part} is ${found}, not ${right.join(" or ")}`);
  }
  return wrong;
}
