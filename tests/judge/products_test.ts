// The products that resampled means and correlations are made of: across tiles, with lengths and
// numbers of vectors that fill none, and the same to the last bit without WebAssembly.

import { assert, assertEquals } from "@std/assert";
import {
  plainProducts,
  plainReflections,
  productKernel,
  reflectionKernel,
} from "../../lib/judge/products/kernel.ts";
import { addProducts } from "../../lib/judge/products/mod.ts";
import { seededRandom } from "../helpers/random.ts";

function vectorsOf(count: number, length: number, seed: number): Float64Array[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => Float64Array.from({ length }, () => random() - 0.5));
}

function productOf(one: Float64Array, other: Float64Array): number {
  return one.reduce((sum, value, at) => sum + value * (other[at] as number), 0);
}

const SHAPES = [[1, 1, 1], [3, 5, 7], [129, 2, 3], [5, 131, 257], [130, 129, 511]] as const;

for (const [count, others, length] of SHAPES) {
  Deno.test(`products of ${count} vectors with ${others}, ${length} numbers each`, () => {
    const [left, right] = [vectorsOf(count, length, 1), vectorsOf(others, length, 2)];
    const made = new Float64Array(count * others).fill(1);
    addProducts(left, right, made);
    left.forEach((one, row) =>
      right.forEach((other, column) => {
        const far = Math.abs((made[row * others + column] as number) - 1 - productOf(one, other));
        assert(far < 1e-13, `${row}, ${column}: off by ${far}`);
      })
    );
    const plain = new Float64Array(count * others).fill(1);
    addProducts(left, right, plain, plainProducts());
    assertEquals(plain, made);
  });

  Deno.test(`products of ${count} vectors of ${length} numbers with themselves`, () => {
    const vectors = vectorsOf(count, length, 3);
    const square = new Float64Array(count * count);
    addProducts(vectors, vectors, square);
    const all = new Float64Array(count * count);
    addProducts(vectors, [...vectors], all);
    assertEquals(square, all);
  });
}

Deno.test("products find nothing that an earlier call has left", () => {
  productKernel().left.fill(NaN);
  productKernel().right.fill(NaN);
  const made = new Float64Array(2);
  addProducts([Float64Array.of(1, 2, 3)], [Float64Array.of(4, 5, 6), new Float64Array(3)], made);
  assertEquals([...made], [32, 0]);
});

Deno.test("products are compiled here", () => {
  assert(productKernel().left.buffer === productKernel().into.buffer);
});

Deno.test("reflections are the same to the last bit without WebAssembly, of odd and even sizes", () => {
  for (const size of [1, 2, 5, 8]) {
    const filled = [reflectionKernel(size, 4), plainReflections(size, 4)].map((kernel) => {
      const random = seededRandom(size);
      kernel.vectors.forEach((vector) => vector.forEach((_, at) => vector[at] = random() - 0.5));
      return kernel;
    });
    const [compiled, plain] = filled.map(({ vectors, reflect }) => {
      const [u, q, vector, into] = vectors.slice(size) as Vectors;
      reflect(size, u, q, vector, into);
      return vectors;
    });
    assertEquals(compiled, plain);
  }
});

type Vectors = [Float64Array, Float64Array, Float64Array, Float64Array];

Deno.test("a reflection is taken off a matrix, and what is left multiplied", () => {
  const { vectors, reflect } = reflectionKernel(3, 4);
  const rows = [[4, 1, 2], [1, 5, 3], [2, 3, 6]];
  rows.forEach((row, at) => vectors[at]?.set(row));
  const [u, q, vector, into] = vectors.slice(3) as Vectors;
  u.set([1, 2, 3]);
  q.set([4, 5, 6]);
  vector.set([1, -1, 2]);
  reflect(3, u, q, vector, into);
  const left = rows.map((row, one) =>
    row.map((value, other) =>
      value - (u[one] ?? 0) * (q[other] ?? 0) - (q[one] ?? 0) * (u[other] ?? 0)
    )
  );
  assertEquals([...into], left.map(([a = 0, b = 0, c = 0]) => a - b + 2 * c));
});
