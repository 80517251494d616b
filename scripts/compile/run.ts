// Calls the tools of a build and says in one line what went wrong and how to fix it. Tools see none
// of the variables that would change what they make.

import { basename, dirname } from "node:path";
import { stripVTControlCharacters } from "node:util";
import type { Build } from "../../lib/build.ts";
import { RUNTIMES } from "./packages.ts";
import type { Engine, Step } from "./plan.ts";

/** A tool that failed, in one line. */
export class BuildError extends Error {
  override readonly name: string = "BuildError";
}

/** Where the steps of one build run. */
export interface Place {
  /** The repository: the working folder of each step. */
  readonly root: string;
  /** The temporary folder that `$WORK` stands for. */
  readonly work: string;
  /** Ends the step that runs, and lets no other start. */
  readonly interrupted: AbortSignal;
}

/** Variables that change a tool's output without being in the plan. */
const MEDDLING =
  /^(BUN_(?!INSTALL)|DENORT_BIN$|NODE_OPTIONS$|DENO_(V8_FLAGS|TLS_CA_STORE|CERT|COMPAT|LOG|AUTH)|OTEL_)/;

/** A tool that is ended by a signal leaves its temporary files; they must go with the build's own. */
function toolEnvironment(work: string): Record<string, string> {
  const kept = Object.entries(Deno.env.toObject()).filter(([name]) => !MEDDLING.test(name));
  return {
    ...Object.fromEntries(kept),
    NO_COLOR: "1",
    TMPDIR: work,
    npm_config_loglevel: "error",
  };
}

/** Runs a step and returns its stdout; `attempt` opens the message of a failure. */
export async function runStep(step: Step, place: Place, attempt: string): Promise<string> {
  const { root, work, interrupted } = place;
  const command = step.command === "deno" ? Deno.execPath() : step.command;
  const args = step.args.map((arg) => arg.replace("$WORK", work));
  const env = { ...toolEnvironment(work), ...step.env };
  const { code, stdout, stderr } = await run(command, { args, cwd: root, env }, interrupted);
  if (code === 0) return stdout;
  const problem = `${stderr}\n${stdout}`;
  const what = code === null ? `cannot run ${step.command}: ` : "";
  throw new BuildError(`${attempt}: ${what}${cause(problem, work)}${remedy(step, problem)}`);
}

interface Ended {
  /** Null when the program could not be started; stderr then says why. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const IS_WINDOWS = Deno.build.os === "windows";
const MS_TO_END = 3_000;

/**
 * Runs a program to its end. On Unix it leads a process group of its own, so that an interruption ends
 * what it has started too: npx would leave the program it runs behind.
 */
async function run(
  command: string,
  options: Deno.CommandOptions,
  interrupted: AbortSignal,
): Promise<Ended> {
  interrupted.throwIfAborted();
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command(command, {
      ...options,
      clearEnv: true,
      detached: !IS_WINDOWS,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  } catch (error) {
    const isMissing = error instanceof Deno.errors.NotFound;
    return { code: null, stdout: "", stderr: isMissing ? "it is not on PATH" : String(error) };
  }
  const end = (signal: Deno.Signal): void => {
    try {
      Deno.kill(IS_WINDOWS ? child.pid : -child.pid, signal);
    } catch {
      // It has ended by itself.
    }
  };
  let timer: ReturnType<typeof setTimeout> | undefined;
  const interrupt = (): void => {
    end("SIGTERM");
    timer = setTimeout(() => end("SIGKILL"), MS_TO_END);
  };
  interrupted.addEventListener("abort", interrupt);
  try {
    const { code, stdout, stderr } = await child.output();
    interrupted.throwIfAborted();
    const text = new TextDecoder();
    return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
  } finally {
    clearTimeout(timer);
    interrupted.removeEventListener("abort", interrupt);
  }
}

/** The line of a tool's output that says why, without colours and the temporary folder's name. */
function cause(output: string, folder: string): string {
  const plain = stripVTControlCharacters(output).replaceAll(`${folder}/`, "");
  const lines = plain.split("\n").map((line) => line.trim());
  const line = lines.find((line) => line.includes("error sending request")) ?? deepest(lines) ??
    lines.find((line) => /error/i.test(line)) ?? lines.find((line) => line !== "");
  return (line ?? "no reason given").replace(/^(\d+|error|npm error): /i, "").slice(0, 300);
}

/** The end of Deno's chain of causes, above which it only says what it was doing. */
function deepest(lines: readonly string[]): string | undefined {
  const start = lines.indexOf("Caused by:") + 1;
  return start === 0 ? undefined : lines.slice(start, lines.indexOf("", start)).at(-1);
}

/** What helps where a base binary could not be had. */
function remedy(step: Step, problem: string): string {
  if (step.command === "npx") {
    return /ENOTFOUND|EAI_AGAIN|ECONN|network|download|not on PATH/i.test(problem)
      ? "; Bun comes from the npm registry: install Node.js, or set npm_config_registry to a mirror"
      : "";
  }
  return /base binary|denort|Invalid object/i.test(problem) ? baseRemedy(step) : "";
}

/** Where the base binary of a step's target is to be had. */
export function baseRemedy({ args }: Step): string {
  const triple = args[args.indexOf("--target") + 1] ?? "";
  const { version } = RUNTIMES.deno;
  return `; set DENORT_BIN to the file denort of Deno ${version} for ${triple}, from ` +
    `https://dl.deno.land/release/v${version}/denort-${triple}.zip or a mirror of it`;
}

/** Runs a new binary from an empty folder: it must start, be the build asked for, and answer. */
export async function smokeRun(
  file: string,
  engine: Engine,
  build: Build,
  interrupted: AbortSignal,
): Promise<void> {
  const refusal = (reason: string): BuildError =>
    new BuildError(`Cannot accept ${basename(file)}: ${reason}`);
  const cwd = await Deno.makeTempDir({ prefix: "btflow-smoke-" });
  const ask = async (question: string): Promise<unknown> => {
    const args = [question, "--format", "json"];
    const env = { NO_COLOR: "1" };
    const { code, stdout, stderr } = await run(file, { args, cwd, env }, interrupted);
    if (code !== 0) {
      const how = code === null ? "cannot be run" : `ended with ${code}`;
      throw refusal(`"${question}" ${how}: ${cause(stderr, dirname(file))}`);
    }
    try {
      return JSON.parse(stdout);
    } catch {
      throw refusal(`it is not btflow, it answers ${JSON.stringify(stdout.slice(0, 80))}`);
    }
  };
  try {
    const { version, commit, engine: program, permissions } = await ask("--version") as {
      readonly [fact: string]: unknown;
      readonly permissions?: { readonly net?: unknown };
    };
    const { name, version: runtime } = RUNTIMES[engine];
    const net = build.allowedHosts.length === 0 ? true : build.allowedHosts;
    const is = JSON.stringify([version, commit, program, permissions?.net]);
    const mustBe = JSON.stringify([build.version, build.commit, `${name} ${runtime}`, net]);
    if (is !== mustBe) throw refusal(`it says it is ${is}, not ${mustBe}`);
    const metrics = await ask("metrics");
    if (!Array.isArray(metrics) || metrics.length === 0) {
      throw refusal(`"metrics" answers nothing`);
    }
  } finally {
    await Deno.remove(cwd, { recursive: true });
  }
}
