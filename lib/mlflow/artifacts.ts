// Artifacts of runs, through the server's artifact proxy. Only `mlflow-artifacts:` leads there: in
// an experiment with another location the proxy takes an upload and puts it elsewhere (measured).
// A server whose proxy takes and gives none hands out signed addresses instead (presigned.ts).

import { NotFoundError, TrackerError, UsageError } from "../errors.ts";
import { ARTIFACT_SCHEME, artifactPathProblem, checkArtifact } from "../limits.ts";
import type { Artifact, ArtifactMethods, Run } from "../tracker.ts";
import { API, get, named } from "./calls.ts";
import type { Http } from "./http.ts";
import { getRun } from "./get_run.ts";
import type { Notes } from "./notes.ts";
import { pageTokens } from "./pages.ts";
import {
  downloadOfRun,
  downloadServed,
  type ServedFile,
  uploadOfRun,
  uploadSigned,
} from "./presigned.ts";
import { PRESIGNED_ONLY_CODE } from "./refusal.ts";
import { readArtifacts } from "./schema.ts";
import type { Page } from "./schema.ts";
import type { SignedTransfers } from "./signed_transfer.ts";

const PROXY = "/api/2.0/mlflow-artifacts/artifacts";
/** The only storage of which MLflow 3.18 hands out addresses to upload to. */
const SIGNED_SCHEME = "s3:";
const MAX_REMEMBERED = 1000;

/** Where the artifacts of a client's runs are, and how they are reached. */
interface Access {
  readonly http: Http;
  /** Where the client's requests go. */
  readonly server: URL;
  readonly transfers: SignedTransfers;
  readonly notes: Notes;
  readonly places: ArtifactPlaces;
  /** Set once the server has refused to take or give artifacts itself. */
  signedOnly: boolean;
}

/** Where the artifacts of runs are, as the server says. */
export interface ArtifactPlaces {
  /** Asks for the run, if no answer has said it before. */
  of(runId: string): Promise<string>;
  /** Takes it from an answer, which spares the question: a sweep that is sent asks for no run. */
  note(run: Run): void;
}

/** Remembers the places of the latest runs. */
export function artifactPlaces(http: Http, notes: Notes): ArtifactPlaces {
  const remembered = new Map<string, string>();
  const note = ({ id, artifactUri }: Run): void => {
    if (artifactUri === "") return;
    if (remembered.size >= MAX_REMEMBERED) remembered.clear();
    remembered.set(id, artifactUri);
  };
  return {
    of: async (runId) => {
      const known = remembered.get(runId);
      if (known !== undefined) return known;
      const run = await getRun(http, runId, notes);
      note(run);
      return run.artifactUri;
    },
    note,
  };
}

/** What a Tracker does with artifacts, as requests; `server` is where they go. */
export function artifactMethods(
  http: Http,
  server: URL,
  transfers: SignedTransfers,
  notes: Notes,
  places: ArtifactPlaces,
): ArtifactMethods {
  const access: Access = {
    http,
    server,
    transfers,
    notes,
    places,
    signedOnly: false,
  };
  return {
    listArtifacts: (runId, path = "") => listArtifacts(http, notes, runId, path),
    readArtifact: (runId, path) => readArtifact(access, runId, path),
    writeArtifact: (runId, path, content) => writeArtifact(access, { runId, path, content }),
  };
}

async function writeArtifact(
  access: Access,
  { runId, path, content }: {
    readonly runId: string;
    readonly path: string;
    readonly content: Uint8Array;
  },
): Promise<void> {
  const { http, server, transfers } = access;
  checkArtifact(path, content.length);
  const uri = await access.places.of(runId);
  const root = proxied(uri, server);
  if (root === null) {
    const isSent = uri.startsWith(SIGNED_SCHEME) &&
      await uploadOfRun(http, transfers, { runId, path }, content);
    if (isSent) return;
    throw unreachable(server, runId, uri);
  }
  const { folder, name } = served(root, path);
  try {
    if (!access.signedOnly) {
      const place = `${PROXY}/${folder}/${encodeURIComponent(name)}`;
      return void await http.text({ method: "PUT", path: place, content, repeatable: true });
    }
  } catch (error) {
    noteRefusal(access, error);
  }
  await uploadSigned(http, transfers, { folder, name }, content);
}

/** Lets the refusal of a server that has another way pass; any other is thrown. */
function noteRefusal(access: Access, error: unknown): void {
  if (!(error instanceof TrackerError) || error.code !== PRESIGNED_ONLY_CODE) throw error;
  access.signedOnly = true;
}

