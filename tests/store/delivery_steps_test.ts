// What each step of a delivery sends, and what it leaves: one decision a test.

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { openDatabase } from "../../lib/store/sqlite.ts";
import type { Batch, Dataset, RunChange, Tracker } from "../../lib/tracker.ts";
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

deliveryTest("a group that only the server has is named by its id", async (world) => {
  const { store, server, send } = world;
  store.commitRun(record(1));
  await send();
  const [group = ""] = server.runs.keys();
  store.commitRun(record(2, { parentKey: "0".repeat(32) }));
  assertEquals(await send(), DELIVERED);
  assertEquals(activeRuns(server).at(-1)?.tags["mlflow.parentRunId"], "0".repeat(32));
  assertEquals(group === "", false);
});

deliveryTest(
  "a run whose group is meant for another server says that it waits for it",
  async (world) => {
    const { store, server, send } = world;
    const parentKey = store.commitRun(record(1, { trackingUri: "http://other:5000" }));
    store.commitRun(record(2, { parentKey, trackingUri: server.uri }));
    const [[status, message] = []] = await send();
    assertEquals(status, "failed");
    assertMatch(message ?? "", /, is not delivered yet$/);
  },
);

for (
  const [what, fields, change, expected] of [
    ["runs", { status: "RUNNING", endTime: null }, {}, []],
    ["runs and has another name", { status: "RUNNING", endTime: null }, { name: "b" }, [
      { status: "RUNNING", name: "b" },
    ]],
    ["runs and has an end", { status: "RUNNING", endTime: 9 }, {}, [
      { status: "RUNNING", endTime: 9 },
    ]],
    ["failed, nobody knows when", { status: "FAILED", endTime: null }, {}, [{ status: "FAILED" }]],
  ] as const
) {
  deliveryTest(`a run that ${what} is ended on the server as it is here`, async (world) => {
    const { store, server, send } = world;
    const key = store.commitRun(record(1, fields));
    if ("name" in change) {
      await send();
      await store.updateRun(key, change);
    }
    const changes: RunChange[] = [];
    const updateRun: Tracker["updateRun"] = (id, one) => {
      changes.push(one);
      return server.updateRun(id, one);
    };
    assertEquals(await send({ updateRun }), DELIVERED);
    assertEquals(changes, [...expected]);
  });
}

deliveryTest("a name that a faulty server did not take is sent again", async (world) => {
  const { store, server, send } = world;
  const key = store.commitRun(record(1));
  await send();
  await store.updateRun(key, { name: "renamed" });
  const updateRun: Tracker["updateRun"] = (id, change) =>
    change.name === undefined ? server.updateRun(id, change) : Promise.reject(BROKEN);
  assertEquals((await send({ updateRun }))[0]?.[0], "failed");
  assertEquals([await send(), partsOf(world)], [DELIVERED, []]);
  assertEquals(activeRuns(server)[0]?.name, "renamed");
});

deliveryTest("older changes do not set back the time of the server's", async (world) => {
  const { store, server, send, io } = world;
  const key = store.commitRun(record(1));
  await send();
  const database = openDatabase(world.path);
  database.run("UPDATE runs SET imported = 1");
  database.close();
  const [id = ""] = server.runs.keys();
  await store.logBatch(key, { tags: { own: "1" } });
  const later = String(io.now() + 60_000);
  await server.logBatch(id, { tags: { "btflow.changed": later } });
  assertEquals(await send(), DELIVERED);
  const { tags } = await server.getRun(id);
  assertEquals([tags["own"], tags["btflow.changed"]], ["1", later]);
});

for (
  const [lost, more] of [[5, /metric_4 is missing$/], [
    7,
    /metric_4 is missing and 2 more$/,
  ]] as const
) {
  deliveryTest(`of ${lost} differences five are named`, async (world) => {
    const { store, server, send } = world;
    const metrics = Array.from({ length: lost }, (_, at) => ({
      key: `metric_${at}`,
      value: 1,
      timestamp: START,
      step: 0,
    }));
    store.commitRun(record(1, { metrics }));
    const logBatch: Tracker["logBatch"] = (id, { params = {}, tags = {} }) =>
      server.logBatch(id, { params, tags });
    const [[status, message] = []] = await send({ logBatch }, { verify: true });
    assertEquals(status, "failed");
    assertMatch(message ?? "", more);
  });
}

