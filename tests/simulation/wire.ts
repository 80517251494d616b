// What may never be seen on the wire, whatever comes of it in the end: a creation that repeats one
// which the sender could know of, and two processes of one store that work on one run at once. The end
// alone does not show them, because a later sync mends most of what they spoil.

import type { TransportRequest } from "../../lib/transport/mod.ts";
import type { Clock } from "./clock.ts";
import type { Process } from "./memory_store.ts";
import { sentJson } from "./sent_json.ts";
import { isEmpty, type Server, type ServerReply } from "./server.ts";

/** One request on its way. */
export interface Passage {
  /** The server carries it out now; called where that ever happens. */
  arrived(reply: ServerReply): void;
  /** Its sender is told; whether the server may have it for all that the sender knows, or is slow. */
  told(what: "done" | "never arrived" | "no answer" | "too slow"): void;
}

export interface Wire {
  /** A process sends a request. */
  sent(process: Process, store: number, request: TransportRequest): Passage;
  /** Runs that stores which cannot know of each other made at the same moment. */
  readonly madeAtOnce: ReadonlySet<string>;
  /**
   * What may stand over later changes, as nobody can know: of two stores that sent a run at the same
   * moment, or carried out after their sender had given them up, or was killed and its store's next
   * process had sent more. See `valued`.
   */
  readonly stale: ReadonlySet<string>;
  readonly violations: readonly string[];
  /**
   * How many of a store's runs of one key were there before a process began, and still are; what stores
   * have filled that made it at the same moment counts as one.
   */
  left(process: Process, store: number, key: string): number;
}

interface Creation {
  readonly key: string;
  readonly store: number;
  readonly process: Process;
  readonly sentMs: number;
  readonly sent: number;
  /** When it was carried out, and when its sender was told; Infinity until then. */
  arrived: number;
  told: number;
  outcome: Parameters<Passage["told"]>[0] | null;
  runId: string | null;
}

/** A change on its way. */
interface Change {
  readonly key: string;
  readonly store: number;
  readonly process: Process;
}

/** What a creation without an answer has to arrive, by which the next is sent at the earliest. */
const GRACE_MS = 4000;

const NOTHING: Passage = { arrived: () => {}, told: () => {} };

