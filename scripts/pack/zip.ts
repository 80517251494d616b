// A zip archive of which the same content gives the same bytes: one time for all files, their order as
// given, modes as said. Wheels are such archives.

import { crc32, deflateRawSync } from "node:zlib";

/** A file of an archive. */
export interface ArchiveFile {
  /** Its path, with `/`; ASCII. */
  readonly name: string;
  readonly content: Uint8Array;
  /** Whether it may be run. */
  readonly isProgram?: boolean;
}

/** 1980-01-01, the first day that a zip knows, as MS-DOS writes it. */
const DAY = 0x21;
const VERSION = 20;
const MADE_ON_UNIX = 3 << 8;
const DEFLATED = 8;
const LIMIT = 0xffff_ffff;

/** The archive; throws where a part is too large for the plain form of it. */
export function zip(files: readonly ArchiveFile[]): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  const add = (...added: readonly Uint8Array[]): void => {
    for (const part of added) {
      parts.push(part);
      offset += part.length;
    }
  };
  for (const file of files) {
    const name = new TextEncoder().encode(file.name);
    const packed = deflateRawSync(file.content);
    const facts = entryFacts(file.content, packed.length, name.length);
    const mode = file.isProgram === true ? 0o100755 : 0o100644;
    directory.push(
      fields("IHH", 0x02014b50, MADE_ON_UNIX | VERSION, VERSION),
      facts,
      fields("HHHII", 0, 0, 0, mode * 0x1_0000, offset),
      name,
    );
    add(fields("IH", 0x04034b50, VERSION), facts, name, packed);
  }
  const start = offset;
  add(...directory);
  const count = files.length;
  add(fields("IHHHHIIH", 0x06054b50, 0, 0, count, count, offset - start, start, 0));
  if (offset > LIMIT) throw new Error("Cannot pack more than 4 GiB into one archive");
  const archive = new Uint8Array(offset);
  let at = 0;
  for (const part of parts) {
    archive.set(part, at);
    at += part.length;
  }
  return archive;
}

/** What the local header and the directory both say of a file. */
function entryFacts(content: Uint8Array, packed: number, name: number): Uint8Array {
  return fields("HHHHIIIHH", 0, DEFLATED, 0, DAY, crc32(content), packed, content.length, name, 0);
}

/** Numbers in a row, little-endian: `H` of two bytes, `I` of four. */
function fields(form: string, ...values: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer([...form].length * 4));
  let at = 0;
  for (const [index, kind] of [...form].entries()) {
    const value = values[index] ?? 0;
    if (kind === "H") view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += kind === "H" ? 2 : 4;
  }
  return new Uint8Array(view.buffer, 0, at);
}
