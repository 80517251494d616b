// Pages that are decoded in place hold what hyparquet makes of them, in every Parquet file of the tests:
// all encodings, both page versions, with gaps and without.

import { assert, assertEquals } from "@std/assert";
import { parquetRead } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { type Cells, openParquet, readColumns } from "../../lib/input/parquet_file.ts";

function* filesIn(folder: string): Generator<string> {
  for (const { name, isDirectory } of [...Deno.readDirSync(folder)]) {
    if (isDirectory) yield* filesIn(`${folder}/${name}`);
    else if (name.endsWith(".parquet")) yield `${folder}/${name}`;
  }
}

/** Times as ms, cut downwards, by bigints. */
const PARSERS = {
  timestampFromMilliseconds: (time: bigint) => Number(time),
  timestampFromMicroseconds: (time: bigint) => floorOf(time, 1000n),
  timestampFromNanoseconds: (time: bigint) => floorOf(time, 1_000_000n),
  dateFromDays: (days: number) => days * 86_400_000,
};

function floorOf(time: bigint, divisor: bigint): number {
  const cut = time / divisor;
  return Number(time < 0n && cut * divisor !== time ? cut - 1n : cut);
}

/** A column as hyparquet gives it. */
async function asHyparquet(file: ArrayBuffer, column: string, rows: number): Promise<Float64Array> {
  const cells = new Float64Array(rows).fill(NaN);
  await parquetRead({
    file,
    columns: [column],
    compressors,
    parsers: PARSERS,
    onChunk: ({ columnData, rowStart }) => {
      for (let row = 0; row < columnData.length; row++) {
        const cell: unknown = columnData[row];
        cells[rowStart + row] = typeof cell === "number" ? cell : NaN;
      }
    },
  });
  return cells;
}

Deno.test("columns of numbers and times are what hyparquet reads", async () => {
  let columns = 0;
  for (const path of filesIn("tests/testdata")) {
    const { buffer } = await Deno.readFile(path);
    const file = await openParquet(path, buffer).catch(() => null);
    if (file === null) continue;
    for (const field of file.fields.filter(({ isFlat }) => isFlat)) {
      const read = await readColumns(file, [field], file.rows, { isFiner: false });
      const cells = read.get(field.stored) as Cells;
      assertEquals(
        cells,
        await asHyparquet(buffer, field.stored, file.rows),
        `${path} ${field.name}`,
      );
      // The first rows alone end within a page.
      const few = Math.min(file.rows, 317);
      const first = await readColumns(file, [field], few, { isFiner: false });
      assertEquals(first.get(field.stored), cells.slice(0, few), `${path} ${field.name}`);
      columns++;
    }
  }
  assert(columns > 150, `${columns} columns`);
});

Deno.test("times that are finer than a millisecond are told", async () => {
  const { buffer } = await Deno.readFile("tests/testdata/datasets/pages_gaps_2_600.parquet");
  const file = await openParquet("pages", buffer);
  const isFiner = async (name: string): Promise<boolean> => {
    const marks = { isFiner: false };
    await readColumns(file, file.fields.filter((field) => field.name === name), file.rows, marks);
    return marks.isFiner;
  };
  assertEquals(
    [await isFiner("date"), await isFiner("ms"), await isFiner("us"), await isFiner("ns")],
    [false, false, true, true],
  );
});
