// The text of a filter, cut into words before anything is understood, so that every later message
// knows its place. The forms are those of the lexer that MLflow uses (sqlparse), less its accidents;
// `portable` marks what that lexer reads as we do, so that a filter may be sent as it was written.

import { FilterSyntaxError } from "../errors.ts";
import { isBareKeyPart, printKey } from "./fields.ts";

interface Place {
  readonly start: number;
  readonly end: number;
  /** MLflow's lexer reads the same from the same characters. */
  readonly portable: boolean;
}

/** A word (`AND`, `run_id`) or a dotted name (``metrics.`a b` ``): what precedes the first dot is `head`. */
export interface NameToken extends Place {
  readonly kind: "name";
  readonly head: string;
  readonly headQuoted: boolean;
  readonly key: string | null;
}

/** Text in single or double quotes; a doubled quote inside stands for one. */
export interface TextToken extends Place {
  readonly kind: "text";
  readonly value: string;
  readonly quote: string;
}

export interface NumberToken extends Place {
  readonly kind: "number";
  readonly value: number;
  readonly digitsOnly: boolean;
}

export interface OperatorToken extends Place {
  readonly kind: "operator";
  readonly operator: string;
}

export interface MarkToken extends Place {
  readonly kind: "(" | ")" | "," | "end";
}

export type Token = NameToken | TextToken | NumberToken | OperatorToken | MarkToken;

/** Longest text that is read, in UTF-16 units: room for some 2,000 run ids. */
export const MAX_LENGTH = 100_000;

const SPACE = /\s/u;
const WORD = /[\p{L}\p{N}_]+/uy;
const NUMBER_LIKE = /[-+]?\.?\d(?:e[-+]|[\p{L}\p{N}_.])*/iuy;
// sqlparse's numbers: no leading plus, no `1E+3`, and an exponent only after a digit.
const NUMBER = /^-?(?:\d+\.?\d*|\.\d+|\d+(?:\.\d+)?e-?\d+)$/i;
const OPERATOR = /[<>=~!]+/y;
const MARKS = "(),";
const CURLY = "‘’“”";

const OTHER_OPERATORS: Readonly<Record<string, string>> = {
  "==": "=",
  "===": "=",
  "<>": "!=",
  "!==": "!=",
  "=>": ">=",
  "=<": "<=",
};

const OPERATORS: readonly string[] = ["=", "!=", ">", ">=", "<", "<="];

/** Cuts `text` into tokens, the last of which is `end`. */
export function tokenize(text: string): readonly Token[] {
  if (text.length > MAX_LENGTH) {
    const problem = `it has ${text.length} characters; at most ${MAX_LENGTH} are read`;
    fail(text, 0, text.length, problem);
  }
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    if (SPACE.test(text.charAt(at))) {
      at++;
      continue;
    }
    const token = readToken(text, at);
    tokens.push(token);
    at = token.end;
  }
  tokens.push({ kind: "end", start: text.length, end: text.length, portable: true });
  return tokens;
}

function readToken(text: string, at: number): Token {
  const character = text.charAt(at);
  if (character === "'" || character === '"') return readText(text, at);
  if (MARKS.includes(character)) {
    return { kind: character as MarkToken["kind"], start: at, end: at + 1, portable: true };
  }
  const number = matchAt(NUMBER_LIKE, text, at);
  if (number !== null) return readNumber(text, at, number);
  if (character === "`" || matchAt(WORD, text, at) !== null) return readName(text, at);
  const operator = matchAt(OPERATOR, text, at);
  if (operator !== null) return readOperator(text, at, operator);
  if (CURLY.includes(character)) {
    fail(text, at, at + 1, "a typographic quote; write ' or \"");
  }
  const shown = String.fromCodePoint(text.codePointAt(at) ?? 0);
  return fail(text, at, at + shown.length, `unexpected "${shown}"`);
}

function matchAt(pattern: RegExp, text: string, at: number): string | null {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? null;
}

function readText(text: string, start: number): TextToken {
  const quote = text.charAt(start);
  let value = "";
  let from = start + 1;
  for (;;) {
    const close = text.indexOf(quote, from);
    if (close < 0) {
      const hint = text.includes(`\\${quote}`) ? `; ${backslashHint(quote)}` : "";
      fail(text, start, text.length, `the text has no closing ${quote}${hint}`);
    }
    value += text.slice(from, close);
    if (text.charAt(close + 1) !== quote) {
      const end = close + 1;
      const doubled = end - start - 2 !== value.length;
      const portable = !doubled && !value.endsWith("\\") && isPlainText(value);
      return { kind: "text", start, end, portable, value, quote };
    }
    value += quote;
    from = close + 2;
  }
}

