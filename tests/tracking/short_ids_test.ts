// The beginning of a run's id, as tables show it, finds the run in the store and on a server, and is
// refused with the candidates where several begin so.

import { assertEquals, assertRejects } from "@std/assert";
import { NotFoundError, UsageError } from "../../lib/errors.ts";
import { openStore } from "../../lib/store/mod.ts";
import { findRun } from "../../lib/tracking/find.ts";
import { storeServer } from "../store/store_server.ts";
import { testIo } from "../helpers/test_io.ts";

Deno.test("a unique beginning of an id finds its run, on both trackers; another names the candidates", async (t) => {
  const io = testIo();
  const opened = {
    store: await openStore(io, `${io.folder}/here.db`),
    server: await storeServer(io, `${io.folder}/there.db`),
  };
  for (const [where, tracker] of Object.entries(opened)) {
    await t.step(where, async () => {
      const experimentId = await tracker.createExperiment("e");
      const ids: string[] = [];
      for (const name of ["one", "two"]) {
        const key = `${"f".repeat(31)}${ids.length}`;
        const tags = where === "server" ? { "btflow.run_key": key } : {};
        const run = { experimentId, name, startTime: io.now(), user: "", tags };
        ids.push((await tracker.createRun(run)).id);
      }
      const [first = "", second = ""] = ids;
      let same = 0;
      while (first[same] === second[same]) same++;
      const beginning = first.slice(0, same + 1);
      assertEquals((await findRun(tracker, beginning)).id, first);
      assertEquals((await findRun(tracker, beginning.toUpperCase())).id, first);
      await tracker.deleteRun(first);
      assertEquals((await findRun(tracker, beginning)).id, first, "deleted ones too");
      const error = await assertRejects(() => findRun(tracker, first.slice(0, 4)), UsageError);
      for (const id of ids) assertEquals(error.message.includes(id), true, error.message);
      await assertRejects(() => findRun(tracker, "0000"), NotFoundError, "begins so");
      // Fewer digits than four are no id.
      await assertRejects(
        () => findRun(tracker, first.slice(0, 3)),
        NotFoundError,
        "32 hex digits",
      );
      if (where === "server") {
        await assertRejects(() => findRun(tracker, "ffffffff"), UsageError, "several ids");
      }
    });
  }
  await opened.store.close();
  await opened.server.close();
  io.remove();
});

Deno.test("what tables show of an id is enough to find it again among all runs of the store", async () => {
  const io = testIo({ terminalColumns: 160, env: { NO_COLOR: "1" } });
  try {
    await io.files.write("a.csv", "date,returns\n2024-01-02,0.01\n2024-01-03,-0.02\n");
    const names = Array.from({ length: 40 }, (_, i) => `r${i}`);
    await io.files.write(
      "m.csv",
      ["returns,run_name", ...names.map((n) => `a.csv,${n}`)].join("\n"),
    );
    await io.run("batch", "-e", "e", "--manifest", "m.csv", "--metrics", "cagr");
    const { out } = await io.run("runs", "-e", "e", "--max-results", "3", "-c", "run_name,run_id");
    const shown = out.trimEnd().split("\n").slice(1).map((line) => line.trim().split(/\s+/));
    assertEquals(shown.length, 3);
    for (const [name = "", id = ""] of shown) {
      assertEquals(id.length < 32, true);
      const found = await io.run("runs", "get", id, "--format", "json");
      assertEquals(JSON.parse(found.out).run_name, name, found.err);
    }
  } finally {
    io.remove();
  }
});
