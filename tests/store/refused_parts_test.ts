// Parts that a server refuses for good, while deliveries are interrupted, repeated, carried and changed.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { TrackerError } from "../../lib/errors.ts";
import {
  type DeliverOptions,
  type DeliveryOutcome,
  type LocalStore,
  openStore,
  type RunRecord,
} from "../../lib/store/mod.ts";
import { openDatabase } from "../../lib/store/sqlite.ts";
import type { Batch, MetricPoint, Run, Tracker } from "../../lib/tracker.ts";
import { type FakeServer, fakeServer } from "./fake_server.ts";
import { takeBackFormat7 } from "./older_format.ts";
import { record, START, type StoreFolder, storeFolder } from "./store_folder.ts";

/** What of a batch the server refuses. */
type Rule = (batch: Required<Batch>) => boolean;

interface World extends StoreFolder {
  readonly store: LocalStore;
  readonly server: FakeServer;
  /** The server, as it refuses batches and artifacts; null refuses none. */
  readonly picky: (rule: Rule | null, more?: Partial<Tracker>) => Tracker;
  readonly sent: Batch[];
  readonly parts: () => readonly (readonly [string, string])[];
}

function refused(message: string): TrackerError {
  const failure = { status: 400, code: "INVALID_PARAMETER_VALUE", message };
  return new TrackerError("POST", "http://server:5000", failure);
}

function refusalTest(name: string, run: (world: World) => Promise<void>): void {
  Deno.test(name, async () => {
    const folder = await storeFolder();
    const store = await openStore(folder.io, folder.path);
    const server = fakeServer();
    const sent: Batch[] = [];
    const picky: World["picky"] = (rule, more = {}) => ({
      ...server,
      logBatch: (id, batch) => {
        sent.push(batch);
        const whole = { metrics: [], params: {}, tags: {}, ...batch };
        return rule?.(whole) === true
          ? Promise.reject(refused("not taken"))
          : server.logBatch(id, batch);
      },
      ...more,
    });
    const parts = (): readonly (readonly [string, string])[] =>
      store.waiting({ trackingUri: server.uri, refused: true })
        .flatMap(({ undeliverable }) => undeliverable.map(({ part, reason }) => [part, reason]));
    try {
      await run({ ...folder, store, server, picky, sent, parts });
    } finally {
      await store.close();
      await folder.remove();
    }
  });
}

const REASON = "not taken (400 INVALID_PARAMETER_VALUE)";
const NO_WINDOW: Rule = ({ params }) => Object.hasOwn(params, "window");
const series = (key: string, length: number): readonly MetricPoint[] =>
  Array.from({ length }, (_, step) => ({ key, value: step, timestamp: START + step, step }));

function only(server: FakeServer): { readonly run: Run; readonly points: readonly MetricPoint[] } {
  const [first, ...more] = server.runs.values();
  assert(first !== undefined && more.length === 0);
  return first;
}

function status(outcomes: readonly DeliveryOutcome[]): readonly string[] {
  return outcomes.map(({ status }) => status);
}

refusalTest("one point of a series is refused: all others arrive", async (world) => {
  const { store, server, picky, parts } = world;
  store.commitRun(record(1, { metrics: [...record(1).metrics, ...series("equity", 2500)] }));
  const tracker = picky(({ metrics }) =>
    metrics.some(({ key, step }) => key === "equity" && step === 1700)
  );
  const [outcome] = await store.deliver(tracker, { verify: true });
  assertEquals(outcome?.status, "delivered");
  assertEquals(outcome?.undeliverable, [{ part: "metric equity", reason: `step 1700: ${REASON}` }]);
  const { run, points } = only(server);
  assertEquals([run.status, points.length], ["FINISHED", 12 + 2499]);
  assertEquals(await store.deliver(tracker), []);
  await store.deliver(server, { retryUndeliverable: true, verify: true });
  assertEquals([parts(), only(server).points.length], [[], 12 + 2500]);
});

refusalTest("a series whose first points are refused has all others", async (world) => {
  const { store, server, picky } = world;
  store.commitRun(record(1, { metrics: series("equity", 300) }));
  const [outcome] = await store.deliver(
    picky(({ metrics }) => metrics.some(({ key, step }) => key === "equity" && step < 50)),
  );
  assertEquals(outcome?.undeliverable, [{ part: "metric equity", reason: `step 0: ${REASON}` }]);
  assertEquals(only(server).points.length, 250);
});

