// What a machine with more cores would make of a sweep: the queue of lib/sweep/spread.ts played through
// with times that were measured here. Nothing is measured by it; where the one writer is full it shows.

import { AHEAD, chunkSize } from "../lib/sweep/spread.ts";

/** What the parts of a sweep take, in seconds on one core. */
export interface QueueCosts {
  /** Until a thread reads and computes at its full speed. */
  readonly start: number;
  /** Reading and computing an item. */
  readonly compute: number;
  /** Keeping its run, which the one writer does for all. */
  readonly commit: number;
}

/** What begins and is not over is shorter than this by rounding alone, in seconds. */
const OVER = 1e-9;

/** How long so many items take on so many cores, each with a thread, in seconds. */
export function simulateQueue(costs: QueueCosts, items: number, cores: number): number {
  const size = chunkSize(items, cores);
  const chunks = Math.ceil(items / size);
  const sizeOf = (chunk: number): number => Math.min(size, items - chunk * size);
  const running = new Map<number, number>();
  const computed = new Set<number>();
  let [seconds, begun, taken, writing] = [0, 0, 0, 0];
  while (taken < chunks || writing > 0) {
    while (running.size < cores && begun < Math.min(chunks, taken + AHEAD * cores)) {
      running.set(begun, (begun < cores ? costs.start : 0) + sizeOf(begun) * costs.compute);
      begun++;
    }
    if (writing === 0 && computed.delete(taken)) {
      writing = sizeOf(taken++) * costs.commit;
      continue;
    }
    // The writer is one more thread than there are cores.
    const speed = Math.min(1, cores / (running.size + (writing > 0 ? 1 : 0)));
    const step = Math.min(...running.values(), writing > 0 ? writing : Infinity);
    seconds += step / speed;
    writing = writing - step > OVER ? writing - step : 0;
    for (const [chunk, left] of running) {
      if (left - step > OVER) running.set(chunk, left - step);
      else {
        running.delete(chunk);
        computed.add(chunk);
      }
    }
  }
  return seconds;
}

/** Runs a second on other machines, and at most, as text. */
export function simulatedText(
  costs: QueueCosts,
  items: number,
  cores: readonly number[],
): string {
  const rate = (seconds: number): string => Math.round(items / seconds).toLocaleString("en");
  const ms = (seconds: number): string => `${Number((seconds * 1000).toPrecision(2))} ms`;
  const machines = cores.map((count) =>
    `${rate(simulateQueue(costs, items, count))} with ${count} cores`
  );
  return `simulated from ${ms(costs.start)} a thread, ${ms(costs.compute)} a file and ` +
    `${ms(costs.commit)} a commit, runs a second: ${machines.join(", ")}; ` +
    `the writer is full at ${rate(items * costs.commit)}`;
}
