// Artifacts of runs, through the server's artifact proxy. Only `mlflow-artifacts:` leads there: in
// an experiment with another location the proxy takes an upload and puts it elsewhere (measured).

import { NotFoundError, TrackerError, UsageError } from "../errors.ts";
import { ARTIFACT_SCHEME } from "../limits.ts";
import type { Artifact, ArtifactMethods } from "../tracker.ts";
import { API, get, named } from "./calls.ts";
import type { Http } from "./http.ts";
import { pageTokens } from "./pages.ts";
import { getRun } from "./runs.ts";
import { readArtifacts } from "./schema.ts";
import type { Page } from "./schema.ts";

const PROXY = "/api/2.0/mlflow-artifacts/artifacts";
const MAX_REMEMBERED = 1000;

/** `server` is where the client's requests go. */
export function artifactMethods(http: Http, server: URL): ArtifactMethods {
  const remembered = new Map<string, string>();
  const artifactUri = async (runId: string): Promise<string> => {
    const known = remembered.get(runId);
    if (known !== undefined) return known;
    const uri = (await getRun(http, runId)).artifactUri;
    if (remembered.size >= MAX_REMEMBERED) remembered.clear();
    remembered.set(runId, uri);
    return uri;
  };
  return {
    listArtifacts: (runId, path = "") => listArtifacts(http, runId, path),
    readArtifact: (runId, path) => readArtifact(http, server, { runId, path, artifactUri }),
    writeArtifact: async (runId, path, content) => {
      const uri = await artifactUri(runId);
      const folder = proxied(uri, server);
      if (folder === null) throw unreachable(server, runId, uri);
      await http.text({
        method: "PUT",
        path: `${PROXY}/${encodePath(folder)}/${encodePath(checked(path))}`,
        content,
        repeatable: true,
      });
    },
  };
}

async function listArtifacts(
  http: Http,
  runId: string,
  path: string,
): Promise<readonly Artifact[]> {
  const found: Artifact[] = [];
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
    for (const artifact of page.items) found.push(artifact);
    token = tokenOf(page);
  } while (token !== null);
  return found;
}

interface Wanted {
  readonly runId: string;
  readonly path: string;
  readonly artifactUri: (runId: string) => Promise<string>;
}

async function* readArtifact(
  http: Http,
  server: URL,
  { runId, path, artifactUri }: Wanted,
): AsyncIterable<Uint8Array> {
  const file = checked(path);
  const folder = proxied(await artifactUri(runId), server);
  try {
    yield* folder === null
      // The page by which MLflow's own web interface reads what only the server can reach.
      ? http.stream({
        method: "GET",
        path: "/get-artifact",
        query: { run_id: runId, path: file },
        repeatable: true,
      })
      : http.stream({
        method: "GET",
        path: `${PROXY}/${encodePath(folder)}/${encodePath(file)}`,
        repeatable: true,
      });
  } catch (error) {
    if (!(error instanceof TrackerError) || ![404, 500].includes(error.status)) throw error;
    // MLflow 2.x answers 500 for a file that is not there.
    const parent = file.includes("/") ? file.slice(0, file.lastIndexOf("/")) : "";
    const siblings = await listArtifacts(http, runId, parent);
    if (siblings.some((sibling) => sibling.path === file && !sibling.isDirectory)) throw error;
    throw new NotFoundError("artifact", path);
  }
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

function checked(path: string): string {
  const parts = path.split("/");
  if (parts.some((part) => part === "" || part === "." || part === "..") || path.includes("\\")) {
    throw new UsageError(
      `Cannot use artifact path "${path}": use a relative path with / between names, without . or ..`,
    );
  }
  return path;
}

function encodePath(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}
