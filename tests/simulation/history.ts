// A history as it happens: what its plan says, then peace, in which everybody syncs until nothing waits.
// What it finds wrong is what the model says.

import { TrackerError } from "../../lib/errors.ts";
import { act } from "./actions.ts";
import type { Counts } from "./counting.ts";
import type { Action, Plan } from "./plan.ts";
import type { Server } from "./server.ts";
import { begin, SERVER, type Worker, type World, worldOf } from "./world.ts";

export interface History {
  /** What is wrong; nothing when all is well. */
  readonly violations: readonly string[];
  /** How often each fate and each kind of action came. */
  readonly counts: Counts;
}

const SETTLE_MS = 600_000;

/** Lets a plan happen. The same plan gives the same history; `afterwards` spoils its end, for tests. */
export async function happen(
  plan: Plan,
  { afterwards = () => {} }: { readonly afterwards?: (server: Server) => void } = {},
): Promise<History> {
  const world = worldOf(plan);
  const { clock, server, seen, truth, violations, counts } = world;
  if (plan.filtersIgnored) counts.add("filters ignored");
  for (const action of plan.actions) {
    clock.after(action.at, () => {
      counts.add(action.kind);
      const worker = begin(world, action.store, action.killedAfter);
      void attempt(world, action.kind, worker, () => act(world, action, worker));
    });
  }
  await clock.run();
  // Nothing more goes wrong; what is under way has arrived.
  world.isQuiet = true;
  await pass(world);
  if (world.areFilesLost) await waitForFiles(world);
  await settle(world);
  if (world.refused.size > 0) await takeRefused(world);
  afterwards(server);
  violations.push(...seen.violations, ...truth.settled(server));
  if (seen.madeAtOnce.size > 0) counts.add("made at once");
  for (const store of world.stores) store.close();
  return { violations, counts };
}

/** Time in which whatever is to happen happens. */
async function pass({ clock }: World): Promise<void> {
  clock.after(SETTLE_MS, () => {});
  await clock.run();
}

/** Syncs while no file arrives, until all that can be there is: at most one sync a run. */
async function waitForFiles(world: World): Promise<void> {
  const { clock, stores, truth, server, violations } = world;
  world.counts.add("files lost");
  for (let left = world.logged.length; left > 0 && truth.patient(server).length > 0; left--) {
    for (const at of stores.keys()) {
      const worker = begin(world, at);
      void attempt(world, "waiting for files", worker, () => worker.deliver({ jobs: 1 }));
      await clock.run();
    }
  }
  violations.push(...truth.patient(server));
  world.areFilesLost = false;
}

/** What a store that never reaches the server has is carried to one that does. */
async function carryAll(world: World): Promise<void> {
  world.counts.add("gapped");
  const worker = begin(world, 0);
  const carry: Action = { at: 0, store: 0, kind: "carry", run: 0 };
  void attempt(world, "carrying all", worker, () => act(world, carry, worker));
  await world.clock.run();
}

/** Everybody syncs until nothing waits, and some read back what they have sent. */
async function settle(world: World): Promise<void> {
  const { plan, clock, stores, truth, violations } = world;
  if (plan.isGapped) await carryAll(world);
  for (const isLast of [false, true]) {
    for (const at of stores.keys()) {
      const worker = begin(world, at);
      void attempt(world, "settling", worker, async () => {
        await worker.deliver({});
        if (!isLast || !plan.verified) return;
        const verified = await worker.store.verify(worker.tracker, {});
        for (const { key, error, differences } of verified) {
          violations.push(...truth.doubted(key, error === null ? differences : [error.message]));
        }
      });
      await clock.run();
    }
    await pass(world);
  }
}

/** The server takes in the end what it has refused. */
async function takeRefused(world: World): Promise<void> {
  const { clock, stores, truth, server, violations } = world;
  world.counts.add("refused parts");
  violations.push(...truth.settled(server), ...unlisted(world));
  world.refused.clear();
  for (const at of stores.keys()) {
    const worker = begin(world, at);
    void attempt(world, "retrying", worker, () => worker.deliver({ retryUndeliverable: true }));
    await clock.run();
  }
  violations.push(...unlisted(world));
}

/** Runs of which no store knows what their server refuses, or one knows wrongly. */
function unlisted(world: World): readonly string[] {
  const listed = new Map<string, Set<string>>();
  for (const at of world.stores.keys()) {
    if (world.plan.isGapped && at === 0) continue;
    const query = { trackingUri: SERVER.origin, refused: true };
    for (const { key, undeliverable } of begin(world, at).store.waiting(query)) {
      const parts = listed.get(key) ?? new Set();
      listed.set(key, parts);
      for (const { part } of undeliverable) parts.add(part);
    }
  }
  return world.logged.flatMap(({ key }) => {
    const lacks = world.truth.lacking(key);
    const known = [...listed.get(key) ?? []].sort();
    const isRight = lacks === null || lacks.join() === known.join();
    return isRight ? [] : [`${key}: it lacks ${lacks}, listed are ${known}`];
  });
}

/** Lets a process do all that it does, and notes an error that nobody is to be told. */
async function attempt(
  world: World,
  what: string,
  { process }: Worker,
  todo: () => Promise<void>,
): Promise<void> {
  try {
    await todo();
  } catch (error) {
    // What a process may be told when it works on what another changes, or a server refuses.
    if (error instanceof TrackerError) return;
    world.violations.push(`${what}: ${error instanceof Error ? error.stack : String(error)}`);
  } finally {
    process.ended = true;
  }
}
