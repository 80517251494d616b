// Services and gateways that answer otherwise than MLflow does: failures under a status of success,
// rows that cannot be read, look-ups and pages of their own. Without a network.

import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { TrackerError } from "../../lib/errors.ts";
import { findExperiment } from "../../lib/tracking/find.ts";
import type { Run } from "../../lib/tracker.ts";
import { answeredClient, type Came, type Sent } from "./clients.ts";

const RUN_ID = "f".repeat(32);
const INFO = { run_id: RUN_ID, experiment_id: "1", status: "FINISHED" };
const ALL = { filter: null, orderBy: [], view: "all", limit: Infinity } as const;
const RUNS = { ...ALL, experimentIds: ["1"] } as const;
const refused = (status: number, content: unknown): Came => ({ status, content });

/** A client that is answered by the call, the last part of the path; else that it is not there. */
function serviceOf(answers: Readonly<Record<string, (sent: Sent) => Came>>, warned: string[] = []) {
  return answeredClient(
    (sent) => answers[sent.url.pathname.split("/2.0/mlflow/")[1] ?? ""]?.(sent) ?? { status: 404 },
    {},
    ({ code }) => void warned.push(code),
  );
}

async function found(pages: AsyncIterable<readonly Run[]>): Promise<readonly string[]> {
  return (await Array.fromAsync(pages)).flat().map(({ id }) => id);
}

Deno.test("a failure under a status of success is a failure, of changes and questions", async () => {
  const failures = [
    [{ error_code: "TEMPORARILY_UNAVAILABLE", message: "later" }, "TEMPORARILY_UNAVAILABLE"],
    [{ error: { code: 7, message: "later" } }, "BAD_REPLY"],
    [{ errors: ["later"] }, "BAD_REPLY"],
    [{ success: false, msg: "later" }, "BAD_REPLY"],
  ] as const;
  for (const [content, code] of failures) {
    const { client } = answeredClient(() => ({ content }));
    const change = await assertRejects(
      () => client.logBatch(RUN_ID, { tags: { a: "b" } }),
      TrackerError,
    );
    assertEquals([change.code, change.reason], [code, `later (200 ${code})`]);
    assert(change.maybeDone && !change.isForGood);
    const question = await assertRejects(() => found(client.searchRuns(RUNS)), TrackerError);
    assertEquals([question.code, question.maybeDone], [code, false]);
  }
  for (const content of [{ error_code: 0 }, { error: null, errors: [] }, { success: true }]) {
    await answeredClient(() => ({ content })).client.logBatch(RUN_ID, { tags: { a: "b" } });
  }
});

Deno.test("what frameworks answer where there is nothing to say follows a change", async () => {
  for (const content of ["null", ' "OK"', "ok\n", "true", "{}", ""]) {
    await answeredClient(() => ({ content })).client.logBatch(RUN_ID, { tags: { a: "b" } });
  }
  for (const content of ["Please sign in", "nullified", '"no"', "false"]) {
    const { client } = answeredClient(() => ({ content }));
    const error = await assertRejects(() => client.deleteRun(RUN_ID), TrackerError);
    assertStringIncludes(error.message, "the reply is no JSON");
  }
});

Deno.test("where nothing may be left out, a run that cannot be read is an error", async () => {
  const runs = [{ info: INFO }, { info: { ...INFO, run_id: "b", status: 7 } }];
  const warned: string[] = [];
  const { client } = serviceOf({ "runs/search": () => ({ content: { runs } }) }, warned);
  assertEquals([await found(client.searchRuns(RUNS)), warned], [[RUN_ID], ["server-rows"]]);
  const error = await assertRejects(
    () => found(client.searchRuns({ ...RUNS, whole: true })),
    TrackerError,
  );
  assertEquals(error.code, "BAD_REPLY");
  assertStringIncludes(error.message, "run b (the field info.status");
});

Deno.test("numbers that JSON has no word for hide no run, and texts keep them", async () => {
  const content = `{"runs": [{"info": ${JSON.stringify(INFO)}, "data": {
    "metrics": [{"key": "a", "value": NaN}, {"key": "b", "value": -Infinity}],
    "params": [{"key": "p", "value": "so: NaN, \\"or\\" Infinity"}]}}]}`;
  const { client } = serviceOf({ "runs/search": () => ({ content }) });
  const [run] = (await Array.fromAsync(client.searchRuns(RUNS))).flat();
  assertEquals(run?.metrics, { a: NaN, b: -Infinity });
  assertEquals(run?.params, { p: 'so: NaN, "or" Infinity' });
});

