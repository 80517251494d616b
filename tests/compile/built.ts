// Builds a binary for a test, as `deno task compile` does, into a folder that other users can read.

import { assertEquals } from "@std/assert";
import { repository } from "../helpers/python.ts";
import { hostTarget } from "../../scripts/compile/targets.ts";

/** What a build made. */
export interface Built {
  readonly folder: string;
  /** The binary of this machine. */
  readonly file: string;
  remove(): Promise<void>;
}

export const HOST: string = hostTarget(Deno.build.os, Deno.build.arch);

/** A call of scripts/compile.ts. A DENORT_BIN that is set where the tests run means nothing to it. */
export function compileCommand(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "-A", "scripts/compile.ts", ...args],
    cwd: repository,
    env: { NO_COLOR: "1", DENORT_BIN: "", ...env },
    stdout: "piped",
    stderr: "piped",
  });
}

/** Runs scripts/compile.ts to its end. */
export async function compile(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  const { code, stdout, stderr } = await compileCommand(args, env).output();
  const text = new TextDecoder();
  return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
}

/** Builds this machine's binary with Bun. */
export async function buildHere(...flags: string[]): Promise<Built> {
  const folder = await Deno.makeTempDir({ prefix: "btflow-built-" });
  await Deno.chmod(folder, 0o755);
  const { code, stderr } = await compile(["--engine", "bun", "--output", folder, ...flags]);
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
  const remove = (): Promise<void> => Deno.remove(folder, { recursive: true });
  return { folder, file: `${folder}/btflow-${HOST}`, remove };
}
