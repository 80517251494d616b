// What a terminal is shown of an answer: lines made of pieces that may stand out, and the facts of a
// table's columns. Plain data without colours or widths, because the one renderer (lib/output) makes
// text harmless, chooses what fits and paints; programs get the same answer in the other formats.

import type { Direction, Unit } from "../metrics/metric.ts";
import type { Row } from "./cells.ts";

/** How a piece of text stands out: `best` among its like, a heading, or what matters less. */
export type Style = "bold" | "dim" | "best" | "good" | "caution" | "bad";

/** Text that stands out. */
export interface Styled {
  readonly text: string;
  readonly style: Style;
}

/** Text of any origin: what could act on a terminal is taken out when it is painted. */
export type Piece = string | Styled;

/** One line of a terminal. */
export type Line = readonly Piece[];

/** The terminal that an answer is laid out for. */
export interface Screen {
  /** Its width in characters. */
  readonly columns: number;
  /** ms since the epoch, for "2 h ago". */
  readonly now: number;
}

/**
 * What is known of a column. An `id` is shortened to what tells it apart, a `name` may lose its middle,
 * a `time` is shown as an age, a `number` by its unit; `text` may lose its end, and a `word` nothing,
 * because it is typed again.
 */
export interface Column {
  /** The key of its cells in the rows. */
  readonly name: string;
  /** Its heading, where that is not the name. */
  readonly title?: string;
  readonly kind: "id" | "name" | "time" | "number" | "text" | "word";
  /** Of a number, or of that in a row; without one it is shown with five significant digits. */
  readonly unit?: Unit | ((row: Row) => Unit | undefined);
  /** Whether the largest or the smallest of the numbers stands out. */
  readonly better?: Direction;
  /** Where there is no room for all, the columns of the lowest are shown. */
  readonly priority: number;
}

/** How a terminal shows rows. */
export interface View {
  /** From the left to the right; by the first rows. */
  readonly columns: (rows: readonly Row[]) => readonly Column[];
  /** What the rows come to: lines below the table, for of a long one its end alone is still seen. */
  readonly conclusion?: readonly Line[];
  /** False of a row whose numbers are not to be held against the others'. */
  readonly isRanked?: (row: Row) => boolean;
  /** How many characters of an id tell it apart, where more than these rows are to be told from. */
  readonly idLength?: () => number;
}

/** A line that stands out as a whole. */
export function styled(text: string, style: Style): Line {
  return [{ text, style }];
}
