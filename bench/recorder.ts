// A proxy that hands every request on to an MLflow server and keeps it: what a sweep sends is then
// known to the byte, and can be sent again without any program behind it.

/** One request as it was sent, and what came of it. */
export interface Recorded {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
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
      const body = await from.text();
      const reply = await fetch(target + path, {
        method: from.method,
        headers: { "content-type": from.headers.get("content-type") ?? "application/json" },
        ...(body === "" ? {} : { body }),
      });
      const text = await reply.text();
      const isCreation = url.pathname.endsWith("/runs/create");
      requests.push({
        method: from.method,
        path,
        body,
        runId: isCreation ? createdRun(text) : namedRun(body),
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

function namedRun(body: string): string | null {
  if (!body.startsWith("{")) return null;
  return (JSON.parse(body) as { run_id?: string }).run_id ?? null;
}
