// A command is declared once: its flags, operands, examples and exit codes give its types, its
// parser (words.ts) and its help (help.ts). The command itself returns data; cli.ts prints.

import { UsageError, type Warning } from "../errors.ts";
import { type Flag, flagName, type FlagValues } from "./flags.ts";
import type { Io } from "../io.ts";
import type { Progress, Result } from "./answer.ts";

/** What a command is given besides its own words. */
export interface Context {
  readonly io: Io;
  /** Tells of something that does not stop the work: a line on stderr. */
  warn(warning: Warning): void;
  note(message: string): void;
  /** Notes that a run is durable: whatever fails from now on says so, or a repeat would double it. */
  kept(runKey: string): void;
  /** Tells how far the work is. */
  progress(state: Progress): void;
  /** Aborted on Ctrl-C or termination, for commands that declare `graceful`. */
  readonly interrupted: AbortSignal;
  /** Runs a command line in another world, as the program runs its own; answers its exit code. */
  run(argv: readonly string[], io: Io): Promise<number>;
  /** Asks yes or no on a terminal; null when there is none to ask on. */
  confirm(question: string): Promise<boolean | null>;
}

/** An argument without a flag. */
export interface Operand {
  /** As help shows it: FILE, RUN. */
  readonly name: string;
  readonly summary: string;
  /** True when the command runs without it. */
  readonly optional?: boolean;
  /** True when any number may be given. */
  readonly many?: boolean;
  /** How shells complete it; nothing by default. */
  readonly completes?: "file" | "folder" | "none";
  /** True of a file that may be standard input, given as `-`; help says so. */
  readonly stdin?: boolean;
  /** The key of the flag that says the same, where there is one. */
  readonly flag?: string;
  /** The only words it can be, for completion. */
  readonly choices?: readonly string[];
}

/** A command line that help shows. */
export interface Example {
  readonly command: string;
  readonly does: string;
}

/** A command as the command line sees it. */
export interface Command {
  /** Its words after `btflow`: `log`, `runs search`. */
  readonly name: string;
  readonly summary: string;
  readonly description?: string;
  readonly operands: readonly Operand[];
  /** By key: `riskFreeRate` is `--risk-free-rate`. */
  readonly flags: Readonly<Record<string, Flag<unknown>>>;
  readonly examples: readonly Example[];
  readonly exits: readonly number[];
  /** Output formats, the default first. */
  readonly formats: readonly string[];
  /** True when the command itself ends well on an interruption. */
  readonly graceful: boolean;
  /** True when it writes to the store or the server; one that reads may have flags that write. */
  readonly writes: boolean;
  readonly reading?: Reading;
  /** Does the work and answers; throws the errors of errors.ts. */
  readonly run: (context: Context, words: Words) => Promise<Result>;
}

/** Several commands under one word; without a verb the default one runs. */
export interface CommandGroup {
  /** The word: `runs`. */
  readonly name: string;
  /** What its verbs are about, in one line. */
  readonly summary: string;
  /** Commands whose names begin with the group's. */
  readonly verbs: readonly Command[];
  /** The name of the verb that runs when none is given. */
  readonly defaultVerb: string;
}

/** A command line taken apart: raw words by flag, and operands. */
export interface Words {
  /** The words given for each flag that was used, by its key. */
  readonly flags: ReadonlyMap<string, readonly string[]>;
  readonly operands: readonly string[];
}

/** What `run` of a declared command is given. */
export interface Input<F> {
  readonly flags: FlagValues<F>;
  /** In the order given; as many as are required, at least. */
  readonly operands: readonly string[];
  readonly format: string;
}

/** How a command that writes is made to read only. */
export interface Reading {
  /** The key of the flag with which it does. */
  readonly flag: string;
  /** The keys of the flags that mean something beside that one. */
  readonly beside: readonly string[];
}

/** A declaration: see {@link Command}. */
export interface Declaration<F extends Readonly<Record<string, Flag<unknown>>>> {
  /** Its words after `btflow`. */
  readonly name: string;
  readonly summary: string;
  readonly description?: string;
  /** None when absent. */
  readonly operands?: readonly Operand[];
  /** `--format` and `--output` are added where the formats call for them. */
  readonly flags: F;
  readonly examples: readonly Example[];
  /** The exit codes it can end with besides those that every command has. */
  readonly exits: readonly number[];
  /** Output formats, the default first; text alone when absent. */
  readonly formats?: readonly string[];
  /** True when the command itself ends well on an interruption. */
  readonly graceful?: boolean;
  /** True when it writes to the store or the server. */
  readonly writes?: boolean;
  readonly reading?: Reading;
  readonly run: (context: Context, input: Input<F>) => Promise<Result>;
}

/** Any command may end so: done, words it cannot take, output that cannot be written, a signal. */
const COMMON_EXITS: readonly number[] = [0, 2, 8, 129, 130, 143];

/** Turns a declaration into a command; flag values reach `run` with the types their kinds give. */
export function defineCommand<F extends Readonly<Record<string, Flag<unknown>>>>(
  declaration: Declaration<F>,
): Command {
  const { formats = ["text"], graceful = false, writes = false, operands = [] } = declaration;
  const flags: Record<string, Flag<unknown>> = { ...declaration.flags };
  if (formats.length > 1) flags.format = formatFlag(formats);
  if (formats.includes("parquet")) flags.output ??= outputFlag();
  return {
    ...declaration,
    operands,
    exits: [...COMMON_EXITS, ...declaration.exits],
    formats,
    graceful,
    writes,
    flags,
    run: (context, words) => {
      const values: Record<string, unknown> = {};
      for (const [key, flag] of Object.entries(flags)) {
        values[key] = flag.read(words.flags.get(key) ?? [], flagName(key));
      }
      return declaration.run(context, {
        flags: values as FlagValues<F>,
        operands: words.operands,
        format: chosenFormat(formats, words),
      });
    },
  };
}

function formatFlag(formats: readonly string[]): Flag<string | undefined> {
  return {
    kind: "choice",
    summary: "Format of the output",
    value: formats.join("|"),
    choices: formats,
    repeats: false,
    ...(formats[0] === undefined ? {} : { fallback: formats[0] }),
    read: (words) => words[0],
  };
}

function outputFlag(): Flag<string | undefined> {
  return {
    kind: "text",
    summary: "Write to this file instead of stdout; its ending gives the format",
    value: "FILE",
    repeats: false,
    completes: "file",
    writes: true,
    read: (words) => words[0],
  };
}

/** Endings of files that are not the name of their format. */
const OTHER_ENDINGS: Readonly<Record<string, string>> = { jsonl: "ndjson", md: "markdown" };

/** The format asked for by --format, else by the ending of --output, else the default. */
export function chosenFormat(formats: readonly string[], words: Words): string {
  const asked = words.flags.get("format")?.[0];
  if (asked !== undefined) {
    if (formats.includes(asked)) return asked;
    throw new UsageError(
      `Cannot use --format ${JSON.stringify(asked)}: expected one of ${formats.join(", ")}`,
    );
  }
  const ending = words.flags.get("output")?.[0]?.match(/\.(\w+)$/)?.[1]?.toLowerCase();
  const byEnding = ending === undefined ? undefined : OTHER_ENDINGS[ending] ?? ending;
  if (byEnding !== undefined && formats.includes(byEnding)) return byEnding;
  return formats[0] ?? "text";
}
