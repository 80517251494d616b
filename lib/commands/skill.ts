// `btflow skill`: the agent skill, which says when and how to use the tool, out of the binary.

import { join } from "node:path";
import { defineCommand } from "../command/declare.ts";
import type { Command } from "../command/declare.ts";
import { text } from "../command/flags.ts";
import { present } from "../errors.ts";
import { storageError } from "../output/mod.ts";

/** Writes the skill, or shows its first page. */
export const command: Command = defineCommand({
  name: "skill",
  summary: "Write the skill that tells AI agents when and how to use btflow",
  description:
    "An Agent Skill: a folder btflow with SKILL.md and its references. Without --output its first " +
    "page is shown.",
  flags: {
    output: text({
      short: "o",
      summary: "The folder of skills, in which the folder btflow is written",
      value: "DIR",
      completes: "folder",
      writes: true,
    }),
  },
  examples: [
    { command: "btflow skill --output ~/.claude/skills", does: "For every project of a user" },
    { command: "btflow skill --output .claude/skills", does: "For this project" },
  ],
  exits: [],
  run: async ({ io, note }, { flags }) => {
    const { SKILL_FILES } = await import("./skill_files.ts");
    const { output } = flags;
    if (output === undefined) return { text: present(SKILL_FILES["SKILL.md"], "the skill") };
    const folder = join(output, "btflow");
    for (const [name, content] of Object.entries(SKILL_FILES)) {
      const file = join(folder, name);
      try {
        await io.files.makeFolder(join(file, ".."));
        await io.files.write(file, content);
      } catch (cause) {
        throw storageError(file, cause);
      }
    }
    note(`Wrote the skill to ${folder}`);
    return {};
  },
});
