// A folder as `deno task compile` leaves it, for the tests of packages: with this machine's real binary, or
// with files that stand in for binaries.

import { BUILD } from "../../lib/build.ts";
import { sha256 } from "../../scripts/pack/built.ts";
import { repository } from "../helpers/python.ts";
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