refusalTest("a metric whose name is refused costs few requests", async (world) => {
  const { store, server, picky, sent } = world;
  store.commitRun(record(1, { metrics: [...record(1).metrics, ...series("equity", 5000)] }));
  const [outcome] = await store.deliver(
    picky(({ metrics }) => metrics.some(({ key }) => key === "equity")),
  );
  assertEquals(outcome?.undeliverable, [{ part: "metric equity", reason: REASON }]);
  assertEquals(only(server).points.length, 12);
  assert(sent.length < 60, `${sent.length} requests`);
});

refusalTest("halves that arrived are not sent again after an interruption", async (world) => {
  const { store, server, picky, sent, parts } = world;
  const params = Object.fromEntries(Array.from({ length: 64 }, (_, at) => [`p${at + 10}`, "v"]));
  store.commitRun(record(1, { params, metrics: [] }));
  const rule: Rule = ({ params }) => Object.keys(params).length > 16 || "p73" in params;
  let batches = 0;
  const stopAt = (step: string): void => {
    if (step === "before batch 1" && ++batches > 5) throw new Error("killed");
  };
  assertEquals(status(await store.deliver(picky(rule), { stopAt })), ["failed"]);
  assertEquals(Object.keys(only(server).run.params).length, 32);
  sent.length = 0;
  assertEquals(status(await store.deliver(picky(rule))), ["delivered"]);
  const again = sent.filter(({ params = {} }) =>
    Object.keys(params).length <= 16 && "p10" in params
  );
  assertEquals(again, []);
  assertEquals(Object.keys(only(server).run.params).length, 63);
  assertEquals(parts(), [["param p73", REASON]]);
});

/** A tracker of which the request after so many is carried out and its reply lost; says so. */
function losing(tracker: Tracker, after: number, onLoss: () => void): Tracker {
  let calls = 0;
  const lossy = <Arguments extends readonly unknown[], Result>(
    call: (...given: Arguments) => Promise<Result>,
  ) =>
  async (...given: Arguments): Promise<Result> => {
    const result = await call(...given);
    if (++calls !== after) return result;
    onLoss();
    const failure = { status: 0, code: "CONNECTION", message: "lost", maybeDone: true };
    throw new TrackerError("POST", tracker.uri, failure);
  };
  return {
    ...tracker,
    createRun: lossy(tracker.createRun),
    logBatch: lossy(tracker.logBatch),
    logInputs: lossy(tracker.logInputs),
    writeArtifact: lossy(tracker.writeArtifact),
    updateRun: lossy(tracker.updateRun),
  };
}

for (const kind of ["stopped before a step", "left without a reply"] as const) {
  refusalTest(`a delivery with refusals, ${kind} anywhere, ends the same`, async (world) => {
    const { store, server, picky, parts } = world;
    const tracker = picky(NO_WINDOW, {
      writeArtifact: (id, path, content) =>
        path === "b.bin"
          ? Promise.reject(refused("too large"))
          : server.writeArtifact(id, path, content),
    });
    let stopped = 0;
    for (let number = 1;; number++) {
      const key = store.commitRun(record(number, {
        tags: { side: "long" },
        artifacts: ["a.bin", "b.bin", "c.bin"].map((path) => ({
          path,
          content: new Uint8Array([number]),
        })),
      }));
      let steps = 0;
      let isStopped = false;
      const stopAt = (step: string): void => {
        const isPlace = step.startsWith("before") && step !== "before claim";
        if (!isPlace || ++steps !== number) return;
        isStopped = true;
        throw new Error("killed");
      };
      const options: DeliverOptions = { keys: [key] };
      const first = kind === "left without a reply"
        ? await store.deliver(losing(tracker, number, () => isStopped = true), options)
        : await store.deliver(tracker, { ...options, stopAt });
      const second = await store.deliver(tracker, { ...options, verify: true });
      const last = [...first, ...second].at(-1);
      assertEquals(last?.status, "delivered", `${number}`);
      assertEquals(last?.undeliverable.map(({ part }) => part), ["artifact b.bin", "param window"]);
      const there = [...server.runs.values()].filter(({ run }) =>
        run.lifecycleStage === "active" && run.tags["btflow.run_key"] === key
      );
      assertEquals(there.length, 1, `${number}`);
      assertEquals(there[0]?.run.status, "FINISHED");
      assertEquals(there[0]?.run.params, { returns_file: `btc-${number}.csv` });
      assertEquals(there[0]?.points.length, 12);
      assertEquals([...there[0]?.artifacts.keys() ?? []], ["a.bin", "c.bin"]);
      if (!isStopped) break;
      stopped++;
    }
    assert(stopped >= 8, `only ${stopped} places`);
    assertEquals(parts().length, 2 * (stopped + 1));
  });
}

