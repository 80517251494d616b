// The table of output formats, and the one function that writes a command's answer: to stdout as it
// arrives, or to the file named by --output, which appears whole or not at all.

import type { Json, Result, Rows } from "../command/answer.ts";
import { hostProblem, StorageError, UsageError } from "../errors.ts";
import type { Io } from "../io.ts";
import { loadWidths } from "./widths.ts";
import { plain } from "./plain.ts";
import { screenText, wantsColour } from "./screen.ts";
import type { OutputFormat, Writer } from "./format.ts";

export type { OutputFormat, RenderOptions, Writer } from "./format.ts";
export type { Cell, Row, Rows } from "../command/answer.ts";

/** One row of the table of formats. */
export interface OutputFormatEntry {
  /** As `--format` takes it. */
  readonly name: string;
  readonly load: () => Promise<OutputFormat>;
}

/** Every format that rows can be written in; each is loaded only when it is asked for. */
export const OUTPUT_FORMATS: readonly OutputFormatEntry[] = [
  { name: "table", load: loadTable },
  { name: "csv", load: async () => (await import("./csv.ts")).format },
  { name: "json", load: async () => (await import("./json.ts")).format },
  { name: "ndjson", load: async () => (await import("./ndjson.ts")).format },
  { name: "markdown", load: async () => (await import("./markdown.ts")).format },
  { name: "parquet", load: async () => (await import("./parquet.ts")).format },
];

/** Their names: the formats of a command that answers with rows. */
export const ROW_FORMATS: readonly string[] = OUTPUT_FORMATS.map(({ name }) => name);

/** Where an answer goes, and how. */
export interface Target {
  /** `text`, `html`, or a name of `OUTPUT_FORMATS`. */
  readonly format: string;
  /** The file of --output; undefined for stdout. */
  readonly output: string | undefined;
  readonly io: Io;
  /** Ends the writing with its reason; a file begun is taken back. */
  readonly interrupted?: AbortSignal | undefined;
}

/**
 * Writes the answer. Returns the line for stderr: the count ("3 runs"), or for who watches that the
 * file is there; null where there is none to tell, as when the reader went away (`| head`).
 *
 * @throws {StorageError} when stdout or the file cannot be written.
 */
export async function render(result: Result, target: Target): Promise<string | null> {
  const { output, io } = target;
  const count = await renderAnswer(result, target);
  const isWatched = output !== undefined && output !== "-" && io.stderr.isTerminal;
  return count ?? (isWatched ? `Wrote ${output}` : null);
}

async function renderAnswer(result: Result, target: Target): Promise<string | null> {
  const { format, output, io } = target;
  if (format === "html" && result.html !== undefined) {
    const html = await result.html();
    await send(target, async (writer) => void await writer.write(html));
    return null;
  }
  if (format === "json" && result.json !== undefined) {
    const text = jsonText(result.json);
    await send(target, async (writer) => void await writer.write(text));
    return null;
  }
  if (format === "markdown") return await renderMarkdown(result, target);
  if (result.screen !== undefined && FOR_PEOPLE.includes(format) && isOnTerminal(target)) {
    await loadWidths();
    const { columns } = io.stdout;
    const lines = await result.screen({ columns, now: io.now() });
    const text = screenText(lines, wantsColour(io, io.stdout));
    await send(target, async (writer) => void await writer.write(text));
    return null;
  }
  const entry = OUTPUT_FORMATS.find(({ name }) => name === format);
  if (entry !== undefined && result.rows !== undefined) {
    return await renderRows(await entry.load(), result.rows, target);
  }
  const text = result.text ?? "";
  if (text === "" && output === undefined) return null;
  await send(target, async (writer) => void await writer.write(plain(ended(text))));
  return null;
}

async function loadTable(): Promise<OutputFormat> {
  await loadWidths();
  return (await import("./table.ts")).format;
}

/** What stands around the table, or in its place; what a --require asked for is part of the answer. */
async function renderMarkdown(result: Result, target: Target): Promise<string | null> {
  const { format } = await import("./markdown.ts");
  const { markdownText } = await import("./markdown_text.ts");
  let count = 0;
  await send(target, async (writer) => {
    if (result.markdown !== undefined) await writer.write(plain(ended(result.markdown)));
    if (result.rows !== undefined) {
      if (result.markdown !== undefined) await writer.write("\n");
      count = await format.render(result.rows, writer, WHOLE);
    }
    const failure = result.failure ?? result.failureAtEnd?.() ?? null;
    if (failure !== null) await writer.write(`\n> **${markdownText(failure.message)}**\n`);
  });
  return result.rows === undefined ? null : countText(result.rows, count);
}

