// What log and batch are asked to do: their shared flags, and the request that flags and settings
// make together. Everything that can be refused without reading a file is refused here.

import type { Config } from "../config/values.ts";
import { UsageError } from "../errors.ts";
import { list, number, pairs, text, texts, toggle } from "../command/flags.ts";
import type { Flag, FlagValues } from "../command/flags.ts";
import { SERIES_NAMES } from "../metrics/mod.ts";
import { paramsFromJson } from "./params.ts";
import { RESERVED_PARAMS } from "../own_names.ts";
import { checkBatch } from "../limits.ts";
import { NOTE_TAG, OWN_TAGS, RUN_NAME_TAG } from "../own_names.ts";

/** Flags of log and batch. */
export interface LogFlags {
  /** Where to log, by name; else the setting's. */
  readonly experiment: Flag<string | undefined>;
  /** Else the file's name without its ending. */
  readonly runName: Flag<string | undefined>;
  /** Parameters as the text of a JSON object. */
  readonly params: Flag<string | undefined>;
  /** Parameters as pairs; none may be in `params` too. */
  readonly param: Flag<Readonly<Record<string, string>>>;
  /** Tags as pairs. */
  readonly tag: Flag<Readonly<Record<string, string>>>;
  /** Text that MLflow shows with the run. */
  readonly description: Flag<string | undefined>;
  /** Series to log as histories, or `all`, or `none`. */
  readonly series: Flag<readonly string[] | undefined>;
  /** At most so many points a series; 1,000 when not given. */
  readonly seriesPoints: Flag<number | undefined>;
  /** Attach the tear sheet. */
  readonly report: Flag<boolean>;
  /** Attach the returns as CSV. */
  readonly attachReturns: Flag<boolean>;
  /** Paths of files to attach. */
  readonly artifact: Flag<readonly string[]>;
  /** Log into this run, which is there already. */
  readonly runId: Flag<string | undefined>;
  /** Do nothing when an equal run is there. */
  readonly ifNew: Flag<boolean>;
  /** Do not make the experiment. */
  readonly noCreate: Flag<boolean>;
  /** Compute, keep nothing. */
  readonly dryRun: Flag<boolean>;
  /** Keep the run in the store; leave the network alone. */
  readonly offline: Flag<boolean>;
}

/** The flags themselves, to be spread into a command's. */
export const LOG_FLAGS: LogFlags = {
  experiment: text({
    summary: "Experiment to log into, created when it is missing",
    short: "e",
    value: "NAME",
    fallback: "MLFLOW_EXPERIMENT_NAME or _ID, MLFLOW_DEFAULT_EXPERIMENT",
  }),
  runName: text({
    summary: "Name of the run",
    short: "r",
    value: "NAME",
    fallback: "the file's name without its ending",
  }),
  params: text({ summary: "Parameters as a JSON object", value: "JSON" }),
  param: pairs({ summary: "One parameter" }),
  tag: pairs({ summary: "One tag" }),
  description: text({ summary: "Description of the run" }),
  series: list({
    summary: "Series to log as metric history: names, all or none",
    fallback: "none",
  }),
  seriesPoints: number({
    summary: "At most this many points a series; extremes and ends stay",
    min: 4,
    max: 1_000_000,
    whole: true,
    fallback: "1000",
  }),
  report: toggle({ summary: "Attach the HTML tear sheet" }),
  attachReturns: toggle({ summary: "Attach the returns, so that report --run-id can draw them" }),
  artifact: texts({ summary: "Attach a file", value: "FILE", completes: "file" }),
  runId: text({
    summary: "Log into this existing run; its status is left alone",
    value: "ID",
    fallback: "MLFLOW_RUN_ID",
  }),
  ifNew: toggle({ summary: "Do nothing when the same inputs and options are logged already" }),
  noCreate: toggle({ summary: "Fail when the experiment does not exist" }),
  dryRun: toggle({ summary: "Compute and print, keep nothing" }),
  offline: toggle({ summary: "Keep the run in the store; do not touch the network" }),
};

