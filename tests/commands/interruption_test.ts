// Ctrl-C where it was not heard: while a store is taken in, and at a question.

import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import fs from "node:fs";
import path from "node:path";
import { StorageError } from "../../lib/errors.ts";
import { openStore } from "../../lib/store/mod.ts";
import { type TestIo, testIo } from "../helpers/test_io.ts";
import { run } from "../../lib/cli.ts";

const RUNS = 250;

async function withExport(body: (io: TestIo, file: string) => Promise<void>): Promise<void> {
  const io = testIo();
  try {
    const store = await openStore(io, path.join(io.folder, "from.db"));
    store.commitRuns(Array.from({ length: RUNS }, (_, index) => ({
      experiment: { kind: "name" as const, name: "e" },
      runName: `r${index}`,
      startTime: 1,
      endTime: 2,
      status: "FINISHED" as const,
      user: "",
      params: {},
      tags: {},
      metrics: [],
      datasets: [],
      artifacts: [],
      trackingUri: null,
    })));
    const file = path.join(io.folder, "carried.btflow");
    await store.exportTo(file);
    await store.close();
    await body(io, file);
  } finally {
    io.remove();
  }
}

Deno.test("an import shows how far it is, stops between groups, and goes on when repeated", () =>
  withExport(async (io, file) => {
    const store = await openStore(io, path.join(io.folder, "to.db"));
    const abort = new AbortController();
    const seen: number[] = [];
    const half = await store.importFrom(file, {
      signal: abort.signal,
      onProgress: (done, total) => {
        seen.push(done, total);
        if (done === 100) abort.abort();
      },
    });
    assertEquals(half, { added: 200, updated: 0, merged: 0, known: 0, left: 50, breaks: [] });
    assertEquals(seen, [0, RUNS, 100, RUNS]);
    assertEquals(await store.importFrom(file), {
      added: 50,
      updated: 0,
      merged: 0,
      known: 200,
      breaks: [],
    });
    await store.close();
  }));

Deno.test("sync --import ends on Ctrl-C with what it has done, and says so", () =>
  withExport(async (io, file) => {
    const world: TestIo = {
      ...io,
      files: {
        ...io.files,
        create: async (target, content, mode) => {
          await io.files.create(target, content, mode);
          if (/\.import-[^/]*$/.test(target)) setTimeout(() => io.signal("SIGINT"));
        },
      },
    };
    assertEquals(await run(["sync", "--import", file], world), 130);
    assertStringIncludes(io.out(), "Imported ");
    assertStringIncludes(io.err(), " runs left; run the same command again to go on");
    assertEquals(fs.readdirSync(io.folder).filter((name) => name.includes("import-")), []);
  }));

Deno.test("sync --export ends on Ctrl-C and leaves nothing", () =>
  withExport(async (io) => {
    const before = fs.readdirSync(io.folder).sort();
    const world: TestIo = {
      ...io,
      files: {
        ...io.files,
        create: async (target, content, mode) => {
          await io.files.create(target, content, mode);
          if (/\.export-[^/]*$/.test(target)) io.signal("SIGINT");
        },
      },
    };
    const words = ["sync", "--store", `${io.folder}/from.db`, "--export", `${io.folder}/out`];
    assertEquals(await run(words, world), 130);
    assertEquals([io.out(), io.err()], ["", "error: Interrupted\n"]);
    assertEquals(fs.readdirSync(io.folder).sort(), before);
  }));

Deno.test("a file that is no store is not copied before it is refused", () =>
  withExport(async (io) => {
    let chunks = 0;
    async function* endless(): AsyncIterable<Uint8Array> {
      for (; chunks < 100; chunks++) {
        await Promise.resolve();
        yield new Uint8Array(1000).fill(97);
      }
    }
    const world: TestIo = {
      ...io,
      files: {
        ...io.files,
        chunks: (file, size) => file === "endless" ? endless() : io.files.chunks(file, size),
      },
    };
    const store = await openStore(world, path.join(io.folder, "to.db"));
    await assertRejects(
      () => store.importFrom("endless"),
      StorageError,
      "Cannot use endless: it cannot be imported: the file is not an SQLite database",
    );
    assertEquals(chunks, 0);
    await store.close();
  }));

for (
  const words of [
    ["runs", "update", "--tag", "a=b"],
    ["runs", "delete"],
  ]
) {
  Deno.test(`Ctrl-C at the question of ${words.slice(0, 2).join(" ")} ends it with 130`, () =>
    withExport(async (io) => {
      const asked: TestIo = {
        ...io,
        stdinIsTerminal: true,
        stderr: { ...io.stderr, isTerminal: true },
        ask: () => {
          io.signal("SIGINT");
          return Promise.resolve(null);
        },
      };
      const which = ["--filter", "attributes.status = 'FINISHED'", "-e", "e"];
      const store = ["--store", path.join(io.folder, "from.db")];
      assertEquals(await run([...words, ...which, ...store], asked), 130);
      assertStringIncludes(io.err(), "\x1b[31merror:\x1b[39m Interrupted");
    }));
}
