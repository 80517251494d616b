// Many files into the store, beside QuantStats in one Python process. Python is charged per file from
// the first one on, without its start; btflow with everything, its start and the disk included.

import path from "node:path";

import { type Case, faster, interleave, python, pythonScript } from "../harness.ts";
import { sweepFiles } from "../inputs.ts";
import { sweepExpressions } from "../quantstats.ts";

const ROWS = 2520;

/** `batch` of 1,000 files into the store. */
export const SWEEP: Case = {
  name: "sweep",
  summary: "batch of 1,000 files into the store beside QuantStats",
  run: async (context) => {
    const files = sweepFiles(context.folder, context.quick ? 4 : 1000, ROWS);
    const some = files.slice(0, context.quick ? 1 : 20);
    const batch = [context.binary, "batch", "-e", "sweep", "--offline", ...files];
    const [ours, theirs] = await interleave(context, [
      {
        name: "btflow",
        command: batch,
        fresh: (run) => ["--store", path.join(context.folder, `sweep_${run}.db`)],
        pieces: files.length,
      },
      {
        name: "quantstats",
        command: [
          ...[python, pythonScript("quantstats_sweep.py"), sweepExpressions(context.folder)],
          ...some,
        ],
        ownCost: (stdout) => {
          const own = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as {
            readonly seconds: number;
            readonly cpu_seconds: number;
          };
          return { seconds: own.seconds / some.length, cpuSeconds: own.cpu_seconds / some.length };
        },
      },
    ]);
    const count = files.length.toLocaleString("en");
    return [faster(`\`batch\`, ${count} files × 2,520 rows, per file`, ours, theirs, 100)];
  },
};
