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
import { takeBackFormat7 } from "../store/older_format.ts";

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

toolTest({
  name: "an import on a full disk names the store; an export is read from a read-only disk",
  tools: ["mount"],
  unless: noMounts(),
  fn: () =>
    withCommandLine(async (line) => {
      const disk = path.join(line.folder, "disk");
      const file = path.join(line.folder, "noise.bin");
      const carried = path.join(line.folder, "carried.btflow");
      fs.mkdirSync(disk);
      fs.writeFileSync(file, new Uint8Array(300_000).fill(7));
      await line.log("a", "--offline", "--artifact", file);
      assertEquals((await line.call("sync", "--export", carried)).code, 0);
      await mount("-t", "tmpfs", "-o", "size=2m", "btflow-test", disk);
      try {
        const store = `${disk}/store.db`;
        const into = (...more: readonly string[]) => line.call("sync", "--store", store, ...more);
        const log = ["log", "-e", "b", "--returns", "returns.csv", ...FEW, "--store", store];
        assertEquals((await line.call(...log)).code, 0);
        // Room for the copy beside the store, but not for its content in the store as well.
        fs.writeFileSync(`${disk}/filler`, new Uint8Array(free(disk) - 600_000));
        const taking = await into("--import", carried);
        assertEquals([taking.code, taking.out], [8, ""]);
        assertMatch(
          taking.err,
          /^error: Cannot use .*\/store\.db: the disk is full.*; 0 of its 1 runs/,
        );
        fs.writeFileSync(`${disk}/more`, new Uint8Array(free(disk) - 100_000));
        const copying = await into("--import", carried);
        assertEquals(copying, {
          code: 8,
          out: "",
          err:
            `error: Cannot use ${store}: ${carried} cannot be copied beside it: no space left on ` +
            "the disk\n",
        });
        const left = fs.readdirSync(disk).filter((name) => /port-/.test(name));
        assertEquals(left, []);
        fs.rmSync(`${disk}/filler`);
        fs.rmSync(`${disk}/more`);
        assertEquals((await into("--import", carried)).code, 0);

        fs.rmSync(store);
        fs.copyFileSync(carried, `${disk}/carried.btflow`);
        await mount("-o", "remount,ro", disk);
        const words = ["runs", "search", "--store", `${disk}/carried.btflow`, "--format", "json"];
        const { code, out, err } = await line.call(...words);
        assertEquals(code, 0, err);
        assertEquals(JSON.parse(out).length, 1);
      } finally {
        await new Deno.Command("umount", { args: [disk] }).output();
      }
    }),
});

/** Bytes that a file system can still take. */
function free(folder: string): number {
  const { bavail, bsize } = fs.statfsSync(folder);
  return bavail * bsize;
}

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
    takeBackFormat7((sql) => database.exec(sql));
    database.exec("DROP TABLE trials; ALTER TABLE pruned DROP COLUMN trial");
    database.exec("DROP TABLE undeliverable; PRAGMA user_version = 1");
    database.exec("ALTER TABLE runs DROP COLUMN no_create");
    database.exec("ALTER TABLE artifacts DROP COLUMN optional");
    for (const table of ["runs", "tags", "removed_tags", "artifacts", "pruned"]) {
      database.exec(`ALTER TABLE ${table} DROP COLUMN changed`);
    }
    for (const table of ["tags", "removed_tags"]) {
      database.exec(`ALTER TABLE ${table} DROP COLUMN imported`);
    }
    database.close();
    const status = await line.call("sync", "--status", "--format", "json");
    const [{ run_key: waits, experiment }] = JSON.parse(status.out);
    assertEquals([status.code, waits, experiment], [0, run_key, "a"]);
    assertEquals((await line.log("a", "--offline")).code, 0);
    assertEquals(await waiting(line), 2);
  }));
