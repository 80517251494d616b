// `btflow completions SHELL`: the completion script of a shell, made from the commands' declarations.

import { defineCommand } from "../command/declare.ts";
import type { Command } from "../command/declare.ts";
import { completionModel } from "../command/completions/model.ts";
import { SHELLS } from "../command/completions/mod.ts";
import { UsageError } from "../errors.ts";
import { COMMANDS } from "./mod.ts";

const NAMES: readonly string[] = SHELLS.map(({ name }) => name);

/** Prints the completion script of a shell. */
export const command: Command = defineCommand({
  name: "completions",
  summary: "Print the completion script of a shell",
  operands: [{ name: "SHELL", summary: NAMES.join(", "), choices: NAMES }],
  flags: {},
  examples: [
    { command: "source <(btflow completions bash)", does: "Complete in this bash; zsh likewise" },
    {
      command: "btflow completions fish > ~/.config/fish/completions/btflow.fish",
      does: "Complete in every fish",
    },
    {
      command: "btflow completions powershell | Out-String | Invoke-Expression",
      does: "Complete in this PowerShell",
    },
  ],
  exits: [],
  run: async (_context, { operands: [name = ""] }) => {
    const shell = SHELLS.find((candidate) => candidate.name === name);
    if (shell === undefined) {
      throw new UsageError(
        `Cannot complete in ${JSON.stringify(name)}: expected one of ${NAMES.join(", ")}`,
      );
    }
    const commands = await Promise.all(COMMANDS.map(({ load }) => load()));
    return { text: shell.script(completionModel(commands)) };
  },
});
