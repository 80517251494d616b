// JSON as backtesters write it. Python's json writes NaN and Infinity, which are no JSON: NaN becomes
// null (missing), infinity a number too large, which the value rules then refuse. Whole numbers
// that a double would change (times in nanoseconds) stay text.

import { InputError } from "../errors.ts";
import { quoted } from "./cells.ts";

const LONG_WHOLE_NUMBER = /(?<![.\d])\d{16,}(?![.\d])/;
const WORDS = /"(?:[^"\\]|\\.)*"|-?\bNaN\b|(-?)\bInfinity\b/gs;

/** Parses one JSON document; throws `InputError` saying what is wrong with it. */
export function parseJson(path: string, text: string, line?: number): unknown {
  try {
    return parseExact(text);
  } catch (cause) {
    try {
      if (/NaN|Infinity/.test(text)) return parseExact(withoutWords(text));
    } catch {
      // The first error is the one to tell of: it points into the text as it is.
    }
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new InputError(path, `this is not JSON: ${quoted(reason.slice(0, 200)).slice(1, -1)}`, {
      ...(line === undefined ? {} : { line }),
      cause,
    });
  }
}

function withoutWords(text: string): string {
  return text.replace(WORDS, (word, sign: string | undefined) => {
    if (word.startsWith('"')) return word;
    return sign === undefined ? "null" : `${sign}1e999`;
  });
}

type Reviver = (
  this: unknown,
  key: string,
  value: unknown,
  context?: { readonly source?: string },
) => unknown;

function parseExact(text: string): unknown {
  return LONG_WHOLE_NUMBER.test(text)
    ? JSON.parse(text, keepLongNumbers as Reviver)
    : JSON.parse(text);
}

const keepLongNumbers: Reviver = (_key, value, context) => {
  const isChanged = typeof value === "number" && Number.isInteger(value) &&
    !Number.isSafeInteger(value) && Number.isFinite(value);
  return isChanged ? context?.source ?? value : value;
};

/** A JSON object, and nothing else that is typed as one. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
