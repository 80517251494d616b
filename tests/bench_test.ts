// The benchmarks' pieces, tried on inputs so small that nothing is measured: a bench that no longer
// runs is found here and not on the day its figures are wanted. No time is asserted.

import { assert, assertAlmostEquals, assertEquals, assertMatch } from "@std/assert";
import fs from "node:fs";
import path from "node:path";
import { CORES } from "../bench/cases/cores.ts";
import { GROWTH } from "../bench/cases/files.ts";
import { SEARCH } from "../bench/cases/search.ts";
import { SERVER } from "../bench/cases/server.ts";
import { STORE } from "../bench/cases/store.ts";
import { SWEEP } from "../bench/cases/sweep.ts";
import { type BenchContext, type Case, faster, median, type Row } from "../bench/harness.ts";
import { returnsFile } from "../bench/inputs.ts";
import { CASES } from "../bench/main.ts";
import { simulatedText, simulateQueue } from "../bench/queue.ts";
import { markdown } from "../bench/table.ts";
import { pythonTest, repository } from "./helpers/python.ts";

/** A stand-in for the binary: the source, run by Deno. */
function sourceBinary(folder: string): string {
  const file = path.join(folder, "btflow");
  const main = path.join(repository, "main.ts");
  const config = path.join(repository, "deno.json");
  const command = `exec "${Deno.execPath()}" run -q -A --no-prompt --config "${config}" "${main}"`;
  fs.writeFileSync(file, `#!/bin/sh\n${command} "$@"\n`, { mode: 0o755 });
  return file;
}

async function quickRows(one: Case): Promise<readonly Row[]> {
  const folder = Deno.makeTempDirSync({ prefix: "btflow-bench-" });
  try {
    const context: BenchContext = {
      binary: sourceBinary(folder),
      folder,
      runs: 1,
      quick: true,
      note: () => {},
    };
    return await one.run(context);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

// Not those that start MLflow's client several times: half a minute each.
const TRIED = [
  [GROWTH, false],
  [SWEEP, true],
  [CORES, true],
  [SEARCH, true],
  [STORE, true],
  [SERVER, true],
] as const;
for (const [one, isCompared] of TRIED) {
  pythonTest({
    name: `bench: the case ${one.name} runs`,
    fn: async () => {
      const rows = await quickRows(one);
      assert(rows.length > 0);
      for (const { ours, theirs, work } of rows) {
        assert(ours.seconds > 0 && ours.megabytes > 1, work);
        assertEquals(theirs !== null, isCompared, work);
        if (theirs !== null) assert(theirs.seconds > 0 && theirs.megabytes > 1, work);
      }
    },
  });
}

Deno.test("bench: cases have names of their own", () => {
  assertEquals(new Set(CASES.map(({ name }) => name)).size, CASES.length);
});

Deno.test("bench: inputs are the same wherever they are made", async () => {
  const folder = Deno.makeTempDirSync({ prefix: "btflow-bench-" });
  const other = Deno.makeTempDirSync({ prefix: "btflow-bench-" });
  const digest = async (file: string): Promise<string> => {
    const bytes = await crypto.subtle.digest("SHA-256", fs.readFileSync(file));
    return new Uint8Array(bytes).toHex().slice(0, 16);
  };
  const daily = returnsFile(folder, 2520);
  const lines = fs.readFileSync(daily, "utf8").trimEnd().split("\n");
  assertEquals(lines.length, 2521);
  assertEquals(lines[0], "date,returns");
  assertMatch(lines[1] ?? "", /^2010-01-04,-?0\.\d+$/);
  assertMatch(lines[6] ?? "", /^2010-01-11,/);
  const again = returnsFile(other, 2520);
  assertEquals(await digest(daily), await digest(again));
  const minutes = fs.readFileSync(returnsFile(folder, 3, { spacing: "minutes" }), "utf8");
  assertMatch(minutes, /\n2002-01-01 00:02:00,-?\d\.\d+(e-\d+)?\n$/);
  for (const made of [folder, other]) fs.rmSync(made, { recursive: true });
});

Deno.test("bench: a queue is as fast as its cores, until its writer is full", () => {
  const costs = { start: 0, compute: 1, commit: 0 };
  assertEquals(simulateQueue(costs, 1000, 1), 1000);
  assertEquals(simulateQueue(costs, 1024, 8), 128);
  // One core does both; many cores wait for the writer, who waits for the first chunk of 2.
  assertAlmostEquals(simulateQueue({ ...costs, commit: 0.25 }, 1000, 1), 1250, 1e-6);
  assertAlmostEquals(simulateQueue({ ...costs, commit: 0.25 }, 1024, 64), 2 + 256, 0.1);
  assertAlmostEquals(simulateQueue({ start: 10, compute: 1, commit: 0 }, 1024, 8), 138, 1e-6);
  const text = simulatedText({ start: 0.5, compute: 0.001, commit: 0.0004 }, 10_000, [8, 64]);
  assertMatch(text, /runs a second: [\d,]+ with 8 cores, [\d,]+ with 64 cores; .* full at 2,500$/);
});

Deno.test("bench: medians and promises", () => {
  assertEquals([median([3, 1, 2]), median([4, 1, 2, 3]), median([7])], [2, 2.5, 7]);
  const ours = { name: "btflow", seconds: 0.1, cpuSeconds: 0.2, megabytes: 50 };
  const theirs = { name: "other", seconds: 0.5, cpuSeconds: 0.4, megabytes: 100 };
  assertEquals(faster("work", ours, theirs, 5).promise, { text: "≥ 5×", holds: true });
  assertEquals(faster("work", ours, theirs, 6).promise, { text: "≥ 6×", holds: false });
  const page = markdown([["CPU", "two"]], [faster("`work`", ours, theirs, 6)]);
  assertEquals(
    page.split("\n").at(-2),
    [
      "| `work` | 100 ms (CPU 200 ms), 50 MB | other: 500 ms (CPU 400 ms), 100 MB ",
      "| 5.0× | 2.0× | 50 % | ≥ 6× | **no** |",
    ].join(""),
  );
  assertMatch(page, /^- CPU: two\n\n\| work \|/);
});
