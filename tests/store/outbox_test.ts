// Delivery, one situation a test, against the server in memory.

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { NotFoundError, TrackerError } from "../../lib/errors.ts";
import {
  type DeliverOptions,
  type DeliveryOutcome,
  type LocalStore,
  openStore,
  type RunRecord,
} from "../../lib/store/mod.ts";
import type { Run, Tracker } from "../../lib/tracker.ts";
import { type FakeServer, fakeServer } from "./fake_server.ts";
import { record, START, type StoreFolder, storeFolder } from "./store_folder.ts";

interface World extends StoreFolder {
  readonly store: LocalStore;
  readonly server: FakeServer;
  readonly send: (
    options?: DeliverOptions,
    tracker?: Tracker,
  ) => Promise<readonly DeliveryOutcome[]>;
}

function outboxTest(name: string, run: (world: World) => Promise<void>): void {
  Deno.test(name, async () => {
    const folder = await storeFolder();
    const store = await openStore(folder.io, folder.path);
    const server = fakeServer();
    try {
      await run({
        ...folder,
        store,
        server,
        send: (options = {}, tracker = server) => store.deliver(tracker, options),
      });
    } finally {
      await store.close();
      await folder.remove();
    }
  });
}

function activeRuns(server: FakeServer): readonly Run[] {
  return [...server.runs.values()].map(({ run }) => run)
    .filter(({ lifecycleStage }) => lifecycleStage === "active");
}

function statuses(outcomes: readonly DeliveryOutcome[]): Record<string, string> {
  return Object.fromEntries(outcomes.map(({ runName, status }) => [runName, status]));
}

function commit(store: LocalStore, count: number, fields: Partial<RunRecord> = {}): void {
  store.commitRuns(Array.from({ length: count }, (_, index) => record(index, fields)));
}

function failure(code: string, status: number, maybeDone = false): TrackerError {
  return new TrackerError("POST", "http://server:5000", { status, code, message: code, maybeDone });
}

outboxTest("what is logged is delivered once, and then does not wait", async (world) => {
  const { store, server, send } = world;
  commit(store, 3);
  assertEquals(store.waiting({ trackingUri: server.uri }).map(({ reason }) => reason), [
    "logged with no server set",
    "logged with no server set",
    "logged with no server set",
  ]);
  const outcomes = await send({ verify: true });
  assertEquals(
    outcomes.map(({ status, error }) => [status, error]),
    Array(3).fill(["delivered", null]),
  );
  assertEquals(activeRuns(server).length, 3);
  assertEquals(store.waiting({ trackingUri: server.uri }), []);
  assertEquals(await send(), []);
  const [first] = outcomes;
  assertEquals(store.resolveRunId(first?.runId ?? ""), first?.key);
  assertEquals(
    await store.verify(server).then((all) => all.map(({ differences }) => differences)),
    [
      [],
      [],
      [],
    ],
  );
});

outboxTest("a creation that arrives after it was repeated leaves no second run", async (world) => {
  const { store, server, send } = world;
  commit(store, 1);
  let attempts = 0;
  let late: (() => Promise<Run>) | undefined;
  const slow: Tracker = {
    ...server,
    createRun: async (run) => {
      if (++attempts === 1) {
        late = () => server.createRun(run);
        throw failure("TIMEOUT", 0, true);
      }
      await late?.();
      return await server.createRun(run);
    },
  };
  assertEquals(statuses(await send({}, slow)), { "run 0": "failed" });
  assertEquals(server.runs.size, 0);
  assertMatch(store.waiting({ trackingUri: server.uri })[0]?.reason ?? "", /TIMEOUT/);
  assertEquals(statuses(await send({}, slow)), { "run 0": "delivered" });
  assertEquals(server.runs.size, 2);
  assertEquals(activeRuns(server).map(({ status }) => status), ["FINISHED"]);
});

outboxTest(
  "a creation whose answer is lost is found, not repeated",
  async ({ store, server, send }) => {
    commit(store, 1);
    const lossy: Tracker = {
      ...server,
      createRun: async (run) => {
        await server.createRun(run);
        throw failure("CONNECTION", 0, true);
      },
    };
    assertEquals(statuses(await send({}, lossy)), { "run 0": "delivered" });
    assertEquals(server.runs.size, 1);
  },
);