Deno.test("a page that is too large for the server is asked for smaller, and so are the next", async () => {
  const sizes: number[] = [];
  const upTo = (most: number, content: unknown) => ({ url, text }: Sent): Came => {
    const size = Number(
      url.searchParams.get("max_results") ?? JSON.parse(text || "{}").max_results,
    );
    sizes.push(size);
    return size <= most ? { content } : refused(400, {
      error_code: "INVALID_PARAMETER_VALUE",
      message: `max_results must be at most ${most}`,
    });
  };
  const { client } = serviceOf({
    "runs/search": upTo(500, { runs: [{ info: INFO }] }),
    "experiments/search": upTo(100, { experiments: [{ experiment_id: "1", name: "a" }] }),
    "metrics/get-history": upTo(1000, { metrics: [{ key: "m", value: 1, timestamp: 1, step: 1 }] }),
  });
  assertEquals(await found(client.searchRuns(RUNS)), [RUN_ID]);
  assertEquals(await found(client.searchRuns(RUNS)), [RUN_ID]);
  assertEquals(sizes.splice(0).slice(0, 3), [1000, 100, 100]);
  assertEquals((await Array.fromAsync(client.searchExperiments(ALL))).flat().length, 1);
  assertEquals(sizes.splice(0).slice(0, 2), [1000, 100]);
  assertEquals((await Array.fromAsync(client.metricHistory(RUN_ID, "m"))).flat().length, 1);
  assertEquals(sizes, [25_000, 1000]);
  const all = serviceOf({
    "runs/search": () => refused(400, { error_code: "A", message: "max_results must be 1" }),
  });
  await assertRejects(() => found(all.client.searchRuns(RUNS)), TrackerError, "max_results");
});

const EXPERIMENTS = [{ experiment_id: "7", name: "crypto", lifecycle_stage: "ACTIVE" }];

Deno.test("an experiment that a service does not look up by name is looked for among all", async () => {
  const answers: readonly Came[] = [
    refused(404, { detail: "Not Found" }),
    refused(404, "<!doctype html><title>404 Not Found</title>"),
    refused(405, ""),
    refused(422, { detail: [{ loc: ["query"], msg: "no" }] }),
    refused(400, { error_code: "INVALID_PARAMETER_VALUE", message: "Could not find it" }),
  ];
  for (const answer of answers) {
    const { client } = serviceOf({
      "experiments/get-by-name": () => answer,
      "experiments/search": () => ({ content: { experiments: EXPERIMENTS } }),
    });
    assertEquals((await client.findExperiment("crypto"))?.id, "7");
    assertEquals(await client.findExperiment("other"), null);
    const alone = serviceOf({ "experiments/get-by-name": () => answer });
    const error = await assertRejects(() => alone.client.findExperiment("crypto"), TrackerError);
    assertStringIncludes(error.url, "get-by-name");
  }
  for (const content of [{}, { experiment: null }]) {
    const { client } = serviceOf({ "experiments/get-by-name": () => ({ content }) });
    assertEquals(await client.findExperiment("crypto"), null);
  }
});

Deno.test("a server of before 1.28 lists its experiments, which are filtered here", async () => {
  const asked: string[] = [];
  const { client } = serviceOf({
    "experiments/list": ({ method, url }) => {
      asked.push(`${method} ${url.search}`);
      return { content: { experiments: EXPERIMENTS } };
    },
  });
  const [page] = await Array.fromAsync(client.searchExperiments({ ...ALL, view: "active" }));
  assertEquals(page?.map(({ id, lifecycleStage }) => [id, lifecycleStage]), [["7", "active"]]);
  assertEquals(asked, ["GET ?view_type=ACTIVE_ONLY&max_results=1000"]);
  const none = serviceOf({}).client.searchExperiments(ALL);
  const error = await assertRejects(() => Array.fromAsync(none), TrackerError);
  assertStringIncludes(error.url, "experiments/search");
});

Deno.test("a deleted experiment that is looked up by name in vain is found by list", async () => {
  const missing = refused(404, { error_code: "RESOURCE_DOES_NOT_EXIST", message: "none" });
  const exists = refused(400, { error_code: "RESOURCE_ALREADY_EXISTS", message: "it exists" });
  const deleted = [{ experiment_id: "7", name: "crypto", lifecycle_stage: "deleted" }];
  const answers = {
    "experiments/get-by-name": () => missing,
    "experiments/create": () => exists,
  };
  const { client } = serviceOf({
    ...answers,
    "experiments/search": () => ({ content: { experiments: deleted } }),
  });
  const error = await assertRejects(() => client.createExperiment("crypto"), TrackerError);
  assert(error.alreadyExists);
  assertStringIncludes(error.message, '"crypto" exists already in deleted state: restore it');
  assertEquals((await findExperiment(client, "crypto")).id, "7");
  const folder = serviceOf({ ...answers, "experiments/search": () => ({ content: {} }) });
  const other = await assertRejects(() => folder.client.createExperiment("crypto"), TrackerError);
  assertStringIncludes(other.message, "something else of that name");
});
