// How a comparison is measured: every side is a process of its own, the sides take turns (A B A B …),
// so that a busy moment of the machine falls on all of them, and medians are compared.

import path from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of the repository. */
export const repository: string = fileURLToPath(new URL("..", import.meta.url));

/** The interpreter of the Python environment that btflow is compared with. */
export const python: string = path.join(repository, ".venv", "bin", "python");

/** A script of bench/python. */
export function pythonScript(name: string): string {
  return path.join(repository, "bench", "python", name);
}

/** The start of a command that runs a script with this repository's dependencies. */
export function denoRun(script: string): readonly string[] {
  const config = path.join(repository, "deno.json");
  return [Deno.execPath(), "run", "-q", "-A", "--no-prompt", "--config", config, script];
}

/** What a case is given. */
export interface BenchContext {
  /** The compiled binary. */
  readonly binary: string;
  /** A folder for inputs and outputs, removed at the end. */
  readonly folder: string;
  /** How often each side is measured. */
  readonly runs: number;
  /** Sizes are cut so that everything is tried and nothing is proved. */
  readonly quick: boolean;
  /** Says on stderr what is going on. */
  note(text: string): void;
}

/** What one run cost; of work that is counted (files, searches), of one of it. */
export interface Cost {
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** Peak memory of the largest process. */
  readonly megabytes: number;
}

/** One side of a comparison. */
export interface Side {
  readonly name: string;
  readonly command: readonly string[];
  /** Made anew for each run, so that none finds what an earlier one left. */
  readonly fresh?: (run: number) => readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** How many pieces of work a run does. */
  readonly pieces?: number;
  /** Takes the cost from the program's own output, where it times itself without its start. */
  readonly ownCost?: (stdout: string) => Partial<Cost>;
  /** Fewer runs, for what takes minutes. */
  readonly runs?: number;
}

/** The medians of one side. */
export interface Measured extends Cost {
  readonly name: string;
}

/** A comparison for the table. */
export interface Row {
  readonly work: string;
  readonly ours: Measured;
  readonly theirs: Measured | null;
  /** What is promised, in words, and whether it holds; null where nothing is. */
  readonly promise: { readonly text: string; readonly holds: boolean } | null;
}

/** A named group of comparisons. */
export interface Case {
  readonly name: string;
  readonly summary: string;
  run(context: BenchContext): Promise<readonly Row[]>;
}

/** Measures sides in turns; the medians come back in the order of the sides. */
export async function interleave(
  context: BenchContext,
  sides: readonly Side[],
): Promise<readonly Measured[]> {
  const costs = sides.map((): Cost[] => []);
  for (let run = 0; run < context.runs; run++) {
    for (const [index, side] of sides.entries()) {
      if (run >= (side.runs ?? context.runs)) continue;
      const cost = await measure(context, side, run);
      context.note(`${side.name}: ${cost.seconds.toFixed(4)} s`);
      costs[index]?.push(cost);
    }
  }
  return sides.map(({ name }, index) => ({ name, ...medians(costs[index] ?? []) }));
}

async function measure(context: BenchContext, side: Side, run: number): Promise<Cost> {
  const output = path.join(context.folder, "stdout");
  const command = [...side.command, ...(side.fresh?.(run) ?? [])];
  const process = new Deno.Command(python, {
    args: [pythonScript("measure.py"), output, ...command],
    cwd: context.folder,
    clearEnv: true,
    env: {
      PATH: Deno.env.get("PATH") ?? "",
      HOME: context.folder,
      DENO_DIR: Deno.env.get("DENO_DIR") ?? path.join(Deno.env.get("HOME") ?? "", ".cache/deno"),
      MLFLOW_DISABLE_TELEMETRY: "true",
      ...side.env,
    },
    stderr: "piped",
  });
  const { stdout, stderr } = await process.output();
  const decoder = new TextDecoder();
  const answer = decoder.decode(stdout);
  const result = JSON.parse(answer === "" ? "{}" : answer) as {
    seconds: number;
    cpu_seconds: number;
    megabytes: number;
    code: number;
  };
  if (result.code !== 0) {
    throw new Error(
      `${side.name} failed (${result.code}): ${command.slice(0, 6).join(" ")}\n` +
        decoder.decode(stderr).slice(-2000),
    );
  }
  const pieces = side.pieces ?? 1;
  return {
    seconds: result.seconds / pieces,
    cpuSeconds: result.cpu_seconds / pieces,
    megabytes: result.megabytes,
    ...side.ownCost?.(Deno.readTextFileSync(output)),
  };
}

/** The middle value; the mean of the middle two. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const low = sorted[Math.ceil(middle) - 1] ?? NaN;
  const high = sorted[Math.floor(middle)] ?? NaN;
  return (low + high) / 2;
}

function medians(costs: readonly Cost[]): Cost {
  return {
    seconds: median(costs.map(({ seconds }) => seconds)),
    cpuSeconds: median(costs.map(({ cpuSeconds }) => cpuSeconds)),
    megabytes: median(costs.map(({ megabytes }) => megabytes)),
  };
}

/** A promise of at least so many times the speed, by the clock. */
export function faster(
  work: string,
  ours: Measured | undefined,
  theirs: Measured | undefined,
  times: number,
): Row {
  const [our, their] = both(ours, theirs);
  return {
    work,
    ours: our,
    theirs: their,
    promise: { text: `≥ ${times}×`, holds: their.seconds / our.seconds >= times },
  };
}

/** Both sides of a comparison; a side that was not measured is a mistake of the case. */
export function both(
  ours: Measured | undefined,
  theirs: Measured | undefined,
): readonly [Measured, Measured] {
  if (ours === undefined || theirs === undefined) {
    throw new Error("Cannot compare: a side is missing");
  }
  return [ours, theirs];
}
