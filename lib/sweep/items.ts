// What a batch is to log: items from the command line or a manifest, and which share of them is this
// process's own when a sweep is spread over Slurm tasks or Kubernetes pods.

import { hostProblem, InputError, UsageError } from "../errors.ts";
import { createRecordReader } from "../input/csv_text.ts";
import type { Io } from "../io.ts";
import { checkOwnNames } from "../logging/request.ts";
import { paramText, parseObject } from "../logging/params.ts";
import { checkBatch } from "../limits.ts";

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
      if (cell !== "") cells[header[column] ?? ""] = cell;
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
    checkBatch({ params, tags });
    checkOwnNames(params, tags);
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

/** One share of a sweep: every `count`-th item, beginning with `index` (from 0). */
export interface Shard {
  /** From 0; below `count`. */
  readonly index: number;
  /** How many shares there are. */
  readonly count: number;
}

/**
 * The share that `--shard` names: `i/n`, `slurm` (from SLURM_ARRAY_TASK_ID, _MIN, _STEP, _COUNT) or
 * `k8s/N` (from JOB_COMPLETION_INDEX). The environment is read only when asked.
 *
 * @throws {UsageError} when it does not name a share.
 */
export function readShard(word: string, env: (name: string) => string | undefined): Shard {
  const refuse = (why: string): never => {
    throw new UsageError(`Cannot use --shard ${JSON.stringify(word)}: ${why}`);
  };
  const whole = (name: string): number => {
    const value = env(name);
    if (value === undefined || !/^\d+$/.test(value)) {
      return refuse(`${name} is ${value === undefined ? "not set" : JSON.stringify(value)}`);
    }
    return Number(value);
  };
  const check = (index: number, count: number): Shard => {
    if (Number.isInteger(index) && index >= 0 && index < count) return { index, count };
    return refuse(`share ${index} of ${count} is not a whole number from 0 to ${count - 1}`);
  };
  if (word === "slurm") {
    const count = whole("SLURM_ARRAY_TASK_COUNT");
    const step = env("SLURM_ARRAY_TASK_STEP") === undefined ? 1 : whole("SLURM_ARRAY_TASK_STEP");
    const least = whole("SLURM_ARRAY_TASK_MIN");
    return check((whole("SLURM_ARRAY_TASK_ID") - least) / step, count);
  }
  const pods = /^k8s\/(\d+)$/.exec(word);
  if (pods !== null) return check(whole("JOB_COMPLETION_INDEX"), Number(pods[1]));
  const share = /^(\d+)\/(\d+)$/.exec(word);
  if (share === null) return refuse("expected i/n (from 0), slurm or k8s/N");
  return check(Number(share[1]), Number(share[2]));
}
