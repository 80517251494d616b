// The items of a sweep, in their order, from this thread or from several. What threads are ahead with is
// held back until it is its turn, so that what is kept is kept in the order of the items.

import { HOST_CLOCK } from "../clock.ts";
import { InputError } from "../errors.ts";
import type { Io } from "../io.ts";
import { openPool, type Pool, ThreadEndedError } from "../threads/pool.ts";
import type { Dataset } from "../input/dataset/mod.ts";
import { itemChunks, placeOf, type SweepItem } from "./items.ts";

/** How many chunks a thread may be ahead of the one whose turn it is. */
export const AHEAD = 4;
/** Each thread gets so many chunks at least, so that all are done at about the same time. */
const SHARES = 8;
const MOST_TOGETHER = 16;
/** A thread that says nothing for so long is given up: no file takes a tenth of it. */
const SILENCE_MS = 10 * 60_000;

/** A kind of work on items, here and in threads. `Sent`: what an item comes to, on its way. */
export interface ItemWork<Sent, Outcome> {
  /** Its name among those that a thread knows. */
  readonly name: string;
  /** What a thread is given before the first chunk. */
  readonly given: unknown;
  /** What the items may be parts of. */
  readonly datasets: readonly Dataset[];
  /** Answers what a thread asks. */
  readonly answer: (question: unknown) => Promise<unknown>;
  /** Does a chunk in this thread: an outcome an item, in their order. */
  readonly here: (chunk: readonly SweepItem[]) => AsyncIterable<Outcome>;
  readonly outcomeOf: (sent: Sent) => Outcome | Promise<Outcome>;
  readonly failed: (error: Error) => Outcome;
}

/** Where the work is done. */
export interface Spreading {
  readonly io: Pick<Io, "startThread">;
  readonly threads: number;
  /** True once no further items are to be begun. */
  readonly isOver: () => boolean;
}

/** What the items come to, in their order; first those that there is nothing to do of. */
export async function* spread<Sent, Outcome>(
  spreading: Spreading,
  work: ItemWork<Sent, Outcome>,
  items: readonly SweepItem[],
): AsyncGenerator<readonly [item: SweepItem, outcome: Outcome]> {
  for (const item of items) {
    if (item.problem !== undefined) yield [item, work.failed(item.problem)];
  }
  yield* spreadSound(spreading, work, items.filter(({ problem }) => problem === undefined));
}

async function* spreadSound<Sent, Outcome>(
  { io, threads, isOver }: Spreading,
  work: ItemWork<Sent, Outcome>,
  items: readonly SweepItem[],
): AsyncGenerator<readonly [item: SweepItem, outcome: Outcome]> {
  if (threads < 2) {
    for (const chunk of itemChunks(items, work.datasets)) {
      let at = 0;
      for await (const outcome of work.here(chunk)) {
        yield [chunk[at++] as SweepItem, outcome];
        if (isOver()) return;
      }
    }
    return;
  }
  const pool = openPool<readonly SweepItem[], readonly Sent[]>({
    threads,
    start: io.startThread,
    work: work.name,
    given: work.given,
    answer: work.answer,
    limitMs: SILENCE_MS,
    clock: HOST_CLOCK,
  });
  const done = async (chunk: readonly SweepItem[]): Promise<readonly Outcome[]> => {
    const sent = await allOrOneByOne(pool, chunk);
    return await Promise.all(
      sent.map((one) => one instanceof Error ? work.failed(one) : work.outcomeOf(one)),
    );
  };
  try {
    const chunks = gathered(
      itemChunks(items, work.datasets),
      chunkSize(items.length, threads),
    );
    const begun: (readonly [readonly SweepItem[], Promise<readonly Outcome[]>])[] = [];
    const begin = (): void => {
      const chunk = isOver() ? undefined : chunks.next().value;
      if (chunk === undefined) return;
      const outcomes = done(chunk);
      // It is seen to when it is its turn.
      outcomes.catch(() => {});
      begun.push([chunk, outcomes]);
    };
    for (let ahead = 0; ahead < AHEAD * threads; ahead++) begin();
    for (let next = begun.shift(); next !== undefined; next = begun.shift()) {
      const [chunk, outcomes] = [next[0], await next[1]];
      begin();
      for (const [at, item] of chunk.entries()) yield [item, outcomes[at] as Outcome];
    }
  } finally {
    pool.close();
  }
}

/** How many small items go to a thread at once. */
export function chunkSize(items: number, threads: number): number {
  return Math.max(1, Math.min(Math.floor(items / threads / SHARES), MOST_TOGETHER));
}

/** Small chunks together: a message costs as much as a tenth of a small file. */
function* gathered(
  chunks: Iterable<readonly SweepItem[]>,
  size: number,
): Generator<readonly SweepItem[]> {
  let together: SweepItem[] = [];
  for (const chunk of chunks) {
    for (const item of chunk) together.push(item);
    if (together.length < size) continue;
    yield together;
    together = [];
  }
  if (together.length > 0) yield together;
}

/** A chunk; where its thread ends, each of its items by itself, to find the one that ends it. */
async function allOrOneByOne<Sent>(
  pool: Pool<readonly SweepItem[], readonly Sent[]>,
  chunk: readonly SweepItem[],
): Promise<readonly (Sent | Error)[]> {
  try {
    return await pool.run(chunk);
  } catch (error) {
    if (!(error instanceof ThreadEndedError)) throw error;
  }
  const sent: (Sent | Error)[] = [];
  for (const item of chunk) {
    try {
      sent.push(...await pool.run([item], { alone: true }));
    } catch (error) {
      if (!(error instanceof ThreadEndedError)) throw error;
      const why = `the thread that read and computed it ended: ${error.message}`;
      sent.push(new InputError(placeOf(item), why));
    }
  }
  return sent;
}
