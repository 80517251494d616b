// What writing a file does to what is in its place: replaced whole when it is a file, followed when
// it is a link, written into when it is a pipe or device, which a rename would destroy. And what a
// full disk under standard output or error does to how a command ends.

import { assert, assertEquals, assertRejects } from "@std/assert";
import { run } from "../lib/cli.ts";
import { hostSink } from "../lib/host_write.ts";
import { type Files, hostIo } from "../lib/io.ts";
import { testIo } from "./helpers/test_io.ts";
import { toolTest } from "./helpers/tools.ts";

const CONFIG = new URL("../deno.json", import.meta.url).pathname;

function inFolder(name: string, body: (folder: string, files: Files) => Promise<void>): void {
  toolTest({
    name,
    tools: [],
    unless: Deno.build.os === "windows" ? "links and pipes of POSIX" : null,
    fn: async () => {
      const folder = Deno.makeTempDirSync();
      try {
        await body(folder, hostIo().files);
      } finally {
        Deno.removeSync(folder, { recursive: true });
      }
    },
  });
}

inFolder("a link is followed, and stays a link", async (folder, files) => {
  Deno.mkdirSync(`${folder}/far`);
  Deno.symlinkSync("far/first", `${folder}/link`);
  Deno.symlinkSync("link", `${folder}/second`);
  for (const text of ["made", "replaced"]) {
    await files.write(`${folder}/second`, text);
    assertEquals(Deno.readTextFileSync(`${folder}/far/first`), text);
  }
  assert(Deno.lstatSync(`${folder}/link`).isSymlink);
  assert(Deno.lstatSync(`${folder}/second`).isSymlink);
  assertEquals([...Deno.readDirSync(`${folder}/far`)].map(({ name }) => name), ["first"]);
});

inFolder("links in a circle are an error, and are left alone", async (folder, files) => {
  Deno.symlinkSync("b", `${folder}/a`);
  Deno.symlinkSync("a", `${folder}/b`);
  const error = await assertRejects(() => files.write(`${folder}/a`, "x"));
  assertEquals((error as { code?: string }).code, "ELOOP");
  assert(Deno.lstatSync(`${folder}/a`).isSymlink);
});

inFolder("where a path leads is where a file of it would appear", async (folder, files) => {
  const root = Deno.realPathSync(folder);
  Deno.mkdirSync(`${folder}/far`);
  Deno.symlinkSync("far", `${folder}/near`);
  Deno.symlinkSync("../none/file", `${folder}/far/dangling`);
  Deno.symlinkSync("b", `${folder}/a`);
  Deno.symlinkSync("a", `${folder}/b`);
  const leads = async (path: string): Promise<string> =>
    (await files.realPath(`${folder}/${path}`)).slice(root.length);
  assertEquals(await leads("near"), "/far");
  assertEquals(await leads("near/new/file"), "/far/new/file");
  assertEquals(await leads("near/dangling"), "/none/file");
  assertEquals(await leads("far/../x"), "/x");
  await assertRejects(() => files.realPath(`${folder}/a`));
});

inFolder(
  "a file that only its owner may read stays so when it is replaced",
  async (folder, files) => {
    Deno.writeTextFileSync(`${folder}/private`, "old", { mode: 0o600 });
    await files.write(`${folder}/private`, "new");
    assertEquals(Deno.readTextFileSync(`${folder}/private`), "new");
    assertEquals((Deno.statSync(`${folder}/private`).mode ?? 0) & 0o777, 0o600);
  },
);

inFolder("a pipe is written into, stays a pipe and keeps its mode", async (folder, files) => {
  const pipe = `${folder}/pipe`;
  assert(new Deno.Command("mkfifo", { args: ["-m", "644", pipe] }).outputSync().success);
  const reader = new Deno.Command("cat", { args: [pipe], stdout: "piped" }).spawn();
  await files.write(pipe, "through", 0o600);
  assertEquals(new TextDecoder().decode((await reader.output()).stdout), "through");
  const { isFifo, mode } = Deno.lstatSync(pipe);
  assertEquals([isFifo, (mode ?? 0) & 0o777], [true, 0o644]);
});

inFolder(
  "a file whose writing fails is left as it was, with nothing beside it",
  async (folder, files) => {
    Deno.writeTextFileSync(`${folder}/kept`, "old");
    const broken = async function* (): AsyncIterable<Uint8Array> {
      yield await Promise.resolve(new Uint8Array([110]));
      throw new Error("broken off");
    };
    await assertRejects(() => files.write(`${folder}/kept`, broken()), Error, "broken off");
    assertEquals(Deno.readTextFileSync(`${folder}/kept`), "old");
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["kept"]);
  },
);

inFolder("a folder is not replaced", async (folder, files) => {
  Deno.mkdirSync(`${folder}/inner`);
  await assertRejects(() => files.write(`${folder}/inner`, "x"));
  assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["inner"]);
});

for (
  const words of [["--help"], ["--version"], ["runs", "--help"], ["log", "--help"], ["metrics"]]
) {
  Deno.test(`btflow ${words.join(" ")} on a full disk says so`, async () => {
    const io = testIo({ stdoutFails: "ENOSPC" });
    try {
      assertEquals(await run(words, io), 8);
      assertEquals(io.err(), "error: Cannot use standard output: no space left on the disk\n");
    } finally {
      io.remove();
    }
  });
}

