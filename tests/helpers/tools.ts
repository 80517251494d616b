// Programs that some tests need from the system (shells, strace, unshare). They are found on PATH;
// a missing one is said aloud and the test is skipped, except in CI, where that is a failure.

import process from "node:process";
import { mustRun } from "./python.ts";

/** Whether a program is on PATH. */
export function hasTool(name: string): boolean {
  const folders = (process.env["PATH"] ?? "").split(Deno.build.os === "windows" ? ";" : ":");
  return folders.some((folder) => {
    try {
      return Deno.statSync(`${folder}/${name}`).isFile;
    } catch {
      return false;
    }
  });
}

export interface ToolTest {
  readonly name: string;
  /** Programs that must be on PATH. */
  readonly tools: readonly string[];
  /** A further condition, in words, that does not hold here; null when all is well. */
  readonly unless?: string | null;
  readonly fn: (context: Deno.TestContext) => void | Promise<void>;
}

/** Registers a test that needs programs of the system. */
export function toolTest(test: ToolTest): void {
  const missing = test.tools.filter((tool) => !hasTool(tool));
  const reason = missing.length > 0
    ? `${missing.join(", ")} cannot be found on PATH`
    : test.unless ?? null;
  if (reason !== null && !mustRun()) console.warn(`Skipped: ${test.name}: ${reason}`);
  Deno.test({
    name: test.name,
    ignore: reason !== null && !mustRun(),
    fn: (context) => {
      if (reason !== null) throw new Error(`Cannot run this test: ${reason}`);
      return test.fn(context);
    },
  });
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
