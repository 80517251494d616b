// Parts that a server refuses: what is sent again, when, and what stays listed. One decision a test.

import { assert, assertEquals } from "@std/assert";
import { openDatabase } from "../../lib/store/sqlite.ts";
import type { Batch, Tracker } from "../../lib/tracker.ts";
import {
  activeRuns,
  DELIVERED,
  deliveryTest,
  type DeliveryWorld,
  failure,
} from "./delivery_world.ts";
import { record, START } from "./store_folder.ts";

const REFUSED = failure("INVALID_PARAMETER_VALUE", 400);
const BROKEN = failure("INTERNAL_ERROR", 500);
const file = (path: string): { readonly path: string; readonly content: Uint8Array } => ({
  path,
  content: new Uint8Array([1, 2, 3]),
});

/** The server, as it refuses batches; and all that it is sent. */
function noting(
  { server }: DeliveryWorld,
  isRefused: (batch: Required<Batch>) => boolean = () => false,
): { readonly tracker: Tracker; readonly batches: Required<Batch>[]; readonly others: string[] } {
  const batches: Required<Batch>[] = [];
  const others: string[] = [];
  const tracker: Tracker = {
    ...server,
    logBatch: (id, batch) => {
      const whole = { metrics: [], params: {}, tags: {}, ...batch };
      batches.push(whole);
      return isRefused(whole) ? Promise.reject(REFUSED) : server.logBatch(id, batch);
    },
    logInputs: (id, datasets) => {
      others.push(...datasets.map(({ name }) => `dataset ${name}`));
      return server.logInputs(id, datasets);
    },
    writeArtifact: (id, path, content) => {
      others.push(`artifact ${path}`);
      return server.writeArtifact(id, path, content);
    },
    updateRun: (id, change) => {
      others.push("end");
      return server.updateRun(id, change);
    },
    getRun: (id) => {
      others.push("read");
      return server.getRun(id);
    },
  };
  return { tracker, batches, others };
}

function partsOf({ store, server }: DeliveryWorld): readonly string[] {
  return store.waiting({ trackingUri: server.uri, refused: true })
    .flatMap(({ undeliverable }) => undeliverable.map(({ part }) => part));
}

const NO_WINDOW = ({ params }: Required<Batch>): boolean => "window" in params;
const kill = (at: string) => (step: string): void => {
  if (step === at) throw new Error("killed");
};

deliveryTest("a retry sends what was refused, and nothing else", async (world) => {
  const { store, send } = world;
  store.commitRun(record(1, { artifacts: [file("a.bin")] }));
  const first = noting(world, NO_WINDOW);
  assertEquals(await send(first.tracker), DELIVERED);
  // Nothing is read back unasked.
  assertEquals(first.others, ["dataset btc-1.csv", "artifact a.bin", "end"]);
  const again = noting(world);
  assertEquals(await send(again.tracker, { retryUndeliverable: true }), DELIVERED);
  assertEquals(again.batches, [{ metrics: [], params: { window: "1" }, tags: {} }]);
  assertEquals(again.others, ["read"]);
  assertEquals(partsOf(world), []);
});

deliveryTest(
  "a batch of which parts were refused is not sent again after an interruption",
  async (world) => {
    const { store, send } = world;
    store.commitRun(record(1));
    await send(noting(world, NO_WINDOW).tracker, { stopAt: kill("before inputs") });
    const again = noting(world, NO_WINDOW);
    assertEquals(await send(again.tracker), DELIVERED);
    assertEquals(again.batches, []);
    assertEquals(partsOf(world), ["param window"]);
  },
);

deliveryTest(
  "whether a run takes batches is asked once, and only where one is refused",
  async (world) => {
    const { store, server, send } = world;
    store.commitRun(record(1, { params: { window: "1", other: "2" } }));
    const { tracker, batches } = noting(world, ({ params }) => Object.keys(params).length > 0);
    assertEquals(await send(tracker), DELIVERED);
    const probes = batches.filter(({ tags }) => "btflow.run_key" in tags);
    assertEquals(probes.length, 1);
    assertEquals(partsOf(world), ["param other", "param window"]);
    store.commitRun(record(2));
    const none = noting(world, () => true);
    assertEquals((await send(none.tracker))[0]?.[0], "failed");
    assertEquals(partsOf(world), ["param other", "param window"]);
    assertEquals(activeRuns(server).at(-1)?.status, "RUNNING");
  },
);

