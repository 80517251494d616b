// Writes docs/man/btflow.1 from the commands' declarations and the table of settings; --check compares
// instead. The variables it explains are those of the permission set, so that none is left out.

import { fileURLToPath } from "node:url";
import { BUILD } from "../lib/build.ts";
import { allCommands, EXITS } from "../lib/cli.ts";
import { manualPage } from "../lib/command/manual.ts";
import { SETTINGS } from "../lib/config/settings.ts";

const FILE = fileURLToPath(new URL("../docs/man/btflow.1", import.meta.url));

/** What each variable does; the rest of the permission set only says who and where the user is. */
export const ENVIRONMENT: readonly (readonly [string, string])[] = [
  ...SETTINGS.map(({ name, summary, default: fallback }): readonly [string, string] => {
    const note = fallback === null ? "" : ` (default: ${fallback})`;
    return [name, `${summary.charAt(0).toUpperCase()}${summary.slice(1)}${note}`];
  }),
  [
    "SLURM_ARRAY_TASK_ID, SLURM_ARRAY_TASK_MIN, SLURM_ARRAY_TASK_STEP, SLURM_ARRAY_TASK_COUNT",
    "Read by batch --shard slurm",
  ],
  ["JOB_COMPLETION_INDEX", "Read by batch --shard k8s/N"],
];

/** The page as the declarations give it now. */
export async function currentPage(): Promise<string> {
  const facts = { version: BUILD.version, exits: EXITS, environment: ENVIRONMENT };
  return manualPage(await allCommands(), facts);
}

if (import.meta.main) {
  const page = await currentPage();
  if (!Deno.args.includes("--check")) {
    await Deno.mkdir(new URL("../docs/man", import.meta.url), { recursive: true });
    await Deno.writeTextFile(FILE, page);
  } else if (await Deno.readTextFile(FILE).catch(() => "") !== page) {
    console.error("error: docs/man/btflow.1 differs from the commands: run scripts/manual.ts");
    Deno.exit(1);
  }
}
