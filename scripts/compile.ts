// Builds the binaries: `deno task compile [flags]`. This file reads flags and facts and prints; what
// is done is planned in compile/plan.ts and carried out in compile/build.ts.

import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { BUILD } from "../lib/build.ts";
import { build } from "./compile/build.ts";
import { makePlan } from "./compile/plan.ts";
import type { Engine, Facts, Plan } from "./compile/plan.ts";
import { hostTarget, TARGETS } from "./compile/targets.ts";

const USAGE = `Build btflow as one file per machine, into dist/.

Usage: deno task compile [flags]

Flags:
  --target NAME             ${TARGETS.map((target) => target.name).join(", ")}
                            or all (default: this machine)
  --engine deno|bun         deno enforces the permission set from outside the program; bun starts
                            faster and has musl targets (default: deno)
  --allow-host HOST[:PORT]  The binary may connect to this host only; repeatable (default: any host,
                            always only the tracking server's)
  --output DIR              Where the files go (default: dist)
  --dry-run                 Print the plan as JSON and build nothing
  --help                    Show this page

Environment:
  DENORT_BIN                Base binary for --engine deno, where it cannot be downloaded
`;

const root = fileURLToPath(new URL("..", import.meta.url)).replace(/[\\/]$/, "");

async function git(...args: string[]): Promise<string | null> {
  try {
    const command = new Deno.Command("git", { args, cwd: root, stderr: "null" });
    const { success, stdout } = await command.output();
    return success ? new TextDecoder().decode(stdout).trim() : null;
  } catch {
    return null;
  }
}

/** The commit of the source; with "-dirty" when a file that shapes the binary differs from it. */
async function sourceCommit(): Promise<string> {
  const commit = await git("rev-parse", "HEAD");
  if (commit === null) return "unknown";
  const shaping = [
    "main.ts",
    "lib",
    "deno.json",
    "deno.lock",
    "scripts/compile.ts",
    "scripts/compile",
  ];
  const changed = await git("status", "--porcelain", "--", ...shaping);
  return changed === "" ? commit : `${commit}-dirty`;
}

async function gatherFacts(): Promise<Facts> {
  const config = JSON.parse(await Deno.readTextFile(`${root}/deno.json`)) as {
    readonly version: string;
    readonly permissions: { readonly default: Readonly<Record<string, unknown>> };
  };
  if (config.version !== BUILD.version) {
    throw new Error(
      `Cannot build: deno.json says version ${config.version}, lib/build.ts ${BUILD.version}`,
    );
  }
  const denortBin = Deno.env.get("DENORT_BIN");
  return {
    version: config.version,
    commit: await sourceCommit(),
    permissions: config.permissions.default,
    host: hostTarget(Deno.build.os, Deno.build.arch),
    denortBin: denortBin ? resolve(denortBin) : undefined,
  };
}

function readFlags(args: string[]) {
  return parseArgs({
    args,
    options: {
      target: { type: "string" },
      engine: { type: "string", default: "deno" },
      "allow-host": { type: "string", multiple: true, default: [] },
      output: { type: "string", default: "dist" },
      "dry-run": { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  }).values;
}

async function planFor(flags: ReturnType<typeof readFlags>): Promise<Plan> {
  const { engine } = flags;
  if (engine !== "deno" && engine !== "bun") {
    throw new Error(`Cannot build with ${JSON.stringify(engine)}: expected deno or bun`);
  }
  const facts = await gatherFacts();
  const request = {
    engine: engine as Engine,
    target: flags.target ?? facts.host,
    allowedHosts: flags["allow-host"],
    output: flags.output,
  };
  return makePlan(request, facts);
}

/** A signal that ended the build. */
class Interruption extends Error {
  override readonly name: string = "Interruption";
  /** 128 and the signal's number, as a shell says it. */
  readonly exitCode: number;

  constructor(signal: Deno.Signal, exitCode: number) {
    super(`Stopped by ${signal}: nothing was built`);
    this.exitCode = exitCode;
  }
}

/** Turns the signals that would end this program into one that the build can clean up after. */
function interruptions(): AbortSignal {
  const controller = new AbortController();
  const signals: readonly (readonly [Deno.Signal, number])[] = Deno.build.os === "windows"
    ? [["SIGINT", 130]]
    : [["SIGHUP", 129], ["SIGINT", 130], ["SIGTERM", 143]];
  for (const [signal, code] of signals) {
    Deno.addSignalListener(signal, () => controller.abort(new Interruption(signal, code)));
  }
  return controller.signal;
}

async function main(args: string[]): Promise<number> {
  try {
    const flags = readFlags(args);
    if (flags.help) {
      console.log(USAGE);
      return 0;
    }
    const plan = await planFor(flags);
    if (flags["dry-run"]) {
      console.log(JSON.stringify(plan, null, 2));
      return 0;
    }
    for (const { file, bytes, sha256 } of await build(plan, root, interruptions())) {
      console.log(`${plan.output}/${file}  ${(bytes / 1e6).toFixed(1)} MB  sha256 ${sha256}`);
    }
    return 0;
  } catch (error) {
    console.error(`error: ${error instanceof Error ? error.message : String(error)}`);
    return error instanceof Interruption ? error.exitCode : 1;
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
