// `btflow experiments`: the group; its verbs are in the files beside it.

import type { CommandGroup } from "../command/declare.ts";
import { create } from "./experiments_create.ts";
import { remove, restore } from "./experiments_delete_restore.ts";
import { get } from "./experiments_get.ts";
import { list } from "./experiments_list.ts";
import { update } from "./experiments_update.ts";

/** `experiments` and its verbs. */
export const command: CommandGroup = {
  name: "experiments",
  summary: "List, create, show, change, delete and restore experiments",
  verbs: [list, create, get, update, remove, restore],
  defaultVerb: "list",
};
