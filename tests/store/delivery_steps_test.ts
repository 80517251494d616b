// What each step of a delivery sends, and what it leaves: one decision a test.

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { openDatabase } from "../../lib/store/sqlite.ts";
import type { Dataset, RunChange, Tracker } from "../../lib/tracker.ts";
import { activeRuns, DELIVERED, deliveryTest, failure } from "./delivery_world.ts";
import { record, START } from "./store_folder.ts";

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
      { name: "b" },
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
    change.name === undefined
      ? server.updateRun(id, change)
      : Promise.reject(failure("INTERNAL_ERROR", 500));
  assertEquals((await send({ updateRun }))[0]?.[0], "failed");
  assertEquals([await send(), store.waiting({ trackingUri: server.uri, refused: true })], [
    DELIVERED,
    [],
  ]);
  assertEquals(activeRuns(server)[0]?.name, "renamed");
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
    let looks = 0;
    const searchRuns = (): never => {
      looks++;
      throw lost;
    };
    assertEquals(await send({ searchRuns }, { keys: [other] }), DELIVERED);
    assertEquals(looks, 0);
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
    Object.keys(run.tags).length > 1
      ? Promise.reject(failure("INVALID_PARAMETER_VALUE", 400))
      : server.createRun(run);
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
