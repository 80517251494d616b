// Columns as the bytes of an Apache Parquet file; the only user of hyparquet-writer.

import {
  ByteWriter,
  type ColumnSource,
  parquetWrite,
  schemaFromColumnData,
} from "hyparquet-writer";

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

/** The file; columns are compressed unless they say otherwise. */
export function parquetFile(
  columns: readonly ParquetColumn[],
  layout: ParquetLayout,
): Uint8Array<ArrayBuffer> {
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
  const typed = columns.map(({ type, nullable, ...column }): ColumnSource =>
    type === "DATE" || type === "LOCAL_TIME" ? column : { ...column, type, nullable }
  );
  const writer = new ByteWriter(1 << 20);
  parquetWrite({
    writer,
    schema: schemaFromColumnData({
      columnData: typed,
      schemaOverrides: Object.fromEntries(overrides),
    }),
    columnData: typed.map(({ type: _type, nullable: _nullable, ...column }) => column),
    createdBy: "btflow",
    ...layout,
  });
  return writer.getBytes();
}