outboxTest("a look-up that fails is never taken for not there", async ({ store, server, send }) => {
  commit(store, 1);
  const lossy: Tracker = {
    ...server,
    createRun: async (run) => {
      await server.createRun(run);
      throw failure("CONNECTION", 0, true);
    },
    searchRuns: () => {
      throw failure("INTERNAL_ERROR", 500);
    },
  };
  for (let time = 0; time < 3; time++) {
    assertEquals(statuses(await send({}, lossy)), { "run 0": "failed" });
  }
  assertEquals(server.runs.size, 1);
  assertEquals(statuses(await send()), { "run 0": "delivered" });
  assertEquals(server.runs.size, 1);
});

outboxTest("two syncs at once share the work", async ({ store, server, send, io, path }) => {
  commit(store, 20);
  const second = await openStore(io, path);
  const [one, two] = await Promise.all([
    send({ jobs: 3 }),
    second.deliver(server, { jobs: 3 }),
  ]);
  await second.close();
  assertEquals(server.runs.size, 20);
  assertEquals(new Set([...one, ...two].map(({ status }) => status)).has("failed"), false);
  assertEquals(store.waiting({ trackingUri: server.uri }), []);
});

outboxTest(
  "a run deleted on the server is told of, and made anew only when asked",
  async (world) => {
    const { store, server, send } = world;
    const key = store.commitRun(record(1));
    const [first] = await send();
    await server.deleteRun(first?.runId ?? "");
    await store.logBatch(key, { tags: { note: "changed" } });
    const [told] = await send();
    assertEquals(told?.status, "deleted");
    assertStringIncludes(told?.error?.message ?? "", "--recreate");
    assertMatch(
      store.waiting({ trackingUri: server.uri })[0]?.reason ?? "",
      /deleted on the server/,
    );
    assertEquals(server.runs.size, 1);
    assertEquals(statuses(await send({ recreate: true })), { "run 1": "delivered" });
    assertEquals(activeRuns(server).map(({ tags }) => tags["note"]), ["changed"]);
    server.purge(activeRuns(server)[0]?.id ?? "");
    await store.logBatch(key, { tags: { note: "again" } });
    assertEquals(statuses(await send()), { "run 1": "deleted" });
    assertEquals(statuses(await send({ recreate: true })), { "run 1": "delivered" });
    assertEquals(activeRuns(server).length, 1);
  },
);

outboxTest("an experiment deleted on the server stops its runs alone", async (world) => {
  const { store, server, send } = world;
  const id = await server.createExperiment("gone");
  await server.deleteExperiment(id);
  commit(store, 1, { experiment: { kind: "name", name: "gone" }, runName: "stays" });
  commit(store, 1, { runName: "goes" });
  const outcomes = await send();
  assertEquals(statuses(outcomes), { stays: "failed", goes: "delivered" });
  const [told] = outcomes.filter(({ runName }) => runName === "stays");
  assertStringIncludes(told?.error?.message ?? "", "experiments restore");
  await server.restoreExperiment(id);
  assertEquals(statuses(await send()), { stays: "delivered" });
});

outboxTest("an artifact that cannot be reached does not keep the rest", async (world) => {
  const { store, send, server } = world;
  await server.createExperiment("crypto", { artifactLocation: "s3://bucket/x" });
  commit(store, 1, { artifacts: [{ path: "a.txt", content: new Uint8Array([1]) }] });
  const [outcome] = await send({ verify: true });
  assertEquals(outcome?.status, "delivered");
  assertEquals(outcome?.undeliverable.map(({ part }) => part), ["artifact a.txt"]);
  assertStringIncludes(outcome?.undeliverable[0]?.reason ?? "", "s3://bucket/x");
  assertEquals([...server.runs.values()].map(({ artifacts }) => artifacts.size), [0]);
});

outboxTest("an upload that did not take is noticed", async ({ store, server, send }) => {
  commit(store, 1, { artifacts: [{ path: "d/a.txt", content: new Uint8Array([1, 2]) }] });
  const forgetful: Tracker = { ...server, writeArtifact: () => Promise.resolve() };
  const [outcome] = await send({}, forgetful);
  assertEquals(outcome?.status, "failed");
  assertStringIncludes(outcome?.error?.message ?? "", "is not listed");
  assertEquals(statuses(await send()), { "run 0": "delivered" });
});

