// The page about filters: each of its examples is a filter, its error is the one that is shown, and
// its tables name what there is.

import { assert, assertEquals, assertThrows } from "@std/assert";
import { FilterSyntaxError } from "../../lib/errors.ts";
import { attributeNames, ENTITY_WORDS } from "../../lib/filter/fields.ts";
import { parseFilter, parseOrderBy, pushdown } from "../../lib/filter/mod.ts";

const page = await Deno.readTextFile(new URL("../../docs/filters.md", import.meta.url));

function blocks(language: string): readonly string[] {
  const pattern = new RegExp("```" + language + "\\n([^]*?)```", "g");
  return [...page.matchAll(pattern)].map(([, text]) => text ?? "");
}

Deno.test("every example is a filter", () => {
  const examples = blocks("filter").flatMap((block) => block.trim().split("\n"));
  assert(examples.length >= 20);
  for (const text of examples) parseFilter(text);
  parseOrderBy("metrics.sharpe_ratio DESC");
});

Deno.test("the error shown is the error given", () => {
  const [block = ""] = blocks("text");
  const text = (block.split("\n")[1] ?? "").trim();
  const { message } = assertThrows(() => parseFilter(text), FilterSyntaxError);
  assertEquals(message, block.trimEnd());
});

Deno.test("every word and attribute is named", () => {
  for (const words of Object.values(ENTITY_WORDS)) {
    for (const word of words) assert(page.includes(`\`${word}.X\``), word);
  }
  for (const name of [...attributeNames("runs"), ...attributeNames("experiments")]) {
    assert(page.includes(`\`${name}\``), name);
  }
});

Deno.test("the advice on large experiments sends what it says", () => {
  const last = blocks("filter").at(-1) ?? "";
  assertEquals(pushdown(parseFilter(last.trim())).server, "start_time >= 1780272000000");
});
