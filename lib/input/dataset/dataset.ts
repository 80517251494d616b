// What a dataset is: many series in one file or folder, each with its name. Plain data, so that a thread
// can be given one and read its part; what it takes to read a series stands beside the names.

import type { Warning } from "../../errors.ts";
import type { Files } from "../../io.ts";
import type { ReadOptions } from "../options.ts";
import type { ColumnChoice } from "../table/choice.ts";
import type { TypedColumn } from "../table/typed_table.ts";

/** What reading needs of the host. */
export interface DatasetHost {
  /** The file system. */
  readonly files: Pick<Files, "chunks" | "info" | "readAt" | "list">;
}

/** One series of a dataset. */
export interface DatasetEntry {
  /** The run's: the column, or the values of the key columns with `/` between them. */
  readonly name: string;
  /** The key columns, and the columns that have one value a series. */
  readonly params: Readonly<Record<string, string>>;
  /** Null where that is known only once it is read. */
  readonly rows: number | null;
  /** Why it cannot be a run of its own: no name, or that of another; null where it can. */
  readonly problem: string | null;
}

/** Many series in one file or folder. */
export interface Dataset {
  /** As it was given. */
  readonly path: string;
  /** In the order in which they first appear. */
  readonly entries: readonly DatasetEntry[];
  /** What the user should know of all of them. */
  readonly notes: readonly Warning[];
  readonly source: LongParquet | WideParquet | CsvSource;
}

/** How the series of a dataset are told apart. */
export interface DatasetOptions {
  /** Long: the key columns, a series for each of their values. */
  readonly by?: readonly string[] | undefined;
  /** Wide: which columns are series: names, patterns with `*` and `?`, or `all`. */
  readonly columns?: readonly string[] | undefined;
  readonly read: ReadOptions;
}

/** One Parquet file of a dataset. */
export interface Part {
  readonly path: string;
  readonly size: number;
  readonly modifiedMs: number;
  /** What its folders say, in their order; null for a value that is missing. */
  readonly partitions: Readonly<Record<string, string | null>>;
}

/** A column, without its sample. */
export type KnownColumn = Omit<TypedColumn, "sample">;

/** Parquet files whose rows say to which series they belong. */
export interface LongParquet {
  readonly kind: "long";
  readonly parts: readonly Part[];
  /** Row groups of all parts: the part, the group in it, its rows. */
  readonly groups: Groups;
  readonly by: readonly string[];
  /** The columns without keys and constants, of which `choice` speaks. */
  readonly columns: readonly KnownColumn[];
  readonly choice: ColumnChoice;
  /** The texts of the keys of each entry. */
  readonly keys: readonly (readonly string[])[];
  readonly places: Spans | Ranges;
}

/** The row groups of all files, one after the other. */
export interface Groups {
  readonly part: Int32Array;
  readonly group: Int32Array;
  readonly rows: Int32Array;
}

/** Where rows lie together: the stretches of each entry, in order; those of entry i from `first[i]` on. */
export interface Spans {
  readonly kind: "spans";
  readonly first: Int32Array;
  /** Of `Groups`. */
  readonly group: Int32Array;
  readonly row: Int32Array;
  readonly count: Int32Array;
}

/** Where they are mixed: the first and last of `Groups` that have rows of an entry. */
export interface Ranges {
  readonly kind: "ranges";
  readonly first: Int32Array;
  readonly last: Int32Array;
}

/** Parquet files with a column a series. */
export interface WideParquet {
  readonly kind: "wide";
  readonly parts: readonly Part[];
  /** Rows of each part. */
  readonly rows: Int32Array;
  /** Null where there are no dates. */
  readonly date: KnownColumn | null;
}

/** Text, which is held whole. */
export interface CsvSource {
  readonly kind: "csv";
  /** The key columns; null for a wide table. */
  readonly by: readonly number[] | null;
  /** The columns that are kept, of a wide table the dates first. */
  readonly kept: readonly number[];
  /** Those of `kept` of which `choice` speaks; of a wide table the series, of which it speaks of one. */
  readonly columns: readonly number[];
  /** Their names. */
  readonly names: readonly string[];
  readonly choice: ColumnChoice;
}
