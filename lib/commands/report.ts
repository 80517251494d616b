// `btflow report`: the tear sheet of a file, or of a run that was logged with --attach-returns.

import { BACKTEST_FLAGS, backtestOptions } from "../backtest/flags.ts";
import { withBackends } from "../backends.ts";
import { evaluateFile } from "../backtest/mod.ts";
import type { BacktestOptions } from "../backtest/mod.ts";
import { defineCommand } from "../command/declare.ts";
import type { Command, Context } from "../command/declare.ts";
import type { Result } from "../command/answer.ts";
import { ARTIFACT_HOST_FLAGS, CONNECTION_FLAGS } from "../config/connection_flags.ts";
import { hostProblem, InputError, present, UsageError } from "../errors.ts";
import { pairs, text } from "../command/flags.ts";
import { fileStem } from "../backtest/file_stem.ts";
import { readSmall } from "../small_file.ts";
import type { Tracker } from "../tracker.ts";
import { findRun } from "../tracking/find.ts";
import { runBacktest, type SheetSource } from "../tracking/run_backtest.ts";

/** Writes a tear sheet of a file or of a logged run. */
export const command: Command = defineCommand({
  name: "report",
  summary: "Write a self-contained HTML tear sheet of a file or of a logged run",
  operands: [{
    name: "FILE",
    summary: "File of the returns",
    optional: true,
    completes: "file",
    stdin: true,
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
      const options = { ...backtestOptions(flags, backends.config), hash: true, fan: true };
      const note = flags.note === undefined ? undefined : await readNote(context, flags.note);
      const page = path === undefined
        ? await ofRun(
          context,
          await backends.tracker(),
          present(flags.runId, "the run's id"),
          options,
        )
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
): Promise<SheetSource> {
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

async function ofRun(
  context: Context,
  tracker: Tracker,
  id: string,
  options: BacktestOptions,
): Promise<SheetSource> {
  return await runBacktest(context, tracker, await findRun(tracker, id), options);
}
