// A command line taken apart by what its command declares. What cannot be meant is refused here, with
// the nearest flag that there is, before a command sees a word.

import { parseArgs } from "@std/cli";
import type { Command, Words } from "./declare.ts";
import { UsageError } from "../errors.ts";
import { flagName } from "./flags.ts";
import { nearestNames } from "../nearest.ts";

/**
 * Takes a command line apart. @std/cli's parser splits keys at dots, drops empty values and takes a
 * leading dash for a flag, so values travel beside it: it sees their index, and we put them back.
 */
export function parseWords(command: Command, argv: readonly string[]): Words {
  const names = new Map<string, string>();
  for (const [key, flag] of Object.entries(command.flags)) {
    names.set(flagName(key), key);
    if (flag.short !== undefined) names.set(`-${flag.short}`, key);
  }
  names.set("--help", "help");
  names.set("-h", "help");
  const values: string[] = [];
  const shielded = shield(command, argv, names, values);
  const keys = [...names.values()];
  const parsed = parseArgs(shielded, {
    string: ["_", ...keys],
    collect: keys,
  });
  const flags = new Map<string, readonly string[]>();
  for (const key of keys) {
    const words = ((parsed[key] ?? []) as string[]).map((index) => values[Number(index)] ?? "");
    if (words.length === 0) continue;
    if (words.length > 1 && command.flags[key]?.repeats === false && key !== "help") {
      throw new UsageError(
        `Cannot use ${flagName(key)} more than once in "btflow ${command.name}"`,
      );
    }
    flags.set(key, words);
  }
  const operands = parsed._.map((index) => values[Number(index)] ?? "");
  if (!flags.has("help")) checkOperands(command, operands);
  return { flags, operands };
}

/** Rewrites each word to a form the parser cannot misread: `--key=INDEX`, or the operand's index. */
function shield(
  command: Command,
  argv: readonly string[],
  names: ReadonlyMap<string, string>,
  values: string[],
): string[] {
  const shielded: string[] = [];
  const keep = (value: string): number => values.push(value) - 1;
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] ?? "";
    if (word === "--") {
      for (const rest of argv.slice(i + 1)) shielded.push(String(keep(rest)));
      break;
    }
    if (!word.startsWith("-") || word === "-" || /^-\.?\d/.test(word)) {
      shielded.push(String(keep(word)));
      continue;
    }
    const { name, attached } = splitFlag(word);
    const key = names.get(name);
    if (key === undefined) throw unknownFlag(command, name, names.keys());
    const takesValue = key !== "help" && command.flags[key]?.kind !== "toggle";
    if (!takesValue && attached !== undefined) {
      throw new UsageError(`Cannot use ${word}: ${name} takes no value`);
    }
    let value = attached ?? "";
    if (takesValue && attached === undefined) {
      const next = argv[i + 1];
      if (next === undefined || isKnownFlag(next, names)) {
        const wanted = command.flags[key]?.value ?? "VALUE";
        throw new UsageError(`Cannot use ${name}: it needs a value (${name} ${wanted})`);
      }
      value = next;
      i++;
    }
    shielded.push(`--${key}=${keep(value)}`);
  }
  return shielded;
}

function splitFlag(word: string): { readonly name: string; readonly attached?: string } {
  if (!word.startsWith("--")) {
    if (word.length <= 2) return { name: word };
    return { name: word.slice(0, 2), attached: word.slice(word[2] === "=" ? 3 : 2) };
  }
  const at = word.indexOf("=");
  return at < 0 ? { name: word } : { name: word.slice(0, at), attached: word.slice(at + 1) };
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
