// From words to an exit code: find the command, parse, run, render. An error that nobody handled
// ends here, and only this file prints: all else returns data or throws, and so is tested without
// either.

import { BUILD, PERMISSIONS } from "./build.ts";
import { COMMANDS } from "./commands/mod.ts";
import type { Progress, Result } from "./command/answer.ts";
import {
  chosenFormat,
  type Command,
  type CommandGroup,
  type Context,
  type Words,
} from "./command/declare.ts";
import { parseWords } from "./command/words.ts";
import {
  DeliveryError,
  FilterSyntaxError,
  InputError,
  InterruptedError,
  NotFoundError,
  SeveralErrors,
  type Signal,
  StorageError,
  TrackerError,
  UndeliverableError,
  UnmetError,
  UsageError,
} from "./errors.ts";
import { commandHelp, type Exit, groupHelp, overviewHelp } from "./command/help.ts";
import type { Io } from "./io.ts";
import { keepingReadFiles } from "./kept_files.ts";
import { nearestNames } from "./nearest.ts";
import { errorLine, jsonLine, noteLine, warningLine } from "./output/messages.ts";
import { render, storageError } from "./output/mod.ts";
import { plain } from "./output/plain.ts";
import { type ProgressDisplay, progressDisplay } from "./output/progress.ts";

/** Every exit code, with the name its errors carry in JSON. README and help are checked against it. */
export const EXITS: readonly (Exit & { readonly name: string })[] = [
  { code: 0, name: "done", meaning: "Done; also: no rows, --offline, and no server set" },
  { code: 1, name: "bug", meaning: "A bug in btflow" },
  { code: 2, name: "usage", meaning: "A command line, setting or filter that cannot be accepted" },
  { code: 3, name: "input", meaning: "Input data that cannot be read, or a missing file" },
  { code: 4, name: "not-found", meaning: "An experiment, run or metric that does not exist" },
  {
    code: 5,
    name: "server",
    meaning: "The server cannot be reached, or refuses the request or parts of a run",
  },
  {
    code: 6,
    name: "undelivered",
    meaning: "Delivery failed; the run is kept in the store (btflow sync)",
  },
  { code: 7, name: "credentials", meaning: "The server refused the credentials (401, 403)" },
  { code: 8, name: "storage", meaning: "The local store or an output file cannot be used" },
  { code: 9, name: "several", meaning: "Several items failed for different reasons" },
  { code: 10, name: "unmet", meaning: "Done, but the metrics do not meet a --require" },
  { code: 129, name: "hung-up", meaning: "Hung up (the terminal was closed)" },
  { code: 130, name: "interrupted", meaning: "Interrupted (Ctrl-C)" },
  { code: 143, name: "terminated", meaning: "Terminated" },
];

/** The exit code of an error, by its kind. */
export function exitCode(error: unknown): number {
  if (error instanceof SeveralErrors) {
    const codes = new Set(error.failures.map(exitCode));
    const [only] = codes;
    return codes.size === 1 && only !== undefined ? only : 9;
  }
  if (error instanceof DeliveryError) return isRefusal(error.cause) ? 7 : 6;
  if (error instanceof UsageError || error instanceof FilterSyntaxError) return 2;
  if (error instanceof InputError) return 3;
  if (error instanceof NotFoundError) return 4;
  if (error instanceof TrackerError) return isRefusal(error) ? 7 : 5;
  if (error instanceof UndeliverableError) return 5;
  if (error instanceof StorageError) return 8;
  if (error instanceof UnmetError) return 10;
  if (error instanceof InterruptedError) return SIGNALS[error.signal].code;
  return 1;
}

const SIGNALS: Readonly<Record<Signal, { readonly code: number; readonly message: string }>> = {
  SIGHUP: { code: 129, message: "Hung up" },
  SIGINT: { code: 130, message: "Interrupted" },
  SIGTERM: { code: 143, message: "Terminated" },
};

function isRefusal(error: unknown): boolean {
  return error instanceof TrackerError && error.isDenied;
}

