// The products of vectors, in AssemblyScript, compiled to WebAssembly by scripts/kernels.ts: two
// numbers at once, so that the sum of a product is that of its even places and that of its odd ones,
// whatever the vectors around it, as the plain kernels make it too.
//
// The caller lays out the memory.

/**
 * Eight products at once, so that each number that is fetched is used several times.
 *
 * Writes the products of the vectors from `left` on with those from `right` on to `into`, `width`
 * products for each of the former. Vectors are `stride` bytes apart, of which the first `bytes` count,
 * a multiple of 16; `lefts` is a multiple of 4 and `rights` of 2.
 */
export function multiply(
  left: usize,
  lefts: i32,
  right: usize,
  rights: i32,
  stride: usize,
  bytes: usize,
  into: usize,
  width: i32,
): void {
  const next = <usize>width << 3;
  for (let one = 0; one < lefts; one += 4) {
    const first = left + <usize>one * stride;
    const second = first + stride;
    const third = second + stride;
    const fourth = third + stride;
    for (let other = 0; other < rights; other += 2) {
      const near = right + <usize>other * stride;
      const far = near + stride;
      let firstNear = f64x2.splat(0);
      let firstFar = f64x2.splat(0);
      let secondNear = f64x2.splat(0);
      let secondFar = f64x2.splat(0);
      let thirdNear = f64x2.splat(0);
      let thirdFar = f64x2.splat(0);
      let fourthNear = f64x2.splat(0);
      let fourthFar = f64x2.splat(0);
      for (let at: usize = 0; at < bytes; at += 16) {
        const nearPair = v128.load(near + at);
        const farPair = v128.load(far + at);
        let pair = v128.load(first + at);
        firstNear = f64x2.add(firstNear, f64x2.mul(pair, nearPair));
        firstFar = f64x2.add(firstFar, f64x2.mul(pair, farPair));
        pair = v128.load(second + at);
        secondNear = f64x2.add(secondNear, f64x2.mul(pair, nearPair));
        secondFar = f64x2.add(secondFar, f64x2.mul(pair, farPair));
        pair = v128.load(third + at);
        thirdNear = f64x2.add(thirdNear, f64x2.mul(pair, nearPair));
        thirdFar = f64x2.add(thirdFar, f64x2.mul(pair, farPair));
        pair = v128.load(fourth + at);
        fourthNear = f64x2.add(fourthNear, f64x2.mul(pair, nearPair));
        fourthFar = f64x2.add(fourthFar, f64x2.mul(pair, farPair));
      }
      let place = into + <usize>one * next + (<usize>other << 3);
      note(place, firstNear, firstFar);
      place += next;
      note(place, secondNear, secondFar);
      place += next;
      note(place, thirdNear, thirdFar);
      place += next;
      note(place, fourthNear, fourthFar);
    }
  }
}

/**
 * A ← A − u·qᵀ − q·uᵀ and `into` ← A·`vector`, in one pass over the first `rows` of a symmetric
 * matrix, `stride` bytes apart: each is read and changed up to its diagonal.
 */
export function reflect(
  matrix: usize,
  stride: usize,
  rows: i32,
  u: usize,
  q: usize,
  vector: usize,
  into: usize,
): void {
  for (let row = 0; row < rows; row++) {
    const source = matrix + <usize>row * stride;
    const diagonal = <usize>row << 3;
    const ownU = f64.load(u + diagonal);
    const ownQ = f64.load(q + diagonal);
    const own = f64.load(vector + diagonal);
    const pairs = diagonal & ~15;
    let sums = f64x2.splat(0);
    for (let at: usize = 0; at < pairs; at += 16) {
      let pair = f64x2.mul(f64x2.splat(ownU), v128.load(q + at));
      pair = f64x2.sub(v128.load(source + at), pair);
      pair = f64x2.sub(pair, f64x2.mul(f64x2.splat(ownQ), v128.load(u + at)));
      v128.store(source + at, pair);
      sums = f64x2.add(sums, f64x2.mul(pair, v128.load(vector + at)));
      const product = f64x2.mul(f64x2.splat(own), pair);
      v128.store(into + at, f64x2.add(v128.load(into + at), product));
    }
    let even = f64x2.extract_lane(sums, 0);
    if (pairs < diagonal) {
      const left = f64.load(source + pairs) - ownU * f64.load(q + pairs) -
        ownQ * f64.load(u + pairs);
      f64.store(source + pairs, left);
      even += left * f64.load(vector + pairs);
      f64.store(into + pairs, f64.load(into + pairs) + own * left);
    }
    const last = f64.load(source + diagonal) - ownU * ownQ - ownQ * ownU;
    f64.store(source + diagonal, last);
    f64.store(into + diagonal, even + f64x2.extract_lane(sums, 1) + last * own);
  }
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function note(place: usize, near: v128, far: v128): void {
  f64.store(place, f64x2.extract_lane(near, 0) + f64x2.extract_lane(near, 1));
  f64.store(place + 8, f64x2.extract_lane(far, 0) + f64x2.extract_lane(far, 1));
}
