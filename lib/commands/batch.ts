// `btflow batch`: many files, one run each. Files are computed one after the other and committed in
// small groups; deliveries go on meanwhile. What fails is listed at the end and stops nothing.

import { checkBacktest } from "../backtest/mod.ts";
import { BACKTEST_FLAGS, backtestOptions } from "../backtest/flags.ts";
import { REQUIRE_FLAGS, requirementsOf } from "../backtest/require.ts";
import { withBackends } from "../backends.ts";
import { defineCommand } from "../command/declare.ts";
import type { Command } from "../command/declare.ts";
import type { Json, Result } from "../command/answer.ts";
import { ARTIFACT_HOST_FLAGS, CONNECTION_FLAGS } from "../config/connection_flags.ts";
import { InterruptedError, SeveralErrors, UnmetError, UsageError } from "../errors.ts";
import { exclusive, list, number, text, toggle } from "../command/flags.ts";
import { nextSync } from "../logging/deliver.ts";
import { refusedError, refusedJson, refusedLines, RETRY_ADVICE } from "../logging/refused.ts";
import { LOG_FLAGS, logRequest } from "../logging/request.ts";
import { ROW_FORMATS } from "../output/mod.ts";
import { checkItems, chooseItems } from "../sweep/choose.ts";
import { placeOf } from "../sweep/items.ts";
import type { SweepFailure, Unmet } from "../sweep/delivery.ts";
import type { SweepRun } from "../sweep/item_runs.ts";
import { outcomeLines, toldOnce } from "./batch_told.ts";
import { runSweep } from "../sweep/mod.ts";
import { THREAD_FLAGS, threadsFor } from "../sweep/threads.ts";
import { withRunView } from "../tracking/run_columns.ts";
import type { SweepOutcome } from "../sweep/mod.ts";
import { readShard, shareOf } from "../sweep/shard.ts";

const { runName: _runName, runId: _runId, ifNew: _ifNew, attachReturns, ...SHARED } = LOG_FLAGS;

/** Of a dry run: what would be logged as rows. */
const TABLES = ROW_FORMATS.filter((format) => format !== "json");

