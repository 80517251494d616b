// A folder with a store and a short file of returns, and btflow called there from its command line,
// in this process: what is asserted is what a user sees, text and exit code.

import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { run } from "../../lib/cli.ts";
import { testIo } from "../helpers/test_io.ts";

/** What a call printed and answered. */
export interface Answer {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface CommandLine {
  readonly folder: string;
  readonly store: string;
  call(...argv: readonly string[]): Promise<Answer>;
  /** Logs the folder's returns with one metric and answers the parsed JSON; `more` are flags. */
  log(experiment: string, ...more: readonly string[]): Promise<Logged>;
  remove(): void;
}

export interface Logged extends Answer {
  readonly run_id: string;
  readonly run_key: string;
  readonly delivered: boolean;
}

const RETURNS = [
  ...["date,returns", "2024-01-01,0.01", "2024-01-02,-0.02", "2024-01-03,0.015"],
  ...["2024-01-04,0.005", ""],
].join("\n");

/** A command line in a new folder; the environment is only what is given. */
export function commandLine(env: Readonly<Record<string, string>> = {}): CommandLine {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "btflow-calls-"));
  fs.writeFileSync(path.join(folder, "returns.csv"), RETURNS);
  const call = async (...argv: readonly string[]): Promise<Answer> => {
    const io = testIo({ env, cwd: folder, now: Date.now() });
    const code = await run(argv, io);
    return { code, out: io.out(), err: io.err() };
  };
  return {
    folder,
    store: path.join(folder, "store.db"),
    call,
    log: async (experiment, ...more) => {
      const few = ["--metrics", "total_return", "--format", "json"];
      const answer = await call(
        "log",
        "-e",
        experiment,
        "--returns",
        "returns.csv",
        ...few,
        ...more,
      );
      return { ...answer, ...JSON.parse(answer.out) };
    },
    remove: () => fs.rmSync(folder, { recursive: true, force: true }),
  };
}
