// What a check finds. A check that fails says how to mend it; those that build on it are skipped.

import type { Config } from "../config/values.ts";
import type { Io } from "../io.ts";
import type { Http } from "../mlflow/http.ts";
import type { MlflowClient } from "../mlflow/client.ts";
import type { Transport } from "../transport/mod.ts";

/** One line of the diagnosis. */
export interface Finding {
  /** The check's name, or a setting's. */
  readonly name: string;
  /** skipped: nothing is known, because what it builds on is missing. */
  readonly status: "ok" | "warning" | "failed" | "skipped";
  /** What was seen. */
  readonly detail: string;
  /** What to do about it. */
  readonly mend?: string;
  /** The error that a failed check met, where it met one. */
  readonly cause?: Error;
}

/** What a check found, before it has its name. */
export type Outcome = Omit<Finding, "name">;

/** The state of a local store, as far as it is judged here. */
export interface StoreState {
  /** The store's file. */
  readonly path: string;
  /** True when SQLite finds the whole file sound. */
  readonly isSound: boolean;
  /** What SQLite found otherwise. */
  readonly problems: readonly string[];
  /** Unix permission bits; null where there are none. */
  readonly fileMode: number | null;
  /** The network file system it is on, such as "nfs"; null for a local one. */
  readonly networkFileSystem: string | null;
  /** How many there are, deleted ones included. */
  readonly experiments: number;
  /** How many there are, deleted ones included. */
  readonly runs: number;
  /** Runs that no server has whole. */
  readonly waiting: number;
}

/** What is to be examined besides the way to the server. */
export interface DoctorOptions {
  /** Also write to the server: a throw-away experiment, deleted afterwards. */
  readonly write?: boolean;
  /** Examines the local store; a store that is not there yet is null. */
  readonly store?: () => Promise<StoreState | null>;
  /** The known names nearest to one that is not known. */
  readonly nearest?: (wanted: string, known: readonly string[]) => readonly string[];
}

/** What the checks of the server share. */
export interface Subject {
  readonly config: Config;
  readonly io: Io;
  readonly options: DoctorOptions;
  readonly transport: Transport;
  readonly http: Http;
  readonly client: MlflowClient;
}

/** One check of the server. */
export interface Check {
  readonly name: string;
  /** Checks without whose success this one says nothing. */
  readonly needs: readonly string[];
  readonly run: (subject: Subject) => Promise<Outcome>;
}

export function ok(detail: string): Outcome {
  return { status: "ok", detail };
}

export function warning(detail: string, mend: string): Outcome {
  return { status: "warning", detail, mend };
}

export function failed(detail: string, mend: string): Outcome {
  return { status: "failed", detail, mend };
}

export function skipped(detail: string): Outcome {
  return { status: "skipped", detail };
}
