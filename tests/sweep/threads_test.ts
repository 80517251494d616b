// A sweep over several threads is the same sweep: real threads, and one that ends in the middle.

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import fs from "node:fs";
import { run } from "../../lib/cli.ts";
import type { Io } from "../../lib/io.ts";
import type { Thread } from "../../lib/threads/messages.ts";
import { fileItems } from "../../lib/sweep/items.ts";
import { threadsFor } from "../../lib/sweep/threads.ts";
import { writeReturns } from "../helpers/returns.ts";
import { type TestIo, testIo } from "../helpers/test_io.ts";

const FILES = 40;

/** A world with files of returns, which begin with different values. */
function world(): { readonly io: TestIo; readonly files: readonly string[] } {
  const io = testIo();
  const files = Array.from({ length: FILES }, (_, index) => `${io.folder}/r${100 + index}.csv`);
  for (const [index, file] of files.entries()) {
    writeReturns(file, Array.from({ length: 50 }, (_, day) => Math.sin(day * 7 + index) / 50));
  }
  return { io, files };
}

/** What is the same however often it is logged. */
async function logged(io: TestIo, experiment: string): Promise<readonly unknown[]> {
  const words = ["-e", experiment, "--max-results", "all", "--format", "json", "-o", "run_name"];
  const { out } = await io.run("runs", "search", ...words);
  const runs = JSON.parse(out) as readonly Readonly<Record<string, unknown>>[];
  const changing =
    /^(run_id|start_time|end_time|duration|artifact_uri|experiment_id)$|run_key|user|trial$/;
  return runs.map((row) =>
    Object.fromEntries(Object.entries(row).filter(([key]) => !changing.test(key)))
  );
}

interface BatchAnswer {
  readonly total: number;
  readonly logged: number;
  readonly skipped: number;
  readonly runs: readonly { readonly returns: string; readonly run_name: string }[];
  readonly failures: readonly { readonly returns: string; readonly message: string }[];
  readonly unmet: readonly unknown[];
}

async function batch(
  io: Io & { out(): string },
  code: number,
  ...words: readonly string[]
): Promise<BatchAnswer> {
  const before = io.out().length;
  assertEquals(await run(["batch", ...words, "--format", "json"], io), code);
  return JSON.parse(io.out().slice(before)) as BatchAnswer;
}

Deno.test("several threads log what one does, in the same order", async () => {
  const { io, files } = world();
  try {
    const bad = `${io.folder}/bad.csv`;
    fs.writeFileSync(bad, "date,returns\n2024-01-01,0.01\n2024-01-02,high\n");
    fs.writeFileSync(`${io.folder}/notes.txt`, "as decided on Monday\n");
    const items = [...files.slice(0, 20), bad, `${io.folder}/missing.csv`, ...files.slice(20)];
    const market = `${io.folder}/market.csv`;
    writeReturns(market, Array.from({ length: 50 }, (_, day) => Math.cos(day * 3) / 60));
    const asked = ["--artifact", `${io.folder}/notes.txt`, "--benchmark", market];
    const words = [...items, ...asked, "--require", "sharpe_ratio > 0", "--define", "x=2*cagr"];
    const alone = await batch(io, 9, "-e", "one", ...words, "--threads", "1");
    const spread = await batch(io, 9, "-e", "many", ...words, "--threads", "3");
    const shown = ({ runs, ...rest }: BatchAnswer): unknown => ({
      ...rest,
      runs: runs.map(({ returns, run_name }) => [returns, run_name]),
    });
    assertEquals(shown(spread), shown(alone));
    assertEquals([spread.logged, spread.failures.length], [FILES, 2]);
    assertEquals(spread.runs.map(({ returns }) => returns), files);
    assert(spread.unmet.length > 0);
    assertEquals(await logged(io, "many"), await logged(io, "one"));
    const [first] = spread.runs as readonly { readonly run_id?: string }[];
    const { out } = await io.run("runs", "artifacts", first?.run_id ?? "");
    assertStringIncludes(out, "notes.txt");
    assertStringIncludes(out, "returns.parquet");
  } finally {
    io.remove();
  }
});

Deno.test("what was logged before is found from every thread", async () => {
  const { io, files } = world();
  try {
    await batch(io, 0, "-e", "x", ...files.slice(5, 25), "--threads", "1");
    const resumed = await batch(io, 0, "-e", "x", ...files, "--threads", "2", "--resume");
    assertEquals([resumed.logged, resumed.skipped], [20, 20]);
    assertEquals((await logged(io, "x")).length, FILES);
  } finally {
    io.remove();
  }
});

/** Threads that end, as by a crash, when they are given one of these files. */
function crashing(io: TestIo, deadly: readonly string[]): TestIo {
  const startThread = (): Thread => {
    const thread = io.startThread();
    const listeners: ((reason: string) => void)[] = [];
    return {
      ...thread,
      onEnd: (listener) => {
        listeners.push(listener);
        thread.onEnd(listener);
      },
      post: (message) => {
        const items = message.kind === "task" ? message.task as { returns: string }[] : [];
        if (!items.some(({ returns }) => deadly.includes(returns))) return thread.post(message);
        thread.stop();
        queueMicrotask(() => listeners.forEach((listener) => listener("it ran out of memory")));
      },
    };
  };
  return { ...io, startThread };
}

