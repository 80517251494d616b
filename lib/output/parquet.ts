// Apache Parquet, for pandas and polars; the only user of hyparquet-writer. A column's type is that of
// its values (numbers are always DOUBLE, so that two exports of different runs have one schema; only
// whole numbers of which a DOUBLE would lose digits are INT64).

import type { ColumnSource } from "hyparquet-writer";
import { gather, isMissing } from "./cells.ts";
import type { OutputFormat } from "./format.ts";
import type { Cell } from "../command/answer.ts";

export const format: OutputFormat = {
  name: "parquet",
  summary: "Apache Parquet, to the file named by --output",
  binary: true,
  render: async (rows, writer) => {
    const { columns, count, values } = await gather(rows);
    const { ByteWriter, parquetWrite } = await import("hyparquet-writer");
    const bytes = new ByteWriter(1 << 20);
    parquetWrite({
      writer: bytes,
      columnData: columns.map((name) => column(name, values.get(name) ?? [])),
      rowGroupSize: 50_000,
      createdBy: "btflow",
    });
    await writer.write(bytes.getBytes());
    return count;
  },
};

function column(name: string, cells: readonly Cell[]): ColumnSource {
  const type = columnType(cells);
  const data = cells.map((cell) => {
    if (isMissing(cell)) return null;
    if (type === "INT64") return BigInt(cell as number | bigint);
    return type === "STRING" && typeof cell !== "string" ? String(cell) : cell;
  });
  return { name, data, type, nullable: true };
}

function columnType(
  cells: readonly Cell[],
): "DOUBLE" | "INT64" | "TIMESTAMP" | "BOOLEAN" | "STRING" {
  const kinds = new Set<string>();
  for (const cell of cells) {
    if (!isMissing(cell)) kinds.add(cell instanceof Date ? "time" : typeof cell);
  }
  const isWhole = (cell: Cell): boolean =>
    isMissing(cell) || typeof cell === "bigint" || Number.isInteger(cell);
  if (kinds.has("bigint") && cells.every(isWhole)) return "INT64";
  const [kind] = kinds;
  if (kinds.size !== 1) return "STRING";
  if (kind === "number") return "DOUBLE";
  if (kind === "time") return "TIMESTAMP";
  return kind === "boolean" ? "BOOLEAN" : "STRING";
}
