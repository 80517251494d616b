// Runs that somebody logged with nanoseconds for milliseconds, as Python's time_ns() tempts to: MLflow
// keeps such a time, and no command may fail for it, or one run would hide all the others.

import { assertEquals, assertStringIncludes } from "@std/assert";
import { testIo } from "../helpers/test_io.ts";

const ODD_ID = "a".repeat(32);
const NANOSECONDS = 1_795_618_314_349_318_516;

function runJson(id: string, name: string, time: number): unknown {
  return {
    info: { run_id: id, experiment_id: "1", run_name: name, status: "FINISHED", start_time: time },
    data: { metrics: [{ key: "m", value: 1, timestamp: time, step: 0 }] },
  };
}

const odd = runJson(ODD_ID, "odd", NANOSECONDS);
const EXPERIMENT = { experiment_id: "1", name: "e", creation_time: NANOSECONDS };
const ANSWERS: Readonly<Record<string, unknown>> = {
  "/api/2.0/mlflow/experiments/get-by-name": { experiment: EXPERIMENT },
  "/api/2.0/mlflow/experiments/search": { experiments: [EXPERIMENT] },
  "/api/2.0/mlflow/runs/search": { runs: [odd, runJson("b".repeat(32), "plain", 1000)] },
  "/api/2.0/mlflow/runs/get": { run: odd },
  "/api/2.0/mlflow/metrics/get-history": {
    metrics: [{ key: "m", value: 1, timestamp: NANOSECONDS, step: 7 }],
  },
};

Deno.test("a time that no calendar has hides nothing else, and a history shows it as it is", async (t) => {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => Response.json(ANSWERS[new URL(request.url).pathname] ?? {}),
  );
  const io = testIo();
  const uri = ["--tracking-uri", `http://127.0.0.1:${server.addr.port}`];
  const cases: readonly (readonly [readonly string[], string])[] = [
    [["runs", "search", "-e", "e"], "plain"],
    [["runs", "search", "-e", "e", "-c", "run_name,start_time", "--format", "csv"], "odd,\n"],
    [["runs", "get", ODD_ID], "start_time: \n"],
    [["runs", "get", ODD_ID, "--format", "json"], '"start_time": null'],
    [["runs", "update", "-e", "e", "-f", "metrics.m = 1", "--tag", "a=b", "--dry-run"], "odd"],
    [["history", ODD_ID, "--all", "--format", "csv"], `m,${NANOSECONDS},7,1\n`],
    [["experiments", "get", "e", "--format", "json"], '"creation_time": null'],
    [["experiments", "list", "--format", "csv"], "1,e,active,,,"],
  ];
  try {
    for (const [words, shown] of cases) {
      await t.step(words.join(" "), async () => {
        const { code, out, err } = await io.run(...words, ...uri);
        assertEquals(code, 0, err);
        assertStringIncludes(out, shown);
      });
    }
  } finally {
    io.remove();
    await server.shutdown();
  }
});
