// A long answer takes no more memory than a short one: rows leave as pages arrive. Shown by processes
// whose heap is too small for the rows; the last step shows that it is.

import { assertEquals, assertMatch } from "@std/assert";
import { openStore } from "../../lib/store/mod.ts";
import { testIo } from "../helpers/test_io.ts";

/** What the program needs, and little more. */
const HEAP_MB = 40;
const METRICS = ["sharpe_ratio", "skew", "kurtosis", "metric_0"];

async function fill(path: string, runs: number): Promise<void> {
  const io = testIo();
  const store = await openStore(io, path);
  try {
    for (let from = 0; from < runs; from += 10_000) {
      store.commitRuns(Array.from({ length: 10_000 }, (_, i) => ({
        experiment: { kind: "name", name: "big" },
        runName: `run ${from + i}`,
        startTime: 1_700_000_000_000 + from + i,
        endTime: 1_700_000_001_000 + from + i,
        status: "FINISHED",
        user: "tester",
        params: { lookback: String(i % 50), returns_count: "252", periods_per_year: "252" },
        tags: {},
        metrics: METRICS.map((key) => ({
          key,
          value: Math.sin(from + i),
          timestamp: 1_700_000_000_000 + from + i,
          step: 0,
        })),
        datasets: [],
        artifacts: [],
        trackingUri: null,
      })));
    }
  } finally {
    await store.close();
    io.remove();
  }
}

/** Lines printed by a process with a small heap; null when the heap did not suffice. */
async function linesPrinted(store: string, words: readonly string[]): Promise<number | null> {
  const probe = `
    import { run } from "./lib/cli.ts";
    import { hostIo } from "./lib/io.ts";
    let lines = 0;
    const count = { isTerminal: false, columns: 80, write: (text) => {
      for (const letter of text) if (letter === "\\n") lines++;
      return Promise.resolve(true);
    } };
    const none = { ...count, write: () => Promise.resolve(true) };
    const code = await run(Deno.args, { ...hostIo(), stdout: count, stderr: none });
    console.log(code, lines);
  `;
  const file = await Deno.makeTempFile({ suffix: ".ts", dir: "." });
  try {
    await Deno.writeTextFile(file, probe);
    const flags = ["-A", "--no-check", `--v8-flags=--max-old-space-size=${HEAP_MB}`];
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", ...flags, file, ...words, "--store", store],
    }).output();
    const said = new TextDecoder().decode(stdout).trim();
    if (said === "") {
      assertMatch(new TextDecoder().decode(stderr), /heap limit|out of memory/i);
      return null;
    }
    const [code, lines] = said.split(" ").map(Number);
    assertEquals(code, 0);
    return lines ?? null;
  } finally {
    await Deno.remove(file);
  }
}

Deno.test("100,000 rows leave through a heap that could not hold them", async (context) => {
  const io = testIo();
  try {
    const store = `${io.folder}/many.db`;
    await fill(store, 100_000);
    const search = ["runs", "search", "-e", "big", "--max-results", "all"];
    await context.step("ndjson", async () => {
      assertEquals(await linesPrinted(store, [...search, "--format", "ndjson"]), 100_000);
    });
    await context.step("csv with columns", async () => {
      const words = [...search, "--format", "csv", "-c", "run_id,run_name,metrics.metric_0"];
      assertEquals(await linesPrinted(store, words), 100_001);
    });
    await context.step("table", async () => {
      assertEquals(await linesPrinted(store, [...search, "--format", "table"]), 100_001);
    });
    for (const format of ["table", "ndjson"]) {
      await context.step(`what waits, as ${format}`, async () => {
        const lines = await linesPrinted(store, ["sync", "--status", "--format", format]);
        assertEquals(lines, format === "table" ? 100_001 : 100_000);
      });
    }
    await context.step("the examination of the store", async () => {
      assertEquals(typeof await linesPrinted(store, ["doctor"]), "number");
    });
    await context.step("deflated Sharpe ratios", async () => {
      const words = ["runs", "deflate", "-e", "big", "--format", "csv"];
      assertEquals(await linesPrinted(store, words), 100_001);
    });
    await context.step("the heap is too small for a format that holds all rows", async () => {
      assertEquals(await linesPrinted(store, [...search, "--format", "parquet"]), null);
    });
  } finally {
    io.remove();
  }
});
