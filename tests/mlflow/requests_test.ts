// What the client asks, and what it concludes from MLflow's refusals: under a network that is played, so
// that each request is seen as it is sent.

import { assertEquals, assertRejects } from "@std/assert";
import { NotFoundError, TrackerError } from "../../lib/errors.ts";
import { type MlflowClient, mlflowClient } from "../../lib/mlflow/client.ts";
import type { TransportReply } from "../../lib/transport/mod.ts";

interface Answer {
  readonly status: number;
  readonly json: unknown;
}

/** Endpoint and body of each request. */
type Asked = readonly [endpoint: string, body: unknown];

const OK: Answer = { status: 200, json: {} };
const INFO = { run_id: "r1", experiment_id: "7", status: "RUNNING" };

function refusal(error_code: string, message: string, status = 400): Answer {
  return { status, json: { error_code, message } };
}

/** Works with a client that is given these answers, the last one again and again. */
async function asked(
  answers: readonly Answer[],
  work: (client: MlflowClient) => Promise<unknown>,
  retries = 0,
): Promise<readonly Asked[]> {
  const requests: Asked[] = [];
  async function* body(json: unknown): AsyncGenerator<Uint8Array> {
    yield await Promise.resolve(new TextEncoder().encode(JSON.stringify(json)));
  }
  const client = mlflowClient(
    {
      now: () => 0,
      sleep: () => Promise.resolve(),
      randomBytes: (length) => new Uint8Array(length),
      files: undefined as never,
    },
    {
      trackingUri: new URL("http://server:5000"),
      auth: null,
      tls: { caFile: null, clientCertFile: null, insecure: false },
      proxies: { http: null, https: null, none: [] },
      workspace: null,
      retries,
      backoffFactor: 0,
      timeoutMs: 1000,
    },
    {
      open: () => ({
        origin: "http://server:5000",
        send: ({ path, body: sent }): Promise<TransportReply> => {
          const text = sent instanceof Uint8Array ? new TextDecoder().decode(sent) : "null";
          const endpoint = path.replace("/api/2.0/mlflow/", "");
          const { status, json } = answers[requests.length] ?? answers.at(-1) ?? OK;
          requests.push([endpoint, JSON.parse(text)]);
          return Promise.resolve({ status, headers: {}, body: body(json) });
        },
        steps: {} as never,
        close: () => {},
      }),
    },
  );
  await work(client);
  return requests;
}

Deno.test("of a change of a run only what changes is sent", async () => {
  const changes = [{ status: "FAILED" }, { endTime: 9 }, { name: "b" }] as const;
  const bodies = await Promise.all(
    changes.map((change) => asked([OK], (client) => client.updateRun("r1", change))),
  );
  assertEquals(bodies.flat(), [
    ["runs/update", { run_id: "r1", status: "FAILED" }],
    ["runs/update", { run_id: "r1", end_time: 9 }],
    ["runs/update", { run_id: "r1", run_name: "b" }],
  ]);
});

Deno.test("a dataset is sent with what is known of it, and none is no request", async () => {
  const least = { name: "a", digest: "1", sourceType: "local", source: "{}" };
  const most = { ...least, schema: "s", profile: "p", context: "train" };
  const sent = { name: "a", digest: "1", source_type: "local", source: "{}" };
  assertEquals(await asked([OK], (client) => client.logInputs("r1", [least, most])), [
    ["runs/log-inputs", {
      run_id: "r1",
      datasets: [
        { dataset: sent },
        {
          dataset: { ...sent, schema: "s", profile: "p" },
          tags: [{ key: "mlflow.data.context", value: "train" }],
        },
      ],
    }],
  ]);
  assertEquals(await asked([OK], (client) => client.logInputs("r1", [])), []);
});

