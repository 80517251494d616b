// Where a binary may find itself on a server: what is taken away, and how each command must end there.

import type { Outcome } from "../helpers/tools.ts";
import { runTool } from "../helpers/tools.ts";

/** One kind of place to run in. */
export interface Surrounding {
  readonly name: string;
  /** A program and its arguments to put before the binary's. */
  readonly prefix: readonly string[];
  /** Whether HOME and BTFLOW_STORE are set. */
  readonly home: "writable" | "read-only" | "none";
  readonly store: "given" | "full disk" | "default";
  /** How `log --offline` must end; commands that write nothing must always end with 0. */
  readonly logEnds: 0 | 8;
  /** What stderr must say when it does not end with 0. */
  readonly says?: RegExp;
}

export const isRoot: boolean = Deno.build.os !== "windows" && Deno.uid() === 0;
const AS_NOBODY = isRoot ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] : [];
/** A user who is not root needs a user namespace to make others. */
const OWN = isRoot ? [] : ["-r"];
const NO_NETWORK = ["unshare", ...OWN, "--net"];
/** `$0` is the folder to mount on; the disk is filled to its last byte. */
const FULL_DISK = [
  "unshare",
  ...OWN,
  "--mount",
  "sh",
  "-c",
  'mount -t tmpfs -o size=256k,mode=777 none "$0" && { cat /dev/zero > "$0/fill" 2>/dev/null || true; } && exec "$@"',
];

/** Null when this system lets us make namespaces, else what is lacking. */
export function noNamespaces(): string | null {
  if (Deno.build.os !== "linux") return "network namespaces of Linux";
  try {
    const args = [...OWN, "--net", "--mount", "true"];
    const { success } = new Deno.Command("unshare", { args, stderr: "null" }).outputSync();
    return success ? null : "root's right to make namespaces";
  } catch {
    return null; // unshare is missing, which is told as that.
  }
}

export const SURROUNDINGS: readonly Surrounding[] = [
  { name: "an empty folder, no HOME", prefix: [], home: "none", store: "given", logEnds: 0 },
  {
    name: "an unprivileged user",
    prefix: AS_NOBODY,
    home: "writable",
    store: "default",
    logEnds: 0,
  },
  {
    name: "no network interface",
    prefix: NO_NETWORK,
    home: "writable",
    store: "default",
    logEnds: 0,
  },
  {
    name: "no network interface, as an unprivileged user without HOME",
    prefix: [...NO_NETWORK, ...AS_NOBODY],
    home: "none",
    store: "given",
    logEnds: 0,
  },
  {
    name: "no HOME and no BTFLOW_STORE",
    prefix: [],
    home: "none",
    store: "default",
    logEnds: 8,
    says: /BTFLOW_STORE|--store/,
  },
  {
    name: "a read-only HOME",
    prefix: AS_NOBODY,
    home: "read-only",
    store: "default",
    logEnds: 8,
    says: /home.*(permission|read-only|writ)/i,
  },
  {
    name: "a full store disk",
    prefix: FULL_DISK,
    home: "writable",
    store: "full disk",
    logEnds: 8,
    says: /disk.*(full|space)|no space/i,
  },
];

/** How the commands ended in a place. */
export interface Session {
  readonly stats: Outcome;
  readonly metrics: Outcome;
  readonly version: Outcome;
  readonly log: Outcome;
  readonly search: Outcome;
  /** What is in the working folder and HOME afterwards, but the store. */
  readonly leftovers: readonly string[];
}

/** Runs a few commands of a binary in a place, on a file of returns. */
export async function visit(
  place: Surrounding,
  binary: string,
  returns: string,
): Promise<Session> {
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "btflow-place-" }));
  try {
    const home = `${folder}/home`;
    const work = `${folder}/work`;
    const disk = `${folder}/disk`;
    for (const made of [home, work, disk]) await Deno.mkdir(made);
    for (const made of [folder, work, disk]) await Deno.chmod(made, 0o777);
    await Deno.chmod(home, place.home === "read-only" ? 0o555 : 0o777);
    const env = {
      ...(place.home === "none" ? {} : { HOME: home }),
      ...(place.store === "given" ? { BTFLOW_STORE: `${disk}/store.db` } : {}),
      ...(place.store === "full disk" ? { BTFLOW_STORE: `${disk}/store.db` } : {}),
    };
    const [program = binary, ...rest] = [
      ...place.prefix,
      ...(place.store === "full disk" ? [disk] : []),
      binary,
    ];
    const call = (...words: string[]): Promise<Outcome> =>
      runTool(program, [...rest, ...words], { cwd: work, env });
    const stats = await call("stats", returns, "--format", "json");
    const metrics = await call("metrics", "--format", "json");
    const version = await call("--version");
    const log = await call("log", "-e", "there", "--returns", returns, "--offline");
    const search = await call("runs", "search", "-e", "there", "--format", "json");
    const leftovers = [...await list(work), ...await list(home)];
    if (place.home === "read-only") await Deno.chmod(home, 0o755);
    return { stats, metrics, version, log, search, leftovers };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function list(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name } of Deno.readDir(folder)) found.push(name);
  return found.filter((name) => name !== ".local");
}
