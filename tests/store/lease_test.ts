// Many syncs that start and end at the same moment, each a process: they tidy up after dead ones while
// others take and release their leases, and none may be hurt by it.

import { assertEquals } from "@std/assert";

const SCRIPT = new URL("lease_process.ts", import.meta.url).pathname;
const CONFIG = new URL("../../deno.json", import.meta.url).pathname;
const PROCESSES = 4;
const TURNS = 200;

Deno.test("leases are taken, released and tidied away by many at once", async () => {
  const folder = await Deno.makeTempDir({ prefix: "btflow-lease-" });
  try {
    const said = await Promise.all(Array.from({ length: PROCESSES }, async () => {
      const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: [
          ...["run", "-q", "-A", "--no-check", "--no-prompt", "--config", CONFIG],
          ...[SCRIPT, `${folder}/store.db`, String(TURNS)],
        ],
      }).output();
      return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    }));
    assertEquals(said, Array.from({ length: PROCESSES }, () => ""));
    assertEquals([...Deno.readDirSync(folder)], []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
