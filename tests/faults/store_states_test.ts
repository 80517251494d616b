// What a user sees when the store is not as it should be: full disk, read-only folder, another
// process that keeps it locked, an older or a newer format. One clear line, exit 8, nothing lost.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { MIGRATIONS } from "../../lib/store/schema.ts";
import { btflow } from "../../scripts/soak/process.ts";
import { noMounts, toolTest } from "../helpers/tools.ts";
import { type CommandLine, commandLine } from "./command_line.ts";

const FEW = ["--metrics", "total_return", "--offline"];

async function withCommandLine(work: (line: CommandLine) => Promise<void>): Promise<void> {
  const line = commandLine();
  try {
    await work(line);
  } finally {
    line.remove();
  }
}

/** How many runs wait in a store. */
async function waiting(line: CommandLine, ...store: readonly string[]): Promise<number> {
  const { code, out, err } = await line.call("sync", "--status", "--format", "json", ...store);
  assertEquals(code, 0, err);
  return (JSON.parse(out) as readonly unknown[]).length;
}

async function mount(...args: readonly string[]): Promise<void> {
  const { code, stderr } = await new Deno.Command("mount", { args: [...args] }).output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
}

toolTest({
  name: "a full disk, then a read-only one: exit 8, and the runs that were kept stay",
  tools: ["mount"],
  unless: noMounts(),
  fn: () =>
    withCommandLine(async (line) => {
      const disk = path.join(line.folder, "disk");
      const store = ["--store", path.join(disk, "store.db")];
      const file = path.join(line.folder, "noise.bin");
      fs.mkdirSync(disk);
      fs.writeFileSync(file, crypto.getRandomValues(new Uint8Array(65_536)));
      await mount("-t", "tmpfs", "-o", "size=1m", "btflow-test", disk);
      try {
        let kept = 0;
        let last = await line.call("log", "-e", "a", "--returns", "returns.csv", ...FEW, ...store);
        for (; last.code === 0 && kept < 40; kept++) {
          fs.writeFileSync(file, crypto.getRandomValues(new Uint8Array(65_536)));
          const more = ["--artifact", file, ...FEW, ...store];
          last = await line.call("log", "-e", "a", "--returns", "returns.csv", ...more);
        }
        assertEquals([last.code, last.out], [8, ""]);
        const text = `error: Cannot use ${disk}/store.db: the disk is full: free some space and ` +
          "run the command again\n";
        assertEquals(last.err, text);
        assert(kept >= 2, "hardly anything was kept before the disk was full");
        await mount("-o", "remount,size=4m", disk);
        assertEquals(await waiting(line, ...store), kept);
        const again = await line.call(
          "log",
          "-e",
          "a",
          "--returns",
          "returns.csv",
          ...FEW,
          ...store,
        );
        assertEquals(again.code, 0, again.err);
        assertEquals(await waiting(line, ...store), kept + 1);

        await mount("-o", "remount,ro", disk);
        const refused = await line.call(
          "log",
          "-e",
          "a",
          "--returns",
          "returns.csv",
          ...FEW,
          ...store,
        );
        assertEquals([refused.code, refused.out], [8, ""]);
        assertEquals(
          refused.err,
          `error: Cannot use ${disk}/store.db: the file cannot be opened: check that its folder ` +
            "exists and can be written\n",
        );
        await mount("-o", "remount,rw", disk);
        assertEquals(await waiting(line, ...store), kept + 1);
      } finally {
        await new Deno.Command("umount", { args: [disk] }).output();
      }
    }),
});

const HOLDER = fileURLToPath(new URL("../store/crash_process.ts", import.meta.url));

Deno.test("a store that stays locked: exit 8 after the wait, and it works again after it", () =>
  withCommandLine(async (line) => {
    await line.log("a", "--offline");
    const args = ["run", "-q", "--no-check", "-A", HOLDER, "hold", line.store, "120000"];
    const holder = spawn(Deno.execPath(), args, { stdio: ["ignore", "pipe", "ignore"] });
    try {
      await new Promise((resolve) => holder.stdout.once("data", resolve));
      const log = ["log", "-e", "a", "--returns", "returns.csv", ...FEW, "--store", line.store];
      const { code, stdout, stderr, elapsedMs } = await btflow(log, { cwd: line.folder });
      assertEquals([code, stdout], [8, ""]);
      assertMatch(stderr, /^error: Cannot use .*: another process has kept it locked.*\n$/);
      assert(elapsedMs > 25_000, "it waited for its turn");
    } finally {
      holder.kill("SIGKILL");
      await new Promise((resolve) => holder.once("close", resolve));
    }
    assertEquals((await line.log("a", "--offline")).code, 0);
    assertEquals(await waiting(line), 2);
  }));

Deno.test("a store of a newer format is refused by every command and left as it is", () =>
  withCommandLine(async (line) => {
    await line.log("a", "--offline");
    const setFormat = (format: number): void => {
      const database = new DatabaseSync(line.store);
      database.exec(`PRAGMA user_version = ${format}`);
      database.close();
    };
    const format = MIGRATIONS.length;
    setFormat(99);
    const before = fs.readFileSync(line.store);
    const calls = [
      ["log", "-e", "a", "--returns", "returns.csv", ...FEW],
      ["sync", "--status"],
      ["runs"],
    ];
    for (const call of calls) {
      assertEquals(await line.call(...call), {
        code: 8,
        out: "",
        err: `error: Cannot use ${line.store}: a newer btflow wrote it (store format 99, this ` +
          `btflow knows ${format}): update btflow\n`,
      });
    }
    assertEquals(fs.readFileSync(line.store), before);
    setFormat(format);
    assertEquals(await waiting(line), 1);
  }));

Deno.test("a store of the first format is brought up to date, with what it holds", () =>
  withCommandLine(async (line) => {
    const { run_key } = await line.log("a", "--offline");
    const database = new DatabaseSync(line.store);
    // What later formats added, taken back.
    database.exec("ALTER TABLE runs DROP COLUMN no_create; PRAGMA user_version = 1");
    database.close();
    const status = await line.call("sync", "--status", "--format", "json");
    const [{ run_key: waits, experiment }] = JSON.parse(status.out);
    assertEquals([status.code, waits, experiment], [0, run_key, "a"]);
    assertEquals((await line.log("a", "--offline")).code, 0);
    assertEquals(await waiting(line), 2);
  }));
