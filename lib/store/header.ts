// What the first bytes of a store's file say of it, read without opening it: SQLite changes files that
// it opens, and takes an empty one for a database.

import type { Io } from "../io.ts";
import { EXPORT_ID } from "./schema.ts";

/** What kind of store a file is. */
export interface StoreHeader {
  /** True for what `--export` wrote and nobody has opened for writing since. */
  readonly isExport: boolean;
  /** True when all of it is in this one file, so that reading it needs no file beside it. */
  readonly isSelfContained: boolean;
  /** The store format, `user_version`. */
  readonly format: number;
}

// Offsets in the header of an SQLite file (https://sqlite.org/fileformat2.html#the_database_header).
const MAGIC = "SQLite format 3\0";
/** 1: a rollback journal; 2: a write-ahead log. */
const JOURNAL = 18;
const USER_VERSION = 60;
const APPLICATION_ID = 68;
const HEADER_BYTES = 100;

/** Whether a file that begins with these bytes is SQLite's. */
export function isSqlite(head: Uint8Array): boolean {
  return new TextDecoder("latin1").decode(head.subarray(0, MAGIC.length)) === MAGIC;
}

/** The header of an SQLite file; null for any other, an empty one too. */
export async function storeHeader(io: Io, file: string): Promise<StoreHeader | null> {
  const head = await io.files.head(file, HEADER_BYTES);
  if (head.length < HEADER_BYTES) return null;
  if (!isSqlite(head)) return null;
  const view = new DataView(head.buffer, head.byteOffset);
  const isSelfContained = head[JOURNAL] === 1;
  return {
    isExport: isSelfContained && view.getUint32(APPLICATION_ID) === EXPORT_ID,
    isSelfContained,
    format: view.getUint32(USER_VERSION),
  };
}
