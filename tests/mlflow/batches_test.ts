// A batch of any size is cut into requests that every server takes, and nothing is lost or changed
// on the way.

import { assert, assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../../lib/errors.ts";
import { checkBatch, checkName } from "../../lib/limits.ts";
import { batchesOf } from "../../lib/mlflow/batches.ts";

const encoder = new TextEncoder();

function texts(count: number, value: string): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, value]));
}

Deno.test("every request keeps to the limits, and together they are the batch", () => {
  const metrics = Array.from({ length: 5000 }, (_, index) => ({
    key: `metric ${index % 333}`,
    value: index / 3,
    timestamp: index,
    step: index,
  }));
  const params = texts(250, "ü".repeat(6000));
  const tags = texts(120, "日".repeat(8000));
  const bodies = batchesOf({ metrics, params, tags });
  for (const body of bodies) {
    assert(body.metrics.length + body.params.length + body.tags.length <= 1000);
    assert(body.params.length <= 100 && body.tags.length <= 100);
    assert(new Set(body.metrics.map(({ key }) => key)).size <= 100);
    assert(encoder.encode(JSON.stringify(body)).length < 1_000_000);
  }
  assertEquals(bodies.flatMap((body) => body.metrics), metrics);
  assertEquals(
    Object.fromEntries(bodies.flatMap((body) => body.params.map(({ key, value }) => [key, value]))),
    params,
  );
  assertEquals(
    Object.fromEntries(bodies.flatMap((body) => body.tags.map(({ key, value }) => [key, value]))),
    tags,
  );
});

Deno.test("a request is filled to its limit and no further", () => {
  const metrics = Array.from({ length: 2001 }, (_, step) => ({
    key: "m",
    value: step,
    timestamp: 1,
    step,
  }));
  assertEquals(batchesOf({ metrics }).map((body) => body.metrics.length), [1000, 1000, 1]);
  assertEquals(batchesOf({ params: texts(201, "x") }).map((body) => body.params.length), [
    100,
    100,
    1,
  ]);
  assertEquals(batchesOf({ tags: texts(101, "x") }).map((body) => body.tags.length), [100, 1]);
});

Deno.test("the usual run is one request, and nothing is none", () => {
  const metrics = Array.from({ length: 78 }, (_, index) => ({
    key: `m${index}`,
    value: index,
    timestamp: 1,
    step: 0,
  }));
  const bodies = batchesOf({ metrics, params: texts(20, "x"), tags: texts(20, "y") });
  assertEquals(bodies.length, 1);
  assertEquals(batchesOf({}), []);
});

Deno.test("what is not a number is written as protocol buffers write it", () => {
  const values = [NaN, Infinity, -Infinity, -0.5];
  const metrics = values.map((value) => ({ key: "m", value, timestamp: 1, step: 0 }));
  const written = batchesOf({ metrics })[0]?.metrics.map(({ value }) => value);
  assertEquals(written, ["NaN", "Infinity", "-Infinity", -0.5]);
});

Deno.test("a value that the server would cut is refused", () => {
  batchesOf({ params: { a: "x".repeat(6000) }, tags: { b: "x".repeat(8000) } });
  assertThrows(() => batchesOf({ params: { a: "x".repeat(6001) } }), UsageError, "6001");
  assertThrows(() => batchesOf({ tags: { b: "x".repeat(8001) } }), UsageError, "8001");
});

Deno.test("lengths are counted as the server counts them: in code points", () => {
  for (const [what, longest] of [["params", 6000], ["tags", 8000]] as const) {
    checkBatch({ [what]: { note: "😀".repeat(longest) } });
    assertThrows(
      () => checkBatch({ [what]: { note: "😀".repeat(longest) + "x" } }),
      UsageError,
      `has ${longest + 1} characters; MLflow keeps ${longest}`,
    );
  }
  checkBatch({ params: { ["𝛼".repeat(250)]: "1" } });
  assertThrows(() => checkBatch({ params: { ["𝛼".repeat(251)]: "1" } }), UsageError, "251");
  checkName("run", "😀".repeat(250));
  assertThrows(() => checkName("run", "😀".repeat(251)), UsageError, "MLflow takes 250");
});
