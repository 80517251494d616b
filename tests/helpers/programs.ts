// What tests need besides Deno: one row for each program, read by the set-up (scripts/setup.ts), by
// the tests that declare what they need, and by the list of what was skipped (scripts/test.ts).

import fs from "node:fs";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { RELEASES } from "../../lib/metrics/releases.ts";

/** The folder of the repository. */
export const repository: string = fileURLToPath(new URL("../..", import.meta.url));

/** A program, or a Python environment, that tests need. */
export interface Program {
  /** Where it is; null when it is not here. */
  readonly find: () => string | null;
  /** The Debian package that brings it; null for what the set-up makes itself. */
  readonly package: string | null;
  /** What is tested with it. */
  readonly tests: string;
}

/** A Python environment that the set-up makes. */
export interface Environment extends Program {
  /** The file that lists its packages; a copy in the environment says that it is complete. */
  readonly requirements: string;
  /** A module of its packages: where it is not found, the environment is of another Python. */
  readonly module: string;
  /** The releases of QuantStats that are held beside it, each in the folder `quantstats/RELEASE`. */
  readonly releases: readonly string[];
}

/** An environment's folder in the repository. */
export type EnvironmentName = ".venv" | ".venv-mlflow2" | ".venv-python";

/** What a test can declare to need. */
export type ProgramName =
  | EnvironmentName
  | "awk"
  | "bash"
  | "buildah"
  | "chromium"
  | "curl"
  | "fish"
  | "man"
  | "mount"
  | "npx"
  | "openssl"
  | "postgresql"
  | "script"
  | "setpriv"
  | "sh"
  | "sha256sum"
  | "strace"
  | "uname"
  | "unshare"
  | "zsh";

/** The Python environments. */
export const ENVIRONMENTS: Readonly<Record<EnvironmentName, Environment>> = {
  ".venv": environment(".venv", {
    requirements: "tests/requirements.txt",
    module: "mlflow",
    releases: RELEASES,
    tests: "what MLflow 3 and QuantStats answer",
  }),
  ".venv-mlflow2": environment(".venv-mlflow2", {
    requirements: "tests/requirements-mlflow2.txt",
    module: "mlflow",
    releases: [],
    tests: "what MLflow 2 answers",
  }),
  // Without MLflow, as a user of the Python module has it.
  ".venv-python": environment(".venv-python", {
    requirements: "tests/requirements-python.txt",
    module: "pytest",
    releases: [],
    tests: "the Python module, its wheels, backtesters' results, and what docs/scale.md names",
  }),
};

/** Everything that a test can declare to need, by its name. */
export const PROGRAMS: Readonly<Record<ProgramName, Program>> = {
  ...ENVIRONMENTS,
  awk: onPath("mawk", "scripts/install.sh", "awk"),
  bash: onPath("bash", "completions in bash, and the commands of README", "bash"),
  buildah: onPath("buildah", "the container image", "buildah"),
  chromium: onPath(
    "chromium",
    "the pages in a browser",
    ...["chromium", "chromium-browser", "google-chrome", "chrome"],
  ),
  curl: onPath("curl", "installing from a server", "curl"),
  fish: onPath("fish", "completions in fish", "fish"),
  man: onPath("man-db", "the manual page", "man"),
  mount: onPath("mount", "full and read-only disks", "mount"),
  npx: onPath("npm", "the binary that Bun builds", "npx"),
  openssl: onPath("openssl", "TLS to a real server", "openssl"),
  postgresql: {
    find: () => firstIn([...postgresFolders(), ...searchPath()], ["initdb"]),
    package: "postgresql",
    tests: "MLflow on PostgreSQL, and exactly-once delivery to it",
  },
  script: onPath("bsdutils", "what a terminal of a given size is sent", "script"),
  setpriv: onPath("util-linux", "the binary as another user", "setpriv"),
  sh: onPath("dash", "scripts/install.sh", "sh"),
  sha256sum: onPath("coreutils", "checksums of the binary", "sha256sum"),
  strace: onPath("strace", "that nothing but the server is called", "strace"),
  uname: onPath("coreutils", "scripts/install.sh", "uname"),
  unshare: onPath("util-linux", "the binary without a network or on a full disk", "unshare"),
  zsh: onPath("zsh", "completions in zsh", "zsh"),
};

/** Where a program is; null when it is not here. */
export function findProgram(name: ProgramName): string | null {
  return PROGRAMS[name].find();
}

/** Where CI is set, nothing may be skipped: what cannot run has failed. */
export function mustRun(): boolean {
  return (process.env["CI"] ?? "") !== "";
}

/** A Python that can make environments; null when there is none. */
export function findPython(): string | null {
  const check = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))";
  return ["python3.11", "python3", "python"].find((name) => {
    const file = firstIn(searchPath(), [name]);
    return file !== null &&
      new Deno.Command(file, { args: ["-c", check], stdout: "null", stderr: "null" })
        .outputSync().success;
  }) ?? null;
}

function environment(
  folder: string,
  facts: Pick<Environment, "requirements" | "module" | "releases" | "tests">,
): Environment {
  const at = (file: string): string => path.join(repository, file);
  return {
    ...facts,
    find: () => {
      const made = readText(at(`${folder}/requirements.txt`));
      const complete = made === readText(at(facts.requirements));
      return complete ? firstIn([at(`${folder}/bin`)], ["python"]) : null;
    },
    get package() {
      return findPython() === null ? "python3-venv" : null;
    },
  };
}

function onPath(debian: string, tests: string, ...names: readonly string[]): Program {
  return { find: () => firstIn(searchPath(), names), package: debian, tests };
}

function firstIn(folders: readonly string[], names: readonly string[]): string | null {
  const files = folders.flatMap((folder) => names.map((name) => path.join(folder, name)));
  return files.find(isFile) ?? null;
}

function isFile(file: string): boolean {
  try {
    return fs.statSync(file).isFile();
  } catch {
    return false;
  }
}

function searchPath(): readonly string[] {
  return (process.env["PATH"] ?? "").split(path.delimiter).filter((folder) => folder !== "");
}

/** Debian keeps the programs of a cluster off PATH; the newest version comes first. */
function postgresFolders(): readonly string[] {
  const installed = "/usr/lib/postgresql";
  const versions = fs.existsSync(installed) ? fs.readdirSync(installed) : [];
  return versions.sort((a, b) => Number(b) - Number(a))
    .map((version) => path.join(installed, version, "bin"));
}

function readText(file: string): string | null {
  return isFile(file) ? fs.readFileSync(file, "utf8") : null;
}
