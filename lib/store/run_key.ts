// A run's key: a UUIDv7 as 32 hex digits. Made here, before any server is asked, because it is what
// makes a run the same run through every retry; time-ordered so that keys sort as runs were made.

import type { Io } from "../io.ts";

const COUNTER_BITS = 12;
const COUNTER_LIMIT = 1 << COUNTER_BITS;

/**
 * Makes a source of run keys (RFC 9562, version 7). Keys of one source strictly ascend, also within
 * a millisecond and when the clock steps back: the 12 bits after the version are a counter, and a
 * full counter moves the time on by a millisecond.
 */
export function runKeys(io: Pick<Io, "now" | "randomBytes">): () => string {
  let lastMs = -1;
  let counter = 0;
  return () => {
    const random = io.randomBytes(10);
    const nowMs = io.now();
    if (nowMs > lastMs) {
      lastMs = nowMs;
      counter = (((random[0] ?? 0) & 0x07) << 8) | (random[1] ?? 0);
    } else if (++counter === COUNTER_LIMIT) {
      lastMs++;
      counter = 0;
    }
    const variant = 0x80 | ((random[2] ?? 0) & 0x3f);
    const rest = [variant, ...random.subarray(3)].map((byte) => hex(byte, 2)).join("");
    return `${hex(lastMs, 12)}7${hex(counter, 3)}${rest}`;
  };
}

/** Whether a text has the form of a run's key (a server's run id may have it too). */
export function isRunKey(text: string): boolean {
  return /^[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}$/.test(text);
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, "0");
}
