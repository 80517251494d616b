// What is made of rows of an answer: those of MLflow, those that leave out or add something, and those
// that cannot be read, which are named by what is known of them.

import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { notesTo } from "../../lib/mlflow/notes.ts";
import {
  readArtifacts,
  readExperiment,
  readExperimentId,
  readExperiments,
  readHistory,
  readRefusal,
  readRun,
  readRunPoints,
  readRuns,
  ShapeError,
} from "../../lib/mlflow/schema.ts";

const INFO = { run_id: "r", experiment_id: "1", status: "FINISHED" };

/** A run with these fields. */
const run = (info = {}, data = {}, inputs = {}) => ({
  run: { info: { ...INFO, ...info }, data, inputs },
});

const BARE = {
  id: "r",
  experimentId: "1",
  name: "",
  status: "FINISHED",
  startTime: 0,
  endTime: null,
  artifactUri: "",
  lifecycleStage: "active",
  userId: "",
  metrics: {},
  params: {},
  tags: {},
  datasets: [],
} as const;

Deno.test("a run of which a server says the least, and one of which it says all", () => {
  for (const json of [{ run: { info: INFO } }, run(), run({ end_time: null }, { tags: null })]) {
    assertEquals(readRun(json), { value: BARE, problem: null });
  }
  const tags = [{ key: "mlflow.runName", value: "tag" }, { key: "mlflow.user", value: "tagged" }];
  const tagged = readRun(run({}, { tags })).value;
  assertEquals([tagged.name, tagged.userId], ["tag", "tagged"]);
  const { value } = readRun(run({ run_name: "own", user_id: "me", end_time: "7" }, { tags }));
  assertEquals([value.name, value.userId, value.endTime], ["own", "me", 7]);
});

Deno.test("a dataset has what a server says of it and no more", () => {
  const dataset = { name: "d", digest: "1" };
  const more = { profile: "p", schema: "s" };
  const context = [{ key: "x", value: "y" }, { key: "mlflow.data.context", value: "training" }];
  const dataset_inputs = [{ dataset }, { dataset: { ...dataset, ...more }, tags: context }];
  const made = { name: "d", digest: "1", sourceType: "", source: "" };
  assertEquals(readRun(run({}, {}, { dataset_inputs })).value.datasets.map((one) => ({ ...one })), [
    made,
    { ...made, ...more, context: "training" },
  ]);
  assertEquals(Object.keys(readRun(run({}, {}, { dataset_inputs })).value.datasets[0] ?? {}), [
    "name",
    "digest",
    "sourceType",
    "source",
  ]);
});

Deno.test("of several points of a metric the latest counts: by step, by time, by value", () => {
  const cases = [
    [{ step: 2, timestamp: 1, value: 1 }, { step: 1, timestamp: 2, value: 2 }],
    [{ step: 1, timestamp: 2, value: 1 }, { step: 1, timestamp: 1, value: 2 }],
    [{ step: 1, timestamp: 1, value: 2 }, { step: 1, timestamp: 1, value: 1 }],
  ];
  for (const points of cases) {
    const keyed = points.map((point) => ({ key: "m", ...point }));
    for (const metrics of [keyed, keyed.toReversed()]) {
      const other = { key: "n", value: 5 };
      const got = readRun(run({}, { metrics: [...metrics, other] })).value.metrics;
      assertEquals(got, { m: points[0]?.value ?? NaN, n: 5 });
    }
  }
});

Deno.test("a run that is not as MLflow writes it is shown with what can be read", () => {
  const metrics = [{ key: "a", value: "none" }, { value: 1 }, { key: "b", value: 2, step: "x" }];
  const { value, problem } = readRun(
    run({ status: "PAUSED", lifecycle_stage: "DELETED", run_name: "n" }, { metrics }),
  );
  assertEquals(value.status as string, "PAUSED");
  assertEquals([value.lifecycleStage, value.metrics], ["deleted", { a: NaN, b: 2 }]);
  assertEquals(problem?.isShown, true);
  assertStringIncludes(problem?.what ?? "", "run r (the field info.status: Invalid option");
  const points = readRunPoints({ run: { data: { metrics } } });
  assertEquals(points.items.map(({ key }) => key), ["a", "b"]);
  assertEquals(readRunPoints({ run: {} }), { items: [], next: null });
});