async function listArtifacts(
  http: Http,
  notes: Notes,
  runId: string,
  path: string,
): Promise<readonly Artifact[]> {
  const found: Artifact[] = [];
  const known = new Set<string>();
  const tokenOf = pageTokens("GET", http.url(`${API}/artifacts/list`));
  let token: string | null = null;
  do {
    const query = {
      run_id: runId,
      path: path === "" ? undefined : checked(path),
      page_token: token ?? undefined,
    };
    const page: Page<Artifact> = await named(
      "run",
      runId,
      () => get(http, "artifacts/list", query, readArtifacts),
    );
    const before = known.size;
    for (const artifact of page.items) {
      const mark = `${artifact.isDirectory ? "folder" : "file"} ${artifact.path}`;
      if (known.has(mark)) continue;
      known.add(mark);
      if (isAskedFor(artifact, path)) found.push(artifact);
      else notes.tell("artifacts", path === "" ? `the run's own folder` : path);
    }
    token = tokenOf(page, known.size - before);
  } while (token !== null);
  return found;
}

/** Whether it is directly in the folder; a file that is asked for as a folder may be itself. */
function isAskedFor({ path, isDirectory }: Artifact, folder: string): boolean {
  if (path === folder) return !isDirectory;
  const prefix = folder === "" ? "" : `${folder}/`;
  return path.startsWith(prefix) && !path.slice(prefix.length).replace(/\/$/, "").includes("/");
}

async function* readArtifact(
  access: Access,
  runId: string,
  path: string,
): AsyncIterable<Uint8Array> {
  const file = checked(path);
  try {
    yield* contentOf(access, runId, file);
  } catch (error) {
    if (!(error instanceof TrackerError) || ![404, 500].includes(error.status)) throw error;
    // MLflow 2.x answers 500 for a file that is not there.
    const parent = file.includes("/") ? file.slice(0, file.lastIndexOf("/")) : "";
    const siblings = await listArtifacts(access.http, access.notes, runId, parent);
    if (siblings.some((sibling) => sibling.path === file && !sibling.isDirectory)) throw error;
    throw new NotFoundError("artifact", path);
  }
}

async function* contentOf(
  access: Access,
  runId: string,
  path: string,
): AsyncGenerator<Uint8Array> {
  const { http, transfers } = access;
  const root = proxied(await access.places.of(runId), access.server);
  const place = root === null ? null : served(root, path);
  if (!access.signedOnly) {
    try {
      return yield* http.stream({
        method: "GET",
        repeatable: true,
        ...(place === null
          // The page by which MLflow's own web interface reads what only the server can reach.
          ? { path: "/get-artifact", query: { run_id: runId, path } }
          : { path: `${PROXY}/${place.folder}/${encodeURIComponent(place.name)}` }),
      });
    } catch (error) {
      noteRefusal(access, error);
    }
  }
  yield* place === null
    ? downloadOfRun(http, transfers, runId, path)
    : downloadServed(http, transfers, place);
}

/** A file's place below the proxy. */
function served(root: string, path: string): ServedFile {
  const parts = path.split("/");
  const name = parts.pop() ?? "";
  return { folder: encodePath([root, ...parts].join("/")), name };
}

/** The run's folder below the proxy; null when the proxy does not lead to it. */
function proxied(artifactUri: string, server: URL): string | null {
  if (!artifactUri.startsWith(ARTIFACT_SCHEME)) return null;
  const path = artifactUri.slice(ARTIFACT_SCHEME.length);
  const host = /^\/\/([^/]+)/.exec(path)?.[1];
  if (host !== undefined && host !== server.host) return null;
  return path.replace(/^\/\/[^/]*/, "").replace(/^\/+|\/+$/g, "");
}

function unreachable(server: URL, runId: string, artifactUri: string): TrackerError {
  const place = artifactUri.replace(/^([a-z][\w+.-]*:\/\/)[^/@]*@/i, "$1").replace(/[?#].*$/s, "");
  return new TrackerError("PUT", `${server.origin}${PROXY}`, {
    status: 0,
    code: "UNREACHABLE_ARTIFACTS",
    message: `the artifacts of run ${runId} are at ${place}, which only the server's own clients ` +
      `reach (${ARTIFACT_SCHEME} is needed)`,
  });
}

/** Of a path that is sent: what a URL would change the meaning of is not asked for. */
function checked(path: string): string {
  if (!path.split("/").some((part) => part === "" || part === "." || part === "..")) return path;
  throw new UsageError(`Cannot use artifact path "${path}": ${artifactPathProblem(path)}`);
}

function encodePath(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}
