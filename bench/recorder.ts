// A proxy that hands every request on to an MLflow server and keeps it: what a sweep sends is then
// known to the byte, and can be sent again without any program behind it.

import { Buffer } from "node:buffer";

/** One request as it was sent, and what came of it. */
export interface Recorded {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly contentType: string;
  /** Its bytes, a character each: a file goes the same way as JSON. */
  readonly body: string;
  /** The run that it made or was about; null for requests about no run. */
  readonly runId: string | null;
}

/** A recording in progress. */
export interface Recorder {
  readonly uri: string;
  readonly requests: readonly Recorded[];
  stop(): Promise<void>;
}

/** Starts a recorder on loopback. */
export function startRecorder(target: string): Recorder {
  const requests: Recorded[] = [];
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (from) => {
      const url = new URL(from.url);
      const path = url.pathname + url.search;
      const bytes = await from.bytes();
      const body = Buffer.from(bytes).toString("latin1");
      const contentType = from.headers.get("content-type") ?? "application/json";
      const reply = await fetch(target + path, {
        method: from.method,
        headers: { "content-type": contentType },
        ...(body === "" ? {} : { body: bytes }),
      });
      const text = await reply.text();
      const isCreation = url.pathname.endsWith("/runs/create");
      requests.push({
        method: from.method,
        path,
        contentType,
        body,
        runId: isCreation ? createdRun(text) : namedRun(url, body),
      });
      return new Response(text, {
        status: reply.status,
        headers: { "content-type": "application/json" },
      });
    },
  );
  return {
    uri: `http://127.0.0.1:${server.addr.port}`,
    requests,
    stop: () => server.shutdown(),
  };
}

/** The id in a reply to runs/create. */
export function createdRun(reply: string): string | null {
  const { run } = JSON.parse(reply) as { run?: { info?: { run_id?: string } } };
  return run?.info?.run_id ?? null;
}

/** By the body, by a parameter, or by the place of a file, which is `EXPERIMENT/RUN/artifacts/…`. */
function namedRun({ pathname, searchParams }: URL, body: string): string | null {
  if (body.startsWith("{")) return (JSON.parse(body) as { run_id?: string }).run_id ?? null;
  return searchParams.get("run_id") ?? /\/([0-9a-f]{32})\/artifacts\//.exec(pathname)?.[1] ?? null;
}
