// Files from memory, in chunks as small as a test wants: the seam between two chunks is where a
// streaming reader goes wrong first.

import type { Host } from "../../lib/input/source.ts";
import type { FileInfo } from "../../lib/io.ts";

export type Content = string | Uint8Array;

/** A host whose files are these. Each chunk is handed out in one reused buffer, as the real host does. */
export function memoryHost(
  files: Readonly<Record<string, Content>>,
  chunkSize: number = 1 << 20,
): Host {
  const bytesOf = (file: string): Uint8Array => {
    const content = files[file];
    if (content === undefined) throw Object.assign(new Error("no such file"), { code: "ENOENT" });
    return typeof content === "string" ? new TextEncoder().encode(content) : content;
  };
  async function* chunks(file: string): AsyncGenerator<Uint8Array> {
    const bytes = bytesOf(file);
    const buffer = new Uint8Array(chunkSize);
    for (let at = 0; at < bytes.length; at += chunkSize) {
      const part = bytes.subarray(at, at + chunkSize);
      buffer.fill(0x37);
      buffer.set(part);
      yield await Promise.resolve(buffer.subarray(0, part.length));
    }
  }
  return {
    files: {
      chunks,
      info: (file): Promise<FileInfo | null> =>
        Promise.resolve(
          files[file] === undefined ? null : {
            size: bytesOf(file).length,
            isDirectory: false,
            isFile: true,
            modifiedMs: 0,
            mode: 0o600,
          },
        ),
    },
  };
}
