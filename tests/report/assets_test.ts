// The generated texts are in step with what they were made from, and their hashes are theirs.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  COMPARISON,
  COMPARISON_STYLE,
  SOURCE_DIGEST,
  TEAR_SHEET,
  TEAR_SHEET_STYLE,
  UPLOT,
  UPLOT_VERSION,
} from "../../lib/report/assets.ts";
import { policyHash, sourceDigest, uplotFiles } from "../../scripts/report_assets.ts";

Deno.test("lib/report/assets.ts was made from the sources as they are", () => {
  assertEquals(SOURCE_DIGEST, sourceDigest(), "run: deno run -A scripts/report_assets.ts");
});

Deno.test("uPlot is the import map's, unchanged, with its licence", async () => {
  const { imports } = JSON.parse(await Deno.readTextFile("deno.json"));
  const { script, licence, version, style } = uplotFiles();
  assertEquals(imports.uplot, `npm:uplot@${UPLOT_VERSION}`);
  assertEquals(version, UPLOT_VERSION);
  assert(UPLOT.text.endsWith(script));
  assertStringIncludes(UPLOT.text, licence);
  for (const sheet of [TEAR_SHEET_STYLE, COMPARISON_STYLE]) assert(sheet.text.startsWith(style));
});

Deno.test("each text has its own hash and nothing that ends it early or leads outside", () => {
  for (const asset of [UPLOT, TEAR_SHEET, COMPARISON, TEAR_SHEET_STYLE, COMPARISON_STYLE]) {
    assertEquals(asset.hash, policyHash(asset.text));
    assert(!/<\/(script|style)|<!--/i.test(asset.text));
    assert(
      !/@import|url\(|\bfetch\(|XMLHttpRequest|localStorage|sessionStorage|innerHTML|\beval\(/.test(
        asset === UPLOT ? "" : asset.text,
      ),
    );
  }
});
