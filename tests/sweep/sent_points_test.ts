// Points that cross from a thread are what they were, and their names are sent once.

import { assertEquals, assertStrictEquals } from "@std/assert";
import { pointSender, sentPoints } from "../../lib/sweep/sent_points.ts";
import type { MetricPoint } from "../../lib/tracker.ts";

const START = 1_700_000_000_123;

function pointsOf(keys: readonly string[], first: number): readonly MetricPoint[] {
  return keys.map((key, at) => ({ key, value: first / (at + 1), timestamp: START + at, step: at }));
}

Deno.test("sent points: what arrives is what was sent, as often as names change", () => {
  const runs: readonly (readonly MetricPoint[])[] = [
    pointsOf(["sharpe_ratio", "cagr"], 0.1),
    pointsOf(["sharpe_ratio", "cagr"], -1 / 3),
    [],
    pointsOf(["cagr", "sharpe_ratio"], 5e-324),
    [{ key: "cagr", value: -0, timestamp: 0, step: -(2 ** 53) + 1 }],
    [{ key: "cagr", value: NaN, timestamp: 2 ** 53 - 1, step: 2 ** 53 - 1 }],
    pointsOf(["sharpe", "sharpe", "sharpe"], Math.PI),
  ];
  const send = pointSender();
  const arrived = structuredClone(runs.map(send)).map(sentPoints);
  assertEquals(arrived, runs);
  assertEquals(Object.is(arrived[4]?.[0]?.value, -0), true);
});

Deno.test("sent points: the names of equal runs are one array, also on the other side", () => {
  const send = pointSender();
  const runs = [1, 2, 3].map((first) => send(pointsOf(["a", "b"], first)));
  const arrived = structuredClone(runs);
  assertStrictEquals(arrived[0]?.keys, arrived[2]?.keys);
});
