// The compiled products and their memory, or the same in TypeScript where a processor or an engine has
// no vector instructions for WebAssembly: the results are the same to the last bit.

import { KERNEL_CODE } from "./kernel_code.ts";

/** Most vectors of a side of one call; a multiple of 4. */
export const TILE = 128;
/** Most numbers of a vector of one call, even: a side fits in the second cache. */
export const PART = 256;

const BYTES = Float64Array.BYTES_PER_ELEMENT;
/** Where the kernel's own memory ends. */
const START = 1024;
const LEFT = START;
const RIGHT = LEFT + TILE * PART * BYTES;
const INTO = RIGHT + TILE * PART * BYTES;
const PAGE_BYTES = 65_536;

/** Both sides of the products, and what comes out. One serves all calls. */
export interface ProductKernel {
  /** `TILE` vectors of `PART` numbers. */
  readonly left: Float64Array;
  readonly right: Float64Array;
  /** `TILE` products for each vector on the left. */
  readonly into: Float64Array;
  /** Multiplies the first `length` numbers, even, of the first vectors of each side. */
  multiply(lefts: number, rights: number, length: number): void;
}

/** A symmetric matrix that is reflected step by step, and vectors of its size. */
export interface ReflectionKernel {
  /** The rows of the matrix, then the further vectors. All 0 at first. */
  readonly vectors: readonly Float64Array[];
  /**
   * A ← A − u·qᵀ − q·uᵀ and `into` ← A·`vector`, in one pass over the first `rows` of the matrix: each
   * is read and changed up to its diagonal. All four are among the vectors behind these.
   */
  reflect(
    rows: number,
    u: Float64Array,
    q: Float64Array,
    vector: Float64Array,
    into: Float64Array,
  ): void;
}

interface Exports {
  multiply(
    left: number,
    lefts: number,
    right: number,
    rights: number,
    stride: number,
    bytes: number,
    into: number,
    width: number,
  ): void;
  reflect(
    matrix: number,
    stride: number,
    rows: number,
    u: number,
    q: number,
    vector: number,
    into: number,
  ): void;
}

let compiled: WebAssembly.Module | null | undefined;
let shared: ProductKernel | undefined;

/** An instance with a memory of its own; null where there is no WebAssembly that has all it needs. */
function instance(
  bytes: number,
): { readonly code: Exports; readonly memory: WebAssembly.Memory["buffer"] } | null {
  if (compiled === undefined) {
    const code = Uint8Array.from(atob(KERNEL_CODE), (character) => character.charCodeAt(0));
    compiled = WebAssembly.validate(code) ? new WebAssembly.Module(code) : null;
  }
  if (compiled === null) return null;
  const pages = Math.ceil(bytes / PAGE_BYTES);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  const { exports } = new WebAssembly.Instance(compiled, { env: { memory } });
  return { code: exports as unknown as Exports, memory: memory.buffer };
}

/** The kernel of products, compiled when it is first asked for. */
export function productKernel(): ProductKernel {
  return shared ??= compiledProducts() ?? plainProducts();
}

function compiledProducts(): ProductKernel | null {
  const made = instance(INTO + TILE * TILE * BYTES);
  if (made === null) return null;
  const { code, memory } = made;
  return {
    left: new Float64Array(memory, LEFT, TILE * PART),
    right: new Float64Array(memory, RIGHT, TILE * PART),
    into: new Float64Array(memory, INTO, TILE * TILE),
    multiply(lefts, rights, length) {
      const [fours, twos] = [Math.ceil(lefts / 4) * 4, Math.ceil(rights / 2) * 2];
      code.multiply(LEFT, fours, RIGHT, twos, PART * BYTES, length * BYTES, INTO, TILE);
    },
  };
}

/** The kernel of products without WebAssembly. */
export function plainProducts(): ProductKernel {
  const left = new Float64Array(TILE * PART);
  const right = new Float64Array(TILE * PART);
  const into = new Float64Array(TILE * TILE);
  return {
    left,
    right,
    into,
    multiply(lefts, rights, length) {
      for (let one = 0; one < lefts; one++) {
        for (let other = 0; other < rights; other++) {
          const [start, beside] = [one * PART, other * PART];
          let even = 0;
          let odd = 0;
          for (let at = 0; at < length; at += 2) {
            even += (left[start + at] as number) * (right[beside + at] as number);
            odd += (left[start + at + 1] as number) * (right[beside + at + 1] as number);
          }
          into[one * TILE + other] = even + odd;
        }
      }
    },
  };
}

/** A kernel of its own for a matrix of `size` rows and `further` vectors. */
export function reflectionKernel(size: number, further: number): ReflectionKernel {
  const stride = size * BYTES;
  const made = instance(START + (size + further) * stride);
  if (made === null) return plainReflections(size, further);
  const { code, memory } = made;
  return {
    vectors: Array.from(
      { length: size + further },
      (_, at) => new Float64Array(memory, START + at * stride, size),
    ),
    reflect(rows, u, q, vector, into) {
      const { byteOffset: at } = vector;
      code.reflect(START, stride, rows, u.byteOffset, q.byteOffset, at, into.byteOffset);
    },
  };
}

/** The same without WebAssembly. */
export function plainReflections(size: number, further: number): ReflectionKernel {
  const vectors = Array.from({ length: size + further }, () => new Float64Array(size));
  return {
    vectors,
    reflect(rows, u, q, vector, into) {
      for (let row = 0; row < rows; row++) {
        const source = vectors[row] as Float64Array;
        const [ownU, ownQ, own] = [u[row], q[row], vector[row]] as [number, number, number];
        let even = 0;
        let odd = 0;
        for (let at = 0; at <= row; at++) {
          const left = (source[at] as number) - ownU * (q[at] as number) -
            ownQ * (u[at] as number);
          source[at] = left;
          if (at === row) into[at] = even + odd + left * own;
          else {
            into[at] = (into[at] as number) + own * left;
            const product = left * (vector[at] as number);
            if (at % 2 === 0) even += product;
            else odd += product;
          }
        }
      }
    },
  };
}
