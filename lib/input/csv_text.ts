// Delimited text through @std/csv: quotes, line breaks inside cells, and errors for what is not
// CSV. Text is parsed in blocks of whole records, so that a long file needs no long string and
// every record's line is known. This is the careful path; scan.ts is the quick one.

import { parse } from "@std/csv";
import { textOf } from "../bytes.ts";
import { InputError } from "../errors.ts";
import { BLANKS, splitAtBlanks } from "./blanks.ts";

/** Longest line, or record of quoted lines, that is read. */
export const MAX_LINE_BYTES: number = 1 << 20;

const NEWLINE = 10;
const RETURN = 13;
const QUOTE = 34;

/**
 * One record: its cells as written (not trimmed), without what protects them from a spreadsheet, and the
 * line that it starts on.
 */
export type OnRecord = (cells: readonly string[], line: number) => void;

/** Takes bytes in pieces and gives records. */
export interface RecordReader {
  /** Takes the next bytes. */
  push(bytes: Uint8Array): void;
  /** The bytes are over; what is left is the last record. */
  end(): void;
}

/** How text is cut into records. */
export interface RecordOptions {
  /** One character; a blank stands for any number of them. */
  readonly separator: string;
  /** The line that the first byte stands on. */
  readonly firstLine: number;
}

/** A reader of records; throws `InputError` for text that is no CSV. */
export function createRecordReader(
  path: string,
  options: RecordOptions,
  onRecord: OnRecord,
): RecordReader {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let pending = new Uint8Array(0);
  let line = options.firstLine;

  const onUnprotected: OnRecord = (cells, line) => onRecord(cells.map(unprotected), line);
  const parseBlock = (block: Uint8Array): void => {
    const text = textOf(block, decoder);
    const { separator } = options;
    line = /="|'/.test(text)
      ? parseRecords(path, withoutBareFormulas(text, separator), line, separator, onUnprotected)
      : parseRecords(path, text, line, separator, onRecord);
  };
  return {
    push(bytes) {
      const joined = pending.length === 0 ? bytes : joinBytes(pending, bytes);
      const cut = lastRecordEnd(joined);
      if (cut > 0) parseBlock(joined.subarray(0, cut));
      pending = joined.slice(cut);
      if (pending.length > MAX_LINE_BYTES) throw tooLong(path, line);
    },
    end() {
      if (pending.length > 0) parseBlock(pending);
      pending = new Uint8Array(0);
    },
  };
}

/** The text of a cell that is protected from being taken for a number: `="007"` or `'007`. */
function unprotected(cell: string): string {
  return /^\s*(?:="([^"]*)"|'([^']*))\s*$/.exec(cell)?.slice(1).find((text) =>
    text !== undefined
  ) ??
    cell;
}

/** `="007"` without quotes of CSV around it, as a cell in quotes. */
function withoutBareFormulas(text: string, separator: string): string {
  const cell = new RegExp(
    `(^|[${separator}])( *)="([^"\r\n]*)"(?= *(?:[${separator}\r\n]|$))`,
    "gm",
  );
  return text.includes('="') ? text.replace(cell, '$1$2"$3"') : text;
}

/** The error for a record that has no end in sight. */
export function tooLong(path: string, line: number): InputError {
  return new InputError(
    path,
    "the row that begins here is longer than 1 MiB; is a quote left open, or is this no CSV file?",
    { line },
  );
}

/** One array of two. */
export function joinBytes(first: Uint8Array, second: Uint8Array): Uint8Array {
  const joined = new Uint8Array(first.length + second.length);
  joined.set(first);
  joined.set(second, first.length);
  return joined;
}

/** The position after the last line end outside quotes; 0 when there is none. */
function lastRecordEnd(bytes: Uint8Array): number {
  let end = 0;
  let isQuoted = false;
  for (let at = 0; at < bytes.length; at++) {
    if (bytes[at] === QUOTE) isQuoted = !isQuoted;
    else if (bytes[at] === NEWLINE && !isQuoted) end = at + 1;
  }
  return end;
}

