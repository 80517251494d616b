// The thread's side of threads.ts: a range comes in, its outcome goes out.

import { type Outcome, outcomeOf, type Range } from "./range.ts";

const thread = globalThis as unknown as {
  onmessage: (event: MessageEvent<Range>) => void;
  postMessage(outcome: Outcome): void;
};

thread.onmessage = async ({ data }) => thread.postMessage(await outcomeOf(data));
