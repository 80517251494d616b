// What log and batch are asked to do: their shared flags, and the request that flags and settings
// make together. Everything that can be refused without reading a file is refused here.

import type { Config } from "../config/values.ts";
import { UsageError } from "../errors.ts";
import { exclusive, list, number, pairs, text, texts, toggle, valuesOf } from "../command/flags.ts";
import type { FlagsOf } from "../command/flags.ts";
import { readSplitDate } from "../backtest/split_date.ts";
import { SERIES_NAMES } from "../metrics/mod.ts";
import { paramsFromJson } from "./params.ts";
import { checkBatch } from "../limits.ts";
import { isOwnParam, NOTE_TAG, OWN_TAGS, RUN_NAME_TAG } from "../own_names.ts";
import type { ExperimentChoice } from "../store/mod.ts";

/**
 * What the flags of log and batch say about what is logged and where. One that is added is part of the
 * request, and of the fingerprint unless fingerprint.ts says why not.
 */
export interface LogValues {
  readonly experiment: string | undefined;
  readonly runName: string | undefined;
  /** The text of a JSON object. */
  readonly params: string | undefined;
  /** None may be in `params` too. */
  readonly param: Readonly<Record<string, string>>;
  readonly tag: Readonly<Record<string, string>>;
  readonly description: string | undefined;
  /** A date, as it was given. */
  readonly oos: string | undefined;
  readonly series: readonly string[] | undefined;
  readonly seriesPoints: number | undefined;
  readonly report: boolean;
  readonly attachReturns: boolean;
  readonly artifact: readonly string[];
  readonly runId: string | undefined;
  readonly ifNew: boolean;
  readonly noCreate: boolean;
  readonly dryRun: boolean;
  readonly offline: boolean;
}

/** The flags themselves, to be spread into a command's. */
export const LOG_FLAGS: FlagsOf<LogValues> = {
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
  oos: text({
    summary: "First date of the out-of-sample part, declared as tag btflow.oos",
    value: "DATE",
  }),
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
  attachReturns: toggle({
    summary: "Attach returns and benchmark (Parquet), so that report --run-id can draw them",
  }),
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

/** The flags whose values are not handed on as they are given. */
type Settled = "experiment" | "params" | "param" | "tag" | "oos" | "series" | "seriesPoints";

/** What is asked for: the values of the flags, those settled that depend on others or on settings. */
export interface LogRequest extends Omit<LogValues, Settled> {
  /** `ofRun` also for a dry run that names none. */
  readonly experiment: ExperimentChoice;
  /** Of --params and --param. */
  readonly params: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  /** As a time among those of the returns. */
  readonly oos: number | undefined;
  /** Empty for none. */
  readonly series: readonly string[];
  readonly seriesPoints: number;
  /** Attach the returns, though nobody asked, as what the run is whole without: batch does. */
  readonly spareReturns: boolean;
}

/**
 * The request that the flags and settings make; flags that a command does not have count as not used.
 *
 * @throws {UsageError} when no experiment is named, or values do not fit together.
 */
export function logRequest(config: Config, flags: Partial<LogValues>): LogRequest {
  const { param, tag: tags, ...values } = valuesOf(LOG_FLAGS, flags);
  const params = bothParams(values.params, param);
  checkUserTexts(params, tags);
  exclusive(
    `Cannot log tag "${NOTE_TAG}": --description writes it`,
    values.description !== undefined,
    Object.hasOwn(tags, NOTE_TAG),
  );
  const runId = values.runId ?? config.get("MLFLOW_RUN_ID").value;
  return {
    ...values,
    experiment: chooseExperiment(config, values, runId),
    params,
    tags,
    oos: values.oos === undefined ? undefined : readSplitDate("--oos", values.oos),
    series: chooseSeries(values.series),
    seriesPoints: values.seriesPoints ?? 1000,
    spareReturns: false,
    runId,
  };
}

function bothParams(json: string | undefined, pairs: LogRequest["params"]): LogRequest["params"] {
  const fromJson = json === undefined ? {} : paramsFromJson(json, "--params");
  const all = { ...fromJson, ...pairs };
  for (const key of Object.keys(all)) {
    exclusive(
      `Cannot log param "${key}": it is in --params and in --param`,
      Object.hasOwn(fromJson, key),
      Object.hasOwn(pairs, key),
    );
  }
  return all;
}

/**
 * Refuses params and tags of the user's before any file is read: those that a server would not keep
 * whole, and those that btflow writes itself, which would be lost without a word.
 *
 * @throws {UsageError} when one of these is such.
 */
export function checkUserTexts(
  params: Readonly<Record<string, string>>,
  tags: Readonly<Record<string, string>>,
): void {
  checkBatch({ params, tags });
  for (const key of Object.keys(params)) {
    if (isOwnParam(key)) {
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
  { experiment, dryRun }: Pick<LogValues, "experiment" | "dryRun">,
  runId: string | undefined,
): ExperimentChoice {
  if (experiment !== undefined && experiment.trim() !== "") {
    return { kind: "name", name: experiment };
  }
  if (config.experiment !== null) return config.experiment;
  if (runId !== undefined || dryRun) return { kind: "ofRun" };
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
