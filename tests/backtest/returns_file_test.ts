// The returns of a run as a file: every bit comes back, here and in the programs that read Parquet.

import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { type ParquetColumn, parquetFile } from "../../lib/output/parquet_file.ts";
import { returnsParquet } from "../../lib/backtest/returns_artifacts.ts";
import { readReturnsArtifact } from "../../lib/backtest/returns_file.ts";
import { InputError } from "../../lib/errors.ts";
import type { Returns } from "../../lib/metrics/mod.ts";
import { python, pythonTest, repository } from "../helpers/python.ts";
import { seededRandom } from "../helpers/random.ts";

const DAY_MS = 86_400_000;

/** Business days from a first one on, each at a time of day. */
function days(count: number, first = Date.UTC(2014, 0, 1), at = 0): Float64Array {
  const all: number[] = [];
  for (let day = first; all.length < count; day += DAY_MS) {
    if (![0, 6].includes(new Date(day).getUTCDay())) all.push(day + at);
  }
  return Float64Array.from(all);
}

function daily(count: number, seed = 1): Float64Array {
  const random = seededRandom(seed);
  return Float64Array.from({ length: count }, () => (random() - 0.5) / 25);
}

const ODD = Float64Array.of(
  -0,
  0,
  5e-324,
  -2.2250738585072009e-308,
  0.1 + 0.2,
  -1,
  Number.MAX_VALUE,
  1e-17,
);

const SERIES: Readonly<Record<string, Returns>> = {
  "ten years of days": { dates: days(2520), values: daily(2520) },
  "days before 1970": { dates: days(300, Date.UTC(1969, 5, 1)), values: daily(300) },
  "times of day": { dates: days(2520, Date.UTC(2014, 0, 1), 34_200_000), values: daily(2520) },
  "milliseconds": { dates: Float64Array.of(-5, 0, 1, 86_399_999, 2e12 + 7), values: daily(5) },
  "odd numbers": { dates: days(ODD.length), values: ODD },
  "no dates": { dates: null, values: daily(40) },
  "counts without dates": { dates: null, values: Float64Array.of(1, 2, 3, 4, 5) },
  "days as numbers": { dates: null, values: Float64Array.of(20240101, 20240102, 20240103) },
  "nothing but 0": { dates: null, values: new Float64Array(30) },
  "one row": { dates: days(1), values: Float64Array.of(0.25) },
};

function bits(values: Float64Array): readonly string[] {
  const view = new DataView(new ArrayBuffer(8));
  return Array.from(values, (value) => {
    view.setFloat64(0, value);
    return view.getBigUint64(0).toString(16).padStart(16, "0");
  });
}

function assertSame(found: Returns, wanted: Returns, what: string): void {
  assertEquals(found.dates, wanted.dates, what);
  assertEquals(bits(found.values), bits(wanted.values), what);
}

for (const [name, wanted] of Object.entries(SERIES)) {
  Deno.test(`returns come back to the bit: ${name}`, async () => {
    const content = returnsParquet(wanted.dates, wanted.values);
    // The second time by what was learned of the first.
    for (let turn = 0; turn < 2; turn++) {
      assertSame(await readReturnsArtifact(content, "returns.parquet"), wanted, name);
    }
    assertEquals(returnsParquet(wanted.dates, wanted.values), content);
  });
}

Deno.test("ten years of days take little more than their values", () => {
  for (const name of ["ten years of days", "times of day"]) {
    const { dates, values } = SERIES[name] as Returns;
    const { length } = returnsParquet(dates, values);
    assert(length < 22_000, `${name}: ${length} bytes`);
  }
});

Deno.test("files of the same dates, of others and of as many rows are not mixed up", async () => {
  const all = Array.from({ length: 60 }, (_, index): Returns => {
    const first = Date.UTC(2020, 0, 1 + index % 20);
    const at = index % 3 === 0 ? 34_200_000 : 0;
    return { dates: index % 7 === 0 ? null : days(50, first, at), values: daily(50, index + 1) };
  });
  const files = all.map(({ dates, values }) => returnsParquet(dates, values));
  for (const [index, content] of files.entries()) {
    const wanted = all[index] as Returns;
    assertSame(await readReturnsArtifact(content, "returns.parquet"), wanted, `${index}`);
  }
});

Deno.test("runs of the same dates share them, and no values", async () => {
  const dates = days(100);
  const [one, other] = await Promise.all(
    [1, 2].map(async (seed) => {
      await readReturnsArtifact(returnsParquet(dates, daily(100, seed)), "returns.parquet");
      return await readReturnsArtifact(returnsParquet(dates, daily(100, seed)), "returns.parquet");
    }),
  );
  assertStrictEquals(one?.dates, other?.dates);
  assertEquals([one?.values, other?.values], [daily(100, 1), daily(100, 2)]);
});

