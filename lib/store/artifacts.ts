// Artifacts in the store: content under its SHA-256, so that what many runs share is kept once.

import { createHash } from "node:crypto";
import { NotFoundError, StorageError } from "../errors.ts";
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
  /** 1 for what a server need not take. */
  readonly optional: number;
  /** When it was changed, ms since the epoch; 0: as it was when the run was committed. */
  readonly changed: number;
}

/** Stores artifacts of a run; one of the same path is replaced. `changed`: 0 at the run's commit. */
export function writeArtifacts(
  database: Database,
  runId: number,
  artifacts: readonly RunArtifact[],
  changed: number,
): void {
  for (const { path, content, isOptional = false } of artifacts) {
    const blob = blobId(database, content);
    database.run(
      `INSERT INTO artifacts (run_id, path, blob_id, optional, changed) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET blob_id = excluded.blob_id, optional = excluded.optional,
         changed = max(excluded.changed, changed + 1)`,
      runId,
      path,
      blob,
      Number(isOptional),
      changed,
    );
  }
}

/** Content as it is kept. Its hash is computed whenever it is used: disks and carried files err. */
interface Blob {
  readonly id: number;
  readonly sha256: string;
  readonly size: number;
  readonly content: Uint8Array;
}

function sha256Of(content: Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

function isDamaged({ sha256, size, content }: Blob): boolean {
  return content.length !== size || sha256Of(content) !== sha256;
}

function blobId(database: Database, content: Uint8Array): number {
  const sha256 = sha256Of(content);
  const found = database.get<Blob>("SELECT * FROM blobs WHERE sha256 = ?", sha256);
  if (found !== undefined) {
    if (isDamaged(found)) {
      // What is logged now is what the runs before it had logged as well.
      const update = "UPDATE blobs SET size = ?, content = ? WHERE id = ?";
      database.run(update, content.length, content, found.id);
    }
    return found.id;
  }
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
    `SELECT a.path, a.optional, a.changed, b.sha256, b.size FROM artifacts AS a JOIN blobs AS b ON b.id = a.blob_id
     WHERE a.run_id = ? ORDER BY a.path`,
    runId,
  );
}

/**
 * The content of an artifact, as it was logged.
 *
 * @throws {NotFoundError} where the run has none of this path.
 * @throws {StorageError} where the content is damaged.
 */
export function readArtifact(database: Database, runId: number, path: string): Uint8Array {
  const blob = artifactBlob(database, runId, path);
  if (blob === undefined) throw new NotFoundError("artifact", path);
  if (isDamaged(blob)) {
    throw new StorageError(
      database.path,
      `artifact ${path} of run ${blob.runKey} is damaged: log the same file again, which restores it`,
    );
  }
  return blob.content;
}

/** Whether the content of a run's artifact is what was logged. */
export function isIntact(database: Database, runId: number, path: string): boolean {
  const blob = artifactBlob(database, runId, path);
  return blob !== undefined && !isDamaged(blob);
}

function artifactBlob(
  database: Database,
  runId: number,
  path: string,
): Blob & { readonly runKey: string } | undefined {
  return database.get<Blob & { readonly runKey: string }>(
    `SELECT b.*, r.key AS runKey FROM artifacts AS a JOIN blobs AS b ON b.id = a.blob_id
     JOIN runs AS r ON r.id = a.run_id WHERE a.run_id = ? AND a.path = ?`,
    runId,
    path,
  );
}

/** An artifact whose content is not what its hash says. */
export interface DamagedArtifact {
  readonly runId: number;
  readonly runKey: string;
  readonly path: string;
}

/** All damaged artifacts of a store, by run. Reads all content. */
export function damagedArtifacts(database: Database): readonly DamagedArtifact[] {
  return database.arrays<[number]>("SELECT id FROM blobs ORDER BY id").flatMap(([id]) => {
    const blob = database.get<Blob>("SELECT * FROM blobs WHERE id = ?", id);
    return blob === undefined || !isDamaged(blob) ? [] : database.all<DamagedArtifact>(
      `SELECT r.id AS runId, r.key AS runKey, a.path FROM artifacts AS a
       JOIN runs AS r ON r.id = a.run_id WHERE a.blob_id = ? ORDER BY r.id, a.path`,
      id,
    );
  });
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
