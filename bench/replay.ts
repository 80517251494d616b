// A bare loop of recorded requests: no files, no metrics, no store, no reading of replies but for the
// id of a new run. Same transport and same concurrency as the program whose requests they are.
//
//     deno run -A replay.ts URI RECORDING.json JOBS

import { Buffer } from "node:buffer";
import fs from "node:fs";

import { hostIo } from "../lib/io.ts";
import { openTransport, type Transport } from "../lib/transport/mod.ts";
import { createdRun, type Recorded } from "./recorder.ts";

const TIMEOUT_MS = 120_000;

async function send(
  transport: Transport,
  { method, path, contentType, body }: Recorded,
): Promise<string> {
  const reply = await transport.send({
    method,
    path,
    headers: { "content-type": contentType },
    ...(body === "" ? {} : { body: Buffer.from(body, "latin1") }),
  });
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of reply.body) text += decoder.decode(chunk, { stream: true });
  if (reply.status !== 200) {
    throw new Error(`${path}: ${reply.status} ${text.slice(0, 200)}`);
  }
  return text;
}

/** The requests of one run, in their order, under the id that this server gives it. */
async function replayRun(transport: Transport, requests: readonly Recorded[]): Promise<void> {
  const [creation, ...rest] = requests;
  if (creation?.runId === undefined || creation.runId === null) {
    throw new Error("Not a run's requests");
  }
  const recordedId = creation.runId;
  const runId = createdRun(await send(transport, creation)) ?? "";
  for (const request of rest) {
    await send(transport, {
      ...request,
      path: request.path.replaceAll(recordedId, runId),
      body: request.body.replaceAll(recordedId, runId),
    });
  }
}

async function replay(uri: string, file: string, jobs: number): Promise<void> {
  const requests = JSON.parse(fs.readFileSync(file, "utf8")) as readonly Recorded[];
  const runs = [
    ...Map.groupBy(requests.filter(({ runId }) => runId !== null), ({ runId }) => runId)
      .values(),
  ];
  const transport = openTransport(hostIo(), {
    server: new URL(uri),
    tls: { caFile: null, clientCertFile: null, insecure: false },
    proxies: { http: null, https: null, none: [] },
    timeoutMs: TIMEOUT_MS,
  });
  const next = runs.values();
  await Promise.all(Array.from({ length: jobs }, async () => {
    for (const run of next) await replayRun(transport, run);
  }));
  transport.close();
}

const [uri = "", file = "", jobs = "1"] = Deno.args;
await replay(uri, file, Number(jobs));
