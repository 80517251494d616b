// The program's whole world as one value: arguments aside, everything btflow reads from or writes
// to its host goes through an Io. hostIo() is the only code that touches the host, so a test runs
// the program in process with a world of its own, and permissions are asked for in one file.

import { randomBytes } from "node:crypto";
import process from "node:process";
import type { Signal } from "./errors.ts";
import { type Files, hostFiles } from "./host_files.ts";
import { startThread } from "./host_threads.ts";
import { hostSink, type Sink } from "./host_write.ts";
import type { Thread } from "./threads/messages.ts";

export type { FileInfo, Files } from "./host_files.ts";
export type { Content, Sink } from "./host_write.ts";

/** The host, as the program sees it. */
export interface Io {
  /** An environment variable; undefined when unset, or when the program may not see it. */
  env(name: string): string | undefined;
  /** Other systems than these three count as linux. */
  readonly platform: "linux" | "darwin" | "windows";
  /** "deno 2.9.6" or "bun 1.4.4". */
  readonly engine: string;
  /** The process's id. */
  readonly pid: number;
  /** How many threads this process may have at work at once. */
  readonly cores: number;
  /** Starts a thread, which is the program begun once more (lib/thread.ts). */
  startThread(): Thread;
  /** The working folder. */
  cwd(): string;
  now(): number;
  /** Resolves after so many ms. */
  sleep(ms: number): Promise<void>;
  /** From the system's secure source. */
  randomBytes(length: number): Uint8Array;
  /** For answers. */
  readonly stdout: Sink;
  /** For warnings, progress and errors. */
  readonly stderr: Sink;
  /** True when there is somebody to ask. */
  readonly stdinIsTerminal: boolean;
  /** Asks on the terminal and reads one line; null at its end. */
  ask(question: string): Promise<string | null>;
  /** The file system. */
  readonly files: Files;
  /** Calls back on Ctrl-C, termination or a closed terminal; returns how to stop listening. */
  onSignal(listener: (signal: Signal) => void): () => void;
}

/** The real world. Made once, in main.ts, whose file is the program that threads begin with. */
export function hostIo(program: URL = new URL("../main.ts", import.meta.url)): Io {
  return {
    env: hostEnv,
    platform: hostPlatform(),
    engine: hostEngine(),
    pid: process.pid,
    cores: navigator.hardwareConcurrency,
    startThread: () => startThread(program),
    cwd: () => process.cwd(),
    now: () => Date.now(),
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    randomBytes: (length) => new Uint8Array(randomBytes(length)),
    stdout: hostSink(process.stdout, 1),
    stderr: hostSink(process.stderr, 2),
    stdinIsTerminal: process.stdin.isTTY === true,
    ask: hostAsk,
    files: hostFiles(),
    onSignal: hostSignals,
  };
}

/** A variable that the permission set does not list throws in Deno: to the program it is unset. */
function hostEnv(name: string): string | undefined {
  try {
    const value = process.env[name];
    return value === "" ? undefined : value;
  } catch {
    return undefined;
  }
}

function hostPlatform(): Io["platform"] {
  if (process.platform === "win32") return "windows";
  return process.platform === "darwin" ? "darwin" : "linux";
}

function hostEngine(): string {
  const { deno, bun } = process.versions as Record<string, string | undefined>;
  if (bun !== undefined) return `bun ${bun}`;
  return deno === undefined ? `node ${process.versions.node}` : `deno ${deno}`;
}

async function hostAsk(question: string): Promise<string | null> {
  const { createInterface } = await import("node:readline/promises");
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const closed = new Promise<null>((resolve) => reader.once("close", () => resolve(null)));
    // On a terminal that is read key by key, Ctrl-C is a key and no signal.
    reader.once("SIGINT", () => {
      process.emit("SIGINT");
      reader.close();
    });
    return await Promise.race([reader.question(question), closed]);
  } finally {
    reader.close();
  }
}

function hostSignals(listener: (signal: Signal) => void): () => void {
  // nohup makes SIGHUP ignored, which a listener would undo; it leaves no output on a terminal.
  const mayHangUp = process.stdout.isTTY === true || process.stderr.isTTY === true;
  const signals: readonly Signal[] = [
    "SIGINT",
    "SIGTERM",
    ...(mayHangUp ? ["SIGHUP"] as const : []),
  ];
  const listeners = signals.map((signal) => [signal, () => listener(signal)] as const);
  for (const [signal, heard] of listeners) process.on(signal, heard);
  return () => {
    for (const [signal, heard] of listeners) process.off(signal, heard);
  };
}