outboxTest("one bad run stops no other", async ({ store, server, send }) => {
  commit(store, 6);
  const picky: Tracker = {
    ...server,
    logBatch: (id, batch) =>
      batch.params?.["window"] === "2"
        ? Promise.reject(failure("INTERNAL_ERROR", 500))
        : server.logBatch(id, batch),
  };
  const outcomes = await send({ jobs: 2 }, picky);
  assertEquals(outcomes.filter(({ status }) => status === "delivered").length, 5);
  const [waiting, ...more] = store.waiting({ trackingUri: server.uri });
  assertEquals(more, []);
  assertEquals([waiting?.runName, waiting?.state, waiting?.attempts], ["run 2", "created", 1]);
  assertStringIncludes(waiting?.lastError ?? "", "INTERNAL_ERROR");
});

outboxTest("a server that is gone is not asked for every run", async ({ store, server, send }) => {
  commit(store, 30);
  let calls = 0;
  const gone: Tracker = {
    ...server,
    findExperiment: () => {
      calls++;
      return Promise.reject(failure("CONNECTION", 0));
    },
  };
  const outcomes = await send({ jobs: 1 }, gone);
  assertEquals(calls, 3);
  assertEquals(outcomes.length, 30);
  assertEquals(outcomes.filter(({ status }) => status === "skipped").length, 27);
  assert(outcomes.every(({ error }) => error instanceof TrackerError));
  assert(store.waiting({ trackingUri: null }).every(({ state }) => state === "waiting"));
});

outboxTest("refused credentials stop at once", async ({ store, server, send }) => {
  commit(store, 5);
  const refusing: Tracker = {
    ...server,
    findExperiment: () => Promise.reject(failure("UNAUTHENTICATED", 401)),
  };
  const outcomes = await send({ jobs: 1 }, refusing);
  assertEquals(outcomes.map(({ status }) => status), ["failed", ...Array(4).fill("skipped")]);
});

outboxTest("a busy server is asked again after the time it names", async (world) => {
  const { store, server, send, io } = world;
  commit(store, 1);
  const began = io.now();
  let refusals = 2;
  const busy: Tracker = {
    ...server,
    createRun: (run) =>
      refusals-- > 0
        ? Promise.reject(
          new TrackerError("POST", server.uri, {
            status: 429,
            code: "BUSY",
            message: "busy",
            retryAfterMs: 2000,
          }),
        )
        : server.createRun(run),
  };
  assertEquals(statuses(await send({}, busy)), { "run 0": "delivered" });
  assert(io.now() - began >= 4000);
  assertEquals(server.runs.size, 1);
});

outboxTest("a run is logged into an existing one, whose status is left alone", async (world) => {
  const { store, server, send } = world;
  const experimentId = await server.createExperiment("live");
  const { id } = await server.createRun({
    experimentId,
    name: "kept name",
    startTime: START,
    user: "bob",
    tags: {},
  });
  const fields = {
    existingRunId: id,
    trackingUri: server.uri,
    experiment: { kind: "ofRun" } as const,
  };
  commit(store, 1, fields);
  const [outcome] = await send({ verify: true });
  assertEquals([outcome?.status, outcome?.runId], ["delivered", id]);
  const run = await server.getRun(id);
  assertEquals([run.status, run.endTime, run.name], ["RUNNING", null, "kept name"]);
  assertEquals(run.tags["btflow.run_key"], undefined);
  assertEquals(Object.keys(run.metrics).length, 12);
  const local = await store.getRun(outcome?.key ?? "");
  assertEquals((await store.getExperiment(local.experimentId)).name, "live");
  commit(store, 1, { ...fields, existingRunId: "none" });
  const [missing] = await send();
  assert(missing?.error instanceof NotFoundError);
});

outboxTest("a run of the store is added to, and what is new is sent", async (world) => {
  const { store, server, send } = world;
  const key = store.commitRun(record(1));
  const [sent] = await send();
  const point = { key: "later", value: 7, timestamp: START + 9, step: 0 };
  const more = { metrics: [point], params: { later: "1" }, trackingUri: server.uri };
  assertEquals(store.commitRun(record(2, { ...more, existingRunId: sent?.runId ?? "" })), key);
  await store.updateRun(key, { name: "renamed" });
  await store.deleteTag(key, "side");
  await server.logBatch(sent?.runId ?? "", { tags: { "mlflow.source.name": "edited by hand" } });
  assertEquals(store.waiting({ trackingUri: server.uri }).map(({ reason }) => reason), [
    "changed since it was delivered",
  ]);
  // The tags that record(2) brings are new; those of record(1) are not sent again.
  await store.logBatch(key, { tags: { "mlflow.note.content": "note" } });
  assertEquals(statuses(await send()), { renamed: "delivered" });
  const run = await server.getRun(sent?.runId ?? "");
  assertEquals([run.name, run.params["later"], run.metrics["later"]], ["renamed", "1", 7]);
  assertEquals(run.tags["side"], undefined);
  assertEquals(run.tags["mlflow.note.content"], "note");
  assertEquals(server.runs.size, 1);
  assertEquals(store.waiting({ trackingUri: server.uri }), []);
});

