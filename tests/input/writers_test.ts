// What programs write that is not what it looks like: numbers that count from another year, bytes that
// are text, a date beside a time of its own.

import { assertEquals, assertStringIncludes } from "@std/assert";
import { ByteWriter, parquetWrite } from "hyparquet-writer";
import { readInput } from "../../lib/input/mod.ts";
import { memoryHost } from "./memory_host.ts";
import { days, read, refusal } from "./outcomes.ts";

const DAY_S = 86_400;
const FIRST_DAY = 19_724;

/** Small returns by days of January 2024, each day as a number. */
function counted(count: (days: number) => string | number): string {
  const rows = Array.from(
    { length: 25 },
    (_, row) => `${count(FIRST_DAY + row)},${(row * 7 % 11 - 5) / 1e5}`,
  );
  return `time,ret\n${rows.join("\n")}\n`;
}

Deno.test("numbers that count from another year than 1970 are refused, the flag takes them as they are", async () => {
  const toCome: readonly (readonly [string, string])[] = [
    [counted((day) => (day + 3653) * DAY_S), "s"], // SAS, from 1960
    [counted((day) => (day + 3653) * DAY_S * 1000), "ms"], // Stata, from 1960
    [counted((day) => (day + 134_774) * DAY_S * 1e6), "us"], // WebKit, from 1601
    [counted((day) => (day + 719_162) * DAY_S * 1000), "ms"], // Java's and MATLAB's from the year 1
    [counted((day) => `2401${String(day - FIRST_DAY + 1).padStart(2, "0")}1600`), "s"], // YYMMDDHHMM
  ];
  for (const [text, unit] of toCome) {
    const line = await refusal(text);
    assertStringIncludes(line, "a day to come");
    assertStringIncludes(line, `--date-format ${unit} if it is right`);
    assertEquals((await read(text, { dateFormat: unit })).values.length, 25);
  }
  assertEquals(
    (await read(toCome[4]?.[0] ?? "", { dateFormat: "%y%m%d%H%M" })).dates[0],
    "2024-01-01T16:00",
  );
  const past = [
    counted((day) => `${BigInt(day + 719_162) * 864_000_000_000n}`), // .NET
    counted((day) => `${BigInt(day + 134_774) * 864_000_000_000n}`), // Windows
  ];
  for (const text of past) {
    const line = await refusal(text);
    assertStringIncludes(line, "say --date-format ns if they are right");
    assertEquals((await read(text, { dateFormat: "ns" })).values.length, 25);
  }
  const old = counted((day) => (day - FIRST_DAY - 9000) * DAY_S);
  assertEquals((await read(old)).dates[0], "1945-05-12T00:00");
});

Deno.test("values too large for their squares are beyond every volatility", async () => {
  const values = Array.from(
    { length: 25 },
    (_, row) => row === 3 ? "1e308" : `${(row * 7 % 11 - 5) / 1000}`,
  );
  assertStringIncludes(await refusal(days("date,ret", values)), "as those in percent do");
});

Deno.test("a time of day beside a date that has its midnight", async () => {
  for (const midnight of [" 00:00:00", "T00:00:00.000", " 00:00"]) {
    const rows = `date,time,ret\n2024-01-02${midnight},16:00:00,0.01\n` +
      `2024-01-03${midnight},16:00:00,0.02\n`;
    assertEquals((await read(rows)).dates, ["2024-01-02T16:00", "2024-01-03T16:00"], midnight);
  }
});

Deno.test("Parquet: bytes that their writer did not call text are text, days may have their time beside", async () => {
  const bytes = new TextEncoder();
  const clock = [57_600_000_000n, 57_600_000_000n];
  const tables = [
    [{
      name: "date",
      type: "BYTE_ARRAY",
      data: ["2024-01-02", "2024-01-03"].map((day) => bytes.encode(day)),
    }],
    [
      { name: "date", converted_type: "DATE", type: "INT32", data: [19_724, 19_725] },
      { name: "time", converted_type: "TIME_MICROS", type: "INT64", data: clock },
    ],
  ];
  for (const columns of tables) {
    const all = [...columns, { name: "ret", type: "DOUBLE", data: [0.01, 0.02] }];
    const writer = new ByteWriter();
    parquetWrite({
      writer,
      columnData: all.map(({ name, data }) => ({ name, data })),
      schema: [
        { name: "root", num_children: all.length },
        ...all.map(({ data: _, ...element }) => ({ ...element, repetition_type: "REQUIRED" })),
      ] as NonNullable<Parameters<typeof parquetWrite>[0]["schema"]>,
    });
    const host = memoryHost({ "r.parquet": new Uint8Array(writer.getBuffer()) });
    const { series } = await readInput(host, "r.parquet", {});
    const hours = columns.length === 1 ? 0 : 16;
    assertEquals(
      [...series[0]?.returns.dates ?? []],
      [Date.UTC(2024, 0, 2, hours), Date.UTC(2024, 0, 3, hours)],
    );
  }
});
