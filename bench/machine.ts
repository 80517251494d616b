// What the figures were measured on: a ratio without the machine and the versions behind it cannot be
// checked by anyone.

import os from "node:os";

import { python } from "./harness.ts";

/** Lines of facts: name and value. */
export type Facts = readonly (readonly [name: string, value: string])[];

/** The machine and everything installed that took part. */
export async function machineFacts(binary: string): Promise<Facts> {
  const cpus = os.cpus();
  return [
    ["Date", new Date().toISOString().slice(0, 16).replace("T", " ") + " UTC"],
    ["CPU", `${cpus.length} × ${cpus[0]?.model ?? "unknown"}`],
    ["Memory", `${(os.totalmem() / 2 ** 30).toFixed(0)} GiB`],
    ["System", `${os.type()} ${os.release()} ${os.arch()}`],
    ["Load before", os.loadavg().map((load) => load.toFixed(1)).join(", ")],
    ["btflow", await binaryVersion(binary)],
    ["Deno", `${Deno.version.deno} (V8 ${Deno.version.v8})`],
    ["Python", await pythonVersions()],
  ];
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
