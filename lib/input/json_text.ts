// JSON as backtesters write it. Python's json writes NaN and Infinity, which JSON does not have:
// NaN becomes null (missing), infinity a number too large, which the value rules then refuse. Whole
// numbers that a double would change (times in nanoseconds) stay text.

import { InputError } from "../errors.ts";
import { quoted } from "./cells/number.ts";

const LONG_WHOLE_NUMBER = /(?<![.\d])\d{16,}(?![.\d])/;
const QUOTE = 34;
const BACKSLASH = 92;
const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;
const WORDS = /"(?:[^"\\]|\\.)*"|-?\bNaN\b|(-?)\bInfinity\b/gs;

/** Deeper than any backtester writes, and shallow enough for what goes through the values by recursion. */
const DEEPEST = 1000;

/** Parses one JSON document; throws `InputError` saying what is wrong with it. */
export function parseJson(path: string, text: string, line?: number): unknown {
  if (isTooDeep(text)) {
    throw new InputError(
      path,
      `its JSON is nested more than ${DEEPEST} levels deep`,
      line === undefined ? {} : { line },
    );
  }
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

function isTooDeep(text: string): boolean {
  if (text.length <= DEEPEST) return false;
  let depth = 0;
  let isQuoted = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) isQuoted = !isQuoted;
    else if (code === BACKSLASH) at++;
    else if (isQuoted) continue;
    else if (code === OPEN_BRACKET || code === OPEN_BRACE) depth++;
    else if (code === CLOSE_BRACKET || code === CLOSE_BRACE) depth--;
    if (depth > DEEPEST) return true;
  }
  return false;
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