/** For those who know other languages' escapes. */
export function backslashHint(quote: string): string {
  return `a backslash does not escape a quote, double it: ${quote}${quote}`;
}

/** Text that survives the way to a server: no control characters, no broken surrogates. */
export function isPlainText(value: string): boolean {
  // deno-lint-ignore no-control-regex -- these are what is looked for
  return value.isWellFormed() && !/[\u0000-\u001f\u007f]/.test(value);
}

function readNumber(text: string, start: number, raw: string): NumberToken {
  const end = start + raw.length;
  if (!NUMBER.test(raw)) {
    const value = Number(raw);
    const hint = Number.isFinite(value) && !/^[-+]?0x/i.test(raw)
      ? `; write ${String(value).replace("e+", "e")}`
      : "";
    fail(text, start, end, `"${raw}" is not a number here${hint}`);
  }
  const digitsOnly = /^-?\d+$/.test(raw);
  return { kind: "number", start, end, portable: true, value: Number(raw), digitsOnly };
}

function readOperator(text: string, start: number, raw: string): OperatorToken {
  const end = start + raw.length;
  if (!OPERATORS.includes(raw)) {
    const other = OTHER_OPERATORS[raw];
    const hint = other === undefined ? `one of ${OPERATORS.join(" ")}` : other;
    fail(text, start, end, `"${raw}" is not an operator; write ${hint}`);
  }
  return { kind: "operator", start, end, portable: true, operator: raw };
}

function readName(text: string, start: number): NameToken {
  const head = readPart(text, start);
  if (text.charAt(head.end) !== ".") {
    return {
      kind: "name",
      start,
      end: head.end,
      portable: true,
      head: head.value,
      headQuoted: head.quoted,
      key: null,
    };
  }
  const key = readKey(text, start, head.end + 1);
  return {
    kind: "name",
    start,
    end: key.end,
    portable: isPlainText(key.value),
    head: head.value,
    headQuoted: head.quoted,
    key: key.value,
  };
}

interface Part {
  readonly value: string;
  readonly quoted: boolean;
  readonly end: number;
}

function readPart(text: string, start: number): Part {
  const quote = text.charAt(start);
  if (quote !== "" && "`'\"".includes(quote)) {
    const close = text.indexOf(quote, start + 1);
    if (close < 0) fail(text, start, text.length, `the name has no closing ${quote}`);
    return { value: text.slice(start + 1, close), quoted: true, end: close + 1 };
  }
  const word = matchAt(WORD, text, start) ?? "";
  return { value: word, quoted: false, end: start + word.length };
}

/** The key after an entity's dot: one quoted part, or bare parts with dots between them. */
function readKey(text: string, start: number, from: number): Part {
  const first = readPart(text, from);
  if (first.quoted) {
    refuseTail(text, start, first.end, "quote the whole key");
    if (first.value === "") fail(text, start, first.end, "the key is empty");
    return first;
  }
  let end = first.end;
  const parts = [first];
  while (text.charAt(end) === ".") {
    const part = readPart(text, end + 1);
    if (part.quoted) fail(text, start, part.end, "quote the whole key");
    parts.push(part);
    end = part.end;
  }
  const value = text.slice(from, end);
  if (value === "") {
    fail(text, start, Math.max(end, from), "a key must follow the dot, without a space");
  }
  refuseTail(text, start, end, "");
  if (!parts.every((part) => isBareKeyPart(part.value))) {
    fail(text, start, end, `write the key in back-ticks: ${text.slice(start, from)}\`${value}\``);
  }
  return { value, quoted: false, end };
}

/** A key that goes on with characters which only back-ticks allow. */
function refuseTail(text: string, start: number, end: number, advice: string): void {
  const tail = matchAt(/[^\s<>=~!(),]+/uy, text, end);
  if (tail === null) return;
  const written = text.slice(start, end + tail.length);
  const dot = written.indexOf(".") + 1;
  const key = written.slice(dot).replace(/[`'"]/g, "");
  const hint = advice === "" ? "write the key in back-ticks" : advice;
  fail(text, start, end + tail.length, `${hint}: ${written.slice(0, dot)}${printKey(key)}`);
}

function fail(text: string, start: number, end: number, problem: string): never {
  throw new FilterSyntaxError(text, start, end, problem);
}