/** Logs many files as one sweep. */
export const command: Command = defineCommand({
  name: "batch",
  summary: "Log many files, the rows of a manifest or the series of a dataset: one run each",
  writes: true,
  description:
    "With --by or --columns each FILE, or folder of Parquet files, is a dataset of many series; a " +
    "manifest is then joined by run_name. A file that cannot be read, computed or sent never stops the others; failures are listed at the " +
    "end. Ctrl-C finishes the runs in hand; --resume goes on where an earlier call stopped.",
  operands: [{
    name: "FILE",
    summary: "Files of returns, or datasets with --by or --columns",
    optional: true,
    many: true,
    completes: "file",
  }],
  flags: {
    manifest: text({
      summary: "CSV or JSON lines: returns, run_name, benchmark, params.*, tags.*",
      value: "FILE",
      completes: "file",
    }),
    by: list({
      summary: "FILE is a long dataset: a run for each value of these columns",
      value: "COLUMN,…",
    }),
    columns: list({
      summary: "FILE is a wide dataset: a run for each of these columns: all, names, patterns",
      value: "all|COLUMN,…",
    }),
    only: list({
      summary: "Only the runs of these names, or those listed in a file",
      value: "NAME,…|FILE",
      completes: "file",
    }),
    jobs: number({
      summary: "Deliveries at once",
      short: "j",
      min: 1,
      max: 64,
      whole: true,
      fallback: "4",
    }),
    ...THREAD_FLAGS,
    parent: text({ summary: "Group the runs under a parent run of this name", value: "NAME" }),
    resume: toggle({ summary: "Skip what is logged: same inputs, same options" }),
    shard: text({
      summary: "Only this share of the items: i/n from 0, slurm, or k8s/N",
      value: "SHARE",
    }),
    ...SHARED,
    attachReturns: { ...attachReturns, fallback: "the returns, where the server takes them" },
    noAttachReturns: toggle({ summary: "Attach no returns" }),
    ...BACKTEST_FLAGS,
    ...REQUIRE_FLAGS,
    ...ARTIFACT_HOST_FLAGS,
    ...CONNECTION_FLAGS,
  },
  examples: [
    { command: "btflow batch -e sweep results/*.csv --jobs 8", does: "Every file of a folder" },
    {
      command: "btflow batch -e sweep --manifest sweep.csv --parent ema-grid --resume",
      does: "A sweep with parameters, under one parent; safe to repeat",
    },
    {
      command: "btflow batch -e sweep --manifest sweep.jsonl --shard slurm --offline",
      does: "This Slurm task's share, kept in the store",
    },
    {
      command: "btflow batch -e sweep data.parquet --by symbol,timeframe",
      does: "A run for each symbol and timeframe of one table",
    },
    {
      command:
        "btflow batch wide.parquet --columns all --dry-run --format parquet --output m.parquet",
      does: "The metrics of all, kept nowhere: choose, then log those with --only",
    },
  ],
  exits: [3, 4, 5, 6, 7, 9, 10],
  formats: ["text", "json", ...TABLES],
  graceful: true,
  run: async (given, { flags, operands, format }): Promise<Result> => {
    const startedMs = given.io.now();
    const told = toldOnce(given);
    const context = format === "json" ? given : told.context;
    checkItems({ ...flags, files: operands });
    const isTable = TABLES.includes(format);
    if (isTable && !flags.dryRun) {
      throw new UsageError(
        `Cannot write ${format} of runs that are logged: add --dry-run for their metrics alone, or ` +
          "read them with btflow runs search",
      );
    }
    const shard = flags.shard === undefined ? null : readShard(flags.shard, context.io.env);
    return await withBackends(context, flags, async (backends) => {
      exclusive(
        "Cannot use --attach-returns together with --no-attach-returns",
        flags.attachReturns,
        flags.noAttachReturns,
      );
      const asked = logRequest(backends.config, { ...flags, ifNew: flags.resume });
      const request = { ...asked, spareReturns: !flags.attachReturns && !flags.noAttachReturns };
      if (request.runId !== undefined) {
        throw new UsageError("Cannot log a batch into one run: unset MLFLOW_RUN_ID");
      }
      const computing = backtestOptions(flags, backends.config);
      const options = { ...computing, hash: !isTable, fan: request.report };
      const required = requirementsOf(flags.require, options);
      await checkBacktest(options);
      const { items, datasets } = await chooseItems(
        context,
        { ...flags, files: operands },
        options,
      );
      const areTogether = flags.by !== undefined || flags.columns !== undefined;
      const own = shard === null ? items : shareOf(items, shard, areTogether);
      const shared = [options.benchmark, options.rateFile?.path, ...request.artifact];
      const threads = await threadsFor(context.io, { items: own, datasets }, flags.threads, shared);
      if (isTable) {
        const { figureNames, figureRows } = await import("../sweep/figures.ts");
        const figures = { options, required, datasets, names: figureNames(options, own) };
        const answered = figureRows(context, own, figures, { threads, noun: "runs" });
        return { ...answered, rows: withRunView(answered.rows) };
      }
      const parent = flags.parent === undefined || shard === null
        ? flags.parent
        : `${flags.parent} (${shard.index}/${shard.count})`;
      const outcome = await runSweep(context, backends, {
        name: flags.parent,
        parent,
        items: own,
        datasets,
        request,
        options,
        required,
        threads,
        jobs: flags.jobs ?? 4,
      });
      told.tell();
      const tookMs = context.io.now() - startedMs;
      const { interrupted } = context;
      return answer(
        {
          interrupted,
          dryRun: flags.dryRun,
          total: own.length,
          serverUri: backends.serverUri,
          tookMs,
        },
        outcome,
      );
    });
  },
});

/** What there is to say besides the outcome. */
interface Circumstances {
  readonly interrupted: AbortSignal;
  readonly dryRun: boolean;
  readonly total: number;
  readonly serverUri: string | null;
  readonly tookMs: number;
}

