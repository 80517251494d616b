// Arrays that are made of data have no length that a call's arguments may have: `push(...array)` of
// some 120,000 items ends the program. Each of these takes such an array.

import { assertEquals, assertStringIncludes } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import fs from "node:fs";
import path from "node:path";
import { parseWords } from "../lib/command/words.ts";
import { defineCommand } from "../lib/command/declare.ts";
import { listExperiments } from "../lib/tracking/find.ts";
import { base64 } from "../lib/transport/mod.ts";
import type { Tracker } from "../lib/tracker.ts";
import { testIo } from "./helpers/test_io.ts";

const MANY = 300_000;

async function* one<Item>(item: Item): AsyncIterable<Item> {
  await Promise.resolve();
  yield item;
}

Deno.test("a series of many points is logged", async () => {
  const io = testIo();
  try {
    const rows = Array.from({ length: 150_000 }, (_, index) => {
      const date = new Date(Date.UTC(2000, 0, 1, 0, index)).toISOString().slice(0, 19);
      return `${date},0.00${index % 7}`;
    });
    fs.writeFileSync(path.join(io.folder, "a.csv"), `date,returns\n${rows.join("\n")}\n`);
    const answer = await io.run(
      ...["log", "-e", "e", "--returns", "a.csv", "--metrics", "total_return", "--offline"],
      ...[
        "--kind",
        "returns",
        "--periods",
        "525600",
        "--series",
        "cumulative_return",
        "--series-points",
        "1000000",
      ],
    );
    assertEquals(answer.code, 0, answer.err);
    const store = new DatabaseSync(path.join(io.folder, "store.db"));
    const count = store.prepare("SELECT count(*) AS n FROM points").get()?.["n"];
    store.close();
    assertEquals(count, 149_999, "all points but the latest, which is the metric's value");
  } finally {
    io.remove();
  }
});

Deno.test("many experiments are listed", async () => {
  const page = Array.from({ length: MANY }, (_, index) => ({ id: String(index), name: "e" }));
  const tracker = { searchExperiments: () => one(page) } as unknown as Tracker;
  assertEquals((await listExperiments(tracker, "active")).length, MANY);
});

Deno.test("many operands are taken", () => {
  const command = defineCommand({
    name: "x",
    summary: "",
    operands: [{ name: "FILE", summary: "", many: true }],
    flags: {},
    examples: [],
    exits: [],
    formats: ["text"],
    run: () => Promise.resolve({}),
  });
  const files = Array.from({ length: MANY }, (_, index) => `${index}.csv`);
  assertEquals(parseWords(command, ["--", ...files]).operands.length, MANY);
});

Deno.test("a long password is sent", () => {
  assertEquals(base64("a".repeat(MANY)).length, MANY / 3 * 4);
});

for (
  const [what, files] of [
    ["one reply", (): unknown[] => Array.from({ length: MANY }, (_, i) => file(`f${i}`))],
    ["folders without end", (): unknown[] => Array.from({ length: 10_001 }, (_, i) => folder(i))],
  ] as const
) {
  Deno.test(`many artifacts of a server are listed, or refused (${what})`, async () => {
    const info = { run_id: "a".repeat(32), experiment_id: "1", status: "FINISHED" };
    const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
      const { pathname } = new URL(request.url);
      return Response.json(
        pathname.endsWith("artifacts/list") ? { files: files() } : { run: { info } },
      );
    });
    const io = testIo({ env: { MLFLOW_TRACKING_URI: `http://127.0.0.1:${server.addr.port}` } });
    try {
      const answer = await io.run("runs", "artifacts", info.run_id, "--format", "csv");
      if (what === "one reply") {
        assertEquals([answer.code, answer.out.split("\n").length > MANY], [
          0,
          true,
        ]);
      } else {
        assertEquals(answer.code, 5);
        assertStringIncludes(answer.err, "more than 10000 folders");
      }
    } finally {
      io.remove();
      await server.shutdown();
    }
  });
}

function file(path: string): unknown {
  return { path, is_dir: false, file_size: 1 };
}

function folder(number: number): unknown {
  return { path: `d${number}`, is_dir: true };
}
