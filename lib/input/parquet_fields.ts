// The columns of a Parquet file as its footer describes them: which are times, and in which zone, which
// are numbers, and what a stored cell stands for.

import { DAY_MS } from "../civil.ts";
import {
  type FileMetaData,
  parquetSchema,
  type SchemaElement,
  type SchemaTree,
  type TimeUnit,
} from "hyparquet";
import { arrowZones } from "./arrow_schema.ts";
import { isRecord } from "./json_text.ts";
import type { Direct } from "./parquet_pages.ts";

/** A column as the file describes it. */
export interface Field {
  /** Its name in the file. */
  readonly stored: string;
  /** Its name as the user knows it: an unnamed pandas index has none. */
  readonly name: string;
  readonly isTime: boolean;
  /** Whether its type is one of numbers. */
  readonly isNumber: boolean;
  readonly zone: string | null;
  /** Whether its cells fit a Float64Array: numbers and times, NaN where there is none. */
  readonly isFlat: boolean;
  /** From a cell as it is stored to what is read; null where they are the same. */
  readonly convert: ((stored: unknown) => unknown) | null;
  /** Null where its cells are no numbers of fixed width. */
  readonly direct: Direct | null;
  readonly element: SchemaElement;
  readonly schemaPath: SchemaTree[];
  /** Which of the columns of a row group. */
  readonly leaf: number;
}

/** The plain columns, those that are the index of a frame first. */
export function fieldsOf(
  metadata: FileMetaData,
): { readonly fields: readonly Field[]; readonly hasNested: boolean } {
  const texts = new Map(metadata.key_value_metadata?.map(({ key, value }) => [key, value ?? ""]));
  const zones = arrowZones(texts.get("ARROW:schema") ?? "");
  const indexes = new Set(pandasIndexes(texts.get("pandas")));
  const root = parquetSchema(metadata);
  let leaves = 0;
  const placed = root.children.map((child) => {
    const leaf = leaves;
    leaves += leavesOf(child);
    return { child, leaf };
  });
  const fields = placed.filter(({ child }) => child.children.length === 0)
    .map(({ child, leaf }): Field => {
      const { element } = child;
      const { name, converted_type: converted, logical_type: logical, type } = element;
      const isInstant = logical?.type === "TIMESTAMP" && logical.isAdjustedToUTC;
      const isTime = logical?.type === "TIMESTAMP" || logical?.type === "DATE" ||
        type === "INT96" ||
        ["DATE", "TIMESTAMP_MILLIS", "TIMESTAMP_MICROS"].includes(converted ?? "");
      return {
        stored: name,
        name: /^__index_level_\d+__$/.test(name) ? "" : name,
        isTime,
        isNumber: !isTime && isNumber(element),
        convert: converter(element),
        isFlat: element.repetition_type !== "REPEATED" && (isTime ||
          (converted === undefined && ["DOUBLE", "FLOAT", "INT32"].includes(type ?? ""))),
        direct: directOf(element),
        zone: isInstant ? zones.get(name) ?? "UTC" : null,
        element: withoutDecimal(element),
        schemaPath: [{ ...root, element: root.element }, {
          ...child,
          element: withoutDecimal(element),
        }],
        leaf,
      };
    });
  const rank = (field: Field): number => indexes.has(field.stored) ? 0 : 1;
  return {
    fields: fields.toSorted((a, b) => rank(a) - rank(b)),
    hasNested: fields.length < root.children.length,
  };
}

function leavesOf({ children }: SchemaTree): number {
  return children.length === 0 ? 1 : children.reduce((sum, child) => sum + leavesOf(child), 0);
}

function isNumber(element: SchemaElement): boolean {
  const { type, converted_type: converted, logical_type: logical } = element;
  if (isDecimal(element) || logical?.type === "FLOAT16") return true;
  if (logical?.type === "TIME" || converted?.startsWith("TIME_") === true) return false;
  return ["DOUBLE", "FLOAT", "INT32", "INT64"].includes(type ?? "");
}

/** The shortcut to a column's numbers, or times as ms, by its stored type. */
function directOf(element: SchemaElement): Direct | null {
  const { type, converted_type: converted, logical_type: logical, repetition_type: repeats } =
    element;
  if (repeats === "REPEATED" || isDecimal(element)) return null;
  if (type === "DOUBLE" || (type === "FLOAT" && logical === undefined)) {
    return { type, times: 1, per: 1 };
  }
  if (type === "INT32") {
    if (converted === "DATE" || logical?.type === "DATE") {
      return { type, times: DAY_MS, per: 1 };
    }
    return converted === undefined && logical === undefined ? { type, times: 1, per: 1 } : null;
  }
  if (type !== "INT64") return null;
  const unit = logical?.type === "TIMESTAMP"
    ? logical.unit
    : converted?.startsWith("TIMESTAMP_") === true
    ? converted.slice("TIMESTAMP_".length)
    : null;
  const per = unit === "MILLIS"
    ? 1
    : unit === "MICROS"
    ? 1000
    : unit === "NANOS"
    ? 1_000_000
    : null;
  if (per !== null) return { type, times: 1, per };
  return converted === undefined && logical === undefined ? { type, times: 1, per: 1 } : null;
}

/** The columns that are the index of the frame; pandas stores them last. */
function pandasIndexes(text: string | undefined): readonly unknown[] {
  if (text === undefined || text === "") return [];
  try {
    const described: unknown = JSON.parse(text);
    const indexes = isRecord(described) ? described["index_columns"] : [];
    return Array.isArray(indexes) ? indexes : [];
  } catch {
    return [];
  }
}

function converter(element: SchemaElement): Field["convert"] {
  const { converted_type: converted, logical_type: logical, scale } = element;
  if (isDecimal(element)) return (stored) => decimal(stored, scale ?? 0);
  if (logical?.type === "TIME") return (stored) => clockText(stored, logical.unit);
  if (converted === "TIME_MILLIS") return (stored) => clockText(stored, "MILLIS");
  return converted === "TIME_MICROS" ? (stored) => clockText(stored, "MICROS") : null;
}

/** A time of day as a CSV would have it: it is neither a date nor a number. */
function clockText(stored: unknown, unit: TimeUnit): unknown {
  if (typeof stored !== "number" && typeof stored !== "bigint") return null;
  const ms = Number(stored) / { MILLIS: 1, MICROS: 1000, NANOS: 1_000_000 }[unit];
  return new Date(ms).toISOString().slice(11, 19);
}

function isDecimal(element: SchemaElement): boolean {
  return element.converted_type === "DECIMAL" || element.logical_type?.type === "DECIMAL";
}

/** hyparquet multiplies decimals by an inexact power of ten; without their type they come as stored. */
function withoutDecimal(element: SchemaElement): SchemaElement {
  if (!isDecimal(element)) return element;
  const { converted_type: _converted, logical_type: _logical, ...plain } = element;
  return plain;
}

/** The double nearest to a stored decimal: a whole number, or its big-endian bytes. */
function decimal(stored: unknown, scale: number): unknown {
  if (stored instanceof Uint8Array) {
    const whole = stored.reduce((value, byte) => value * 256n + BigInt(byte), 0n);
    return Number(`${BigInt.asIntN(8 * stored.length, whole)}e-${scale}`);
  }
  return typeof stored === "bigint" || typeof stored === "number"
    ? Number(`${stored}e-${scale}`)
    : null;
}