Deno.test("what others bring at the same moment is sent again, three times at most", async () => {
  const race = refusal("BAD_REQUEST", "UNIQUE constraint failed: params.key");
  const batch = (client: MlflowClient): Promise<void> =>
    client.logBatch("r1", { params: { a: "1" } });
  const count = async (...answers: readonly Answer[]): Promise<number> =>
    (await asked(answers, (client) => batch(client).catch(() => {}))).length;
  assertEquals(await count(race, OK), 2);
  assertEquals(await count(race), 4);
  assertEquals(await count(refusal("INVALID_PARAMETER_VALUE", "too long")), 1);
  assertEquals(await count(refusal("INTERNAL_ERROR", "UNIQUE constraint failed", 500)), 1);
  await assertRejects(() => asked([race], batch), TrackerError, "UNIQUE");
});

Deno.test("a search in no experiment asks nothing", async () => {
  const query = { experimentIds: [], filter: null, orderBy: [], view: "all", limit: 5 } as const;
  const all = (client: MlflowClient): Promise<unknown> => Array.fromAsync(client.searchRuns(query));
  assertEquals(await asked([{ status: 200, json: { runs: [] } }], all), []);
});

Deno.test("a tag that is not there is told from a run that is not, and from one just removed", async () => {
  const missing = refusal("RESOURCE_DOES_NOT_EXIST", "no such", 404);
  const run: Answer = { status: 200, json: { run: { info: INFO } } };
  const remove = (client: MlflowClient): Promise<void> => client.deleteTag("r1", "a");
  await assertRejects(() => asked([missing, run], remove), NotFoundError, "tag");
  await assertRejects(() => asked([missing], remove), NotFoundError, "run");
  const denied = refusal("DENIED", "no", 403);
  await assertRejects(() => asked([denied, run], remove), TrackerError, "permission");
  // The first request was carried out, and its answer was lost.
  const lost = refusal("INTERNAL_ERROR", "x", 500);
  assertEquals((await asked([lost, missing, run], remove, 1)).map(([endpoint]) => endpoint), [
    "runs/delete-tag",
    "runs/delete-tag",
    "runs/get?run_id=r1",
  ]);
});

Deno.test("another run than the one asked for is no answer, whatever the case of its id", async () => {
  const answer = (run_id: string): Answer => ({
    status: 200,
    json: { run: { info: { ...INFO, run_id } } },
  });
  const get = (client: MlflowClient): Promise<unknown> => client.getRun("r1");
  await assertRejects(() => asked([answer("r2")], get), TrackerError, "answers with run r2");
  assertEquals((await asked([answer("R1")], get)).length, 1);
});

Deno.test("an experiment's id that the server takes for none is not found", async () => {
  const invalid = refusal("INVALID_PARAMETER_VALUE", "no number");
  const get = (id: string) => () => asked([invalid], (client) => client.getExperiment(id));
  await assertRejects(get("abc"), NotFoundError);
  await assertRejects(get("7"), TrackerError, "no number");
  const denied = refusal("DENIED", "no", 403);
  await assertRejects(
    () => asked([denied], (client) => client.getExperiment("abc")),
    TrackerError,
    "permission",
  );
  for (const id of ["a/b", "9".repeat(20)]) {
    let requests: readonly Asked[] = [];
    await assertRejects(async () => {
      requests = await asked([OK], (client) => client.getExperiment(id));
    }, NotFoundError);
    assertEquals(requests, []);
  }
});

Deno.test("an experiment with zeros before its id is the same; another one is no answer", async () => {
  const answer = (experiment_id: string): Answer => ({
    status: 200,
    json: { experiment: { experiment_id, name: "a" } },
  });
  const get = (id: string) => (client: MlflowClient): Promise<unknown> => client.getExperiment(id);
  assertEquals((await asked([answer("7")], get("007"))).length, 1);
  assertEquals((await asked([answer("007")], get("007"))).length, 1);
  await assertRejects(() => asked([answer("8")], get("7")), TrackerError, "with experiment 8");
});

