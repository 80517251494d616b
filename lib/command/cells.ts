// What rows are made of: one value, one row, and values as JSON has them. Beneath all that is made of
// rows.

/** A JSON value; numbers that are not finite are written as null. */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json | undefined };

/** One value of a row. A Date is a time (UTC); null is undefined or missing; bigint: a whole number. */
export type Cell = string | number | bigint | boolean | Date | Listed | null;

/** Several values in one cell: a list in JSON, a text in all other formats. */
export class Listed {
  readonly #items: readonly Json[];
  readonly #text: string;

  constructor(items: readonly Json[], text: string) {
    this.#items = items;
    this.#text = text;
  }

  toJSON(): readonly Json[] {
    return this.#items;
  }

  toString(): string {
    return this.#text;
  }
}

/** Keys are column names, in the order they are shown. */
export type Row = Readonly<Record<string, Cell>>;
