// The beginnings of programs, as far as packing looks at them: for targets whose binaries are not at hand.

/** A Mach-O program with one load command. */
export function machO(command: number, ...fields: readonly number[]): Uint8Array {
  const sizes = [command, 8 + 4 * fields.length, ...fields];
  const words = [0xfeedfacf, 0, 0, 2, 2, 0, 0, 0, 0x19, 8, ...sizes];
  const view = new DataView(new ArrayBuffer(words.length * 4));
  words.forEach((word, index) => view.setUint32(index * 4, word, true));
  return new Uint8Array(view.buffer);
}

const BASE = 0x400000;
const DYNAMIC = 0x200;
const STRINGS = 0x300;
const VERSIONS = 0x500;
const SIZE = 0x800;

/** A 64-bit ELF program that names a library, and versions of its symbols. */
export function elf(library: string, versions: readonly string[]): Uint8Array {
  const bytes = new Uint8Array(SIZE);
  const view = new DataView(bytes.buffer);
  const u64 = (at: number, value: number): void => view.setBigUint64(at, BigInt(value), true);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  u64(0x20, 0x40);
  view.setUint16(0x36, 56, true);
  view.setUint16(0x38, 2, true);
  const segments = [[1, 0, SIZE], [2, DYNAMIC, 0x100]] as const;
  segments.forEach(([type, offset, size], index) => {
    const at = 0x40 + index * 56;
    view.setUint32(at, type, true);
    u64(at + 8, offset);
    u64(at + 16, BASE + offset);
    u64(at + 32, size);
  });
  let end = 1;
  const text = (value: string): number => {
    const at = end;
    bytes.set(new TextEncoder().encode(value), STRINGS + at);
    end += value.length + 1;
    return at;
  };
  const entries = [[1, text(library)], [5, BASE + STRINGS]];
  if (versions.length > 0) entries.push([0x6ffffffe, BASE + VERSIONS]);
  entries.forEach(([tag = 0, value = 0], index) => {
    u64(DYNAMIC + index * 16, tag);
    u64(DYNAMIC + index * 16 + 8, value);
  });
  view.setUint16(VERSIONS + 2, versions.length, true);
  view.setUint32(VERSIONS + 8, 16, true);
  versions.forEach((version, index) => {
    const at = VERSIONS + 16 + index * 16;
    view.setUint32(at + 8, text(version), true);
    view.setUint32(at + 12, 16, true);
  });
  return bytes;
}

/** A stand-in for the binary of each target, by its name in a release. */
export function programs(): Readonly<Record<string, Uint8Array>> {
  const glibc = elf("libc.so.6", ["GLIBC_2.2.5", "GLIBC_2.17", "GLIBC_2.9"]);
  const mac = machO(0x32, 1, 0x000d0000);
  return {
    "btflow-linux-x64": glibc,
    "btflow-linux-arm64": glibc,
    "btflow-macos-x64": mac,
    "btflow-macos-arm64": mac,
    "btflow-windows-x64.exe": new TextEncoder().encode("MZ"),
    "btflow-linux-x64-musl": elf("libc.musl-x86_64.so.1", []),
    "btflow-linux-arm64-musl": elf("libc.musl-aarch64.so.1", []),
  };
}
