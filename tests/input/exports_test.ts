// Exports in the shapes that brokers, platforms and backtesters give (tests/testdata/people), typed as
// people would, each beside the right answer, worked out with pandas alone: what comes out with exit 0
// is right, and where a file leaves its meaning open the refusal names the flag, and the flag works.

import { assert, assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
import { testIo } from "../helpers/test_io.ts";

const FILES = new URL("../testdata/people/", import.meta.url).pathname;

interface Case {
  readonly file: string;
  readonly typed: string;
  readonly right: Readonly<Record<string, number | string>>;
  readonly why: string;
  /** What a refusal advises; it is then typed as well. */
  readonly way: string | null;
}

/** Words as a shell cuts them; the names of these files are those in their folder. */
function words(text: string): string[] {
  return [...text.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => {
    const word = quoted ?? bare ?? "";
    return /^\w+\.(?:csv|json|txt)$/.test(word) ? FILES + word : word;
  });
}

const cases: readonly Case[] = JSON.parse(await Deno.readTextFile(`${FILES}manifest.json`));

for (const { file, typed, right, why, way } of cases) {
  Deno.test(`${file}: ${why}`, async () => {
    const io = testIo();
    try {
      const asked = words(typed);
      const periods = asked.includes("--periods") ? [] : ["--periods", String(right["periods"])];
      const argv = ["stats", FILES + file, ...asked, ...periods, "--format", "json"];
      if (way !== null) {
        const { code, err } = await io.run(...argv);
        assertEquals(code, 3, err);
        assertStringIncludes(err, way);
      }
      const { code, out, err } = await io.run(...argv, ...words(way ?? ""));
      assertEquals(code, 0, err);
      const found = JSON.parse(out);
      assert(!Array.isArray(found), "one series");
      for (const [name, want] of Object.entries(right)) {
        const got = name in found ? found[name] : found.metrics[name];
        if (typeof want === "string") assertEquals(got?.slice(0, want.length), want, name);
        else assertAlmostEquals(got ?? NaN, want, 1e-7 * Math.max(1, Math.abs(want)), name);
      }
    } finally {
      io.remove();
    }
  });
}
