// What a reader must know before the figures, and warnings in the reader's words: flags, commands and
// paths are the author's business, and are said where the page is made.

import type { Warning } from "../errors.ts";
import { baseName } from "./conditions.ts";
import type { Notice, Ruin } from "./model.ts";
import { LEAST_YEAR } from "./in_view.ts";
import { formatDate, formatFigure } from "./numbers.ts";

/** Fewer rows give ratios that say nothing. */
export const FEW_ROWS = 30;

/** What stands on top of the page. */
export function noticesOf(
  { rows, years, ruin, dated, idle }: {
    readonly rows: number;
    readonly years: number;
    readonly ruin: Ruin | null;
    readonly dated: boolean;
    /** Every return is 0. */
    readonly idle: boolean;
  },
): Notice[] {
  const notices: Notice[] = [];
  if (ruin !== null) {
    const when = dated ? ` on ${formatDate(ruin.at)}` : "";
    const text = `Lost everything${when} (row ${formatFigure(ruin.row + 1, "count")}). ` +
      "Nothing after it can be earned; what the source goes on with is grey.";
    notices.push({ kind: "loss", text });
  }
  if (idle) {
    notices.push({
      kind: "caution",
      text: "Never traded: every return is 0, and most metrics do not exist.",
    });
  }
  if (rows < FEW_ROWS) {
    const count = `${formatFigure(rows, "count")} ${rows === 1 ? "row" : "rows"}`;
    notices.push({ kind: "caution", text: `${count}: ratios mean nothing.` });
  } else if (years < LEAST_YEAR) {
    const text = "Less than a year: figures a year are extrapolated from a part of it.";
    notices.push({ kind: "caution", text });
  }
  return notices;
}

/**
 * A message without what only its author can act on; the whole of it where nothing else is left.
 * `source` is the file's path as it was given.
 */
export function readersWords({ message }: Warning, source?: string): string {
  // Known paths first: one with spaces looks like several words.
  const known = source === undefined || source === ""
    ? message
    : message.replaceAll(source, baseName(source));
  const named = known.replace(PATH, (path) => path.slice(path.search(/[^/\\]*$/)));
  const said = named.replace(/ \([^()]*--[a-z][^()]*\)/g, "").split("; ")
    .filter((part) => !/--[a-z]|\bbtflow \w/.test(part)).join("; ");
  return said === "" ? named.replace(/ ?--[a-z][-a-z]*/g, "") : said;
}

/** A word that is a path: from a root or a drive, or of folders that end with a file. */
const PATH =
  /(?<=^|[\s"'(])(?:(?:[A-Za-z]:[\\/]|\.{0,2}\/)[^\s:;,"'()<>]*|[^\s:;,"'()<>/]+(?:\/[^\s:;,"'()<>/]+)*\/[^\s:;,"'()<>/]+\.[A-Za-z]\w*)/g;
