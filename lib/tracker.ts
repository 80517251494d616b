// The one interface for experiments, runs, metrics and artifacts. The MLflow client and the local
// store implement it and pass one conformance suite, so a command works with either; which of the two
// it holds is asked only for messages, and to look for a run on a server by its key in the store.
// Names and units are MLflow's: times are ms since the epoch (UTC), params and tags are text.

import type { Filter, OrderBy } from "./filter/mod.ts";

/** A run's status, as MLflow names them. */
export type RunStatus = "RUNNING" | "SCHEDULED" | "FINISHED" | "FAILED" | "KILLED";

/** Deleting marks; what is marked can be restored. */
export type LifecycleStage = "active" | "deleted";

/** Which lifecycle stages a search sees. */
export type View = "active" | "deleted" | "all";

/** An experiment by its name, which need not be there yet, or by its id. */
export type ExperimentRef =
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "id"; readonly id: string };

/** What groups runs. */
export interface Experiment {
  /** A whole number as text, on MLflow's own servers and in the store. */
  readonly id: string;
  /** Unique where it is, among deleted ones too. */
  readonly name: string;
  /** Where its runs' files are kept, as a URI. */
  readonly artifactLocation: string;
  readonly lifecycleStage: LifecycleStage;
  /** ms since the epoch; null where it is not known. */
  readonly creationTime: number | null;
  /** ms since the epoch; null where it is not known. */
  readonly lastUpdateTime: number | null;
  readonly tags: Readonly<Record<string, string>>;
}

/** One point of a metric. */
export interface MetricPoint {
  readonly key: string;
  /** May be NaN or infinite, as MLflow has it. */
  readonly value: number;
  readonly timestamp: number;
  /** A whole number; may be negative. */
  readonly step: number;
  /** All digits of the timestamp, where it is beyond what a number tells apart. */
  readonly exactTimestamp?: string;
  /** All digits of the step, where it is beyond what a number tells apart: servers have 64 bits. */
  readonly exactStep?: string;
}

/** An input of a run, for lineage. */
export interface Dataset {
  readonly name: string;
  /** At most 36 characters. */
  readonly digest: string;
  /** What `source` describes, such as "local". */
  readonly sourceType: string;
  /** JSON text. */
  readonly source: string;
  /** JSON text, such as `{"num_rows": 2520}`. */
  readonly profile?: string;
  /** JSON text. */
  readonly schema?: string;
  /** The role of the data in the run: tag `mlflow.data.context`. */
  readonly context?: string;
}

/** One backtest as it was logged. */
export interface Run {
  /** 32 hex digits on MLflow's own servers, what they like on others; the run's key in the store. */
  readonly id: string;
  readonly experimentId: string;
  /** May be empty. */
  readonly name: string;
  readonly status: RunStatus;
  readonly startTime: number;
  /** ms since the epoch; null while it runs. */
  readonly endTime: number | null;
  readonly artifactUri: string;
  /** Deleted or active; its experiment has its own. */
  readonly lifecycleStage: LifecycleStage;
  /** Who made it; may be empty. */
  readonly userId: string;
  /** The latest value of each metric (highest step, then timestamp). */
  readonly metrics: Readonly<Record<string, number>>;
  /** Written once. */
  readonly params: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly datasets: readonly Dataset[];
}

/** A file or folder attached to a run. */
export interface Artifact {
  /** Relative to the run's own folder, with `/` between names. */
  readonly path: string;
  /** True for a folder, whose files are listed by its path. */
  readonly isDirectory: boolean;
  /** In bytes; null for folders and where it is not known. */
  readonly size: number | null;
}

/** Which runs a search finds, and in what order. */
export interface RunQuery {
  /** Only runs of these; none finds nothing. */
  readonly experimentIds: readonly string[];
  /** Null for all runs. */
  readonly filter: Filter | null;
  /** Ties and no keys at all: the latest start first, then the id. */
  readonly orderBy: readonly OrderBy[];
  readonly view: View;
  /** Stop after this many runs; Infinity for all. */
  readonly limit: number;
  /** True where a run that cannot be read must not pass for one that is not there: it is an error. */
  readonly whole?: boolean;
  /** The metrics that are looked at, for who can read fewer than all; runs may come with others. */
  readonly metrics?: readonly string[];
}

/** Which experiments a search finds, and in what order. */
export interface ExperimentQuery {
  /** MLflow's experiment filter, as written. */
  readonly filter: Filter | null;
  /** Without keys the newest first. */
  readonly orderBy: readonly OrderBy[];
  readonly view: View;
  /** Stop after this many; Infinity for all. */
  readonly limit: number;
}