/** Runs one command line in a world and answers its exit code. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  const asJson = wantsJson(argv);
  const display = progressDisplay(io.stderr, () => io.now());
  try {
    const [first = "--help"] = argv;
    if (first === "--version") return await printVersion(io, asJson);
    if (first === "--help" || first === "-h" || (first === "help" && argv.length === 1)) {
      await print(io, overviewHelp(await allCommands(), EXITS));
      return 0;
    }
    const words = first === "help" ? [...argv.slice(1), "--help"] : argv;
    return await runCommand(words, io, asJson, display);
  } catch (error) {
    await display.stop();
    await printError(io, error, asJson);
    return exitCode(error);
  }
}

/** Loads every command, in the order of the table. */
export function allCommands(): Promise<readonly (Command | CommandGroup)[]> {
  return Promise.all(COMMANDS.map(({ load }) => load()));
}

async function runCommand(
  argv: readonly string[],
  io: Io,
  asJson: boolean,
  display: ProgressDisplay,
): Promise<number> {
  const { command, rest } = await findCommand(argv);
  if ("verbs" in command) {
    await print(io, groupHelp(command));
    return 0;
  }
  const words = parseWords(command, rest);
  if (words.flags.has("help")) {
    await print(io, commandHelp(command, EXITS));
    return 0;
  }
  const abort = new AbortController();
  const { promise: interruption, reject: stop } = Promise.withResolvers<never>();
  interruption.catch(() => {});
  const unlisten = io.onSignal((signal) => {
    const again = abort.signal.aborted;
    const error = new InterruptedError(signal, SIGNALS[signal].message);
    abort.abort(error);
    if (!command.graceful || again) stop(error);
  });
  const kept: string[] = [];
  try {
    const output = outputFile(command, words);
    const world = keepingReadFiles(io, output);
    const context = makeContext(world, asJson, display, abort.signal, kept);
    if (output !== undefined) {
      for (const file of namedFiles(command, words)) await context.io.files.inUse(file);
    }
    const result = await Promise.race([command.run(context, words), interruption]);
    await display.stop();
    // A command that ended well on an interruption still has its answer written.
    const interrupted = abort.signal.aborted ? undefined : abort.signal;
    return await printResult(command, words, result, { io: context.io, asJson, interrupted });
  } catch (error) {
    throw kept.length === 0 ? error : sayingKept(error, kept);
  } finally {
    unlisten();
  }
}

/** The file that the answer goes to; a folder the command itself writes into. */
function outputFile({ flags }: Command, words: Words): string | undefined {
  return flags.output?.completes === "folder" ? undefined : words.flags.get("output")?.[0];
}

/** The files that a command line names for reading. */
function namedFiles(command: Command, { flags, operands }: Words): readonly string[] {
  const given = [...flags].flatMap(([key, values]) =>
    key !== "output" && command.flags[key]?.completes === "file" ? values : []
  );
  return command.operands.some(({ completes }) => completes === "file")
    ? [...given, ...operands]
    : given;
}

async function findCommand(
  argv: readonly string[],
): Promise<{ readonly command: Command | CommandGroup; readonly rest: readonly string[] }> {
  const [name = "", ...rest] = argv;
  const entry = COMMANDS.find((candidate) => candidate.name === name);
  if (entry === undefined) {
    if (name.startsWith("-")) {
      const [near] = nearestNames(name, ["--version", "--help"]);
      const hint = near === undefined ? "put the command first" : `did you mean ${near}?`;
      throw new UsageError(`Cannot use ${name}: ${hint} (see btflow --help)`);
    }
    const names = [...COMMANDS.map((candidate) => candidate.name), "--version"];
    const nearest = nearestNames(name, names);
    const did = nearest.length > 0 ? `; did you mean ${nearest.join(" or ")}?` : "";
    throw new UsageError(`Cannot run "${name}": no such command${did} (see btflow --help)`);
  }
  const loaded = await entry.load();
  if (!("verbs" in loaded)) return { command: loaded, rest };
  const [verb = loaded.defaultVerb, ...words] = rest;
  if (verb === "--help" || verb === "-h") return { command: loaded, rest: [] };
  const named = (word: string): Command | undefined =>
    loaded.verbs.find((candidate) => candidate.name === `${loaded.name} ${word}`);
  const found = named(verb);
  if (found !== undefined) return { command: found, rest: words };
  const fallback = named(loaded.defaultVerb);
  if (verb.startsWith("-") && fallback !== undefined) return { command: fallback, rest };
  const verbs = loaded.verbs.map((candidate) => candidate.name.slice(loaded.name.length + 1));
  const nearest = nearestNames(verb, verbs);
  const did = nearest.length > 0
    ? `did you mean ${nearest.join(" or ")}?`
    : `one of ${verbs.join(", ")}`;
  throw new UsageError(`Cannot run "${loaded.name} ${verb}": no such command; ${did}`);
}

