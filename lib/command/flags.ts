// The kinds of flag: each knows how to read its words, what to show in help, and the type it gives.
// A command's flags are a record of these, so that its types, parser and help cannot drift apart.

import { UsageError } from "../errors.ts";

/** One flag. `read` gets the words given for it, in order (none: the flag was not used). */
export interface Flag<T> {
  readonly kind: "toggle" | "text" | "number" | "choice" | "list" | "pairs";
  readonly summary: string;
  /** One letter, for `-e`. */
  readonly short?: string;
  /** What stands for the value in help: FILE, N, K=V. Toggles have none. */
  readonly value?: string;
  /** The only words it takes, where there are few. */
  readonly choices?: readonly string[];
  /** True when the flag may be given several times. */
  readonly repeats: boolean;
  readonly fallback?: string;
  readonly completes?: "file" | "folder" | "none";
  /** True of a file that may be standard input, given as `-`. */
  readonly stdin?: boolean;
  /** True when a command that reads writes because of it. */
  readonly writes?: boolean;
  /** Bounds of a number, and whether it is whole. */
  readonly min?: number;
  readonly max?: number;
  readonly whole?: boolean;
  /** The value; throws a `UsageError` that names the flag, given as `name`. */
  readonly read: (words: readonly string[], name: string) => T;
}

/** The values that a record of flags gives. */
export type FlagValues<F> = { readonly [K in keyof F]: F[K] extends Flag<infer T> ? T : never };

/** The flags that give these values. */
export type FlagsOf<V> = { readonly [K in keyof V]: Flag<V[K]> };

/** What every flag is declared with. */
export interface FlagFacts {
  readonly summary: string;
  /** One letter, for `-e`. */
  readonly short?: string;
  /** What stands for the value in help; each kind has its own. */
  readonly value?: string;
  readonly fallback?: string;
  readonly completes?: "file" | "folder" | "none";
  readonly stdin?: boolean;
  readonly writes?: boolean;
}

/** On or off. */
export function toggle(facts: FlagFacts): Flag<boolean> {
  return { ...facts, kind: "toggle", repeats: false, read: (words) => words.length > 0 };
}

/** One text. */
export function text(facts: FlagFacts): Flag<string | undefined> {
  return { value: "TEXT", ...facts, kind: "text", repeats: false, read: (words) => words[0] };
}

/** Any number of texts, one a use. */
export function texts(facts: FlagFacts): Flag<readonly string[]> {
  return { value: "TEXT", ...facts, kind: "text", repeats: true, read: (words) => words };
}

/** Names separated by commas; may be repeated. Undefined when not used. */
export function list(facts: FlagFacts): Flag<readonly string[] | undefined> {
  return {
    value: "A,B",
    ...facts,
    kind: "list",
    repeats: true,
    read: (words, name) => {
      if (words.length === 0) return undefined;
      const items = words.flatMap((word) => word.split(",")).map((item) => item.trim());
      const named = items.filter(Boolean);
      if (named.length > 0) return named;
      throw new UsageError(`Cannot use ${name}: it names nothing`);
    },
  };
}

/** A finite number within bounds. */
export function number(
  facts: FlagFacts & { readonly min?: number; readonly max?: number; readonly whole?: boolean },
): Flag<number | undefined> {
  return {
    value: facts.whole === true ? "N" : "NUMBER",
    ...facts,
    kind: "number",
    repeats: false,
    read: (words, name) => words[0] === undefined ? undefined : readNumber(words[0], name, facts),
  };
}

function readNumber(
  word: string,
  name: string,
  bounds: { readonly min?: number; readonly max?: number; readonly whole?: boolean },
): number {
  const { min = -Infinity, max = Infinity, whole = false } = bounds;
  const value = decimal(word);
  if (
    Number.isFinite(value) && value >= min && value <= max &&
    (!whole || Number.isSafeInteger(value))
  ) {
    return value;
  }
  const kind = whole ? "a whole number" : "a number";
  const range = min > -Infinity && max < Infinity
    ? ` from ${min} to ${max}`
    : min > -Infinity
    ? ` of at least ${min}`
    : "";
  throw new UsageError(`Cannot use ${name} ${JSON.stringify(word)}: expected ${kind}${range}`);
}

/** The number that a text holds in decimal digits, NaN when it holds anything else. */
export function decimal(text: string): number {
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text.trim()) ? Number(text) : NaN;
}

/** One of a few words. */
export function choice<C extends string>(
  choices: readonly C[],
  facts: FlagFacts,
): Flag<C | undefined> {
  return {
    value: choices.join("|"),
    ...facts,
    kind: "choice",
    choices,
    repeats: false,
    read: (words, name) => {
      const [word] = words;
      if (word === undefined) return undefined;
      const found = choices.find((candidate) => candidate === word);
      if (found !== undefined) return found;
      throw new UsageError(
        `Cannot use ${name} ${JSON.stringify(word)}: expected one of ${choices.join(", ")}`,
      );
    },
  };
}

/** `key=value` pairs, one a use; the value may hold further equals signs. */
export function pairs(facts: FlagFacts): Flag<Readonly<Record<string, string>>> {
  return {
    value: "K=V",
    ...facts,
    kind: "pairs",
    repeats: true,
    read: (words, name) => {
      const found: Record<string, string> = {};
      for (const word of words) {
        const at = word.indexOf("=");
        if (at < 1) {
          throw new UsageError(`Cannot use ${name} ${JSON.stringify(word)}: expected key=value`);
        }
        const key = word.slice(0, at);
        if (Object.hasOwn(found, key)) {
          throw new UsageError(
            `Cannot use ${name} ${JSON.stringify(word)}: "${key}" is given twice`,
          );
        }
        Object.defineProperty(found, key, {
          value: word.slice(at + 1),
          enumerable: true,
          configurable: true,
          writable: true,
        });
      }
      return found;
    },
  };
}

/** The values of these flags alone; one that is not among those given has its value when not used. */
export function valuesOf<V extends object>(flags: FlagsOf<V>, given: Partial<V>): V {
  const values = Object.entries<Flag<unknown>>(flags).map(([key, flag]) => [
    key,
    Object.hasOwn(given, key) ? given[key as keyof V] : flag.read([], flagName(key)),
  ]);
  return Object.fromEntries(values) as V;
}

/**
 * Refuses what may not be given together.
 *
 * @throws {UsageError} with this message when more than one is given.
 */
export function exclusive(message: string, ...given: readonly boolean[]): void {
  if (given.filter(Boolean).length > 1) throw new UsageError(message);
}

/** The summary of a flag or an operand as people read it: of a file that may be stdin it says so. */
export function fullSummary(
  { summary, stdin }: { readonly summary: string; readonly stdin?: boolean },
): string {
  return stdin === true ? `${summary}; - is stdin` : summary;
}

/** What help says of a flag: its summary, whether it may be repeated, its default. */
export function flagSummary(flag: Flag<unknown>): string {
  const { kind, repeats, fallback } = flag;
  const summary = fullSummary(flag);
  const notes = [
    ...(repeats && kind !== "list" ? ["repeatable"] : []),
    ...(fallback === undefined ? [] : [`default: ${fallback}`]),
  ];
  return notes.length === 0 ? summary : `${summary} (${notes.join("; ")})`;
}

/** `riskFreeRate` → `--risk-free-rate`: how a flag's key is written on the command line. */
export function flagName(key: string): string {
  return `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
