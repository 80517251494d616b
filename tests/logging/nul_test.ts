// A NUL character: servers on SQLite keep it, servers on PostgreSQL never take it. It is refused before
// anything is kept, wherever a text can come in, since a param cannot be changed later.

import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import fs from "node:fs";
import path from "node:path";
import { checkBatch, checkDataset, checkName } from "../../lib/limits.ts";
import { testIo } from "../helpers/test_io.ts";
import { UsageError } from "../../lib/errors.ts";

const RETURNS = "date,returns\n2024-01-01,0.01\n2024-01-02,-0.02\n2024-01-03,0.015\n";
const FEW = ["-e", "e", "--metrics", "sharpe_ratio", "--offline"];
const NOBODY = "http://127.0.0.1:1";
const NUL = "\\u0000";

const CASES: readonly (readonly [what: string, words: readonly string[], manifest?: string])[] = [
  ["a param", ["log", "--returns", "a.csv", ...FEW, "--params", `{"a":"x${NUL}y"}`]],
  ["an experiment's tag", ["experiments", "create", "e", "--tags", `{"a":"x${NUL}y"}`]],
  ["the name of an experiment's tag", ["experiments", "create", "e", "--tags", `{"a${NUL}":"x"}`]],
  ["a manifest's param", ["batch", "--manifest", "m.jsonl", ...FEW], `"params":{"a":"x${NUL}y"}`],
  ["a manifest's tag", ["batch", "--manifest", "m.jsonl", ...FEW], `"tags":{"a":"x${NUL}y"}`],
  ["a manifest's run name", ["batch", "--manifest", "m.jsonl", ...FEW], `"run_name":"x${NUL}y"`],
];

for (const [what, words, manifest] of CASES) {
  Deno.test(`a NUL character in ${what} is refused`, async () => {
    const io = testIo();
    try {
      fs.writeFileSync(path.join(io.folder, "a.csv"), RETURNS);
      const row = `{"returns":"a.csv",${manifest}}\n`;
      if (manifest !== undefined) fs.writeFileSync(path.join(io.folder, "m.jsonl"), row);
      const answer = await io.run(...words);
      assertEquals([answer.code === 0, answer.code === 1], [false, false]);
      assertStringIncludes(answer.out + answer.err, "NUL character");
      const found = await io.run("runs", "search", "--format", "json");
      assertEquals(JSON.parse(found.out), []);
      const experiments = await io.run("experiments", "list", "--format", "json");
      assertEquals(experiments.out.includes('"x'), false);
    } finally {
      io.remove();
    }
  });
}

Deno.test("a NUL character is refused in every text of a run", () => {
  const refused = (work: () => void): void => void assertThrows(work, UsageError, "NUL character");
  refused(() => checkName("run", "a\0"));
  refused(() => checkName("experiment", "a\0"));
  refused(() => checkBatch({ params: { a: "\0" } }));
  refused(() => checkBatch({ tags: { a: "\0" } }));
  const dataset = { name: "a", digest: "b", sourceType: "local", source: "c\0" };
  refused(() => checkDataset(dataset));
});

Deno.test("a NUL character in an experiment's tag does not reach a server", async () => {
  const io = testIo();
  const tags = ["--tags", `{"a":"x${NUL}y"}`];
  const answer = await io.run("experiments", "create", "e", ...tags, "--tracking-uri", NOBODY);
  assertEquals(answer.code, 2);
  assertStringIncludes(answer.err, "NUL character");
  io.remove();
});
