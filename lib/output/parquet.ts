// Apache Parquet, for pandas and polars. A column's type is that of its values (numbers are always
// DOUBLE, so that two exports of different runs have one schema; only whole numbers of which a DOUBLE
// would lose digits are INT64).

import { gather, isMissing } from "./cells.ts";
import type { OutputFormat } from "./format.ts";
import type { ParquetColumn } from "./parquet_file.ts";
import type { Cell } from "../command/answer.ts";

export const format: OutputFormat = {
  name: "parquet",
  summary: "Apache Parquet, to the file named by --output",
  binary: true,
  render: async (rows, writer) => {
    const { columns, count, values } = await gather(rows);
    const { parquetFile } = await import("./parquet_file.ts");
    const cells = columns.map((name) => column(name, values.get(name) ?? []));
    await writer.write(parquetFile(cells, { rowGroupSize: 50_000 }));
    return count;
  },
};

function column(name: string, cells: readonly Cell[]): ParquetColumn {
  const type = columnType(cells);
  const data = cells.map((cell) => {
    if (isMissing(cell)) return null;
    if (type === "INT64") return BigInt(cell as number | bigint);
    return type === "STRING" && typeof cell !== "string" ? String(cell) : cell;
  });
  return { name, data, type, nullable: true };
}

function columnType(cells: readonly Cell[]): ParquetColumn["type"] {
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