/** Where and how a backtest is to be logged. */
export interface LogRequest {
  /** By name, or by id; empty where an existing run or a dry run needs none. */
  readonly experiment: string | { readonly id: string };
  /** Undefined: the file's name without its ending. */
  readonly runName: string | undefined;
  /** The user's own. */
  readonly params: Readonly<Record<string, string>>;
  /** The user's own. */
  readonly tags: Readonly<Record<string, string>>;
  /** Text that MLflow shows with the run. */
  readonly description: string | undefined;
  /** Names of series; empty for none. */
  readonly series: readonly string[];
  /** At most so many points a series. */
  readonly seriesPoints: number;
  /** Whether the tear sheet is attached. */
  readonly report: boolean;
  /** Whether the returns are attached as CSV. */
  readonly attachReturns: boolean;
  /** Paths of files to attach. */
  readonly artifacts: readonly string[];
  /** Log into this run instead of making one. */
  readonly existingRunId: string | undefined;
  /** Whether a run that was logged before is left alone. */
  readonly ifNew: boolean;
  /** Whether a missing experiment is made. */
  readonly create: boolean;
  /** Whether nothing is kept. */
  readonly dryRun: boolean;
  /** Whether the network is left alone. */
  readonly offline: boolean;
}

/**
 * The request that the flags and settings make.
 *
 * @throws {UsageError} when no experiment is named, or values do not fit together.
 */
export function logRequest(config: Config, flags: FlagValues<LogFlags>): LogRequest {
  const fromJson = flags.params === undefined ? {} : paramsFromJson(flags.params, "--params");
  for (const key of Object.keys({ ...fromJson, ...flags.param })) {
    if (Object.hasOwn(fromJson, key) && Object.hasOwn(flags.param, key)) {
      throw new UsageError(`Cannot log param "${key}": it is in --params and in --param`);
    }
  }
  checkBatch({ params: { ...fromJson, ...flags.param }, tags: flags.tag });
  checkOwnNames({ ...fromJson, ...flags.param }, flags.tag);
  if (flags.description !== undefined && Object.hasOwn(flags.tag, NOTE_TAG)) {
    throw new UsageError(`Cannot log tag "${NOTE_TAG}": --description writes it`);
  }
  const existingRunId = flags.runId ?? config.get("MLFLOW_RUN_ID").value;
  return {
    experiment: chooseExperiment(config, flags, existingRunId),
    runName: flags.runName,
    params: { ...fromJson, ...flags.param },
    tags: flags.tag,
    description: flags.description,
    series: chooseSeries(flags.series),
    seriesPoints: flags.seriesPoints ?? 1000,
    report: flags.report,
    attachReturns: flags.attachReturns,
    artifacts: flags.artifact,
    existingRunId,
    ifNew: flags.ifNew,
    create: !flags.noCreate,
    dryRun: flags.dryRun,
    offline: flags.offline,
  };
}

/**
 * A param or tag that btflow writes itself would be lost without a word.
 *
 * @throws {UsageError} when one of these is such.
 */
export function checkOwnNames(
  params: Readonly<Record<string, string>>,
  tags: Readonly<Record<string, string>>,
): void {
  for (const key of Object.keys(params)) {
    if (RESERVED_PARAMS.has(key)) {
      throw new UsageError(`Cannot log param "${key}": btflow logs it itself; choose another name`);
    }
  }
  for (const key of Object.keys(tags)) {
    if (key === RUN_NAME_TAG) {
      throw new UsageError(`Cannot log tag "${key}": name the run with --run-name`);
    }
    if (key.startsWith(OWN_TAGS)) {
      throw new UsageError(`Cannot log tag "${key}": tags of btflow. are its own`);
    }
  }
}

function chooseExperiment(
  config: Config,
  flags: FlagValues<LogFlags>,
  existingRunId: string | undefined,
): LogRequest["experiment"] {
  if (flags.experiment !== undefined && flags.experiment.trim() !== "") return flags.experiment;
  const configured = config.experiment;
  if (configured !== null) return configured;
  if (existingRunId !== undefined || flags.dryRun) return "";
  throw new UsageError(
    "Cannot log: no experiment is named; use --experiment NAME or set MLFLOW_EXPERIMENT_NAME",
  );
}

function chooseSeries(asked: readonly string[] | undefined): readonly string[] {
  if (asked === undefined || (asked.length === 1 && asked[0] === "none")) return [];
  if (asked.length === 1 && asked[0] === "all") return SERIES_NAMES;
  for (const name of asked) {
    if (!SERIES_NAMES.includes(name)) {
      throw new UsageError(
        `Cannot use --series ${name}: expected all, none, or some of ${SERIES_NAMES.join(", ")}`,
      );
    }
  }
  return asked;
}
