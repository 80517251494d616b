// What a batch is to log: the sweep, and its items from the command line or a manifest.

import type { BacktestOptions } from "../backtest/mod.ts";
import type { Requirement } from "../backtest/require.ts";
import { hostProblem, InputError, present, UsageError } from "../errors.ts";
import { createRecordReader } from "../input/csv_text.ts";
import type { Io } from "../io.ts";
import { paramText, parseObject } from "../logging/params.ts";
import { checkUserTexts, type LogRequest } from "../logging/request.ts";

/** Many files to log, and what holds for all of them. */
export interface Sweep {
  /** The same in every shard: the tag `btflow.sweep`. Undefined for a sweep without a parent run. */
  readonly name: string | undefined;
  /** Name of the parent run, of which each shard has its own. */
  readonly parent: string | undefined;
  /** This process's share. */
  readonly items: readonly SweepItem[];
  readonly request: LogRequest;
  readonly options: BacktestOptions;
  /** Of the metrics of every run, of those too that were logged before. */
  readonly required: readonly Requirement[];
  /** Threads that read and compute; with less than two this one does. */
  readonly threads: number;
  /** Runs delivered at once. */
  readonly jobs: number;
}

/** One file to log. */
export interface SweepItem {
  /** Path of the file. */
  readonly returns: string;
  /** Undefined: the file's name without its ending. */
  readonly runName: string | undefined;
  /** Path of its own benchmark; undefined: the sweep's. */
  readonly benchmark: string | undefined;
  /** Added to the sweep's, and stronger. */
  readonly params: Readonly<Record<string, string>>;
  /** Added to the sweep's, and stronger. */
  readonly tags: Readonly<Record<string, string>>;
}

/** What messages call an item: its file. */
export function placeOf(item: SweepItem): string {
  return item.returns;
}

/** Items that are read together, in their order: a file alone. */
export function* itemChunks(items: readonly SweepItem[]): Generator<readonly SweepItem[]> {
  for (const item of items) yield [item];
}

/** Items from operands: one file each. */
export function fileItems(files: readonly string[]): readonly SweepItem[] {
  return files.map((returns) => ({
    returns,
    runName: undefined,
    benchmark: undefined,
    params: {},
    tags: {},
  }));
}

/**
 * Items from a manifest: a CSV file, or JSON lines where its name ends in `.jsonl` or `.ndjson`, with
 * `returns` and any of `run_name`, `benchmark`, `params.*` and `tags.*`. Relative paths are taken
 * from the manifest's own folder.
 *
 * @throws {InputError} for a line that is not such a row.
 */
export async function manifestItems(io: Io, path: string): Promise<readonly SweepItem[]> {
  const isJson = /\.(jsonl|ndjson)$/i.test(path);
  const rows: ManifestRow[] = [];
  const reader = isJson ? jsonLines(path, rows) : csvRecords(path, rows);
  try {
    for await (const chunk of io.files.chunks(path)) reader.push(chunk);
  } catch (cause) {
    if (cause instanceof InputError) throw cause;
    throw new InputError(path, hostProblem(cause, "reading"), { cause });
  }
  reader.end();
  if (rows.length === 0) throw new InputError(path, "the manifest has no rows");
  const folder = path === "-" ? "" : path.replace(/[^\\/]*$/, "");
  return rows.map(({ line, cells }) => item(path, folder, line, cells));
}

interface Reader {
  push(bytes: Uint8Array): void;
  end(): void;
}

interface ManifestRow {
  readonly line: number;
  readonly cells: Readonly<Record<string, string>>;
}

function jsonLines(path: string, rows: ManifestRow[]): Reader {
  const decoder = new TextDecoder();
  let pending = "";
  let number = 0;
  const take = (line: string): void => {
    number++;
    if (line.trim() !== "") rows.push(jsonRow(path, line, number));
  };
  return {
    push: (bytes) => {
      const lines = (pending + decoder.decode(bytes, { stream: true })).split("\n");
      pending = lines.pop() ?? "";
      lines.forEach(take);
    },
    end: () => take(pending),
  };
}

function jsonRow(path: string, text: string, line: number): ManifestRow {
  let value: Readonly<Record<string, unknown>> | null;
  try {
    value = parseObject(text);
  } catch (cause) {
    throw new InputError(path, "it is not valid JSON", { line, cause });
  }
  if (value === null) throw new InputError(path, "expected a JSON object", { line });
  return { line, cells: flatten(value) };
}

/** `{"params": {"a": 1}}` and `{"params.a": 1}` mean the same. */
function flatten(value: object): Readonly<Record<string, string>> {
  const cells: Record<string, string> = {};
  for (const [key, cell] of Object.entries(value)) {
    const nested = (key === "params" || key === "tags") && typeof cell === "object" &&
      cell !== null;
    if (!nested) {
      if (cell !== null) cells[key] = paramText(cell);
      continue;
    }
    for (const [name, inner] of Object.entries(cell as object)) {
      cells[`${key}.${name}`] = paramText(inner);
    }
  }
  return cells;
}

function csvRecords(path: string, rows: ManifestRow[]): Reader {
  let header: readonly string[] | null = null;
  return createRecordReader(path, { separator: ",", firstLine: 1 }, (record, line) => {
    if (record.every((cell) => cell.trim() === "")) return;
    if (header === null) {
      const names = record.map((name) => name.replace(/^\uFEFF/, "").trim());
      header = names;
      const twice = names.find((name, index) => names.indexOf(name) !== index);
      if (twice !== undefined) {
        throw new InputError(path, `column "${twice}" is there twice`, { line });
      }
      return;
    }
    if (record.length > header.length) {
      throw new InputError(path, `${record.length} cells, the header has ${header.length}`, {
        line,
      });
    }
    const cells: Record<string, string> = {};
    for (const [column, cell] of record.entries()) {
      if (cell !== "") cells[present(header[column], "the name of a column")] = cell;
    }
    rows.push({ line, cells });
  });
}

function item(
  path: string,
  folder: string,
  line: number,
  cells: Readonly<Record<string, string>>,
): SweepItem {
  const params: Record<string, string> = {};
  const tags: Record<string, string> = {};
  for (const [key, cell] of Object.entries(cells)) {
    if (key.startsWith("params.")) params[key.slice(7)] = cell;
    else if (key.startsWith("tags.")) tags[key.slice(5)] = cell;
    else if (!["returns", "run_name", "benchmark"].includes(key)) {
      throw new InputError(
        path,
        `unknown column "${key}": expected returns, run_name, benchmark, params.* or tags.*`,
        { line },
      );
    }
  }
  try {
    checkUserTexts(params, tags);
  } catch (cause) {
    if (!(cause instanceof UsageError)) throw cause;
    throw new InputError(path, cause.message, { line, cause });
  }
  const { returns, run_name: runName, benchmark } = cells;
  if (returns === undefined) throw new InputError(path, 'no value for "returns"', { line });
  const within = (file: string): string =>
    /^([\\/]|[A-Za-z]:|-$)/.test(file) ? file : folder + file;
  return {
    returns: within(returns),
    runName,
    benchmark: benchmark === undefined ? undefined : within(benchmark),
    params,
    tags,
  };
}
