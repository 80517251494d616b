// A gzipped tar archive of which the same content gives the same bytes, as npm takes it: every file under
// `package/`, of one time, owned by nobody in particular.

import { gzipSync } from "node:zlib";
import type { ArchiveFile } from "./zip.ts";

/** The time that npm gives all files of its own archives: 1985-10-26, for tools that know no time before 1980. */
const TIME = 499_162_500;
const BLOCK = 512;

/** The archive. */
export function tarball(files: readonly ArchiveFile[]): Uint8Array<ArrayBuffer> {
  const bytes = files.reduce((sum, { content }) => sum + BLOCK + padded(content.length), 2 * BLOCK);
  const archive = new Uint8Array(bytes);
  let at = 0;
  for (const file of files) {
    archive.set(header(file), at);
    archive.set(file.content, at + BLOCK);
    at += BLOCK + padded(file.content.length);
  }
  return new Uint8Array(gzipSync(archive));
}

function padded(bytes: number): number {
  return Math.ceil(bytes / BLOCK) * BLOCK;
}

/** A file's block of the form ustar. */
function header({ name, content, isProgram }: ArchiveFile): Uint8Array {
  const path = `package/${name}`;
  if (path.length > 100) throw new Error(`Cannot pack ${path}: its name is too long`);
  const block = new Uint8Array(BLOCK);
  const put = (at: number, text: string): void => {
    block.set(new TextEncoder().encode(text), at);
  };
  const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, "0");
  put(0, path);
  put(100, octal(isProgram === true ? 0o755 : 0o644, 7));
  put(108, octal(0, 7));
  put(116, octal(0, 7));
  put(124, octal(content.length, 11));
  put(136, octal(TIME, 11));
  put(148, " ".repeat(8));
  put(156, "0");
  put(257, "ustar\0" + "00");
  put(148, `${octal(block.reduce((sum, byte) => sum + byte, 0), 6)}\0 `);
  return block;
}
