// Calls the tools of a build and says in one line what went wrong and how to mend it. Tools see none
// of the variables that would change what they make.

import type { Build } from "../../lib/build.ts";
import type { Engine, Step } from "./plan.ts";

/** A tool that failed, in one line. */
export class BuildError extends Error {
  override readonly name: string = "BuildError";
}

/** Variables that change a tool's output without being in the plan. */
const MEDDLING =
  /^(BUN_(?!INSTALL)|NODE_OPTIONS$|DENO_(V8_FLAGS|TLS_CA_STORE|CERT|COMPAT|LOG|AUTH)|OTEL_)/;

function toolEnvironment(): Record<string, string> {
  const kept = Object.entries(Deno.env.toObject())
    .filter(([name, value]) => !MEDDLING.test(name) && !(name === "DENORT_BIN" && value === ""));
  return { ...Object.fromEntries(kept), NO_COLOR: "1", npm_config_loglevel: "error" };
}

/** Runs a step in a folder and answers its stdout; `attempt` opens the message of a failure. */
export async function runStep(step: Step, cwd: string, attempt: string): Promise<string> {
  const command = step.command === "deno" ? Deno.execPath() : step.command;
  let output: Deno.CommandOutput;
  try {
    output = await new Deno.Command(command, {
      args: [...step.args],
      cwd,
      clearEnv: true,
      env: toolEnvironment(),
      stdin: "null",
    }).output();
  } catch (error) {
    const reason = error instanceof Deno.errors.NotFound ? "it is not on PATH" : String(error);
    throw new BuildError(`${attempt}: cannot run ${step.command}: ${reason}${mend(step, "")}`);
  }
  const text = new TextDecoder();
  if (output.success) return text.decode(output.stdout);
  const problem = `${text.decode(output.stderr)}\n${text.decode(output.stdout)}`;
  throw new BuildError(`${attempt}: ${cause(problem)}${mend(step, problem)}`);
}

/** The line of a tool's output that says why. */
function cause(output: string): string {
  // deno-lint-ignore no-control-regex
  const lines = output.replace(/\x1b\[[0-9;]*m/g, "").split("\n").map((line) => line.trim());
  const denort = lines.find((line) => /Could not find denort|error sending request/.test(line));
  const line = denort ?? deepest(lines) ?? lines.find((line) => /error/i.test(line)) ??
    lines.find((line) => line !== "");
  return (line ?? "no reason given").replace(/^(\d+|error|npm error): /i, "").slice(0, 300);
}

/** The end of Deno's chain of causes, above which it only says what it was doing. */
function deepest(lines: readonly string[]): string | undefined {
  const start = lines.indexOf("Caused by:") + 1;
  return start === 0 ? undefined : lines.slice(start, lines.indexOf("", start)).at(-1);
}

/** What helps where a base binary could not be had. */
function mend(step: Step, problem: string): string {
  if (step.command === "npx") {
    return /ENOTFOUND|EAI_AGAIN|ECONN|network|download|not on PATH/i.test(problem) || problem === ""
      ? "; Bun comes from the npm registry: install Node.js, or set npm_config_registry to a mirror"
      : "";
  }
  if (!/base binary|denort|Invalid object/i.test(problem)) return "";
  const target = step.args[step.args.indexOf("--target") + 1] ?? "";
  return `; set DENORT_BIN to the file denort of Deno ${Deno.version.deno} for ${target}, from ` +
    `https://dl.deno.land/release/v${Deno.version.deno}/denort-${target}.zip or a mirror of it`;
}

/** Runs a new binary from an empty folder: it must start, be the build asked for, and answer. */
export async function smokeRun(file: string, engine: Engine, build: Build): Promise<void> {
  const cwd = await Deno.makeTempDir({ prefix: "btflow-smoke-" });
  try {
    const facts = readAnswer(file, await answer(file, ["--version", "--format", "json"], cwd)) as {
      readonly version?: string;
      readonly commit?: string;
      readonly engine?: string;
      readonly permissions?: { readonly net?: unknown };
    };
    const net = build.allowedHosts.length === 0 ? true : build.allowedHosts;
    const same = facts.version === build.version && facts.commit === build.commit &&
      facts.engine?.startsWith(`${engine} `) === true &&
      JSON.stringify(facts.permissions?.net) === JSON.stringify(net);
    if (!same) {
      throw new BuildError(`Cannot accept ${file}: it says it is ${JSON.stringify(facts)}`);
    }
    const metrics = readAnswer(file, await answer(file, ["metrics", "--format", "json"], cwd));
    if (!Array.isArray(metrics) || metrics.length === 0) {
      throw new BuildError(`Cannot accept ${file}: "metrics" answers nothing`);
    }
  } finally {
    await Deno.remove(cwd, { recursive: true });
  }
}

function readAnswer(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const start = JSON.stringify(text.slice(0, 80));
    throw new BuildError(`Cannot accept ${file}: it is not btflow, it answers ${start}`, { cause });
  }
}

async function answer(file: string, args: readonly string[], cwd: string): Promise<string> {
  const command = new Deno.Command(file, { args: [...args], cwd, clearEnv: true, stdin: "null" });
  const { success, code, stdout, stderr } = await command.output();
  const text = new TextDecoder();
  if (success) return text.decode(stdout);
  const problem = text.decode(stderr).split("\n").find((line) => line.trim() !== "") ??
    "no message";
  throw new BuildError(`Cannot accept ${file}: "${args.join(" ")}" ended with ${code}: ${problem}`);
}
