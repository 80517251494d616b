// The normal distribution against scipy and against exact values. scipy's distribution function
// loses digits in the lower tail (it squares x without care: 6e-14 at −30), so there the exact
// values decide and scipy is met to its own error.

import { assert, assertEquals } from "@std/assert";
import { normalCdf, normalDensity, normalQuantile } from "../../lib/metrics/mod.ts";

interface Reference {
  readonly cdf: readonly { readonly x: number; readonly scipy: number; readonly exact: number }[];
  readonly quantile: readonly {
    readonly probability: number;
    readonly scipy: number;
    readonly exact: number;
  }[];
}

const reference: Reference = JSON.parse(await Deno.readTextFile("tests/golden/normal.json"));
const SMALLEST_NORMAL = 2 ** -1022;

/** Relative error; of a number below the normal range, in units of its last place. */
function errorOf(ours: number, theirs: number): number {
  if (ours === theirs) return 0;
  return Math.abs(ours - theirs) / Math.max(Math.abs(theirs), SMALLEST_NORMAL);
}

Deno.test("normalCdf is exact to 1e-15, relatively, over the whole range", () => {
  assert(reference.cdf.length >= 40);
  for (const { x, exact } of reference.cdf) {
    const error = errorOf(normalCdf(x), exact);
    assert(error <= 1e-15, `normalCdf(${x}) = ${normalCdf(x)}, exactly ${exact}: ${error}`);
  }
});

Deno.test("normalCdf is scipy's to 1e-15, and in the lower tail to scipy's own rounding of x²", () => {
  for (const { x, scipy, exact } of reference.cdf) {
    const own = normalCdf(x);
    assert(Math.abs(own - scipy) <= 1e-15, `normalCdf(${x}) = ${own}, scipy ${scipy}`);
    if (scipy < SMALLEST_NORMAL) continue;
    const theirError = errorOf(scipy, exact);
    assert(theirError <= 2e-15 + x * x * 2 ** -53, `scipy's own error at ${x}: ${theirError}`);
    assert(errorOf(own, scipy) <= 1e-15 + theirError, `normalCdf(${x}) = ${own}, scipy ${scipy}`);
  }
});

Deno.test("normalQuantile is exact to 1e-15, relatively, and scipy's", () => {
  assert(reference.quantile.length >= 50);
  for (const { probability, exact, scipy } of reference.quantile) {
    const own = normalQuantile(probability);
    assert(
      errorOf(own, exact) <= 1e-15,
      `normalQuantile(${probability}) = ${own}, exactly ${exact}`,
    );
    assert(errorOf(own, scipy) <= 2e-15, `normalQuantile(${probability}) = ${own}, scipy ${scipy}`);
  }
});

Deno.test("the ends and nonsense", () => {
  assertEquals(normalCdf(-Infinity), 0);
  assertEquals(normalCdf(Infinity), 1);
  assertEquals(normalCdf(NaN), NaN);
  assertEquals(normalDensity(Infinity), 0);
  assertEquals(normalQuantile(0), -Infinity);
  assertEquals(normalQuantile(1), Infinity);
  for (const nonsense of [-0.1, 1.1, NaN]) assertEquals(normalQuantile(nonsense), NaN);
});

Deno.test("the quantile undoes the distribution function, and both mirror", () => {
  for (let x = -8; x <= 8; x += 0.0625) {
    assert(errorOf(normalCdf(x) + normalCdf(-x), 1) <= 2 ** -53);
    if (x < 5 && x !== 0) assert(errorOf(normalQuantile(normalCdf(x)), x) <= 1e-9, `${x}`);
    assert(normalCdf(x + 0.0625) >= normalCdf(x));
  }
});
