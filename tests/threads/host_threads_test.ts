// Real threads that end by themselves, and one that never answers: the pool says so of the task that
// they had, and the next is done by another.

import { assertEquals, assertRejects } from "@std/assert";
import { startThread } from "../../lib/host_threads.ts";
import { openPool, type Pool, ThreadEndedError } from "../../lib/threads/pool.ts";
import { type PlayedClock, playedClock } from "../transport/played_clock.ts";

const LIMIT_MS = 120_000;

interface World {
  readonly pool: Pool<string, string>;
  readonly clock: PlayedClock;
  /** Settled once a thread has asked something. */
  readonly asked: Promise<void>;
}

function world(): World {
  const clock = playedClock();
  const asked = Promise.withResolvers<void>();
  const pool = openPool<string, string>({
    threads: 1,
    start: () => startThread(new URL("./ending_thread.ts", import.meta.url)),
    work: "",
    given: null,
    answer: () => Promise.resolve(asked.resolve()),
    limitMs: LIMIT_MS,
    clock,
  });
  return { pool, clock, asked: asked.promise };
}

for (const [task, reason] of [["throw", "nobody catches this"], ["exit", "code 7"]] as const) {
  Deno.test(`a thread that ends by itself (${task}) fails its task, with the reason`, async () => {
    const { pool } = world();
    await assertRejects(() => pool.run(task, { alone: true }), ThreadEndedError, reason);
    assertEquals(await pool.run("another"), "another done");
    pool.close();
  });
}

Deno.test("a thread that never comes back is ended in the middle of it", async () => {
  const { pool, clock, asked } = world();
  const lost = assertRejects(
    () => pool.run("loop"),
    ThreadEndedError,
    "said nothing for 2 minutes",
  );
  await asked;
  clock.advance(LIMIT_MS);
  await lost;
  assertEquals(await pool.run("another"), "another done");
  pool.close();
});
