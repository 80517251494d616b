// The way to the server and back, where each request has a fate of its own: it may not arrive, arrive
// after its sender has given it up, be carried out without an answer, or be refused. What the sender
// is told is what the real transport tells in each case.

import { TrackerError } from "../../lib/errors.ts";
import type { Transport, TransportReply, TransportRequest } from "../../lib/transport/mod.ts";
import type { Clock } from "./clock.ts";
import type { Server, ServerReply } from "./server.ts";

/** What becomes of a request; `well` where nothing is said. */
export type Fate =
  | "well"
  | "slow"
  | "refused"
  | "lost"
  | "answer lost"
  | "late"
  | "busy"
  | "error"
  | "done, then error"
  | "gateway gives up"
  | "web page";

export const FATES: readonly Fate[] = [
  "slow",
  "refused",
  "lost",
  "answer lost",
  "late",
  "busy",
  "error",
  "done, then error",
  "gateway gives up",
  "web page",
];

/** Those of requests that are carried out when they arrive. */
const DONE: ReadonlySet<Fate> = new Set([
  "well",
  "slow",
  "done, then error",
  "answer lost",
  "web page",
]);

export const TIMEOUT_MS = 10_000;

export interface NetworkOptions {
  readonly clock: Clock;
  readonly server: Server;
  /** The fate of the next request, and how long it is on its way (0 to 1 of what is usual). */
  readonly draw: () => { readonly fate: Fate; readonly share: number };
  /** Whether the server answers at all. */
  readonly isUp: () => boolean;
  /** Resolves at once for a process that lives, and never for one that has ended. */
  readonly alive: (step: string) => Promise<void>;
}

export function network(options: NetworkOptions): Transport {
  const { clock, server, draw, isUp, alive } = options;
  const origin = "http://server:5000";
  const send = async (request: TransportRequest): Promise<TransportReply> => {
    await alive("before a request");
    const { fate, share } = draw();
    const failure = (code: string, maybeDone: boolean): TrackerError =>
      new TrackerError(request.method, origin + request.path, {
        status: 0,
        code,
        message: code,
        maybeDone,
      });
    const work = async (): Promise<ServerReply | null> =>
      isUp() ? server.handle(await received(request)) : null;
    const tripMs = 1 + Math.floor(share * 40);
    if (fate === "refused") throw failure("CONNECTION", false);
    await clock.sleep(fate === "slow" ? tripMs + 3000 : tripMs);
    switch (fate) {
      case "late":
      case "gateway gives up":
        clock.after(TIMEOUT_MS + Math.floor(share * 20_000), () => void work());
        await clock.sleep(TIMEOUT_MS);
        break;
      case "well":
      case "slow":
      case "busy":
      case "error":
      case "lost":
      case "done, then error":
      case "answer lost":
      case "web page":
        break;
    }
    const done = DONE.has(fate) ? await work() : { status: 200, json: {} };
    await alive("before an answer");
    if (done === null) throw failure("CONNECTION", false);
    if (fate === "lost" || fate === "answer lost") throw failure("CONNECTION", true);
    if (fate === "late") throw failure("TIMEOUT", true);
    if (fate === "busy") return reply({ status: 429, json: refusal("RESOURCE_EXHAUSTED") });
    if (fate === "gateway gives up") return reply({ status: 504, json: refusal("GATEWAY") });
    // As a login page before the server, or a proxy's notice.
    if (fate === "web page") return reply({ status: 200, json: "<html><title>Hello</title>" });
    if (fate !== "well" && fate !== "slow") {
      return reply({ status: 500, json: refusal("INTERNAL_ERROR") });
    }
    return reply(done);
  };
  return {
    origin,
    send,
    steps: {
      lookUp: () => Promise.resolve([]),
      connect: () => Promise.resolve(""),
      greet: () => Promise.resolve(""),
    },
    close: () => {},
  };
}

async function received(
  { method, path, body }: TransportRequest,
): Promise<Parameters<Server["handle"]>[0]> {
  if (body === undefined || body instanceof Uint8Array) return { method, path, body: body ?? null };
  return await Promise.reject(new Error("a streamed body is not expected here"));
}

function refusal(code: string): unknown {
  return { error_code: code, message: code };
}

const encoder = new TextEncoder();

function reply({ status, json }: ServerReply): TransportReply {
  const text = typeof json === "string" ? json : JSON.stringify(json);
  return {
    status,
    headers: { "content-type": "application/json" },
    body: (async function* () {
      yield await Promise.resolve(encoder.encode(text));
    })(),
  };
}
