// An agent for tests: the official Python client, which starts the program as agents' programs do and
// plays the calls that it is given.

import { spawn } from "node:child_process";
import path from "node:path";
import { python, repository } from "../helpers/python.ts";
import { SOURCE } from "./wire.ts";

export interface Turn {
  readonly tool: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

/** One block of an answer. */
export interface Block {
  readonly text?: string;
  readonly uri?: string;
  readonly mime?: string;
  readonly html?: string;
}

export interface AgentAnswer {
  readonly failed?: boolean;
  readonly blocks?: readonly Block[];
  /** The protocol's own error. */
  readonly refused?: string;
}

export interface Played {
  readonly tools: readonly {
    readonly name: string;
    readonly schema: { readonly properties: Readonly<Record<string, unknown>> };
    readonly reads: boolean;
  }[];
  readonly answers: readonly AgentAnswer[];
  readonly version: string;
  /** What the client and the server said on stderr. */
  readonly err: string;
}

export interface AgentOptions {
  readonly folder: string;
  /** Words after `btflow mcp`. */
  readonly words?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly mode?: "legacy" | "auto";
}

/** Plays the calls, those in a list at once. */
export async function playAgent(
  { folder, words = [], env = {}, mode = "auto" }: AgentOptions,
  ...calls: readonly (Turn | readonly Turn[])[]
): Promise<Played> {
  const [command, ...source] = SOURCE;
  const play = {
    command,
    args: [...source, "mcp", ...words],
    cwd: folder,
    env: {
      PATH: Deno.env.get("PATH") ?? "",
      DENO_DIR: Deno.env.get("DENO_DIR") ?? path.join(Deno.env.get("HOME") ?? "", ".cache/deno"),
      HOME: folder,
      BTFLOW_STORE: path.join(folder, "store.db"),
      ...env,
    },
    mode,
    calls,
  };
  const child = spawn(python(), [path.join(repository, "tests/mcp/client.py")]);
  let out = "";
  let err = "";
  child.stdout.on("data", (data) => out += data);
  child.stderr.on("data", (data) => err += data);
  child.stdin.end(JSON.stringify(play));
  const code = await new Promise((resolve) => child.on("close", resolve));
  if (code !== 0) throw new Error(`The client ended with ${code}:\n${err}`);
  return { ...JSON.parse(out) as Omit<Played, "err">, err };
}

/** The answer of a call, as data. */
export function dataOf(answer: AgentAnswer | undefined): unknown {
  return JSON.parse(answer?.blocks?.[0]?.text ?? "null");
}

/** What is said beside an answer: the last text. */
export function besideOf(answer: AgentAnswer | undefined): {
  readonly error?: { readonly code: string; readonly exit: number; readonly message: string };
  readonly warnings?: readonly { readonly code: string; readonly message: string }[];
  readonly notes?: readonly string[];
  readonly left_out?: string;
} {
  return JSON.parse(answer?.blocks?.findLast(({ text }) => text !== undefined)?.text ?? "{}");
}
