// A command line taken apart by what its command declares. What cannot be meant is refused here,
// with the nearest flag that there is, before a command sees a word. The rest is read by @std/cli's
// parser, in the one spelling from which it loses nothing: `--key=value … -- operands`. Otherwise
// it drops an empty value, reads `--rate -0.02` and a negative operand as flags, reads `-rx` as two
// flags, and takes a missing value for an empty one.

import { parseArgs } from "@std/cli";
import type { Command, Words } from "./declare.ts";
import { UsageError } from "../errors.ts";
import { flagName } from "./flags.ts";
import { nearestNames } from "../nearest.ts";

/** Takes a command line apart: which words belong to which flag, and which are operands. */
export function parseWords(command: Command, argv: readonly string[]): Words {
  const names = new Map<string, string>([["--help", "help"], ["-h", "help"]]);
  for (const [key, flag] of Object.entries(command.flags)) {
    names.set(flagName(key), key);
    if (flag.short !== undefined) names.set(`-${flag.short}`, key);
  }
  const keys = [...new Set(names.values())];
  // The operands go past the parser: it takes them as the arguments of one call, which has a limit.
  const { words: flagWords, operands } = attached(command, argv, names);
  const parsed = parseArgs([...flagWords], { string: keys, collect: keys });
  const flags = new Map<string, readonly string[]>();
  for (const key of keys) {
    const words = parsed[key] as readonly string[];
    if (words.length === 0) continue;
    if (words.length > 1 && command.flags[key]?.repeats === false) {
      throw new UsageError(
        `Cannot use ${flagName(key)} more than once in "btflow ${command.name}"`,
      );
    }
    flags.set(key, words);
  }
  if (!flags.has("help")) checkOperands(command, operands);
  return { flags, operands };
}

/** The flags, every value attached to its flag's key, and the operands. */
function attached(
  command: Command,
  argv: readonly string[],
  names: ReadonlyMap<string, string>,
): { readonly words: readonly string[]; readonly operands: readonly string[] } {
  const flags: string[] = [];
  const operands: string[] = [];
  const words = argv.values();
  for (const word of words) {
    if (word === "--") { for (const operand of words) operands.push(operand); }
    else if (!word.startsWith("-") || word === "-" || /^-\.?\d/.test(word)) operands.push(word);
    else {
      const { name, value } = splitFlag(word);
      const key = names.get(name);
      if (key === undefined) throw unknownFlag(command, name, names.keys());
      const takesValue = key !== "help" && command.flags[key]?.kind !== "toggle";
      if (!takesValue && value !== undefined) {
        throw new UsageError(`Cannot use ${word}: ${name} takes no value`);
      }
      let given = value ?? "";
      if (takesValue && value === undefined) {
        const { value: next } = words.next();
        if (next === undefined || isKnownFlag(next, names)) {
          const wanted = command.flags[key]?.value ?? "VALUE";
          throw new UsageError(`Cannot use ${name}: it needs a value (${name} ${wanted})`);
        }
        given = next;
      }
      flags.push(`--${key}=${given}`);
    }
  }
  return { words: flags, operands };
}

function splitFlag(word: string): { readonly name: string; readonly value?: string } {
  if (!word.startsWith("--")) {
    if (word.length <= 2) return { name: word };
    return { name: word.slice(0, 2), value: word.slice(word[2] === "=" ? 3 : 2) };
  }
  const at = word.indexOf("=");
  return at < 0 ? { name: word } : { name: word.slice(0, at), value: word.slice(at + 1) };
}

/** Whether the word after a flag is the next flag, so that the value was forgotten. */
function isKnownFlag(word: string, names: ReadonlyMap<string, string>): boolean {
  return word.startsWith("--") ? names.has(splitFlag(word).name) : names.has(word);
}

function unknownFlag(command: Command, name: string, known: Iterable<string>): UsageError {
  const [nearest] = nearestNames(name, [...known].filter((flag) => flag.startsWith("--")));
  const did = nearest === undefined ? "" : `; did you mean ${nearest}?`;
  return new UsageError(
    `Cannot use ${name}: "btflow ${command.name}" has no such flag${did} (see btflow ${command.name} --help)`,
  );
}

function checkOperands(command: Command, operands: readonly string[]): void {
  const required = command.operands.filter((operand) => operand.optional !== true);
  const missing = required[operands.length];
  if (missing !== undefined && operands.length < required.length) {
    throw new UsageError(
      `Cannot run "btflow ${command.name}": ${missing.name} is missing (see btflow ${command.name} --help)`,
    );
  }
  const unlimited = command.operands.some((operand) => operand.many === true);
  const extra = operands[command.operands.length];
  if (!unlimited && extra !== undefined) {
    throw new UsageError(
      `Cannot run "btflow ${command.name}": unexpected argument ${
        JSON.stringify(extra)
      } (see btflow ${command.name} --help)`,
    );
  }
}
