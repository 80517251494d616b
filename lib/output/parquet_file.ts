// Columns as the bytes of an Apache Parquet file; the only user of hyparquet-writer.

import {
  ByteWriter,
  type ColumnSource,
  ParquetWriter,
  schemaFromColumnData,
} from "hyparquet-writer";
import { joined } from "../bytes.ts";

/** Types that hyparquet-writer has no name for, as the file describes them. */
const MORE_TYPES = {
  /** Days since 1970. */
  DATE: { type: "INT32", converted_type: "DATE", logical_type: { type: "DATE" } },
  /** Milliseconds since 1970 on a clock of no zone, as a bigint. */
  LOCAL_TIME: {
    type: "INT64",
    logical_type: { type: "TIMESTAMP", isAdjustedToUTC: false, unit: "MILLIS" },
  },
} as const;

/** A column. */
export interface ParquetColumn extends Pick<ColumnSource, "name" | "data" | "encoding" | "codec"> {
  readonly type: "DOUBLE" | "INT64" | "TIMESTAMP" | "BOOLEAN" | "STRING" | keyof typeof MORE_TYPES;
  /** Whether a cell may be null. */
  readonly nullable: boolean;
}

/** How a file is laid out. */
export interface ParquetLayout {
  /** Rows a row group. */
  readonly rowGroupSize: number;
  /** Largest size of a page, in bytes. */
  readonly pageSize?: number;
  /** Whether least and greatest values of the columns are told. */
  readonly statistics?: boolean;
}

/** A file that is written as its rows arrive. */
export interface ParquetParts {
  /** The bytes of rows; their columns are those that the file was begun with, in their order. */
  add(columns: readonly Pick<ParquetColumn, "data">[]): Uint8Array<ArrayBuffer>;
  /** The bytes that end the file. */
  end(): Uint8Array<ArrayBuffer>;
}

/** Begins a file; columns are compressed unless they say otherwise, and their data are ignored. */
export function parquetParts(
  columns: readonly Omit<ParquetColumn, "data">[],
  { statistics, ...layout }: ParquetLayout,
): ParquetParts {
  const overrides = columns.flatMap(({ name, type, nullable }) =>
    type === "DATE" || type === "LOCAL_TIME"
      ? [
        [name, {
          name,
          ...MORE_TYPES[type],
          repetition_type: nullable ? "OPTIONAL" as const : "REQUIRED" as const,
        }] as const,
      ]
      : []
  );
  const typed = columns.map(({ name, type, nullable }): ColumnSource =>
    type === "DATE" || type === "LOCAL_TIME"
      ? { name, data: [] }
      : { name, data: [], type, nullable }
  );
  const bytes = new ByteWriter(1 << 20);
  const file = new ParquetWriter({
    writer: bytes,
    schema: schemaFromColumnData({
      columnData: typed,
      schemaOverrides: Object.fromEntries(overrides),
    }),
    createdBy: "btflow",
    ...(statistics === undefined ? {} : { statistics }),
  });
  const taken = (): Uint8Array<ArrayBuffer> => {
    const part = bytes.getBytes().slice();
    bytes.index = 0;
    return part as Uint8Array<ArrayBuffer>;
  };
  return {
    add(data) {
      const columnData = columns.map(({ type: _type, nullable: _nullable, ...column }, at) => ({
        ...column,
        data: data[at]?.data ?? [],
      }));
      file.write({ columnData, ...layout });
      return taken();
    },
    end() {
      file.finish();
      return taken();
    },
  };
}

/** The file; columns are compressed unless they say otherwise. */
export function parquetFile(
  columns: readonly ParquetColumn[],
  layout: ParquetLayout,
): Uint8Array<ArrayBuffer> {
  const parts = parquetParts(columns, layout);
  return joined([parts.add(columns), parts.end()]);
}
