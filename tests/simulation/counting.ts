// What went wrong on the way, counted: it shows that a history of faults is one.

import type { Transport } from "../../lib/transport/mod.ts";
import type { Process } from "./memory_store.ts";

/** Counts by what happened. */
export class Counts {
  readonly #counts = new Map<string, number>();

  add(what: string, more = 1): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + more);
  }

  of(what: string): number {
    return this.#counts.get(what) ?? 0;
  }

  addAll(others: Iterable<readonly [string, number]>): void {
    for (const [what, more] of others) this.add(what, more);
  }

  [Symbol.iterator](): Iterator<readonly [string, number]> {
    return [...this.#counts].sort(([a], [b]) => a < b ? -1 : 1).values();
  }
}

/** A transport that notes requests that are sent again and answers that overtake others. */
export function counted(transport: Transport, process: Process, counts: Counts): Transport {
  const open = new Set<number>();
  let sent = 0;
  let failed = "";
  return {
    ...transport,
    async send(request) {
      const number = sent++;
      const mark = `${request.method} ${request.path} ${request.body?.length ?? 0}`;
      if (mark === failed) counts.add("request repeated");
      open.add(number);
      try {
        const reply = await transport.send(request);
        failed = reply.status >= 429 ? mark : "";
        return reply;
      } catch (error) {
        failed = mark;
        throw error;
      } finally {
        open.delete(number);
        if (process.alive && open.size > 0 && Math.min(...open) < number) {
          counts.add("answer overtook another");
        }
      }
    },
  };
}

/** The kind of a step: what it is done to is left out. */
export function kindOf(step: string): string {
  return step.replace(/ \d+$|(?<=artifact) .*$/, "");
}

/** Notes when the steps of several processes at one store alternate. */
export function interleavings(counts: Counts): (process: Process) => void {
  let last: Process | null = null;
  return (process) => {
    if (last !== null && last !== process && last.alive && !last.ended) {
      counts.add("turned to another process in its work");
    }
    last = process;
  };
}
