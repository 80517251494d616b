// Apache Parquet, for pandas and polars. A column's type is that of its values (numbers are always
// DOUBLE, so that two exports of different runs have one schema; only whole numbers of which a DOUBLE
// would lose digits are INT64).

import { gather, isMissing } from "./cells.ts";
import type { OutputFormat, Writer } from "./format.ts";
import type { ParquetColumn } from "./parquet_file.ts";
import type { Cell, Rows } from "../command/answer.ts";

const GROUP_ROWS = 50_000;

export const format: OutputFormat = {
  name: "parquet",
  summary: "Apache Parquet, to the file named by --output",
  binary: true,
  render: async (rows, writer) => {
    if (rows.columns !== null && rows.types !== undefined) {
      return await renderTyped({ ...rows, columns: rows.columns, types: rows.types }, writer);
    }
    const { columns, count, values } = await gather(rows);
    const { parquetFile } = await import("./parquet_file.ts");
    const cells = columns.map((name) => column(name, values.get(name) ?? []));
    await writer.write(parquetFile(cells, { rowGroupSize: GROUP_ROWS }));
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

/** Rows whose types are known are written as they arrive, a group after the other. */
async function renderTyped(
  { columns, types, pages }: Rows & Required<Pick<Rows, "types">> & {
    readonly columns: readonly string[];
  },
  writer: Writer,
): Promise<number> {
  const { parquetParts } = await import("./parquet_file.ts");
  const fields = columns.map((name) => ({
    name,
    type: TYPES[types[name] ?? "text"],
    nullable: true,
  }));
  const file = parquetParts(fields, { rowGroupSize: GROUP_ROWS });
  let data: (Cell | undefined)[][] = columns.map(() => []);
  let [count, held] = [0, 0];
  const flush = async (): Promise<void> => {
    if (held === 0) return;
    await writer.write(file.add(data.map((cells) => ({ data: cells }))));
    data = columns.map(() => []);
    held = 0;
  };
  for await (const page of pages) {
    for (const row of page) {
      columns.forEach((name, at) => {
        const cell = row[name];
        data[at]?.push(isMissing(cell) ? null : cell);
      });
      count++;
      if (++held === GROUP_ROWS) await flush();
    }
  }
  await flush();
  await writer.write(file.end());
  return count;
}

const TYPES = { number: "DOUBLE", text: "STRING", time: "TIMESTAMP" } as const;
