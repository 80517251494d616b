// Keys of runs: their form, their order, and that no two are the same.

import { assert, assertEquals } from "@std/assert";
import { isRunKey, runKeys } from "../../lib/store/run_key.ts";

function keysAt(times: readonly number[]): string[] {
  const clock = times.values();
  const makeKey = runKeys({
    now: () => clock.next().value ?? 0,
    randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
  });
  return times.map(() => makeKey());
}

Deno.test("a key holds its time, the version and the variant", () => {
  const [key = ""] = keysAt([0x0123456789ab]);
  assertEquals(key.slice(0, 13), "0123456789ab7");
  assert(isRunKey(key), key);
});

Deno.test("keys ascend within a millisecond and when the clock steps back", () => {
  const times = Array.from({ length: 10_000 }, (_, index) => index < 5000 ? 1000 : 1000 - index);
  const keys = keysAt(times);
  assertEquals(keys.toSorted(), keys);
  assertEquals(new Set(keys).size, keys.length);
  assert(keys.every(isRunKey));
});

Deno.test("a random UUID is not taken for a key", () => {
  assertEquals(isRunKey(crypto.randomUUID().replaceAll("-", "")), false);
});
