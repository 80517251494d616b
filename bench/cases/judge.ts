// Is the best of a thousand runs luck? btflow reads them from its store and answers everything at
// once; each Python program reads the same returns from files and answers one thing.

import path from "node:path";

import {
  type BenchContext,
  type Case,
  faster,
  interleave,
  python,
  pythonScript,
  type Side,
} from "../harness.ts";
import { sweepFiles } from "../inputs.ts";
import { benchPackages, succeed } from "../packages.ts";

const ROWS = 2520;
const SPLITS = 16;

/** `judge` beside what computes the costly halves of it. */
export const JUDGE: Case = {
  name: "judge",
  summary: "judge of 1,000 stored runs beside phacker's CSCV and holdout-backtest's SPA",
  run: async (context) => {
    const files = sweepFiles(context.folder, context.quick ? 4 : 1000, ROWS);
    const resamples = context.quick ? 100 : 1000;
    const env = await benchPackages();
    const store = path.join(context.folder, "judged.db");
    await succeed(context.binary, [
      ...["batch", "-e", "judged", "--offline", "--store", store, ...files],
    ]);
    const theirs = (name: string, script: string, count: number): Side => ({
      name,
      command: [python, pythonScript(script), String(count), ...files],
      env,
    });
    const [ours, crossValidated, tested] = await interleave(context, [
      { name: "btflow", command: judgeCommand(context, store, resamples) },
      theirs("phacker, CSCV alone", "judge_cscv.py", SPLITS),
      theirs("holdout-backtest, SPA alone", "judge_spa.py", resamples),
    ]);
    const work = `\`judge\`, ${files.length.toLocaleString("en")} runs × 2,520 rows`;
    return [
      faster(`${work}, ${SPLITS} blocks`, ours, crossValidated, 1),
      faster(`${work}, ${resamples.toLocaleString("en")} resamples`, ours, tested, 3),
    ];
  },
};

function judgeCommand({ binary }: BenchContext, store: string, resamples: number): string[] {
  return [
    ...[binary, "judge", "-e", "judged", "--store", store, "--splits", String(SPLITS)],
    ...["--resamples", String(resamples), "--format", "json"],
  ];
}