outboxTest("a change of one tag leaves what was edited on the server", async (world) => {
  const { store, server, send } = world;
  const key = store.commitRun(record(1));
  const [sent] = await send();
  await server.logBatch(sent?.runId ?? "", { tags: { side: "edited by hand" } });
  await store.logBatch(key, { tags: { "mlflow.note.content": "note" } });
  await send();
  const { tags } = await server.getRun(sent?.runId ?? "");
  assertEquals([tags["side"], tags["mlflow.note.content"]], ["edited by hand", "note"]);
});

outboxTest(
  "a group is delivered before its runs, which name it as the server does",
  async (world) => {
    const { store, server, send } = world;
    const parentKey = store.commitRun(record(0, { runName: "sweep" }));
    const child = store.commitRun(record(1, { parentKey }));
    assertEquals((await store.getRun(child)).tags["mlflow.parentRunId"], parentKey);
    const outcomes = await send({ keys: [child], jobs: 4, verify: true });
    assertEquals(statuses(outcomes), { sweep: "delivered", "run 1": "delivered" });
    const parentId = outcomes.find(({ runName }) => runName === "sweep")?.runId;
    const childId = outcomes.find(({ key }) => key === child)?.runId ?? "";
    assertEquals((await server.getRun(childId)).tags["mlflow.parentRunId"], parentId);
  },
);

outboxTest("a group that is there already is not delivered again with its runs", async (world) => {
  const { store, send } = world;
  const there = store.commitRun(record(0, { runName: "there" }));
  await send({});
  store.commitRun(record(1, { parentKey: there }));
  store.commitRun(record(2, { parentKey: store.commitRun(record(3, { runName: "new" })) }));
  const sent = (await send({ jobs: 1 })).map(({ runName }) => runName);
  assertEquals(sent.toSorted(), ["new", "run 1", "run 2"]);
  assertEquals(sent.indexOf("new") < sent.indexOf("run 2"), true);
});

outboxTest("a run whose group was not delivered says why", async ({ store, server, send }) => {
  const parentKey = store.commitRun(record(0, { runName: "sweep" }));
  const child = store.commitRun(record(1, { parentKey }));
  const dead: Tracker = {
    ...server,
    findExperiment: () => Promise.reject(failure("CONNECTION", 0)),
  };
  const outcomes = await send({ keys: [child] }, dead);
  assertStringIncludes(
    outcomes.find(({ key }) => key === child)?.error?.message ?? "",
    `the run that groups it, ${parentKey}, is not delivered yet: Cannot POST http://server:5000`,
  );
});

outboxTest("a run goes to the server it is meant for, elsewhere only as a copy", async (world) => {
  const { store, server, send } = world;
  const other = fakeServer({ uri: "http://other:5000" });
  commit(store, 1, { trackingUri: other.uri, runName: "meant for other" });
  commit(store, 1, { runName: "for any" });
  assertEquals(statuses(await send()), { "for any": "delivered" });
  assertEquals(store.waiting({ trackingUri: null }).map(({ runName }) => runName), [
    "meant for other",
  ]);
  assertEquals(statuses(await store.deliver(other)), { "meant for other": "delivered" });
  assertEquals(store.waiting({ trackingUri: other.uri }), []);
  assertEquals(statuses(await store.deliver(other, { copy: true })), {
    "for any": "delivered",
  });
  assertEquals([server.runs.size, other.runs.size], [1, 2]);
});

