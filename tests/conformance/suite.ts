// What every Tracker must do, whatever is behind it. The store and each server run these same tests,
// so a command that works with one works with all. Each test makes experiments of its own.

import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertNotEquals,
  assertObjectMatch,
  assertRejects,
} from "@std/assert";
import { NotFoundError, TrackerError } from "../../lib/errors.ts";
import { parseExperimentFilter, parseFilter, parseOrderBy } from "../../lib/filter/mod.ts";
import type { MetricPoint, NewRun, Run, RunQuery, Tracker } from "../../lib/tracker.ts";
import type { ProgramName } from "../helpers/programs.ts";
import { toolTest } from "../helpers/tools.ts";

/** A tracker to be tested, and how to take it down. */
export interface Subject {
  readonly tracker: Tracker;
  readonly close: () => Promise<void>;
}

export interface ConformanceOptions {
  /** False for a server without its artifact proxy. */
  readonly hasArtifacts?: boolean;
  /** What the tracker needs to run. */
  readonly tools?: readonly ProgramName[];
}

interface Case {
  readonly name: string;
  readonly run: (tracker: Tracker) => Promise<void>;
  readonly needsArtifacts?: boolean;
}

/** Registers the suite as one test with a step for each promise. */
export function conformance(
  name: string,
  makeSubject: () => Promise<Subject>,
  options: ConformanceOptions = {},
): void {
  const { hasArtifacts = true, tools = [] } = options;
  toolTest({
    name: `conformance: ${name}`,
    tools,
    sanitize: false,
    fn: async (test) => {
      const { tracker, close } = await makeSubject();
      try {
        for (const one of CASES) {
          if (one.needsArtifacts === true && !hasArtifacts) continue;
          await test.step(one.name, () => one.run(tracker));
        }
      } finally {
        await close();
      }
    },
  });
}

let unique = 0;

/** A name that no other test, and no earlier run on the same server, has used. */
function freshName(): string {
  return `conformance ${Date.now().toString(36)} ${crypto.randomUUID().slice(0, 8)} ${++unique}`;
}

async function freshExperiment(tracker: Tracker): Promise<string> {
  return await tracker.createExperiment(freshName());
}

const START = 1_700_000_000_000;

async function freshRun(
  tracker: Tracker,
  experimentId: string,
  fields: Partial<NewRun> = {},
): Promise<Run> {
  const run = { name: "momentum", startTime: START, user: "ada", tags: {}, ...fields };
  return await tracker.createRun({ experimentId, ...run });
}

function point(key: string, value: number, step = 0, timestamp: number = START): MetricPoint {
  return { key, value, timestamp, step };
}

async function search(
  tracker: Tracker,
  experimentId: string,
  query: { filter?: string; orderBy?: readonly string[]; view?: RunQuery["view"]; limit?: number } =
    {},
): Promise<Run[]> {
  const found: Run[] = [];
  const pages = tracker.searchRuns({
    experimentIds: [experimentId],
    filter: query.filter === undefined ? null : parseFilter(query.filter),
    orderBy: (query.orderBy ?? []).map(parseOrderBy),
    view: query.view ?? "active",
    limit: query.limit ?? Infinity,
  });
  for await (const page of pages) found.push(...page);
  return found;
}

async function historyOf(tracker: Tracker, runId: string, key: string): Promise<MetricPoint[]> {
  const points: MetricPoint[] = [];
  for await (const page of tracker.metricHistory(runId, key)) points.push(...page);
  return points;
}

async function bytesOf(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: number[] = [];
  for await (const chunk of chunks) parts.push(...chunk);
  return new Uint8Array(parts);
}

async function assertCode(code: string, work: () => Promise<unknown>): Promise<void> {
  const error = await assertRejects(work, TrackerError);
  assertEquals(error.code, code, error.message);
}

