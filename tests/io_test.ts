// What writing a file does to what is in its place: replaced whole when it is a file, followed when
// it is a link, written into when it is a pipe or device, which a rename would destroy. And what a
// full disk under standard output or error does to how a command ends.

import { assert, assertEquals, assertRejects } from "@std/assert";
import { run } from "../lib/cli.ts";
import { type Files, hostIo } from "../lib/io.ts";
import { testIo } from "./helpers/test_io.ts";
import { toolTest } from "./helpers/tools.ts";

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