outboxTest("many make one experiment at the same moment", async ({ store, server, send }) => {
  commit(store, 4, { experiment: { kind: "name", name: "new" } });
  let first = true;
  const racing: Tracker = {
    ...server,
    findExperiment: async (name) => {
      if (!first) return await server.findExperiment(name);
      first = false;
      // Another makes it just after we looked.
      await server.createExperiment(name);
      return null;
    },
  };
  const outcomes = await send({}, racing);
  assertEquals(outcomes.map(({ status }) => status), Array(4).fill("delivered"));
  assertEquals(server.experiments.size, 1);
});

outboxTest("an experiment known by its id gets its name from the server", async (world) => {
  const { store, server, send } = world;
  const id = await server.createExperiment("by name");
  const key = store.commitRun(
    record(0, { experiment: { kind: "id", id }, trackingUri: server.uri }),
  );
  assertEquals(statuses(await send()), { "run 0": "delivered" });
  const { experimentId } = await store.getRun(key);
  assertEquals((await store.getExperiment(experimentId)).name, "by name");
});

for (const logged of ["by the id of its experiment", "into a run of the server"] as const) {
  outboxTest(`a run logged ${logged} stays where the store has moved it`, async (world) => {
    const { store, server, send } = world;
    const id = await server.createExperiment("theirs");
    const fields = { experimentId: id, name: "run", startTime: 1, user: "", tags: {} };
    const key = store.commitRun(
      record(0, {
        experiment: { kind: "id", id },
        trackingUri: server.uri,
        ...(logged.startsWith("by") ? {} : { existingRunId: (await server.createRun(fields)).id }),
      }),
    );
    await send();
    const { experimentId } = await store.getRun(key);
    assertEquals((await store.getExperiment(experimentId)).name, "theirs");
    await store.renameExperiment(experimentId, "mine");
    await store.logBatch(key, { tags: { more: "1" } });
    assertEquals(Object.values(statuses(await send())), ["delivered"]);
    assertEquals((await store.getRun(key)).experimentId, experimentId);
    if (logged.startsWith("into")) return;
    for (const there of server.runs.keys()) await server.deleteRun(there);
    await store.logBatch(key, { tags: { more: "2" } });
    assertEquals(Object.values(statuses(await send({ recreate: true }))), ["delivered"]);
    assertEquals((await store.getRun(key)).experimentId, experimentId);
  });
}

outboxTest("verification tells what differs, and the next sync mends it", async (world) => {
  const { store, server, send } = world;
  const key = store.commitRun(record(0));
  const lossy: Tracker = {
    ...server,
    logBatch: (id, batch) =>
      server.logBatch(id, { ...batch, metrics: (batch.metrics ?? []).slice(1) }),
  };
  const [outcome] = await send({ verify: true }, lossy);
  assertEquals(outcome?.status, "failed");
  assertStringIncludes(outcome?.error?.message ?? "", "is missing");
  assertEquals(statuses(await send({ verify: true })), { "run 0": "delivered" });
  await server.logBatch(outcome?.runId ?? "", { tags: { side: "other" } });
  const [checked] = await store.verify(server);
  assertEquals([checked?.key, checked?.differences], [key, ["tag side has another value"]]);
});

outboxTest(
  "a delivered run that the server lost since waits again once it is read back",
  async (world) => {
    const { store, server, send } = world;
    const keys = [0, 1, 2, 3].map((index) => store.commitRun(record(index)));
    const ids = new Map((await send()).map(({ key, runId }) => [key, runId ?? ""]));
    const [whole, changed, deleted, purged] = keys.map((key) => ids.get(key) ?? "");
    await server.logBatch(changed ?? "", { tags: { side: "other" } });
    await server.deleteRun(deleted ?? "");
    server.purge(purged ?? "");
    assertEquals(await send(), []);
    const checked = await store.verify(server);
    assertEquals(
      checked.map(({ differences, error }) => [differences, error?.name ?? null]),
      [
        [[], null],
        [["tag side has another value"], null],
        [[], "DeletedOnServerError"],
        [[], "DeletedOnServerError"],
      ],
    );
    assertEquals(statuses(await send()), {
      "run 1": "delivered",
      "run 2": "deleted",
      "run 3": "deleted",
    });
    assertEquals((await server.getRun(changed ?? "")).tags["side"], "long");
    await send({ recreate: true });
    assertEquals(activeRuns(server).map(({ name }) => name).sort(), [
      "run 0",
      "run 1",
      "run 2",
      "run 3",
    ]);
    assert(activeRuns(server).some(({ id }) => id === whole));
    assertEquals((await store.verify(server)).flatMap(({ differences }) => differences), []);
  },
);

