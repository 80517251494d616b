// A connection to `btflow mcp` without a client of the protocol: lines in, lines out.

import { spawn } from "node:child_process";
import path from "node:path";
import { repository } from "../helpers/programs.ts";

/** The program from its source. */
export const SOURCE: readonly string[] = [
  Deno.execPath(),
  "run",
  "-q",
  "-P",
  "--no-prompt",
  "--no-check",
  "--config",
  path.join(repository, "deno.json"),
  path.join(repository, "main.ts"),
];

/** What can be said to a server. */
export interface Wire {
  send(message: object): void;
  ask(id: number, method: string, params: unknown): Promise<Message>;
  raw(text: string): void;
  /** Closes its stdin: its exit code, and what was no line. */
  end(): Promise<{ readonly code: number | null; readonly rest: string }>;
}

export interface Message {
  readonly id?: number;
  readonly result?: { readonly isError?: boolean; readonly content?: readonly { text: string }[] };
  readonly error?: { readonly code: number };
}

/** Speaks to a server line by line; `program` is what starts it. */
export function wire(
  folder: string,
  env: Readonly<Record<string, string>> = {},
  [program = "", ...words]: readonly string[] = SOURCE,
): Wire {
  const child = spawn(program, [...words, "mcp"], {
    cwd: folder,
    env: { ...Deno.env.toObject(), BTFLOW_STORE: path.join(folder, "store.db"), ...env },
  });
  let out = "";
  const waiting = new Map<number, (message: Message) => void>();
  child.stdout.on("data", (data) => {
    const lines = (out += data).split("\n");
    for (const line of lines.slice(0, -1)) {
      const message = JSON.parse(line) as Message;
      waiting.get(message.id ?? -1)?.(message);
      waiting.delete(message.id ?? -1);
    }
    out = lines.at(-1) ?? "";
  });
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  const send = (message: unknown): void =>
    void child.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", ...message as object })}\n`);
  return {
    send,
    ask: (id: number, method: string, params: unknown): Promise<Message> => {
      const answer = new Promise<Message>((resolve) => waiting.set(id, resolve));
      send({ id, method, params });
      return answer;
    },
    raw: (text: string) => void child.stdin.write(text),
    end: async () => {
      child.stdin.end();
      return { code: await ended, rest: out };
    },
  };
}

/** What an agent opens a connection with. */
export const OPENING = {
  protocolVersion: "2025-06-18",
  capabilities: {},
  clientInfo: { name: "test", version: "1" },
};
