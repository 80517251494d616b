// Reading runs back: each thing that a server can have otherwise is told, and nothing else is.

import { assertEquals } from "@std/assert";
import { openDatabase } from "../../lib/store/sqlite.ts";
import type { MetricPoint, Run, Tracker } from "../../lib/tracker.ts";
import {
  activeRuns,
  DELIVERED,
  deliveryTest,
  type DeliveryWorld,
  failure,
} from "./delivery_world.ts";
import { record, START, valueOf } from "./store_folder.ts";

/** What reading back says, from a server whose runs and files are as changed. */
async function differences(
  { store, server }: DeliveryWorld,
  changed: (run: Run) => Partial<Run>,
  more: Partial<Tracker> = {},
): Promise<readonly string[]> {
  const getRun: Tracker["getRun"] = async (id) => {
    const run = await server.getRun(id);
    return { ...run, ...changed(run) };
  };
  const outcomes = await store.verify({ ...server, getRun, ...more });
  return outcomes.flatMap(({ differences, error }) => error === null ? differences : [`${error}`]);
}

const SERIES: readonly MetricPoint[] = [1, 2, 3].map((value) => ({
  key: "equity",
  value,
  timestamp: START + value,
  step: value,
}));
const metrics = [...record(1).metrics.slice(0, 1), ...SERIES];
const file = (path: string): { readonly path: string; readonly content: Uint8Array } => ({
  path,
  content: new Uint8Array([1, 2, 3]),
});

const CASES: readonly (readonly [
  what: string,
  changed: (run: Run) => Partial<Run>,
  told: readonly string[],
])[] = [
  ["as it is", () => ({}), []],
  ["status", () => ({ status: "FAILED" }), ["status is FAILED, not FINISHED"]],
  ["start", () => ({ startTime: 1 }), [`start time is 1, not ${START + 1}`]],
  ["end", () => ({ endTime: null }), [`end time is null, not ${START + 501}`]],
  ["name", () => ({ name: "x" }), ["name is x, not run 1"]],
  ["params", () => ({ params: { window: "2" } }), [
    "param constructor is missing",
    "param window has another value",
  ]],
  ["tags", () => ({ tags: { "mlflow.source.name": "x" } }), [
    "tag mlflow.source.name has another value",
    "tag side is missing",
  ]],
  ["more than was sent", ({ params, tags, metrics }) => ({
    params: { ...params, other: "1" },
    tags: { ...tags, other: "1" },
    metrics: { ...metrics, other: 1 },
  }), []],
  ["no metrics", () => ({ metrics: {} }), [
    "metric equity is missing",
    "metric metric_0 is missing",
  ]],
  ["values", () => ({ metrics: { equity: 2, metric_0: 5 } }), [
    "metric equity is 2, not 3",
    `metric metric_0 is 5, not ${valueOf(1, 0)}`,
  ]],
  ["datasets", () => ({ datasets: [] }), ["dataset btc-1.csv is missing"]],
  ["digest", ({ datasets }) => ({
    datasets: datasets.map((one) => ({ ...one, digest: "other" })),
  }), ["dataset btc-1.csv is missing"]],
];

for (const [what, changed, told] of CASES) {
  deliveryTest(`of a run is told what differs: ${what}`, async (world) => {
    const params = { window: "1", constructor: "c" };
    world.store.commitRun(record(1, { metrics, params }));
    await world.send();
    assertEquals(await differences(world, changed), [...told]);
  });
}

/** The server's history of a metric. */
function history(points: readonly MetricPoint[]): Pick<Tracker, "metricHistory"> {
  return {
    metricHistory: async function* () {
      yield await Promise.resolve(points);
    },
  };
}

const [first, ...later] = SERIES as [MetricPoint, ...MetricPoint[]];

for (
  const [what, points, told, intoExisting] of [
    ["all", SERIES, [], []],
    ["one is missing", later, ["lacks 1 of its 3 points"], ["lacks 1 of its 3 points"]],
    ["another value", [{ ...first, value: 7 }, ...later], ["lacks 1 of its 3 points"], [
      "lacks 1 of its 3 points",
    ]],
    ["one more", [...SERIES, { ...first, step: 9 }], ["has 4 points, not 3"], []],
  ] as const
) {
  deliveryTest(`a series is compared point by point: ${what}`, async (world) => {
    world.store.commitRun(record(1, { metrics: SERIES }));
    await world.send();
    assertEquals(
      await differences(world, () => ({}), history(points)),
      told.map((one) => `metric equity ${one}`),
    );
  });

  deliveryTest(`of a run that others log into only the own points are: ${what}`, async (world) => {
    const { store, server } = world;
    const experimentId = await server.createExperiment("live");
    const fields = { experimentId, name: "theirs", startTime: START, user: "bob", tags: {} };
    const { id } = await server.createRun(fields);
    store.commitRun(
      record(1, {
        metrics: SERIES,
        existingRunId: id,
        trackingUri: server.uri,
        experiment: { kind: "ofRun" },
      }),
    );
    assertEquals(await world.send({}, { verify: true }), DELIVERED);
    const theirs = { metrics: { equity: 99 }, status: "RUNNING", name: "theirs" } as const;
    assertEquals(
      await differences(world, () => theirs, history(points)),
      intoExisting.map((one) => `metric equity ${one}`),
    );
  });
}

deliveryTest("one point is not worth a request for its history", async (world) => {
  world.store.commitRun(record(1));
  await world.send();
  const metricHistory = (): never => {
    throw new Error("asked");
  };
  assertEquals(await differences(world, () => ({}), { metricHistory }), []);
});

