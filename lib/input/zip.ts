// Zip archives by fflate, loaded only when a file is one. Members are read into memory and nothing
// is ever written, but a name that would leave its folder marks an archive as hostile.

import { crc32 } from "node:zlib";
import { unzipSync } from "fflate";
import { InputError } from "../errors.ts";
import { quoted } from "./cells/number.ts";
import { workbookProblem } from "./foreign_bytes.ts";
import { tooLarge } from "./source.ts";

/** The names of an archive's members; throws `InputError` for one that is hostile or a workbook. */
export function zipNames(path: string, bytes: Uint8Array): readonly string[] {
  const names: string[] = [];
  unzip(path, bytes, ({ name }) => {
    names.push(name);
    return false;
  });
  const hostile = names.find((name) => /(?:^|[\\/])\.\.(?:[\\/]|$)|^[\\/]|^[a-z]:/i.test(name));
  if (hostile !== undefined) {
    throw new InputError(
      path,
      `the archive holds the name ${quoted(hostile)}, which leaves its folder`,
    );
  }
  if (names.includes("xl/workbook.xml")) {
    throw new InputError(path, workbookProblem(path));
  }
  return names;
}

/** A member by its name, up to a limit of bytes, its checksum compared. */
export function readZipMember(
  path: string,
  bytes: Uint8Array,
  chosen: string,
  limit: number,
): Uint8Array {
  const entry = entryOf(bytes, chosen);
  if (entry?.isEncrypted === true) {
    const way = "unpack it and name the file that was in it";
    throw new InputError(path, `${quoted(chosen)} in it needs a password; ${way}`);
  }
  const [member] = unzip(path, bytes, ({ name, originalSize }) => {
    if (name === chosen && originalSize > limit) throw tooLarge(path, limit);
    return name === chosen;
  });
  if (member === undefined || entry?.checksum !== crc32(member)) {
    throw new InputError(
      path,
      `its zip data is damaged: the checksum of ${quoted(chosen)} is wrong`,
    );
  }
  return member;
}

/** The only file of an archive, beside folders and what macOS adds; null where there are several. */
export function onlyMember(path: string, bytes: Uint8Array, limit: number): Uint8Array | null {
  const files = zipNames(path, bytes).filter((name) => !/^__MACOSX\/|\/$/.test(name));
  const [only] = files;
  return only === undefined || files.length > 1 ? null : readZipMember(path, bytes, only, limit);
}

/** The error for an archive of several files, none of which is a backtest result. */
export function noResult(path: string, names: readonly string[]): InputError {
  const some = names.slice(0, 10).map(quoted).join(", ");
  return new InputError(
    path,
    `the archive holds no backtest result, only ${some || "nothing"}; ` +
      "to read a table that is in it, unpack it and name the table",
  );
}

function unzip(
  path: string,
  bytes: Uint8Array,
  filter: (file: { name: string; originalSize: number }) => boolean,
): readonly Uint8Array[] {
  try {
    return Object.values(unzipSync(bytes, { filter }));
  } catch (cause) {
    if (cause instanceof InputError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new InputError(path, `its zip data is damaged or cut off: ${reason}`, { cause });
  }
}

const END_MARK = 0x06054b50;
const ENTRY_MARK = 0x02014b50;

/** What the archive's directory says of a member and fflate does not use. */
interface Entry {
  /** The CRC-32 of its content. */
  readonly checksum: number;
  readonly isEncrypted: boolean;
}

function entryOf(bytes: Uint8Array, name: string): Entry | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let end = bytes.length - 22;
  while (end > 0 && view.getUint32(end, true) !== END_MARK) end--;
  let at = end < 0 ? 0 : view.getUint32(end + 16, true);
  while (at + 46 <= bytes.length && view.getUint32(at, true) === ENTRY_MARK) {
    const nameLength = view.getUint16(at + 28, true);
    const entry = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength));
    if (entry === name) {
      const isEncrypted = (view.getUint16(at + 8, true) & 1) === 1;
      return { checksum: view.getUint32(at + 16, true), isEncrypted };
    }
    at += 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return undefined;
}
