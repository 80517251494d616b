// What a terminal would act on is taken out; what people write is left as it is.

import { assertEquals } from "@std/assert";
import { plain, plainLine } from "../../lib/output/plain.ts";

Deno.test("plain leaves text in any script as it is", () => {
  for (const text of ["", "trend", "für 日本語 Ελλάδα עברית", "a\nb\tc", "👩‍🔬 x", "50 % – “q”"]) {
    assertEquals(plain(text), text);
  }
});

const HOSTILE: readonly (readonly [string, string])[] = [
  ["\x1b[31mred\x1b[0m", "red"],
  ["\x1b[2J\x1b[Hgone", "gone"],
  ["\x1b]0;title\x07x", "x"],
  ["\x1b]8;;http://evil\x1b\\link\x1b]8;;\x1b\\", "link"],
  ["\x1bP1$r0m\x1b\\x", "x"],
  ["\x9b31mx", "x"],
  ["\x9d0;t\x9cx", "x"],
  ["\x1bcreset", "reset"],
  ["\x1b(0x", "x"],
  ["a\rb", "ab"],
  ["a\r\nb", "a\nb"],
  ["a\bb\x07c\x7fd\x00e", "abcde"],
  ["user\u202etxt.exe\u202c", "usertxt.exe"],
  ["a\u2066b\u2069c\u200fd\u061ce", "abcde"],
  ["a\u2028b\u2029c", "abc"],
  ["a\u{e0041}b", "ab"],
  ["\x1b", ""],
  ["\x1b[", ""],
  ["\x1b]never ended", "never ended"],
];

for (const [text, expected] of HOSTILE) {
  Deno.test(`plain makes ${JSON.stringify(text)} harmless`, () => {
    assertEquals(plain(text), expected);
  });
}

Deno.test("plain is idempotent on sequences inside sequences", () => {
  for (
    const text of ["\x1b[\x1b[31m31mx", "\x1b\x1b[31m[31mx", "\x9b\x9b31mx", "\u202e\x1b]0;\x1b[mx"]
  ) {
    const once = plain(text);
    assertEquals(plain(once), once);
    // deno-lint-ignore no-control-regex
    assertEquals(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/.test(once), false);
  }
});

Deno.test("plainLine keeps text on one line", () => {
  assertEquals(plainLine("a\n\tb\r\nc"), "a b c");
});
