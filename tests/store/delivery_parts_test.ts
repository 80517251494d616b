// What a run needs beside its batches: its experiment on the server, its datasets, its artifacts. One
// answer of a server a test.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { openDatabase } from "../../lib/store/sqlite.ts";
import type { Tracker } from "../../lib/tracker.ts";
import { activeRuns, DELIVERED, deliveryTest, failure } from "./delivery_world.ts";
import { UsageError } from "../../lib/errors.ts";
import { fakeServer } from "./fake_server.ts";
import { record } from "./store_folder.ts";

const LOST = failure("CONNECTION", 0, { maybeDone: true });
const BROKEN = failure("INTERNAL_ERROR", 500);
const file = (path: string, byte = 1): { readonly path: string; readonly content: Uint8Array } => ({
  path,
  content: new Uint8Array([byte, 2, 3]),
});

deliveryTest(
  "an experiment is asked for once in a sync, and again where that failed",
  async (world) => {
    const { store, server, send } = world;
    store.commitRuns([1, 2, 3, 4].map((index) => record(index)));
    let asked = 0;
    const findExperiment: Tracker["findExperiment"] = (name) =>
      ++asked === 1 ? Promise.reject(BROKEN) : server.findExperiment(name);
    const ended = await send({ findExperiment });
    assertEquals(ended.map(([status]) => status), ["failed", ...Array(3).fill("delivered")]);
    assertEquals(asked, 2);
  },
);

for (
  const [what, error, isMade, expected] of [
    ["was lost, and was carried out", LOST, true, "delivered"],
    ["was lost, and was not carried out", LOST, false, "failed"],
    ["failed, since another made it", failure("RESOURCE_ALREADY_EXISTS", 400), true, "delivered"],
    [
      "failed, since something else has its name",
      failure("RESOURCE_ALREADY_EXISTS", 400),
      false,
      "failed",
    ],
    ["is not allowed", failure("PERMISSION_DENIED", 403), true, "failed"],
    ["ended in a bug", new TypeError("a bug"), true, "failed"],
  ] as const
) {
  deliveryTest(`an experiment whose creation ${what}`, async (world) => {
    const { store, server, send } = world;
    store.commitRun(record(1));
    const createExperiment: Tracker["createExperiment"] = async (...given) => {
      if (isMade) await server.createExperiment(...given);
      throw error;
    };
    const [[status, message] = []] = await send({ createExperiment });
    assertEquals([status, message], [expected, expected === "failed" ? error.message : ""]);
  });
}

deliveryTest(
  "an experiment is made as it is in the store, unless that was ruled out",
  async (world) => {
    const { store, server, send } = world;
    const id = await store.createExperiment("crypto", {
      artifactLocation: "mlflow-artifacts:/here",
      tags: { team: "a" },
    });
    store.commitRun(record(1, { noCreate: true }));
    const [[status, message] = []] = await send();
    assertEquals(status, "failed");
    assertMatch(message ?? "", /--no-create: make it with "btflow experiments create"/);
    store.commitRun(record(2));
    await send();
    const [made] = server.experiments.values();
    assertEquals([made?.name, made?.artifactLocation, made?.tags], [
      "crypto",
      "mlflow-artifacts:/here",
      { team: "a" },
    ]);
    assert(id !== "");
    store.commitRun(record(3, { experiment: { kind: "name", name: "plain" } }));
    store.commitRun(record(4, { noCreate: true }));
    let options: unknown;
    const createExperiment: Tracker["createExperiment"] = (name, given) => {
      options = given;
      return server.createExperiment(name, given);
    };
    await send({ createExperiment });
    assertEquals(options, { tags: {} });
    // What was ruled out is to make it: there by now, it is taken.
    assertEquals(store.waiting({ trackingUri: server.uri }), []);
  },
);

