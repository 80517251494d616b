// A store and a server in memory, for tests of one situation of delivery each.

import { TrackerError } from "../../lib/errors.ts";
import { type DeliverOptions, type LocalStore, openStore } from "../../lib/store/mod.ts";
import { openDatabase } from "../../lib/store/sqlite.ts";
import type { Run, Tracker } from "../../lib/tracker.ts";
import { type FakeServer, fakeServer } from "./fake_server.ts";
import { quickIo, START, type StoreFolder, storeFolder } from "./store_folder.ts";

export interface DeliveryWorld extends StoreFolder {
  readonly store: LocalStore;
  readonly server: FakeServer;
  /** Delivers all that waits, one after the other; how each ended, and why. */
  readonly send: (
    changed?: Partial<Tracker>,
    options?: DeliverOptions,
  ) => Promise<readonly (readonly [string, string])[]>;
  /** How long delivery has slept, each time; no other time passes. */
  readonly sleeps: number[];
}

export function deliveryTest(name: string, run: (world: DeliveryWorld) => Promise<void>): void {
  Deno.test(name, async () => {
    const folder = await storeFolder();
    const sleeps: number[] = [];
    const { sleep, ...quick } = quickIo();
    let nowMs = quick.now();
    const io = {
      ...quick,
      now: () => nowMs,
      sleep: (ms: number) => {
        sleeps.push(ms);
        nowMs += ms;
        return sleep(ms);
      },
    };
    const store = await openStore(io, folder.path);
    const server = fakeServer();
    const send: DeliveryWorld["send"] = async (changed = {}, options = {}) =>
      (await store.deliver({ ...server, ...changed }, { jobs: 1, ...options }))
        .map(({ status, error }) => [status, error?.message ?? ""] as const);
    try {
      await run({ ...folder, io, store, server, send, sleeps });
    } finally {
      await store.close();
      await folder.remove();
    }
  });
}

export function failure(
  code: string,
  status: number,
  more: { readonly maybeDone?: boolean; readonly retryAfterMs?: number } = {},
): TrackerError {
  return new TrackerError("POST", "http://server:5000", { status, code, message: code, ...more });
}

export const DELIVERED = [["delivered", ""]] as const;

export function activeRuns(server: FakeServer): readonly Run[] {
  return [...server.runs.values()].map(({ run }) => run)
    .filter(({ lifecycleStage }) => lifecycleStage === "active");
}

/** A creation that is carried out, and ends with this error. */
export function carriedOut({ server }: DeliveryWorld, error: Error): Tracker["createRun"] {
  return async (run) => {
    await server.createRun(run);
    throw error;
  };
}

/** A run with this run's key, as another creation would have made it. */
export async function made({ server }: DeliveryWorld, key: string, points = 0): Promise<Run> {
  const experimentId = (await server.findExperiment("crypto"))?.id ??
    await server.createExperiment("crypto");
  const tags = { "btflow.run_key": key };
  const run = await server.createRun({
    experimentId,
    name: "r",
    startTime: START,
    user: "ada",
    tags,
  });
  const metrics = Array.from({ length: points }, (_, at) => ({
    key: `m${at}`,
    value: 1,
    timestamp: START,
    step: 0,
  }));
  if (points > 0) await server.logBatch(run.id, { metrics });
  return run;
}

/** Marks a run as brought by another store, which may have delivered it as well. */
export function markImported({ path }: DeliveryWorld): void {
  const database = openDatabase(path);
  database.run("UPDATE runs SET imported = 1");
  database.close();
}
