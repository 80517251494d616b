// Tests that need more than Deno: each declares the programs it needs, by the names of PROGRAMS. Where
// one is missing the test is skipped and noted, except in CI, where that is a failure.

import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import process from "node:process";
import { findProgram, mustRun, type ProgramName } from "./programs.ts";

/** Names the file that skipped tests are noted in, for the list that `deno task test` ends with. */
export const SKIPS_FILE = "BTFLOW_TEST_SKIPS";

/** A test that did not run, and why: names of programs, or a reason in words. */
export interface Skip {
  readonly test: string;
  readonly reasons: readonly (ProgramName | string)[];
}

/** A test and what it needs. */
export interface ToolTest {
  readonly name: string;
  readonly tools: readonly ProgramName[];
  /** A further condition, in words, that does not hold here; null when all is well. */
  readonly unless?: string | null;
  /** False for tests that leave a server or a browser to the tests after them. */
  readonly sanitize?: boolean;
  readonly fn: (context: Deno.TestContext) => void | Promise<void>;
}

/** Registers a test that needs programs of the system. */
export function toolTest(test: ToolTest): void {
  const { name, tools, unless = null, sanitize = true, fn } = test;
  const reasons = whatLacks(tools, unless);
  Deno.test({
    name,
    ignore: isSkipped(name, reasons),
    sanitizeOps: sanitize,
    sanitizeResources: sanitize,
    fn: (context) => {
      if (reasons.length > 0) throw new Error(`Cannot run this test: ${reasons.join(", ")}`);
      return fn(context);
    },
  });
}

function whatLacks(tools: readonly ProgramName[], unless: string | null): readonly string[] {
  const missing: readonly string[] = tools.filter((tool) => findProgram(tool) === null);
  return missing.length === 0 && unless !== null ? [unless] : missing;
}

/** Whether a test is to be skipped for these reasons, which is then noted. */
function isSkipped(test: string, reasons: readonly string[]): boolean {
  if (reasons.length === 0 || mustRun()) return false;
  const file = process.env[SKIPS_FILE];
  if (file === undefined) console.warn(`Skipped: ${test}: needs ${reasons.join(", ")}`);
  else fs.appendFileSync(file, `${JSON.stringify({ test, reasons } satisfies Skip)}\n`);
  return true;
}

/** Null where this user may mount file systems, else what is lacking: many containers keep it from root. */
export function noMounts(): string | null {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "btflow-mount-"));
  const run = (command: string, ...args: readonly string[]): boolean => {
    try {
      return new Deno.Command(command, { args: [...args], stdout: "null", stderr: "null" })
        .outputSync().success;
    } catch {
      return false;
    }
  };
  try {
    const mounted = run("mount", "-t", "tmpfs", "btflow-test", folder);
    return mounted && run("umount", folder) ? null : "root's right to mount file systems";
  } finally {
    fs.rmdirSync(folder);
  }
}

/** What a program did. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. The environment is only what is given, besides PATH. */
export async function runTool(
  command: string,
  args: readonly string[],
  options: {
    readonly cwd?: string;
    readonly env?: Readonly<Record<string, string>>;
    readonly stdin?: string;
  } = {},
): Promise<Outcome> {
  const child = new Deno.Command(command, {
    args: [...args],
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    clearEnv: true,
    env: { PATH: process.env["PATH"] ?? "", ...options.env },
    stdin: options.stdin === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  if (options.stdin !== undefined) {
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(options.stdin));
    await writer.close();
  }
  const { code, stdout, stderr } = await child.output();
  const text = new TextDecoder();
  return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
}
