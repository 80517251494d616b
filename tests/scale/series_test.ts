// A long series: what `stats` and `log --series all` need of memory and time grows with the rows,
// and by no more than is promised for each.

import { assert, assertEquals } from "@std/assert";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { btflow } from "../../scripts/soak/process.ts";
import { DatabaseSync } from "node:sqlite";
import { isFull, size, tell } from "./size.ts";

const FEW = 100_000;
const MANY = size(1_000_000, 10_000_000);
/** Of each row, for good: its date, its value and what is computed of them. */
const BYTES_A_ROW = 48;
/** What collecting garbage may come too late for. */
const SLACK_BYTES = 60e6;
const PROMISED_BYTES = 600e6;

/** Returns of every minute from 1990 on. */
function writeMinutes(file: string, rows: number): void {
  const descriptor = fs.openSync(file, "w");
  fs.writeSync(descriptor, "date,returns\n");
  const lines: string[] = [];
  for (let row = 0; row < rows; row++) {
    const date = new Date(Date.UTC(1990, 0, 1, 0, row)).toISOString().slice(0, 19);
    lines.push(`${date},${((Math.sin(row * 12.9898) * 43758.5453) % 1) / 500}`);
    if (lines.length === 20_000 || row === rows - 1) {
      fs.writeSync(descriptor, `${lines.splice(0).join("\n")}\n`);
    }
  }
  fs.closeSync(descriptor);
}

Deno.test(`scale: a series of ${MANY} points`, async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "btflow-series-"));
  const store = path.join(folder, "store.db");
  const file = (rows: number): string => path.join(folder, `${rows}.csv`);
  const measured = async (what: string, rows: number, args: readonly string[]): Promise<number> => {
    const { code, stderr, elapsedMs, peakBytes } = await btflow(args, { cwd: folder });
    assertEquals(code, 0, stderr);
    const megabytes = (peakBytes / 1e6).toFixed(0);
    tell(`${what}, ${rows} rows: ${(elapsedMs / 1000).toFixed(1)} s, ${megabytes} MB`);
    return peakBytes;
  };
  try {
    const peaks: Record<string, number[]> = { stats: [], log: [] };
    for (const rows of [FEW, MANY]) {
      writeMinutes(file(rows), rows);
      const read = ["--periods", "525600"];
      const stats = ["stats", file(rows), ...read, "--format", "json"];
      peaks["stats"]?.push(await measured("stats", rows, stats));
      const log = ["log", "-e", "long", "--returns", file(rows), ...read, "--series", "all"];
      const kept = [...log, "--offline", "--store", store];
      peaks["log"]?.push(await measured("log --series all --offline", rows, kept));
    }
    for (const [what, [few = NaN, many = NaN]] of Object.entries(peaks)) {
      const limit = few + (MANY - FEW) * BYTES_A_ROW + SLACK_BYTES;
      assert(many <= limit, `${what}: ${many} bytes for ${MANY} rows after ${few} for ${FEW}`);
    }
    if (isFull) assert((peaks["stats"]?.[1] ?? NaN) < PROMISED_BYTES);
    const database = new DatabaseSync(store, { readOnly: true });
    const counts = database.prepare("SELECT value FROM params WHERE key = 'returns_count'").all();
    assertEquals(counts.map((row) => row["value"]), [String(FEW), String(MANY)]);
    database.close();
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
});