function answer(
  { interrupted, dryRun, total, serverUri, tookMs }: Circumstances,
  outcome: SweepOutcome,
): Result {
  const { runs, failures, unmet, delivered } = outcome;
  const kept = [...runs, ...failures.filter((failure) => failure.kept)];
  const logged = kept.filter(({ existed }) => !existed).length;
  const skipped = kept.length - logged;
  const to = serverUri === null ? "" : `, ${delivered} delivered to ${serverUri}`;
  const head = dryRun
    ? `Dry run: computed ${logged} of ${total} runs`
    : `Logged ${logged} of ${total} runs${to}`;
  const rest = [
    ...(skipped > 0 ? [`Skipped ${skipped}, logged before`] : []),
    ...failureLines(failures),
    ...refusedRuns(runs),
    ...unmetLines(unmet),
    "",
  ];
  const json: Json = {
    total,
    logged,
    delivered,
    skipped,
    failed: failures.length,
    parent: outcome.parent,
    runs: runs.map(runJson),
    failures: failures.map(({ item: { returns }, error: { message }, kept }) => ({
      returns,
      message,
      kept,
    })),
    unmet: unmet.map(({ item: { returns }, conditions }) => ({ returns, conditions })),
  };
  const screen: Result["screen"] = () => outcomeLines({ head, rest, tookMs }, outcome);
  return {
    text: [head, ...rest].join("\n"),
    json,
    screen,
    ...failureOf(interrupted, total, outcome),
  };
}

function runJson(run: SweepRun): Json {
  const { item, runName, runId, runKey, delivered, existed } = run;
  return {
    returns: item.returns,
    run_name: runName,
    run_id: runId,
    run_key: runKey,
    delivered,
    undeliverable: refusedJson(run.undeliverable),
    existed,
  };
}

/** What the command fails with: an interruption, or the items' own errors together. */
function failureOf(
  { aborted, reason }: AbortSignal,
  total: number,
  { runs, failures, unmet }: SweepOutcome,
): Pick<Result, "failure"> {
  if (aborted && reason instanceof InterruptedError) {
    const left = total - runs.length - failures.length;
    const message =
      `Interrupted with ${left} of ${total} left; run the same command with --resume to go on`;
    return { failure: new InterruptedError(reason.signal, message) };
  }
  const refused = runs.flatMap((run) =>
    run.existed ? [] : refusedError(run.runKey ?? placeOf(run.item), run.undeliverable) ?? []
  );
  const said = [
    ...(failures.length > 0 ? [`${failures.length} of ${total} runs failed`] : []),
    ...(refused.length > 0
      ? [`${refused.length} of ${total} runs are on the server without parts that it refuses`]
      : []),
    ...(unmet.length > 0 ? [`${unmet.length} of ${total} runs do not meet what is required`] : []),
  ].join("; ");
  if (said === "") return {};
  const errors = [
    ...failures.map(({ error }) => error),
    ...refused,
    ...unmet.map(({ conditions }) => new UnmetError(conditions)),
  ];
  return { failure: new SeveralErrors(said, errors) };
}

/** Files that failed, each with its reason; runs that are kept but undelivered, by shared reason. */
function failureLines(failures: readonly SweepFailure[]): readonly string[] {
  const lines = failures.filter(({ kept }) => !kept)
    .map(({ item, error }) => `  ${placeOf(item)}: ${error.message}`);
  const kept = failures.filter(({ kept }) => kept)
    .map(({ error }) => error.cause instanceof Error ? error.cause : error);
  const reasons = Map.groupBy(kept, ({ message }) => message);
  return [
    ...(lines.length > 0 ? [`Failed: ${lines.length}`, ...lines] : []),
    ...[...reasons].map(([reason, { length, [0]: error }]) =>
      `Kept, not delivered: ${length} (${reason}); ${nextSync(error, length === 1 ? "it" : "them")}`
    ),
  ];
}

/** What the server refuses of runs that it has, and what can be done about it. */
function refusedRuns(runs: readonly SweepRun[]): readonly string[] {
  const partial = runs.filter(({ undeliverable }) => undeliverable.length > 0);
  if (partial.length === 0) return [];
  return [
    `Delivered without parts that the server refuses: ${partial.length} (${RETRY_ADVICE})`,
    ...partial.flatMap(({ item, undeliverable }) =>
      refusedLines(undeliverable).map((line) => `  ${placeOf(item)}: ${line}`)
    ),
  ];
}

/** What was required, file by file, and what it was instead. */
function unmetLines(unmet: readonly Unmet[]): readonly string[] {
  if (unmet.length === 0) return [];
  const lines = unmet.map(({ item, conditions }) => `  ${placeOf(item)}: ${conditions.join("; ")}`);
  return [`Required but not met: ${unmet.length}`, ...lines];
}
