// Steps and timestamps have 64 bits on servers, more than a number tells apart: a history keeps and
// sorts all of them, whichever way a server writes them and whatever else its replies hold.

import { assert, assertEquals } from "@std/assert";
import { parquetReadObjects } from "hyparquet";
import fs from "node:fs";
import { testIo } from "../helpers/test_io.ts";
import { clientOf } from "./clients.ts";
import { faultServer, reply } from "./fault_server.ts";

const RUN_ID = "a".repeat(32);
const RUN = JSON.stringify({
  run: {
    info: { run_id: RUN_ID, experiment_id: "1", status: "FINISHED" },
    data: { metrics: [{ key: "m", value: 1 }] },
  },
});
/** Neighbours beyond 2^53 and at the ends of 64 bits; a double makes pairs of them equal. */
const STEPS: readonly bigint[] = [
  -9223372036854775808n,
  -9223372036854775807n,
  -9007199254740993n,
  0n,
  9007199254740992n,
  9007199254740993n,
  9223372036854775806n,
  9223372036854775807n,
];
const NANOSECONDS = 1_795_618_314_349_318_517n;

function history(steps: readonly (bigint | string)[]): string {
  const points = steps.map((step) =>
    `{"key": "m", "value": 0.1234567890123456789, "timestamp" : ${NANOSECONDS}, "step":${
      typeof step === "string" ? JSON.stringify(step) : step
    }}`
  );
  return `{"metrics": [${points.join()}]}`;
}

Deno.test("long steps and timestamps keep their digits and their order", async () => {
  const shuffled = [5, 0, 7, 2, 4, 1, 6, 3].map((index) => STEPS[index] ?? 0n);
  for (const body of [history(shuffled), history(shuffled.map(String))]) {
    const server = await faultServer(reply(200, body));
    const client = clientOf(server.uri);
    const points = (await Array.fromAsync(client.metricHistory(RUN_ID, "m"))).flat();
    assertEquals(points.map(({ step, exactStep }) => exactStep ?? String(step)), STEPS.map(String));
    for (const { step, exactStep, exactTimestamp, value } of points) {
      assertEquals(exactStep === undefined, Number.isSafeInteger(step));
      assertEquals([exactTimestamp, value], [String(NANOSECONDS), 0.1234567890123456789]);
    }
    await client.close();
    await server.stop();
  }
});

Deno.test("what looks like a long step and is none stays as it is", async () => {
  const key = `"step": 9007199254740993, "timestamp":9007199254740993}`;
  const body = JSON.stringify({
    metrics: [{ key, value: 1, timestamp: 1, step: 2 }],
    step: "12345678901234567890",
  });
  const server = await faultServer(reply(200, body));
  const client = clientOf(server.uri);
  const points = (await Array.fromAsync(client.metricHistory(RUN_ID, key))).flat();
  assertEquals(points, [{ key, value: 1, timestamp: 1, step: 2 }]);
  await client.close();
  await server.stop();
});

Deno.test("history prints all digits in every format", async (t) => {
  const io = testIo();
  const lines = STEPS.map((step) => `m,${NANOSECONDS},${step},0.12345678901234568`);
  const cases: readonly (readonly [string, (out: string) => unknown, unknown])[] = [
    ["csv", (out) => out.trim().split("\n").slice(1), lines],
    ["json", (out) => [...out.matchAll(/"step":(-?\d+)/g)].map(([, step]) => step), [
      ...STEPS.map(String),
    ]],
    ["ndjson", (out) => [...out.matchAll(/"timestamp":(\d+),/g)].length, STEPS.length],
    ["table", (out) => STEPS.filter((step) => out.includes(` ${step} `)).length, STEPS.length],
  ];
  for (const [format, read, expected] of cases) {
    await t.step(format, async () => {
      const server = await faultServer(reply(200, RUN), reply(200, history(STEPS)));
      const uri = ["--tracking-uri", server.uri];
      const { code, out, err } = await io.run(
        "history",
        RUN_ID,
        "--all",
        "--format",
        format,
        ...uri,
      );
      await server.stop();
      assertEquals(code, 0, err);
      assertEquals(read(out), expected);
    });
  }
  await t.step("parquet", async () => {
    const server = await faultServer(reply(200, RUN), reply(200, history(STEPS)));
    const file = `${io.folder}/h.parquet`;
    const words = ["history", RUN_ID, "--all", "--output", file, "--tracking-uri", server.uri];
    assertEquals((await io.run(...words)).code, 0);
    await server.stop();
    const bytes = new Uint8Array(fs.readFileSync(file));
    const rows = await parquetReadObjects({ file: bytes.buffer });
    assertEquals(rows.map(({ step }) => step), [...STEPS]);
    assert(rows.every(({ timestamp }) => timestamp === NANOSECONDS));
  });
  io.remove();
});
