// `btflow report`: the tear sheet of a file, or of a run that was logged with --attach-returns.

import { BACKTEST_FLAGS, backtestOptions } from "../backtest/flags.ts";
import { withBackends } from "../backends.ts";
import type { Backends } from "../backends.ts";
import { evaluateFile } from "../backtest/mod.ts";
import type { Backtest, BacktestOptions } from "../backtest/mod.ts";
import { defineCommand } from "../command/declare.ts";
import type { Command, Context } from "../command/declare.ts";
import type { Result } from "../command/answer.ts";
import { ARTIFACT_HOST_FLAGS, CONNECTION_FLAGS } from "../config/connection_flags.ts";
import { hostProblem, InputError, NotFoundError, present, UsageError } from "../errors.ts";
import { pairs, text } from "../command/flags.ts";
import type { Files } from "../io.ts";
import {
  ATTACHED,
  attachedAs,
  BENCHMARK_ARTIFACTS,
  checkAttached,
  RETURNS_ARTIFACTS,
} from "../backtest/returns_file.ts";
import { fileStem } from "../backtest/file_stem.ts";
import { readSplitDate } from "../backtest/split_date.ts";
import type { TearSheetFacts } from "../backtest/tear_sheet.ts";
import { INPUT_HASH_TAG, isOwnParam, NOTE_TAG, OOS_TAG } from "../own_names.ts";
import type { Run } from "../tracker.ts";
import { readSmall } from "../small_file.ts";
import { findRun } from "../tracking/find.ts";
import { judgedLuck } from "../tracking/judged_luck.ts";
import { releaseOf } from "../tracking/releases.ts";

/** Writes a tear sheet of a file or of a logged run. */
export const command: Command = defineCommand({
  name: "report",
  summary: "Write a self-contained HTML tear sheet of a file or of a logged run",
  operands: [{
    name: "FILE",
    summary: "File of the returns; - is stdin",
    optional: true,
    completes: "file",
  }],
  flags: {
    output: text({
      summary: "HTML file to write",
      short: "o",
      value: "FILE",
      fallback: "stdout, where that is no terminal",
      completes: "file",
      writes: true,
    }),
    runId: text({ summary: "Report this run, from the returns that it has attached", value: "ID" }),
    runName: text({ summary: "Heading of the page", short: "r", value: "HEADING" }),
    param: pairs({ summary: "A parameter to show" }),
    author: text({ summary: "Who answers for the page", value: "TEXT" }),
    note: text({
      summary: "File of words of your own for the page",
      value: "FILE",
      fallback: "the run's description",
      completes: "file",
    }),
    ...BACKTEST_FLAGS,
    ...ARTIFACT_HOST_FLAGS,
    ...CONNECTION_FLAGS,
  },
  examples: [
    { command: "btflow report returns.csv --benchmark spy.csv -o btc.html", does: "Of a file" },
    {
      command: "btflow report --run-id 0199f2c5a0c17d4c8f3d7d1e5b0a9c42 -o run.html",
      does: "Of a logged run",
    },
  ],
  exits: [3, 4, 5, 7],
  formats: ["html"],
  run: async (context, { flags, operands }): Promise<Result> => {
    const [path] = operands;
    if ((path === undefined) === (flags.runId === undefined)) {
      throw new UsageError("Cannot report: give a file of returns or --run-id, one of them");
    }
    if (flags.output === undefined && context.io.stdout.isTerminal) {
      throw new UsageError("Cannot write HTML to a terminal: name a file with --output FILE");
    }
    return await withBackends(context, flags, async (backends) => {
      const options = { ...backtestOptions(flags, backends.config), hash: true };
      const note = flags.note === undefined ? undefined : await readNote(context, flags.note);
      const page = path === undefined
        ? await ofRun(context, backends, present(flags.runId, "the run's id"), options)
        : await ofFile(context, path, options, flags.param);
      for (const warning of page.backtest.warnings) context.warn(warning);
      const { tearSheet } = await import("../backtest/tear_sheet.ts");
      const html = tearSheet(page.backtest, {
        ...page.facts,
        heading: flags.runName ?? page.facts.heading,
        now: context.io.now(),
        capital: flags.capital,
        author: flags.author,
        note: note ?? page.facts.note,
      });
      return { html: () => Promise.resolve(html) };
    });
  },
});

interface Page {
  readonly backtest: Backtest;
  readonly facts: Omit<TearSheetFacts, "now">;
}

