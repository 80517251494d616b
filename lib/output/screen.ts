// Lines for a terminal as the text that it is sent. Colour comes last: each piece is made harmless
// first, so that no name from a file or a server can paint.

import type { Line, Style } from "../command/screen.ts";
import type { Io, Sink } from "../io.ts";
import { plainLine } from "./plain.ts";

/** SGR codes: what begins a style, and what ends it. */
const CODES: Readonly<Record<Style, readonly [on: string, off: string]>> = {
  bold: ["1", "22"],
  dim: ["2", "22"],
  best: ["1;32", "22;39"],
  good: ["32", "39"],
  caution: ["33", "39"],
  bad: ["31", "39"],
};

/** Text in a style, which takes effect only where there is colour. */
export function painted(text: string, style: Style, colour: boolean): string {
  const [on, off] = CODES[style];
  return colour && text !== "" ? `\x1b[${on}m${text}\x1b[${off}m` : text;
}

/** The lines as one text, without spaces at their ends. */
export function screenText(lines: Iterable<Line>, colour: boolean): string {
  let text = "";
  for (const line of lines) text += lineText(line, colour);
  return text;
}

/** One line, ended. */
export function lineText(line: Line, colour: boolean): string {
  const pieces = line.map((piece) =>
    typeof piece === "string"
      ? plainLine(piece)
      : painted(plainLine(piece.text), piece.style, colour)
  );
  return `${pieces.join("").trimEnd()}\n`;
}

/**
 * Whether a stream is written to in colour: a terminal is, unless NO_COLOR is set or it is a dumb
 * one; CLICOLOR_FORCE colours pipes and files too.
 */
export function wantsColour(
  { env }: Pick<Io, "env">,
  { isTerminal }: Pick<Sink, "isTerminal">,
): boolean {
  if ((env("NO_COLOR") ?? "") !== "") return false;
  if ((env("CLICOLOR_FORCE") ?? "0") !== "0") return true;
  return isTerminal && env("TERM") !== "dumb";
}