const equity = (length: number): Required<Batch>["metrics"] =>
  Array.from({ length }, (_, step) => ({ key: "equity", value: step, timestamp: START, step }));
const NO_EARLY_POINT = ({ metrics }: Required<Batch>): boolean =>
  metrics.some(({ key, step }) => key === "equity" && step === 5);

deliveryTest(
  "a series stays listed when points that came after arrive in a later sync",
  async (world) => {
    const { store, send } = world;
    store.commitRun(record(1, { metrics: equity(2500) }));
    await send(noting(world, NO_EARLY_POINT).tracker, { stopAt: kill("before batch 3") });
    assertEquals(await send(noting(world, NO_EARLY_POINT).tracker), DELIVERED);
    assertEquals(partsOf(world), ["metric equity"]);
  },
);

deliveryTest("a series of which a point is refused again stays listed", async (world) => {
  const { store, send } = world;
  const key = store.commitRun(record(1, { metrics: equity(50) }));
  await send(noting(world, NO_EARLY_POINT).tracker);
  await store.logBatch(key, { tags: { note: "x" } });
  assertEquals(await send(noting(world, NO_EARLY_POINT).tracker), DELIVERED);
  assertEquals(partsOf(world), ["metric equity"]);
});

deliveryTest(
  "a retry that is interrupted forgets no part that it has not come to",
  async (world) => {
    const { store, server, send } = world;
    store.commitRun(record(1, { artifacts: [file("a.bin")] }));
    const writeArtifact = (): Promise<never> => Promise.reject(REFUSED);
    await send({ ...noting(world, NO_WINDOW).tracker, writeArtifact });
    assertEquals(partsOf(world), ["artifact a.bin", "param window"]);
    await send({}, { retryUndeliverable: true, stopAt: kill("before artifact a.bin") });
    assertEquals(partsOf(world), ["artifact a.bin"]);
    assertEquals(activeRuns(server)[0]?.params["window"], "1");
  },
);

for (
  const [imported, there, expected] of [
    [0, "by hand", "long"],
    [1, "by hand", "by hand"],
    [1, undefined, "long"],
  ] as const
) {
  const whose = imported === 0 ? "the store's own" : "an imported run's";
  deliveryTest(`${whose} refused tag is sent again over ${there ?? "nothing"}`, async (world) => {
    const { store, server, send } = world;
    store.commitRun(record(1));
    const { tracker } = noting(
      world,
      ({ tags, params }) => "side" in tags || "window" in params,
    );
    const createRun: Tracker["createRun"] = (run) =>
      "side" in run.tags ? Promise.reject(REFUSED) : server.createRun(run);
    assertEquals(await send({ ...tracker, createRun }), DELIVERED);
    assertEquals(partsOf(world), ["param window", "tag side"]);
    const [id = ""] = server.runs.keys();
    // A tag's name is no param's.
    await server.logBatch(id, { tags: { window: "x" } });
    if (there !== undefined) await server.logBatch(id, { tags: { side: there } });
    const database = openDatabase(world.path);
    database.run("UPDATE runs SET imported = ?", imported);
    database.close();
    assertEquals(await send({}, { retryUndeliverable: true }), DELIVERED);
    const { tags, params } = await server.getRun(id);
    assertEquals([tags["side"], params["window"], partsOf(world)], [expected, "1", []]);
  });
}

deliveryTest("a tag that may not be removed is listed, and removed on a retry", async (world) => {
  const { store, server, send } = world;
  const key = store.commitRun(record(1));
  await send();
  await store.deleteTag(key, "side");
  assertEquals(await send({ deleteTag: () => Promise.reject(REFUSED) }), DELIVERED);
  assertEquals(partsOf(world), ["removal of tag side"]);
  assertEquals(activeRuns(server)[0]?.tags["side"], "long");
  // Unasked it is not tried again, whatever else changes.
  await store.logBatch(key, { tags: { note: "x" } });
  const deleteTag = (): Promise<never> => Promise.reject(BROKEN);
  assertEquals(await send({ deleteTag }), DELIVERED);
  assertEquals(await send({}, { retryUndeliverable: true }), DELIVERED);
  assertEquals([activeRuns(server)[0]?.tags["side"], partsOf(world)], [undefined, []]);
});

