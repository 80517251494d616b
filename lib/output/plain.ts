// Makes text from files and servers harmless for a terminal. What a run is called must not move the
// cursor, set the window's title, colour the screen or reverse the reading order, so everything that
// could is taken out here; formats for machines keep the text as it is.

/** Escape sequences: CSI, then OSC, DCS, SOS, PM and APC up to their end, then two-character ones. */
const SEQUENCES =
  // deno-lint-ignore no-control-regex
  /(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)|\x1b[ -/]*[0-~]/g;

/**
 * C0 and C1 controls (newline and tab aside), Unicode's line separators, marks that change the
 * reading order (Trojan Source, CVE-2021-42574), zero-width spaces and the invisible tag characters.
 */
const INVISIBLE =
  // deno-lint-ignore no-control-regex
  /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]|[\u{e0000}-\u{e007f}]/gu;

/** What no harmless text has: lets almost all text pass with one test. */
const SUSPECT =
  // deno-lint-ignore no-control-regex
  /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u2069\ufeff\u{e0000}-\u{e007f}]/u;

/** The text without anything a terminal would act on; newlines and tabs stay. */
export function plain(text: string): string {
  if (!SUSPECT.test(text)) return text;
  return text.replace(/\r\n/g, "\n").replace(SEQUENCES, "").replace(INVISIBLE, "");
}

/** The same on one line: newlines and tabs become spaces. */
export function plainLine(text: string): string {
  return plain(text).replace(/[\n\t]+/g, " ");
}
