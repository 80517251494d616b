// Artifacts in the store: content under its SHA-256, so that what many runs share is kept once.

import { createHash } from "node:crypto";
import { NotFoundError } from "../errors.ts";
import type { Artifact } from "../tracker.ts";
import type { RunArtifact } from "./record.ts";
import type { Database } from "./sqlite.ts";

/** Where a run's artifacts are, as its artifact_uri. */
export function artifactUri(runKey: string): string {
  return `btflow-store:${runKey}/artifacts`;
}

/** A run's artifact without its content. */
export interface StoredArtifact {
  readonly path: string;
  readonly sha256: string;
  readonly size: number;
}

/** Stores artifacts of a run; one of the same path is replaced. `changed`: 0 at the run's commit. */
export function writeArtifacts(
  database: Database,
  runId: number,
  artifacts: readonly RunArtifact[],
  changed: number,
): void {
  for (const { path, content } of artifacts) {
    const blob = blobId(database, content);
    database.run(
      `INSERT INTO artifacts (run_id, path, blob_id, changed) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET blob_id = excluded.blob_id,
         changed = max(excluded.changed, changed + 1)`,
      runId,
      path,
      blob,
      changed,
    );
  }
}

function blobId(database: Database, content: Uint8Array): number {
  const sha256 = createHash("sha256").update(content).digest("hex");
  const found = database.get<{ id: number }>("SELECT id FROM blobs WHERE sha256 = ?", sha256);
  if (found !== undefined) return found.id;
  return database.run(
    "INSERT INTO blobs (sha256, size, content) VALUES (?, ?, ?)",
    sha256,
    content.length,
    content,
  ).lastId;
}

/** A run's artifacts, by path. */
export function storedArtifacts(database: Database, runId: number): readonly StoredArtifact[] {
  return database.all<StoredArtifact>(
    `SELECT a.path, b.sha256, b.size FROM artifacts AS a JOIN blobs AS b ON b.id = a.blob_id
     WHERE a.run_id = ? ORDER BY a.path`,
    runId,
  );
}

/** The content of an artifact; throws `NotFoundError`. */
export function readArtifact(database: Database, runId: number, path: string): Uint8Array {
  const row = database.get<{ content: Uint8Array }>(
    `SELECT b.content FROM artifacts AS a JOIN blobs AS b ON b.id = a.blob_id
     WHERE a.run_id = ? AND a.path = ?`,
    runId,
    path,
  );
  if (row === undefined) throw new NotFoundError("artifact", path);
  return row.content;
}

/** The entries of one folder of a run's artifacts; a folder is whatever has something under it. */
export function listArtifacts(
  database: Database,
  runId: number,
  folder: string,
): readonly Artifact[] {
  const prefix = folder === "" ? "" : `${folder.replace(/\/+$/, "")}/`;
  const entries = new Map<string, Artifact>();
  for (const { path, size } of storedArtifacts(database, runId)) {
    if (!path.startsWith(prefix)) continue;
    const [name = "", ...deeper] = path.slice(prefix.length).split("/");
    const entry = prefix + name;
    entries.set(
      entry,
      deeper.length > 0
        ? { path: entry, isDirectory: true, size: null }
        : { path: entry, isDirectory: false, size },
    );
  }
  return [...entries.values()];
}
