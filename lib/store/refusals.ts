// What the store refuses as a server does, with a server's status and code: commands and tests that
// look at the code need not know which of the two they have.

import { TrackerError } from "../errors.ts";
import type { LifecycleStage } from "../tracker.ts";
import type { Database } from "./sqlite.ts";

/** An experiment that cannot be made, or named so, because there is one of that name. */
export function alreadyExists(
  database: Database,
  { name, lifecycle_stage }: { readonly name: string; readonly lifecycle_stage: LifecycleStage },
): TrackerError {
  const deleted = lifecycle_stage === "deleted" ? " in deleted state: restore it" : "";
  return new TrackerError("create experiment in", database.path, {
    status: 400,
    code: "RESOURCE_ALREADY_EXISTS",
    message: `experiment "${name}" exists already${deleted}`,
  });
}

/** A change that a server refuses for the state something is in. */
export function invalidState(database: Database, message: string): TrackerError {
  return new TrackerError("change", database.path, {
    status: 400,
    code: "INVALID_PARAMETER_VALUE",
    message,
  });
}