for (
  const [what, listed, told] of [
    ["is not there", null, "is missing"],
    ["has another size", { size: 2 }, "has 2 bytes, not 3"],
    ["has no size, as some servers say", { size: null }, null],
  ] as const
) {
  deliveryTest(`an artifact is compared that ${what}`, async (world) => {
    world.store.commitRun(record(1, { artifacts: [file("a.bin"), file("d/e/b.bin")] }));
    await world.send();
    const asked: (string | undefined)[] = [];
    const listArtifacts: Tracker["listArtifacts"] = async (id, folder) => {
      asked.push(folder);
      const entries = await world.server.listArtifacts(id, folder);
      return entries.flatMap((entry) => listed === null ? [] : [{ ...entry, ...listed }]);
    };
    assertEquals(
      await differences(world, () => ({}), { listArtifacts }),
      told === null ? [] : [`artifact a.bin ${told}`, `artifact d/e/b.bin ${told}`],
    );
    assertEquals(asked, [undefined, "d/e"]);
  });
}

deliveryTest("an artifact that is damaged in the store is told of", async (world) => {
  world.store.commitRun(record(1, { artifacts: [file("a.bin")] }));
  await world.send();
  const database = openDatabase(world.path);
  database.run("UPDATE blobs SET content = x'010204'");
  database.close();
  assertEquals(await differences(world, () => ({})), ["artifact a.bin is damaged in the store"]);
});

deliveryTest("artifacts that the server refuses are not listed there", async (world) => {
  const { store, server, send } = world;
  await server.createExperiment("crypto", { artifactLocation: "s3://bucket/x" });
  store.commitRun(record(1, { artifacts: [file("a.bin")] }));
  assertEquals(await send({}, { verify: true }), DELIVERED);
  const listArtifacts = (): never => {
    throw new Error("asked");
  };
  assertEquals(await differences(world, () => ({}), { listArtifacts }), []);
});

deliveryTest(
  "a run that is pruned while others are read back is told of, and no error",
  async (world) => {
    const { store, server, send } = world;
    store.commitRuns([record(1), record(2)]);
    await send();
    const getRun: Tracker["getRun"] = async (id) => {
      await store.prune({ olderThanMs: -START });
      return await server.getRun(id);
    };
    const outcomes = await store.verify({ ...server, getRun });
    assertEquals(outcomes.at(-1)?.differences, ["it is gone from the store"]);
  },
);

deliveryTest("a run that cannot be read back is neither different nor deleted", async (world) => {
  const { store, server, send } = world;
  const [key = ""] = store.commitRuns([
    record(1),
    record(2, { experiment: { kind: "name", name: "another" } }),
  ]);
  await send();
  const getRun = (): Promise<never> => Promise.reject(failure("INTERNAL_ERROR", 500));
  const ended: [string, number, number][] = [];
  const outcomes = await store.verify({ ...server, getRun }, {
    onProgress: ({ key }, count, total) => ended.push([key, count, total]),
  });
  assertEquals(outcomes.map(({ differences, error }) => [differences, error?.message]), [
    [[], failure("INTERNAL_ERROR", 500).message],
    [[], failure("INTERNAL_ERROR", 500).message],
  ]);
  assertEquals(ended, outcomes.map(({ key }, index) => [key, index + 1, 2]));
  assertEquals(store.waiting({ trackingUri: server.uri }), []);
  const keysOf = async (options: Parameters<typeof store.verify>[1]): Promise<readonly string[]> =>
    (await store.verify(server, options)).map(({ key }) => key);
  assertEquals(await keysOf({ keys: [key] }), [key]);
  assertEquals(await keysOf({ experiment: "crypto" }), [key]);
  await store.logBatch(key, { tags: { note: "x" } });
  assertEquals((await keysOf({})).length, 1);
});

deliveryTest("an end that is not known here is no difference", async (world) => {
  world.store.commitRun(record(1, { status: "FAILED", endTime: null }));
  await world.send();
  assertEquals(await differences(world, () => ({ endTime: 9 })), []);
});

deliveryTest("of a run that others log into one point is looked for, too", async (world) => {
  const { store, server, send } = world;
  const experimentId = await server.createExperiment("live");
  const fields = { experimentId, name: "theirs", startTime: START, user: "bob", tags: {} };
  const existing = {
    existingRunId: (await server.createRun(fields)).id,
    trackingUri: server.uri,
    experiment: { kind: "ofRun" },
  } as const;
  store.commitRun(record(1, { ...existing, metrics: SERIES.slice(0, 1) }));
  await send();
  assertEquals(await differences(world, () => ({}), history(SERIES.slice(1))), [
    "metric equity lacks 1 of its 1 points",
  ]);
});

deliveryTest(
  "a second run of the same key is told, and removed by the next sync",
  async (world) => {
    const { store, server, send } = world;
    store.commitRun(record(1));
    // A proxy sends the creation twice, and the client sees one answer.
    const createRun: Tracker["createRun"] = async (run) => {
      await server.createRun(run);
      return await server.createRun(run);
    };
    assertEquals(await send({ createRun }), DELIVERED);
    assertEquals(activeRuns(server).length, 2);
    const [second] = activeRuns(server);
    assertEquals(await differences(world, () => ({})), [
      `it is there a second time, as run ${second?.id}`,
    ]);
    assertEquals(await send(), DELIVERED);
    assertEquals(activeRuns(server).map(({ status }) => status), ["FINISHED"]);
    assertEquals(await differences(world, () => ({})), []);
  },
);
