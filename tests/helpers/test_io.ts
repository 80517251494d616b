// A world for one test: output is captured, the environment is a record, the clock stands still, and
// relative paths are those of a folder made for the test. What it does not replace is the host's.

import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { joined } from "../../lib/bytes.ts";
import { run } from "../../lib/cli.ts";
import type { Signal } from "../../lib/errors.ts";
import { type Files, hostIo, type Io, type Sink } from "../../lib/io.ts";

export interface TestIoOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** The working directory; a new temporary folder unless given. */
  readonly cwd?: string;
  /** The first reading of the clock, in ms; each reading is 1 ms later, so that times can be ordered. */
  readonly now?: number;
  readonly stdin?: string | Uint8Array;
  /** Answers to questions, in order; given, standard input and error are a terminal. */
  readonly answers?: readonly string[];
  /** Width of a terminal that stdout is; not a terminal unless given. */
  readonly terminalColumns?: number;
  /** stdout takes this many writes, then its reader is gone. */
  readonly writesTaken?: number;
  /** stdout fails with this error code. */
  readonly stdoutFails?: string;
}

/** What one command line came to. */
export interface Answer {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface TestIo extends Io {
  readonly folder: string;
  /** Runs a command line in this world; the answer has what this call wrote. */
  run(...words: readonly string[]): Promise<Answer>;
  /** What was written so far. */
  out(): string;
  err(): string;
  outBytes(): Uint8Array;
  /** Sends a signal as the host would. */
  signal(name: Signal): void;
  /** Removes the temporary folder. */
  remove(): void;
}

/** When the clock of a test starts: 2026-01-02T03:04:05.000Z. */
export const TEST_NOW: number = Date.UTC(2026, 0, 2, 3, 4, 5);

/** A world of its own; the caller ends it with `remove()`. */
export function testIo(options: TestIoOptions = {}): TestIo {
  const folder = options.cwd ?? fs.mkdtempSync(path.join(os.tmpdir(), "btflow-test-"));
  const host = hostIo();
  const out: Uint8Array[] = [];
  const err: Uint8Array[] = [];
  const answers = [...(options.answers ?? [])];
  const listeners = new Set<(signal: Signal) => void>();
  const env: Readonly<Record<string, string>> = {
    HOME: path.join(folder, "home"),
    BTFLOW_STORE: path.join(folder, "store.db"),
    USER: "tester",
    ...options.env,
  };
  let now = options.now ?? TEST_NOW;
  let writesLeft = options.writesTaken ?? Infinity;
  const text = (parts: readonly Uint8Array[]): string => new TextDecoder().decode(joined(parts));
  const stdout = sink(out, options.terminalColumns !== undefined, options.terminalColumns ?? 80);
  const io: TestIo = {
    ...host,
    folder,
    run: async (...words) => {
      const before = [io.out().length, io.err().length];
      const code = await run(words, io);
      return { code, out: io.out().slice(before[0]), err: io.err().slice(before[1]) };
    },
    env: (name) => env[name] === "" ? undefined : env[name],
    cwd: () => folder,
    now: () => now++,
    stdout: {
      ...stdout,
      write: (part) => {
        if (options.stdoutFails !== undefined) {
          return Promise.reject(Object.assign(new Error("stdout"), { code: options.stdoutFails }));
        }
        return writesLeft-- > 0 ? stdout.write(part) : Promise.resolve(false);
      },
    },
    stderr: sink(err, options.answers !== undefined, 80),
    stdinIsTerminal: options.answers !== undefined,
    ask: async (question) => {
      await sink(err, true, 80).write(question);
      return answers.shift() ?? null;
    },
    files: filesIn(folder, host.files, options.stdin ?? ""),
    onSignal: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    out: () => text(out),
    err: () => text(err),
    outBytes: () => joined(out),
    signal: (name) => {
      for (const listener of listeners) listener(name);
    },
    remove: () => fs.rmSync(folder, { recursive: true, force: true }),
  };
  return io;
}

function sink(parts: Uint8Array[], isTerminal: boolean, columns: number): Sink {
  return {
    isTerminal,
    columns,
    write: (part) => {
      parts.push(typeof part === "string" ? new TextEncoder().encode(part) : part.slice());
      return Promise.resolve(true);
    },
  };
}

/** The host's files, with relative paths taken from `folder` and a standard input of our own. */
function filesIn(folder: string, files: Files, stdin: string | Uint8Array): Files {
  const at = (file: string): string => path.resolve(folder, file);
  const input = typeof stdin === "string" ? new TextEncoder().encode(stdin) : stdin;
  return {
    chunks: (file, size) => file === "-" ? once(input) : files.chunks(at(file), size),
    read: (file) => file === "-" ? Promise.resolve(input) : files.read(at(file)),
    head: (file, length) => files.head(at(file), length),
    readAt: (file, position, length) => files.readAt(at(file), position, length),
    write: (file, content, mode) => files.write(at(file), content, mode),
    create: (file, content, mode) => files.create(at(file), content, mode),
    info: (file) => files.info(at(file)),
    inUse: (file) => files.inUse(at(file)),
    realPath: (file) => files.realPath(at(file)),
    list: (name) => files.list(at(name)),
    makeFolder: (name, mode) => files.makeFolder(at(name), mode),
    remove: (file) => files.remove(at(file)),
    fileSystem: (file) => files.fileSystem(at(file)),
  };
}

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  await Promise.resolve();
  if (bytes.length > 0) yield bytes.slice();
}
