// The content of a wheel: the binary as a script, the Python module beside it, and what describes both
// (PEP 427, 376, 639 for licences, 770 for the bill of materials). Pure, but for the binary's own bytes.

import type { Target } from "../compile/targets.ts";
import { PackError, sha256 } from "./built.ts";
import { elfNeeds, macosNeed } from "./program.ts";
import { type ArchiveFile, zip } from "./zip.ts";

const PROCESSORS = {
  linux: { x64: "x86_64", arm64: "aarch64" },
  macos: { x64: "x86_64", arm64: "arm64" },
  windows: { x64: "amd64", arm64: "arm64" },
} as const;

/** musl has no symbol versions; the engine's builds stand on musl 1.2. */
const MUSL = "1_2";

/** What a wheel is made of. */
export interface WheelContent {
  /** As in deno.json. */
  readonly version: string;
  /** The module's files, named by their paths below the folder of packages. */
  readonly module: readonly ArchiveFile[];
  readonly documents: readonly ArchiveFile[];
  /** The long description, in Markdown. */
  readonly description: string;
}

/** A wheel. */
export interface Wheel {
  readonly name: string;
  readonly content: Uint8Array<ArrayBuffer>;
}

/** The wheel of one target; throws where the binary cannot be of that target. */
export function makeWheel(target: Target, binary: Uint8Array, content: WheelContent): Wheel {
  const version = pythonVersion(content.version);
  const tag = `py3-none-${platformTag(target, binary)}`;
  const info = `btflow-${version}.dist-info`;
  const files: readonly ArchiveFile[] = [
    ...content.module,
    {
      name: `btflow-${version}.data/scripts/btflow${target.ending}`,
      content: binary,
      isProgram: true,
    },
    ...content.documents.map((file) => ({
      ...file,
      name: `${info}/${file.name.endsWith(".json") ? "sboms" : "licenses"}/${file.name}`,
    })),
    textFile(`${info}/METADATA`, metadata(version, content)),
    textFile(
      `${info}/WHEEL`,
      `Wheel-Version: 1.0\nGenerator: btflow\nRoot-Is-Purelib: false\nTag: ${tag}\n`,
    ),
  ];
  const record = textFile(`${info}/RECORD`, recordOf(files, `${info}/RECORD`));
  return { name: `btflow-${version}-${tag}.whl`, content: zip([...files, record]) };
}

/** The platform's name for a wheel, by what the binary asks for. */
export function platformTag(target: Target, binary: Uint8Array): string {
  const [system = "", processor = "", musl] = target.name.split("-");
  if (!(system in PROCESSORS)) throw new PackError(`Cannot make a wheel for ${target.name}`);
  const names = PROCESSORS[system as keyof typeof PROCESSORS];
  const machine = names[processor as keyof typeof names];
  try {
    if (system === "windows") return `win_${machine}`;
    if (system === "macos") {
      const [major, minor] = macosNeed(binary);
      return `macosx_${major}_${major > 10 ? 0 : minor}_${machine}`;
    }
    const { glibc, libraries } = elfNeeds(binary);
    const isMusl = libraries.some((name) => name.startsWith("libc.musl"));
    if (isMusl !== (musl === "musl") || isMusl !== (glibc === null)) {
      throw new Error(`it needs ${libraries.join(", ")}`);
    }
    return glibc === null
      ? `musllinux_${MUSL}_${machine}`
      : `manylinux_${glibc[0]}_${glibc[1]}_${machine}`;
  } catch (cause) {
    const problem = cause instanceof Error ? cause.message : String(cause);
    throw new PackError(`Cannot make a wheel for ${target.name}: ${problem}`, { cause });
  }
}

/** `1.2.0-rc.1` as Python writes it: `1.2.0rc1`. */
export function pythonVersion(version: string): string {
  const [, base, stage, number] = /^(\d+\.\d+\.\d+)(?:-(alpha|beta|rc)\.(\d+))?$/.exec(version) ??
    [];
  if (base === undefined) {
    throw new PackError(
      `Cannot make a wheel of version ${version}: expected 1.2.3 or 1.2.3-rc.1 (alpha, beta, rc)`,
    );
  }
  return stage === undefined ? base : `${base}${stage === "rc" ? "rc" : stage[0]}${number}`;
}

function metadata(version: string, { documents, description }: WheelContent): string {
  const licences = documents.filter(({ name }) => !name.endsWith(".json"));
  return [
    "Metadata-Version: 2.4",
    "Name: btflow",
    `Version: ${version}`,
    "Summary: Log trading backtests to MLflow from one file, with or without a server",
    "License-Expression: MIT",
    ...licences.map(({ name }) => `License-File: ${name}`),
    "Keywords: backtesting,mlflow,quantstats,sharpe,trading",
    "Project-URL: Source, https://github.com/btflow/btflow",
    "Classifier: Intended Audience :: Financial and Insurance Industry",
    "Classifier: Programming Language :: Python :: 3",
    "Classifier: Topic :: Office/Business :: Financial :: Investment",
    "Classifier: Typing :: Typed",
    "Requires-Python: >=3.9",
    "Description-Content-Type: text/markdown",
    "",
    description,
  ].join("\n");
}

/** Each file with its hash and size; the list itself without. */
function recordOf(files: readonly ArchiveFile[], own: string): string {
  const lines = files.map(({ name, content }) =>
    `${name},sha256=${sha256(content, "base64url")},${content.length}\n`
  );
  return `${lines.join("")}${own},,\n`;
}

function textFile(name: string, text: string): ArchiveFile {
  return { name, content: new TextEncoder().encode(text) };
}