export function wire(clock: Clock, server: Server): Wire {
  const creations: Creation[] = [];
  const madeAtOnce = new Set<string>();
  const stale = new Set<string>();
  const violations: string[] = [];
  /** When a process last saw what the server has of a run. */
  const looked = new Map<Process, Map<string, number>>();
  const open = new Set<Change>();
  /** When a process first asked for a run or sent something of it. */
  const begun = new Map<Process, Map<string, number>>();
  /** When and from whom the server last got a change of a run, by key and store. */
  const changed = new Map<string, Map<number, { readonly at: number; readonly by: Process }>>();
  let moment = 0;

  const lookUp = (process: Process, key: string): Passage => {
    let arrived = 0;
    return {
      arrived: () => {
        arrived = ++moment;
      },
      told: (what) => {
        if (what !== "done") return;
        const seen = looked.get(process) ?? new Map<string, number>();
        looked.set(process, seen.set(key, arrived));
      },
    };
  };

  const creation = (process: Process, store: number, key: string): Passage => {
    const sentMs = clock.now();
    const now = ++moment;
    const seen = looked.get(process)?.get(key) ?? 0;
    const say = (what: string): void => void violations.push(`${key} is made again ${what}`);
    for (const before of creations) {
      if (before.key !== key || before.outcome === "never arrived") continue;
      const isOwn = before.process === process;
      if (before.store !== store) {
        if (before.arrived < seen) say("though another store's was seen");
        else if (seen > 0 || before.sent > startOf(process)) madeAtOnce.add(key);
        else say("though another store may have made it");
      } else if (before.arrived < seen) say("though it was seen");
      else if (seen < (isOwn ? before.told : before.sent)) say("without a look");
      else if (sentMs < before.sentMs + GRACE_MS) say("before the other had its time to arrive");
      else if (isOwn && before.outcome === "too slow") say("though the server may still be at it");
    }
    const made: Creation = {
      ...{ key, store, process, sentMs, sent: now },
      ...{ arrived: Infinity, told: Infinity, outcome: null, runId: null },
    };
    creations.push(made);
    return {
      arrived: ({ status, json }) => {
        if (status >= 400) return;
        made.arrived = ++moment;
        made.runId = (json as { run: { info: { run_id: string } } }).run.info.run_id;
      },
      told: (what) => {
        made.told = ++moment;
        made.outcome = what;
      },
    };
  };

  const starts = new Map<Process, number>();
  const startOf = (process: Process): number => starts.get(process) ?? 0;

  /** Two that live never change one run at once. */
  const alone = (
    process: Process,
    store: number,
    key: string,
    parts: readonly string[],
  ): Passage => {
    for (const other of open) {
      if (other.key !== key || other.store !== store || other.process === process) continue;
      if (other.process.alive) violations.push(`${key} is changed by two processes at once`);
    }
    const change = { key, store, process };
    const sent = ++moment;
    open.add(change);
    return {
      arrived: ({ status }) => {
        if (status >= 400) return;
        if (!open.has(change) || isLeftBehind(change, sent) || isCrossed(process, store, key)) {
          for (const part of parts) stale.add(`${key} ${part}`);
        }
        const last = changed.get(key) ?? new Map<number, { at: number; by: Process }>();
        changed.set(key, last.set(store, { at: ++moment, by: process }));
      },
      told: () => void open.delete(change),
    };
  };

  /** Whether what a process sent before it was killed comes after what the store's next has sent. */
  const isLeftBehind = ({ key, store, process }: Change, sent: number): boolean =>
    !process.alive && (changed.get(key)?.get(store)?.at ?? 0) > sent;

  /** Whether another store has changed a run since a process first asked for it, or is still at it. */
  const isCrossed = (process: Process, store: number, key: string): boolean => {
    const beginning = begun.get(process)?.get(key) ?? 0;
    return [...changed.get(key) ?? []].some(([other, { at, by }]) =>
      other !== store && (at > beginning || (by.alive && !by.ended))
    );
  };

  return {
    violations,
    madeAtOnce,
    stale,
    left(process, store, key) {
      const there = creations.flatMap((one) => {
        const run = server.runs.get(one.runId ?? "");
        const isLeft = one.key === key && one.store === store && one.arrived < startOf(process);
        return isLeft && run?.stage === "active" ? [run] : [];
      });
      const filled = there.filter((run) => !isEmpty(run)).length;
      return there.length - (madeAtOnce.has(key) ? Math.max(0, filled - 1) : 0);
    },
    sent(process, store, request) {
      if (!starts.has(process)) starts.set(process, ++moment);
      const { kind, key, parts } = aboutOf(server, request);
      if (key === undefined) return NOTHING;
      const ofProcess = begun.get(process) ?? new Map<string, number>();
      if (!ofProcess.has(key)) begun.set(process, ofProcess.set(key, ++moment));
      if (kind === "reading") return NOTHING;
      if (kind === "look-up") return lookUp(process, key);
      const passages = [alone(process, store, key, parts ?? [])];
      if (kind === "creation") passages.push(creation(process, store, key));
      return {
        arrived: (reply) => passages.forEach((one) => one.arrived(reply)),
        told: (what) => passages.forEach((one) => one.told(what)),
      };
    },
  };
}

interface About {
  readonly kind: "reading" | "look-up" | "creation" | "change";
  readonly key?: string | undefined;
  /** What can be changed and is set by it, as `valued` writes it. */
  readonly parts?: readonly string[];
}

/** A part, as the model names it, that has a value; null: it is taken away, or was never there. */
export function valued(part: string, value: unknown): string {
  return `${part} ${value}`;
}

/** What a request is about. */
function aboutOf(server: Server, { method, path, body }: TransportRequest): About {
  const keyOf = (id: unknown): string | undefined =>
    server.runs.get(String(id))?.tags.get("btflow.run_key");
  if (method === "GET") return { kind: "reading", key: keyOf(/run_id=([^&]+)/.exec(path)?.[1]) };
  const [, upload, file = ""] = /\/artifacts\/\d+\/([^/]+)\/artifacts\/(.+)$/.exec(path) ?? [];
  if (!(body instanceof Uint8Array)) return { kind: "change", key: keyOf(upload) };
  if (upload !== undefined) {
    const content = new TextDecoder().decode(body);
    return {
      kind: "change",
      key: keyOf(upload),
      parts: [valued(`artifact ${decodeURIComponent(file)}`, content)],
    };
  }
  const json = sentJson(body);
  if (path.endsWith("/runs/search")) {
    return { kind: "look-up", key: /['"]([0-9a-f]+)['"]$/.exec(String(json.filter))?.[1] };
  }
  const tags = (json.tags ?? []) as readonly { key: string; value: string }[];
  const parts = tags.map(({ key, value }) => valued(`tag ${key}`, value));
  if (path.endsWith("/runs/create")) {
    const key = tags.find(({ key }) => key === "btflow.run_key")?.value;
    return { kind: "creation", key, parts };
  }
  if (json.run_name !== undefined) parts.push(valued("name", json.run_name));
  if (json.status !== undefined) parts.push(valued("status", json.status));
  if (path.endsWith("/delete-tag")) parts.push(valued(`tag ${json.key}`, null));
  return { kind: "change", key: keyOf(json.run_id), parts };
}
