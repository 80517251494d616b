// The command line that both packers have: which binaries, from where, to where. An expected failure is
// one line on stderr and exit code 1.

import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { TARGETS } from "../compile/targets.ts";
import { type Built, openBuilt, PackError, writePackage } from "./built.ts";

/** A script that makes packages of binaries. */
export interface Packer {
  readonly task: string;
  /** What it does, in one line. */
  readonly summary: string;
  /** The folder that packages go to unless another is named. */
  readonly output: string;
  /** Makes the packages and hands each on as soon as it is made. */
  pack(built: Built, root: string, write: WritePackage): Promise<void>;
}

/** Writes a package under its name. */
export type WritePackage = (name: string, content: Uint8Array) => Promise<void>;

const root = fileURLToPath(new URL("../..", import.meta.url)).replace(/[\\/]$/, "");

/** Runs a packer with the words of its command line, and answers the exit code. */
export async function runPacker(packer: Packer, args: readonly string[]): Promise<number> {
  try {
    const { values: flags } = parseArgs({
      args: [...args],
      options: {
        target: { type: "string" },
        input: { type: "string", default: "dist" },
        output: { type: "string", default: packer.output },
        help: { type: "boolean", default: false },
      },
    });
    if (flags.help) {
      console.log(usage(packer));
      return 0;
    }
    const built = await openBuilt(flags.input, root, flags.target);
    await packer.pack(built, root, async (name, content) => {
      console.log(await writePackage(flags.output, name, content));
    });
    return 0;
  } catch (error) {
    // What is wrong with a flag is a TypeError of parseArgs.
    const isExpected = error instanceof PackError || error instanceof TypeError;
    const text = error instanceof Error
      ? isExpected ? error.message : error.stack ?? error.message
      : String(error);
    console.error(`error: ${text}`);
    return 1;
  }
}

function usage({ task, summary, output }: Packer): string {
  return `${summary}

Usage: deno task ${task} [flags]

Flags:
  --target NAME  ${TARGETS.map((target) => target.name).join(", ")}
                 or all (default: those that are there)
  --input DIR    Where deno task compile put the binaries (default: dist)
  --output DIR   Where the packages go (default: ${output})
  --help         Show this page
`;
}