outboxTest("a copy to another name of the same server makes nothing twice", async (world) => {
  const { store, server, send } = world;
  commit(store, 2, { trackingUri: server.uri });
  await send();
  const outcomes = await send({ copy: true }, { ...server, uri: "http://127.0.0.1:5000" });
  assertEquals(statuses(outcomes), { "run 0": "delivered", "run 1": "delivered" });
  assertEquals(server.runs.size, 2);
});

outboxTest(
  "a run that was deleted before its id was known comes back by being restored",
  async (world) => {
    const { store, server, send } = world;
    store.commitRun(record(1));
    const deaf: Tracker = {
      ...server,
      createRun: async (run) => {
        await server.createRun(run);
        throw failure("CONNECTION", 0, true);
      },
      searchRuns: () => {
        throw failure("CONNECTION", 0);
      },
    };
    assertEquals(statuses(await send({}, deaf)), { "run 1": "failed" });
    const [made] = activeRuns(server);
    await server.deleteRun(made?.id ?? "");
    assertEquals(statuses(await send()), { "run 1": "deleted" });
    await server.restoreRun(made?.id ?? "");
    assertEquals(statuses(await send({ recreate: true })), { "run 1": "delivered" });
    assertEquals([...server.runs.keys()], [made?.id]);
  },
);

outboxTest("a clock that is set back does not keep a run waiting", async (world) => {
  const { store, server, send, io } = world;
  store.commitRun(record(1));
  const lost = (): never => {
    throw failure("TIMEOUT", 0, true);
  };
  await send({}, { ...server, createRun: lost });
  const sleeps: number[] = [];
  const earlier = {
    ...io,
    now: () => io.now() - 86_400_000,
    sleep: (ms: number) => {
      sleeps.push(ms);
      return io.sleep(ms);
    },
  };
  const again = await openStore(earlier, store.path);
  assertEquals(statuses(await again.deliver(server)), { "run 1": "delivered" });
  await again.close();
  assert(sleeps.length > 0);
  assert(sleeps.every((ms) => ms <= 5000), sleeps.join());
});

outboxTest("limits of a batch are kept, whatever a run holds", async ({ store, server, send }) => {
  const params = Object.fromEntries(
    Array.from({ length: 250 }, (_, index) => [`param ${index}`, "é".repeat(6000)]),
  );
  const metrics = Array.from({ length: 2600 }, (_, step) => ({
    key: `series ${step % 3}`,
    value: step,
    timestamp: START + step,
    step,
  }));
  commit(store, 1, { params, metrics });
  // The server refuses what is beyond its limits, so arriving whole is the proof.
  assertEquals(statuses(await send({ verify: true })), { "run 0": "delivered" });
  assertEquals(Object.keys(activeRuns(server)[0]?.params ?? {}).length, 250);
});

outboxTest("undefined metrics are kept, never sent", async ({ store, server, send }) => {
  const metrics = [
    { key: "nan", value: NaN, timestamp: START, step: 0 },
    { key: "one", value: 1, timestamp: START, step: 0 },
  ];
  const key = store.commitRun(record(0, { metrics }));
  assertEquals((await store.getRun(key)).metrics, { nan: NaN, one: 1 });
  assertEquals(statuses(await send({ verify: true })), { "run 0": "delivered" });
  assertEquals(activeRuns(server)[0]?.metrics, { one: 1 });
});

outboxTest("an interruption begins no further run", async ({ store, server, send }) => {
  commit(store, 10);
  const interruption = new AbortController();
  const outcomes = await send({
    jobs: 2,
    signal: interruption.signal,
    onProgress: (_outcome, ended) => ended === 3 && interruption.abort(),
  });
  const delivered = outcomes.filter(({ status }) => status === "delivered").length;
  assert(delivered >= 3 && delivered <= 4, `${delivered} delivered`);
  assertEquals(outcomes.length, 10);
  assertEquals(activeRuns(server).every(({ status }) => status === "FINISHED"), true);
  assertEquals((await send()).length, 10 - delivered);
});

outboxTest("a run deleted in the store is not sent, and one restored is", async (world) => {
  const { store, send } = world;
  const key = store.commitRun(record(0));
  await store.deleteRun(key);
  assertEquals(await send(), []);
  await store.restoreRun(key);
  assertEquals(statuses(await send()), { "run 0": "delivered" });
});
