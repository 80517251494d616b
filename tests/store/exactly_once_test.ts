// The promise: after any number of kills, lost answers and repeats, each run is on the server
// exactly once and complete. Proven over many seeds, each a different history of faults, against a
// server in memory; a killed process is a copy of its store's files as they were at that moment.

import { assert, assertEquals } from "@std/assert";
import { type LocalStore, openStore, type RunRecord } from "../../lib/store/mod.ts";
import { type FakeServer, fakeServer } from "./fake_server.ts";
import { seededRandom } from "../helpers/random.ts";
import { type Fault, faulty, type LateRequest } from "./faults.ts";
import { record, START, type StoreFolder, storeFolder } from "./store_folder.ts";

const SEEDS = 40;
const RUNS = 5;

/** Runs that between them use every part of delivery. */
function records(seed: number): readonly RunRecord[] {
  const text = (value: string): Uint8Array => new TextEncoder().encode(value);
  return Array.from({ length: RUNS }, (_, index) => {
    const base = record(seed * 100 + index);
    switch (index) {
      case 1: {
        const series = Array.from({ length: 150 }, (_, step) => ({
          key: `series_${step % 2}`,
          value: step / 7,
          timestamp: START + step,
          step,
        }));
        return { ...base, metrics: [...base.metrics, ...series] };
      }
      case 2:
        return {
          ...base,
          artifacts: [
            { path: "report.html", content: text("<p>1</p>") },
            { path: "data/returns.csv", content: text("date,return\n") },
          ],
        };
      case 3: {
        const many = Array.from({ length: 130 }, (_, name) => ({
          key: `many_${name}`,
          value: name,
          timestamp: START,
          step: 0,
        }));
        const tags = Object.fromEntries(many.map(({ key }) => [`tag_${key}`, key]));
        return { ...base, metrics: [...base.metrics, ...many], tags: { ...base.tags, ...tags } };
      }
      default:
        return index === 4
          ? { ...base, experiment: { kind: "name" as const, name: "other" }, datasets: [] }
          : base;
    }
  });
}

const FAULTS: readonly (readonly [Fault, number])[] = [
  ["lost request", 0.08],
  ["lost answer", 0.1],
  ["busy", 0.05],
  ["late", 0.06],
  ["kill", 0.04],
];

function drawer(random: () => number): () => Fault {
  return () => {
    let chance = random();
    for (const [fault, probability] of FAULTS) {
      chance -= probability;
      if (chance < 0) return fault;
    }
    return "none";
  };
}

/** The store as another process would find it if this one ended now. */
async function afterKill(
  folder: StoreFolder,
  store: LocalStore,
  life: number,
): Promise<LocalStore> {
  const path = `${folder.folder}/store-${life}.db`;
  await Deno.copyFile(store.path, path);
  await Deno.copyFile(`${store.path}-wal`, `${path}-wal`).catch(() => {});
  return await openStore(folder.io, path);
}

/** Delivers through faults until nothing waits; the store may have been replaced by kills. */
async function deliverThroughFaults(
  folder: StoreFolder,
  first: LocalStore,
  server: FakeServer,
  seed: number,
): Promise<LocalStore> {
  const random = seededRandom(seed);
  const late: LateRequest[] = [];
  const lives = [first];
  let store = first;
  for (let round = 0; round < 60; round++) {
    if (store.waiting({ trackingUri: server.uri }).length === 0) break;
    const isQuiet = round >= 40;
    const draw = isQuiet ? (): Fault => "none" : drawer(random);
    const killed = Promise.withResolvers<"killed">();
    const tracker = faulty(server, { late, random, draw, onKill: () => killed.resolve("killed") });
    const options = { jobs: 1 + (seed % 3), verify: seed % 2 === 0 };
    const ended = await Promise.race([store.deliver(tracker, options), killed.promise]);
    if (ended === "killed") {
      store = await afterKill(folder, store, lives.length);
      lives.push(store);
    }
  }
  for (const life of lives.slice(0, -1)) await life.close();
  return store;
}

function assertComplete(server: FakeServer, expected: readonly RunRecord[], context: string): void {
  const active = [...server.runs.values()].filter(({ run }) => run.lifecycleStage === "active");
  assertEquals(active.length, expected.length, `${context}: runs on the server`);
  for (const wanted of expected) {
    const found = active.filter(({ run }) => run.name === wanted.runName);
    assertEquals(found.length, 1, `${context}: ${wanted.runName}`);
    const [{ run, points, artifacts }] = found as [(typeof found)[0]];
    assertEquals(run.status, wanted.status, context);
    assertEquals([run.startTime, run.endTime], [wanted.startTime, wanted.endTime], context);
    assertEquals(run.params, wanted.params, context);
    for (const [key, value] of Object.entries(wanted.tags)) {
      assertEquals(run.tags[key], value, `${context}: tag ${key}`);
    }
    const mark = (point: { key: string; step: number; timestamp: number; value: number }): string =>
      `${point.key} ${point.step} ${point.timestamp} ${point.value}`;
    assertEquals(points.map(mark).sort(), wanted.metrics.map(mark).sort(), `${context}: points`);
    assertEquals(run.datasets.length, wanted.datasets.length, context);
    assertEquals(
      [...artifacts].map(([path, content]) => `${path} ${content.length}`).sort(),
      wanted.artifacts.map(({ path, content }) => `${path} ${content.length}`).sort(),
      `${context}: artifacts`,
    );
  }
}

Deno.test({
  name: `each run is delivered exactly once, over ${SEEDS} histories of faults and kills`,
  // Killed deliveries hang for ever, which is what they are made to do.
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async () => {
    let kills = 0;
    let repeated = 0;
    for (let seed = 1; seed <= SEEDS; seed++) {
      const folder = await storeFolder();
      const server = fakeServer();
      const first = await openStore(folder.io, folder.path);
      const wanted = records(seed);
      first.commitRuns(wanted);
      const store = await deliverThroughFaults(folder, first, server, seed);
      if (store !== first) kills++;
      assertEquals(store.waiting({ trackingUri: server.uri }), [], `seed ${seed}: still waiting`);
      assertComplete(server, wanted, `seed ${seed}`);
      repeated += server.runs.size - wanted.length;
      await store.close();
      await folder.remove();
    }
    // The histories are hard enough to tell; without kills the test would prove little.
    assert(kills > SEEDS / 4, "hardly any process was killed");
    // A creation that arrives after its repetition is the only reason for a run to be taken away.
    assert(repeated <= 2, `${repeated} creations were repeated although the first had arrived`);
  },
});
