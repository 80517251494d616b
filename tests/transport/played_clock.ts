// A clock that stands still until it is told to go on, so that no test waits for a time-out.

import type { Clock } from "../../lib/transport/mod.ts";

export interface PlayedClock extends Clock {
  /** Goes on by so many ms; what is due by then happens, in its order. */
  advance(ms: number): void;
  /** How long each alarm that is set was set for. */
  alarms(): readonly number[];
}

interface Alarm {
  readonly at: number;
  readonly ms: number;
  readonly work: () => void;
}

export function playedClock(): PlayedClock {
  let nowMs = 1_000_000;
  const alarms = new Set<Alarm>();
  const nextUntil = (end: number): Alarm | undefined =>
    [...alarms].filter(({ at }) => at <= end).toSorted((a, b) => a.at - b.at)[0];
  return {
    now: () => nowMs,
    after(ms, work) {
      const alarm = { at: nowMs + ms, ms, work };
      alarms.add(alarm);
      return () => void alarms.delete(alarm);
    },
    advance(ms) {
      const end = nowMs + ms;
      for (let next = nextUntil(end); next !== undefined; next = nextUntil(end)) {
        alarms.delete(next);
        nowMs = next.at;
        next.work();
      }
      nowMs = end;
    },
    alarms: () => [...alarms].map(({ ms }) => ms),
  };
}
