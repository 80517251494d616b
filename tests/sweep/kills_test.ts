// A sweep that is killed in the middle, again and again: --resume finishes it, and each run is kept once,
// whether files are spread over threads, or the series of a dataset are read together.

import { assert, assertEquals } from "@std/assert";
import fs from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { returnsParquet } from "../../lib/backtest/returns_artifacts.ts";
import { writeReturns } from "../helpers/returns.ts";
import { testIo } from "../helpers/test_io.ts";

const RUNS = 60;
const KILLS = 2;
const DAYS = 50;
/** Long enough for each that a kill comes before the last. */
const SLOW = ["--intervals", "--resamples", "300", "--no-attach-returns"];

function returnsOf(run: number): readonly number[] {
  return Array.from({ length: DAYS }, (_, day) => Math.sin(day * 7 + run) / 50);
}

const NAMES: readonly string[] = Array.from({ length: RUNS }, (_, run) => `r${100 + run}`);

/** Each writes a sweep, and gives the words for it. Threads do the series of a dataset half a million rows at a time. */
const SWEEPS: Readonly<Record<string, (folder: string) => readonly string[]>> = {
  files: (folder) => [
    ...NAMES.map((name, run) => {
      const file = `${folder}/${name}.csv`;
      writeReturns(file, returnsOf(run));
      return file;
    }),
    "--threads",
    "2",
  ],
  "series of a dataset": (folder) => {
    const dates = Float64Array.from({ length: DAYS }, (_, day) => Date.UTC(2024, 0, 1 + day));
    for (const [run, name] of NAMES.entries()) {
      const partition = `${folder}/data/symbol=${name}`;
      fs.mkdirSync(partition, { recursive: true });
      const values = Float64Array.from(returnsOf(run));
      fs.writeFileSync(`${partition}/part.parquet`, returnsParquet(dates, values));
    }
    return [`${folder}/data`, "--by", "symbol", "--threads", "1"];
  },
};

function keptNames(store: string): readonly string[] {
  if (!fs.existsSync(store)) return [];
  const database = new DatabaseSync(store, { readOnly: true });
  try {
    return database.prepare("SELECT name FROM runs ORDER BY name").all()
      .map(({ name }) => String(name));
  } catch {
    // It is in the making.
    return [];
  } finally {
    database.close();
  }
}

for (const [what, write] of Object.entries(SWEEPS)) {
  Deno.test(`a sweep of ${what} that is killed ${KILLS} times keeps each run once`, async () => {
    const io = testIo();
    try {
      const store = `${io.folder}/store.db`;
      const sweep = [...write(io.folder), ...SLOW, "--store", store];
      const words = ["batch", "-e", "x", "--offline", "--resume", ...sweep];
      let kept = 0;
      for (let kill = 0; kill < KILLS; kill++) {
        const child = new Deno.Command(Deno.execPath(), {
          args: ["run", "-q", "-A", "--no-check", "main.ts", ...words],
          stdout: "null",
          stderr: "null",
        }).spawn();
        let hasEnded = false;
        const ended = child.status.finally(() => hasEnded = true);
        while (!hasEnded && keptNames(store).length === kept) {
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
        assert(!hasEnded, "it ended before it was killed");
        child.kill("SIGKILL");
        await ended;
        kept = keptNames(store).length;
      }
      assert(kept > 0 && kept < RUNS, `${kept} were kept`);
      const { code, out, err } = await io.run(...words, "--format", "json");
      assertEquals(code, 0, err);
      const { logged, skipped } = JSON.parse(out) as { logged: number; skipped: number };
      assertEquals([logged, skipped], [RUNS - kept, kept]);
      assertEquals(keptNames(store), NAMES);
    } finally {
      io.remove();
    }
  });
}
