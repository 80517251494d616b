// Runs of a tracker as a comparison page: which histories and files are read, and what becomes of them.

import { assert, assertEquals, assertRejects } from "@std/assert";
import { namedPage } from "../../lib/tracking/comparison_page.ts";
import { returnsParquet } from "../../lib/backtest/returns_artifacts.ts";
import type { Context } from "../../lib/command/declare.ts";
import { NotFoundError } from "../../lib/errors.ts";
import { codesOf, cumulated, type EmbeddedComparison } from "../../lib/report/embedded.ts";
import type { MetricPoint, Run, Tracker } from "../../lib/tracker.ts";
import { DAY_MS, GENERATED_AT, madeUp } from "./samples.ts";

type Histories = Readonly<Record<string, readonly MetricPoint[] | Error>>;
type Files = Readonly<Record<string, Uint8Array>>;
type Reader = Pick<Tracker, "metricHistory" | "readArtifact">;

function trackerOf(histories: Histories, files: Files = {}): Reader & { asked: string[] } {
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
    async *readArtifact(runId, path) {
      const content = files[`${runId}/${path}`];
      if (content === undefined) throw new NotFoundError("artifact", path);
      yield await Promise.resolve(content);
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

function runOf(
  id: string,
  metrics: Readonly<Record<string, number>>,
  params: Readonly<Record<string, string>> = {},
): Run {
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
    params: { returns_file: `/home/me/secret/${id}.csv`, fast: id, ...params },
    tags: {},
    datasets: [],
  };
}

async function pageOf(tracker: Reader, runs: readonly Run[]): Promise<string> {
  const context = {
    io: { now: () => GENERATED_AT },
    interrupted: new AbortController().signal,
    progress: () => {},
  } as unknown as Context;
  return await namedPage(context, tracker, runs);
}

async function dataOf(tracker: Reader, runs: readonly Run[]): Promise<EmbeddedComparison> {
  const json = (await pageOf(tracker, runs)).match(/id="data">(.*?)<\/script>/s)?.[1] ?? "";
  return JSON.parse(json) as EmbeddedComparison;
}

const CURVED = { sharpe_ratio: 1, cumulative_return: 0.2 };
const DATED = points([GENERATED_AT, GENERATED_AT + DAY_MS, GENERATED_AT + 2 * DAY_MS]);

Deno.test("curves are read of the runs that have them, by date", async () => {
  const runs = [runOf("a", CURVED), runOf("b", { sharpe_ratio: 2 }), runOf("c", CURVED)];
  const tracker = trackerOf({ a: DATED, c: DATED });
  const data = await dataOf(tracker, runs);
  assertEquals(tracker.asked.sort(), ["a cumulative_return", "c cumulative_return"]);
  assert(data.dated);
  assertEquals(
    data.curves.map(({ run, x }) => [run, cumulated(x)]),
    [0, 2].map((run) => [run, DATED.map((point) => point.timestamp)]),
  );
  assertEquals(data.curves[0]?.y, [0, 0.1, 0.2]);
});

Deno.test("one run without dates makes steps the measure of all", async () => {
  const tracker = trackerOf({ a: DATED, b: points([0, 0, 0]) });
  const data = await dataOf(tracker, [runOf("a", CURVED), runOf("b", CURVED)]);
  assertEquals(data.dated, false);
  assertEquals(data.curves.map(({ x }) => cumulated(x)), [[0, 1, 2], [0, 1, 2]]);
});

Deno.test("a run deleted meanwhile keeps its row; another failure is one", async () => {
  const data = await dataOf(trackerOf({ a: new NotFoundError("run", "a") }), [runOf("a", CURVED)]);
  assertEquals([data.names, data.curves], [["name of a"], []]);
  const down = trackerOf({ a: new Error("down") });
  await assertRejects(() => dataOf(down, [runOf("a", CURVED)]), Error, "down");
});

Deno.test("attached returns are drawn, and what is alike is one cluster", async () => {
  const [one, other] = [madeUp(60, DAY_MS, { seed: 3 }), madeUp(60, DAY_MS, { seed: 4 })];
  const twice = { ...one, values: one.values.map((value) => 2 * value) };
  const files = Object.fromEntries(
    Object.entries({ a: one, b: other, c: twice })
      .map(([id, { dates, values }]) => [`${id}/returns.parquet`, returnsParquet(dates, values)]),
  );
  const runs = ["a", "b", "c"].map((id, index) => runOf(id, { sharpe_ratio: 3 - index }));
  const tracker = trackerOf({}, files);
  const data = await dataOf(tracker, runs);
  assertEquals(tracker.asked, [], "no points are asked for where the returns are there");
  assertEquals(data.curves.map(({ x }) => cumulated(x)), [0, 1, 2].map(() => [...one.dates]));
  let wealth = 1;
  one.values.forEach((value) => wealth *= 1 + value);
  assertEquals(data.curves[0]?.y.at(-1), Number((wealth - 1).toPrecision(5)));
  assertEquals(data.shared?.clusters, [0, 1, 0]);
});

Deno.test("what the files were read by is no param, and no path is on the page", async () => {
  const html = await pageOf(trackerOf({}), [
    runOf("a", CURVED, {
      returns_start: "2020-01-01 00:00:00",
      returns_end: "2021-01-01 00:00:00",
    }),
    runOf("b", CURVED, {
      returns_start: "2019-01-01 00:00:00",
      returns_end: "2021-01-01 00:00:00",
    }),
  ]);
  assert(!html.includes("secret"), "a path");
  const json = html.match(/id="data">(.*?)<\/script>/s)?.[1] ?? "";
  assertEquals((JSON.parse(json) as EmbeddedComparison).params, ["fast"]);
  assert(html.includes("2019-01-01 to 2021-01-01"));
  assert(html.includes("do not have the same first day: 2020-01-01 in 1, 2019-01-01 in 1"));
});

Deno.test("what must be known of a run is told in words", async () => {
  const years = { returns_start: "2020-01-01 00:00:00", returns_end: "2021-01-01 00:00:00" };
  const data = await dataOf(trackerOf({}), [
    runOf("a", { exposure: 0, trade_count: 0 }, { ...years, returns_count: "250" }),
    runOf("b", { worst_day: -1, sharpe_ratio: 3 }, { ...years, returns_count: "250" }),
    runOf("c", { total_return: -1, trade_count: 29 }, { ...years, returns_count: "250" }),
    runOf("d", { sharpe_ratio: 1 }, { ...years, returns_end: "2020-02-01", returns_count: "22" }),
    runOf("e", { worst_day: -0.99, trade_count: 30 }, { ...years, returns_count: "30" }),
    runOf("f", { sharpe_ratio: 1 }, { returns_start: "None", returns_end: "None" }),
  ]);
  const codes = codesOf(data.flags);
  assertEquals([...codes].map((code) => data.flags.texts[code]), [
    "never traded",
    "lost everything",
    "lost everything, fewer than 30 trades",
    "fewer than 30 rows, other dates: 2020-01-01 to 2020-02-01",
    "",
    "",
  ]);
  assertEquals([data.idle, data.lost], [[0], [1, 2]]);
});

Deno.test("where no dates are those of most runs, each run says its own", async () => {
  const data = await dataOf(
    trackerOf({}),
    ["2020", "2021"].map((year) =>
      runOf(year, CURVED, { returns_start: `${year}-01-01`, returns_end: `${year}-12-31` })
    ),
  );
  assertEquals(data.flags.texts, [
    "other dates: 2020-01-01 to 2020-12-31",
    "other dates: 2021-01-01 to 2021-12-31",
  ]);
});

Deno.test("without curves the page says what to do", async () => {
  const html = await pageOf(trackerOf({}), [runOf("a", { sharpe_ratio: 1 })]);
  assert(html.includes("--attach-returns"));
  assert(!html.includes('id="curves"'));
});