/** Datasets as a record has them. */
function datasets(...names: string[]): readonly Dataset[] {
  return names.map((name) => ({ name, digest: name, sourceType: "local", source: "{}" }));
}

deliveryTest(
  "only the runs asked for are delivered, and nothing else is looked for",
  async (world) => {
    const { store, server, send } = world;
    const [key = "", other = ""] = store.commitRuns([
      record(1),
      record(2, { experiment: { kind: "name", name: "another" }, datasets: datasets("a", "b") }),
    ]);
    const lost = failure("TIMEOUT", 0, { maybeDone: true });
    await send({ createRun: () => Promise.reject(lost) }, { keys: [key] });
    assertEquals(await send({}, { keys: [key] }), DELIVERED);
    assertEquals(activeRuns(server).length, 1);
    // A creation of the first is in doubt; who asks for the other alone does not look.
    const searchRuns = (): never => {
      throw lost;
    };
    assertEquals(await send({ searchRuns }, { keys: [other] }), DELIVERED);
    store.commitRuns([record(3), record(4, { experiment: { kind: "name", name: "another" } })]);
    assertEquals(await send({}, { experiment: "another" }), DELIVERED);
    assertStringIncludes(store.waiting({ trackingUri: server.uri })[0]?.runName ?? "", "run 3");
  },
);

deliveryTest("a name given on the server stays until the run gets another here", async (world) => {
  const { store, server, send } = world;
  const key = store.commitRun(record(1));
  await send();
  const [id = ""] = server.runs.keys();
  await server.updateRun(id, { name: "by hand" });
  await store.logBatch(key, { tags: { note: "x" } });
  assertEquals(await send(), DELIVERED);
  assertEquals((await server.getRun(id)).name, "by hand");
  // Read back it is a difference, and is mended as one.
  assertEquals((await store.verify(server))[0]?.differences, ["name is by hand, not run 1"]);
  assertEquals(await send(), DELIVERED);
  assertEquals((await server.getRun(id)).name, "run 1");
  await server.updateRun(id, { name: "by hand" });
  await store.updateRun(key, { name: "another" });
  assertEquals(await send(), DELIVERED);
  assertEquals((await server.getRun(id)).name, "another");
});

deliveryTest(
  "the group's key in another tag, and another group, are sent as they are",
  async (world) => {
    const { store, server, send } = world;
    const parentKey = store.commitRun(record(1));
    const key = store.commitRun(record(2, { parentKey, tags: { sweep: parentKey } }));
    await send();
    const group = [...server.runs.values()].find(({ run }) => run.name === "run 1")?.run.id;
    const { id, tags } = activeRuns(server).find(({ name }) => name === "run 2") ?? {};
    assertEquals([tags?.["sweep"], tags?.["mlflow.parentRunId"]], [parentKey, group]);
    await store.logBatch(key, { tags: { "mlflow.parentRunId": "another" } });
    await send();
    assertEquals((await server.getRun(id ?? "")).tags["mlflow.parentRunId"], "another");
  },
);

deliveryTest("an imported run's tags arrive, also where its creation took none", async (world) => {
  const { store, server, send } = world;
  store.commitRun(record(1));
  const database = openDatabase(world.path);
  database.run("UPDATE runs SET imported = 1");
  database.run("UPDATE tags SET imported = 1");
  database.close();
  const createRun: Tracker["createRun"] = (run) =>
    Object.keys(run.tags).length > 1 ? Promise.reject(REFUSED) : server.createRun(run);
  assertEquals(await send({ createRun }), DELIVERED);
  assertEquals(activeRuns(server)[0]?.tags["side"], "long");
  // There whole, it is left as it was edited since.
  const [id = "", key = ""] = [...server.runs.values()].flatMap(({ run }) => [
    run.id,
    run.tags["btflow.run_key"],
  ]);
  await server.logBatch(id, { tags: { side: "by hand" } });
  await server.updateRun(id, { name: "by hand" });
  const again = openDatabase(world.path);
  again.run("UPDATE deliveries SET tag_revision = -1");
  again.close();
  await store.logBatch(key, { tags: { own: "1" } });
  assertEquals(await send(), DELIVERED);
  const { tags, name } = await server.getRun(id);
  assertEquals([tags["side"], tags["own"], name], ["by hand", "1", "by hand"]);
});
