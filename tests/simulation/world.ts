// What a history is played on: processes at stores, a network, a server and a clock, all of them
// played, around the real delivery, client and store.

import type { Io } from "../../lib/io.ts";
import { mlflowClient } from "../../lib/mlflow/client.ts";
import type { TransportRequest } from "../../lib/transport/mod.ts";
import type { DeliverOptions, LocalStore } from "../../lib/store/mod.ts";
import { seededRandom } from "../helpers/random.ts";
import { type Clock, virtualClock } from "./clock.ts";
import { counted, Counts, interleavings, kindOf } from "./counting.ts";
import { type MemoryStore, memoryStore, type Process } from "./memory_store.ts";
import type { Announced } from "./expected.ts";
import { type Model, model } from "./model.ts";
import { type Fate, network, TIMEOUT_MS } from "./network.ts";
import type { Plan } from "./plan.ts";
import { memoryServer, type Server } from "./server.ts";
import { type Passage, type Wire, wire } from "./wire.ts";

export const START_MS = 1_700_000_000_000;
export const SERVER: URL = new URL("http://server:5000");

/** What all that happens in a history shares. */
export interface World {
  readonly plan: Plan;
  readonly clock: Clock;
  readonly random: () => number;
  readonly server: Server;
  /** The parts of runs that the server refuses. */
  readonly refused: Set<string>;
  readonly truth: Model;
  readonly seen: Wire;
  readonly stores: readonly MemoryStore[];
  /** Those that ever were, by store. */
  readonly processes: readonly Process[][];
  readonly turns: readonly ((process: Process) => void)[];
  readonly logged: Announced[];
  readonly violations: string[];
  readonly counts: Counts;
  /** How many requests, and of them how many to make a run, have been sent. */
  requests: number;
  creations: number;
  /** Nothing goes wrong any more. */
  isQuiet: boolean;
  areFilesLost: boolean;
  upAgainAt: number;
}

/** The world of a plan before anything happens. */
export function worldOf(plan: Plan): World {
  const clock = virtualClock(START_MS);
  const server = memoryServer();
  const refused = new Set(plan.refused);
  server.refuse(refused);
  if (plan.filtersIgnored) server.ignoreFilters();
  const seen = wire(clock, server);
  const counts = new Counts();
  const stores = Array.from({ length: plan.stores }, (_, index) => memoryStore(`store ${index}`));
  return {
    plan,
    clock,
    random: seededRandom(plan.seed ^ 0x5eed),
    server,
    refused,
    truth: model(refused, seen, clock.now),
    seen,
    stores,
    processes: stores.map(() => []),
    turns: stores.map(() => interleavings(counts)),
    logged: [],
    violations: [],
    counts,
    requests: 0,
    creations: 0,
    isQuiet: false,
    areFilesLost: plan.filesLost,
    upAgainAt: 0,
  };
}

/** A process at a store, with what it works with. */
export interface Worker {
  readonly process: Process;
  readonly store: LocalStore;
  readonly tracker: ReturnType<typeof mlflowClient>;
  /** Passed at each step: resolves at once while the process lives, and never once it has ended. */
  readonly alive: (step: string) => Promise<void>;
  readonly deliver: (options: Partial<DeliverOptions>) => Promise<void>;
}

/** Begins a process at a store, which is killed after so many steps. */
export function begin(world: World, at: number, killedAfter: number = Infinity): Worker {
  const { plan, clock, random, server, refused, truth, seen, stores, counts } = world;
  const process: Process = {
    alive: true,
    ended: false,
    name: `process ${world.processes[at]?.length}`,
  };
  world.processes[at]?.push(process);
  let steps = 0;
  const alive = (step: string): Promise<void> => {
    if (steps++ >= killedAfter && process.alive) {
      counts.add("killed");
      counts.add(`killed ${kindOf(step)}`);
      process.alive = false;
    }
    if (process.alive) world.turns[at]?.(process);
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
    if (world.areFilesLost && method === "PUT") return { fate: "lost", share: 0 };
    const planned = path.endsWith("/runs/create")
      ? plan.creations[world.creations++]
      : plan.fates[world.requests++];
    const fate = world.isQuiet ? "well" : planned ?? "well";
    if (fate !== "well") counts.add(fate);
    return { fate, share: random() };
  };
  const isUp = (): boolean => world.isQuiet || clock.now() >= world.upAgainAt;
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
    if (plan.isGapped && at === 0) return;
    const known = { store: at, until: truth.lastChange() };
    const outcomes = await store.deliver(tracker, { stopAt: alive, ...options });
    await alive("at its end");
    // Nor can a store know what the server has refused another that has the run.
    if (plan.filtersIgnored || refused.size < plan.refused.length) return;
    for (const { status, key } of outcomes) {
      if (status === "delivered") {
        const wrong = truth.claimed(server, key, known);
        world.violations.push(...wrong.map((what) => `claimed: ${what}`));
        const times = seen.left(process, at, key);
        if (times > 1) world.violations.push(`claimed: ${key} is there ${times} times`);
      }
    }
  };
  return { process, store, tracker, alive, deliver };
}
