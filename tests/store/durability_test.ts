// When a run that is announced is on the disk: by the system calls that put it there, since no test
// cuts the power.

import { assert, assertEquals } from "@std/assert";
import { toolTest } from "../helpers/tools.ts";
import { repository } from "../helpers/python.ts";

const LIB = new URL("../../lib", import.meta.url).href;

for (const [journal, type] of [["a write-ahead log", "null"], ["a rollback journal", "0x6969"]]) {
  toolTest({
    name: `a run that is committed with ${journal} is on the disk before it is announced`,
    tools: ["strace"],
    unless: Deno.build.os === "linux" ? null : "strace of Linux",
    fn: async () => {
      const folder = Deno.makeTempDirSync({ prefix: "btflow-durable-" });
      const code = `
        import { hostIo } from "${LIB}/io.ts";
        import { openStore } from "${LIB}/store/mod.ts";
        import { record } from "${new URL("store_folder.ts", import.meta.url).href}";
        const io = hostIo();
        const files = { ...io.files, fileSystem: () => Promise.resolve(${type}) };
        const store = await openStore({ ...io, files }, "${folder}/new/store.db");
        Deno.mkdirSync("${folder}/begun");
        store.commitRun(record(1));
        Deno.mkdirSync("${folder}/announced");
        await store.close();`;
      try {
        const calls = "trace=fsync,fdatasync,unlink,write,pwrite64,mkdir,openat";
        const { code: exit, stderr } = await new Deno.Command("strace", {
          args: [
            ...["-f", "-y", "-e", calls, "-o", `${folder}/trace`],
            ...[Deno.execPath(), "run", "-q", "--no-check", "-A", "-c", `${repository}/deno.json`],
            `data:text/typescript,${encodeURIComponent(code)}`,
          ],
        }).output();
        assertEquals([exit, new TextDecoder().decode(stderr)], [0, ""]);
        const lines = Deno.readTextFileSync(`${folder}/trace`).split("\n");
        const at = (name: string): number => lines.findIndex((line) => line.includes(name));
        // The store's folder is an entry of the one above it, and its file an entry of the folder.
        const made = lines.slice(0, at("/begun"));
        assert(made.some((line) => line.includes(`fsync(`) && line.includes(`<${folder}>`)));
        assert(made.some((line) => line.includes(`fsync(`) && line.includes(`<${folder}/new>`)));
        // Of each thing that the commit changed, what happened to it last.
        const last = new Map<string, string>();
        for (const line of lines.slice(at("/begun") + 1, at("/announced"))) {
          const [, call = "", file = ""] =
            /(fsync|fdatasync|p?write(?:64)?)\(\d+<(.*?)>/.exec(line) ?? [];
          const [, removed] = /unlink\("(.*?)"\)/.exec(line) ?? [];
          if (removed?.startsWith(`${folder}/new`) === true) last.set(`${folder}/new`, "changed");
          if (!file.startsWith(`${folder}/new`)) continue;
          last.set(file, /sync/.test(call) ? "on the disk" : "changed");
        }
        const journalled = [...last.keys()].filter((file) => file.endsWith("-journal"));
        // A journal that is removed has done its work.
        for (const file of journalled) last.delete(file);
        assertEquals(journalled.length > 0, type !== "null");
        assert(last.size > 0);
        assertEquals([...last].filter(([, state]) => state !== "on the disk"), []);
      } finally {
        Deno.removeSync(folder, { recursive: true });
      }
    },
  });
}