Deno.test("a row that cannot be read is named by its id, its name or its place", () => {
  const cases: readonly (readonly [row: unknown, what: string])[] = [
    [{ info: { run_id: "r", run_name: "n" } }, "run r ("],
    [{ info: { run_id: "", run_name: "n" } }, 'run "n" ('],
    [{ info: { run_name: "n", name: "m" } }, 'run "n" ('],
    [{ info: { name: "m" } }, 'run "m" ('],
    [{ info: { experiment_id: "1" } }, "run 2 of a page ("],
    [{ info: { run_id: 7 } }, "run 2 of a page ("],
    ["r", "run 2 of a page (it is no object"],
  ];
  for (const [row, what] of cases) {
    const { items, problems = [] } = readRuns({
      runs: [{ info: INFO }, row],
      next_page_token: "t",
    });
    assertEquals(items.map(({ id }) => id), ["r"]);
    assertEquals(problems.map(({ isShown }) => isShown), [false]);
    assertEquals(problems[0]?.what.startsWith(what), true, problems[0]?.what);
  }
  const { problems = [] } = readExperiments({ experiments: [{ experiment_id: "5", run_id: "r" }] });
  assertEquals(problems.map((one) => one.what), ["experiment 5 (the field name is missing)"]);
});

Deno.test("a page is taken whole where all its rows are MLflow's, and says when there are more", () => {
  const runs = [{ info: INFO }];
  for (const [token, next] of [[undefined, null], ["", null], [null, null], ["t", "t"], [0, "0"]]) {
    const page = readRuns({ runs, next_page_token: token });
    assertEquals([page.items.length, page.next, page.problems ?? []], [1, next, []]);
    const odd = readRuns({ runs: [...runs, {}], next_page_token: token });
    assertEquals([odd.items.length, odd.next, odd.problems?.length], [1, next, 1]);
  }
  assertEquals(readRuns({}), { items: [], next: null });
});

Deno.test("an answer of another shape is an error that says what is wrong", () => {
  const cases: readonly (readonly [read: () => unknown, says: string])[] = [
    ...[null, [], "run", 7].map((json) => [() => readRun(json), "it is no object"] as const),
    [() => readRun({}), "the field run is missing"],
    [() => readRun({ run: { info: { ...INFO, run_id: undefined } } }), "the field run.info.run_id"],
    [() => readRun(run({ run_id: "" })), "the field run.info.run_id: expected an id, got nothing"],
    [() => readRun(run({}, { params: [{}] })), "the field run.data.params[0].key is missing"],
    [() => readExperiment({ experiment: { experiment_id: 1 } }), "the field experiment.name is"],
    [() => readExperimentId(null), "it is no object ("],
    [() => readExperimentId([]), "it is no object ("],
    [() => readExperimentId({}), "the field experiment_id is missing"],
    [() => readRuns({ runs: 7 }), "the field runs: "],
    [() => readRuns("runs"), "it is no object ("],
    [() => readArtifacts({ files: [{}] }), "the field files[0].path is missing"],
  ];
  for (const [read, says] of cases) {
    assertStringIncludes(assertThrows(read, ShapeError).message, says);
  }
});

Deno.test("nulls stand for what is absent, wherever they stand", () => {
  const page = readRuns({
    runs: [null, { info: { ...INFO, end_time: null }, data: { params: [null, { key: "k" }] } }],
  });
  assertEquals(page.items.map(({ params }) => params), [{ k: "" }]);
});