refusalTest("an interrupted retry leaves the run delivered, and its part listed", async (world) => {
  const { store, picky, parts, server } = world;
  store.commitRun(record(1));
  await store.deliver(picky(NO_WINDOW));
  const stopAt = (step: string): void => {
    if (step === "before refused items") throw new Error("killed");
  };
  const [outcome] = await store.deliver(server, { retryUndeliverable: true, stopAt });
  assertEquals(outcome?.status, "failed");
  assertEquals(store.waiting({ trackingUri: server.uri }), []);
  assertEquals(parts(), [["param window", REASON]]);
  await store.deliver(server, { retryUndeliverable: true });
  assertEquals([parts(), only(server).run.params["window"]], [[], "1"]);
});

refusalTest("a refused tag is forgotten once it is changed, or taken away", async (world) => {
  const { store, server, picky, parts } = world;
  const keys = [1, 2].map((index) =>
    store.commitRun(record(index, { tags: { side: "bad", desk: "bad" } }))
  );
  const tracker = picky(({ tags }) => Object.values(tags).includes("bad"), {
    createRun: (run) =>
      Object.values(run.tags).includes("bad")
        ? Promise.reject(refused("no bad tags"))
        : server.createRun(run),
  });
  await store.deliver(tracker);
  assertEquals(parts().map(([part]) => part), ["tag desk", "tag side", "tag desk", "tag side"]);
  const [key = ""] = keys;
  await store.logBatch(key, { tags: { side: "good" } });
  await store.deleteTag(key, "desk");
  const [outcome] = await store.deliver(tracker);
  assertEquals([outcome?.status, outcome?.undeliverable], ["delivered", []]);
  assertEquals(parts().length, 2);
  const run = [...server.runs.values()].find(({ run }) => run.tags["btflow.run_key"] === key)?.run;
  assertEquals([run?.tags["side"], run?.tags["desk"]], ["good", undefined]);
});

refusalTest("a name that is refused does not keep the run from its end", async (world) => {
  const { store, server, parts } = world;
  const key = store.commitRun(record(1));
  const tracker: Tracker = {
    ...server,
    updateRun: (id, change) =>
      change.name === undefined
        ? server.updateRun(id, change)
        : Promise.reject(refused("names do not change")),
  };
  await store.deliver(tracker);
  await store.updateRun(key, { name: "another" });
  const [outcome] = await store.deliver(tracker, { verify: true });
  assertEquals([outcome?.status, only(server).run.status], ["delivered", "FINISHED"]);
  assertEquals(parts().map(([part]) => part), ["run name"]);
  await store.deliver(server, { retryUndeliverable: true });
  assertEquals([parts(), only(server).run.name], [[], "another"]);
});

refusalTest("a run that is made anew is sent whole", async (world) => {
  const { store, server, picky, parts } = world;
  store.commitRun(record(1));
  await store.deliver(picky(NO_WINDOW));
  const { run } = only(server);
  await server.deleteRun(run.id);
  const [verified] = await store.verify(server);
  assertMatch(verified?.error?.message ?? "", /it is deleted/);
  const [outcome] = await store.deliver(server, { recreate: true });
  assertEquals([outcome?.status, outcome?.undeliverable, parts()], ["delivered", [], []]);
});

refusalTest("parts that the server still refuses are no difference; others are", async (world) => {
  const { store, server, picky, parts } = world;
  store.commitRun(record(1));
  const tracker = picky(NO_WINDOW);
  await store.deliver(tracker);
  const [first] = await store.verify(tracker);
  assertEquals([first?.differences, first?.undeliverable.length], [[], 1]);
  const { run } = only(server);
  await server.deleteTag(run.id, "side");
  const [second] = await store.verify(tracker);
  assertEquals(second?.differences, ["tag side is missing"]);
  assertEquals(status(await store.deliver(tracker)), ["delivered"]);
  assertEquals([only(server).run.tags["side"], parts().length], ["long", 1]);
});

refusalTest("carried to another store, a run is not taken for whole there", async (world) => {
  const { store, server, picky, io, folder } = world;
  store.commitRun(record(1));
  await store.deliver(picky(NO_WINDOW));
  await store.exportTo(`${folder}/export.btflow`);
  const other = await openStore(io, `${folder}/other.db`);
  await other.importFrom(`${folder}/export.btflow`);
  const [run] = other.waiting({ trackingUri: server.uri, refused: true });
  assertEquals(run?.undeliverable, [{ part: "param window", reason: REASON }]);
  assertEquals((await other.prune({ olderThanMs: -1_000_000 })).runs, 0);
  assertEquals(status(await other.deliver(server, { retryUndeliverable: true })), ["delivered"]);
  assertEquals((await other.prune({ olderThanMs: -1_000_000 })).runs, 1);
  await other.close();
});

