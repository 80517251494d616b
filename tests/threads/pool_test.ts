// Threads that are played: when they answer, and when they end, is decided here.

import { assert, assertEquals, assertRejects } from "@std/assert";
import { InputError } from "../../lib/errors.ts";
import {
  type FromThread,
  plainError,
  type Thread,
  type ToThread,
} from "../../lib/threads/messages.ts";
import { openPool, type Pool, ThreadEndedError } from "../../lib/threads/pool.ts";
import { serve } from "../../lib/threads/serve.ts";
import { type PlayedClock, playedClock } from "../transport/played_clock.ts";

/** A thread that does nothing by itself. */
interface PlayedThread {
  /** What it was told, in order. */
  readonly told: ToThread[];
  isStopped: boolean;
  says(message: FromThread): void;
  ends(reason: string): void;
  /** The numbers of the tasks that it was given. */
  tasks(): readonly number[];
}

interface Played {
  readonly pool: Pool<string, string>;
  readonly threads: readonly PlayedThread[];
  readonly clock: PlayedClock;
}

const LIMIT_MS = 600_000;

function played(
  threads: number,
  answer = (question: unknown): Promise<unknown> => Promise.resolve(question),
): Played {
  const started: PlayedThread[] = [];
  const clock = playedClock();
  const start = (): Thread => {
    let [hear, end] = [(_: FromThread) => {}, (_: string) => {}];
    const told: ToThread[] = [];
    const one: PlayedThread = {
      told,
      isStopped: false,
      says: (message) => hear(message),
      ends: (reason) => end(reason),
      tasks: () => told.flatMap((message) => message.kind === "task" ? [message.id] : []),
    };
    started.push(one);
    return {
      post: (message) => void told.push(message),
      onMessage: (listener) => void (hear = listener),
      onEnd: (listener) => void (end = listener),
      stop: () => void (one.isStopped = true),
    };
  };
  const pool = openPool<string, string>({
    ...{ threads, start, answer, clock },
    work: "echo",
    given: "all",
    limitMs: LIMIT_MS,
  });
  return { pool, threads: started, clock };
}

const turns = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

Deno.test("each thread is told what the work is, then has one task and one that waits", async () => {
  const world = played(2);
  const results = ["a", "b", "c", "d", "e"].map((task) => world.pool.run(task));
  const [one, two, more] = world.threads;
  assert(one !== undefined && two !== undefined);
  assertEquals(more, undefined);
  assertEquals(one.told[0], { kind: "begin", work: "echo", given: "all" });
  assertEquals([one.tasks(), two.tasks()], [[0, 2], [1, 3]]);
  two.says({ kind: "done", id: 3, value: "D" });
  assertEquals(two.tasks(), [1, 3, 4]);
  for (const [thread, id] of [[two, 4], [one, 0], [two, 1], [one, 2]] as const) {
    thread.says({ kind: "done", id, value: "ABCDE".charAt(id) });
  }
  assertEquals(await Promise.all(results), ["A", "B", "C", "D", "E"]);
  world.pool.close();
  assertEquals([one.isStopped, two.isStopped], [true, true]);
});

Deno.test("a thread that ends fails what it has in hand, and another takes its place", async () => {
  const { pool, threads } = played(1);
  const results = ["a", "b", "c"].map((task) => pool.run(task));
  const lost = results.slice(0, 2).map((result) =>
    assertRejects(() => result, ThreadEndedError, "it ended with code 7")
  );
  threads[0]?.ends("it ended with code 7");
  await Promise.all(lost);
  assertEquals(threads.length, 2);
  // What the first still says is nobody's answer.
  threads[0]?.says({ kind: "done", id: 2, value: "wrong" });
  threads[1]?.says({ kind: "done", id: 2, value: "C" });
  assertEquals(await results[2], "C");
  pool.close();
});

