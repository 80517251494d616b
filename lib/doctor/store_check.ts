// Whether the local store is sound and safe, judged by what the store says of itself.

import type { StoreHealth } from "../store/mod.ts";
import { failed, ok, type Verdict, warning } from "./finding.ts";

/** Judges the store's state. */
export async function checkStore(examine: () => Promise<StoreHealth | null>): Promise<Verdict> {
  let state: StoreHealth | null;
  try {
    state = await examine();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return failed(message, "do as it says, or choose another store with --store or BTFLOW_STORE");
  }
  if (state === null) return ok("there is none yet: the first log makes it");
  const runs = `${state.runs} ${state.runs === 1 ? "run" : "runs"}`;
  const experiments = `${state.experiments} ${
    state.experiments === 1 ? "experiment" : "experiments"
  }`;
  const contents = `${state.path}: ${runs} in ${experiments}, ` +
    `${state.waiting} ${state.waiting === 1 ? "waits" : "wait"} for delivery`;
  if (!state.isSound) {
    return failed(
      `${state.path} is damaged: ${state.problems[0] ?? "unknown"}`,
      "restore a copy, or save what can be read with sqlite3's .recover",
    );
  }
  if (state.fileMode !== null && (state.fileMode & 0o077) !== 0) {
    const mode = state.fileMode.toString(8);
    return warning(`${contents}; others may read it (mode ${mode})`, `chmod 600 ${state.path}`);
  }
  if (state.networkFileSystem !== null) {
    return warning(
      `${contents}; it is on a network file system (${state.networkFileSystem})`,
      "give each job a store of its own (--store), on a local disk where there is one",
    );
  }
  if (state.waiting > 0) return warning(contents, "btflow sync delivers them");
  return ok(contents);
}
