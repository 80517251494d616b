// What one delivery works with and what comes of it: the parts that its steps share.

import type { Warning } from "../../errors.ts";
import type { Io } from "../../io.ts";
import type { Tracker } from "../../tracker.ts";
import type { DeliveryId } from "../deliveries.ts";
import type { Undeliverable } from "../undeliverable.ts";
import type { RunRow } from "../run_rows.ts";
import type { ServerExperiments } from "./server_experiments.ts";
import type { Database } from "../sqlite.ts";

/** Called before and after each step with its name, so that tests can stop there. */
export type StepHook = (step: string, runKey: string) => void | Promise<void>;

/** How runs are delivered. */
export interface DeliverySettings {
  /** Make a run again when the server has deleted it. */
  readonly recreate: boolean;
  /** Read the run back and compare. */
  readonly verify: boolean;
  /** Send once more what the server refused for good, of runs that were delivered too. */
  readonly retryUndeliverable: boolean;
  /**
   * After a creation without an answer that is not on the server: how long to wait before it is
   * looked up again and only then repeated, since the first may still be on its way.
   */
  readonly graceMs: number;
  /** How long to wait for another that is delivering the same run. */
  readonly patienceMs: number;
  readonly hook: StepHook;
}

/** Delivering to one server. */
export interface DeliveryContext {
  readonly io: Pick<Io, "now" | "sleep">;
  readonly database: Database;
  readonly tracker: Tracker;
  readonly serverId: number;
  readonly experiments: ServerExperiments;
  readonly settings: DeliverySettings;
  /** Codes of what is said once, however many runs it is true of. */
  readonly said: Set<string>;
}

/** Delivering one run. */
export interface RunDelivery extends DeliveryContext {
  readonly run: RunRow;
  readonly id: DeliveryId;
  readonly warn: (warning: Warning) => void;
}

/** What became of one run. */
export interface DeliveryOutcome {
  /** The run's key in the store. */
  readonly key: string;
  readonly runName: string;
  readonly experiment: string;
  /** The server's ids, where they are known. */
  readonly runId: string | null;
  /** The server's; null when it is not known. */
  readonly experimentId: string | null;
  /**
   * delivered: all of it that the server takes is there. failed: it waits, `error` says why. deleted:
   * the server has deleted it. busy: another sync is delivering it. skipped: not tried.
   */
  readonly status: "delivered" | "failed" | "deleted" | "busy" | "skipped";
  /** Why it was not delivered, or not tried; null when it was delivered. */
  readonly error: Error | null;
  /** What is odd about a run that was delivered, such as a second one of it on the server. */
  readonly warnings: readonly Warning[];
  /** The parts that the server refuses for good. */
  readonly undeliverable: readonly Undeliverable[];
}

/** Runs a step of a delivery, and the hook before and after it. */
export async function step<T>(
  delivery: RunDelivery,
  name: string,
  work: () => T | Promise<T>,
): Promise<T> {
  const { hook } = delivery.settings;
  await hook(`before ${name}`, delivery.run.key);
  const result = await work();
  await hook(`after ${name}`, delivery.run.key);
  return result;
}
