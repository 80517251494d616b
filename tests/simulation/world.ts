// A history as it happens: processes at stores, a network, a server and a clock, all of them played,
// around the real delivery, client and store. What it finds wrong is what the model says.

import { TrackerError } from "../../lib/errors.ts";
import type { Io } from "../../lib/io.ts";
import { mlflowClient } from "../../lib/mlflow/client.ts";
import type { TransportRequest } from "../../lib/transport/mod.ts";
import type { DeliverOptions, LocalStore } from "../../lib/store/mod.ts";
import { seededRandom } from "../helpers/random.ts";
import { virtualClock } from "./clock.ts";
import { counted, Counts, interleavings, kindOf } from "./counting.ts";
import { discard, type MemoryStore, memoryStore, type Process } from "./memory_store.ts";
import { type Announced, model } from "./model.ts";
import { type Fate, network, TIMEOUT_MS } from "./network.ts";
import type { Action, Plan } from "./plan.ts";
import { announcedOf, recordOf } from "./records.ts";
import { memoryServer, type Server } from "./server.ts";
import { type Passage, wire } from "./wire.ts";

export interface History {
  /** What is wrong; nothing when all is well. */
  readonly violations: readonly string[];
  /** How often each fate and each kind of action came. */
  readonly counts: Counts;
}

const START_MS = 1_700_000_000_000;
const SETTLE_MS = 600_000;
const SERVER = new URL("http://server:5000");

