// The host's threads: with io.ts and the files beside it the only code that touches the host. A thread
// is the program begun once more, from the same file; node:worker_threads is loaded only where one is
// started or is served, as it takes longer to load than all else of a small command.

import process from "node:process";
import type { MessagePort, Worker } from "node:worker_threads";
import type { FromThread, Thread, ToThread } from "./threads/messages.ts";
import type { Port } from "./threads/serve.ts";

/** What the engine says of where it runs. */
interface Engine {
  readonly Bun?: { readonly isMainThread: boolean };
  readonly DedicatedWorkerGlobalScope?: unknown;
}

/** Whether this is a thread of the program, and not the program itself. */
export function isThread(): boolean {
  const { Bun, DedicatedWorkerGlobalScope } = globalThis as Engine;
  return Bun === undefined ? DedicatedWorkerGlobalScope !== undefined : !Bun.isMainThread;
}

function threads(): typeof import("node:worker_threads") {
  return process.getBuiltinModule("node:worker_threads");
}

/** Starts a thread from the program's own file. */
export function startThread(program: URL): Thread {
  const { Worker: Thread } = threads();
  const worker: Worker = new Thread(program);
  const listeners: ((reason: string) => void)[] = [];
  let reason: string | null = null;
  const end = (why: string): void => {
    if (reason !== null) return;
    reason = why;
    for (const listener of listeners) listener(why);
  };
  let unsaid: ToThread[] | null = [];
  const hearReady = (message: unknown): void => {
    if ((message as FromThread).kind !== "ready") return;
    worker.off("message", hearReady);
    const said = unsaid ?? [];
    unsaid = null;
    for (const one of said) worker.postMessage(one);
  };
  worker.on("message", hearReady);
  worker.on("error", (error: unknown) => end(error instanceof Error ? error.message : `${error}`));
  worker.on("exit", (code: number) => end(`it ended with code ${code}`));
  worker.on("messageerror", (error: Error) => end(error.message));
  return {
    post: (message) => {
      if (unsaid === null) worker.postMessage(message);
      else unsaid.push(message);
    },
    onMessage: (listener) =>
      void worker.on("message", (message: unknown) => listener(message as FromThread)),
    onEnd: (listener) => void listeners.push(listener),
    stop: () => {
      reason = "it was stopped";
      void worker.terminate();
    },
  };
}

/** A thread's way to the program that started it. */
export function hostPort(): Port {
  const port = threads().parentPort as MessagePort;
  return {
    post: (message, moved = []) => port.postMessage(message, [...moved]),
    onMessage: (listener) =>
      void port.on("message", (message: unknown) => listener(message as ToThread)),
  };
}
