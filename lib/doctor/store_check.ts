// Whether the local store is sound and safe, judged by what the store says of itself.

import type { StoreHealth } from "../store/mod.ts";
import { failed, type Finding, ok, type Verdict, warning } from "./finding.ts";

/** Judges the store by its own state: the file, and the record of trials in it. */
export async function* storeFindings(
  examine: () => Promise<StoreHealth | null>,
): AsyncIterable<Finding> {
  let state: StoreHealth | null;
  try {
    state = await examine();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const mend = "do as it says, or choose another store with --store or BTFLOW_STORE";
    yield { name: "store", ...failed(message, mend) };
    return;
  }
  if (state === null) {
    yield { name: "store", ...ok("there is none yet: the first log makes it") };
    return;
  }
  yield { name: "store", ...checkStore(state) };
  if (state.isSound) yield { name: "trials", ...checkTrials(state) };
}

function checkStore(state: StoreHealth): Verdict {
  const runs = `${state.runs} ${state.runs === 1 ? "run" : "runs"}`;
  const experiments = `${state.experiments} ${
    state.experiments === 1 ? "experiment" : "experiments"
  }`;
  const contents = `${state.path}: ${runs} in ${experiments}, ` +
    `${state.waiting} ${state.waiting === 1 ? "waits" : "wait"} for delivery${partly(state)}`;
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

/** A check that saw a part says so: what it did not read may be damaged. */
function partly({ newest, sizeBytes }: StoreHealth): string {
  if (newest === null) return "";
  const size = `${(sizeBytes / 1e9).toFixed(1)} GB`;
  return `; its ${newest} newest runs were read (--whole-store reads all ${size})`;
}

/** A record that was changed cannot be mended, only known of. */
function checkTrials({ trials, trialBreaks, newest }: StoreHealth): Verdict {
  const recorded = `${trials} ${trials === 1 ? "backtest is" : "backtests are"} recorded`;
  const [first] = trialBreaks;
  if (first === undefined) {
    return ok(
      newest === null
        ? `${recorded}, and the record is whole`
        : `${recorded}; the newest ${newest} are whole`,
    );
  }
  const more = trialBreaks.length > 1 ? `; ${trialBreaks.slice(1).join("; ")}` : "";
  return warning(
    `${recorded}, but the record was changed: ${first}${more}`,
    "restore a copy of the store from before; until then more may have been tried than is counted",
  );
}
