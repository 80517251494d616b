// What a program needs of the system it runs on, read from its own bytes: the glibc whose symbols it
// asks for, the macOS it was linked for. A package's name then promises what is true of this binary, and
// not what its engine's makers once said.

const ELF = 0x464c457f;
const MACH_O_64 = 0xfeedfacf;

const LOAD = 1;
const DYNAMIC = 2;
const NEEDED_LIBRARY = 1n;
const STRING_TABLE = 5n;
const VERSIONS_NEEDED = 0x6ffffffen;

const BUILD_VERSION = 0x32;
const VERSION_MIN_MACOSX = 0x24;

/** A version of two numbers. */
export type Version = readonly [major: number, minor: number];

/** What an ELF program asks of the system. */
export interface ElfNeeds {
  /** The libraries it names. */
  readonly libraries: readonly string[];
  /** The newest version of glibc any of its symbols is of; null where none is (musl has none). */
  readonly glibc: Version | null;
}

/** What a Linux program needs; throws where the bytes are no 64-bit ELF file with a dynamic section. */
export function elfNeeds(program: Uint8Array): ElfNeeds {
  const view = new DataView(program.buffer, program.byteOffset, program.byteLength);
  if (view.byteLength < 64 || view.getUint32(0, true) !== ELF || view.getUint8(4) !== 2) {
    throw new Error("it is no 64-bit ELF program");
  }
  const segments = segmentsOf(view);
  const dynamic = segments.find(({ type }) => type === DYNAMIC);
  if (dynamic === undefined) throw new Error("it has no dynamic section");
  const entries = dynamicEntries(view, dynamic);
  const placed = (tag: bigint): number | null => {
    const address = entries.find(([own]) => own === tag)?.[1];
    return address === undefined ? null : offsetOf(segments, Number(address));
  };
  const strings = placed(STRING_TABLE);
  if (strings === null) throw new Error("it has no table of strings");
  const text = (at: number): string => textAt(program, strings + at);
  const libraries = entries.filter(([tag]) => tag === NEEDED_LIBRARY)
    .map(([, at]) => text(Number(at)));
  const versions = versionNames(view, placed(VERSIONS_NEEDED), text)
    .map((name) => /^GLIBC_(\d+)\.(\d+)/.exec(name))
    .filter((match) => match !== null)
    .map(([, major, minor]): Version => [Number(major), Number(minor)]);
  return { libraries, glibc: versions.sort(byVersion).at(-1) ?? null };
}

/** The oldest macOS a program was linked for; throws where the bytes are no 64-bit Mach-O program that says so. */
export function macosNeed(program: Uint8Array): Version {
  const view = new DataView(program.buffer, program.byteOffset, program.byteLength);
  if (view.byteLength < 32 || view.getUint32(0, true) !== MACH_O_64) {
    throw new Error("it is no 64-bit Mach-O program");
  }
  let at = 32;
  for (let left = view.getUint32(16, true); left > 0; left--) {
    const command = view.getUint32(at, true);
    if (command === BUILD_VERSION || command === VERSION_MIN_MACOSX) {
      const version = view.getUint32(at + (command === BUILD_VERSION ? 12 : 8), true);
      return [version >>> 16, (version >>> 8) & 0xff];
    }
    at += view.getUint32(at + 4, true);
  }
  throw new Error("it does not say for which macOS it is");
}

interface Segment {
  readonly type: number;
  readonly offset: number;
  readonly address: number;
  readonly bytes: number;
}

function segmentsOf(view: DataView): readonly Segment[] {
  const start = Number(view.getBigUint64(0x20, true));
  const bytes = view.getUint16(0x36, true);
  return Array.from({ length: view.getUint16(0x38, true) }, (_, index): Segment => {
    const at = start + index * bytes;
    return {
      type: view.getUint32(at, true),
      offset: Number(view.getBigUint64(at + 8, true)),
      address: Number(view.getBigUint64(at + 16, true)),
      bytes: Number(view.getBigUint64(at + 32, true)),
    };
  });
}

function offsetOf(segments: readonly Segment[], address: number): number {
  const segment = segments.find((candidate) =>
    candidate.type === LOAD && candidate.address <= address &&
    address < candidate.address + candidate.bytes
  );
  if (segment === undefined) throw new Error("its dynamic section points nowhere");
  return segment.offset + address - segment.address;
}

function dynamicEntries(
  view: DataView,
  { offset, bytes }: Segment,
): readonly (readonly [tag: bigint, value: bigint])[] {
  const entries: [bigint, bigint][] = [];
  for (let at = offset; at < offset + bytes; at += 16) {
    const tag = view.getBigUint64(at, true);
    if (tag === 0n) break;
    entries.push([tag, view.getBigUint64(at + 8, true)]);
  }
  return entries;
}

/** Names such as GLIBC_2.17, from the chains of the libraries (Verneed) and of their versions (Vernaux). */
function versionNames(
  view: DataView,
  start: number | null,
  text: (at: number) => string,
): readonly string[] {
  const names: string[] = [];
  for (let library = start; library !== null;) {
    let version = library + view.getUint32(library + 8, true);
    for (let left = view.getUint16(library + 2, true); left > 0; left--) {
      names.push(text(view.getUint32(version + 8, true)));
      version += view.getUint32(version + 12, true);
    }
    const next = view.getUint32(library + 12, true);
    library = next === 0 ? null : library + next;
  }
  return names;
}

function textAt(bytes: Uint8Array, at: number): string {
  return new TextDecoder().decode(bytes.subarray(at, bytes.indexOf(0, at)));
}

function byVersion(a: Version, b: Version): number {
  return a[0] - b[0] || a[1] - b[1];
}
