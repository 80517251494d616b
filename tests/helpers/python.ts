// The Python environments that some tests compare with or run servers from. They are found by paths
// relative to the repository, and a missing one is said aloud once; where CI is set it is a failure,
// because there a silent skip would pass for a proof.

import fs from "node:fs";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

/** The environments by the major version of MLflow that they hold. */
export type PythonVersion = "3" | "2";

/** The folder of the repository. */
export const repository: string = fileURLToPath(new URL("../..", import.meta.url));

const environments: Readonly<Record<PythonVersion, string>> = {
  "3": ".venv/bin/python",
  "2": ".venv-mlflow2/bin/python",
};

const told = new Set<PythonVersion>();

/** The interpreter, or null when its environment has not been made. */
export function findPython(version: PythonVersion = "3"): string | null {
  const file = path.join(repository, environments[version]);
  return fs.existsSync(file) ? file : null;
}

/** The interpreter; throws when its environment has not been made. */
export function python(version: PythonVersion = "3"): string {
  const file = findPython(version);
  if (file === null) throw new Error(`Cannot find ${environments[version]}: run "deno task test"`);
  return file;
}

/** A test that needs Python: skipped aloud without it, a failure without it where CI is set. */
export interface PythonTest {
  readonly name: string;
  readonly version?: PythonVersion;
  /** False for tests that share a server with their file. */
  readonly sanitize?: boolean;
  readonly fn: (context: Deno.TestContext) => void | Promise<void>;
}

/**
 * Registers tests that need Python: none without it, said aloud; one that fails where CI is set.
 */
export function whenPython(version: PythonVersion, register: () => void): void {
  if (findPython(version) !== null) register();
  else if (mustRun()) Deno.test(`Python with MLflow ${version}`, () => void python(version));
  else tell(version);
}

/** Where CI is set, what cannot run has failed. */
export function mustRun(): boolean {
  return process.env["CI"] !== undefined && process.env["CI"] !== "";
}

function tell(version: PythonVersion): void {
  if (told.has(version)) return;
  told.add(version);
  console.error(`SKIPPED: ${environments[version]} is missing, so tests that need it do not run`);
}

/** Registers a test that needs Python. */
export function pythonTest(test: PythonTest): void {
  const version = test.version ?? "3";
  const missing = findPython(version) === null;
  if (missing && !mustRun()) tell(version);
  const sanitize = test.sanitize ?? true;
  Deno.test({
    name: test.name,
    ignore: missing && !mustRun(),
    sanitizeOps: sanitize,
    sanitizeResources: sanitize,
    fn: (context) => {
      python(version);
      return test.fn(context);
    },
  });
}
