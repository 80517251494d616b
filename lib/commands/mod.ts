// The commands, in the order help shows them. Each is loaded only when it is run or described, so
// that a call pays for nothing but its own command.

import type { Command, CommandGroup } from "../command/declare.ts";

/** One row of the table of commands. */
export interface CommandEntry {
  /** The first word after `btflow`. */
  readonly name: string;
  /** Loads its module. */
  readonly load: () => Promise<Command | CommandGroup>;
}

/** Every command, in the order of the help page. */
export const COMMANDS: readonly CommandEntry[] = [
  { name: "log", load: async () => (await import("./log.ts")).command },
  { name: "batch", load: async () => (await import("./batch.ts")).command },
  { name: "stats", load: async () => (await import("./stats.ts")).command },
  { name: "report", load: async () => (await import("./report.ts")).command },
  { name: "experiments", load: async () => (await import("./experiments.ts")).command },
  { name: "runs", load: async () => (await import("./runs.ts")).command },
  { name: "judge", load: async () => (await import("./judge.ts")).command },
  { name: "site", load: async () => (await import("./site.ts")).command },
  { name: "history", load: async () => (await import("./history.ts")).command },
  { name: "metrics", load: async () => (await import("./metrics.ts")).command },
  { name: "sync", load: async () => (await import("./sync.ts")).command },
  { name: "doctor", load: async () => (await import("./doctor.ts")).command },
  { name: "mcp", load: async () => (await import("./mcp.ts")).command },
  { name: "skill", load: async () => (await import("./skill.ts")).command },
  { name: "completions", load: async () => (await import("./completions.ts")).command },
];
