// The world of a call: the settings that were read when the server was started, files below one
// folder, no threads of its own, and output that is kept instead of printed. A command runs in it as
// on the command line, so a tool and the command cannot answer differently.

import { joined } from "../bytes.ts";
import { type Signal, StorageError } from "../errors.ts";
import type { Io, Sink } from "../io.ts";
import { type Bounds, rootedFiles } from "./rooted_files.ts";

/** What all calls share. */
export interface Surroundings {
  /** The program's own world. */
  readonly io: Io;
  /** The variables of the environment that settings are looked for in; all others are the host's. */
  readonly settings: ReadonlyMap<string, string | undefined>;
  readonly bounds: Omit<Bounds, "ended">;
}

/** The world of one call. */
export interface World {
  readonly io: Io;
  /** What the command wrote to stdout, and to stderr. */
  out(): string;
  err(): string;
  /** Asks the command to end, as Ctrl-C does. */
  interrupt(): void;
  /** Ends the world: what is still at work in it fails at its next step. */
  end(): void;
}

/** Answers beyond this are refused: nobody pages through them. */
const MAX_ANSWER_BYTES: number = 64 * 1024 ** 2;

/** A new world. */
export function worldOf({ io, settings, bounds }: Surroundings): World {
  const ended = new AbortController();
  const listeners = new Set<(signal: Signal) => void>();
  const out = keptSink("the answer");
  const err = keptSink("what it says");
  return {
    io: {
      ...io,
      env: (name) => settings.has(name) ? settings.get(name) : io.env(name),
      cwd: () => bounds.root,
      // A thread would begin in the program's own world, and not in this one.
      cores: 1,
      startThread: () => {
        throw new Error("a call has no threads");
      },
      stdout: out.sink,
      stderr: err.sink,
      stdinIsTerminal: false,
      ask: () => Promise.resolve(null),
      files: rootedFiles(io.files, { ...bounds, ended: ended.signal }),
      onSignal: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    out: out.text,
    err: err.text,
    interrupt: () => {
      for (const listener of listeners) listener("SIGINT");
    },
    end: () => ended.abort(new Error("the call has ended")),
  };
}

interface Kept {
  readonly sink: Sink;
  readonly text: () => string;
}

function keptSink(what: string): Kept {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  const sink: Sink = {
    isTerminal: false,
    columns: 80,
    write: (part) => {
      const added = typeof part === "string" ? new TextEncoder().encode(part) : part.slice();
      bytes += added.length;
      if (bytes > MAX_ANSWER_BYTES) {
        const problem = `${what} is larger than ${MAX_ANSWER_BYTES / 1024 ** 2} MB: ask for less`;
        return Promise.reject(new StorageError("the connection to the agent", problem));
      }
      parts.push(added);
      return Promise.resolve(true);
    },
  };
  return { sink, text: () => new TextDecoder().decode(joined(parts)) };
}
