// What the figures were measured on: a ratio without the machine and the versions behind it cannot be
// checked by anyone.

import os from "node:os";

import { median, python } from "./harness.ts";

/** Lines of facts: name and value. */
export type Facts = readonly (readonly [name: string, value: string])[];

/** The machine and everything installed that took part. */
export async function machineFacts(binary: string): Promise<Facts> {
  const cpus = os.cpus();
  return [
    ["Date", new Date().toISOString().slice(0, 16).replace("T", " ") + " UTC"],
    ["CPU", `${cpus.length} × ${cpus[0]?.model ?? "unknown"}`],
    ["All of them at once", await coresAtOnce(cpus.length)],
    ["Memory", `${(os.totalmem() / 2 ** 30).toFixed(0)} GiB`],
    ["System", `${os.type()} ${os.release()} ${os.arch()}`],
    ["Load before", os.loadavg().map((load) => load.toFixed(1)).join(", ")],
    ["btflow", await binaryVersion(binary)],
    ["Deno", `${Deno.version.deno} (V8 ${Deno.version.v8})`],
    ["Python", await pythonVersions()],
  ];
}

/** Turns of a loop that needs a core and no memory: half a second or so. */
const LOOP = "sum(range(20_000_000))";

/**
 * What all processors do at once beside what one does alone. Two that are threads of one core, as virtual
 * machines often have them, do little more than one: no program gains more by them.
 */
async function coresAtOnce(count: number): Promise<string> {
  const seconds = async (processes: number): Promise<number> => {
    const start = performance.now();
    await Promise.all(Array.from({ length: processes }, () => output(python, ["-c", LOOP])));
    return performance.now() - start;
  };
  const turns: number[] = [];
  for (let turn = 0; turn < 5; turn++) {
    const alone = await seconds(1);
    turns.push(count * alone / await seconds(count));
  }
  return `${median(turns).toFixed(1)} times what one does alone (a loop of Python in each)`;
}

async function output(command: string, args: readonly string[]): Promise<string> {
  const { stdout } = await new Deno.Command(command, { args: [...args], stderr: "null" }).output();
  return new TextDecoder().decode(stdout).trim();
}

async function binaryVersion(binary: string): Promise<string> {
  const text = await output(binary, ["--version", "--format", "json"]);
  const { version, commit, engine } = JSON.parse(text) as Record<string, string>;
  return `${version} (${commit}), compiled with ${engine}`;
}

const VERSIONS = `
import importlib.metadata as m, platform
names = ["mlflow", "quantstats", "pandas", "numpy", "scipy", "polars"]
print(platform.python_version() + ": " + ", ".join(f"{n} {m.version(n)}" for n in names))
`;

function pythonVersions(): Promise<string> {
  return output(python, ["-c", VERSIONS]);
}
