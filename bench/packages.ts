// Packages that single cases are compared with, installed once beside the tests' environment and not
// into it: they need numpy and pandas of it, and the tests need none of them.

import fs from "node:fs";
import path from "node:path";

import { python, repository } from "./harness.ts";

/** Installs what bench/requirements.txt names; returns the environment in which Python finds it. */
export async function benchPackages(): Promise<Readonly<Record<string, string>>> {
  const list = path.join(repository, "bench", "requirements.txt");
  const folder = path.join(repository, ".venv-bench");
  const installed = path.join(folder, "requirements.txt");
  const isThere = fs.existsSync(installed) &&
    fs.readFileSync(installed, "utf8") === fs.readFileSync(list, "utf8");
  if (!isThere) {
    const partial = `${folder}-${crypto.randomUUID()}`;
    await succeed(python, [
      ...["-m", "pip", "install", "-q", "--no-deps", "--target", partial, "-r", list],
    ]);
    fs.copyFileSync(list, path.join(partial, "requirements.txt"));
    fs.rmSync(folder, { recursive: true, force: true });
    fs.renameSync(partial, folder);
  }
  return { PYTHONPATH: folder, OMP_NUM_THREADS: "1", PYTHONDONTWRITEBYTECODE: "1" };
}

/** Runs a command; throws with the end of what it says where it fails. */
export async function succeed(command: string, args: readonly string[]): Promise<void> {
  const process = new Deno.Command(command, { args: [...args], stdout: "null", stderr: "piped" });
  const { success, stderr } = await process.output();
  if (success) return;
  const text = new TextDecoder().decode(stderr).slice(-2000);
  throw new Error(`${path.basename(command)} ${args.slice(0, 3).join(" ")} failed: ${text}`);
}
