// The content of the npm packages: one a platform with the binary and nothing that runs at installation,
// and `btflow`, which depends on all of them optionally and starts the one that npm chose.

import { type Target, TARGETS } from "../compile/targets.ts";
import type { ArchiveFile } from "./zip.ts";

/** What all packages say of themselves. */
const COMMON = {
  description: "Log trading backtests to MLflow from one file, with or without a server",
  license: "MIT",
  repository: { type: "git", url: "git+https://github.com/btflow/btflow.git" },
} as const;

const SYSTEMS: Readonly<Record<string, string>> = {
  linux: "linux",
  macos: "darwin",
  windows: "win32",
};

/** The name of a platform's package. */
export function platformPackage({ name }: Target): string {
  return `@btflow/${name}`;
}

/** The files of a platform's package; the documents go with the binary. */
export function platformFiles(
  target: Target,
  version: string,
  binary: Uint8Array,
  documents: readonly ArchiveFile[],
): readonly ArchiveFile[] {
  const [system = "", processor = "", musl] = target.name.split("-");
  const manifest = {
    name: platformPackage(target),
    version,
    ...COMMON,
    description: `The btflow binary for ${target.name}`,
    os: [SYSTEMS[system]],
    cpu: [processor],
    ...(system === "linux" ? { libc: [musl === undefined ? "glibc" : "musl"] } : {}),
    preferUnplugged: true,
  };
  return [
    jsonFile("package.json", manifest),
    ...documents,
    { name: `bin/btflow${target.ending}`, content: binary, isProgram: true },
  ];
}

/** The files of the package `btflow`. */
export function mainFiles(
  version: string,
  licence: ArchiveFile,
  readme: ArchiveFile,
): readonly ArchiveFile[] {
  const manifest = {
    name: "btflow",
    version,
    ...COMMON,
    keywords: ["backtesting", "mlflow", "quantstats", "sharpe", "trading"],
    bin: { btflow: "bin/btflow.js" },
    engines: { node: ">=18" },
    optionalDependencies: Object.fromEntries(
      TARGETS.map((target) => [platformPackage(target), version]),
    ),
  };
  const start = new TextEncoder().encode(starter());
  return [
    jsonFile("package.json", manifest),
    licence,
    readme,
    { name: "bin/btflow.js", content: start, isProgram: true },
  ];
}

/**
 * The program that npm calls: it finds the platform's package and gives it the words, the terminal, the
 * signals, and its exit code back. On Linux both C libraries are tried, that of this Node first: older
 * npm installs the packages of both.
 */
function starter(): string {
  const programs = Object.fromEntries(
    TARGETS.map((target) => [target.name, `${platformPackage(target)}/bin/btflow${target.ending}`]),
  );
  return `#!/usr/bin/env node
// Starts the btflow binary of this platform, which npm installed beside this package.
"use strict";
const { spawn } = require("node:child_process");
const os = require("node:os");

const PROGRAMS = ${JSON.stringify(programs, null, 2)};
const SYSTEMS = { linux: "linux", darwin: "macos", win32: "windows" };

function candidates() {
  const name = \`\${SYSTEMS[process.platform] ?? process.platform}-\${process.arch}\`;
  if (process.platform !== "linux") return [name];
  const { header } = process.report.getReport();
  const names = [name, \`\${name}-musl\`];
  return header.glibcVersionRuntime === undefined ? names.reverse() : names;
}

function find() {
  const names = candidates();
  for (const name of names) {
    try {
      if (name in PROGRAMS) return require.resolve(PROGRAMS[name]);
    } catch {
      // Not installed: the next, or none.
    }
  }
  const known = names.find((name) => name in PROGRAMS);
  console.error(
    known === undefined
      ? \`error: btflow has no binary for \${names[0]}; there are \${Object.keys(PROGRAMS).join(", ")}\`
      : \`error: the package @btflow/\${known} is not installed; install btflow without \` +
        "--omit=optional or --no-optional",
  );
  process.exit(1);
}

const child = spawn(find(), process.argv.slice(2), { stdio: "inherit" });
child.on("error", (error) => {
  console.error(\`error: \${error.message}\`);
  process.exit(1);
});
// A terminal sends its signals to both: this one only waits. Others are handed on.
process.on("SIGINT", () => {});
for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code, signal) => {
  process.exit(signal === null ? code : 128 + (os.constants.signals[signal] ?? 0));
});
`;
}

/** The name npm gives the archive of a package. */
export function tarballName(name: string, version: string): string {
  return `${name.replace("@", "").replace("/", "-")}-${version}.tgz`;
}

function jsonFile(name: string, value: unknown): ArchiveFile {
  return { name, content: new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`) };
}
