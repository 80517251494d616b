// The edge of a thread: what the program asks of it goes to the kind of work that it is. A thread has the
// files and the clock of its world, and no store, network or terminal.

import type { Io } from "./io.ts";
import { type Port, serve, type Work } from "./threads/serve.ts";

/** The kinds of work, each loaded only in a thread that does it. */
const WORK: Readonly<Record<string, (io: Io) => Promise<Work>>> = {
  figures: async (io) => (await import("./sweep/figures.ts")).figuresThread(io),
  sweep: async (io) => (await import("./sweep/thread_work.ts")).sweepThread(io),
};

/** Serves the program through a port. */
export function runThread(io: Io, port: Port): void {
  serve(port, async (name) => {
    const load = WORK[name];
    if (load === undefined) throw new TypeError(`Cannot work on "${name}": no thread knows it`);
    return await load(io);
  });
}
