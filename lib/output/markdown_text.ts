// Text of GitHub's Markdown: what a name or a message holds, a bar, a tag, a backtick, a link, is shown
// and does nothing.

import { plainLine } from "./plain.ts";

/** A column of a table of text. */
export interface MarkdownColumn {
  readonly title: string;
  /** Numbers stand to the right. */
  readonly isNumeric: boolean;
}

/** A table of texts that are not Markdown yet. */
export function markdownTable(
  columns: readonly MarkdownColumn[],
  rows: readonly (readonly string[])[],
): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |\n`;
  return [
    line(columns.map(({ title }) => markdownText(title))),
    line(columns.map(({ isNumeric }) => isNumeric ? "---:" : "---")),
    ...rows.map((row) => line(row.map(markdownText))),
  ].join("");
}

/** What begins HTML, a quotation, a mention or a link, by its code: a backslash does not stop them all. */
const CODED = /[&<@#]|^>|:(?=\/\/)|(?<=www)\./gi;
/** An underscore inside a word is one. */
const ESCAPED = /[\\`*~|[\]]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g;

/** A text on one line that Markdown shows as it is. */
export function markdownText(text: string): string {
  return plainLine(text)
    .trim()
    .replace(CODED, (letter) => `&#${letter.charCodeAt(0)};`)
    .replace(ESCAPED, "\\$&")
    .replace(/^([-+]|\d+(?=[.)]))(?=[.)]?(\s|$))/, beginning);
}

/** What would begin a list, made text. */
function beginning(mark: string): string {
  return /\d/.test(mark) ? `${mark}\\` : `\\${mark}`;
}
