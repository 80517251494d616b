// What a shell needs to know to complete a command line, taken from the commands' declarations. The
// scripts are made from this alone, so a new flag is completed in every shell at once.

import type { Command, CommandGroup } from "../declare.ts";
import { type Flag, flagName, fullSummary } from "../flags.ts";

/** How a value is completed: by these words, by files, by folders, or not at all. */
export interface Completion {
  /** The words it can be; empty when any. */
  readonly words: readonly string[];
  /** Whether it is a path, and of what; null when it is none. */
  readonly files: "file" | "folder" | null;
}

/** One flag of a command. */
export interface CompletedFlag {
  readonly name: string;
  /** One letter; null when there is none. */
  readonly short: string | null;
  readonly summary: string;
  /** Null for a flag that takes no value. */
  readonly value: Completion | null;
  /** True when it may be given again. */
  readonly repeats: boolean;
}

/** One command that runs: `log`, or `runs search`. */
export interface CompletedCommand {
  /** Its words after `btflow`. */
  readonly name: string;
  readonly summary: string;
  /** `--help` included. */
  readonly flags: readonly CompletedFlag[];
  /** How its operands are completed, all alike. */
  readonly operands: Completion;
}

/** One first word of a command line. */
export interface FirstWord {
  readonly name: string;
  readonly summary: string;
  /** The second words of a group; empty for a command. */
  readonly verbs: readonly { readonly word: string; readonly command: CompletedCommand }[];
  /** What runs when no verb is given: the command itself, or the group's default. */
  readonly command: CompletedCommand;
}

const HELP: CompletedFlag = {
  name: "--help",
  short: "h",
  summary: "Show its help page",
  value: null,
  repeats: false,
};

/** Flags that stand in place of a command. */
export const LONE_FLAGS: readonly { readonly name: string; readonly summary: string }[] = [
  { name: "--help", summary: "Show help" },
  { name: "--version", summary: "Show the version" },
];

/** Describes every command for the shells. */
export function completionModel(
  commands: readonly (Command | CommandGroup)[],
): readonly FirstWord[] {
  return commands.map((command) => {
    const { name, summary } = command;
    if (!("verbs" in command)) return { name, summary, verbs: [], command: describe(command) };
    const verbs = command.verbs.map((verb) => ({
      word: verb.name.slice(name.length + 1),
      command: describe(verb),
    }));
    const fallback = verbs.find(({ word }) => word === command.defaultVerb) ?? verbs[0];
    if (fallback === undefined) throw new Error(`Command group ${name} has no verbs`);
    return { name, summary, verbs, command: fallback.command };
  });
}

function describe(command: Command): CompletedCommand {
  const words = command.operands.flatMap((operand) => operand.choices ?? []);
  return {
    name: command.name,
    summary: command.summary,
    flags: [...Object.entries(command.flags).map(([key, flag]) => describeFlag(key, flag)), HELP],
    operands: { words, files: command.operands.map(filesOf).find((kind) => kind !== null) ?? null },
  };
}

function filesOf({ completes }: Pick<Flag<unknown>, "completes">): Completion["files"] {
  return completes === "file" || completes === "folder" ? completes : null;
}

function describeFlag(key: string, flag: Flag<unknown>): CompletedFlag {
  return {
    name: flagName(key),
    short: flag.short ?? null,
    summary: fullSummary(flag),
    value: flag.kind === "toggle" ? null : { words: flag.choices ?? [], files: filesOf(flag) },
    repeats: flag.repeats,
  };
}

/** The ways to write a flag. */
export function flagNames({ name, short }: CompletedFlag): readonly string[] {
  return short === null ? [name] : [name, `-${short}`];
}

/** A text that no POSIX shell reads anything into. */
export function singleQuoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Every command that runs, by the words before its flags; a group alone is its default verb. */
export function everyCommand(
  model: readonly FirstWord[],
): readonly { readonly words: string; readonly command: CompletedCommand }[] {
  return model.flatMap(({ name, verbs, command }) => [
    { words: name, command },
    ...verbs.map((verb) => ({ words: `${name} ${verb.word}`, command: verb.command })),
  ]);
}
