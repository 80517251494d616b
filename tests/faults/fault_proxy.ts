// A proxy before a real server that does to requests what networks and gateways do: it breaks them
// off, swallows them, answers in the server's place, or loses the server's own answer. Where it
// strikes is drawn from a seed, so a history that fails can be told.

import { Buffer } from "node:buffer";
import {
  Agent,
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type ServerResponse,
} from "node:http";

/** What happens to a request; the first half of them before it is forwarded, the rest after. */
export type Fault =
  | "none"
  | "reset before"
  | "silence before"
  | "busy before"
  | "500 before"
  | "502 before"
  | "half a reply before"
  | "web page before"
  | "reset after"
  | "silence after"
  | "busy after"
  | "500 after"
  | "502 after"
  | "half a reply after"
  | "web page after";

/** Called for every request; says what happens to it. */
export type Draw = (method: string, path: string) => Fault;

export interface FaultProxy {
  readonly uri: string;
  /** How often each fault struck. */
  readonly struck: ReadonlyMap<Fault, number>;
  setDraw(draw: Draw): void;
  stop(): Promise<void>;
}

interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

const WEB_PAGE = Buffer.from("<html><head><title>Please sign in</title></head></html>");

/** Starts a proxy before a port of this machine. */
export async function startFaultProxy(targetPort: number, first: Draw): Promise<FaultProxy> {
  const struck = new Map<Fault, number>();
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  let draw = first;
  const server = createServer(async (incoming, outgoing) => {
    const path = incoming.url ?? "/";
    const fault = draw(incoming.method ?? "GET", path);
    struck.set(fault, (struck.get(fault) ?? 0) + 1);
    try {
      const body = await bytesOf(incoming);
      if (fault.endsWith("before")) return strike(fault, null, outgoing);
      const reply = await forward(agent, targetPort, incoming, body);
      if (fault === "none") send(outgoing, reply);
      else strike(fault, reply, outgoing);
    } catch {
      // The client or the server went away in the middle.
      outgoing.destroy();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("Cannot listen");
  return {
    uri: `http://127.0.0.1:${address.port}`,
    struck,
    setDraw: (next) => {
      draw = next;
    },
    stop: async () => {
      agent.destroy();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

async function bytesOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function forward(
  agent: Agent,
  port: number,
  { method = "GET", url = "/", headers }: IncomingMessage,
  body: Buffer,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const options = { agent, host: "127.0.0.1", port, method, path: url, headers };
    const outgoing = request(options, async (reply) => {
      try {
        const content = await bytesOf(reply);
        resolve({ status: reply.statusCode ?? 0, headers: reply.headers, body: content });
      } catch (error) {
        reject(error);
      }
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

function send(outgoing: ServerResponse, { status, headers, body }: Reply): void {
  const { "transfer-encoding": _, connection: __, ...kept } = headers;
  outgoing.writeHead(status, { ...kept, "content-length": body.length });
  outgoing.end(body);
}

function strike(fault: Fault, reply: Reply | null, outgoing: ServerResponse): void {
  const page = (status: number, body: Buffer, more: IncomingHttpHeaders = {}): void =>
    send(outgoing, { status, headers: { "content-type": "text/html", ...more }, body });
  switch (fault.replace(/ (before|after)$/, "")) {
    case "reset":
      outgoing.socket?.resetAndDestroy();
      return;
    case "silence":
      // Held open until the client gives up.
      return;
    case "busy":
      return page(429, Buffer.from("slow down"), { "retry-after": "1" });
    case "500":
      return page(500, Buffer.from('{"error_code":"INTERNAL_ERROR","message":"injected"}'));
    case "502":
      return page(502, Buffer.from("<html><title>502 Bad Gateway</title></html>"));
    case "half a reply": {
      const whole = reply?.body ?? Buffer.from('{"run": {"info": {"run_id": "0123"}}}');
      outgoing.writeHead(200, {
        "content-type": "application/json",
        "content-length": Math.max(whole.length, 2),
      });
      outgoing.write(whole.subarray(0, Math.max(1, whole.length >> 1)), () => {
        outgoing.socket?.destroy();
      });
      return;
    }
    default:
      return page(200, WEB_PAGE);
  }
}

/** Draws faults with given probabilities. */
export function drawing(
  random: () => number,
  probabilities: Readonly<Partial<Record<Fault, number>>>,
): Draw {
  return () => {
    let chance = random();
    for (const [fault, probability] of Object.entries(probabilities)) {
      chance -= probability;
      if (chance < 0) return fault as Fault;
    }
    return "none";
  };
}

/** Lets everything through. */
export function calm(): Fault {
  return "none";
}
