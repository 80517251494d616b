// The one source of chance: whatever is drawn is drawn from a seed, so that anybody can draw it again.

/**
 * Uniform numbers in [0, 1) with 53 random bits: the xoshiro128++ generator (Blackman and Vigna
 * 2021, ACM TOMS 47), its state filled from the seed, a whole number, by a splitmix step.
 */
export function seededRandom(seed: number): () => number {
  let fill = (seed ^ Math.floor(seed / 0x1_0000_0000)) | 0;
  const word = (): number => {
    fill = (fill + 0x9e3779b9) | 0;
    let mixed = Math.imul(fill ^ (fill >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return mixed ^ (mixed >>> 15);
  };
  let [first, second, third, fourth] = [word(), word(), word(), word()];
  const next = (): number => {
    const sum = (first + fourth) | 0;
    const result = (((sum << 7) | (sum >>> 25)) + first) >>> 0;
    const shifted = second << 9;
    third ^= first;
    fourth ^= second;
    second ^= third;
    first ^= fourth;
    third ^= shifted;
    fourth = (fourth << 11) | (fourth >>> 21);
    return result;
  };
  return () => ((next() >>> 5) * 0x400_0000 + (next() >>> 6)) / 0x20_0000_0000_0000;
}
