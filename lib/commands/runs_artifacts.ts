// `btflow runs artifacts`: what files a run has, and getting them.

import { defineCommand } from "../command/declare.ts";
import type { Command } from "../command/declare.ts";
import type { Result } from "../command/answer.ts";
import { ARTIFACT_HOST_FLAGS, CONNECTION_FLAGS } from "../config/connection_flags.ts";
import { NotFoundError, TrackerError, UsageError } from "../errors.ts";
import { text } from "../command/flags.ts";
import { nearestNames } from "../nearest.ts";
import { ROW_FORMATS } from "../output/mod.ts";
import type { Artifact, Tracker } from "../tracker.ts";
import { download } from "../tracking/download.ts";
import { findRun } from "../tracking/find.ts";
import { RUN_ID_FLAG } from "../tracking/selection_flags.ts";
import { withTracker } from "../tracking/session.ts";

/** Lists or fetches the files attached to a run. */
export const artifacts: Command = defineCommand({
  name: "runs artifacts",
  summary: "List the files of a run, or download them",
  operands: [
    {
      name: "RUN",
      flag: "runId",
      summary: "Id of the run",
      optional: true,
      completes: "none",
    },
    { name: "PATH", summary: "Only this file or folder of it", optional: true, completes: "none" },
  ],
  flags: {
    runId: RUN_ID_FLAG,
    download: text({
      summary: "Download into this folder, which is made if need be",
      value: "FOLDER",
      completes: "folder",
      writes: true,
    }),
    ...ARTIFACT_HOST_FLAGS,
    ...CONNECTION_FLAGS,
  },
  examples: [
    { command: "btflow runs artifacts 0199f2c5…", does: "List all files" },
    { command: "btflow runs artifacts 0199f2c5… tearsheet.html --download .", does: "Get one" },
  ],
  exits: [4, 5, 7, 8, 9],
  formats: ROW_FORMATS,
  run: (context, { flags, operands }) => {
    const words = flags.runId === undefined ? operands : [flags.runId, ...operands];
    const [id, path = "", ...rest] = words;
    if (id === undefined) throw new UsageError('Cannot run "btflow runs artifacts": name the run');
    if (rest.length > 0) throw new UsageError("Cannot list artifacts: name one path at most");
    return withTracker(context, flags, async ({ tracker }) => {
      const run = await findRun(tracker, id);
      const files = await listFiles(tracker, run.id, namedPath(path));
      if (flags.download === undefined) return listed(files);
      const wanted = { runId: run.id, files, folder: flags.download };
      const { written, failure } = await download(context, tracker, wanted);
      return {
        rows: {
          columns: ["path", "file"],
          noun: "files",
          pages: [written.map((one) => ({ ...one }))],
        },
        ...(failure === undefined ? {} : { failure }),
      };
    });
  },
});

/** `./a//b/` is a/b, as everywhere. */
function namedPath(path: string): string {
  const names = path.split("/").filter((name) => name !== "" && name !== ".");
  if (!names.includes("..")) return names.join("/");
  throw new UsageError(
    `Cannot use artifact path "${path}": it begins at the run's own folder, so write it without ..`,
  );
}

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
      else if (!known.has(artifact.path)) {
        known.add(artifact.path);
        folders.push({ path: artifact.path, depth: depth + 1 });
      }
      const problem = depth > DEEPEST
        ? `folders lie in folders more than ${DEEPEST} deep`
        : folders.length > MOST_FOLDERS || files.length > MOST_FILES
        ? `there are more than ${MOST_FOLDERS} folders or ${MOST_FILES} files`
        : null;
      if (problem === null) continue;
      throw new TrackerError("list artifacts of", `${tracker.uri} run ${runId}`, {
        status: 200,
        code: "BAD_REPLY",
        message: `${problem}: name one folder`,
      });
    }
  }
  return files.sort((a, b) => a.path < b.path ? -1 : 1);
}
