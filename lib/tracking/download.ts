// Files of a run onto this machine's disk. Their paths come from a server, so each is checked before
// anything is written under it. What cannot be a file here, or does not come whole, is named and left
// out; the others are written, each whole or not at all.

import type { Context } from "../command/declare.ts";
import { NotFoundError, SeveralErrors, StorageError, TrackerError, UsageError } from "../errors.ts";
import type { Io } from "../io.ts";
import { storageError } from "../output/mod.ts";
import type { Artifact, Tracker } from "../tracker.ts";

/** What to download, and where to. */
export interface Download {
  readonly runId: string;
  readonly files: readonly Artifact[];
  /** Made if need be. */
  readonly folder: string;
}

/** A file that was written. */
export interface Downloaded {
  /** In the run. */
  readonly path: string;
  /** On this machine. */
  readonly file: string;
}

/** What came of a download; `failure` is absent when all files were written. */
export interface DownloadResult {
  readonly written: readonly Downloaded[];
  readonly failure?: Error;
}

/** Above this many files, progress is shown. */
const QUICK = 10;
/** Failures that are listed. */
const LISTED = 20;
/** After so many files in a row without an answer the server is taken to be gone. */
const SILENT = 3;
/** With these the next file fares no better. */
const DISK_TROUBLE = new Set(["ENOSPC", "EDQUOT", "EROFS", "EIO", "EMFILE"]);

/** Writes all files that can be; throws where none could. */
export async function download(
  context: Context,
  tracker: Tracker,
  { runId, files, folder }: Download,
): Promise<DownloadResult> {
  const { io, progress } = context;
  const top = folder.replace(/(.)[/\\]+$/, "$1");
  await makeTop(io, top);
  const written: Downloaded[] = [];
  const failures: Error[] = [];
  const taken = new Map<string, Downloaded>();
  let silent = 0;
  let left = files.length;
  for (const artifact of files) {
    if (files.length > QUICK) {
      const done = files.length - left;
      progress({ done, total: files.length, failed: failures.length, label: artifact.path });
    }
    left--;
    try {
      const target = { path: artifact.path, file: fileOf(artifact.path, top, io.platform) };
      await refuseTwins(io, taken, target);
      await fetchOne(io, tracker, runId, artifact, target.file);
      written.push(target);
      silent = 0;
    } catch (error) {
      if (!isOfOneFile(error)) throw error;
      failures.push(error);
      silent = error instanceof TrackerError && error.isUnanswered ? silent + 1 : 0;
      if (silent === SILENT || endsAll(error)) break;
    }
  }
  const failure = failureOf(failures, files.length, left);
  if (failure === undefined) return { written };
  if (written.length === 0) throw failure;
  return { written, failure };
}

async function makeTop({ files }: Io, folder: string): Promise<void> {
  if ((await files.info(folder).catch(() => null))?.isDirectory === false) {
    throw new StorageError(folder, "it is a file, not a folder");
  }
  await orStorageError(folder, () => files.makeFolder(folder));
}

async function fetchOne(
  { files }: Io,
  tracker: Tracker,
  runId: string,
  artifact: Artifact,
  file: string,
): Promise<void> {
  await orStorageError(file, async () => {
    await files.makeFolder(file.slice(0, file.lastIndexOf("/")));
    await files.write(file, whole(tracker, runId, artifact));
  });
}

/** The content, which must have the length that the list says: what is cut off, or goes on, is no file. */
async function* whole(
  tracker: Tracker,
  runId: string,
  { path, size }: Artifact,
): AsyncGenerator<Uint8Array> {
  let length = 0;
  for await (const part of tracker.readArtifact(runId, path)) {
    length += part.length;
    if (size !== null && length > size) break;
    yield part;
  }
  if (size === null || length === size) return;
  const came = length > size ? "more came" : `${length} came`;
  throw new TrackerError("download", `${path} of ${tracker.uri}`, {
    status: 200,
    code: "BAD_REPLY",
    message: `it has ${size} bytes by the run's list of files, and ${came}`,
  });
}

async function orStorageError(file: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (cause) {
    const code = (cause as { readonly code?: unknown }).code;
    if (typeof code !== "string" || !/^E[A-Z]+$/.test(code)) throw cause;
    throw storageError(file, cause);
  }
}

/** Where a file goes; throws a `StorageError` for a path that has no place here. */
function fileOf(path: string, folder: string, platform: Io["platform"]): string {
  for (const name of path.split("/")) {
    const problem = nameProblem(name, platform);
    if (problem !== null) throw new StorageError(JSON.stringify(path), problem);
  }
  return `${folder}/${path}`;
}

const NO_WINDOWS_NAME = /[<>:"|?*\\]|[ .]$|^(con|prn|aux|nul|com[\d¹²³]|lpt[\d¹²³])(\.|$)/i;

function nameProblem(name: string, platform: Io["platform"]): string | null {
  if (name === "" || name === "." || name === "..") return "its path leads out of the folder";
  // deno-lint-ignore no-control-regex
  if (/[\x00-\x1f\x7f]/.test(name)) return "its name has control characters";
  return platform === "windows" && NO_WINDOWS_NAME.test(name)
    ? "Windows has no files of this name"
    : null;
}

/** Where case, or how an accent is written, does not count, the second of two files would be the first. */
async function refuseTwins(
  { files }: Io,
  taken: Map<string, Downloaded>,
  target: Downloaded,
): Promise<void> {
  const key = target.path.normalize("NFC").toLowerCase();
  const twin = taken.get(key);
  if (twin === undefined) return void taken.set(key, target);
  const found = await files.info(target.file);
  if (found === null) return;
  const before = await files.info(twin.file);
  if (before?.identity !== found.identity) return;
  throw new StorageError(
    JSON.stringify(target.path),
    `on this disk it is the same file as ${JSON.stringify(twin.path)}`,
  );
}

function isOfOneFile(
  error: unknown,
): error is StorageError | TrackerError | NotFoundError | UsageError {
  return error instanceof StorageError || error instanceof TrackerError ||
    error instanceof NotFoundError || error instanceof UsageError;
}

/** A full disk, or a server or storage that gives this user nothing, is met by each file again. */
function endsAll(error: Error): boolean {
  if (error instanceof TrackerError) {
    return error.isDenied || error.code === "ARTIFACT_HOST_NOT_ALLOWED";
  }
  const code = (error.cause as { readonly code?: unknown } | undefined)?.code;
  return typeof code === "string" && DISK_TROUBLE.has(code);
}

function failureOf(failures: readonly Error[], total: number, left: number): Error | undefined {
  const [first] = failures;
  if (first === undefined) return undefined;
  if (total === 1) return first;
  const untried = left === 0 ? "" : `, and ${left} were not tried`;
  const list = failures.slice(0, LISTED).map(({ message }) => `\n  ${message}`).join("");
  const more = failures.length > LISTED ? `\n  … and ${failures.length - LISTED} more` : "";
  const title = `Cannot download ${failures.length} of ${total} files${untried}:`;
  return new SeveralErrors(`${title}${list}${more}`, failures);
}
