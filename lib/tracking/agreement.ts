// Asking before something is done to many things at once: what is listed, and whether the user agrees.

import type { Context } from "../command/declare.ts";
import { UsageError } from "../errors.ts";
import { toggle } from "../command/flags.ts";
import type { Flag } from "../command/flags.ts";

/** Flags of commands that ask before they act. */
export const AGREEMENT_FLAGS: {
  readonly yes: Flag<boolean>;
  readonly dryRun: Flag<boolean>;
} = {
  yes: toggle({ short: "y", summary: "Do not ask" }),
  dryRun: toggle({ summary: "Only list what would be done" }),
};

/** What is about to be done to what. */
export interface Proposal {
  /** "Delete 3 runs", as the question and the list begin. */
  readonly title: string;
  /** One line an item. */
  readonly items: readonly string[];
  /** The command, for the message that --yes is missing. */
  readonly command: string;
}

const ITEMS_SHOWN = 20;

/**
 * Lists what will be done and asks. Off a terminal, where nobody can be asked, only --yes will do.
 *
 * @throws {UsageError} without --yes and without a terminal.
 */
export async function agreed(context: Context, proposal: Proposal, yes: boolean): Promise<boolean> {
  if (proposal.items.length === 0 || yes) return true;
  context.note(proposalText(proposal, ITEMS_SHOWN));
  const answer = await context.confirm(`${proposal.title}?`);
  if (answer === null) {
    throw new UsageError(
      `Cannot ask before "btflow ${proposal.command}": this is no terminal; add --yes to do it, or --dry-run to see the list`,
    );
  }
  if (!answer) context.note("Nothing was changed");
  return answer;
}

/** The list of a proposal, whole unless a number of items is given. */
export function proposalText(proposal: Proposal, shown: number = Infinity): string {
  const more = proposal.items.length - shown;
  return [
    `${proposal.title}:`,
    ...proposal.items.slice(0, shown).map((item) => `  ${item}`),
    ...(more > 0 ? [`  … and ${more} more`] : []),
  ].join("\n");
}
