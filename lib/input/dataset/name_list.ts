// A list of names in a file: one a line, or the column `run_name` of a table.

import { textOf } from "../../bytes.ts";
import { InputError } from "../../errors.ts";
import { readColumns } from "../parquet_file.ts";
import { readHead, readRows } from "./csv_table.ts";
import type { DatasetHost } from "./dataset.ts";
import { cellParam, columnOf } from "./names.ts";
import { opened, partsOf } from "./parts.ts";

const COLUMN = "run_name";

/** The names in a Parquet file. */
export async function namesInParquet(
  host: DatasetHost,
  path: string,
): Promise<readonly string[]> {
  const [part] = await partsOf(host, path);
  if (part === undefined) return [];
  const file = await opened(host, part);
  const at = columnOf(path, file.fields.map(({ name }) => name), COLUMN, "--only");
  const field = file.fields[at];
  if (field === undefined) return [];
  const cells = await readColumns(file, [field], file.rows, { isFiner: false });
  return Array.from(cells.get(field.stored) ?? [], (cell) => cellParam(cell, field) ?? "")
    .filter((name) => name !== "");
}

/** The names in a text. */
export async function namesInText(host: DatasetHost, path: string): Promise<readonly string[]> {
  const { names } = await readHead(host, path).catch((error) => {
    // One name alone is a header without rows.
    if (error instanceof InputError) return { names: [] as readonly string[] };
    throw error;
  });
  const at = names.indexOf(COLUMN);
  if (at >= 0) {
    const rows = await readRows(host, path, [at], () => "");
    return (rows.get("")?.columns[0] ?? []).filter((name) => name !== "");
  }
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of host.files.chunks(path)) {
    text += textOf(chunk, decoder, { stream: true });
  }
  const lines = (text + decoder.decode()).split(/\r?\n/).map((line) => line.trim());
  const found = lines.filter((line) => line !== "");
  if (found.length === 0) throw new InputError(path, "it names no run");
  return found;
}
