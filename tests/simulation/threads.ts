// Many histories in several threads. Each takes the next few seeds when it is done with the last, so
// that all have as much to do and what went wrong is known soon.

import type { Outcome, Range } from "./range.ts";

const BATCH = 100;

/** Lets the histories of a range happen; `note` is called with the outcome of every hundred. */
export async function inThreads(
  { from, to }: Range,
  threads: number,
  note: (outcome: Outcome) => void,
): Promise<void> {
  let next = from;
  const work = async (): Promise<void> => {
    const thread = new Worker(new URL("./thread.ts", import.meta.url), { type: "module" });
    try {
      while (next < to) {
        const range = { from: next, to: Math.min(to, next + BATCH) };
        next = range.to;
        note(await answer(thread, range));
      }
    } finally {
      thread.terminate();
    }
  };
  await Promise.all(Array.from({ length: threads }, work));
}

function answer(thread: Worker, range: Range): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    thread.onmessage = ({ data }: MessageEvent<Outcome>) => resolve(data);
    thread.onerror = (event) => reject(new Error(event.message));
    thread.postMessage(range);
  });
}
