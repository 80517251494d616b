// Tasks spread over threads. Each thread has a task and one that waits, so that it is never idle while
// the program is busy; one that ends, or takes too long, fails what it had in hand and is replaced.

import type { Clock } from "../clock.ts";
import { errorOf, plainError, type Thread } from "./messages.ts";

/** How tasks are spread. */
export interface PoolOptions {
  /** At least 1. */
  readonly threads: number;
  readonly start: () => Thread;
  /** The kind of work, by its name. */
  readonly work: string;
  /** What all tasks share: plain data. */
  readonly given: unknown;
  /** Answers what threads ask. */
  readonly answer: (question: unknown) => Promise<unknown>;
  /** A thread with something in hand that says nothing for so long is ended. */
  readonly limitMs: number;
  readonly clock: Pick<Clock, "after">;
}

/** Threads that do tasks. */
export interface Pool<Task, Done> {
  /**
   * Does a task. `alone`: its thread has nothing else in hand.
   *
   * @throws {ThreadEndedError} when its thread ends before it is done.
   */
  run(task: Task, options?: { readonly alone?: boolean }): Promise<Done>;
  /** Ends the threads, with what they have in hand. */
  close(): void;
}

/** A thread ended with tasks in hand: it crashed, or was ended because it took too long. */
export class ThreadEndedError extends Error {
  override readonly name: string = "ThreadEndedError";
}

/** Tasks that a thread has at once. */
const IN_HAND = 2;

interface Waiting<Task, Done> {
  readonly task: Task;
  readonly isAlone: boolean;
  readonly result: PromiseWithResolvers<Done>;
}

/** One of the threads; it is started when it first has something to do. */
interface Slot<Task, Done> {
  thread: Thread | null;
  readonly inHand: Map<number, Waiting<Task, Done>>;
  /** Stops waiting for its next sign of life. */
  stopWaiting: () => void;
}

/** Opens a pool; no thread is started before there is a task for it. */
export function openPool<Task, Done>(options: PoolOptions): Pool<Task, Done> {
  const { clock, limitMs } = options;
  const queue: Waiting<Task, Done>[] = [];
  const slots: readonly Slot<Task, Done>[] = Array.from(
    { length: options.threads },
    () => ({ thread: null, inHand: new Map(), stopWaiting: () => {} }),
  );
  let tasks = 0;

  const ended = (slot: Slot<Task, Done>, reason: string): void => {
    slot.stopWaiting();
    slot.thread = null;
    const lost = [...slot.inHand.values()];
    slot.inHand.clear();
    for (const { result } of lost) result.reject(new ThreadEndedError(reason));
    handOut();
  };

  const waitForSign = (slot: Slot<Task, Done>): void => {
    slot.stopWaiting();
    slot.stopWaiting = slot.inHand.size === 0 ? () => {} : clock.after(limitMs, () => {
      slot.thread?.stop();
      ended(slot, `it said nothing for ${Math.round(limitMs / 60_000)} minutes`);
    });
  };

  const begin = (slot: Slot<Task, Done>): Thread => {
    const thread = options.start();
    slot.thread = thread;
    thread.onEnd((reason) => {
      if (slot.thread === thread) ended(slot, reason);
    });
    thread.onMessage((message) => {
      if (slot.thread !== thread || message.kind === "ready") return;
      const { id } = message;
      if (message.kind === "question") {
        options.answer(message.question).then(
          (value) => thread.post({ kind: "answer", id, value }),
          (error) => thread.post({ kind: "refusal", id, error: plainError(error) }),
        );
        return waitForSign(slot);
      }
      const task = slot.inHand.get(id);
      slot.inHand.delete(id);
      waitForSign(slot);
      if (message.kind === "done") task?.result.resolve(message.value as Done);
      else task?.result.reject(errorOf(message.error));
      handOut();
    });
    thread.post({ kind: "begin", work: options.work, given: options.given });
    return thread;
  };

  const take = (slot: Slot<Task, Done>, waiting: Waiting<Task, Done>): void => {
    const id = tasks++;
    slot.inHand.set(id, waiting);
    if (slot.inHand.size === 1) waitForSign(slot);
    (slot.thread ?? begin(slot)).post({ kind: "task", id, task: waiting.task });
  };

  /** The thread with the least in hand that may take a task more. */
  const free = (isAlone: boolean): Slot<Task, Done> | undefined =>
    slots
      .filter(({ inHand }) =>
        inHand.size < (isAlone ? 1 : IN_HAND) &&
        [...inHand.values()].every((one) => !one.isAlone)
      )
      .sort((a, b) => a.inHand.size - b.inHand.size)[0];

  const handOut = (): void => {
    for (let [next] = queue; next !== undefined; [next] = queue) {
      const slot = free(next.isAlone);
      if (slot === undefined) return;
      queue.shift();
      take(slot, next);
    }
  };

  return {
    run(task, { alone = false } = {}) {
      const result = Promise.withResolvers<Done>();
      queue.push({ task, isAlone: alone, result });
      handOut();
      return result.promise;
    },
    close() {
      queue.length = 0;
      for (const slot of slots) {
        slot.stopWaiting();
        slot.inHand.clear();
        slot.thread?.stop();
        slot.thread = null;
      }
    },
  };
}
