// Who is at work: a token for each sync, export or import, and a small file beside the store that it
// holds locked; for a site, one in its folder. The system drops the lock of a killed process at once
// and never that of a suspended one, so a run is neither taken from the living nor left to the dead,
// as it would be with leases that run out.

import { hostProblem, StorageError } from "../errors.ts";
import type { Io } from "../io.ts";
import { folderOf } from "./location.ts";
import { type Database, openDatabase } from "./sqlite.ts";

/** A claim to be alive. */
export interface Lease {
  /** What marks the runs that it is delivering. */
  readonly owner: string;
  /** Whether the sync with this token lives; what a dead one left is tidied away. */
  isAlive(owner: string): Promise<boolean>;
  release(): Promise<void>;
}

/** Where the syncs of one store get their leases. */
export interface Leases {
  /** Takes one. */
  take(): Promise<Lease>;
  /** Tidies up after syncs that were killed. */
  tidy(): Promise<void>;
}

/** Leases as locked files beside the store. */
export function fileLeases(io: Io, storePath: string): Leases {
  return {
    take: () => takeLease(io, storePath),
    tidy: async () => void await removeDeadLeases(io, storePath),
  };
}

const ATTEMPTS = 5;
const PAUSE_MS = 20;

/** Takes a lease on the store at a path. */
export async function takeLease(io: Io, storePath: string): Promise<Lease> {
  for (let attempt = 1;; attempt++) {
    const owner = `${io.pid}-${hex(io.randomBytes(8))}`;
    const file = leaseFile(storePath, owner);
    // Where it cannot be made SQLite cannot make it either, and says why.
    await io.files.create(file, "", 0o600).catch(() => {});
    const lock = openDatabase(file, { busyTimeoutMs: 0 });
    // One that asked whether this file is held may have locked or removed it just now.
    if (lockNow(lock) && isLocked(file)) {
      return {
        owner,
        isAlive: (other) => other === owner ? Promise.resolve(true) : isHeld(io, storePath, other),
        release: () => remove(io, file, lock),
      };
    }
    await remove(io, file, lock);
    if (attempt === ATTEMPTS) {
      throw new StorageError(
        storePath,
        "files beside it cannot be locked: its file system lacks locks, or fails",
      );
    }
    await io.sleep(PAUSE_MS);
  }
}

/**
 * Takes a lease where nobody else has one; null where somebody has. Of those that ask at the same moment
 * one gets it, or none where they are held up.
 *
 * @throws {StorageError} where files cannot be locked.
 */
export async function takeOnlyLease(io: Io, path: string): Promise<Lease | null> {
  const lease = await takeLease(io, path);
  for (let attempt = 1;; attempt++) {
    const others = (await removeDeadLeases(io, path)).filter((owner) => owner !== lease.owner);
    if (others.length === 0) return lease;
    // Who asks too, and is later by its token, gives way to this one.
    if (attempt === ATTEMPTS || others.some((owner) => owner < lease.owner)) {
      await lease.release();
      return null;
    }
    await io.sleep(PAUSE_MS);
  }
}

function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

const SUFFIX = ".sync-";

/** The file that the sync, export or import with this token holds locked. */
export function leaseFile(storePath: string, owner: string): string {
  return `${storePath}${SUFFIX}${owner}`;
}

/** Tidies up after syncs that were killed; answers whose leases are held. */
export async function removeDeadLeases(io: Io, storePath: string): Promise<readonly string[]> {
  const folder = folderOf(storePath);
  const prefix = storePath.slice(folder === "." ? 0 : folder.length).replace(/^[/\\]/, "") + SUFFIX;
  let names: readonly string[];
  try {
    names = await io.files.list(folder);
  } catch (cause) {
    const problem = `its folder cannot be listed: ${hostProblem(cause, "reading")}`;
    throw new StorageError(storePath, problem, { cause });
  }
  const held: string[] = [];
  for (const name of names) {
    if (!name.startsWith(prefix) || name.endsWith("-journal")) continue;
    const owner = name.slice(prefix.length);
    if (await isHeldNow(io, leaseFile(storePath, owner))) held.push(owner);
  }
  return held;
}

async function isHeld(io: Io, storePath: string, owner: string): Promise<boolean> {
  const file = leaseFile(storePath, owner);
  // Another sync that asks the same holds the lock for an instant: asking again tells them apart.
  for (let attempt = 1; attempt < ATTEMPTS; attempt++) {
    if (!await isHeldNow(io, file)) return false;
    await io.sleep(PAUSE_MS);
  }
  return await isHeldNow(io, file);
}

/** Whether a lease file is there and locked; one that is not locked is removed. */
export async function isHeldNow(io: Io, file: string): Promise<boolean> {
  if (await io.files.info(file) === null) return false;
  const probe = openDatabase(file, { busyTimeoutMs: 0 });
  if (!lockNow(probe)) {
    probe.close();
    return true;
  }
  await remove(io, file, probe);
  return false;
}

function isLocked(file: string): boolean {
  const probe = openDatabase(file, { busyTimeoutMs: 0 });
  try {
    return !lockNow(probe);
  } finally {
    probe.close();
  }
}

/**
 * Locks a file at once, or says that it could not: another has it, or is removing it this moment,
 * which SQLite meets as a file or journal that is there and then is not.
 */
function lockNow(file: Database): boolean {
  try {
    file.run("BEGIN EXCLUSIVE");
    return true;
  } catch (error) {
    if (error instanceof StorageError && IN_OTHER_HANDS.test(error.message)) return false;
    throw error;
  }
}

const IN_OTHER_HANDS = /locked|I\/O error|cannot be opened/;

/**
 * Removes a lease file while it is locked, so that nobody can take it in between. Windows removes no
 * open file, and lets nobody else remove one either, so there it is closed first.
 */
async function remove(io: Io, file: string, lock: Database): Promise<void> {
  if (io.platform === "windows") lock.close();
  try {
    await io.files.remove(`${file}-journal`);
    await io.files.remove(file);
  } catch (error) {
    if (io.platform !== "windows") throw error;
  } finally {
    if (io.platform !== "windows") lock.close();
  }
}
