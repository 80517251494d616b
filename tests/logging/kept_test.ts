// What fails after a run was committed must not hide that it is kept: whoever is told only of the
// failure logs it again, and has it twice.

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import fs from "node:fs";
import path from "node:path";
import { type Answer, type TestIo, testIo, type TestIoOptions } from "../helpers/test_io.ts";

const RETURNS = "date,returns\n2024-01-01,0.01\n2024-01-02,-0.02\n2024-01-03,0.015\n";
const NOBODY = "http://127.0.0.1:1";
/** Fits a file system's names; with what is added for the file beside it, it does not. */
const LONG_NAME = `${"s".repeat(234)}.db`;

async function inWorld(
  options: TestIoOptions,
  body: (io: TestIo) => Promise<void>,
): Promise<void> {
  const io = testIo(options);
  try {
    fs.writeFileSync(path.join(io.folder, "a.csv"), RETURNS);
    fs.writeFileSync(path.join(io.folder, "b.csv"), RETURNS);
    await body(io);
  } finally {
    io.remove();
  }
}

function keys(store: string): readonly string[] {
  const database = new DatabaseSync(store);
  const rows = database.prepare("SELECT key FROM runs ORDER BY id").all();
  database.close();
  return rows.map(({ key }) => String(key));
}

const LOG = ["log", "-e", "e", "--returns", "a.csv", "--metrics", "sharpe_ratio"];
const BATCH = ["batch", "-e", "e", "a.csv", "b.csv", "--metrics", "sharpe_ratio"];

Deno.test("log: a delivery that cannot begin is said with the key of the run that is kept", () =>
  inWorld({}, async (io) => {
    const store = path.join(io.folder, LONG_NAME);
    const answer = await io.run(...LOG, "--store", store, "--tracking-uri", NOBODY);
    const [key = "no run"] = keys(store);
    assertEquals(answer.code, 6);
    assertStringIncludes(answer.err, `Cannot deliver run ${key}: `);
    assertStringIncludes(answer.err, "it is kept in the store");
    assertStringIncludes(answer.out, `Run ID: ${key}`);
  }));

Deno.test("batch: a delivery that cannot begin leaves every run listed as kept", () =>
  inWorld({}, async (io) => {
    const store = path.join(io.folder, LONG_NAME);
    const answer = await io.run(...BATCH, "--store", store, "--tracking-uri", NOBODY);
    assertEquals(keys(store).length, 2);
    assertEquals(answer.code, 6);
    assertStringIncludes(answer.out, "Logged 2 of 2 runs");
    assertStringIncludes(answer.out, "Kept, not delivered: 2 (");
  }));

for (const format of ["text", "json"]) {
  Deno.test(`log: an answer that cannot be written still names the run (${format})`, () =>
    inWorld({ stdoutFails: "ENOSPC" }, async (io) => {
      const answer = await io.run(...LOG, "--offline", "--format", format);
      const [key = "no run"] = keys(path.join(io.folder, "store.db"));
      assertEquals(answer.code, 6);
      assertStringIncludes(answer.err, "no space left on the disk");
      assertStringIncludes(answer.err, `run ${key} is kept in the store`);
    }));
}

Deno.test("batch: an answer that cannot be written still says how many runs are kept", () =>
  inWorld({ stdoutFails: "EBADF" }, async (io) => {
    const answer = await io.run(...BATCH, "--offline");
    assertEquals(answer.code, 6);
    assertStringIncludes(answer.err, "2 runs are kept in the store: do not log them again");
  }));

for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
  Deno.test(`log: ${signal} while the run is delivered names the run`, () =>
    inWorld({}, async (io) => {
      const asked = Promise.withResolvers<void>();
      const held = Promise.withResolvers<Response>();
      const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, () => {
        asked.resolve();
        return held.promise;
      });
      const uri = `http://127.0.0.1:${server.addr.port}`;
      const running: Promise<Answer> = io.run(...LOG, "--tracking-uri", uri);
      await asked.promise;
      io.signal(signal);
      const answer = await running;
      held.resolve(new Response("", { status: 500 }));
      const [key = "no run"] = keys(path.join(io.folder, "store.db"));
      assertEquals(answer.code, code);
      assertStringIncludes(answer.err, `run ${key} is kept in the store`);
      await server.shutdown();
    }));
}

Deno.test("batch: a store that fails after the first group does not hide what was kept", () =>
  inWorld({}, async (io) => {
    const files = Array.from({ length: 40 }, (_, index) => `r${index}.csv`);
    for (const file of files) fs.writeFileSync(path.join(io.folder, file), RETURNS);
    const store = path.join(io.folder, "store.db");
    const breaking: TestIo = {
      ...io,
      files: {
        ...io.files,
        chunks: (file, size) => {
          if (file === "r39.csv") {
            const database = new DatabaseSync(store);
            database.exec("ALTER TABLE params RENAME TO lost");
            database.close();
          }
          return io.files.chunks(file, size);
        },
      },
    };
    const { run } = await import("../../lib/cli.ts");
    await run(["batch", "-e", "e", ...files, "--metrics", "sharpe_ratio", "--offline"], breaking);
    const kept = keys(store).length;
    assertMatch(io.out(), new RegExp(`Logged ${kept} of 40 runs`));
    assertStringIncludes(io.out(), `Failed: ${40 - kept}`);
  }));
