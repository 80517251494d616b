// No output replaces what the command reads, by whatever name it is given: exit 2, one line, and every
// file is as it was.

import { assertEquals } from "@std/assert";
import fs from "node:fs";
import { type CommandLine, commandLine } from "./faults/command_line.ts";

/** What is in the folder, but for SQLite's own files beside a store. */
function contents(folder: string): Readonly<Record<string, string>> {
  const names = fs.readdirSync(folder).filter((name) => !/-(wal|shm)$/.test(name)).sort();
  return Object.fromEntries(
    names.map((name) => [name, fs.readFileSync(`${folder}/${name}`).toString("base64")]),
  );
}

async function withRun(work: (line: CommandLine) => Promise<void>): Promise<void> {
  const line = commandLine();
  try {
    await line.log("a", "--offline", "--attach-returns");
    await work(line);
  } finally {
    line.remove();
  }
}

async function refused(
  line: CommandLine,
  target: string,
  ...words: readonly string[]
): Promise<void> {
  const before = contents(line.folder);
  assertEquals(await line.call(...words), {
    code: 2,
    out: "",
    err: `error: Cannot write ${target}: the command itself uses that file; choose another\n`,
  });
  assertEquals(contents(line.folder), before);
}

Deno.test("no output replaces the store, whatever name it has", () =>
  withRun(async (line) => {
    const { folder, store } = line;
    fs.linkSync(store, `${folder}/hard.db`);
    fs.symlinkSync(store, `${folder}/soft.db`);
    const search = ["runs", "search", "-e", "a", "--format", "csv"];
    for (const target of ["store.db", "./x/../store.db", "hard.db", "soft.db", "store.db-wal"]) {
      await refused(line, target, ...search, "--output", target);
      await refused(line, target, ...search, "--store", "store.db", "--output", target);
    }
    await refused(line, "new.db", ...search, "--store", "new.db", "--output", "new.db");
  }));

Deno.test("no output replaces an input, a benchmark or an env file", () =>
  withRun(async (line) => {
    const { folder } = line;
    fs.copyFileSync(`${folder}/returns.csv`, `${folder}/spy.csv`);
    fs.writeFileSync(`${folder}/my.env`, "BTFLOW_PERIODS=252\n");
    fs.writeFileSync(`${folder}/.env`, "BTFLOW_PERIODS=252\n");
    const file = ["returns.csv", "--benchmark", "spy.csv"];
    for (const target of ["returns.csv", "spy.csv", "my.env"]) {
      await refused(line, target, "report", ...file, "--env-file", "my.env", "-o", target);
    }
    for (const target of ["returns.csv", "spy.csv"]) {
      await refused(line, target, "stats", ...file, "--output", target);
    }
    await refused(line, ".env", "report", "returns.csv", "-o", ".env");
  }));

Deno.test("no downloaded file replaces the store that it comes from", () =>
  withRun(async (line) => {
    fs.writeFileSync(`${line.folder}/artifact`, "x");
    fs.mkdirSync(`${line.folder}/in`);
    fs.writeFileSync(`${line.folder}/in/store.db`, "x");
    const { run_key } = await line.log("a", "--offline", "--artifact", "in/store.db");
    fs.rmSync(`${line.folder}/in`, { recursive: true });
    const words = ["runs", "artifacts", run_key, "store.db", "--download", "."];
    await refused(line, "./store.db", ...words);
  }));

Deno.test("a device may be read and written", () =>
  withRun(async (line) => {
    const { code, err } = await line.call("report", "returns.csv", "-o", "/dev/null");
    assertEquals([code, err], [0, ""]);
  }));
