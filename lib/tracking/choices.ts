// Flags and questions that the commands on experiments and runs share: how many, how old, and
// whether the user really means it.

import type { Context, Operand } from "../command/declare.ts";
import { UsageError } from "../errors.ts";
import { text, texts, toggle } from "../command/flags.ts";
import type { Flag } from "../command/flags.ts";

/** `--max-results N|all`. Undefined when not given. */
export function limitFlag(fallback: string): Flag<number | undefined> {
  return {
    kind: "text",
    summary: "Stop after this many; all for no limit",
    value: "N|all",
    fallback,
    repeats: false,
    completes: "none",
    read: ([word], name) => {
      if (word === undefined) return undefined;
      if (word === "all") return Infinity;
      if (/^\d{1,15}$/.test(word) && Number(word) > 0) return Number(word);
      throw new UsageError(
        `Cannot use ${name} ${JSON.stringify(word)}: expected a whole number above 0, or all`,
      );
    },
  };
}

const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** A length of time such as 90s, 30m, 12h, 7d, 2w; in ms. */
export function ageFlag(summary: string): Flag<number | undefined> {
  return {
    kind: "text",
    summary,
    value: "AGE",
    repeats: false,
    completes: "none",
    read: ([word], name) => {
      if (word === undefined) return undefined;
      const [, count = "", unit = ""] = /^(\d+(?:\.\d+)?)([smhdw])$/.exec(word) ?? [];
      const ms = Number(count) * (UNIT_MS[unit] ?? NaN);
      if (count !== "" && ms > 0) return ms;
      throw new UsageError(
        `Cannot use ${name} ${
          JSON.stringify(word)
        }: expected an age such as 90s, 30m, 12h, 7d or 2w`,
      );
    },
  };
}

/** How an experiment is named as an argument. */
export const NAME_OPERAND: Operand = {
  name: "EXPERIMENT",
  summary: "Its name or id",
  optional: true,
  completes: "none",
};

/** How it is named by a flag. */
export const EXPERIMENT_FLAG: Flag<string | undefined> = text({
  short: "e",
  summary: "Its name or id",
  value: "NAME",
  completes: "none",
});

/** Where runs are selected: experiments, by name or id. */
export const EXPERIMENTS_FLAG: Flag<readonly string[]> = texts({
  short: "e",
  summary: "Where to select runs (name or id)",
  value: "NAME",
  fallback: "MLFLOW_EXPERIMENT_NAME",
});

/** Runs named as arguments. */
export const RUNS_OPERAND: Operand = {
  name: "RUN",
  summary: "Ids of the runs",
  optional: true,
  many: true,
  completes: "none",
};

/** `-r`: a run, by the server's id or the store's key; where an argument names it too. */
export const RUN_ID_FLAG: Flag<string | undefined> = text({
  short: "r",
  summary: "The run, by the server's id or the store's key",
  value: "ID",
  completes: "none",
});

/** Flags of commands that ask before they act. */
export const AGREEMENT_FLAGS: {
  readonly yes: Flag<boolean>;
  readonly dryRun: Flag<boolean>;
} = {
  yes: toggle({ short: "y", summary: "Do not ask" }),
  dryRun: toggle({ summary: "Only list what would be done" }),
};

/** What is about to be done to what. */
export interface Plan {
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
export async function agreed(context: Context, plan: Plan, yes: boolean): Promise<boolean> {
  if (plan.items.length === 0 || yes) return true;
  context.note(planText(plan, ITEMS_SHOWN));
  const answer = await context.confirm(`${plan.title}?`);
  if (answer === null) {
    throw new UsageError(
      `Cannot ask before "btflow ${plan.command}": this is no terminal; add --yes to do it, or --dry-run to see the list`,
    );
  }
  if (!answer) context.note("Nothing was changed");
  return answer;
}

/** The list of a plan, whole unless a number of items is given. */
export function planText(plan: Plan, shown: number = Infinity): string {
  const more = plan.items.length - shown;
  return [
    `${plan.title}:`,
    ...plan.items.slice(0, shown).map((item) => `  ${item}`),
    ...(more > 0 ? [`  … and ${more} more`] : []),
  ].join("\n");
}

/**
 * The things that arguments and a flag name together, each once.
 *
 * @throws {UsageError} when there are none, or more than `most`.
 */
export function named(
  operands: readonly string[],
  flag: string | undefined,
  wanted: { readonly command: string; readonly what: string; readonly most?: number },
): readonly string[] {
  const all = [...new Set(flag === undefined ? operands : [...operands, flag])];
  if (all.length === 0) {
    throw new UsageError(
      `Cannot run "btflow ${wanted.command}": name ${wanted.what} (see btflow ${wanted.command} --help)`,
    );
  }
  if (all.length > (wanted.most ?? Infinity)) {
    throw new UsageError(
      `Cannot run "btflow ${wanted.command}": name only one of ${all.join(", ")}`,
    );
  }
  return all;
}