/** A run to be made; it begins as RUNNING. */
export interface NewRun {
  /** Which must be there and active. */
  readonly experimentId: string;
  readonly name: string;
  readonly startTime: number;
  /** Who logs; may be empty. */
  readonly user: string;
  /** Written with the run itself, so that it can be found by them at once. */
  readonly tags: Readonly<Record<string, string>>;
}

/** What is written to a run at once. */
export interface Batch {
  /** Points to add; equal ones are one point. */
  readonly metrics?: readonly MetricPoint[];
  /** A param that has another value is refused. */
  readonly params?: Readonly<Record<string, string>>;
  /** A tag that is there is overwritten. */
  readonly tags?: Readonly<Record<string, string>>;
}

/** What to change of a run; what is absent stays. */
export interface RunChange {
  readonly status?: RunStatus;
  readonly endTime?: number;
  readonly name?: string;
}

/** What a tracker does with experiments. */
export interface ExperimentMethods {
  /** Experiments that a query finds, page by page. */
  searchExperiments(query: ExperimentQuery): AsyncIterable<readonly Experiment[]>;
  /** An experiment, active or deleted. */
  getExperiment(id: string): Promise<Experiment>;
  /** Null when no experiment, active or deleted, has the name. */
  findExperiment(name: string): Promise<Experiment | null>;
  /** Returns the id. One that exists, active or deleted, is a `TrackerError` that says `alreadyExists`. */
  createExperiment(
    name: string,
    options?: {
      readonly artifactLocation?: string;
      readonly tags?: Readonly<Record<string, string>>;
    },
  ): Promise<string>;
  /** Gives an active experiment another name. */
  renameExperiment(id: string, name: string): Promise<void>;
  /** Writes one tag, over one that is there. */
  setExperimentTag(id: string, key: string, value: string): Promise<void>;
  /** Marks an active experiment, and its runs, as deleted. */
  deleteExperiment(id: string): Promise<void>;
  /** Makes a deleted experiment, and its runs, active again. */
  restoreExperiment(id: string): Promise<void>;
}

/** What a tracker does with runs and their metrics. */
export interface RunMethods {
  /** Runs that a query finds, page by page. */
  searchRuns(query: RunQuery): AsyncIterable<readonly Run[]>;
  /** A run, active or deleted. */
  getRun(id: string): Promise<Run>;
  /**
   * Makes a run; not repeated where it may have been carried out. `onRepeat` is called right before
   * each repeat of one that never arrived.
   */
  createRun(run: NewRun, onRepeat?: () => void): Promise<Run>;
  /** Changes status, end or name of an active run. */
  updateRun(id: string, change: RunChange): Promise<void>;
  /** Writes to an active run; what is too much for one request is sent in several. */
  logBatch(id: string, batch: Batch): Promise<void>;
  /** Adds datasets to an active run; equal ones are kept once. */
  logInputs(id: string, datasets: readonly Dataset[]): Promise<void>;
  /** Removes a tag; one that is not there is a `NotFoundError`. */
  deleteTag(id: string, key: string): Promise<void>;
  /** Marks a run as deleted; one that is so already stays so. */
  deleteRun(id: string): Promise<void>;
  /** Makes a run active again; one that is so already stays so. */
  restoreRun(id: string): Promise<void>;

  /** The points of one metric, sorted by step, then timestamp. */
  metricHistory(runId: string, key: string): AsyncIterable<readonly MetricPoint[]>;
}

/** What a tracker does with the files of runs. */
export interface ArtifactMethods {
  /** Files and folders directly in a folder of a run; without a path in its own. */
  listArtifacts(runId: string, path?: string): Promise<readonly Artifact[]>;
  /** A file's content as it arrives. */
  readArtifact(runId: string, path: string): AsyncIterable<Uint8Array>;
  /** Attaches a file, over one of the same path. */
  writeArtifact(runId: string, path: string, content: Uint8Array): Promise<void>;
}

/**
 * A place that tracks runs. Searches yield pages as they arrive. A missing experiment, run or
 * metric throws `NotFoundError`; a server that cannot be used throws `TrackerError`.
 */
export interface Tracker extends ExperimentMethods, RunMethods, ArtifactMethods {
  /** Where it is, without secrets: the server's origin and path, or the store's file. */
  readonly uri: string;
  /** For messages and for what only one of the two can do. */
  readonly kind: "mlflow" | "store";
  /** Lets go of connections or the file; the tracker cannot be used afterwards. */
  close(): Promise<void>;
}
