// What `deno task compile` left in a folder, as packages are made of it: binaries that are what SHA256SUMS
// says, all of one build, with the documents that belong to them. Nothing else is packed.

import { createHash } from "node:crypto";
import { BILL_OF_MATERIALS, CHECKSUMS, LICENCES } from "../compile/plan.ts";
import { binaryName, type Target, TARGETS } from "../compile/targets.ts";
import type { ArchiveFile } from "./zip.ts";

/** Something that keeps a package from being made, in one line. */
export class PackError extends Error {
  override readonly name: string = "PackError";
}

/** A folder of binaries. */
export interface Built {
  /** The version that they are of, as their bill of materials says. */
  readonly version: string;
  /** Those that were asked for. */
  readonly targets: readonly Target[];
  /** Licences and bill of materials, to go with each. */
  readonly documents: readonly ArchiveFile[];
  /** The bytes of a binary; throws a `PackError` where they are not those that were built. */
  binary(target: Target): Promise<Uint8Array>;
}

/**
 * Opens a folder for packing: the binaries of all targets (`all`), of one, or those that are there
 * (undefined).
 *
 * @throws {PackError} where the folder has not what is asked for, or another version than the source.
 */
export async function openBuilt(
  folder: string,
  root: string,
  asked: string | undefined,
): Promise<Built> {
  const sums = await checksums(folder);
  const there = TARGETS.filter((target) => sums.has(binaryName(target)));
  const targets = asked === "all" ? TARGETS : asked === undefined ? there : [targetOf(asked)];
  const missing = targets.find((target) => !there.includes(target));
  if (missing !== undefined || targets.length === 0) {
    const what = missing === undefined ? "a binary" : binaryName(missing);
    const flag = missing === undefined || asked === "all" ? "" : ` --target ${missing.name}`;
    throw new PackError(
      `Cannot pack ${folder}: it does not have ${what}; run deno task compile${
        asked === "all" ? " --target all" : flag
      }`,
    );
  }
  const read = (name: string): Promise<Uint8Array> => verified(folder, name, sums);
  const bill = await read(BILL_OF_MATERIALS);
  const documents = [
    { name: "LICENSE", content: await Deno.readFile(`${root}/LICENSE`) },
    { name: LICENCES, content: await read(LICENCES) },
    { name: BILL_OF_MATERIALS, content: bill },
  ];
  const version = billVersion(bill);
  const own = JSON.parse(await Deno.readTextFile(`${root}/deno.json`)).version;
  if (version !== own) {
    throw new PackError(
      `Cannot pack ${folder}: it was built of version ${version}, the source is ${own}; run deno task compile`,
    );
  }
  return { version, targets, documents, binary: (target) => read(binaryName(target)) };
}

/** The text of a file of the repository, with no others than its own line ends. */
export async function sourceFile(root: string, path: string, name: string): Promise<ArchiveFile> {
  const text = await Deno.readTextFile(`${root}/${path}`);
  return { name, content: new TextEncoder().encode(text.replaceAll("\r\n", "\n")) };
}

/** Writes a file under a temporary name first, and answers its line for the user. */
export async function writePackage(
  folder: string,
  name: string,
  content: Uint8Array,
): Promise<string> {
  await Deno.mkdir(folder, { recursive: true });
  const file = `${folder}/${name}`;
  await Deno.writeFile(`${file}.part`, content);
  await Deno.rename(`${file}.part`, file);
  return `${file}  ${(content.length / 1e6).toFixed(1)} MB  sha256 ${sha256(content, "hex")}`;
}

/** The SHA-256 of bytes. */
export function sha256(content: Uint8Array, form: "hex" | "base64url"): string {
  return createHash("sha256").update(content).digest(form);
}

function targetOf(name: string): Target {
  const found = TARGETS.find((target) => target.name === name);
  if (found !== undefined) return found;
  const names = TARGETS.map((target) => target.name).join(", ");
  throw new PackError(`Cannot pack ${JSON.stringify(name)}: expected one of ${names}, all`);
}

async function checksums(folder: string): Promise<ReadonlyMap<string, string>> {
  const text = await Deno.readTextFile(`${folder}/${CHECKSUMS}`).catch(() => null);
  if (text === null) {
    throw new PackError(`Cannot pack ${folder}: it has no ${CHECKSUMS}; run deno task compile`);
  }
  const lines = text.split("\n").map((line) => /^([0-9a-f]{64}) [ *](.+)$/.exec(line));
  return new Map(
    lines.flatMap((match) => match === null ? [] : [[match[2] ?? "", match[1] ?? ""]]),
  );
}

async function verified(
  folder: string,
  name: string,
  sums: ReadonlyMap<string, string>,
): Promise<Uint8Array> {
  const content = await Deno.readFile(`${folder}/${name}`).catch(() => null);
  if (content !== null && sha256(content, "hex") === sums.get(name)) return content;
  const problem = content === null ? "is missing" : `is not what ${CHECKSUMS} says`;
  throw new PackError(`Cannot pack ${folder}/${name}: it ${problem}; run deno task compile`);
}

function billVersion(bill: Uint8Array): string {
  const { metadata } = JSON.parse(new TextDecoder().decode(bill)) as {
    readonly metadata: { readonly component: { readonly version: string } };
  };
  return metadata.component.version;
}
