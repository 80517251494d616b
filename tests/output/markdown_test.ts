// GitHub's Markdown: what names hold is text, a table is a table, and what a --require asked for is said.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import fs from "node:fs";
import path from "node:path";
import { markdownTable, markdownText } from "../../lib/output/markdown_text.ts";
import { repository } from "../helpers/programs.ts";
import { testIo } from "../helpers/test_io.ts";

const TEXTS: readonly (readonly [string, string])[] = [
  ["sharpe_ratio", "sharpe_ratio"],
  ["_a_ **b** ~~c~~", "\\_a\\_ \\*\\*b\\*\\* \\~\\~c\\~\\~"],
  ["a|b", "a\\|b"],
  ["a\\|b", "a\\\\\\|b"],
  ["a\nb\r\n\tc", "a b c"],
  ["<img src=x onerror=alert(1)>", "&#60;img src=x onerror=alert(1)>"],
  ["&lt;b&gt;", "&#38;lt;b&#38;gt;"],
  ["`code` ``", "\\`code\\` \\`\\`"],
  ["[x](javascript:y) ![i](j)", "\\[x\\](javascript:y) !\\[i\\](j)"],
  ["https://e.vil www.e.vil WWW.e.vil", "https&#58;//e.vil www&#46;e.vil WWW&#46;e.vil"],
  ["@everyone #1", "&#64;everyone &#35;1"],
  ["# head", "&#35; head"],
  ["> quoted", "&#62; quoted"],
  ["- item", "\\- item"],
  ["-0.5", "-0.5"],
  ["1. item", "1\\. item"],
  ["1.5", "1.5"],
  ["\u001b[31mred\u202e", "red"],
];

Deno.test("a text is shown as it is, whatever Markdown would make of it", () => {
  for (const [text, shown] of TEXTS) assertEquals(markdownText(text), shown);
});

Deno.test("a table has as many cells in each line, whatever they hold", () => {
  const columns = [{ title: "a|b", isNumeric: false }, { title: "n", isNumeric: true }];
  const lines = markdownTable(columns, TEXTS.map(([text]) => [text, "1"])).trimEnd().split("\n");
  assertEquals(lines.length, TEXTS.length + 2);
  assertEquals(lines[1], "| --- | ---: |");
  for (const line of lines) {
    assertEquals(line.replace(/\\\\/g, "").replace(/\\\|/g, "").split("|").length, 4, line);
  }
});

Deno.test("stats, runs compare and judge answer in Markdown, and say what is not met", async () => {
  const io = testIo();
  try {
    for (const name of ["sp500", "nasdaq"]) {
      const file = path.join(repository, `examples/${name}_returns.csv`);
      fs.cpSync(file, `${io.folder}/${name}.csv`);
      const words = ["--returns", `${name}.csv`, "-r", `<b>${name}|x</b>`, "--attach-returns"];
      const { code, err } = await io.run("log", "-e", "a|b", ...words, "--offline");
      assertEquals(code, 0, err);
    }
    const metrics = ["--metrics", "sharpe_ratio"];
    const stats = await io.run("stats", "sp500.csv", ...metrics, "--output", "stats.md");
    assertEquals([stats.code, stats.out], [0, ""], stats.err);
    assertEquals(
      fs.readFileSync(`${io.folder}/stats.md`, "utf8"),
      `### sp500.csv

- Points: 5030
- Date range: 1999-01-05 00:00:00 to 2018-12-31 00:00:00
- Metrics: 1 computed, 0 undefined

| metric | category | value | unit |
| --- | --- | ---: | --- |
| sharpe_ratio | ratios | 0.28274 | ratio |
`,
    );
    const required = ["--require", "sharpe_ratio > 9", "--format", "markdown"];
    const unmet = await io.run("stats", "sp500.csv", ...metrics, ...required);
    assertEquals(unmet.code, 10);
    assertStringIncludes(unmet.out, "\n> **Required but not met: sharpe_ratio > 9 (it is 0.2827");
    const search = await io.run("runs", "-e", "a|b", "-c", "run_id", "--format", "json");
    const ids = (JSON.parse(search.out) as { run_id: string }[]).map(({ run_id }) => run_id);
    const compared = await io.run("runs", "compare", ...ids, ...metrics, "--format", "markdown");
    const [head = ""] = compared.out.split("\n");
    assertEquals(compared.code, 0, compared.err);
    assertStringIncludes(head, "| kind | name | &#60;b>");
    assertStringIncludes(head, "sp500\\|x&#60;/b> |");
    const judged = await io.run("judge", "-e", "a|b", "--format", "markdown");
    assertEquals(judged.code, 0, judged.err);
    assert(judged.out.startsWith("### Judgement of a\\|b\n\n**"), judged.out.slice(0, 80));
    assertStringIncludes(judged.out, "| statistic | value | what it says |\n| --- | ---: | --- |");
    assert(!judged.out.includes("<b>"));
  } finally {
    io.remove();
  }
});
