// The stationary bootstrap: block lengths as arch has them, and that what is drawn has them too.

import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  drawStationary,
  MIN_BLOCK_ROWS,
  optimalBlockLength,
  stationaryResamples,
} from "../../lib/judge/bootstrap.ts";
import { seededRandom } from "../../lib/metrics/mod.ts";
import { distance, golden, noise, oddSeries, returnsOf } from "./cases.ts";

Deno.test("both sides make the same returns", () => {
  for (const spec of golden.cases) {
    const sum = returnsOf(spec).reduce(
      (total, column) => total + column.reduce((part, value) => part + Math.abs(value), 0),
      0,
    );
    assert(distance(sum, spec.reference.sum) < 1e-12, spec.name);
  }
});

Deno.test("optimal block lengths are arch's, of its own version", () => {
  assertEquals(golden.versions["arch"], "8.0.0");
  for (const spec of golden.cases) {
    const columns = returnsOf(spec);
    spec.reference.blockLengths.forEach((reference, index) => {
      const own = optimalBlockLength(columns[index] as Float64Array);
      assert(distance(own, reference) < 1e-9, `${spec.name}, ${index}: ${own}, not ${reference}`);
    });
  }
});

Deno.test("optimal block lengths are arch's where they are hard to find", () => {
  const series = oddSeries();
  assertEquals(Object.keys(series), Object.keys(golden.oddBlockLengths));
  for (const [name, reference] of Object.entries(golden.oddBlockLengths)) {
    const own = optimalBlockLength(series[name] as Float64Array);
    assert(distance(own, reference) < 1e-9, `${name}: ${own}, not ${reference}`);
  }
});

Deno.test("a block length is found for eight rows, and none for fewer or for equal ones", () => {
  const random = seededRandom(3);
  assert(optimalBlockLength(noise(random, MIN_BLOCK_ROWS)) > 0);
  assertEquals(optimalBlockLength(noise(random, MIN_BLOCK_ROWS - 1)), NaN);
  assertEquals(optimalBlockLength(new Float64Array(100).fill(0.01)), NaN);
});

Deno.test("dependence lengthens the blocks as the theory says", () => {
  // Of an AR(1) process the length is (2φ/(1 − φ²))^⅔ · n^⅓ (Politis and White 2004, section 3).
  const rows = 20_000;
  const random = seededRandom(11);
  for (const phi of [0.3, 0.6]) {
    const values = noise(random, rows);
    for (let row = 1; row < rows; row++) {
      values[row] = phi * (values[row - 1] as number) + (values[row] as number);
    }
    const theory = (2 * phi / (1 - phi * phi)) ** (2 / 3) * Math.cbrt(rows);
    assert(Math.abs(optimalBlockLength(values) / theory - 1) < 0.2, `${phi}`);
  }
});

Deno.test("resamples have the mean block length asked for, and each row equally often", () => {
  for (const blockLength of [1, 1.5, 7.3]) {
    const rows = 500;
    const { indices } = stationaryResamples({ rows, resamples: 400, blockLength, seed: 5 });
    const counts = new Float64Array(rows);
    let follows = 0;
    let steps = 0;
    indices.forEach((row, at) => {
      counts[row] = (counts[row] as number) + 1;
      if (at % rows === 0) return;
      steps++;
      if (row === ((indices[at - 1] as number) + 1) % rows) follows++;
    });
    // A new start is the next row by chance once in `rows`. The bound is five standard errors.
    const share = 1 - 1 / blockLength + 1 / blockLength / rows;
    const bound = 5 * Math.sqrt(share * (1 - share) / steps);
    assertAlmostEquals(follows / steps, share, bound, `block length ${blockLength}`);
    // Each of the rows is drawn 400 times; blocks make that vary by at most 2b times more.
    const spread = Math.sqrt(400 * (2 * blockLength - 1));
    assert(counts.every((count) => Math.abs(count - 400) < 6 * spread), `${blockLength}`);
  }
});

Deno.test("a seed gives the same rows again, another one others", () => {
  const draw = (seed: number) =>
    stationaryResamples({ rows: 50, resamples: 3, blockLength: 4, seed }).indices;
  assertEquals(draw(7), draw(7));
  assert(draw(7).some((row, at) => row !== draw(8)[at]));
});

Deno.test("drawing refuses what makes no sense", () => {
  const options = { rows: 10, resamples: 2, blockLength: 2, seed: 1 };
  assertThrows(() => stationaryResamples({ ...options, resamples: 0 }), RangeError, "resamples");
  assertThrows(() => stationaryResamples({ ...options, seed: 0.5 }), RangeError, "seed");
  assertThrows(() => stationaryResamples({ ...options, rows: 0 }), RangeError, "without rows");
  assertThrows(() => stationaryResamples({ ...options, blockLength: 0.9 }), RangeError, "0.9");
  assertThrows(() => drawStationary(new Uint32Array(3), NaN, Math.random), RangeError, "NaN");
});
