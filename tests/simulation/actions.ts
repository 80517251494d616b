// What people and machines do in a history, each as a process of its own.

import type { LocalStore } from "../../lib/store/mod.ts";
import type { RunStatus } from "../../lib/tracker.ts";
import { discard, type MemoryStore } from "./memory_store.ts";
import type { Announced } from "./expected.ts";
import type { Action } from "./plan.ts";
import { announcedOf, recordOf } from "./records.ts";
import { SERVER, START_MS, type Worker, type World } from "./world.ts";

/** Lets a process do what an action says. */
export async function act(world: World, action: Action, worker: Worker): Promise<void> {
  await WORK[action.kind](world, action, worker);
}

/** Logs a run without sending it; returns its key. */
function keep({ logged, clock, truth }: World, action: Action, { store }: Worker): string {
  const record = recordOf(logged.length, action, {
    logged,
    nowMs: clock.now(),
    trackingUri: SERVER.origin,
  });
  const [key = ""] = store.commitRuns([record]);
  const run = announcedOf(record, key, action.store);
  logged.push(run);
  truth.announced(run);
  return key;
}

/** Changes the run that an action is about, if its store has it. */
async function onRun(
  { logged }: World,
  { run }: Action,
  store: LocalStore,
  change: (key: string, run: Announced) => Promise<void>,
): Promise<void> {
  const chosen = logged[run % Math.max(1, logged.length)];
  if (chosen === undefined || store.resolveRunId(chosen.key) === null) return;
  await change(chosen.key, chosen);
}

const FILES: readonly string[] = ["a/returns.csv", "notes.txt"];
const ENDS: readonly RunStatus[] = ["FAILED", "FINISHED", "KILLED"];

/** A tag that one store alone sets, or that all do. */
function tagOf({ common, store }: Action): string {
  return common === true ? "common" : `of${store}`;
}

/** A text of its own, in no order, so that a larger one is not the later one. */
function valueAt({ clock }: World, { store }: Action): string {
  return [...`${clock.now() - START_MS}${store}`].reverse().join("");
}

type Work = (world: World, action: Action, worker: Worker) => void | Promise<void>;

const WORK: Readonly<Record<Action["kind"], Work>> = {
  log: (world, action, worker) =>
    worker.deliver({ keys: [keep(world, action, worker)], patienceMs: 15_000 }),
  keep: (world, action, worker) => void keep(world, action, worker),
  sync: ({ random, refused }, _action, { deliver }) =>
    deliver({
      jobs: 1 + Math.floor(random() * 3),
      retryUndeliverable: refused.size > 0 && random() < 0.3,
    }),
  verify: async (_world, _action, { store, tracker, deliver }) => {
    await deliver({ verify: true });
    await store.verify(tracker, {});
  },
  carry: async ({ stores, clock, random }, { store: from }, worker) => {
    await worker.alive("before an export");
    const copy = (stores[from] as MemoryStore).export();
    await clock.sleep(Math.floor(random() * 20_000));
    const to = stores[(from + 1) % stores.length] as MemoryStore;
    if (stores.length > 1) await to.import(copy);
    discard(copy);
  },
  tag: (world, action, { store }) =>
    onRun(world, action, store, async (key) => {
      const value = valueAt(world, action);
      await store.logBatch(key, { tags: { [tagOf(action)]: value } });
      world.truth.changed(key, `tag ${tagOf(action)}`, value, action.store);
    }),
  untag: (world, action, { store }) =>
    onRun(world, action, store, async (key) => {
      if ((await store.getRun(key)).tags[tagOf(action)] === undefined) return;
      await store.deleteTag(key, tagOf(action));
      world.truth.changed(key, `tag ${tagOf(action)}`, null, action.store);
    }),
  rename: (world, action, { store }) =>
    onRun(world, action, store, async (key, run) => {
      if (run.store !== action.store && action.common !== true) return;
      const name = `renamed ${valueAt(world, action)}`;
      await store.updateRun(key, { name });
      world.truth.changed(key, "name", name, action.store);
    }),
  end: (world, action, { store }) =>
    onRun(world, action, store, async (key) => {
      const status = ENDS[action.at % ENDS.length] as RunStatus;
      await store.updateRun(key, { status });
      world.truth.changed(key, "status", status, action.store);
    }),
  attach: (world, action, { store }) =>
    onRun(world, action, store, async (key) => {
      const path = FILES[action.at % FILES.length] as string;
      const text = `${valueAt(world, action)} of ${action.store}`;
      await store.writeArtifact(key, path, new TextEncoder().encode(text));
      world.truth.changed(key, `artifact ${path}`, text, action.store);
    }),
  remove: (world, action, { store }) =>
    onRun(world, action, store, async (key) => {
      world.truth.deleted(key);
      await store.deleteRun(key);
    }),
  restore: (world, action, { store }) =>
    onRun(world, action, store, (key) => store.restoreRun(key)),
  prune: async (_world, _action, { store }) => {
    await store.prune({ olderThanMs: -1 });
  },
  "power cut": ({ processes, stores }, { store }) => {
    for (const process of processes[store] ?? []) process.alive = false;
    stores[store]?.cutPower();
  },
  "server stops": (world) => {
    world.upAgainAt = world.clock.now() + 500 + Math.floor(world.random() * 30_000);
  },
  "server deletes": ({ logged, server, truth }, { run }) => {
    const chosen = logged[run % Math.max(1, logged.length)];
    for (const { tags, id } of server.runs.values()) {
      if (chosen === undefined || tags.get("btflow.run_key") !== chosen.key) continue;
      truth.deleted(chosen.key);
      (server.runs.get(id) as { stage: string }).stage = "deleted";
    }
  },
};
