// Pieces in rows and columns for a terminal, each column as wide as its widest: for what is set beside
// each other and is no table of rows.

import type { Line, Piece } from "../command/screen.ts";
import { widthOf } from "./widths.ts";
import { plainLine } from "./plain.ts";

/** What a cell's text takes of a line. */
function pieceWidth(piece: Piece): number {
  return widthOf(plainLine(typeof piece === "string" ? piece : piece.text));
}

/** How grid cells stand in their columns; those further to the right as the last. */
export type Sides = readonly ("left" | "right")[];

/** The rows as lines, two spaces between columns. */
export function gridLines(rows: readonly (readonly Piece[])[], sides: Sides): readonly Line[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, at) => widths[at] = Math.max(widths[at] ?? 0, pieceWidth(cell)));
  }
  return rows.map((row) =>
    row.flatMap((cell, at): Line => {
      const space = " ".repeat((widths[at] ?? 0) - pieceWidth(cell));
      const gap = at === 0 ? "" : "  ";
      const isRight = (sides[at] ?? sides.at(-1)) === "right";
      return isRight ? [gap + space, cell] : [gap, cell, space];
    })
  );
}

/** How wide the widest of lines is. */
export function linesWidth(lines: readonly Line[]): number {
  return lines.reduce(
    (most, line) => Math.max(most, line.reduce((sum, piece) => sum + pieceWidth(piece), 0)),
    0,
  );
}
