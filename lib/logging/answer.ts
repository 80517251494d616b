// What log says of the runs it kept: as text for people, as one JSON object for programs.

import type { Backtest } from "../backtest/mod.ts";
import { countLine, keyLines, sourceLines } from "../backtest/screen.ts";
import { backtestJson, backtestText } from "../backtest/text.ts";
import type { Json } from "../command/answer.ts";
import { type Line, type Screen, styled } from "../command/screen.ts";
import type { Warning } from "../errors.ts";
import type { LogRequest } from "./request.ts";
import { refusedJson, refusedLines } from "./refused.ts";
import type { RunRecord, Undeliverable } from "../store/mod.ts";

/** A backtest ready to be kept. */
export interface PreparedRun {
  readonly backtest: Backtest;
  /** What will be committed. */
  readonly record: RunRecord & { readonly fingerprint: string };
  /** Fingerprints by which it may have been logged before, besides its own. */
  readonly former: readonly string[];
  /** What the user should know of both. */
  readonly warnings: readonly Warning[];
}

/** What became of one run. */
export interface Logged {
  readonly prepared: PreparedRun;
  /** Key in the store; null for a dry run. */
  readonly key: string | null;
  /** The server's id once delivered. */
  readonly runId: string | null;
  /** On the server; null when it is not known. */
  readonly experimentId: string | null;
  /** True when the server has all of it that it takes. */
  readonly delivered: boolean;
  /** The parts that the server refuses for good. */
  readonly undeliverable: readonly Undeliverable[];
  /** True when an equal run was there before. */
  readonly existed: boolean;
  /** Why it, or a part of it, was not delivered; null when it was, or was not meant to be. */
  readonly failure: Error | null;
}

/** One object with everything about a logged run. */
export function loggedJson(
  logged: Logged,
  serverUri: string | null,
  request: LogRequest,
): Json {
  const { prepared, key, runId } = logged;
  const { backtest, record } = prepared;
  const { experiment } = request;
  return {
    run_id: runId ?? key,
    run_key: key,
    experiment: experiment.kind === "name" ? experiment.name : experiment.kind === "id" ? null : "",
    experiment_id: logged.experimentId,
    run_name: record.runName,
    delivered: logged.delivered,
    undeliverable: refusedJson(logged.undeliverable),
    ...(logged.existed ? { existed: true } : {}),
    tracking_uri: serverUri,
    ...backtestJson(backtest),
    warnings: prepared.warnings.map(({ code, message }) => ({ code, message })),
  };
}

/** How many of the metrics the server has not; a series that it refuses is no metric. */
function refusedMetrics({ prepared, undeliverable }: Logged): number {
  const parts = new Set(undeliverable.map(({ part }) => part));
  return [...prepared.backtest.metrics.keys()].filter((key) => parts.has(`metric ${key}`)).length;
}

function intervalsText({ intervals }: Backtest): string {
  return intervals === null ? "" : `, ${intervals.intervals.size} with an interval`;
}

/** On a terminal: the backtest with its curve, then where its run is. */
export function loggedLines(
  logged: Logged,
  serverUri: string | null,
  request: LogRequest,
  screen: Screen,
): readonly Line[] {
  const { prepared: { backtest }, failure } = logged;
  const isDone = failure === null && !request.dryRun;
  const { head, lines } = whereText(logged, serverUri, request);
  const mark: Line = isDone ? styled("✓ ", "good") : [];
  return [
    ...sourceLines(backtest, screen),
    ...keyLines(backtest),
    countLine(backtest),
    [...mark, head],
    ...lines.map((line): Line => [line]),
  ];
}

/** What people read: the backtest, where its run is, and its id. */
export function loggedText(
  logged: Logged,
  serverUri: string | null,
  request: LogRequest,
): string {
  const { head, lines } = whereText(logged, serverUri, request);
  return [backtestText(logged.prepared.backtest), head, ...lines, ""].join("\n");
}

/** Where the run is, by what name and id. */
function whereText(
  logged: Logged,
  serverUri: string | null,
  request: LogRequest,
): { readonly head: string; readonly lines: readonly string[] } {
  const { prepared, key, runId } = logged;
  const { experiment } = request;
  const where = experiment.kind === "name"
    ? [`  Experiment: ${experiment.name}`]
    : experiment.kind === "id"
    ? [`  Experiment: id ${experiment.id}`]
    : [];
  const head = logged.existed
    ? "Logged already:"
    : request.dryRun
    ? "Dry run: nothing was kept."
    : logged.delivered
    ? `Logged to ${serverUri}:`
    : "Kept in the store:";
  const lines = request.dryRun ? [] : [
    ...where,
    `  Run name: ${prepared.record.runName}`,
    `  Run ID: ${runId ?? key}`,
    `  Metrics logged: ${prepared.backtest.metrics.size - refusedMetrics(logged)}${
      intervalsText(prepared.backtest)
    }`,
    ...refusedLines(logged.undeliverable).map((line) => `  Refused by the server: ${line}`),
  ];
  return { head, lines };
}
