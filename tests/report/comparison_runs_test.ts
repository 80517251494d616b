// Runs of a tracker as a comparison page: which histories are read, and what becomes of them.

import { assert, assertEquals, assertRejects } from "@std/assert";
import { comparisonPage } from "../../lib/tracking/comparison_page.ts";
import { NotFoundError } from "../../lib/errors.ts";
import { cumulated, type EmbeddedComparison } from "../../lib/report/embedded.ts";
import type { MetricPoint, Run, Tracker } from "../../lib/tracker.ts";
import { DAY_MS, GENERATED_AT } from "./samples.ts";

type Histories = Readonly<Record<string, readonly MetricPoint[] | Error>>;

function trackerOf(histories: Histories): Pick<Tracker, "metricHistory"> & { asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    async *metricHistory(runId, key) {
      asked.push(`${runId} ${key}`);
      const history = histories[runId] ?? [];
      if (history instanceof Error) throw history;
      // In pages, as a server sends them.
      for (let start = 0; start < history.length; start += 2) {
        yield await Promise.resolve(history.slice(start, start + 2));
      }
    },
  };
}

function points(timestamps: readonly number[]): MetricPoint[] {
  return timestamps.map((timestamp, step) => ({
    key: "cumulative_return",
    value: step / 10,
    timestamp,
    step,
  }));
}

function runOf(id: string, metrics: Readonly<Record<string, number>>): Run {
  return {
    id,
    experimentId: "1",
    name: `name of ${id}`,
    status: "FINISHED",
    startTime: GENERATED_AT,
    endTime: null,
    artifactUri: "",
    lifecycleStage: "active",
    userId: "",
    metrics,
    params: { returns_file: `${id}.csv`, fast: id },
    tags: {},
    datasets: [],
  };
}

async function dataOf(
  histories: Histories,
  runs: readonly Run[],
): Promise<[EmbeddedComparison, string[]]> {
  const tracker = trackerOf(histories);
  const html = await comparisonPage(tracker, runs, { heading: "Sweep", now: GENERATED_AT });
  const json = html.match(/id="data">(.*?)<\/script>/s)?.[1] ?? "";
  return [JSON.parse(json) as EmbeddedComparison, tracker.asked];
}

const CURVED = { sharpe_ratio: 1, cumulative_return: 0.2 };
const DATED = points([GENERATED_AT, GENERATED_AT + DAY_MS, GENERATED_AT + 2 * DAY_MS]);

Deno.test("curves are read of the runs that have them, by date", async () => {
  const runs = [runOf("a", CURVED), runOf("b", { sharpe_ratio: 2 }), runOf("c", CURVED)];
  const [data, asked] = await dataOf({ a: DATED, c: DATED }, runs);
  assertEquals(asked.sort(), ["a cumulative_return", "c cumulative_return"]);
  assert(data.dated);
  assertEquals(data.runs.map((run) => cumulated(run.x)), [
    DATED.map((point) => point.timestamp),
    [],
    DATED.map((point) => point.timestamp),
  ]);
  assertEquals(data.runs[0]?.y, [0, 0.1, 0.2]);
  assertEquals(data.params, ["fast", "returns_file"], "the user's own params first");
});

Deno.test("one run without dates makes steps the measure of all", async () => {
  const [data] = await dataOf({ a: DATED, b: points([0, 0, 0]) }, [
    runOf("a", CURVED),
    runOf("b", CURVED),
  ]);
  assertEquals(data.dated, false);
  assertEquals(data.runs.map((run) => cumulated(run.x)), [[0, 1, 2], [0, 1, 2]]);
});

Deno.test("a run deleted meanwhile keeps its row; another failure is one", async () => {
  const [data] = await dataOf({ a: new NotFoundError("run", "a") }, [runOf("a", CURVED)]);
  assertEquals(data.runs.map((run) => [run.name, run.x.length]), [["name of a", 0]]);
  await assertRejects(() => dataOf({ a: new Error("down") }, [runOf("a", CURVED)]), Error, "down");
});