/** Nothing is cut for a width. */
const WHOLE = { columns: Infinity, colour: false, isTerminal: false, now: 0 } as const;

/** The formats that people read; programs ask for another. */
const FOR_PEOPLE: readonly string[] = ["text", "table"];

function isOnTerminal({ output, io }: Target): boolean {
  return output === undefined && io.stdout.isTerminal;
}

async function renderRows(
  format: OutputFormat,
  rows: Rows,
  target: Target,
): Promise<string | null> {
  const { io, output } = target;
  if (format.binary && output === undefined && io.stdout.isTerminal) {
    throw new UsageError(
      `Cannot write ${format.name} to a terminal: name a file with --output FILE`,
    );
  }
  const isTerminal = isOnTerminal(target);
  let count = 0;
  const open = await send(target, async (writer) => {
    const isClean = !isTerminal || format.cleans === true;
    count = await format.render(rows, isClean ? writer : plainWriter(writer), {
      columns: isTerminal ? io.stdout.columns : Infinity,
      colour: output === undefined && wantsColour(io, io.stdout),
      isTerminal,
      now: io.now(),
    });
  });
  return open ? countText(rows, count) : null;
}

function plainWriter(writer: Writer): Writer {
  return { write: (part) => writer.write(typeof part === "string" ? plain(part) : part) };
}

function countText({ noun, told }: Rows, count: number): string | null {
  return noun === null ? null : told?.(count) ?? counted(count, noun);
}

/** "1 run", "3 runs". */
export function counted(count: number, noun: string): string {
  return `${count} ${count === 1 ? noun.replace(/ies$/, "y").replace(/s$/, "") : noun}`;
}

/** An answer as people and programs read it: two spaces, numbers that are not finite as null. */
export function jsonText(json: Json): string {
  return `${JSON.stringify(json, null, 2)}\n`;
}

function ended(text: string): string {
  return text === "" || text.endsWith("\n") ? text : `${text}\n`;
}

/** Gives `produce` a writer to the file or stdout; answers false when the reader went away. */
async function send(target: Target, produce: (writer: Writer) => Promise<void>): Promise<boolean> {
  const { io, output, interrupted } = target;
  const aborted = whenAborted(interrupted);
  if (output !== undefined && output !== "-") {
    await toFile(io, output, produce, aborted);
    return true;
  }
  let open = true;
  const work = produce({
    write: async (part) => {
      if (interrupted?.aborted === true) throw interrupted.reason;
      try {
        return open &&= await io.stdout.write(part);
      } catch (cause) {
        throw storageError("standard output", cause);
      }
    },
  });
  await Promise.race([work, aborted]);
  return open;
}

/** Rejects once the signal is aborted; a page that never comes must not hold the program. */
function whenAborted(signal: AbortSignal | undefined): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  promise.catch(() => {});
  if (signal?.aborted === true) reject(signal.reason);
  signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
  return promise;
}

/** Runs `produce` against the file: the parts it pushes are pulled by the host's atomic write. */
async function toFile(
  io: Io,
  file: string,
  produce: (writer: Writer) => Promise<void>,
  aborted: Promise<never>,
): Promise<void> {
  const parts = new TransformStream<string | Uint8Array, string | Uint8Array>();
  const writer = parts.writable.getWriter();
  let failure: { readonly error: unknown } | null = null;
  const work = produce({ write: (part) => writer.write(part).then(() => true, () => false) });
  const produced = Promise.race([work, aborted]).then(() => writer.close(), (error) => {
    failure = { error };
    return writer.abort(error);
  }).catch(() => {});
  try {
    await io.files.write(file, parts.readable);
  } catch (cause) {
    await parts.readable.cancel().catch(() => {});
    await produced;
    const made = failure as { readonly error: unknown } | null;
    throw made === null ? storageError(file, cause) : made.error;
  }
  await produced;
}

/** The error of a file that cannot be written, from the host's. */
export function storageError(path: string, cause: unknown): StorageError | UsageError {
  if (cause instanceof StorageError || cause instanceof UsageError) return cause;
  return new StorageError(path, hostProblem(cause, "writing"), { cause });
}
