// The shells that btflow completes in: one file a shell, and one line here.

import { bashScript } from "./bash.ts";
import { fishScript } from "./fish.ts";
import type { FirstWord } from "./model.ts";
import { powershellScript } from "./powershell.ts";
import { zshScript } from "./zsh.ts";

export type { CompletedCommand, CompletedFlag, Completion, FirstWord } from "./model.ts";

/** A shell and how its completion script is made. */
export interface Shell {
  /** As `btflow completions` takes it. */
  readonly name: string;
  readonly script: (model: readonly FirstWord[]) => string;
}

/** Every shell there is a script for. */
export const SHELLS: readonly Shell[] = [
  { name: "bash", script: bashScript },
  { name: "zsh", script: zshScript },
  { name: "fish", script: fishScript },
  { name: "powershell", script: powershellScript },
];
