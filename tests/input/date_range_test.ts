// Times that a Parquet file can hold and a Date cannot: refused with their row, as in text.

import { assertRejects } from "@std/assert";
import { ByteWriter, parquetWrite, type ParquetWriteOptions } from "hyparquet-writer";
import fs from "node:fs";
import path from "node:path";
import { InputError } from "../../lib/errors.ts";
import { readReturns } from "../../lib/input/mod.ts";
import { testIo } from "../helpers/test_io.ts";

type Schema = NonNullable<ParquetWriteOptions["schema"]>;
const DAY_MS = 86_400_000;

const CASES: readonly (readonly [what: string, date: object, dates: readonly unknown[]])[] = [
  ["days", { type: "INT32", converted_type: "DATE" }, [19_000, 19_001, 2_000_000_000]],
  ["days before", { type: "INT32", converted_type: "DATE" }, [-2_000_000_000, 19_000, 19_001]],
  [
    "milliseconds",
    { type: "INT64", converted_type: "TIMESTAMP_MILLIS" },
    [1n, BigInt(DAY_MS), 9_000_000_000_000_000n],
  ],
  [
    "instants",
    {
      type: "INT64",
      logical_type: { type: "TIMESTAMP", isAdjustedToUTC: true, unit: "MILLIS" },
    },
    [1n, BigInt(DAY_MS), 9_000_000_000_000_000n],
  ],
];

for (const [what, element, dates] of CASES) {
  for (const timezone of [undefined, "Asia/Tokyo"]) {
    Deno.test(`a date out of range in ${what} is refused with its row (${timezone})`, async () => {
      const io = testIo();
      try {
        const writer = new ByteWriter();
        const schema = [
          { name: "root", num_children: 2 },
          { name: "date", repetition_type: "REQUIRED", ...element },
          { name: "returns", repetition_type: "REQUIRED", type: "DOUBLE" },
        ] as Schema;
        parquetWrite({
          writer,
          schema,
          columnData: [{ name: "date", data: [...dates] }, {
            name: "returns",
            data: [0.1, 0.2, 0.3],
          }],
        });
        fs.writeFileSync(path.join(io.folder, "a.parquet"), writer.getBytes());
        const options = timezone === undefined ? {} : { timezone };
        const row = what === "days before" ? 1 : 3;
        await assertRejects(
          async () => await readReturns(io, "a.parquet", options),
          InputError,
          `row ${row}: its date, `,
        );
      } finally {
        io.remove();
      }
    });
  }
}