Deno.test("what earlier versions attached is read", async () => {
  const cases: readonly (readonly [text: string, Returns])[] = [
    [
      "date,returns\n2024-01-02,0.01\n2024-01-03,-5e-324\n",
      { dates: days(2, Date.UTC(2024, 0, 2)), values: Float64Array.of(0.01, -5e-324) },
    ],
    [
      "date,returns\n2024-01-02T09:30:00.000,0.1\n2024-01-03,1e-7\n",
      {
        dates: Float64Array.of(Date.UTC(2024, 0, 2, 9, 30), Date.UTC(2024, 0, 3)),
        values: Float64Array.of(0.1, 1e-7),
      },
    ],
    ["returns\n0.25\n-0.5\n", { dates: null, values: Float64Array.of(0.25, -0.5) }],
  ];
  for (const [text, wanted] of cases) {
    const content = new TextEncoder().encode(text);
    assertSame(await readReturnsArtifact(content, "returns.csv"), wanted, text);
  }
});

Deno.test("what is damaged, or nothing that was attached, is one clear error", async () => {
  const { dates, values } = SERIES["ten years of days"] as Returns;
  const whole = returnsParquet(dates, values);
  await readReturnsArtifact(whole, "returns.parquet");
  const changed = (at: number, byte: number): Uint8Array => {
    const content = whole.slice();
    content[at < 0 ? content.length + at : at] = byte;
    return content;
  };
  const footer = whole.length - 8 - (whole.at(-8) ?? 0);
  const notANumber = whole.slice();
  // The last bytes of a value, and so of a double that is none.
  notANumber.set([0xff, 0xff], footer - 2);
  const other = (name: string): ParquetColumn => (
    { name, type: "DOUBLE", data: [0.1, 0.2, 0.3], nullable: false }
  );
  const text = (content: string): Uint8Array => new TextEncoder().encode(content);
  const cases: readonly (readonly [name: string, content: Uint8Array])[] = [
    ["empty", new Uint8Array()],
    ["cut", whole.slice(0, 10_000)],
    ["without its beginning", whole.slice(100)],
    ["without magic", changed(0, 0)],
    ["another footer", changed(footer, 0xff)],
    ["a footer beyond the file", changed(-6, 0xff)],
    ["not a number", notANumber],
    ["other columns", text("date,equity\n2024-01-01,100\n2024-01-02,101\n")],
    ["a value missing", text("date,returns\n2024-01-01,0.1\n2024-01-02,\n")],
    ["dates out of order", returnsParquet(Float64Array.of(DAY_MS, 0), values.slice(0, 2))],
    ["other columns in Parquet", parquetFile([other("a"), other("b")], { rowGroupSize: 10 })],
    ["a column more", parquetFile([other("returns"), other("b")], { rowGroupSize: 10 })],
    ["no table", text("<html>not found</html>")],
    ["JSON", text('[{"date": "2024-01-01", "returns": 0.1}]')],
  ];
  for (const [name, content] of cases) {
    const error = await assertRejects(
      () => readReturnsArtifact(content, "returns.parquet of run 7"),
      InputError,
      "Cannot read returns.parquet of run 7: ",
      name,
    );
    assert(!error.message.includes("\n"), error.message);
    assert(!error.message.includes("--"), `no flag helps: ${error.message}`);
  }
});

pythonTest({
  name: "pyarrow, pandas and polars read dates as dates and every bit of the values",
  fn: () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "btflow-returns-"));
    try {
      const files = Object.values(SERIES).map(({ dates, values }, index) => {
        const file = path.join(folder, `${index}.parquet`);
        fs.writeFileSync(file, returnsParquet(dates, values));
        return file;
      });
      const script = path.join(repository, "tests/backtest/read_returns.py");
      const out = execFileSync(python(), [script, ...files], { encoding: "utf8" });
      const kinds = new Set<string>();
      for (const [index, found] of (JSON.parse(out) as readonly Found[]).entries()) {
        const [name = "", { dates, values }] = Object.entries(SERIES)[index] as [string, Returns];
        for (const [reader, { kind, dates: texts, bits: hex }] of Object.entries(found)) {
          assertEquals(hex, bits(values), `${name} by ${reader}`);
          const wanted = dates === null ? null : Array.from(dates, isoSecond);
          assertEquals(texts?.map(asIso) ?? null, wanted, `${name} by ${reader}`);
          if (kind !== null) kinds.add(`${reader} ${kind}`);
        }
      }
      for (
        const kind of [
          "pyarrow date32[day]",
          "pyarrow timestamp[ms]",
          "polars Date",
          "polars Datetime(time_unit='ms', time_zone=None)",
          "pandas datetime64[ms]",
        ]
      ) assert(kinds.has(kind), `${kind} is not among ${[...kinds].join(", ")}`);
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  },
});

/** What a Python program found in a file, by reader. */
type Found = Readonly<
  Record<string, {
    readonly kind: string | null;
    readonly dates: readonly string[] | null;
    readonly bits: readonly string[];
  }>
>;

function isoSecond(at: number): string {
  return new Date(at).toISOString().slice(0, -1);
}

/** Python's texts of dates and times, to the millisecond. */
function asIso(text: string): string {
  const [day = "", time = "00:00:00"] = text.split(" ");
  const [seconds = "", rest = ""] = time.split(".");
  return `${day}T${seconds}.${rest.slice(0, 3).padEnd(3, "0")}`;
}