deliveryTest("an experiment's id is another on another server", async (world) => {
  const { store, server, send } = world;
  const other = fakeServer({ uri: "http://other:5000" });
  const id = await other.createExperiment("theirs");
  await server.createExperiment("a stranger's");
  store.commitRun(record(1, { experiment: { kind: "id", id }, trackingUri: other.uri }));
  const [[status, message] = []] = await send({}, { copy: true });
  assertEquals(status, "failed");
  assertMatch(message ?? "", /by the id of another server's experiment/);
  assertEquals((await store.deliver(other)).map(({ status }) => status), ["delivered"]);
  assertEquals(await send({}, { copy: true }), DELIVERED);
  const { experimentId = "" } = activeRuns(server)[0] ?? {};
  assertEquals(server.experiments.get(experimentId)?.name, "theirs");
});

deliveryTest(
  "a server without lineage is told of once, and runs are whole without",
  async (world) => {
    const { store, server } = world;
    store.commitRuns([record(1), record(2)]);
    const logInputs = (): Promise<never> => Promise.reject(failure("ENDPOINT_NOT_FOUND", 404));
    const outcomes = await store.deliver({ ...server, logInputs }, { jobs: 1 });
    assertEquals(outcomes.map(({ warnings }) => warnings.map(({ code }) => code)), [
      ["no-log-inputs"],
      [],
    ]);
    assertEquals(outcomes.map(({ status, undeliverable }) => [status, undeliverable]), [
      ["delivered", []],
      ["delivered", []],
    ]);
  },
);

deliveryTest(
  "a dataset that is refused is listed; one that met a fault is sent again",
  async (world) => {
    const { store, server, send } = world;
    store.commitRun(record(1));
    const broken = (): Promise<never> => Promise.reject(BROKEN);
    assertEquals((await send({ logInputs: broken }))[0]?.[0], "failed");
    const refusing = (): Promise<never> => Promise.reject(failure("INVALID_PARAMETER_VALUE", 400));
    const [outcome] = await store.deliver({ ...server, logInputs: refusing });
    assertEquals([outcome?.status, outcome?.undeliverable.map(({ part }) => part)], [
      "delivered",
      ["dataset btc-1.csv"],
    ]);
    await send({}, { retryUndeliverable: true });
    assertEquals(activeRuns(server)[0]?.datasets.map(({ name }) => name), ["btc-1.csv"]);
  },
);

deliveryTest("a run without datasets asks for no lineage", async (world) => {
  world.store.commitRun(record(1, { datasets: [] }));
  const logInputs = (): never => {
    throw new Error("asked");
  };
  assertEquals(await world.send({ logInputs }), DELIVERED);
});

deliveryTest(
  "an upload is checked where it lies, by its size if the server says one",
  async (world) => {
    const { store, server, send } = world;
    store.commitRun(record(1, { artifacts: [file("a.bin"), file("d/e/a.bin", 2)] }));
    const asked: (string | undefined)[] = [];
    const listArtifacts: Tracker["listArtifacts"] = async (id, folder) => {
      asked.push(folder);
      return (await server.listArtifacts(id, folder)).map((entry) => ({ ...entry, size: null }));
    };
    assertEquals(await send({ listArtifacts }), DELIVERED);
    assertEquals(asked, [undefined, "d/e"]);
  },
);

deliveryTest(
  "an artifact that is damaged in the store fails its run, and no other",
  async (world) => {
    const { store, send } = world;
    store.commitRun(record(1, { artifacts: [file("a.bin")] }));
    store.commitRun(record(2));
    const database = openDatabase(world.path);
    database.run("UPDATE blobs SET content = x'010204'");
    database.close();
    const ended = await send();
    assertEquals(ended.map(([status]) => status), ["failed", "delivered"]);
    assertMatch(ended[0]?.[1] ?? "", /a\.bin/);
  },
);

deliveryTest("an artifact that met a fault of the server is sent again", async (world) => {
  const { store, server, send } = world;
  store.commitRun(record(1, { artifacts: [file("a.bin")] }));
  const writeArtifact = (): Promise<never> => Promise.reject(BROKEN);
  assertEquals((await send({ writeArtifact }))[0]?.[0], "failed");
  assertEquals(await send(), DELIVERED);
  assertEquals([...server.runs.values()].map(({ artifacts }) => artifacts.size), [1]);
});

deliveryTest(
  "a param that the client does not send whole is listed with its words",
  async (world) => {
    const { store, server } = world;
    store.commitRun(record(1));
    const logBatch: Tracker["logBatch"] = (id, batch) =>
      "window" in (batch.params ?? {})
        ? Promise.reject(new UsageError("Cannot send param window: it is too long"))
        : server.logBatch(id, batch);
    const [outcome] = await store.deliver({ ...server, logBatch });
    assertEquals([outcome?.status, outcome?.undeliverable], ["delivered", [
      { part: "param window", reason: "Cannot send param window: it is too long" },
    ]]);
  },
);
