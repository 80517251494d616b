// `btflow log`: one file, one run. Reads and computes, commits the whole run to the store in one
// transaction, and only then delivers it to the server when one is set.

import { BACKTEST_FLAGS, backtestOptions } from "../backtest/flags.ts";
import { evaluateFile } from "../backtest/mod.ts";
import { REQUIRE_FLAGS, requirementsOf, unmetAmong, withUnmet } from "../backtest/require.ts";
import { defineCommand } from "../command/declare.ts";
import type { Command } from "../command/declare.ts";
import type { Result } from "../command/answer.ts";
import { ARTIFACT_HOST_FLAGS, CONNECTION_FLAGS } from "../config/connection_flags.ts";
import { UsageError } from "../errors.ts";
import { text } from "../command/flags.ts";
import { LOG_FLAGS, logRequest } from "../logging/request.ts";
import type { LogRequest } from "../logging/request.ts";
import { findRun, isShortId } from "../tracking/find.ts";
import { logBacktests } from "../logging/log_runs.ts";
import { attachedFiles } from "../logging/prepare.ts";
import { type Backends, withBackends } from "../backends.ts";

/** The run to log into, by its whole id: what is kept must find it later too. */
async function withWholeRunId(backends: Backends, request: LogRequest): Promise<LogRequest> {
  const { runId, offline, dryRun } = request;
  if (runId === undefined || dryRun || !isShortId(runId)) return request;
  if (offline && backends.serverUri !== null) {
    throw new UsageError(
      `Cannot log into run "${runId}" without asking the server: with --offline give the whole id`,
    );
  }
  const tracker = await backends.tracker();
  return { ...request, runId: (await findRun(tracker, runId)).id };
}

/** Computes a file's metrics and logs them as a run. */
export const command: Command = defineCommand({
  name: "log",
  summary: "Log one backtest: read returns, compute every metric, keep the run, deliver it",
  writes: true,
  description:
    "The run is committed to the local store first. With MLFLOW_TRACKING_URI set it is then " +
    "delivered; when that fails it waits in the store and `btflow sync` delivers it later, once.",
  flags: {
    returns: text({
      summary: "File of the returns",
      value: "FILE",
      completes: "file",
      stdin: true,
    }),
    ...LOG_FLAGS,
    ...BACKTEST_FLAGS,
    ...REQUIRE_FLAGS,
    ...ARTIFACT_HOST_FLAGS,
    ...CONNECTION_FLAGS,
  },
  examples: [
    {
      command: "btflow log -e crypto-backtests -r btc_momentum_v2 --returns returns.csv",
      does: "Log a file of returns",
    },
    {
      command:
        `btflow log -e sweeps --returns r.csv --params '{"lookback": 20}' --benchmark spy.csv`,
      does: "With parameters and a benchmark",
    },
    {
      command: "btflow log -e live --returns equity.parquet --kind equity --periods auto --offline",
      does: "An equity curve, kept in the store without touching the network",
    },
  ],
  exits: [3, 4, 5, 6, 7, 9, 10],
  formats: ["text", "json"],
  run: async (context, { flags }): Promise<Result> => {
    const { returns } = flags;
    if (returns === undefined) {
      throw new UsageError("Cannot log: --returns FILE is missing (- reads stdin)");
    }
    return await withBackends(context, flags, async (backends) => {
      const request = await withWholeRunId(backends, logRequest(backends.config, flags));
      const asked = backtestOptions(flags, backends.config);
      const options = { ...asked, hash: true, fan: request.report };
      const required = requirementsOf(flags.require, options);
      const backtests = await evaluateFile(context.io, returns, options, context);
      const unmet = unmetAmong(required, backtests);
      const attached = attachedFiles(context.io, request.artifact);
      const work = { context, backends, request, options, attached };
      return withUnmet(context, unmet, await logBacktests(work, backtests));
    });
  },
});