/** Lets a plan happen. The same plan gives the same history; `afterwards` spoils its end, for tests. */
export async function happen(
  plan: Plan,
  { afterwards = () => {} }: { readonly afterwards?: (server: Server) => void } = {},
): Promise<History> {
  const clock = virtualClock(START_MS);
  const random = seededRandom(plan.seed ^ 0x5eed);
  const server = memoryServer();
  const refused = new Set(plan.refused);
  server.refuse(refused);
  const seen = wire(clock, server);
  const truth = model(refused, seen);
  const stores = Array.from({ length: plan.stores }, (_, index) => memoryStore(`store ${index}`));
  const processes: Process[][] = stores.map(() => []);
  const logged: Announced[] = [];
  const violations: string[] = [];
  const counts = new Counts();
  if (plan.filtersIgnored) {
    server.ignoreFilters();
    counts.add("filters ignored");
  }
  const turns = stores.map(() => interleavings(counts));
  let requests = 0;
  let creations = 0;
  let isQuiet = false;
  let areFilesLost = plan.filesLost;
  let upAgainAt = 0;

  /** A process at a store, its world, and the gate that it passes at each step. */
  const begin = (at: number, killedAfter = Infinity): Worker => {
    const process: Process = {
      alive: true,
      ended: false,
      name: `process ${processes[at]?.length}`,
    };
    processes[at]?.push(process);
    let steps = 0;
    const alive = (step: string): Promise<void> => {
      if (steps++ >= killedAfter && process.alive) {
        counts.add("killed");
        counts.add(`killed ${kindOf(step)}`);
        process.alive = false;
      }
      if (process.alive) turns[at]?.(process);
      return process.alive ? Promise.resolve() : new Promise(() => {});
    };
    const io = {
      now: clock.now,
      sleep: async (ms: number) => {
        await clock.sleep(ms);
        await alive("after a pause");
      },
      randomBytes: (length: number) => new Uint8Array(length).map(() => Math.floor(random() * 256)),
      files: undefined,
    } as unknown as Io;
    const draw = ({ method, path }: TransportRequest): { fate: Fate; share: number } => {
      if (areFilesLost && method === "PUT") return { fate: "lost", share: 0 };
      const planned = path.endsWith("/runs/create")
        ? plan.creations[creations++]
        : plan.fates[requests++];
      const fate = isQuiet ? "well" : planned ?? "well";
      if (fate !== "well") counts.add(fate);
      return { fate, share: random() };
    };
    const isUp = (): boolean => isQuiet || clock.now() >= upAgainAt;
    const watch = (request: TransportRequest): Passage => seen.sent(process, at, request);
    const way = network({ clock, server, draw, watch, alive, isUp });
    const transport = counted(way, process, counts);
    const tracker = mlflowClient(
      io,
      {
        trackingUri: SERVER,
        auth: null,
        workspace: null,
        retries: 2,
        backoffFactor: 0.1,
        timeoutMs: TIMEOUT_MS,
        tls: {},
        proxies: { http: null, https: null, none: [] },
      } as unknown as Parameters<typeof mlflowClient>[1],
      { open: () => transport },
    );
    const store = (stores[at] as MemoryStore).open(process, io);
    const deliver = async (options: Partial<DeliverOptions>): Promise<void> => {
      const known = { tag: `of${at}`, until: truth.lastChange() };
      const outcomes = await store.deliver(tracker, { stopAt: alive, ...options });
      await alive("at its end");
      // Nor can a store know what the server has refused another that has the run.
      if (plan.filtersIgnored || refused.size < plan.refused.length) return;
      for (const { status, key } of outcomes) {
        if (status === "delivered") {
          const wrong = truth.claimed(server, key, known);
          violations.push(...wrong.map((what) => `claimed: ${what}`));
          const times = seen.left(process, at, key);
          if (times > 1) violations.push(`claimed: ${key} is there ${times} times`);
        }
      }
    };
    return { process, store, tracker, alive, deliver };
  };

  const keep = (action: Action, { store }: Worker): string => {
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
  };

  const work: Readonly<Record<Action["kind"], (action: Action, worker: Worker) => Promise<void>>> =
    {
      log: (action, worker) => worker.deliver({ keys: [keep(action, worker)], patienceMs: 15_000 }),
      keep: (action, worker) => {
        keep(action, worker);
        return Promise.resolve();
      },
      sync: (_action, { deliver }) =>
        deliver({
          jobs: 1 + Math.floor(random() * 3),
          retryUndeliverable: refused.size > 0 && random() < 0.3,
        }),
      verify: async (_action, { store, tracker, deliver }) => {
        await deliver({ verify: true });
        await store.verify(tracker, {});
      },
      carry: async ({ store: from }, worker) => {
        await worker.alive("before an export");
        const copy = (stores[from] as MemoryStore).export();
        await clock.sleep(Math.floor(random() * 20_000));
        const to = stores[(from + 1) % stores.length] as MemoryStore;
        if (stores.length > 1) await to.import(copy);
        discard(copy);
      },
      tag: (action, { store }) =>
        onRun(action, store, async (key) => {
          // In no order, so that a larger one is not the later one.
          const value = [...`${clock.now() - START_MS}`].reverse().join("");
          await store.logBatch(key, { tags: { [`of${action.store}`]: value } });
          truth.changed(key, `of${action.store}`, value);
        }),
      untag: (action, { store }) =>
        onRun(action, store, async (key) => {
          if ((await store.getRun(key)).tags[`of${action.store}`] === undefined) return;
          await store.deleteTag(key, `of${action.store}`);
          truth.changed(key, `of${action.store}`, null);
        }),
      rename: (action, { store }) =>
        onRun(action, store, async (key, run) => {
          if (run.store !== action.store) return;
          await store.updateRun(key, { name: `renamed ${action.at}` });
          truth.renamed(key, `renamed ${action.at}`);
        }),
      remove: (action, { store }) =>
        onRun(action, store, async (key) => {
          truth.deleted(key);
          await store.deleteRun(key);
        }),
      restore: (action, { store }) => onRun(action, store, (key) => store.restoreRun(key)),
      prune: (_action, { store }) => {
        store.prune({ olderThanMs: -1 });
        return Promise.resolve();
      },
      "power cut": ({ store }) => {
        for (const process of processes[store] ?? []) process.alive = false;
        stores[store]?.cutPower();
        return Promise.resolve();
      },
      "server stops": () => {
        upAgainAt = clock.now() + 500 + Math.floor(random() * 30_000);
        return Promise.resolve();
      },
      "server deletes": ({ run }) => {
        const chosen = logged[run % Math.max(1, logged.length)];
        for (const { tags, id } of server.runs.values()) {
          if (chosen === undefined || tags.get("btflow.run_key") !== chosen.key) continue;
          truth.deleted(chosen.key);
          (server.runs.get(id) as { stage: string }).stage = "deleted";
        }
        return Promise.resolve();
      },
    };

  const onRun = async (
    { run }: Action,
    store: LocalStore,
    change: (key: string, run: Announced) => Promise<void>,
  ): Promise<void> => {
    const chosen = logged[run % Math.max(1, logged.length)];
    if (chosen === undefined || store.resolveRunId(chosen.key) === null) return;
    await change(chosen.key, chosen);
  };

  const attempt = async (what: string, todo: () => Promise<void>): Promise<void> => {
    try {
      await todo();
    } catch (error) {
      if (isExpected(error)) return;
      violations.push(`${what}: ${error instanceof Error ? error.stack : String(error)}`);
    }
  };

  /** Runs of which no store knows what their server refuses, or one knows wrongly. */
  const unlisted = (): readonly string[] => {
    const listed = new Map<string, Set<string>>();
    for (const [at] of stores.entries()) {
      const query = { trackingUri: SERVER.origin, refused: true };
      for (const { key, undeliverable } of begin(at).store.waiting(query)) {
        const parts = listed.get(key) ?? new Set();
        listed.set(key, parts);
        for (const { part } of undeliverable) parts.add(part);
      }
    }
    return logged.flatMap(({ key }) => {
      const lacks = truth.lacking(key);
      const known = [...listed.get(key) ?? []].sort();
      const isRight = lacks === null || lacks.join() === known.join();
      return isRight ? [] : [`${key}: it lacks ${lacks}, listed are ${known}`];
    });
  };

  for (const action of plan.actions) {
    clock.after(action.at, () => {
      counts.add(action.kind);
      const worker = begin(action.store, action.killedAfter);
      void attempt(action.kind, () => work[action.kind](action, worker)).then(() => {
        worker.process.ended = true;
      });
    });
  }
  await clock.run();

  // Nothing more goes wrong; what is under way has arrived. Everybody syncs until nothing waits.
  isQuiet = true;
  clock.after(SETTLE_MS, () => {});
  await clock.run();
  if (areFilesLost) {
    counts.add("files lost");
    for (let syncs = logged.length; syncs > 0 && truth.patient(server).length > 0; syncs--) {
      for (let at = 0; at < stores.length; at++) {
        void attempt("waiting for files", () => begin(at).deliver({ jobs: 1 }));
        await clock.run();
      }
    }
    violations.push(...truth.patient(server));
    areFilesLost = false;
  }
  for (const isLast of [false, true]) {
    for (let at = 0; at < stores.length; at++) {
      const { deliver, store, tracker } = begin(at);
      void attempt("settling", async () => {
        await deliver({});
        if (!isLast || !plan.verified) return;
        for (const { key, error, differences } of await store.verify(tracker, {})) {
          violations.push(...truth.doubted(key, error === null ? differences : [error.message]));
        }
      });
      await clock.run();
    }
    clock.after(SETTLE_MS, () => {});
    await clock.run();
  }
  if (refused.size > 0) {
    counts.add("refused parts");
    violations.push(...truth.settled(server), ...unlisted());
    // Once the server takes all of it, all of it arrives.
    refused.clear();
    for (const [at] of stores.entries()) {
      void attempt("retrying", () => begin(at).deliver({ retryUndeliverable: true }));
      await clock.run();
    }
    violations.push(...unlisted());
  }
  afterwards(server);
  violations.push(...seen.violations, ...truth.settled(server));
  if (seen.madeAtOnce.size > 0) counts.add("made at once");
  for (const store of stores) store.close();
  return { violations, counts };
}

interface Worker {
  readonly process: Process;
  readonly store: LocalStore;
  readonly tracker: ReturnType<typeof mlflowClient>;
  readonly alive: (step: string) => Promise<void>;
  readonly deliver: (options: Partial<DeliverOptions>) => Promise<void>;
}

/** What a process may be told when it works on what another changes, or a server refuses. */
function isExpected(error: unknown): boolean {
  return error instanceof TrackerError;
}
