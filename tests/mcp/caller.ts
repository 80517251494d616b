// Tools called without a wire: as lib/commands/mcp.ts puts the parts together, in the world of a test.

import { allCommands, run } from "../../lib/cli.ts";
import type { Called } from "../../lib/mcp/call.ts";
import { toolCaller } from "../../lib/mcp/call.ts";
import { surroundingsOf, type Told } from "../../lib/mcp/surroundings.ts";
import { toolsOf } from "../../lib/mcp/tools.ts";
import { defaultStorePath } from "../../lib/store/mod.ts";
import type { TestIo } from "../helpers/test_io.ts";

/** Calls a tool by its name; `signal` cancels. */
export type Call = (
  name: string,
  given: Readonly<Record<string, unknown>>,
  signal?: AbortSignal,
) => Promise<Called>;

/** What `btflow mcp` was told; the rest is as without a flag. */
export async function caller(
  io: TestIo,
  told: Partial<Told> & { readonly experiment?: string } = {},
): Promise<Call> {
  const all: Told = {
    root: undefined,
    allowWrite: false,
    store: undefined,
    trackingUri: undefined,
    envFile: undefined,
    allowArtifactHost: [],
    ...told,
  };
  const { surroundings } = await surroundingsOf(io, all, defaultStorePath);
  const settled = { ...all, experiment: told.experiment };
  const tools = toolsOf(await allCommands(), settled);
  const call = toolCaller({ run, surroundings, settled }, tools);
  return (name, given, signal = new AbortController().signal) => {
    const tool = tools.find((candidate) => candidate.name === name);
    if (tool === undefined) throw new Error(`There is no tool ${name}`);
    return call(tool, given, signal);
  };
}

/** What is said beside an answer: the last text. */
export function said({ texts }: Called): {
  readonly error?: { readonly exit: number; readonly message: string };
  readonly left_out?: string;
} {
  return JSON.parse(texts.at(-1) ?? "{}");
}