Deno.test("a thread that says nothing for too long is ended; any word of it is a sign of life", async () => {
  const { pool, threads, clock } = played(1);
  const quick = pool.run("quick");
  const [thread] = threads;
  assert(thread !== undefined);
  thread.says({ kind: "done", id: 0, value: "" });
  await quick;
  clock.advance(10 * LIMIT_MS);
  assertEquals(thread.isStopped, false, "it has nothing to do");
  const silent = pool.run("slow");
  const lost = assertRejects(() => silent, ThreadEndedError, "it said nothing for 10 minutes");
  clock.advance(LIMIT_MS - 1);
  thread.says({ kind: "question", id: 0, question: "?" });
  clock.advance(LIMIT_MS - 1);
  assertEquals(thread.isStopped, false);
  clock.advance(1);
  await lost;
  assertEquals(thread.isStopped, true);
  pool.close();
  assertEquals(clock.alarms(), []);
});

Deno.test("a task that is to be alone shares its thread with nothing", async () => {
  const { pool, threads } = played(1);
  const results = [pool.run("a"), pool.run("b", { alone: true }), pool.run("c")];
  const thread = threads[0];
  assert(thread !== undefined);
  assertEquals(thread.tasks(), [0]);
  thread.says({ kind: "done", id: 0, value: "A" });
  assertEquals(thread.tasks(), [0, 1]);
  thread.says({ kind: "done", id: 1, value: "B" });
  assertEquals(thread.tasks(), [0, 1, 2]);
  thread.says({ kind: "done", id: 2, value: "C" });
  assertEquals(await Promise.all(results), ["A", "B", "C"]);
  pool.close();
});

Deno.test("what a thread asks is answered, or refused with the error", async () => {
  const { pool, threads } = played(
    1,
    (question) =>
      question === "good"
        ? Promise.resolve("yes")
        : Promise.reject(new InputError("a.csv", "it is bad")),
  );
  const result = pool.run("a");
  const thread = threads[0];
  thread?.says({ kind: "question", id: 0, question: "good" });
  thread?.says({ kind: "question", id: 1, question: "bad" });
  await turns();
  const [, , yes, no] = thread?.told ?? [];
  assertEquals(yes, { kind: "answer", id: 0, value: "yes" });
  assertEquals(no?.kind === "refusal" && no.error.message, "Cannot read a.csv: it is bad");
  thread?.says({
    kind: "failed",
    id: 0,
    error: plainError(new InputError("b.csv", "no", { line: 3 })),
  });
  const error = await assertRejects(() => result, InputError, "Cannot read b.csv: line 3: no");
  assertEquals([error.path, error.line, error.name], ["b.csv", 3, "InputError"]);
  pool.close();
});

Deno.test("a thread does its tasks, asks, and says what goes wrong", async () => {
  const said: FromThread[] = [];
  const moved: (readonly ArrayBuffer[] | undefined)[] = [];
  let tell = (_: ToThread): void => {};
  const buffer = new ArrayBuffer(8);
  serve({
    post: (message, buffers) => {
      said.push(message);
      moved.push(buffers);
    },
    onMessage: (listener) => void (tell = listener),
  }, (name) => {
    if (name !== "echo") throw new TypeError(`no ${name}`);
    return Promise.resolve((given, ask) => async (task) => {
      if (task === "bad") throw new InputError("a.csv", "it is bad");
      return { value: [given, task, await ask(task)], moved: [buffer] };
    });
  });
  tell({ kind: "task", id: 9, task: "too early" });
  tell({ kind: "begin", work: "echo", given: "all" });
  tell({ kind: "task", id: 0, task: "bad" });
  tell({ kind: "task", id: 1, task: "good" });
  tell({ kind: "task", id: 2, task: "refused" });
  await turns();
  tell({ kind: "answer", id: 0, value: "known" });
  tell({ kind: "refusal", id: 1, error: plainError(new Error("the store is away")) });
  await turns();
  assertEquals(said[0], { kind: "ready" });
  const shown = said.map((message) =>
    message.kind === "failed" ? [message.id, message.error.message] : message
  );
  assertEquals(shown.slice(1), [
    [9, "Cannot do a task before the work has begun"],
    { kind: "question", id: 0, question: "good" },
    { kind: "question", id: 1, question: "refused" },
    [0, "Cannot read a.csv: it is bad"],
    { kind: "done", id: 1, value: ["all", "good", "known"] },
    [2, "the store is away"],
  ]);
  assertEquals(moved[5], [buffer]);
});
