// Names and params of the series of a dataset: the text of a key as MLflow keeps params, which series
// can be runs of their own, which columns can be params.

import { InputError, type Warning } from "../../errors.ts";
import { nearestNames } from "../../nearest.ts";
import { isOwnParam } from "../../own_names.ts";
import { isParamKey } from "../../limits.ts";
import { timestampText } from "../cells/calendar_time.ts";
import { floatText, quoted } from "../cells/number.ts";
import type { Field } from "../parquet_file.ts";
import type { DatasetEntry } from "./dataset.ts";

/** A cell as a param; null where it is missing. */
export function cellParam(cell: unknown, field: Field): string | null {
  if (cell === null || cell === undefined) return null;
  if (typeof cell === "string" || typeof cell === "bigint") return String(cell);
  if (typeof cell === "boolean") return cell ? "True" : "False";
  if (cell instanceof Uint8Array) return new TextDecoder().decode(cell);
  if (typeof cell !== "number") return JSON.stringify(cell) ?? null;
  if (Number.isNaN(cell)) return null;
  if (field.isTime) {
    const text = timestampText(cell);
    return field.element.converted_type === "DATE" ? text.slice(0, 10) : text;
  }
  const { type } = field.element;
  if (type === "FLOAT") return floatText(shortest(cell));
  return type === "DOUBLE" ? floatText(cell) : String(cell);
}

/** The double with the fewest digits that is this float of 32 bits: 0.1, not 0.10000000149011612. */
function shortest(value: number): number {
  for (let digits = 1; digits < 9; digits++) {
    const candidate = Number(value.toPrecision(digits));
    if (Math.fround(candidate) === value) return candidate;
  }
  return value;
}

/** What a key is made of. */
export interface Key {
  readonly texts: readonly (string | null)[];
  readonly params: Readonly<Record<string, string>>;
  readonly rows: number | null;
}

/** Entries of keys, each with the reason why it cannot be a run. */
export function entriesOf(by: readonly string[], keys: readonly Key[]): readonly DatasetEntry[] {
  const known = new Set<string>();
  return keys.map(({ texts, params, rows }) => {
    const name = texts.map((text) => text ?? "").join("/");
    const empty = by.find((_, index) => (texts[index] ?? "").trim() === "");
    const problem = empty !== undefined
      ? `its ${quoted(empty)} is empty, and a run needs a name`
      : known.has(name)
      ? `another series has the name ${quoted(name)} too`
      : null;
    known.add(name);
    return { name, params, rows, problem };
  });
}

/** Columns that can be params, and a note on those that cannot. */
export function paramColumns(
  path: string,
  columns: readonly string[],
): { readonly kept: readonly string[]; readonly notes: readonly Warning[] } {
  const isTaken = (name: string): boolean => isParamKey(name) && !isOwnParam(name);
  const left = columns.filter((name) => !isTaken(name));
  const notes = left.length === 0 ? [] : [{
    code: "not-a-param",
    message: `${left.map(quoted).join(", ")} of ${path} cannot be ${
      left.length === 1 ? "the name of a param" : "names of params"
    } and ${left.length === 1 ? "is" : "are"} not logged as such`,
  }];
  return { kept: columns.filter(isTaken), notes };
}

const MOST_LISTED = 20;

/** The place of a column that was named; throws `InputError` with the nearest and what there is. */
export function columnOf(
  path: string,
  names: readonly string[],
  wanted: string,
  flag: string,
): number {
  const exact = names.indexOf(wanted);
  if (exact >= 0) return exact;
  const alike = names.flatMap((name, at) =>
    name.toLowerCase() === wanted.toLowerCase() ? [at] : []
  );
  if (alike.length === 1) return alike[0] as number;
  const nearest = nearestNames(wanted, names);
  const did = nearest.length === 0 ? "" : `; did you mean ${nearest.map(quoted).join(" or ")}?`;
  const more = names.length > MOST_LISTED ? ` and ${names.length - MOST_LISTED} more` : "";
  const listed = names.slice(0, MOST_LISTED).join(", ");
  throw new InputError(
    path,
    `there is no column ${quoted(wanted)} (${flag})${did}; its columns are ${listed}${more}`,
  );
}
