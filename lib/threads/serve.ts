// The thread's side: it is given what all its tasks share, then tasks, and answers each.

import { errorOf, type FromThread, plainError, type ToThread } from "./messages.ts";

/** Asks the program what only it can know. */
export type Ask = (question: unknown) => Promise<unknown>;

/** What a task comes to. */
export interface Done {
  readonly value: unknown;
  /** Memory in it that is handed over and not copied. */
  readonly moved: readonly ArrayBuffer[];
}

/** Begins a kind of work, and gives what does its tasks. */
export type Work = (given: unknown, ask: Ask) => (task: unknown) => Promise<Done>;

/** The way to the program. */
export interface Port {
  post(message: FromThread, moved?: readonly ArrayBuffer[]): void;
  onMessage(listener: (message: ToThread) => void): void;
}

/** Serves what comes through a port; `load` finds a kind of work by its name. */
export function serve(port: Port, load: (work: string) => Promise<Work>): void {
  let begun: Promise<(task: unknown) => Promise<Done>> | undefined;
  let asked = 0;
  const open = new Map<number, PromiseWithResolvers<unknown>>();
  const ask: Ask = (question) => {
    const id = asked++;
    const answer = Promise.withResolvers<unknown>();
    open.set(id, answer);
    port.post({ kind: "question", id, question });
    return answer.promise;
  };
  const answered = (id: number): PromiseWithResolvers<unknown> | undefined => {
    const question = open.get(id);
    open.delete(id);
    return question;
  };
  port.onMessage((message) => {
    switch (message.kind) {
      case "begin":
        begun = load(message.work).then((work) => work(message.given, ask));
        // It is told with the first task.
        begun.catch(() => {});
        return;
      case "answer":
        return answered(message.id)?.resolve(message.value);
      case "refusal":
        return answered(message.id)?.reject(errorOf(message.error));
      case "task":
        void carryOut(port, message.id, begun?.then((work) => work(message.task)));
    }
  });
  port.post({ kind: "ready" });
}

async function carryOut(port: Port, id: number, work: Promise<Done> | undefined): Promise<void> {
  try {
    if (work === undefined) throw new TypeError("Cannot do a task before the work has begun");
    const { value, moved } = await work;
    port.post({ kind: "done", id, value }, moved);
  } catch (error) {
    port.post({ kind: "failed", id, error: plainError(error) });
  }
}
