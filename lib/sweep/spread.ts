// The items of a sweep, in their order, from this thread or from several. What threads are ahead with is
// held back until it is its turn, so that what is kept is kept in the order of the items.

import type { Context } from "../command/declare.ts";
import { HOST_CLOCK } from "../clock.ts";
import { InputError } from "../errors.ts";
import { plainError } from "../threads/messages.ts";
import { openPool, type Pool, ThreadEndedError } from "../threads/pool.ts";
import { chunkOutcomes, type InCommon, type ItemOutcome } from "./chunk_outcomes.ts";
import type { SweepWork } from "./item_runs.ts";
import { itemChunks, placeOf, type SweepItem } from "./items.ts";
import { outcomeOf, type SentOutcome, type SweepGiven } from "./thread_work.ts";

/** How many chunks a thread may be ahead of the one whose turn it is. */
const AHEAD = 4;
/** Each thread gets so many chunks at least, so that all are done at about the same time. */
const SHARES = 8;
const MOST_TOGETHER = 16;
/** A thread that says nothing for so long is given up: no file takes a tenth of it. */
const SILENCE_MS = 10 * 60_000;

/** What the items come to, in their order. `isOver`: no further ones are begun. */
export async function* spread(
  { io, threads, isOver }: {
    readonly io: Context["io"];
    readonly threads: number;
    readonly isOver: () => boolean;
  },
  work: SweepWork,
  inCommon: InCommon,
  items: readonly SweepItem[],
): AsyncGenerator<readonly [item: SweepItem, outcome: ItemOutcome]> {
  if (threads < 2) {
    for (const chunk of itemChunks(items)) {
      let at = 0;
      for await (const outcome of chunkOutcomes(work, inCommon, chunk)) {
        yield [chunk[at++] as SweepItem, outcome];
        if (isOver()) return;
      }
    }
    return;
  }
  const { request, options, serverUri } = work;
  const pool = openPool<readonly SweepItem[], readonly SentOutcome[]>({
    threads,
    start: io.startThread,
    work: "sweep",
    given: { ...inCommon, request, options, serverUri } satisfies SweepGiven,
    answer: (question) => work.findKnown(question as readonly string[]),
    limitMs: SILENCE_MS,
    clock: HOST_CLOCK,
  });
  try {
    const chunks = gathered(itemChunks(items), Math.floor(items.length / threads / SHARES));
    const begun: (readonly [readonly SweepItem[], Promise<readonly SentOutcome[]>])[] = [];
    const begin = (): void => {
      const chunk = isOver() ? undefined : chunks.next().value;
      if (chunk === undefined) return;
      const done = oneByOne(pool, chunk);
      // It is seen to when it is its turn.
      done.catch(() => {});
      begun.push([chunk, done]);
    };
    for (let ahead = 0; ahead < AHEAD * threads; ahead++) begin();
    for (let next = begun.shift(); next !== undefined; next = begun.shift()) {
      const [chunk, done] = next;
      const [sent, attached] = [await done, await work.attached()];
      begin();
      for (const [at, item] of chunk.entries()) {
        yield [item, outcomeOf(sent[at] as SentOutcome, attached)];
      }
    }
  } finally {
    pool.close();
  }
}

/** Small chunks together: a message costs as much as a tenth of a small file. */
function* gathered(
  chunks: Iterable<readonly SweepItem[]>,
  size: number,
): Generator<readonly SweepItem[]> {
  let together: SweepItem[] = [];
  for (const chunk of chunks) {
    together.push(...chunk);
    if (together.length < Math.min(size, MOST_TOGETHER)) continue;
    yield together;
    together = [];
  }
  if (together.length > 0) yield together;
}

/** A chunk; where its thread ends, each of its items in a thread of its own, to find the one that ends it. */
async function oneByOne(
  pool: Pool<readonly SweepItem[], readonly SentOutcome[]>,
  chunk: readonly SweepItem[],
): Promise<readonly SentOutcome[]> {
  try {
    return await pool.run(chunk);
  } catch (error) {
    if (!(error instanceof ThreadEndedError)) throw error;
  }
  const sent: SentOutcome[] = [];
  for (const item of chunk) {
    try {
      sent.push(...await pool.run([item], { alone: true }));
    } catch (error) {
      if (!(error instanceof ThreadEndedError)) throw error;
      const why = `the thread that read and computed it ended: ${error.message}`;
      const failure = plainError(new InputError(placeOf(item), why));
      sent.push({ failure, warnings: [], notes: [] });
    }
  }
  return sent;
}
