// Time-outs are measured by the clock that only goes forward: the wall clock is set back by NTP, by
// people and by suspended machines.

import { assertEquals, assertRejects } from "@std/assert";
import { EventEmitter } from "node:events";
import { byteStream, type RawSocket, Stalled } from "../../lib/transport/socket_stream.ts";

function silentSocket(): RawSocket & EventEmitter {
  return Object.assign(new EventEmitter(), {
    destroyed: false,
    write: () => true,
    pause: () => {},
    resume: () => {},
    isPaused: () => false,
    destroy: () => {},
  });
}

Deno.test("a wall clock that is set back stops no time-out", async () => {
  const wall = Date.now;
  const timers = globalThis.setTimeout;
  const waits: number[] = [];
  try {
    const socket = silentSocket();
    const stream = byteStream(socket, 30);
    globalThis.setTimeout = ((work: () => void, ms?: number) => {
      waits.push(ms ?? 0);
      // As the host does with a wait that is too long for it.
      return timers(work, (ms ?? 0) > 2 ** 31 - 1 ? 1 : ms);
    }) as typeof setTimeout;
    const reading = assertRejects(() => stream.read(), Stalled);
    Date.now = () => wall() - 40 * 86_400_000;
    const late = new Promise<string>((resolve) => timers(() => resolve("late"), 2000));
    const ended = await Promise.race([reading.then(() => "stalled"), late]);
    assertEquals(ended, "stalled");
    assertEquals(waits.every((ms) => ms <= 30), true, String(waits));
  } finally {
    Date.now = wall;
    globalThis.setTimeout = timers;
  }
});
