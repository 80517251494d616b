// What a sweep reads from the disk: each file once, also when the sweep is resumed.

import { assertEquals } from "@std/assert";
import { run } from "../../lib/cli.ts";
import type { Files } from "../../lib/io.ts";
import { type TestIo, testIo } from "../helpers/test_io.ts";

const RETURNS = "date,returns\n2024-01-01,0.01\n2024-01-02,-0.02\n2024-01-03,0.015\n";

async function world(): Promise<TestIo> {
  const io = testIo({ stdin: RETURNS });
  for (const [index, file] of ["a.csv", "b.csv", "c.csv", "market.csv"].entries()) {
    await io.files.write(file, RETURNS.replace("0.01", `0.0${index + 1}`));
  }
  await io.files.write("notes.txt", "as decided on Monday\n");
  return io;
}

/** Runs a command and counts how often each file is read. */
async function reads(io: TestIo, argv: readonly string[]): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  const count = (file: string): string => {
    counts[file] = (counts[file] ?? 0) + 1;
    return file;
  };
  const files: Files = {
    ...io.files,
    chunks: (file, size) => io.files.chunks(count(file), size),
    read: (file) => io.files.read(count(file)),
  };
  assertEquals(await run(argv, { ...io, files }), 0, io.err());
  return counts;
}

const SWEEP = [
  ...["batch", "-e", "x", "--benchmark", "market.csv", "--artifact", "notes.txt", "--resume"],
  ...["--metrics", "beta"],
];

Deno.test("a sweep that is resumed reads every file once", async () => {
  const io = await world();
  try {
    const once = { "market.csv": 1, "notes.txt": 1 };
    assertEquals(await reads(io, [...SWEEP, "a.csv"]), { ...once, "a.csv": 1 });
    assertEquals(await reads(io, [...SWEEP, "a.csv", "b.csv", "c.csv"]), {
      ...once,
      "a.csv": 1,
      "b.csv": 1,
      "c.csv": 1,
    });
    assertEquals(io.out(), "Logged 1 of 1 runs\nLogged 2 of 3 runs\nSkipped 1, logged before\n");
    const required = [...SWEEP, "--require", "beta > -1000"];
    assertEquals(await reads(io, [...required, "a.csv"]), { ...once, "a.csv": 1 });
  } finally {
    io.remove();
  }
});

Deno.test("a sweep reads an item's own benchmark once, and standard input too", async () => {
  const io = await world();
  try {
    await io.files.write("list.csv", "returns,benchmark\na.csv,b.csv\n-,\n");
    const argv = ["batch", "-e", "x", "--manifest", "list.csv", "--resume", "--metrics", "cagr"];
    const once = { "a.csv": 1, "b.csv": 1, "-": 1, "list.csv": 1 };
    assertEquals(await reads(io, argv), once);
    assertEquals(await reads(io, argv), once);
    assertEquals(io.out(), "Logged 2 of 2 runs\nLogged 0 of 2 runs\nSkipped 2, logged before\n");
  } finally {
    io.remove();
  }
});

Deno.test("an artifact that cannot be read fails every run of a sweep, not the sweep", async () => {
  const io = await world();
  try {
    assertEquals(await run(["batch", "-e", "x", "--artifact", "gone", "a.csv", "b.csv"], io), 3);
    assertEquals(
      io.out(),
      "Logged 0 of 2 runs\nFailed: 2\n" +
        "  a.csv: Cannot read gone: there is no such file\n" +
        "  b.csv: Cannot read gone: there is no such file\n",
    );
  } finally {
    io.remove();
  }
});

Deno.test("a sweep attaches the returns of its runs, unless it is told not to", async () => {
  const io = await world();
  const few = ["-e", "x", "--metrics", "cagr", "--format", "json"];
  const attached = async (...argv: readonly string[]): Promise<readonly string[]> => {
    const { code, out, err } = await io.run("batch", "a.csv", ...few, ...argv);
    assertEquals([code, err], [0, ""], argv.join(" "));
    const [{ run_id: id }] = JSON.parse(out).runs;
    return (await io.run("runs", "artifacts", id, "--format", "csv")).out.trim().split("\n").slice(
      1,
    );
  };
  try {
    const benchmark = ["--benchmark", "market.csv"];
    const [own = ""] = await attached();
    assertEquals(
      await attached(...benchmark),
      [own],
      "the same benchmark is not kept with each run",
    );
    assertEquals(
      (await attached("--attach-returns", ...benchmark)).map((row) => row.split(",")[0]),
      ["benchmark.parquet", "returns.parquet"],
    );
    assertEquals(await attached("--no-attach-returns"), []);
    await io.files.makeFolder("own", 0o700);
    await io.files.write("own/returns.parquet", "the user's own");
    assertEquals(await attached("--artifact", "own/returns.parquet"), ["returns.parquet,14"]);
    const log = await io.run("log", "--returns", "a.csv", ...few);
    const none = await io.run("runs", "artifacts", JSON.parse(log.out).run_id, "--format", "csv");
    assertEquals(none.out.trim().split("\n").slice(1), [], "log attaches none unasked");
    const both = await io.run("batch", "a.csv", ...few, "--attach-returns", "--no-attach-returns");
    assertEquals([both.code, both.err.includes("together with --no-attach-returns")], [2, true]);
  } finally {
    io.remove();
  }
});