Deno.test("points keep what a number would round, and what is no value is NaN", () => {
  const long = "9007199254740993";
  const point = { key: "m", value: 1, timestamp: 2, step: 3 };
  const got = (one: unknown) => readHistory({ metrics: [one] });
  assertEquals(got(point).items, [point]);
  assertEquals(got({ key: "m", value: "NaN" }).items[0]?.value, NaN);
  assertEquals(got({ ...point, timestamp: long, step: "4" }).items, [
    { ...point, timestamp: 2 ** 53, exactTimestamp: long, step: 4 },
  ]);
  assertEquals(got({ ...point, step: long }).items, [{ ...point, step: 2 ** 53, exactStep: long }]);
  for (const [value, read] of [[Infinity, Infinity], ["much", NaN]] as const) {
    const { items, problems } = got({ ...point, value });
    assertEquals([items[0]?.value, problems?.[0]?.isShown], [read, true]);
    assertStringIncludes(problems?.[0]?.what ?? "", "point 1 of a page of a history (");
  }
});

Deno.test("files have a size where they have one, and folders have none", () => {
  const files = [
    { path: "a", file_size: "5" },
    { path: "b" },
    { path: "c", is_dir: true, file_size: 5 },
  ];
  assertEquals(readArtifacts({ files }).items, [
    { path: "a", isDirectory: false, size: 5 },
    { path: "b", isDirectory: false, size: null },
    { path: "c", isDirectory: true, size: null },
  ]);
});

Deno.test("experiments have what a server says of them", () => {
  const experiment = { experiment_id: 7, name: "e" };
  const { value } = readExperiment({ experiment });
  assertEquals([value.id, value.creationTime, value.lastUpdateTime], ["7", null, null]);
  const timed = readExperiment({
    experiment: { ...experiment, creation_time: 1, last_update_time: 2 },
  });
  assertEquals([timed.value.creationTime, timed.value.lastUpdateTime], [1, 2]);
  assertEquals(readRefusal({ error_code: 7 }), { code: "7", message: "" });
});

Deno.test("ten rows that cannot be read are named, then it is said once that there are more", () => {
  const told: string[] = [];
  const notes = notesTo(({ message }) => told.push(message));
  const rows = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, index) => ({
      what: `row ${from + index}`,
      isShown: index % 2 === 0,
    }));
  notes.rows(rows(0, 10));
  assertEquals(told.length, 10);
  assertEquals(told.slice(0, 2), [
    "The server's answer is not MLflow's: row 0, the rest of which is shown",
    "The server's answer is not MLflow's: row 1, which is left out",
  ]);
  notes.rows(rows(10, 13));
  notes.rows(rows(13, 14));
  assertEquals(told.slice(10), ["The server's answer is not MLflow's: there are more such rows"]);
});

Deno.test("times as others write them are shown; none that cannot be read hides its run", () => {
  const times = [
    [1.5, "2026-01-02T03:04:05.678Z", 2, Date.UTC(2026, 0, 2, 3, 4, 5, 678)],
    ["12.25", "soon", 12, null],
    [{}, undefined, 0, null],
  ] as const;
  for (const [start_time, end_time, startTime, endTime] of times) {
    const { value, problem } = readRun(run({ start_time, end_time }));
    assertEquals([value.startTime, value.endTime], [startTime, endTime]);
    assertStringIncludes(problem?.what ?? "", "run r (the field info.start_time");
    assertEquals(problem?.isShown, true);
  }
});

Deno.test("words in another letter case and numbers as text are MLflow's", () => {
  const metrics = ["0.25", "-1e-3", ".5", "nan", "-inf", "+Infinity"].map((value, index) => ({
    key: `m${index}`,
    value,
  }));
  const { value, problem } = readRun(
    run({ status: "finished", lifecycle_stage: "DELETED" }, { metrics }),
  );
  assertEquals(problem, null);
  assertEquals([value.status, value.lifecycleStage], ["FINISHED", "deleted"]);
  assertEquals(Object.values(value.metrics), [0.25, -0.001, 0.5, NaN, -Infinity, Infinity]);
  const experiment = { experiment_id: 1, name: "a", lifecycle_stage: "Deleted" };
  assertEquals(readExperiment({ experiment }).value.lifecycleStage, "deleted");
});
