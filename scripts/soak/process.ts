// btflow as a process of its own, as cron starts it, and what that costs: time and peak memory. The
// peak is read from /proc while the process lives, because nothing tells it afterwards, and by a
// shell, because Deno reads /proc for nobody who has less than all permissions.

import { type ChildProcess, spawn } from "node:child_process";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

/** The folder of the repository. */
export const repository: string = fileURLToPath(new URL("../..", import.meta.url));

/** btflow from source, with the permissions that a user gives it. */
export const BTFLOW: readonly string[] = [
  Deno.execPath(),
  ...["run", "-q", "--no-check", "--no-prompt", "--deny-import", "-P"],
  ...["--config", path.join(repository, "deno.json"), path.join(repository, "main.ts")],
];

export interface Ended {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly elapsedMs: number;
  /** Peak resident memory in bytes; NaN where the system does not tell. */
  readonly peakBytes: number;
  /** Processor time, which a busy machine does not stretch as it does elapsed time. */
  readonly cpuMs: number;
}

export interface StartOptions {
  /** The whole environment besides PATH and where Deno keeps its cache. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** The program and its first arguments; btflow from source when not given. */
  readonly command?: readonly string[];
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

/** Prints a process's peak memory (kilobytes) and processor time (ticks) until it is gone. */
const WATCH = `pid=$1
while peak=$(grep VmHWM "/proc/$pid/status" 2>/dev/null) && times=$(cat "/proc/$pid/stat"); do
  set -- $peak
  kilobytes=$2
  set -- $times
  shift 13
  echo "$kilobytes $(($1 + $2))"
  sleep 0.05
done`;
/** What Linux counts processor time in. */
const TICK_MS = 10;

/** Starts btflow. */
export function start(args: readonly string[], options: StartOptions = {}): Running {
  const [program = "", ...first] = options.command ?? BTFLOW;
  const began = performance.now();
  const child = spawn(program, [...first, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...inherited(), ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  const watcher = spawn("sh", ["-c", WATCH, "sh", String(child.pid)], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  let [stdout, stderr, peakBytes, cpuMs] = ["", "", NaN, NaN];
  child.stdout?.setEncoding("utf8").on("data", (text: string) => stdout += text);
  child.stderr?.setEncoding("utf8").on("data", (text: string) => stderr += text);
  watcher.stdout.setEncoding("utf8").on("data", (text: string) => {
    const [kilobytes = 0, ticks = 0] = text.trim().split("\n").at(-1)?.split(" ").map(Number) ?? [];
    if (kilobytes > 0) [peakBytes, cpuMs] = [kilobytes * 1024, ticks * TICK_MS];
  });
  const watched = new Promise<void>((resolve) => {
    watcher.on("error", () => resolve());
    watcher.on("close", () => resolve());
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", async (code) => {
      const elapsedMs = performance.now() - began;
      await watched;
      resolve({ code, stdout, stderr, elapsedMs, peakBytes, cpuMs });
    });
  });
  return { child, ended };
}

/** Runs btflow to its end. */
export async function btflow(
  args: readonly string[],
  options: StartOptions = {},
): Promise<Ended> {
  return await start(args, options).ended;
}

function inherited(): Record<string, string> {
  const names = ["PATH", "DENO_DIR", "XDG_CACHE_HOME", "HOME"];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
