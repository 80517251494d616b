// `btflow runs`: the group; its verbs are in the files beside it.

import type { CommandGroup } from "../command/declare.ts";
import { artifacts } from "./runs_artifacts.ts";
import { compare } from "./runs_compare.ts";
import { deflate } from "./runs_deflate.ts";
import { remove, restore } from "./runs_delete_restore.ts";
import { get } from "./runs_get.ts";
import { search } from "./runs_search.ts";
import { update } from "./runs_update.ts";

/** `runs` and its verbs. */
export const command: CommandGroup = {
  name: "runs",
  summary:
    "Find, show, compare, change, delete and restore runs, get their files, deflate their Sharpe ratios",
  verbs: [search, get, compare, update, remove, restore, artifacts, deflate],
  defaultVerb: "search",
};
