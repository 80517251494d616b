// Columns as text inside a page: base64 of their bytes, which is shorter than numbers as text and
// exact. Who reads them in the browser is in embedded.ts.

import { Buffer } from "node:buffer";
import { type EmbeddedTexts, NO_SHORT_CODE } from "./embedded.ts";
import { type CodedTexts, UNSET } from "./run_columns.ts";

/** The bytes of an array in base64. All machines that this runs on write the low byte first. */
export function packed(values: Float64Array | Uint16Array | Uint32Array): string {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString("base64");
}

/** Texts with 16-bit codes where they are few enough. */
export function packedTexts({ texts, codes }: CodedTexts): EmbeddedTexts {
  if (texts.length >= NO_SHORT_CODE) return { texts, codes: packed(codes) };
  const short = Uint16Array.from(codes, (code) => code === UNSET ? NO_SHORT_CODE : code);
  return { texts, codes: packed(short) };
}
