// Runs whose metrics follow different releases of QuantStats: which release a run names, and what to
// say where such runs stand side by side.

import type { Warning } from "../errors.ts";
import {
  incomparableIn,
  OLDEST_RELEASE,
  type Release,
  releaseNamed,
  RELEASES,
} from "../metrics/mod.ts";
import { QUANTSTATS_TAG, VERSION_TAG } from "../own_names.ts";
import type { Run } from "../tracker.ts";

/** The release whose definitions a run follows; undefined where btflow did not compute it, or one not known here. */
export function releaseOf({ tags }: Pick<Run, "tags">): Release | undefined {
  const named = tags[QUANTSTATS_TAG];
  if (named !== undefined) return releaseNamed(named);
  return tags[VERSION_TAG] === undefined ? undefined : OLDEST_RELEASE;
}

/** Gathers the releases of runs as they go by. */
export interface ReleaseWatch {
  add(run: Pick<Run, "tags">): void;
  /** One note where metrics among these do not compare across the runs; `names` null: any metric. */
  warnings(names: ReadonlySet<string> | null): readonly Warning[];
}

/** A watch that has seen no run. */
export function releaseWatch(): ReleaseWatch {
  const seen = new Set<Release>();
  return {
    add: (run) => {
      const release = releaseOf(run);
      if (release !== undefined) seen.add(release);
    },
    warnings: (names) => {
      const metrics = incomparableIn(seen).map(({ name }) => name)
        .filter((name) => names === null || names.has(name));
      if (metrics.length === 0) return [];
      const releases = RELEASES.filter((release) => seen.has(release)).join(" and ");
      return [{
        code: "quantstats-releases",
        message: `these runs follow definitions of QuantStats ${releases}; not comparable: ` +
          `${metrics.join(", ")} (tag ${QUANTSTATS_TAG} tells them apart)`,
      }];
    },
  };
}
