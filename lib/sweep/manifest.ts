// A manifest: which files a sweep has, or, beside a dataset, what its runs are to carry besides.

import { textOf } from "../bytes.ts";
import { hostProblem, InputError, present, UsageError } from "../errors.ts";
import { createRecordReader } from "../input/csv_text.ts";
import type { Io } from "../io.ts";
import { paramText, parseObject } from "../logging/params.ts";
import { checkUserTexts } from "../logging/request.ts";
import type { SweepItem } from "./items.ts";

/** A row of a manifest. */
export interface ManifestEntry
  extends Pick<SweepItem, "runName" | "benchmark" | "params" | "tags"> {
  readonly line: number;
  /** Path of a file. */
  readonly returns: string | undefined;
}

/**
 * Items from a manifest: a CSV file, or JSON lines where its name ends in `.jsonl` or `.ndjson`, with
 * `returns` and any of `run_name`, `benchmark`, `params.*` and `tags.*`. Relative paths are taken
 * from the manifest's own folder.
 *
 * @throws {InputError} for a line that is not such a row.
 */
export async function manifestItems(io: Io, path: string): Promise<readonly SweepItem[]> {
  const entries = await readManifest(io, path);
  return entries.map(({ line, returns, ...rest }) => {
    if (returns === undefined) throw new InputError(path, 'no value for "returns"', { line });
    return { returns, ...rest };
  });
}

/**
 * The rows of a manifest.
 *
 * @throws {InputError} for a line that is not such a row, and where there is none.
 */
export async function readManifest(io: Io, path: string): Promise<readonly ManifestEntry[]> {
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
  return rows.map(({ line, cells }) => entryOf(path, folder, line, cells));
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
      const lines = (pending + textOf(bytes, decoder, { stream: true })).split("\n");
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

function entryOf(
  path: string,
  folder: string,
  line: number,
  cells: Readonly<Record<string, string>>,
): ManifestEntry {
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
  const within = (file: string): string =>
    /^([\\/]|[A-Za-z]:|-$)/.test(file) ? file : folder + file;
  return {
    line,
    returns: returns === undefined ? undefined : within(returns),
    runName,
    benchmark: benchmark === undefined ? undefined : within(benchmark),
    params,
    tags,
  };
}
