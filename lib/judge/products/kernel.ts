// The compiled products of vectors and their memory, or the same in TypeScript where a processor or
// an engine has no vector instructions for WebAssembly: the results are the same to the last bit.

import { KERNEL_CODE } from "./kernel_code.ts";

/** Most vectors of a side of one call; a multiple of 4. */
export const TILE = 128;
/** Most numbers of a vector of one call, even: a side fits in the second cache. */
export const PART = 256;

const BYTES = Float64Array.BYTES_PER_ELEMENT;
/** Where the kernel's own memory ends. */
const LEFT = 1024;
const RIGHT = LEFT + TILE * PART * BYTES;
const INTO = RIGHT + TILE * PART * BYTES;
/** Size of the memory, in pages of 64 KiB. */
export const PRODUCT_PAGES: number = Math.ceil((INTO + TILE * TILE * BYTES) / 65_536);

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

let shared: ProductKernel | undefined;

/** The kernel, compiled when it is first asked for. */
export function productKernel(): ProductKernel {
  if (shared !== undefined) return shared;
  const code = Uint8Array.from(atob(KERNEL_CODE), (character) => character.charCodeAt(0));
  return shared = WebAssembly.validate(code) ? compiledKernel(code) : plainKernel();
}

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
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
}

function compiledKernel(code: BufferSource): ProductKernel {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(code));
  const { memory, multiply } = exports as unknown as Exports;
  return {
    left: new Float64Array(memory.buffer, LEFT, TILE * PART),
    right: new Float64Array(memory.buffer, RIGHT, TILE * PART),
    into: new Float64Array(memory.buffer, INTO, TILE * TILE),
    multiply(lefts, rights, length) {
      const [fours, twos] = [Math.ceil(lefts / 4) * 4, Math.ceil(rights / 2) * 2];
      multiply(LEFT, fours, RIGHT, twos, PART * BYTES, length * BYTES, INTO, TILE);
    },
  };
}

/** The kernel without WebAssembly. */
export function plainKernel(): ProductKernel {
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