/** Parses whole records and returns the line after them. */
function parseRecords(
  path: string,
  text: string,
  firstLine: number,
  separator: string,
  onRecord: OnRecord,
): number {
  if (separator === BLANKS) return splitAtBlanks(text, firstLine, onRecord);
  if (!text.includes('"')) return splitRows(text, firstLine, separator, onRecord);
  let records: readonly (readonly string[])[];
  try {
    records = parse(withoutMark(text), { separator });
  } catch (cause) {
    return parseSingly(path, text, firstLine, separator, onRecord, cause);
  }
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  let index = 0;
  for (const cells of records) {
    while (lines[index] === "" || lines[index] === "\r") index++;
    onRecord(cells, firstLine + index);
    index += 1 + cells.reduce((breaks, cell) => breaks + breaksIn(cell), 0);
  }
  return firstLine + lines.length;
}

/** Without quotes a record is a line and a cell what stands between separators: 4 s less a million rows. */
function splitRows(
  text: string,
  firstLine: number,
  separator: string,
  onRecord: OnRecord,
): number {
  let line = firstLine;
  for (let start = 0; start < text.length; line++) {
    const found = text.indexOf("\n", start);
    const end = found < 0 ? text.length : found;
    const isCut = text.charCodeAt(end - 1) === RETURN && end > start;
    if (end - start > (isCut ? 1 : 0)) {
      onRecord(text.slice(start, isCut ? end - 1 : end).split(separator), line);
    }
    start = end + 1;
  }
  return line;
}

/** Record by record, where a block has an error: the records before it come first, as they stand. */
function parseSingly(
  path: string,
  text: string,
  firstLine: number,
  separator: string,
  onRecord: OnRecord,
  cause: unknown,
): number {
  const records = splitRecords(text);
  if (records.length < 2) throw syntaxError(path, text, cause, firstLine);
  return records.reduce(
    (line, record) => parseRecords(path, record, line, separator, onRecord),
    firstLine,
  );
}

/** Cuts text after each line end that is outside quotes. */
function splitRecords(text: string): readonly string[] {
  const records: string[] = [];
  let start = 0;
  let isQuoted = false;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '"') isQuoted = !isQuoted;
    else if (text[at] === "\n" && !isQuoted) {
      records.push(text.slice(start, at + 1));
      start = at + 1;
    }
  }
  if (start < text.length) records.push(text.slice(start));
  return records;
}

/** @std/csv drops a byte order mark; inside a file it would be a character like any other. */
function withoutMark(text: string): string {
  return text.startsWith("\ufeff") ? `\ufeff${text}` : text;
}

function breaksIn(cell: string): number {
  let breaks = 0;
  for (let at = cell.indexOf("\n"); at >= 0; at = cell.indexOf("\n", at + 1)) breaks++;
  return breaks;
}

/** The library counts records, not lines; its column is right, its line is not used. */
function syntaxError(path: string, text: string, cause: unknown, line: number): InputError {
  const message = cause instanceof Error ? cause.message : String(cause);
  const match = /column (\d+): (.*)$/.exec(message);
  if (match === null) return new InputError(path, message, { line, cause });
  const isOpen = text.split('"').length % 2 === 0 && !message.includes("bare");
  const problem = isOpen
    ? "a quote is opened in this row and never closed"
    : `a stray quote at character ${match[1]}; a quote inside a quoted cell is written twice`;
  return new InputError(path, problem, { line, cause });
}

/** Nothing but blanks; but a lone quoted "" is how polars writes a missing value of one column. */
export function isBlankRecord(cells: readonly string[], trimmed: readonly string[]): boolean {
  return trimmed.every((cell) => cell === "") && !(cells.length === 1 && cells[0] === "");
}

/** Tab, else semicolon when there are at least as many as commas (which may be decimal), else comma. */
export function separatorOf(line: string): string {
  const bare = line.replace(/"(?:[^"]|"")*"/g, "");
  const count = (separator: string): number => bare.split(separator).length - 1;
  if (count("\t") > 0) return "\t";
  return count(";") > 0 && count(";") >= count(",") ? ";" : ",";
}
