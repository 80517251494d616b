// All experiments of a server, as several checks look at them.

import type { Experiment, Tracker } from "../tracker.ts";

const MOST = 10_000;

/** The active experiments, at most ten thousand. */
export async function findAll(tracker: Tracker): Promise<readonly Experiment[]> {
  const found: Experiment[] = [];
  const query = { filter: null, orderBy: [], view: "active", limit: MOST } as const;
  for await (const page of tracker.searchExperiments(query)) found.push(...page);
  return found;
}
