// A run as `log` and `batch` hand it over: whole, with every timestamp fixed, so that it can be
// committed in one transaction and sent any number of times without a difference.

import { UsageError } from "../errors.ts";
import type { Dataset, ExperimentRef, MetricPoint, RunStatus } from "../tracker.ts";
import { checkArtifact, checkBatch, checkDataset, checkName } from "../limits.ts";

/** An experiment by name, by the id it has where the run is meant for, or that of the run logged into. */
export type ExperimentChoice = ExperimentRef | { readonly kind: "ofRun" };

/** A file that is attached to a run. */
export interface RunArtifact {
  /** Relative, with `/` between names. */
  readonly path: string;
  /** All of it. */
  readonly content: Uint8Array;
  /** True for what a server need not take: the run is whole without. */
  readonly isOptional?: boolean;
}

/** What makes a run of returns one backtest among others. */
export interface Trial {
  /** SHA-256 of its dates and values, in hex: equal backtests have equal ones. */
  readonly returnsHash: string;
  /** Mean by standard deviation a row, with no rate taken off; null where it is undefined. */
  readonly sharpe: number | null;
  /** How many returns. */
  readonly rows: number;
}

/** A whole run, ready to be committed. */
export interface RunRecord {
  /** The run's key; made when it is left out. Committing a key again changes nothing. */
  readonly key?: string;
  /** Where it is missing it is made, unless `noCreate` says otherwise. */
  readonly experiment: ExperimentChoice;
  /** As it will be shown. */
  readonly runName: string;
  /** ms since the epoch. */
  readonly startTime: number;
  /** ms since the epoch; null while it runs. */
  readonly endTime: number | null;
  /** As it will be on the server. */
  readonly status: RunStatus;
  /** Who logs; may be empty. */
  readonly user: string;
  /** At most what MLflow takes: see limits.ts. */
  readonly params: Readonly<Record<string, string>>;
  /** At most what MLflow takes: see limits.ts. */
  readonly tags: Readonly<Record<string, string>>;
  /** Latest values and histories alike; a timestamp equal to `startTime` takes no space. */
  readonly metrics: readonly MetricPoint[];
  /** The inputs, for lineage. */
  readonly datasets: readonly Dataset[];
  /** Each under a path of its own. */
  readonly artifacts: readonly RunArtifact[];
  /** The server that it is meant for, origin and path without secrets; null when none is set. */
  readonly trackingUri: string | null;
  /** Log into this run, of the store or of the server, instead of making one. */
  readonly existingRunId?: string | undefined;
  /** True when the experiment must exist where the run goes; it is not made for this run. */
  readonly noCreate?: boolean;
  /** Hash of all that decides what is logged, for `findFingerprint`; the run carries it as a tag. */
  readonly fingerprint?: string;
  /** True when a run of the same fingerprint in the same experiment is not to be made again. */
  readonly ifNew?: boolean;
  /** Key (or server's id) of the run that groups this one. */
  readonly parentKey?: string;
  /** Left out for a run that is not made of returns, as one that groups others. */
  readonly trial?: Trial;
}

/** Throws unless all of the record can be stored and later delivered. */
export function checkRecord(record: RunRecord): void {
  const { experiment, metrics, params, tags } = record;
  checkName("run", record.runName);
  if (experiment.kind === "name") checkName("experiment", experiment.name);
  checkBatch({ metrics, params, tags });
  record.datasets.forEach(checkDataset);
  const paths = new Set<string>();
  for (const { path, content } of record.artifacts) {
    checkArtifact(path, content.length);
    if (paths.has(path)) {
      throw new UsageError(`Cannot log two artifacts as "${path}": give them different names`);
    }
    paths.add(path);
  }
  for (const [name, time] of [["start", record.startTime], ["end", record.endTime]] as const) {
    if (time !== null && (!Number.isSafeInteger(time) || time < 0)) {
      throw new UsageError(`Cannot log the run: its ${name} is ${time}, not ms since 1970`);
    }
  }
}
