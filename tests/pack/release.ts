// A folder as `deno task compile` leaves it, for the tests of packages: with this machine's real binary, or
// with files that stand in for binaries.

import { assertEquals } from "@std/assert";
import { BUILD } from "../../lib/build.ts";
import { sha256 } from "../../scripts/pack/built.ts";
import { python, repository } from "../helpers/python.ts";
import { type Outcome, runTool } from "../helpers/tools.ts";
import { buildHere, type Built, HOST } from "../compile/built.ts";

/** This machine's binary: built for the test, or the one in the folder that BTFLOW_DIST names. */
export async function realRelease(): Promise<Built> {
  const folder = Deno.env.get("BTFLOW_DIST");
  if (!folder) return await buildHere();
  return { folder, file: `${folder}/btflow-${HOST}`, remove: () => Promise.resolve() };
}

/** A folder with these binaries, of this version. */
export async function standIn(
  binaries: Readonly<Record<string, Uint8Array>>,
  version: string = BUILD.version,
): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "btflow release " });
  const text = (value: string): Uint8Array => new TextEncoder().encode(value);
  const bill = { metadata: { component: { version } } };
  const files = {
    ...binaries,
    "THIRD_PARTY_LICENSES.txt": text("The licences of others.\n"),
    "btflow.cdx.json": text(JSON.stringify(bill)),
  };
  const sums: string[] = [];
  for (const [name, content] of Object.entries(files)) {
    await Deno.writeFile(`${folder}/${name}`, content);
    sums.push(`${sha256(content, "hex")}  ${name}\n`);
  }
  await Deno.writeTextFile(`${folder}/SHA256SUMS`, sums.join(""));
  return folder;
}

/** Runs one of the scripts that pack. */
export function pack(script: "wheel" | "npm", ...args: readonly string[]): Promise<Outcome> {
  const words = ["run", "-q", "-A", `scripts/${script}.ts`, ...args];
  return runTool(Deno.execPath(), words, {
    cwd: repository,
    env: { NO_COLOR: "1", HOME: Deno.env.get("HOME") ?? "" },
  });
}

/** The SHA-256 of a file, in hex. */
export async function hashOf(file: string): Promise<string> {
  return sha256(await Deno.readFile(file), "hex");
}

/** The files of an archive, as tar reads them. */
export async function unpacked(archive: string, folder: string): Promise<void> {
  await Deno.mkdir(folder);
  const { code, stderr } = await runTool("tar", ["-xzf", archive, "-C", folder]);
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
}

/** A step of a workflow. */
export interface Step {
  readonly name?: string;
  readonly run?: string;
}

const READ_STEPS = `
import json, sys, yaml
jobs = yaml.safe_load(sys.stdin)["jobs"]
print(json.dumps({name: job["steps"] for name, job in jobs.items()}))
`;

/** The steps of a job of the release workflow. */
export async function workflowSteps(job: string): Promise<readonly Step[]> {
  const stdin = await Deno.readTextFile(`${repository}/.github/workflows/release.yml`);
  const { stdout, stderr } = await runTool(python(), ["-c", READ_STEPS], { stdin });
  assertEquals(stderr, "");
  return JSON.parse(stdout)[job];
}
