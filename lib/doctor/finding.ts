// What a check finds. A check that fails says how to fix it; those that build on it are skipped.

import type { Config } from "../config/values.ts";
import type { Io } from "../io.ts";
import type { Http } from "../mlflow/http.ts";
import type { MlflowClient } from "../mlflow/client.ts";
import type { StoreHealth } from "../store/mod.ts";
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
  /** True of a check that was skipped because another failed. */
  readonly follows?: boolean;
  /** Of a setting: whether it is given anywhere; absent for what is none. */
  readonly isSet?: boolean;
  /** The error that a failed check met, where it met one. */
  readonly cause?: Error;
}

/** What a check found, before it has its name. */
export type Verdict = Omit<Finding, "name">;

/** What is to be examined besides the way to the server. */
export interface DoctorOptions {
  /** Also write to the server: a throw-away experiment, deleted afterwards. */
  readonly write?: boolean;
  /** Examines the local store; a store that is not there yet is null. */
  readonly store?: () => Promise<StoreHealth | null>;
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
  /** Checks that must have succeeded before this one means anything. */
  readonly needs: readonly string[];
  readonly run: (subject: Subject) => Promise<Verdict>;
}

/** All is well. */
export function ok(detail: string): Verdict {
  return { status: "ok", detail };
}

/** It works, but something should be done. */
export function warning(detail: string, mend: string): Verdict {
  return { status: "warning", detail, mend };
}

/** It does not work, and what to do about it. */
export function failed(detail: string, mend: string): Verdict {
  return { status: "failed", detail, mend };
}

/** It could not be checked, and why. */
export function skipped(detail: string): Verdict {
  return { status: "skipped", detail };
}
