// Numbers in place of texts, so that what is known of hundreds of thousands of runs is kept in arrays of
// numbers: a Map of hashes in hex takes five times as much. Texts are told apart by 64 bits of a hash;
// that two of a million have the same is less likely than one in 10 million.

import { createHash } from "node:crypto";

/** Gives each text a number, from 0 on. */
export interface Numbering {
  /** The number of a text, a new one for a text that is new; −1 for null. */
  of(text: string | null): number;
  /** The number of a text; −1 where it has none. */
  find(text: string): number;
}

const FIRST_SLOTS = 1024;
/** Slots to be had for each text: fewer, and looking for one takes long. */
const SPARE = 2;
/** Keys, ids and hashes end in as many random digits. */
const RANDOM_END = /[0-9a-f]{16}$/;

/**
 * A numbering without any text.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const { of, find } = numbering();
 * assertEquals([of("a"), of("b"), of("a"), find("b"), find("c"), of(null)], [0, 1, 0, 1, -1, -1]);
 * ```
 */
export function numbering(): Numbering {
  let slots = FIRST_SLOTS;
  let high = new Uint32Array(slots);
  let low = new Uint32Array(slots);
  /** 0 where a slot is free, else the number and one. */
  let numbers = new Uint32Array(slots);
  let size = 0;
  const slotOf = (h: number, l: number): number => {
    let slot = l & (slots - 1);
    while (numbers[slot] !== 0 && (high[slot] !== h || low[slot] !== l)) {
      slot = (slot + 1) & (slots - 1);
    }
    return slot;
  };
  const put = (slot: number, h: number, l: number, number: number): void => {
    high[slot] = h;
    low[slot] = l;
    numbers[slot] = number;
  };
  const grow = (): void => {
    const before = { high, low, numbers };
    slots *= 2;
    high = new Uint32Array(slots);
    low = new Uint32Array(slots);
    numbers = new Uint32Array(slots);
    before.numbers.forEach((number, slot) => {
      if (number === 0) return;
      const [h, l] = [before.high[slot] as number, before.low[slot] as number];
      put(slotOf(h, l), h, l, number);
    });
  };
  return {
    of(text) {
      if (text === null) return -1;
      const [h, l] = bitsOf(text);
      const slot = slotOf(h, l);
      if (numbers[slot] !== 0) return (numbers[slot] as number) - 1;
      put(slot, h, l, ++size);
      if (size * SPARE > slots) grow();
      return size - 1;
    },
    find(text) {
      const [h, l] = bitsOf(text);
      return (numbers[slotOf(h, l)] as number) - 1;
    },
  };
}

function bitsOf(text: string): readonly [high: number, low: number] {
  const hex = RANDOM_END.test(text) ? text : createHash("sha256").update(text).digest("hex");
  return [parseInt(hex.slice(-16, -8), 16), parseInt(hex.slice(-8), 16)];
}
