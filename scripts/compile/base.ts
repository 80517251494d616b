// Whether a file can be the base binary of a target, read from its own bytes. `deno compile` appends
// the bundle to whatever it is given, and a wrong result would fail only on the machine it is meant for.

import { Buffer } from "node:buffer";
import { RUNTIMES } from "./packages.ts";
import type { Binary } from "./plan.ts";
import { baseRemedy, BuildError } from "./run.ts";

/** Throws where a file cannot be the base binary of a target, or was not made from one; `name` is what it is called. */
export async function checkBase(file: string, name: string, binary: Binary): Promise<void> {
  let fault: string | null;
  try {
    fault = faultOf(await Deno.readFile(file), binary.target);
  } catch (error) {
    fault = `cannot be read: ${error instanceof Error ? error.message : error}`;
  }
  if (fault === null) return;
  throw new BuildError(
    `Cannot build ${binary.target} with deno: ${name} ${fault}${baseRemedy(binary)}`,
  );
}

/** Why a program cannot be the base of a target; null when it can. */
function faultOf({ buffer }: Uint8Array<ArrayBuffer>, target: string): string | null {
  const machine = machineOf(new DataView(buffer));
  if (machine === null) return "is not a program for one machine of Linux, macOS or Windows";
  if (machine !== target) return `is for ${machine}, not for ${target}`;
  const text = Buffer.from(buffer).toString("latin1");
  const needed = RUNTIMES.deno.version;
  const version = VERSION.exec(text)?.[1];
  if (version === undefined) return `has no version of Deno in it, and must have ${needed}`;
  if (version !== needed) return `is of Deno ${version}, not of ${needed}`;
  return text.includes(COMMAND) ? "is the command deno, not its runtime denort" : null;
}

/** Deno's user agent with the start of its commit, which each of its programs holds once (cli/lib/version.rs). */
const VERSION = /Deno\/(\d+\.\d+\.\d+(?:-[a-z]+\.\d+)?)\+\w{7}/;

/** A text of the language server, which the runtime does not have (cli/lsp/language_server.rs). */
const COMMAND = "# Deno Language Server Status";

const ELF = 0x464c457f;
const MACH_O_64 = 0xfeedfacf;
const PE = 0x00004550;
const MZ = 0x5a4d;

const ELF_PROCESSORS = new Map([[62, "x64"], [183, "arm64"]]);
const MACH_O_PROCESSORS = new Map([[0x01000007, "x64"], [0x0100000c, "arm64"]]);
const PE_PROCESSORS = new Map([[0x8664, "x64"], [0xaa64, "arm64"]]);

/** The target that a program's header names, with a number for a processor that no target has. */
function machineOf(file: DataView): string | null {
  const named = (system: string, processors: ReadonlyMap<number, string>, code: number): string =>
    `${system}-${processors.get(code) ?? `0x${code.toString(16)}`}`;
  if (file.byteLength < 64) return null;
  const magic = file.getUint32(0, true);
  if (magic === ELF) return named("linux", ELF_PROCESSORS, file.getUint16(18, true));
  if (magic === MACH_O_64) return named("macos", MACH_O_PROCESSORS, file.getUint32(4, true));
  if (file.getUint16(0, true) !== MZ) return null;
  const header = file.getUint32(60, true);
  if (header + 6 > file.byteLength || file.getUint32(header, true) !== PE) return null;
  return named("windows", PE_PROCESSORS, file.getUint16(header + 4, true));
}