Deno.test("a file that ends its thread fails alone; what else the thread had is done again", async () => {
  const { io, files } = world();
  try {
    const deadly = [files[7], files[30]] as readonly string[];
    const answer = await batch(crashing(io, deadly), 3, "-e", "x", ...files, "--threads", "2");
    assertEquals(answer.failures.map(({ returns }) => returns), deadly);
    for (const { message } of answer.failures) {
      assertMatch(message, /r1\d\d\.csv: the thread that read and computed it ended: it ran out/);
    }
    assertEquals(answer.logged, FILES - 2);
    assertEquals((await logged(io, "x")).length, FILES - 2);
    const again = await batch(io, 0, "-e", "x", ...files, "--threads", "2", "--resume");
    assertEquals([again.logged, again.skipped], [2, FILES - 2]);
  } finally {
    io.remove();
  }
});

Deno.test("an interruption finishes what threads have in hand, and --resume does the rest", async () => {
  const { io, files } = world();
  try {
    let told = 0;
    const startThread = (): Thread => {
      const thread = io.startThread();
      return {
        ...thread,
        onMessage: (listener) =>
          thread.onMessage((message) => {
            listener(message);
            if (message.kind === "done" && ++told === 4) io.signal("SIGINT");
          }),
      };
    };
    const first = await batch({ ...io, startThread }, 130, "-e", "x", ...files, "--threads", "2");
    assert(first.logged >= 4 && first.logged < FILES, `${first.logged} were logged`);
    assertEquals(first.runs.map(({ returns }) => returns), files.slice(0, first.logged));
    const rest = await batch(io, 0, "-e", "x", ...files, "--threads", "2", "--resume");
    assertEquals([rest.logged, rest.skipped], [FILES - first.logged, first.logged]);
    assertEquals((await logged(io, "x")).length, FILES);
  } finally {
    io.remove();
  }
});

Deno.test("a benchmark from a pipe is read once, however many threads are asked for", async () => {
  const { io, files } = world();
  try {
    const market = `${io.folder}/market.csv`;
    writeReturns(market, Array.from({ length: 50 }, (_, day) => Math.cos(day * 3) / 60));
    const words = ["-e", "x", "--threads", "2", "--store", `${io.folder}/store.db`, "--offline"];
    const command = new Deno.Command("sh", {
      args: ["-c", 'cat "$0" | "$@"', market, Deno.execPath()].concat(
        ["run", "-q", "-A", "--no-check", "main.ts", "batch", ...files, ...words],
        ["--benchmark", "/dev/stdin"],
      ),
    });
    const { code, stderr } = await command.output();
    assertEquals(code, 0, new TextDecoder().decode(stderr));
    assertEquals((await logged(io, "x")).length, FILES);
  } finally {
    io.remove();
  }
});

Deno.test("threads are as many as the cores, where there is enough to do", async () => {
  const { io, files } = world();
  try {
    const items = (paths: readonly string[]): Parameters<typeof threadsFor>[1] => ({
      items: fileItems(paths),
      datasets: [],
    });
    const eight = { ...io, cores: 8 };
    const of = (
      world: Io,
      given: ReturnType<typeof items>,
      asked: number | undefined,
      shared: readonly (string | undefined)[] = [undefined, files[0]],
    ): Promise<number> => threadsFor(world, given, asked, shared);
    assertEquals(await of(eight, items(files), undefined), 1);
    assertEquals(await of(eight, items(files), 4), 4);
    assertEquals(await of(eight, items(files.slice(0, 3)), 4), 3);
    const many = (count: number): ReturnType<typeof items> => items(Array(count).fill(files[0]));
    const two = { ...io, cores: 2 };
    assertEquals(await of(eight, many(1428), undefined), 1);
    assertEquals(await of(eight, many(1429), undefined), 8);
    assertEquals(await of(two, many(2499), undefined), 1);
    assertEquals(await of(two, many(2500), undefined), 2);
    assertEquals(await of({ ...io, cores: 1 }, many(100_000), undefined), 1);
    assertEquals(await of(eight, items([...files, "-"]), 4), 1, "only one reads the pipe");
    assertEquals(await of(eight, items(files), 4, ["-"]), 1, "nor can it be given to each");
    assertEquals(await of(eight, items(files), 4, ["/dev/null"]), 1, "a device, as a pipe is");
    const large = `${io.folder}/large.csv`;
    fs.writeFileSync(large, "");
    fs.truncateSync(large, 200 * 1024 ** 2);
    assertEquals(await of(eight, items([large, "a", "b"]), undefined), 3);
    assertEquals(await of(two, items([large, "a", "b"]), undefined), 1, "two save half of it");
    assertEquals(await of(eight, items([large]), undefined), 1);
  } finally {
    io.remove();
  }
});
