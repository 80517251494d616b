// One call of a tool: its arguments become a command line, which runs in a world of its own; what it
// wrote becomes the answer. Calls share nothing, so any number may run at once; those that write take
// turns, because a store has one writer and its waiting would stop the others of the same process.

import { createHash } from "node:crypto";
import type { Context } from "../command/declare.ts";
import { UsageError } from "../errors.ts";
import { type Ended, readBeside, textBlocks } from "./answer.ts";
import { type Call, readCall, type Settled } from "./arguments.ts";
import { pageOf } from "./page.ts";
import { requireOwnRuns } from "./own_runs.ts";
import type { Tool } from "./tools.ts";
import { type Surroundings, worldOf } from "./world.ts";

/** A page of HTML as an answer has it. */
export interface HtmlPage {
  readonly uri: string;
  readonly html: string;
}

/** What a call comes to. */
export interface Called {
  readonly texts: readonly string[];
  readonly page: HtmlPage | null;
  /** Whether the command failed; its exit code is in the texts. */
  readonly failed: boolean;
}

/** What all calls of a server share. */
export interface Caller {
  readonly run: Context["run"];
  readonly surroundings: Surroundings;
  readonly settled: Settled;
}

/** Arguments that make an answer smaller, where a tool has them. */
const NARROWING: ReadonlySet<string> = new Set([
  "filter",
  "columns",
  "metrics",
  "category",
  "max_results",
  "limit",
]);

/** Makes the function that calls tools. */
export function toolCaller(
  { run, surroundings, settled }: Caller,
  tools: readonly Tool[],
): (tool: Tool, given: Readonly<Record<string, unknown>>, signal: AbortSignal) => Promise<Called> {
  let lastWrite: Promise<unknown> = Promise.resolve();
  return async (tool, given, signal) => {
    let call: Call;
    try {
      call = readCall(tool, given, settled);
      await requireOwnRuns(call, { run, surroundings, settled, tools });
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      return failure({ code: "usage", exit: 2, message: error.message });
    }
    const work = (): Promise<Called> => perform(run, surroundings, { tool, call, signal });
    if (!tool.writes) return await work();
    const turn = lastWrite.then(work);
    lastWrite = turn.catch(() => {});
    return await turn;
  };
}

function failure(error: unknown): Called {
  return { texts: textBlocks(null, { error }), page: null, failed: true };
}

async function perform(
  run: Context["run"],
  surroundings: Surroundings,
  { tool, call, signal }: {
    readonly tool: Tool;
    readonly call: Call;
    readonly signal: AbortSignal;
  },
): Promise<Called> {
  signal.throwIfAborted();
  const world = worldOf(surroundings);
  const interrupt = (): void => world.interrupt();
  signal.addEventListener("abort", interrupt, { once: true });
  try {
    const exit = await run(call.words, world.io);
    return answerOf(tool, call, { exit, out: world.out(), err: world.err() });
  } finally {
    signal.removeEventListener("abort", interrupt);
    world.end();
  }
}

function answerOf(tool: Tool, call: Call, ended: Ended): Called {
  const beside = readBeside(ended);
  const failed = ended.exit !== 0;
  if (call.toFile || ended.out === "") {
    return { texts: textBlocks(null, beside), page: null, failed };
  }
  if (!call.asJson) {
    const hash = createHash("sha256").update(ended.out).digest("hex").slice(0, 16);
    const page = { uri: `btflow:///${tool.name}/${hash}.html`, html: ended.out };
    const bytes = new TextEncoder().encode(ended.out).length;
    const said = { ...beside, notes: [...beside.notes ?? [], `the page has ${bytes} bytes`] };
    return { texts: textBlocks(null, said), page, failed };
  }
  const page = pageOf(JSON.parse(ended.out), {
    offset: call.offset,
    limit: call.limit,
    narrowing: tool.properties.map(({ name }) => name).filter((name) => NARROWING.has(name)),
  });
  return { texts: textBlocks(page, beside), page: null, failed };
}
