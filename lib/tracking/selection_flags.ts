// The flags and arguments that name experiments and runs, or select them: by name or id, how many, how
// old.

import { DAY_MS } from "../civil.ts";
import type { Operand } from "../command/declare.ts";
import { UsageError } from "../errors.ts";
import { text, texts } from "../command/flags.ts";
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
  d: DAY_MS,
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
  flag: "experiment",
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
  flag: "runId",
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

/** What a command is about, for messages. */
export interface Wanted {
  /** "runs get". */
  readonly command: string;
  /** "the run". */
  readonly what: string;
}

/** The things that arguments and a flag name together, each once. */
export function together(
  operands: readonly string[],
  flag: string | undefined,
): readonly string[] {
  return [...new Set(flag === undefined ? operands : [...operands, flag])];
}

/**
 * The things that arguments and a flag name together; at least one.
 *
 * @throws {UsageError} when there are none.
 */
export function named(
  operands: readonly string[],
  flag: string | undefined,
  { command, what }: Wanted,
): readonly [string, ...string[]] {
  const [first, ...others] = together(operands, flag);
  if (first !== undefined) return [first, ...others];
  throw new UsageError(
    `Cannot run "btflow ${command}": name ${what} (see btflow ${command} --help)`,
  );
}

/**
 * The one thing that an argument or a flag names.
 *
 * @throws {UsageError} when there is none, or more than one.
 */
export function namedOne(
  operands: readonly string[],
  flag: string | undefined,
  wanted: Wanted,
): string {
  const all = named(operands, flag, wanted);
  if (all.length === 1) return all[0];
  throw new UsageError(
    `Cannot run "btflow ${wanted.command}": name only one of ${all.join(", ")}`,
  );
}
