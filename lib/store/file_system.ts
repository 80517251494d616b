// Which file systems are shared over a network. SQLite's write-ahead log needs memory shared by all
// its users, which machines do not have in common, so a store there is journalled the older way.

import type { Io } from "../io.ts";

/** File systems by the number that Linux's statfs gives them (linux/magic.h and their sources). */
const NETWORK_FILE_SYSTEMS: Readonly<Record<number, string>> = {
  0x6969: "nfs",
  0x517b: "smb",
  0xfe534d42: "smb2",
  0xff534d42: "cifs",
  0x0bd00bd0: "lustre",
  0x47504653: "gpfs",
  0x00c36400: "ceph",
  0x5346414f: "afs",
  0x6b414653: "kafs",
  0x73757245: "coda",
  0x01021997: "9p",
  0x01161970: "gfs2",
  0x7461636f: "ocfs2",
  0x19830326: "beegfs",
  0x20030528: "orangefs",
  0xaad7aaea: "panfs",
  0x65735546: "fuse",
};

/** The name of the network file system that a file or folder is on; null for a local one. */
export async function networkFileSystem(
  io: { readonly files: Pick<Io["files"], "fileSystem"> },
  file: string,
): Promise<string | null> {
  const type = await io.files.fileSystem(file);
  if (type === null) return null;
  // Some engines give the 32 bits as a signed number.
  return NETWORK_FILE_SYSTEMS[type >>> 0] ?? null;
}