const CASES: readonly Case[] = [
  {
    name: "an experiment is made, found by name and by id, and listed",
    async run(tracker) {
      const name = freshName();
      assertEquals(await tracker.findExperiment(name), null);
      const id = await tracker.createExperiment(name, { tags: { team: "a'b\"c" } });
      const experiment = await tracker.getExperiment(id);
      assertObjectMatch(experiment as unknown as Record<string, unknown>, {
        id,
        name,
        lifecycleStage: "active",
        tags: { team: "a'b\"c" },
      });
      assertNotEquals(experiment.artifactLocation, "");
      assertEquals(await tracker.findExperiment(name), experiment);
    },
  },
  {
    name: "an experiment keeps the artifact location it is given",
    async run(tracker) {
      const id = await tracker.createExperiment(freshName(), { artifactLocation: "s3://b/c" });
      assertEquals((await tracker.getExperiment(id)).artifactLocation, "s3://b/c");
    },
  },
  {
    name: "an experiment that exists, deleted or not, is not made again",
    async run(tracker) {
      const name = freshName();
      const id = await tracker.createExperiment(name);
      await assertCode("RESOURCE_ALREADY_EXISTS", () => tracker.createExperiment(name));
      await tracker.deleteExperiment(id);
      await assertCode("RESOURCE_ALREADY_EXISTS", () => tracker.createExperiment(name));
      assertEquals((await tracker.findExperiment(name))?.lifecycleStage, "deleted");
    },
  },
  {
    name: "an experiment that is not there is not found",
    async run(tracker) {
      await assertRejects(() => tracker.getExperiment("999999999"), NotFoundError);
      await assertRejects(() => tracker.deleteExperiment("999999999"), NotFoundError);
    },
  },
  {
    name: "experiments are renamed and tagged",
    async run(tracker) {
      const id = await freshExperiment(tracker);
      const name = freshName();
      await tracker.renameExperiment(id, name);
      await tracker.setExperimentTag(id, "mlflow.note.content", "one");
      await tracker.setExperimentTag(id, "mlflow.note.content", "two");
      const experiment = await tracker.getExperiment(id);
      assertEquals(experiment.name, name);
      assertEquals(experiment.tags["mlflow.note.content"], "two");
    },
  },
  {
    name: "a deleted experiment hides its runs and gives them back",
    async run(tracker) {
      const id = await freshExperiment(tracker);
      await freshRun(tracker, id);
      await tracker.deleteExperiment(id);
      assertEquals((await tracker.getExperiment(id)).lifecycleStage, "deleted");
      assertEquals(await search(tracker, id), []);
      assertEquals((await search(tracker, id, { view: "all" })).length, 1);
      await assertRejects(() => freshRun(tracker, id));
      await tracker.restoreExperiment(id);
      assertEquals((await search(tracker, id)).length, 1);
    },
  },
  {
    name: "experiments are searched by filter and view",
    async run(tracker) {
      const mark = freshName();
      const kept = await tracker.createExperiment(`${mark} a`, { tags: { mark } });
      const gone = await tracker.createExperiment(`${mark} b`, { tags: { mark } });
      await tracker.deleteExperiment(gone);
      const ids = async (view: "active" | "deleted" | "all"): Promise<string[]> => {
        const found: string[] = [];
        const filter = parseExperimentFilter(`tags.mark = '${mark}'`);
        const pages = tracker.searchExperiments({ filter, orderBy: [], view, limit: Infinity });
        for await (const page of pages) found.push(...page.map(({ id }) => id));
        return found.sort();
      };
      assertEquals(await ids("active"), [kept]);
      assertEquals(await ids("deleted"), [gone]);
      assertEquals(await ids("all"), [kept, gone].sort());
    },
  },
  {
    name: "a run begins as it was asked for",
    async run(tracker) {
      const experimentId = await freshExperiment(tracker);
      const run = await freshRun(tracker, experimentId, { tags: { a: "1", "x.y/z": "ü" } });
      assertObjectMatch(run as unknown as Record<string, unknown>, {
        experimentId,
        name: "momentum",
        status: "RUNNING",
        startTime: START,
        endTime: null,
        lifecycleStage: "active",
        userId: "ada",
        metrics: {},
        params: {},
        datasets: [],
        tags: { a: "1", "x.y/z": "ü", "mlflow.runName": "momentum" },
      });
      assertNotEquals(run.artifactUri, "");
      assertEquals(await tracker.getRun(run.id), run);
    },
  },
  {
    name: "what is logged is read back exactly",
    async run(tracker) {
      const { id } = await freshRun(tracker, await freshExperiment(tracker));
      const metrics = [
        point("sharpe ratio/daily", 1.4142135623730951),
        point("tiny", 5e-324),
        point("huge", -1.7976931348623157e308),
        point("third", 1 / 3),
        point("zero", 0),
      ];
      const params = { risk_free_rate: "0.0", text: "ü ' \" \\ ` %\n", empty: "" };
      await tracker.logBatch(id, { metrics, params, tags: { note: "日本" } });
      const run = await tracker.getRun(id);
      assertEquals(
        run.metrics,
        Object.fromEntries(metrics.map(({ key, value }) => [key, value])),
      );
      assertEquals(run.params, params);
      assertEquals(run.tags.note, "日本");
    },
  },
  {
    name: "names that objects have of their own are names like any other",
    async run(tracker) {
      const { id } = await freshRun(tracker, await freshExperiment(tracker));
      await tracker.logBatch(id, {
        metrics: [point("__proto__", 1), point("constructor", 2)],
        params: Object.fromEntries([["__proto__", "p"], ["toString", "q"]]),
      });
      const run = await tracker.getRun(id);
      assertEquals(Object.entries(run.metrics).sort(), [["__proto__", 1], ["constructor", 2]]);
      assertEquals(Object.entries(run.params).sort(), [["__proto__", "p"], ["toString", "q"]]);
    },
  },
  {
    name: "a batch sent twice is kept once",
    async run(tracker) {
      const { id } = await freshRun(tracker, await freshExperiment(tracker));
      const batch = {
        metrics: Array.from({ length: 90 }, (_, index) => point(`m${index}`, index / 7)),
        params: { a: "1" },
        tags: { b: "2" },
      };
      await tracker.logBatch(id, batch);
      await tracker.logBatch(id, batch);
      assertEquals(await historyOf(tracker, id, "m3"), [point("m3", 3 / 7)]);
      assertEquals(Object.keys((await tracker.getRun(id)).metrics).length, 90);
    },
  },
  {
    name: "a param does not change, a tag does",
    async run(tracker) {
      const { id } = await freshRun(tracker, await freshExperiment(tracker));
      await tracker.logBatch(id, { params: { a: "1" }, tags: { b: "1" } });
      await assertCode(
        "INVALID_PARAMETER_VALUE",
        () => tracker.logBatch(id, { params: { a: "2" } }),
      );
      await tracker.logBatch(id, { tags: { b: "2" } });
      await tracker.logBatch(id, { tags: { c: "3" } });
      const run = await tracker.getRun(id);
      assertEquals(run.params, { a: "1" });
      assertObjectMatch(run.tags, { b: "2", c: "3" });
      await tracker.deleteTag(id, "b");
      assertEquals((await tracker.getRun(id)).tags["b"], undefined);
    },
  },
  {
    name: "a history is in order and its latest point is the metric",
    async run(tracker) {
      const { id } = await freshRun(tracker, await freshExperiment(tracker));
      await tracker.logBatch(id, { metrics: [point("m", 5, 10), point("m", 1, 1)] });
      await tracker.logBatch(id, {
        metrics: [point("m", 3, 3, START + 5), point("m", 2, 3, START), point("other", 9)],
      });
      assertEquals(await historyOf(tracker, id, "m"), [
        point("m", 1, 1),
        point("m", 2, 3, START),
        point("m", 3, 3, START + 5),
        point("m", 5, 10),
      ]);
      assertEquals((await tracker.getRun(id)).metrics, { m: 5, other: 9 });
    },
  },
  {
    name: "a point at the latest step and time is the latest when its value is higher",
    async run(tracker) {
      const { id } = await freshRun(tracker, await freshExperiment(tracker));
      await tracker.logBatch(id, { metrics: [point("m", 2, 1)] });
      await tracker.logBatch(id, { metrics: [point("m", 4, 1)] });
      await tracker.logBatch(id, { metrics: [point("m", 3, 1)] });
      assertEquals((await tracker.getRun(id)).metrics, { m: 4 });
      const values = (await historyOf(tracker, id, "m")).map(({ value }) => value);
      assertEquals(values.sort(), [2, 3, 4]);
    },
  },
  {
    name: "a long history is read whole",
    async run(tracker) {
      const { id } = await freshRun(tracker, await freshExperiment(tracker));
      const all = Array.from({ length: 2500 }, (_, step) => point("m", step / 3, step));
      for (let from = 0; from < all.length; from += 1000) {
        await tracker.logBatch(id, { metrics: all.slice(from, from + 1000) });
      }
      assertEquals(await historyOf(tracker, id, "m"), all);
      assertAlmostEquals((await tracker.getRun(id)).metrics["m"] ?? 0, 833, 1e-9);
    },
  },
  {
    name: "a run ends, is renamed, is deleted and restored",
    async run(tracker) {
      const experimentId = await freshExperiment(tracker);
      const { id } = await freshRun(tracker, experimentId);
      await tracker.updateRun(id, { status: "FINISHED", endTime: START + 1234 });
      await tracker.updateRun(id, { name: "carry" });
      const run = await tracker.getRun(id);
      assertEquals([run.status, run.endTime, run.name], ["FINISHED", START + 1234, "carry"]);
      assertEquals(run.tags["mlflow.runName"], "carry");
      await tracker.deleteRun(id);
      assertEquals((await tracker.getRun(id)).lifecycleStage, "deleted");
      assertEquals(await search(tracker, experimentId), []);
      assertEquals((await search(tracker, experimentId, { view: "deleted" })).length, 1);
      await assertRejects(() => tracker.logBatch(id, { params: { a: "1" } }), TrackerError);
      await tracker.restoreRun(id);
      assertEquals((await search(tracker, experimentId)).length, 1);
    },
  },
  {
    name: "a run that is not there is not found",
    async run(tracker) {
      const id = "0".repeat(32);
      await assertRejects(() => tracker.getRun(id), NotFoundError);
      await assertRejects(() => tracker.logBatch(id, { params: { a: "1" } }), NotFoundError);
      await assertRejects(() => tracker.updateRun(id, { status: "FAILED" }), NotFoundError);
      await assertRejects(() => tracker.deleteRun(id), NotFoundError);
    },
  },
  {
    name: "datasets are kept once, with their context",
    async run(tracker) {
      const { id } = await freshRun(tracker, await freshExperiment(tracker));
      const dataset = {
        name: "btc.csv",
        digest: "0123456789abcdef0123456789abcdef",
        sourceType: "local",
        source: '{"uri":"btc.csv"}',
        profile: '{"num_rows":2520}',
        context: "backtest",
      };
      await tracker.logInputs(id, [dataset]);
      await tracker.logInputs(id, [dataset]);
      const { datasets } = await tracker.getRun(id);
      assertEquals(datasets.length, 1);
      assertObjectMatch(datasets[0] as unknown as Record<string, unknown>, dataset);
    },
  },
  {
    name: "runs are found by what they hold, in the order asked for",
    async run(tracker) {
      const experimentId = await freshExperiment(tracker);
      for (const [name, sharpe] of [["a", 1], ["b", 3], ["c", 2], ["d", null]] as const) {
        const { id } = await freshRun(tracker, experimentId, { name });
        await tracker.logBatch(id, {
          metrics: sharpe === null ? [] : [point("sharpe_ratio", sharpe)],
          params: { side: name < "c" ? "long" : "short" },
        });
      }
      const names = async (query: Parameters<typeof search>[2]): Promise<string[]> =>
        (await search(tracker, experimentId, query)).map(({ name }) => name);
      const byRatio = ["metrics.sharpe_ratio DESC"];
      assertEquals(await names({ orderBy: byRatio }), ["b", "c", "a", "d"]);
      assertEquals(await names({ orderBy: ["metrics.sharpe_ratio"] }), ["a", "c", "b", "d"]);
      assertEquals(await names({ orderBy: byRatio, limit: 2 }), ["b", "c"]);
      assertEquals(
        await names({ filter: "metrics.sharpe_ratio > 1", orderBy: byRatio }),
        ["b", "c"],
      );
      assertEquals(
        await names({
          filter: "params.side = 'short' or metrics.sharpe_ratio = 3",
          orderBy: byRatio,
        }),
        ["b", "c", "d"],
      );
      assertEquals(await names({ filter: "attributes.run_name = 'd'" }), ["d"]);
      assertEquals(await names({ filter: "not metrics.sharpe_ratio > 1", orderBy: byRatio }), [
        "a",
        "d",
      ]);
    },
  },
  {
    name: "without an order the latest start comes first",
    async run(tracker) {
      const experimentId = await freshExperiment(tracker);
      for (const [name, after] of [["a", 1], ["b", 3], ["c", 2]] as const) {
        await freshRun(tracker, experimentId, { name, startTime: START + after });
      }
      const found = await search(tracker, experimentId);
      assertEquals(found.map(({ name }) => name), ["b", "c", "a"]);
    },
  },
  {
    name: "a search of no experiment finds nothing",
    async run(tracker) {
      const pages = tracker.searchRuns({
        experimentIds: [],
        filter: null,
        orderBy: [],
        view: "all",
        limit: Infinity,
      });
      let count = 0;
      for await (const page of pages) count += page.length;
      assertEquals(count, 0);
    },
  },
  {
    name: "artifacts are written, listed by folder and read back",
    needsArtifacts: true,
    async run(tracker) {
      const { id } = await freshRun(tracker, await freshExperiment(tracker));
      const content = Uint8Array.from({ length: 70_000 }, (_, index) => (index * 7) % 251);
      await tracker.writeArtifact(id, "report.html", new TextEncoder().encode("<p>é</p>"));
      await tracker.writeArtifact(id, "plots/a b.bin", content);
      const top = await tracker.listArtifacts(id);
      assertEquals(
        top.map(({ path, isDirectory }) => [path, isDirectory]).sort(),
        [["plots", true], ["report.html", false]],
      );
      const [inner] = await tracker.listArtifacts(id, "plots");
      assertEquals(inner, { path: "plots/a b.bin", isDirectory: false, size: content.length });
      assertEquals(await bytesOf(tracker.readArtifact(id, "plots/a b.bin")), content);
      await tracker.writeArtifact(id, "plots/a b.bin", new Uint8Array([1, 2, 3]));
      assertEquals(
        await bytesOf(tracker.readArtifact(id, "plots/a b.bin")),
        new Uint8Array([1, 2, 3]),
      );
      await assertRejects(() => bytesOf(tracker.readArtifact(id, "none.txt")), NotFoundError);
    },
  },
  {
    name: "names are never taken for one another by case or wildcard",
    async run(tracker) {
      const experimentId = await freshExperiment(tracker);
      const { id } = await freshRun(tracker, experimentId);
      await tracker.logBatch(id, { params: { ab: "x" }, tags: { "a-b": "1" } });
      assert((await search(tracker, experimentId, { filter: "params.ab = 'x'" })).length === 1);
      assertEquals(await search(tracker, experimentId, { filter: "params.AB = 'x'" }), []);
      assertEquals(await search(tracker, experimentId, { filter: "tags.`a_b` = '1'" }), []);
    },
  },
];
