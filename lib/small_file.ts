// Files that are read up to a limit: by the bytes that come, since a device says it has none and never
// ends.

import { joined } from "./bytes.ts";
import type { Files } from "./io.ts";

/**
 * All of a file, up to a limit that counts what is read: a device says it has no bytes, and never ends.
 * Fails with the code `EFBIG` beyond the limit.
 */
export async function readAtMost(
  files: Pick<Files, "chunks">,
  file: string,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of files.chunks(file)) {
    length += chunk.length;
    if (length > maxBytes) throw fileError("EFBIG", file);
    parts.push(chunk.slice());
  }
  return joined(parts);
}

/** The largest file of settings or certificates. */
export const SMALL_FILE_BYTES: number = 1 << 20;

/** All of a small file; one that is a device or a pipe, which may never end, fails with `ENOTREG`. */
export async function readSmall(
  files: Pick<Files, "chunks" | "info">,
  file: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const info = await files.info(file);
  if (info === null) throw fileError("ENOENT", file);
  if (info.isDirectory) throw fileError("EISDIR", file);
  if (!info.isFile) throw fileError("ENOTREG", file);
  return await readAtMost(files, file, SMALL_FILE_BYTES);
}

function fileError(code: string, file: string): Error {
  return Object.assign(new Error(`${code}: ${file}`), { code });
}
