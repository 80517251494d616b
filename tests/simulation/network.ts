// The way to the server and back, where each request has a fate of its own: it may not arrive, arrive
// after its sender has given it up, be carried out without an answer, or be refused. What the sender
// is told is what the real transport tells in each case.

import { TrackerError } from "../../lib/errors.ts";
import type { Transport, TransportReply, TransportRequest } from "../../lib/transport/mod.ts";
import type { Clock } from "./clock.ts";
import type { Server, ServerReply } from "./server.ts";
import type { Passage } from "./wire.ts";

/** What becomes of a request; `well` where nothing is said. */
export type Fate =
  | "well"
  | "slow"
  | "refused"
  | "lost"
  | "answer lost"
  | "late"
  | "done behind its back"
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
  "done behind its back",
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
  /** The fate of a request, and how long it is on its way (0 to 1 of what is usual). */
  readonly draw: (request: TransportRequest) => { readonly fate: Fate; readonly share: number };
  /** Watches each request. */
  readonly watch: (request: TransportRequest) => Passage;
  /** Whether the server answers at all. */
  readonly isUp: () => boolean;
  /** Resolves at once for a process that lives, and never for one that has ended. */
  readonly alive: (step: string) => Promise<void>;
}

export function network(options: NetworkOptions): Transport {
  const { clock, server, draw, watch, isUp, alive } = options;
  const origin = "http://server:5000";
  const send = async (request: TransportRequest): Promise<TransportReply> => {
    await alive("before a request");
    const { fate, share } = draw(request);
    const passage = watch(request);
    const failure = (code: string, maybeDone: boolean): TrackerError => {
      passage.told(!maybeDone ? "never arrived" : code === "TIMEOUT" ? "too slow" : "no answer");
      return new TrackerError(request.method, origin + request.path, {
        status: 0,
        code,
        message: code,
        maybeDone,
      });
    };
    const work = async (): Promise<ServerReply | null> => {
      if (!isUp()) return null;
      const done = server.handle(await received(request));
      passage.arrived(done);
      return done;
    };
    const answer = (what: Parameters<Passage["told"]>[0], given: ServerReply): TransportReply => {
      passage.told(what);
      return reply(given);
    };
    const tripMs = 1 + Math.floor(share * 40);
    if (fate === "refused") throw failure("CONNECTION", false);
    await clock.sleep(fate === "slow" ? tripMs + 3000 : tripMs);
    if (fate === "late" || fate === "gateway gives up") {
      clock.after(TIMEOUT_MS + Math.floor(share * 60_000), () => void work());
      await clock.sleep(TIMEOUT_MS);
    }
    // As where what is in between breaks down while the server goes on.
    if (fate === "done behind its back") clock.after(share * 3500, () => void work());
    const done = DONE.has(fate) ? await work() : { status: 200, json: {} };
    await alive("before an answer");
    if (done === null) throw failure("CONNECTION", false);
    switch (fate) {
      case "lost":
      case "answer lost":
      case "done behind its back":
        throw failure("CONNECTION", true);
      case "late":
        throw failure("TIMEOUT", true);
      case "busy":
        return answer("never arrived", { status: 429, json: refusal("RESOURCE_EXHAUSTED") });
      case "gateway gives up":
        return answer("too slow", { status: 504, json: refusal("GATEWAY") });
      // As a login page before the server, or a proxy's notice.
      case "web page":
        return answer("no answer", { status: 200, json: "<html><title>Hello</title>" });
      case "error":
      case "done, then error":
        return answer("no answer", { status: 500, json: refusal("INTERNAL_ERROR") });
      case "well":
      case "slow":
        return answer(done.status < 400 ? "done" : "never arrived", done);
    }
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
/** What most changes are answered with. */
const NOTHING = encoder.encode("{}");

/** A body that arrives in one piece; a generator of promises costs several times as much. */
function whole(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  return {
    [Symbol.asyncIterator]() {
      let isRead = bytes.length === 0;
      return {
        next() {
          if (isRead) return Promise.resolve({ done: true, value: undefined });
          isRead = true;
          return Promise.resolve({ done: false, value: bytes });
        },
      };
    },
  };
}

function reply({ status, json }: ServerReply): TransportReply {
  const text = typeof json === "string" ? json : JSON.stringify(json);
  return {
    status,
    headers: { "content-type": "application/json" },
    body: whole(text === "{}" ? NOTHING : encoder.encode(text)),
  };
}
