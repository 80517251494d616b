// The files of a dataset: one, or those of a folder, whose names may say values that all rows of a file
// share (`symbol=BTC/…`, as DuckDB, polars, Spark and Hive write partitions).

import { hostProblem, InputError } from "../../errors.ts";
import { quoted } from "../cells/number.ts";
import { type Bytes, openParquet, type ParquetFile } from "../parquet_file.ts";
import { factsOf } from "../source.ts";
import type { DatasetHost, Part } from "./dataset.ts";

/** What stands for a missing value among folders. */
const MISSING = "__HIVE_DEFAULT_PARTITION__";
const MOST_LEVELS = 32;

/**
 * The Parquet files of a path in the order of their names. Files and folders whose names begin with `_` or
 * `.` are no data.
 *
 * @throws {InputError} where there is none, or they are not partitioned alike.
 */
export async function partsOf(host: DatasetHost, path: string): Promise<readonly Part[]> {
  const { size, modifiedMs, isDirectory } = await factsOf(host, path);
  if (!isDirectory) return [{ path, size, modifiedMs, partitions: {} }];
  const parts: Part[] = [];
  await gather(host, path, {}, parts, 0);
  const [first] = parts;
  if (first === undefined) {
    throw new InputError(path, "the folder holds no Parquet files (.parquet)");
  }
  const levels = (part: Part): string => Object.keys(part.partitions).join(", ");
  const other = parts.find((part) => levels(part) !== levels(first));
  if (other !== undefined) {
    const said = (part: Part): string => levels(part) === "" ? "not at all" : `by ${levels(part)}`;
    const problem = `its files are not partitioned alike: ${first.path} ${said(first)}, ` +
      `${other.path} ${said(other)}`;
    throw new InputError(path, problem);
  }
  return parts;
}

async function gather(
  host: DatasetHost,
  folder: string,
  partitions: Part["partitions"],
  parts: Part[],
  level: number,
): Promise<void> {
  if (level > MOST_LEVELS) throw new InputError(folder, "its folders lie too deep in each other");
  const names = await host.files.list(folder).catch((cause) => {
    throw new InputError(folder, hostProblem(cause, "reading"), { cause });
  });
  for (const name of names.toSorted()) {
    if (name.startsWith("_") || name.startsWith(".")) continue;
    const path = `${folder.replace(/[\\/]+$/, "")}/${name}`;
    if (/\.(?:parquet|pq|parq)$/i.test(name)) {
      const { size, modifiedMs, isDirectory } = await factsOf(host, path);
      if (!isDirectory) {
        parts.push({ path, size, modifiedMs, partitions });
        continue;
      }
    }
    const { isDirectory } = await factsOf(host, path);
    if (!isDirectory) continue;
    const [, key, value] = /^([^=]+)=(.*)$/s.exec(name) ?? [];
    const own = key === undefined || value === undefined
      ? partitions
      : { ...partitions, [decoded(path, key)]: value === MISSING ? null : decoded(path, value) };
    await gather(host, path, own, parts, level + 1);
  }
}

function decoded(path: string, text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw new InputError(path, `${quoted(text)} is not percent-encoded as partitions are`, {
      cause,
    });
  }
}

/** A file this small is read whole: one read is faster than several. */
const WHOLE_BYTES = 1 << 20;

/** Opened files are kept: their footers would be read again for every few series. */
const MOST_OPEN = 64;
const open = new Map<string, Promise<ParquetFile>>();

/**
 * Opens a file of a dataset, or gives it again.
 *
 * @throws {InputError} where it is not what it was when it was first looked at.
 */
export function opened(host: DatasetHost, part: Part): Promise<ParquetFile> {
  const { path, size, modifiedMs } = part;
  const key = JSON.stringify([path, size, modifiedMs]);
  const known = open.get(key);
  if (known !== undefined) return known;
  const oldest = open.size < MOST_OPEN ? undefined : open.keys().next().value;
  if (oldest !== undefined) open.delete(oldest);
  const file = openPart(host, part);
  open.set(key, file);
  file.catch(() => open.delete(key));
  return file;
}

async function openPart(host: DatasetHost, part: Part): Promise<ParquetFile> {
  const { path, size, modifiedMs } = part;
  const now = await factsOf(host, path);
  if (now.size !== size || now.modifiedMs !== modifiedMs) throw changed(path);
  const bytes = await rangedBytes(host, path, size);
  return await openParquet(path, bytes);
}

async function rangedBytes(host: DatasetHost, path: string, size: number): Promise<Bytes> {
  if (size < 12) throw new InputError(path, "it is too short for a Parquet file");
  const read = async (start: number, end: number): Promise<ArrayBuffer> => {
    if (start < 0 || end > size || start > end) {
      throw new InputError(path, `it names bytes ${start} to ${end}, and has ${size}`);
    }
    const bytes = await host.files.readAt(path, start, end - start).catch((cause) => {
      throw new InputError(path, hostProblem(cause, "reading"), { cause });
    });
    if (bytes.length !== end - start) throw changed(path);
    return bytes.buffer;
  };
  if (size <= WHOLE_BYTES) return await read(0, size);
  return { byteLength: size, slice: (start, end = size) => read(start, end) };
}

function changed(path: string): InputError {
  return new InputError(path, "it was changed while it was being read; start again");
}

/** The first file that has rows: Spark writes some without. Throws `InputError` where none has. */
export async function firstWithRows(
  host: DatasetHost,
  path: string,
  parts: readonly Part[],
): Promise<{ readonly part: Part; readonly file: ParquetFile }> {
  for (const part of parts) {
    const file = await opened(host, part);
    if (file.rows > 0) return { part, file };
  }
  throw new InputError(path, "it has columns but no rows");
}