/** @throws {InputError} where it cannot be read. */
async function readNote({ io }: Context, path: string): Promise<string> {
  try {
    return new TextDecoder().decode(await readSmall(io.files, path));
  } catch (cause) {
    throw new InputError(path, hostProblem(cause, "reading"), { cause });
  }
}

async function ofFile(
  context: Context,
  path: string,
  options: BacktestOptions,
  params: Readonly<Record<string, string>>,
): Promise<Page> {
  const backtests = await evaluateFile(context.io, path, options, context);
  const [backtest] = backtests;
  if (backtest === undefined || backtests.length > 1) {
    const names = backtests.map(({ series }) => series.name).join(", ");
    throw new UsageError(
      `Cannot report ${path}: it holds several strategies (${names}); use --strategy`,
    );
  }
  return { backtest, facts: { heading: backtest.series.name ?? fileStem(path), params } };
}

/** A run's returns are attached files: they are read through the same reader as any other. */
async function ofRun(
  context: Context,
  backends: Backends,
  id: string,
  asked: BacktestOptions,
): Promise<Page> {
  const { io } = context;
  const tracker = await backends.tracker();
  const run = await findRun(tracker, id);
  const attached = new Map(
    (await tracker.listArtifacts(run.id)).map(({ path, size }) => [path, size ?? 0]),
  );
  const returns = attachedAs(RETURNS_ARTIFACTS, attached);
  if (returns === undefined) {
    throw new NotFoundError("artifact", RETURNS_ARTIFACTS[0], {
      hint: `run ${id} was logged without --attach-returns, or its server refused them: then ` +
        "--store has them",
    });
  }
  const files: Files = {
    ...io.files,
    chunks: (path, size) =>
      attached.has(path) ? tracker.readArtifact(run.id, path) : io.files.chunks(path, size),
    info: (path) => {
      const size = attached.get(path);
      if (size === undefined) return io.files.info(path);
      const info = { isDirectory: false, isFile: true, modifiedMs: 0, mode: null };
      return Promise.resolve({ ...info, size });
    },
  };
  checkRate(run, asked);
  const options = runOptions(run, asked, attachedAs(BENCHMARK_ARTIFACTS, attached));
  const [backtest] = await evaluateFile({ ...io, files }, returns, options, context);
  if (backtest === undefined) throw new NotFoundError("artifact", returns);
  checkAttached(backtest.file);
  if (backtest.benchmark?.file) checkAttached(backtest.benchmark.file);
  const params = Object.entries(run.params).filter(([key]) => !isOwnParam(key));
  const declared = run.tags[OOS_TAG];
  return {
    backtest,
    facts: {
      heading: run.name,
      params: Object.fromEntries(params),
      source: run.params.returns_file,
      inputHash: run.tags[INPUT_HASH_TAG] ?? "",
      note: run.tags[NOTE_TAG],
      outOfSample: declared === undefined ? undefined : readSplitDate(`tag ${OOS_TAG}`, declared),
      luck: judgedLuck(run.metrics),
    },
  };
}

/**
 * A run whose rate changed was logged with a file, which is not attached: it must be given again.
 *
 * @throws {UsageError} where it is not.
 */
function checkRate(run: Run, asked: BacktestOptions): void {
  const logged = run.params.risk_free_rate;
  if (logged === undefined || Number.isFinite(Number(logged)) || asked.rateFile !== undefined) {
    return;
  }
  throw new UsageError(
    `Cannot report run ${run.id}: its risk-free rate changed, by the file ${logged}; ` +
      "give it with --risk-free-rate",
  );
}

/** The run's own rate, periods and definitions: the page shows what was logged. */
function runOptions(
  run: Run,
  asked: BacktestOptions,
  benchmark: string | undefined,
): BacktestOptions {
  const rate = Number(run.params.risk_free_rate ?? asked.riskFreeRate);
  const periods = Number(run.params.periods_per_year ?? asked.periods);
  return {
    ...asked,
    read: ATTACHED,
    ...(Number.isFinite(rate) ? { riskFreeRate: rate, rateFile: undefined } : {}),
    periods: Number.isFinite(periods) ? periods : asked.periods,
    periodsChosen: true,
    release: releaseOf(run) ?? asked.release,
    benchmark,
    benchmarkKind: benchmark === undefined ? undefined : "returns",
    benchmarkColumn: undefined,
    benchmarkDateColumn: undefined,
    benchmarkPercent: false,
  };
}
