// `btflow runs artifacts`: what files a run has, and getting them. Paths come from the server, so each is
// checked before anything is written under it.

import { defineCommand } from "../command/declare.ts";
import type { Command, Context } from "../command/declare.ts";
import type { Result } from "../command/answer.ts";
import { CONNECTION_FLAGS } from "../config/connection_flags.ts";
import { NotFoundError, StorageError, TrackerError, UsageError } from "../errors.ts";
import { text } from "../command/flags.ts";
import { nearestNames } from "../nearest.ts";
import { ROW_FORMATS, storageError } from "../output/mod.ts";
import type { Artifact, Tracker } from "../tracker.ts";
import { findRun } from "../tracking/find.ts";
import { RUN_ID_FLAG } from "../tracking/selection_flags.ts";
import { withTracker } from "../tracking/session.ts";

/** Lists or fetches the files attached to a run. */
export const artifacts: Command = defineCommand({
  name: "runs artifacts",
  summary: "List the files of a run, or download them",
  operands: [
    { name: "RUN", summary: "Id of the run", optional: true, completes: "none" },
    { name: "PATH", summary: "Only this file or folder of it", optional: true, completes: "none" },
  ],
  flags: {
    runId: RUN_ID_FLAG,
    download: text({
      summary: "Download into this folder, which is made if need be",
      value: "FOLDER",
      completes: "folder",
    }),
    ...CONNECTION_FLAGS,
  },
  examples: [
    { command: "btflow runs artifacts 0199f2c5…", does: "List all files" },
    { command: "btflow runs artifacts 0199f2c5… tearsheet.html --download .", does: "Get one" },
  ],
  exits: [4, 5, 7],
  formats: ROW_FORMATS,
  run: (context, { flags, operands }) => {
    const words = flags.runId === undefined ? operands : [flags.runId, ...operands];
    const [id, path = "", ...rest] = words;
    if (id === undefined) throw new UsageError('Cannot run "btflow runs artifacts": name the run');
    if (rest.length > 0) throw new UsageError("Cannot list artifacts: name one path at most");
    return withTracker(context, flags, async ({ tracker }) => {
      const run = await findRun(tracker, id);
      const files = await listFiles(tracker, run.id, path.replace(/\/+$/, ""));
      if (flags.download === undefined) return listed(files);
      return await download(context, tracker, { runId: run.id, files, folder: flags.download });
    });
  },
});

function listed(files: readonly Artifact[]): Result {
  const rows = files.map(({ path, size }) => ({ path, size }));
  return { rows: { columns: ["path", "size"], noun: "files", pages: [rows] } };
}

/** Deeper than this no artifact lies; a server that says so is wrong. */
const DEEPEST = 64;
/** More than any run has: a server whose folders hold folders would be asked without end. */
const MOST_FOLDERS = 10_000;
const MOST_FILES = 1_000_000;

/** All files under a path, sorted; a path that names a file is that file. */
async function listFiles(
  tracker: Tracker,
  runId: string,
  path: string,
): Promise<readonly Artifact[]> {
  // A server that lists what was not asked for must not have it written beside what was.
  const below = (await walk(tracker, runId, path)).filter((file) =>
    path === "" || file.path === path || file.path.startsWith(`${path}/`)
  );
  if (below.length > 0 || path === "") return below;
  const parent = path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : "";
  const siblings = await tracker.listArtifacts(runId, parent);
  const file = siblings.find((artifact) => artifact.path === path);
  if (file?.isDirectory === false) return [file];
  if (file !== undefined) return [];
  const nearest = nearestNames(path, siblings.map((artifact) => artifact.path));
  throw new NotFoundError("artifact", path, { nearest, hint: `run ${runId} has no such file` });
}

async function walk(tracker: Tracker, runId: string, top: string): Promise<Artifact[]> {
  const files: Artifact[] = [];
  const folders = [{ path: top, depth: 0 }];
  const known = new Set([top]);
  for (const { path, depth } of folders) {
    for (const artifact of await tracker.listArtifacts(runId, path)) {
      if (!artifact.isDirectory) files.push(artifact);
      else if (depth < DEEPEST && !known.has(artifact.path)) {
        known.add(artifact.path);
        folders.push({ path: artifact.path, depth: depth + 1 });
      }
      if (folders.length > MOST_FOLDERS || files.length > MOST_FILES) {
        throw new TrackerError("list artifacts of", `${tracker.uri} run ${runId}`, {
          status: 0,
          code: "BAD_REPLY",
          message: `there are more than ${MOST_FOLDERS} folders or ${MOST_FILES} files: ` +
            "name one folder",
        });
      }
    }
  }
  return files.sort((a, b) => a.path < b.path ? -1 : 1);
}

/** Above this many files, progress is shown. */
const QUICK = 10;

async function download(
  { io, progress }: Context,
  tracker: Tracker,
  { runId, files, folder }: {
    readonly runId: string;
    readonly files: readonly Artifact[];
    readonly folder: string;
  },
): Promise<Result> {
  const written: { readonly path: string; readonly file: string }[] = [];
  for (const { path } of files) {
    const parts = safeParts(path);
    const file = [folder.replace(/(.)[/\\]+$/, "$1"), ...parts].join("/");
    if (files.length > QUICK) {
      progress({ done: written.length, total: files.length, failed: 0, label: path });
    }
    try {
      await io.files.makeFolder([folder, ...parts.slice(0, -1)].join("/"));
      await io.files.write(file, tracker.readArtifact(runId, path));
    } catch (cause) {
      const code = (cause as { readonly code?: unknown }).code;
      if (typeof code !== "string" || !/^E[A-Z]+$/.test(code)) throw cause;
      throw storageError(file, cause);
    }
    written.push({ path, file });
  }
  return { rows: { columns: ["path", "file"], noun: "files", pages: [written] } };
}

/**
 * The names that make up a path of the server's, each fit to be a name on this machine.
 *
 * @throws {StorageError} for a path that would leave the folder.
 */
function safeParts(path: string): readonly string[] {
  const parts = path.split("/");
  const isUnsafe = (part: string): boolean =>
    // deno-lint-ignore no-control-regex
    part === "" || part === "." || part === ".." || /[\\:\x00-\x1f]/.test(part);
  if (!parts.some(isUnsafe)) return parts;
  throw new StorageError(JSON.stringify(path), "an artifact of this name cannot be a file here");
}