/** The error of a call that kept runs before it failed. A fault of the program stays one. */
function sayingKept(error: unknown, kept: readonly string[]): Error {
  const [only] = kept;
  const runs = kept.length === 1
    ? `run ${only} is kept in the store: do not log it again`
    : `${kept.length} runs are kept in the store: do not log them again`;
  const message = `${error instanceof Error ? error.message : error}; ${runs}`;
  if (error instanceof InterruptedError) return new InterruptedError(error.signal, message);
  if (exitCode(error) !== 1) return new DeliveryError(message, { cause: error });
  return Object.assign(new Error(message), error instanceof Error ? { stack: error.stack } : {});
}

function makeContext(
  io: Io,
  asJson: boolean,
  display: ProgressDisplay,
  interrupted: AbortSignal,
  kept: string[],
): Context {
  return {
    io,
    interrupted,
    warn: (warning) => display.print(warningLine(io, warning, asJson)),
    note: (message) => display.print(noteLine(message, asJson)),
    kept: (runKey) => void kept.push(runKey),
    run,
    progress: (state: Progress) => display.show(state),
    confirm: async (question) => {
      if (!io.stdinIsTerminal || !io.stderr.isTerminal) return null;
      const answer = await io.ask(`${plain(question)} [y/N] `);
      // Nothing has begun: also a command that ends well by itself has nothing to end.
      interrupted.throwIfAborted();
      return /^y(es)?$/i.test(answer?.trim() ?? "");
    },
  };
}

async function printResult(
  command: Command,
  words: Words,
  result: Result,
  { io, asJson, interrupted }: {
    readonly io: Io;
    readonly asJson: boolean;
    readonly interrupted: AbortSignal | undefined;
  },
): Promise<number> {
  const count = await render(result, {
    format: chosenFormat(command.formats, words),
    output: outputFile(command, words),
    io,
    interrupted,
  });
  if (count !== null) await io.stderr.write(noteLine(count, asJson));
  const failure = result.failure ?? result.failureAtEnd?.() ?? null;
  if (failure === null) return 0;
  await printError(io, failure, asJson);
  return exitCode(failure);
}

function wantsJson(argv: readonly string[]): boolean {
  const at = argv.indexOf("--format");
  return argv[at + 1] === "json" && at >= 0 || argv.includes("--format=json");
}

async function printError(io: Io, error: unknown, asJson: boolean): Promise<void> {
  const exit = exitCode(error);
  const name = EXITS.find(({ code }) => code === exit)?.name ?? "bug";
  const message = error instanceof Error ? error.message : String(error);
  if (asJson) {
    const place = error instanceof InputError
      ? { path: error.path, line: error.line }
      : error instanceof StorageError
      ? { path: error.path }
      : {};
    await io.stderr.write(jsonLine({ error: { code: name, exit, message, ...place } }));
    return;
  }
  await io.stderr.write(errorLine(io, message));
  if (exit === 1) {
    const stack = error instanceof Error ? error.stack ?? "" : "";
    await io.stderr.write(
      `This is a bug in btflow ${BUILD.version}; please report it.\n${stack}\n`,
    );
  }
}

/** Help and the version: what goes to stdout without being a command's answer. */
async function print(io: Io, text: string): Promise<void> {
  try {
    await io.stdout.write(text);
  } catch (cause) {
    throw storageError("standard output", cause);
  }
}

async function printVersion(io: Io, asJson: boolean): Promise<number> {
  const { version, commit, allowedHosts } = BUILD;
  const permissions = {
    net: allowedHosts.length === 0 ? true : allowedHosts,
    ...PERMISSIONS,
    enforced_by: io.engine.startsWith("deno") ? "runtime" : "program",
  };
  await print(
    io,
    asJson ? jsonLine({ version, commit, engine: io.engine, permissions }) : `btflow ${version}\n`,
  );
  return 0;
}