toolTest({
  name: "a full disk under standard error changes no exit code",
  tools: ["sh"],
  unless: Deno.build.os === "linux" ? null : "/dev/full of Linux",
  fn: () => {
    for (const [words, code] of [["metrics sharpe_ratio", 0], ["stats missing.csv", 3]] as const) {
      const main = new URL("../main.ts", import.meta.url).pathname;
      const script = `"$0" run -q -P --no-prompt "$1" ${words} 2>/dev/full`;
      const { code: got } = new Deno.Command("sh", { args: ["-c", script, Deno.execPath(), main] })
        .outputSync();
      assertEquals(got, code, words);
    }
  },
});

inFolder("what is being written when the process exits leaves nothing", async (folder) => {
  const io = new URL("../lib/io.ts", import.meta.url).href;
  const code = `import { hostIo } from "${io}";
    import process from "node:process";
    await hostIo().files.write("${folder}/out", (async function* () {
      yield "first";
      process.exit([...Deno.readDirSync("${folder}")].length === 1 ? 129 : 1);
    })());`;
  const { code: exit } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-q",
      "--no-check",
      "-A",
      "--config",
      CONFIG,
      `data:text/typescript,${encodeURIComponent(code)}`,
    ],
  }).output();
  assertEquals(exit, 129);
  assertEquals([...Deno.readDirSync(folder)], []);
});

inFolder("what a killed process was writing goes when it is old", async (folder, files) => {
  const old = new Date(Date.now() - 25 * 3_600_000);
  const name = (pid: number): string => `.btflow-${pid}-${"0123456789abcdef"}.tmp`;
  const others = [".out.1.0123456789abcdef.tmp", ".btflow-1-0123.tmp", `x${name(1)}`, "old.tmp"];
  for (const file of [name(1), name(2), ...others]) Deno.writeTextFileSync(`${folder}/${file}`, "");
  Deno.symlinkSync("old.tmp", `${folder}/${name(3)}`);
  Deno.mkdirSync(`${folder}/${name(4)}`);
  for (const file of [name(1), name(4), ...others]) Deno.utimeSync(`${folder}/${file}`, old, old);
  await files.write(`${folder}/out`, "x");
  assertEquals(
    [...Deno.readDirSync(folder)].map((entry) => entry.name).sort(),
    [name(2), name(3), name(4), ...others, "out"].sort(),
  );
});

inFolder("a file with the longest name is written", async (folder, files) => {
  await files.write(`${folder}/${"x".repeat(255)}`, "x");
});

inFolder("a file has its mode from the first byte on", async (folder, files) => {
  const modes: number[] = [];
  const content = async function* (): AsyncIterable<string> {
    for (const part of ["a", "b"]) {
      for (const { name } of Deno.readDirSync(folder)) {
        modes.push((Deno.statSync(`${folder}/${name}`).mode ?? 0) & 0o777);
      }
      yield await Promise.resolve(part);
    }
  };
  await files.write(`${folder}/written`, content(), 0o600);
  await files.create(`${folder}/created`, content(), 0o600);
  assertEquals([...new Set(modes)], [0o600]);
  const error = await assertRejects(() => files.create(`${folder}/created`, "x", 0o600));
  assertEquals((error as { code?: string }).code, "EEXIST");
  assertEquals(Deno.readTextFileSync(`${folder}/created`), "ab");
});

for (
  const [signal, code, text] of [
    ["SIGHUP", 129, "Hung up"],
    ["SIGINT", 130, "Interrupted"],
    ["SIGTERM", 143, "Terminated"],
  ] as const
) {
  Deno.test(`${signal} ends a command with ${code}`, async () => {
    const io = testIo();
    const files: Files = {
      ...io.files,
      chunks: async function* () {
        io.signal(signal);
        yield await new Promise<Uint8Array>(() => {});
      },
    };
    try {
      assertEquals(await run(["stats", "-"], { ...io, files }), code);
      assertEquals(io.err(), `error: ${text}\n`);
    } finally {
      io.remove();
    }
  });
}

toolTest({
  name: "a file and the folders made for it are put on the disk with their names",
  tools: ["strace"],
  unless: Deno.build.os === "linux" ? null : "strace of Linux",
  fn: async () => {
    const folder = Deno.makeTempDirSync();
    const io = new URL("../lib/io.ts", import.meta.url).href;
    const code = `import { hostIo } from "${io}";
      const { files } = hostIo();
      await files.makeFolder("${folder}/a/b", 0o700);
      await files.write("${folder}/a/b/file", "x");`;
    try {
      const { stderr } = await new Deno.Command("strace", {
        args: [
          ...["-f", "-y", "-e", "trace=fsync,rename,renameat,renameat2", "-o", `${folder}/trace`],
          ...[Deno.execPath(), "run", "-q", "--no-check", "-A", "--config", CONFIG],
          `data:text/typescript,${encodeURIComponent(code)}`,
        ],
      }).output();
      assertEquals(new TextDecoder().decode(stderr), "");
      const synced = [...Deno.readTextFileSync(`${folder}/trace`).matchAll(/fsync\(\d+<(.*?)>/g)]
        // Deno syncs files of its own cache.
        .flatMap(([, name = ""]) => name.startsWith(folder) ? [name.slice(folder.length)] : [])
        .map((name) => name.replace(/-\d.*/, ""));
      assertEquals(synced, ["/a", "", "/a/b/.btflow", "/a/b"]);
    } finally {
      Deno.removeSync(folder, { recursive: true });
    }
  },
});

Deno.test("a terminal that does not know its width has 80 columns", () => {
  const width = (columns: number | undefined): number =>
    hostSink({ isTTY: true, columns } as unknown as NodeJS.WriteStream, 1).columns;
  assertEquals([width(undefined), width(0), width(1), width(200)], [80, 80, 1, 200]);
});
