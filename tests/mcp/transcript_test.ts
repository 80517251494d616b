// docs/agents.md: its calls are made, and what it shows of the answers is in them.

import { assert, assertEquals } from "@std/assert";
import fs from "node:fs";
import path from "node:path";
import { repository } from "../helpers/programs.ts";
import { testIo } from "../helpers/test_io.ts";
import { caller } from "./caller.ts";

interface Turn {
  readonly tool: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

/** Whether all that is shown is there; numbers are shown with four decimals. */
function holds(whole: unknown, shown: unknown): boolean {
  if (typeof shown === "number") return Math.abs(Number(whole) - shown) < 1e-4;
  if (typeof shown !== "object" || shown === null) return whole === shown;
  return Object.entries(shown).every(([key, value]) =>
    holds((whole as Readonly<Record<string, unknown>> | undefined)?.[key], value)
  );
}

Deno.test("docs/agents.md: the transcript is what happens", async () => {
  const page = fs.readFileSync(path.join(repository, "docs/agents.md"), "utf8");
  const transcript = page.slice(page.indexOf("## A transcript"));
  const blocks = [...transcript.matchAll(/^```json\n([\s\S]*?)^```$/gm)].map(([, text = ""]) =>
    text
  );
  const io = testIo();
  try {
    fs.cpSync(path.join(repository, "examples/sweep"), `${io.folder}/sweep`, { recursive: true });
    const files = fs.readdirSync(`${io.folder}/sweep`).filter((name) => name.endsWith(".csv"))
      .sort();
    const paths = files.map((name) => `sweep/${name}`);
    const logged = await io.run("batch", ...paths, "-e", "sweep", "--offline");
    assertEquals(logged.code, 0, logged.err);
    const call = await caller(io);
    let runId = "RUN_ID";
    let answer: unknown;
    let calls = 0;
    for (const block of blocks) {
      const data = JSON.parse(block.replaceAll('"RUN_ID"', JSON.stringify(runId))) as Turn;
      if (data.tool === undefined) {
        const first = Array.isArray(answer) ? answer[0] as { run_id: string } : null;
        if (runId === "RUN_ID" && first !== null) runId = first.run_id;
        const shown = JSON.parse(block.replaceAll('"RUN_ID"', JSON.stringify(runId)));
        assert(holds(answer, shown), `${JSON.stringify(shown)} is not in the answer`);
        continue;
      }
      const called = await call(data.tool, data.arguments);
      assertEquals(called.failed, false, called.texts.join());
      answer = called.page === null ? JSON.parse(called.texts[0] ?? "") : null;
      if (data.tool === "report") assert(called.page?.html.includes("cross_10_90"));
      calls++;
    }
    assertEquals(calls, 3);
    const [readable = ""] = /^```json\n[\s\S]*?^```$/m.exec(page) ?? [];
    assert(readable.includes("mcpServers"));
  } finally {
    io.remove();
  }
});
