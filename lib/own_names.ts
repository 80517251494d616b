// The names of the tags, params and derived metrics that btflow writes or reads: MLflow's own, which its pages know, and
// btflow's, whose tags all begin with `btflow.`. Given once, because a tag that is written under one name and
// looked for under another is a run that is logged twice.

/** A run's name, which MLflow keeps as a tag too. */
export const RUN_NAME_TAG = "mlflow.runName";
/** The text that MLflow shows with a run or an experiment. */
export const NOTE_TAG = "mlflow.note.content";
/** Who made a run. */
export const USER_TAG = "mlflow.user";
/** The run that groups a run. */
export const PARENT_TAG = "mlflow.parentRunId";
/** The role of a dataset in its run. */
export const DATASET_CONTEXT_TAG = "mlflow.data.context";
/** What made a run, as MLflow shows it. */
export const SOURCE_TAGS: Readonly<Record<string, string>> = {
  "mlflow.source.name": "btflow",
  "mlflow.source.type": "LOCAL",
};

/** What btflow's own tags begin with. */
export const OWN_TAGS = "btflow.";
/** The tag that makes a run the same run on every server. */
export const RUN_KEY_TAG = "btflow.run_key";
/** The tag by which `--if-new` and `--resume` know a run again. */
export const FINGERPRINT_TAG = "btflow.fingerprint";
/** What a run was made of, and its place in its store's record of trials: see store/trial_tag.ts. */
export const TRIAL_TAG = "btflow.trial";
/** What tags begin with that say when a part of a run that several stores have was changed: outbox/changes.ts. */
export const CHANGED_TAG = "btflow.changed";
/** The sweep that a run belongs to. */
export const SWEEP_TAG = "btflow.sweep";
/** The version that logged a run. */
export const VERSION_TAG = "btflow.version";
/** The release of QuantStats whose definitions a run's metrics follow; without it, 0.0.81. */
export const QUANTSTATS_TAG = "btflow.quantstats";
/** SHA-256 of the file of returns, in hex. */
export const INPUT_HASH_TAG = "btflow.input_sha256";
/** Where the out-of-sample part begins, as it was declared: a date as the file writes its own. */
export const OOS_TAG = "btflow.oos";
/** The metrics that have no value, and why. */
export const UNDEFINED_TAG = "btflow.undefined_metrics";

/** How the intervals of a run's metrics were drawn, as JSON. */
export const INTERVALS_TAG = "btflow.intervals";

/** Before the name of a metric: the lower end of its 95 % interval. */
const LOW = "ci_low.";
/** The same, the upper end. */
const HIGH = "ci_high.";

/** The keys under which the ends of a metric's interval are logged. */
export function boundNames(metric: string): { readonly low: string; readonly high: string } {
  return { low: LOW + metric, high: HIGH + metric };
}

/** Whether a logged metric is the end of an interval. */
export function isBound(name: string): boolean {
  return name.startsWith(LOW) || name.startsWith(HIGH);
}

/** The metrics alone, without the ends of their intervals, which are shown beside them or not at all. */
export function withoutBounds(names: readonly string[]): readonly string[] {
  const bounds = new Set(names.flatMap((name) => Object.values(boundNames(name))));
  return names.filter((name) => !bounds.has(name));
}

/** The params that btflow writes itself; the user's own may not replace them. */
const OWN_PARAMS = [
  "benchmark_file",
  "returns_file",
  "returns_start",
  "returns_end",
  "returns_count",
  "risk_free_rate",
  "periods_per_year",
] as const;

/** The name of a param that btflow writes. */
export type OwnParam = typeof OWN_PARAMS[number];

/** Whether btflow writes the param itself. */
export function isOwnParam(name: string): boolean {
  return OWN_PARAMS.some((own) => own === name);
}
