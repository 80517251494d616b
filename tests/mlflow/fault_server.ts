// A server of faults: each connection is answered with raw bytes of the test's choosing, because no
// real server sends half a reply, a billion brackets or a stranger's web page on request.

import { Buffer } from "node:buffer";
import { createServer, type Socket } from "node:net";

/** One request as it arrived. */
export interface Heard {
  readonly method: string;
  readonly path: string;
  readonly headers: string;
}

/** Writes an answer; the connection stays open unless it is ended here. */
export type Answer = (socket: Socket, heard: Heard) => void;

export interface FaultServer {
  readonly uri: string;
  readonly port: number;
  readonly heard: readonly Heard[];
  stop(): Promise<void>;
}

/** Answers the first request with the first answer and so on; the last one answers all others. */
export async function faultServer(...answers: readonly Answer[]): Promise<FaultServer> {
  const heard: Heard[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
    let text = "";
    socket.on("data", (chunk: Buffer) => {
      text += chunk.toString("latin1");
      const request = wholeRequest(text);
      if (request === null) return;
      text = "";
      heard.push(request);
      answers[Math.min(heard.length, answers.length) - 1]?.(socket, request);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("Cannot listen");
  return {
    uri: `http://127.0.0.1:${address.port}`,
    port: address.port,
    heard,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function wholeRequest(text: string): Heard | null {
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return null;
  const headers = text.slice(0, end);
  const length = Number(/^content-length: (\d+)/im.exec(headers)?.[1] ?? 0);
  if (text.length < end + 4 + length) return null;
  const [method = "", path = ""] = headers.split(" ", 2);
  return { method, path, headers: headers.toLowerCase() };
}

/** A complete reply. */
export function reply(
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  const bytes = Buffer.from(body);
  const all = { "content-type": "application/json", "content-length": bytes.length, ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`).join("");
  return (socket) => {
    const head = Buffer.from(`HTTP/1.1 ${status} Word\r\n${lines}\r\n`);
    socket.write(Buffer.concat([head, bytes]));
  };
}

/** Raw bytes, then the end of the connection. */
export function raw(text: string): Answer {
  return (socket) => socket.end(text);
}

/** No answer at all. */
export function silence(): void {}

/** The connection is broken off. */
export function reset(socket: Socket): void {
  socket.destroy();
}
