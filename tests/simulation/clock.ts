// Virtual time. What waits, waits here; whatever happens, happens at a time of its own, one thing
// after the other, so that a seed gives the same history on every machine, in no time at all.

import { nextTick } from "node:process";

export interface Clock {
  /** ms since the epoch. */
  now(): number;
  /** Resolves after so many ms. */
  sleep(ms: number): Promise<void>;
  /** Does the work after so many ms. */
  after(ms: number, work: () => void): void;
  /** Lets everything happen that is to happen. Fails when there is no end to it. */
  run(): Promise<void>;
}

interface Event {
  readonly at: number;
  readonly work: () => void;
}

/** More than any history needs: beyond it something asks for ever. */
const MOST_EVENTS = 20_000;

export function virtualClock(startMs: number): Clock {
  let nowMs = startMs;
  const events: Event[] = [];
  const after = (ms: number, work: () => void): void => {
    const event = { at: Math.ceil(nowMs + Math.max(0, ms)), work };
    let index = events.length;
    while (index > 0 && (events[index - 1] as Event).at > event.at) index--;
    events.splice(index, 0, event);
  };
  return {
    now: () => nowMs,
    sleep: (ms) => new Promise((resolve) => after(ms, resolve)),
    after,
    async run() {
      await quiet();
      for (let count = 0; events.length > 0; count++) {
        if (count === MOST_EVENTS) throw new Error(`no end after ${MOST_EVENTS} events`);
        const event = events.shift() as Event;
        nowMs = event.at;
        event.work();
        await quiet();
      }
    },
  };
}

/** Resolves once no promise has anything left to do: that is when a tick comes, long before a timer. */
function quiet(): Promise<void> {
  return new Promise((resolve) => nextTick(resolve));
}