Deno.test("an experiment that is deleted, or restored, already is told, unless by this request", async () => {
  const missing = refusal("RESOURCE_DOES_NOT_EXIST", "no such", 404);
  const answer = (lifecycle_stage: string): Answer => ({
    status: 200,
    json: { experiment: { experiment_id: "7", name: "a", lifecycle_stage } },
  });
  const remove = (client: MlflowClient): Promise<void> => client.deleteExperiment("7");
  const restore = (client: MlflowClient): Promise<void> => client.restoreExperiment("7");
  await assertRejects(() => asked([missing, answer("deleted")], remove), TrackerError, "already");
  await assertRejects(() => asked([missing, answer("active")], restore), TrackerError, "already");
  await assertRejects(() => asked([missing, answer("active")], remove), TrackerError, "no such");
  await assertRejects(() => asked([missing], remove), NotFoundError);
  assertEquals([...await asked([OK], remove), ...await asked([OK], restore)], [
    ["experiments/delete", { experiment_id: "7" }],
    ["experiments/restore", { experiment_id: "7" }],
  ]);
  await assertRejects(
    () => asked([refusal("DENIED", "may not", 403), answer("deleted")], remove),
    TrackerError,
    "permission",
  );
  const lost = refusal("INTERNAL_ERROR", "x", 500);
  assertEquals((await asked([lost, missing, answer("deleted")], remove, 1)).length, 3);
});

Deno.test("what exists already is named as it is there", async () => {
  const exists = refusal("RESOURCE_ALREADY_EXISTS", "Experiment(name=a) already exists");
  const found = (lifecycle_stage: string): Answer => ({
    status: 200,
    json: { experiment: { experiment_id: "7", name: "a", lifecycle_stage } },
  });
  const make = (client: MlflowClient): Promise<string> => client.createExperiment("a");
  await assertRejects(
    () => asked([exists, found("active")], make),
    TrackerError,
    '"a" exists already (',
  );
  await assertRejects(() => asked([exists, found("deleted")], make), TrackerError, "restore it");
  const missing = refusal("RESOURCE_DOES_NOT_EXIST", "no such", 404);
  await assertRejects(() => asked([exists, missing], make), TrackerError, "choose another name");
  await assertRejects(
    () => asked([refusal("DENIED", "may not", 403)], make),
    TrackerError,
    "permission",
  );
  const made: Answer = { status: 200, json: { experiment_id: "8" } };
  assertEquals(
    [
      ...await asked([made], make),
      ...await asked(
        [made],
        (client) => client.createExperiment("a", { artifactLocation: "s3://b", tags: { t: "1" } }),
      ),
    ],
    [
      ["experiments/create", { name: "a" }],
      ["experiments/create", {
        name: "a",
        artifact_location: "s3://b",
        tags: [{ key: "t", value: "1" }],
      }],
    ],
  );
});

Deno.test("a name that differs in letter case alone is taken, and another one is not", async () => {
  const found = (name: string): Answer => ({
    status: 200,
    json: { experiment: { experiment_id: "7", name } },
  });
  const find = (client: MlflowClient): Promise<unknown> => client.findExperiment("Crypto");
  assertEquals((await asked([found("crypto")], find)).length, 1);
  await assertRejects(() => asked([found("other")], find), TrackerError, 'answers with "other"');
});

Deno.test("a history that is refused is not taken for one that is not kept", async () => {
  const metrics = [{ key: "m", value: 1, timestamp: 1, step: 0 }];
  const run: Answer = { status: 200, json: { run: { info: INFO, data: { metrics } } } };
  const history = (client: MlflowClient): Promise<unknown> =>
    Array.fromAsync(client.metricHistory("r1", "m"));
  for (const error of [refusal("DENIED", "no", 403), refusal("INTERNAL_ERROR", "x", 500)]) {
    await assertRejects(() => asked([error, run], history), TrackerError);
  }
  await assertRejects(
    () => asked([refusal("RESOURCE_DOES_NOT_EXIST", "no such run", 404), run], history),
    TrackerError,
    "no such run",
  );
});

Deno.test("a value with nothing in it is sent", async () => {
  assertEquals(await asked([OK], (client) => client.setExperimentTag("7", "a", "")), [
    ["experiments/set-experiment-tag", { experiment_id: "7", key: "a", value: "" }],
  ]);
});