deliveryTest(
  "a tag that was not removed for a fault of the server is removed later",
  async (world) => {
    const { store, server, send } = world;
    const key = store.commitRun(record(1));
    await send();
    await store.deleteTag(key, "side");
    const [failed] = await send({ deleteTag: () => Promise.reject(BROKEN) });
    assertEquals(failed?.[0], "failed");
    assertEquals([await send(), partsOf(world)], [DELIVERED, []]);
    assertEquals(activeRuns(server)[0]?.tags["side"], undefined);
  },
);

deliveryTest("a metric of one point has no step to name", async (world) => {
  const { store, server } = world;
  store.commitRun(record(1));
  const { tracker, batches } = noting(
    world,
    ({ metrics }) => metrics.some(({ key }) => key === "metric_3"),
  );
  const [outcome] = await store.deliver({ ...server, ...tracker });
  assertEquals(outcome?.undeliverable, [{ part: "metric metric_3", reason: REFUSED.reason }]);
  assertEquals(outcome?.experimentId, activeRuns(server)[0]?.experimentId);
  // Halves down to the one, and whether the run takes batches; no other metric is tried by itself.
  assert(batches.length <= 12, `${batches.length} requests`);
});

deliveryTest("a metric is not given up for a fault of the server", async (world) => {
  const { store, server, send } = world;
  store.commitRun(record(1, { metrics: equity(300) }));
  const logBatch: Tracker["logBatch"] = (id, batch) => {
    const steps = (batch.metrics ?? []).map(({ step }) => step);
    if (steps.length === 1 && steps[0] === 299) return Promise.reject(BROKEN);
    return steps.length > 0 ? Promise.reject(REFUSED) : server.logBatch(id, batch);
  };
  assertEquals((await send({ logBatch }))[0], ["failed", BROKEN.message]);
});

deliveryTest("a name that was refused is not tried again unasked", async (world) => {
  const { store, server, send } = world;
  const key = store.commitRun(record(1));
  await send();
  await store.updateRun(key, { name: "renamed" });
  let names = 0;
  const updateRun: Tracker["updateRun"] = (id, change) => {
    if (change.name === undefined) return server.updateRun(id, change);
    names++;
    return Promise.reject(REFUSED);
  };
  assertEquals(await send({ updateRun }), DELIVERED);
  await store.logBatch(key, { tags: { note: "x" } });
  assertEquals(await send({ updateRun }), DELIVERED);
  assertEquals([names, partsOf(world)], [1, ["run name"]]);
});

const DENIED = failure("PERMISSION_DENIED", 403);

for (
  const [what, tags, error, probe, expected] of [
    ["refuses a param of a run without tags", {}, REFUSED, null, ["delivered", ""]],
    ["denies all of a run without tags", {}, DENIED, null, ["failed", DENIED.message]],
    ["takes a tag that the run has", { "mlflow.user": "bob" }, REFUSED, null, ["delivered", ""]],
    ["refuses even that", { "mlflow.user": "bob" }, REFUSED, DENIED, ["failed", REFUSED.message]],
    ["fails at it", { "mlflow.user": "bob" }, REFUSED, BROKEN, ["failed", BROKEN.message]],
  ] as const
) {
  deliveryTest(
    `into another's run is logged as far as a server allows that ${what}`,
    async (world) => {
      const { store, server, send } = world;
      const experimentId = await server.createExperiment("live");
      const { id } = await server.createRun({
        experimentId,
        name: "theirs",
        startTime: START,
        user: "bob",
        tags,
      });
      store.commitRun(
        record(1, { existingRunId: id, trackingUri: server.uri, experiment: { kind: "ofRun" } }),
      );
      const probes: unknown[] = [];
      const logBatch: Tracker["logBatch"] = (run, batch) => {
        if ("window" in (batch.params ?? {})) return Promise.reject(error);
        if (batch.params !== undefined) return server.logBatch(run, batch);
        probes.push(batch);
        return probe === null ? server.logBatch(run, batch) : Promise.reject(probe);
      };
      assertEquals(await send({ logBatch }), [expected]);
      assertEquals(probes, "mlflow.user" in tags ? [{ tags }] : []);
    },
  );
}