/** A run with returns that a server need not take, and a file that it must. */
function withReturns(index: number): RunRecord {
  const content = new TextEncoder().encode(`returns ${index}`);
  return record(index, {
    artifacts: [
      { path: "notes.txt", content: new Uint8Array([index]) },
      { path: "returns.parquet", content, isOptional: true },
    ],
  });
}

/** A server that answers with this where a file of returns is sent. */
function without({ server }: World, status: number, code = "ERROR", maybeDone = false): Tracker {
  return {
    ...server,
    writeArtifact: (id, path, content) =>
      path === "returns.parquet"
        ? Promise.reject(
          new TrackerError("PUT", "http://server", {
            status,
            code,
            message: `no room for ${id}`,
            maybeDone,
          }),
        )
        : server.writeArtifact(id, path, content),
  };
}

for (
  const [status, code] of [
    [403, "ERROR"],
    [500, "INTERNAL_ERROR"],
    [503, "ERROR"],
    [0, "UNREACHABLE_ARTIFACTS"],
    [0, "ARTIFACT_HOST_NOT_ALLOWED"],
  ] as const
) {
  refusalTest(`a run is whole without an optional file (${status} ${code})`, async (world) => {
    const { store, server, parts } = world;
    store.commitRun(withReturns(1));
    const tracker = without(world, status, code, status >= 500);
    const [outcome] = await store.deliver(tracker, { verify: true });
    assertEquals([outcome?.status, outcome?.undeliverable], ["delivered", []]);
    assertEquals(outcome?.warnings.map(({ code }) => code), ["left-out"]);
    assertMatch(
      outcome?.warnings[0]?.message ?? "",
      /artifact returns\.parquet: no room for ID/,
    );
    const { run } = only(server);
    assertEquals(run.status, "FINISHED");
    assertEquals([...server.runs.get(run.id)?.artifacts.keys() ?? []], ["notes.txt"]);
    assertEquals([parts(), store.waiting({ trackingUri: server.uri })], [[], []]);
    assertEquals(await store.deliver(server), [], "it waits for nothing");
    assertEquals((await store.verify(server))[0]?.differences, []);
    await store.deliver(server, { retryUndeliverable: true });
    assertEquals(server.runs.get(run.id)?.artifacts.size, 2, "a retry sends it");
    assertEquals((await store.prune({ olderThanMs: -1_000_000 })).runs, 1);
  });
}

refusalTest("a server that fails on optional files is asked for one", async (world) => {
  const { store, server } = world;
  store.commitRuns([1, 2, 3, 4].map(withReturns));
  let tries = 0;
  const failing = without(world, 500);
  const tracker: Tracker = {
    ...failing,
    writeArtifact: (id, path, content) => {
      if (path === "returns.parquet") tries++;
      return failing.writeArtifact(id, path, content);
    },
  };
  const outcomes = await store.deliver(tracker, { jobs: 1 });
  assertEquals(status(outcomes), Array.from({ length: 4 }, () => "delivered"));
  assertEquals([tries, outcomes.flatMap(({ warnings }) => warnings).length], [1, 1]);
  await store.deliver(server, { retryUndeliverable: true });
  assertEquals([...server.runs.values()].map(({ artifacts }) => artifacts.size), [2, 2, 2, 2]);
});

refusalTest("one that refuses an optional file is asked for the others", async (world) => {
  const { store, server } = world;
  store.commitRuns([1, 2].map(withReturns));
  let tries = 0;
  const refusing = without(world, 413);
  const tracker: Tracker = {
    ...server,
    writeArtifact: (id, path, content) =>
      path === "returns.parquet" && ++tries === 1
        ? refusing.writeArtifact(id, path, content)
        : server.writeArtifact(id, path, content),
  };
  await store.deliver(tracker, { jobs: 1 });
  assertEquals([...server.runs.values()].map(({ artifacts }) => artifacts.size), [1, 2]);
});

refusalTest("a server that fails on optional files is sent the others", async (world) => {
  const { store, server } = world;
  const artifacts = [
    { path: "returns.parquet", content: new Uint8Array(1), isOptional: true },
    { path: "then.txt", content: new Uint8Array(1) },
  ];
  store.commitRun(record(1, { artifacts }));
  await store.deliver(without(world, 500));
  const there = [...server.runs.values()].flatMap((one) => [...one.artifacts.keys()]);
  assertEquals(there, ["then.txt"]);
});

