// mcp -e: a run that a call names by its id, wherever it got that from, is one of the experiment.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import fs from "node:fs";
import path from "node:path";
import { testIo } from "../helpers/test_io.ts";
import { caller, said } from "./caller.ts";

Deno.test("mcp -e answers and writes of no run of another experiment", async () => {
  const io = testIo();
  try {
    const root = path.join(io.folder, "work");
    fs.mkdirSync(root);
    const days = [1, 2, 3, 4].map((day) => `2024-01-0${day},0.0${day}`);
    fs.writeFileSync(`${root}/returns.csv`, ["date,returns", ...days].join("\n"));
    const store = `${root}/mine.db`;
    const ids: Record<string, string> = {};
    for (const experiment of ["own", "other"]) {
      const words = ["log", "-e", experiment, "--returns", `${root}/returns.csv`, "--offline"];
      const { out } = await io.run(...words, "--store", store, "--format", "json");
      ids[experiment] = JSON.parse(out).run_id;
    }
    const call = await caller(io, { root, store, experiment: "own", allowWrite: true });
    const { own = "", other = "" } = ids;
    for (const id of [other, other.slice(0, -4)]) {
      for (
        const [tool, given] of [
          ["runs_get", { run_id: id }],
          ["runs_compare", { runs: [own, id] }],
          ["history", { run_id: id, all: true }],
          ["report", { run_id: id }],
          ["runs_update", { runs: [id], tag: { seen: "1" } }],
          ["runs_delete", { runs: [own, id] }],
        ] as const
      ) {
        const refused = await call(tool, given);
        const message = said(refused).error?.message ?? "";
        assertEquals([tool, said(refused).error?.exit], [tool, 2], refused.texts.join());
        assertStringIncludes(message, 'it is not of experiment "own"', tool);
        assertEquals(refused.texts.length, 1, tool);
      }
    }
    assertEquals((await call("runs_get", { run_id: own })).failed, false);
    assertEquals(said(await call("runs_get", { run_id: "f".repeat(32) })).error?.exit, 4);
    // An experiment that is not there yet has no runs.
    const empty = await caller(io, { root, store, experiment: "new" });
    assertEquals(said(await empty("runs_get", { run_id: own })).error?.exit, 2);
    const open = await caller(io, { root, store });
    assert(!(await open("runs_get", { run_id: other })).failed);
  } finally {
    io.remove();
  }
});
