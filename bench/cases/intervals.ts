// An interval for every metric: btflow's whole process beside arch's stationary bootstrap of QuantStats'
// functions, of which a few resamples are timed and the rest reckoned, without the start of Python.

import { type Case, faster, interleave, python, pythonScript } from "../harness.ts";
import { returnsFile } from "../inputs.ts";
import { benchPackages } from "../packages.ts";
import { sweepExpressions } from "../quantstats.ts";

const ROWS = 2520;
/** Of arch, to be scaled. */
const TIMED = 10;

/** `stats --intervals` of 2,520 rows. */
export const INTERVALS: Case = {
  name: "intervals",
  summary: "stats --intervals beside arch's bootstrap of QuantStats' functions",
  run: async (context) => {
    const file = returnsFile(context.folder, ROWS);
    const resamples = context.quick ? 100 : 1000;
    const [timed, env] = [context.quick ? 1 : TIMED, await benchPackages()];
    const [ours, theirs] = await interleave(context, [
      {
        name: "btflow",
        command: [
          ...[context.binary, "stats", file, "--intervals", "--resamples", String(resamples)],
          ...["--format", "json"],
        ],
      },
      {
        name: `arch + quantstats, from ${timed} resamples`,
        command: [
          ...[python, pythonScript("arch_intervals.py"), sweepExpressions(context.folder)],
          ...[file, String(timed)],
        ],
        env,
        ownCost: (stdout) => {
          const own = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as {
            readonly seconds: number;
            readonly cpu_seconds: number;
          };
          const scale = resamples / timed;
          return { seconds: own.seconds * scale, cpuSeconds: own.cpu_seconds * scale };
        },
      },
    ]);
    const count = resamples.toLocaleString("en");
    return [faster(`\`stats --intervals\`, 2,520 rows, ${count} resamples`, ours, theirs, 50)];
  },
};
