// Bytes that arrive in parts, as one, and as text.

/** All parts in one new array, in their order. */
export function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Of no more bytes a decoder may make nothing yet: a mark, and the beginning of a character. */
const MOST_WITHOUT_TEXT = 8;

/**
 * The text of bytes, by default of UTF-8.
 *
 * @throws {RangeError} where the memory does not hold it: JavaScriptCore gives no text then and no error.
 */
export function textOf(
  bytes: Uint8Array,
  decoder: TextDecoder = new TextDecoder(),
  options: TextDecodeOptions = {},
): string {
  const text = decoder.decode(bytes, options);
  if (text === "" && bytes.length > MOST_WITHOUT_TEXT) throw new RangeError("Out of memory");
  return text;
}
