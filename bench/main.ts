// `deno task bench`: measures what the design promises, each claim beside the tool it is made
// against. Nothing here is part of the program; the cases are one table, in the order they print.

import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";

import { CORES } from "./cases/cores.ts";
import { FILES, GROWTH } from "./cases/files.ts";
import { INSTALL } from "./cases/install.ts";
import { INTERVALS } from "./cases/intervals.ts";
import { JUDGE } from "./cases/judge.ts";
import { REPORT } from "./cases/report.ts";
import { SEARCH } from "./cases/search.ts";
import { SERVER } from "./cases/server.ts";
import { STARTUP } from "./cases/startup.ts";
import { STORE } from "./cases/store.ts";
import { SWEEP } from "./cases/sweep.ts";
import { VECTORBT } from "./cases/vectorbt.ts";
import { type BenchContext, type Case, repository, type Row } from "./harness.ts";
import { machineFacts } from "./machine.ts";
import { markdown } from "./table.ts";

/** Every case. */
export const CASES: readonly Case[] = [
  STARTUP,
  FILES,
  GROWTH,
  SWEEP,
  CORES,
  VECTORBT,
  SERVER,
  SEARCH,
  STORE,
  JUDGE,
  INTERVALS,
  REPORT,
  INSTALL,
];

const USAGE = `Compare btflow's speed and memory with the Python tools', as ratios.

Usage: deno task bench [flags]

Flags:
  --case NAME     Only this case; repeatable
  --runs N        How often each side is measured (default: 5)
  --quick         Small inputs and one run: tries everything, proves nothing
  --binary FILE   Measure this binary instead of compiling one
  --output FILE   Write the table here too
  --help          Show this page

Cases:
${CASES.map(({ name, summary }) => `  ${name.padEnd(14)}${summary}`).join("\n")}
`;

const QUICK_RUNS = 1;
const RUNS = 5;

async function main(args: string[]): Promise<number> {
  const { values: flags } = parseArgs({
    args,
    options: {
      case: { type: "string", multiple: true, default: [] },
      runs: { type: "string" },
      quick: { type: "boolean", default: false },
      binary: { type: "string" },
      output: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (flags.help) {
    console.log(USAGE);
    return 0;
  }
  const unknown = flags.case.find((name) => !CASES.some((one) => one.name === name));
  const runs = Number(flags.runs ?? (flags.quick ? QUICK_RUNS : RUNS));
  if (unknown !== undefined || !(Number.isInteger(runs) && runs > 0)) {
    console.error(unknown === undefined ? "--runs must be 1 or more" : `no case ${unknown}`);
    return 2;
  }
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "btflow-bench-"));
  try {
    const context: BenchContext = {
      binary: flags.binary ?? await compileBinary(folder),
      folder,
      runs,
      quick: flags.quick,
      note: (text) => console.error(`  ${text}`),
    };
    const { text, failed } = await measureAll(context, flags.case);
    console.log(text);
    if (flags.output !== undefined) fs.writeFileSync(flags.output, text);
    return failed ? 1 : 0;
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

interface Outcome {
  readonly text: string;
  /** Whether a case could not be measured; a promise that is missed is a result. */
  readonly failed: boolean;
}

/** Runs the cases and gives the page; a case that fails does not take the others' results with it. */
async function measureAll(context: BenchContext, names: readonly string[]): Promise<Outcome> {
  const facts = await machineFacts(context.binary);
  const rows: Row[] = [];
  let failed = false;
  for (const one of CASES) {
    if (names.length > 0 && !names.includes(one.name)) continue;
    console.error(`${one.name}: ${one.summary}`);
    try {
      rows.push(...await one.run(context));
    } catch (error) {
      console.error(`${one.name} failed: ${error instanceof Error ? error.message : error}`);
      failed = true;
    }
  }
  return { text: markdown(facts, rows), failed };
}

async function compileBinary(folder: string): Promise<string> {
  const compile = new Deno.Command(Deno.execPath(), {
    args: ["task", "-q", "compile", "--engine", "bun", "--output", folder],
    cwd: repository,
  });
  const { success, stdout, stderr } = await compile.output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(`Cannot compile the binary: ${decoder.decode(stderr)}`);
  const file = decoder.decode(stdout).trim().split(/\s+/)[0] ?? "";
  return path.resolve(repository, file);
}

if (import.meta.main) Deno.exit(await main(Deno.args));
