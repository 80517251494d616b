// The Python environments that some tests compare with or run servers from.

import { type EnvironmentName, findProgram, type ProgramName } from "./programs.ts";
import { toolTest } from "./tools.ts";

export { repository } from "./programs.ts";

/** The environments by the major version of MLflow that they hold. */
export type PythonVersion = "3" | "2";

/** The environment of each, as tests declare it. */
export const PYTHON: Readonly<Record<PythonVersion, EnvironmentName>> = {
  "3": ".venv",
  "2": ".venv-mlflow2",
};

/** The interpreter; throws when its environment has not been made. */
export function python(version: PythonVersion = "3"): string {
  const file = findProgram(PYTHON[version]);
  if (file === null) throw new Error(`Cannot use ${PYTHON[version]}: run "deno task setup" first`);
  return file;
}

/** A test that needs Python. */
export interface PythonTest {
  readonly name: string;
  readonly version?: PythonVersion;
  /** What it needs besides. */
  readonly tools?: readonly ProgramName[];
  /** False for tests that share a server with their file. */
  readonly sanitize?: boolean;
  readonly fn: (context: Deno.TestContext) => void | Promise<void>;
}

/** Registers a test that needs Python. */
export function pythonTest({ version = "3", tools = [], ...test }: PythonTest): void {
  toolTest({ ...test, tools: [PYTHON[version], ...tools] });
}
