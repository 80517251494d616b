// One file, one process: what a call costs on a short series, on a million rows and on ten million,
// and how the cost grows in between.

import {
  type BenchContext,
  both,
  type Case,
  faster,
  interleave,
  type Measured,
  python,
  pythonScript,
  type Row,
  type Side,
} from "../harness.ts";
import { returnsFile } from "../inputs.ts";
import { sweepExpressions } from "../quantstats.ts";

const MILLION = 1_000_000;

/** `log --dry-run` and `stats` beside the Python script and beside polars. */
export const FILES: Case = {
  name: "files",
  summary: "log --dry-run of 2,520 rows, stats of 1 and 10 million, beside Python",
  run: async (context) => [
    ...await dryRun(context),
    ...await million(context),
    ...await tenMillion(context),
  ],
};

function statsSide({ binary }: BenchContext, file: string): Side {
  return { name: "btflow", command: [binary, "stats", file] };
}

function polarsSide(file: string): Side {
  return { name: "polars + numpy", command: [python, pythonScript("polars_stats.py"), file] };
}

async function dryRun(context: BenchContext): Promise<readonly Row[]> {
  const file = returnsFile(context.folder, 2520);
  const log = [context.binary, "log", "-e", "bench", "--returns", file, "--dry-run"];
  const [ours, script] = both(
    ...await interleave(context, [
      { name: "btflow", command: log },
      {
        name: "mlflow + quantstats",
        command: [python, pythonScript("log_backtest.py"), file, "--dry-run"],
      },
    ]) as [Measured, Measured],
  );
  const work = "`log --dry-run`, 2,520 rows, cold";
  return [
    faster(work, ours, script, 50),
    {
      work: `${work}: memory`,
      ours,
      theirs: script,
      promise: { text: "≤ 1/3", holds: ours.megabytes * 3 <= script.megabytes },
    },
  ];
}

async function million(context: BenchContext): Promise<readonly Row[]> {
  const rows = context.quick ? 2000 : MILLION;
  const file = returnsFile(context.folder, rows, { spacing: "minutes" });
  const [ours, script, sameMetrics, polars] = await interleave(context, [
    statsSide(context, file),
    {
      name: "mlflow + quantstats, 31 metrics",
      command: [python, pythonScript("log_backtest.py"), file, "--dry-run"],
    },
    {
      name: "quantstats, the same 72 metrics",
      command: [
        ...[python, pythonScript("quantstats_sweep.py"), sweepExpressions(context.folder), file],
      ],
      runs: Math.min(context.runs, 2),
    },
    polarsSide(file),
  ]);
  const work = `\`stats\`, ${rows.toLocaleString("en")} rows`;
  return [
    faster(work, ours, script, 25),
    faster(work, ours, sameMetrics, 25),
    faster(work, ours, polars, 3),
  ];
}

async function tenMillion(context: BenchContext): Promise<readonly Row[]> {
  const rows = context.quick ? 4000 : 10 * MILLION;
  const file = returnsFile(context.folder, rows, { spacing: "minutes" });
  const runs = Math.min(context.runs, 3);
  const [ours, polars] = both(
    ...await interleave(context, [
      { ...statsSide(context, file), runs },
      { ...polarsSide(file), runs },
    ]) as [Measured, Measured],
  );
  const work = `\`stats\`, ${rows.toLocaleString("en")} rows`;
  return [
    faster(work, ours, polars, 3),
    {
      work: `${work}: memory`,
      ours,
      theirs: polars,
      promise: { text: "≤ 600 MB", holds: ours.megabytes <= 600 },
    },
  ];
}

/** Time and memory against rows: both are to grow in a straight line. */
export const GROWTH: Case = {
  name: "growth",
  summary: "stats of 1,000 to 10,000,000 rows: time and memory per row",
  run: async (context) => {
    const sizes = context.quick ? [1000, 2000] : [1e3, 1e4, 1e5, 1e6, 1e7];
    const sides = sizes.map((rows): Side => ({
      ...statsSide(context, returnsFile(context.folder, rows, { spacing: "minutes" })),
      runs: Math.min(context.runs, 3),
    }));
    const measured = await interleave(context, sides);
    return sizes.slice(1).map((rows, index) => growthRow(rows, measured, index + 1));
  },
};

const BYTES_A_ROW = 48;

/** The cost of the rows beyond the smallest file's, which stands for the start. */
function growthRow(rows: number, measured: readonly Measured[], index: number): Row {
  const [ours, base] = both(measured[index], measured[0]);
  const perMillion = (ours.seconds - base.seconds) / rows * MILLION;
  const bytes = (ours.megabytes - base.megabytes) * 2 ** 20 / rows;
  const text = `${perMillion.toFixed(2)} s a million rows, ${bytes.toFixed(0)} bytes a row`;
  // Below a million rows the engine's own garbage is larger than the rows.
  const isJudged = rows >= 10 * MILLION;
  return {
    work: `\`stats\`, ${rows.toLocaleString("en")} rows: ${text}`,
    ours,
    theirs: null,
    promise: isJudged
      ? { text: `≤ ${BYTES_A_ROW} bytes a row`, holds: bytes <= BYTES_A_ROW }
      : null,
  };
}