refusalTest("where nothing answers, an optional file is waited for", async (world) => {
  const { store, server } = world;
  store.commitRun(withReturns(1));
  const [lost] = await store.deliver(without(world, 0, "CONNECTION", true));
  assertEquals([lost?.status, only(server).run.status], ["failed", "RUNNING"]);
  // As a gateway answers whose server went away before the file was sent.
  const away = { status: 503, code: "ERROR", message: "away" };
  const gone: Tracker = {
    ...without(world, 503),
    updateRun: () => Promise.reject(new TrackerError("POST", "http://server", away)),
  };
  assertEquals(status(await store.deliver(gone)), ["failed"]);
  assertEquals(status(await store.deliver(server)), ["delivered"]);
  assertEquals([...server.runs.values()][0]?.artifacts.size, 2);
});

refusalTest("carried to another store, a file is as optional as before", async (world) => {
  const { store, server, io, folder } = world;
  store.commitRun(withReturns(1));
  await store.exportTo(`${folder}/export.btflow`);
  const other = await openStore(io, `${folder}/other.db`);
  await other.importFrom(`${folder}/export.btflow`);
  const [outcome] = await other.deliver(without(world, 403), { graceMs: 0 });
  assertEquals([outcome?.status, outcome?.undeliverable], ["delivered", []]);
  assertEquals(only(server).run.status, "FINISHED");
  await other.close();
});

Deno.test("a store of before names the artifacts that could not be delivered", async () => {
  const { io, path, remove } = await storeFolder();
  const old = await openStore(io, path);
  const artifacts = [{ path: "a.txt", content: new Uint8Array([1]) }];
  const keys = [record(1, { artifacts }), record(2)].map((one) => old.commitRun(one));
  await old.close();
  const file = openDatabase(path);
  // What later formats added, taken back.
  file.run("DROP TABLE undeliverable");
  file.run("ALTER TABLE artifacts DROP COLUMN optional");
  file.run("DROP TABLE trials");
  file.run("ALTER TABLE pruned DROP COLUMN trial");
  takeBackFormat7((sql) => file.run(sql));
  file.run("PRAGMA user_version = 3");
  file.run("INSERT INTO servers (id, uri) VALUES (1, 'http://server:5000')");
  file.run(
    `INSERT INTO deliveries (run_id, server_id, state, server_run_id, delivered_revision, last_error)
     SELECT id, 1, 'delivered', key, 0, iif(key = ?,
       'artifact a.txt cannot be delivered: the run''s artifacts are at s3://b', NULL) FROM runs`,
    keys[0] ?? "",
  );
  file.close();
  const store = await openStore(io, path);
  const listed = store.waiting({ trackingUri: "http://server:5000", refused: true });
  assertEquals(listed.map(({ key, undeliverable }) => [key, undeliverable]), [
    [keys[0] ?? "", [{ part: "artifact a.txt", reason: "the run's artifacts are at s3://b" }]],
  ]);
  assertEquals(store.waiting({ trackingUri: "http://server:5000" }), []);
  assertEquals((await store.prune({ olderThanMs: -1_000_000 })).runs, 1);
  await store.close();
  await remove();
});

Deno.test("a run in another sync's hands does not keep others from being looked for", async () => {
  const { io, path, remove } = await storeFolder();
  const store = await openStore(io, path);
  const server = fakeServer();
  store.commitRuns([record(1), record(2)]);
  const late: (() => Promise<Run>)[] = [];
  const slow: Tracker = {
    ...server,
    createRun: (run) => {
      late.push(() => server.createRun(run));
      const failure = { status: 0, code: "TIMEOUT", message: "slow", maybeDone: true };
      return Promise.reject(new TrackerError("POST", server.uri, failure));
    },
  };
  await store.deliver(slow);
  await store.deliver(server);
  for (const arrive of late) await arrive();
  assertEquals(server.runs.size, 4);
  const other = await openStore(io, path);
  const isHeld = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  const holder = store.deliver(server, {
    stopAt: async (step) => {
      if (step !== "before look up") return;
      isHeld.resolve();
      await goOn.promise;
    },
  });
  await isHeld.promise;
  await other.deliver(server);
  const active = (): number =>
    [...server.runs.values()].filter(({ run }) => run.lifecycleStage === "active").length;
  assertEquals(active(), 3, "the second run's is gone");
  goOn.resolve();
  await holder;
  assertEquals(active(), 2);
  await other.close();
  await store.close();
  await remove();
});
