// What a page of the documents tells people to type: its blocks, and the place and the shell in which
// tests type them.

import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { repository } from "./programs.ts";

/** The fenced blocks of one language. */
export function blocks(markdown: string, language: string): readonly string[] {
  return [...markdown.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)]
    .filter((match) => match[1] === language)
    .map((match) => match[2] ?? "");
}

/** A folder as README's reader has it: the examples, a few results, and `btflow` on the PATH. */
export function workplace(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "btflow-readme-"));
  fs.mkdirSync(path.join(folder, "examples"));
  fs.mkdirSync(path.join(folder, "results"));
  fs.mkdirSync(path.join(folder, "bin"));
  for (const name of ["sp500_returns.csv", "nasdaq_returns.csv"]) {
    fs.copyFileSync(path.join(repository, "examples", name), path.join(folder, "examples", name));
  }
  fs.cpSync(path.join(repository, "examples/sweep"), path.join(folder, "examples/sweep"), {
    recursive: true,
  });
  const rows = fs.readFileSync(path.join(folder, "examples/sp500_returns.csv"), "utf8").split("\n");
  for (const part of [1, 2, 3]) {
    const some = rows.slice(1 + part * 300, 300 + part * 300);
    fs.writeFileSync(path.join(folder, `results/part${part}.csv`), [rows[0], ...some].join("\n"));
  }
  const dataset = "tests/testdata/datasets/pandas_snappy.parquet";
  fs.copyFileSync(path.join(repository, dataset), path.join(folder, "data.parquet"));
  const program = path.join(repository, "main.ts");
  const config = path.join(repository, "deno.json");
  fs.writeFileSync(
    path.join(folder, "bin/btflow"),
    `#!/bin/sh\nexec "${Deno.execPath()}" run -q -P --no-prompt --config "${config}" "${program}" "$@"\n`,
    { mode: 0o755 },
  );
  return folder;
}

/** The environment of the test less what would configure btflow; Deno keeps its own cache. */
const SURROUNDINGS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    Object.entries(Deno.env.toObject()).filter(([name]) => !/^(MLFLOW|BTFLOW|XDG)_/.test(name)),
  ),
  DENO_DIR: Deno.env.get("DENO_DIR") ?? path.join(os.homedir(), ".cache/deno"),
};

/** How a script ended, and what it said on both streams. */
export interface Played {
  readonly code: number;
  readonly output: string;
}

/** Types a script in a folder; the first command that fails ends it. */
export function shell(
  script: string,
  folder: string,
  env: Readonly<Record<string, string>>,
): Promise<Played> {
  return new Promise((resolve) => {
    const child = spawn("bash", ["-euo", "pipefail", "-c", script], {
      cwd: folder,
      env: { ...SURROUNDINGS, HOME: folder, PATH: `${folder}/bin:${Deno.env.get("PATH")}`, ...env },
    });
    let output = "";
    child.stdout.on("data", (data) => output += data);
    child.stderr.on("data", (data) => output += data);
    child.on("close", (code) => resolve({ code: code ?? 1, output }));
  });
}
