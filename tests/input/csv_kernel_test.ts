// The compiled reader of numbers and dates against the text readers: whatever it answers must be the
// same double, and it must answer itself for the cells that files are made of.

import { assert, assertEquals } from "@std/assert";
import { csvKernel, KERNEL_INPUT, KERNEL_ROWS } from "../../lib/input/csv/kernel.ts";
import { createDateReader } from "../../lib/input/cells/dates.ts";
import { seededRandom } from "../helpers/random.ts";

const encoder = new TextEncoder();
const COMMA = 44;

/** Puts text into the kernel's memory; returns where it ends. */
function put(text: string): number {
  const bytes = encoder.encode(text);
  csvKernel().memory.set(bytes, KERNEL_INPUT);
  return KERNEL_INPUT + bytes.length;
}

/** The number in a cell; NaN where the kernel leaves it to the text reader. */
function read(text: string): number {
  const end = put(`${text}\n`);
  const shape = { separator: COMMA, width: 1, date: null, value: 0 };
  return csvKernel().scan(KERNEL_INPUT, end, shape, false).values[0] ?? NaN;
}

interface ReadDate {
  readonly ms: number;
  readonly hasOffset: boolean;
  readonly isFiner: boolean;
}

/** The date in a cell; null where the kernel leaves it to the text reader. */
function readDate(text: string): ReadDate | null {
  const end = put(`${text},1\n`);
  const shape = { separator: COMMA, width: 2, date: 0, value: 1 };
  const { dates, hasOffset, isFiner } = csvKernel().scan(KERNEL_INPUT, end, shape, true);
  return dates[0] === undefined ? null : { ms: dates[0], hasOffset, isFiner };
}

Deno.test("every number that is read is the nearest double", () => {
  const random = seededRandom(11);
  let answered = 0;
  const count = 200_000;
  for (let index = 0; index < count; index++) {
    const digits = Array.from(
      { length: 1 + Math.floor(random() * 22) },
      () => Math.floor(random() * 10),
    );
    const point = Math.floor(random() * (digits.length + 1));
    const exponent = random() < 0.3 ? `e${Math.floor(random() * 40 - 20)}` : "";
    const sign = random() < 0.3 ? "-" : "";
    const text = `${sign}${digits.slice(0, point).join("")}.${
      digits.slice(point).join("")
    }${exponent}`;
    const value = read(text);
    if (Number.isNaN(value)) continue;
    answered++;
    assert(Object.is(value, Number(text)), `${text}: ${value} is not ${Number(text)}`);
  }
  assert(answered > count / 2, `only ${answered} of ${count} were answered`);
});

Deno.test("full-precision returns need no string, and ties are left to the exact path", () => {
  const random = seededRandom(12);
  let missed = 0;
  for (let index = 0; index < 50_000; index++) {
    const text = String((random() - 0.5) * 10 ** -Math.floor(random() * 4));
    const value = read(text);
    if (Number.isNaN(value)) missed++;
    else assert(Object.is(value, Number(text)), text);
  }
  assert(missed < 50, `${missed} of 50000 went through a string`);
  for (
    const tie of [
      "9007199254740993",
      "9007199254740993.0",
      "4503599627370496.5",
      "0.5000000000000000555",
    ]
  ) {
    const value = read(tie);
    assert(Number.isNaN(value) || value === Number(tie), tie);
  }
});

Deno.test("what is no plain decimal number is not read", () => {
  for (
    const text of [
      "",
      "-",
      "+",
      ".",
      "-.",
      "e5",
      "1e",
      "1e+",
      "1e5.",
      "0x1",
      "1_0",
      "nan",
      "1 2",
      "--1",
      "1-",
    ]
  ) {
    assertEquals(read(text), NaN, text);
  }
  assert(Object.is(read("-0"), -0));
  assert(Object.is(read("-0.000"), -0));
  assertEquals(["5.", ".5", "+5", "1E3", "00012.50", "1e22", "123e-2"].map(read), [
    5,
    0.5,
    5,
    1000,
    12.5,
    1e22,
    1.23,
  ]);
});

Deno.test("every date that is read is the one the text reader reads", () => {
  const random = seededRandom(13);
  const two = (below: number): string => String(Math.floor(random() * below)).padStart(2, "0");
  let answered = 0;
  const count = 50_000;
  for (let index = 0; index < count; index++) {
    const day = `${two(30)}${two(100)}-${two(14)}-${two(33)}`;
    const time = random() < 0.3
      ? ""
      : `${random() < 0.5 ? " " : "T"}${two(25)}:${two(61)}:${two(61)}`;
    const digits = String(random()).slice(2, 3 + Math.floor(random() * 10));
    const fraction = time === "" || random() < 0.6
      ? ""
      : `.${random() < 0.2 ? "000" : ""}${digits}`;
    const sign = random() < 0.5 ? "+" : "-";
    const offset = random() < 0.5 ? "" : random() < 0.3 ? "Z" : `${sign}${two(25)}:${two(61)}`;
    const text = `${day}${time}${fraction}${offset}`;
    const found = readDate(text);
    const reader = createDateReader({});
    const ms = reader.readText(text);
    if (found === null) continue;
    answered++;
    const { hasOffset, isFiner } = reader;
    assertEquals(found, { ms, hasOffset, isFiner }, text);
  }
  assert(answered > count / 4, `only ${answered} of ${count} were answered`);
});

Deno.test("the dates that files are made of need no string", () => {
  for (
    const [text, iso] of [
      ["2024-02-29", "2024-02-29T00:00:00.000Z"],
      ["2000-02-29 23:59:59", "2000-02-29T23:59:59.000Z"],
      ["1969-12-31T00:00:00Z", "1969-12-31T00:00:00.000Z"],
      ["0001-01-01", "0001-01-01T00:00:00.000Z"],
      ["9999-12-31 00:00:00.999999+09:00", "9999-12-31T00:00:00.999Z"],
    ] as const
  ) {
    assertEquals(readDate(text)?.ms, Date.parse(iso), text);
  }
  for (
    const text of [
      "",
      "2023-02-29",
      "1900-02-29",
      "2024-13-01",
      "2024-00-01",
      "2024-01-00",
      "0000-01-01",
      "2024-01-01 24:00:00",
      "2024-01-01 00:00",
      "2024-01-01 00:00:00.",
      "2024-1-01",
      "2024-01-01 00:00:00+0900",
      "2024-01-01 00:00:00+24:00",
      "2024/01/01",
      "2024-01-01x",
    ]
  ) {
    assertEquals(readDate(text), null, text);
  }
});

Deno.test("a row that is not plain ends the call, and so do as many rows as there is room for", () => {
  const shape = { separator: COMMA, width: 3, date: 2, value: 1 };
  const plain = "é,0.5,2024-01-01\r\nx,-1,2024-01-02\n";
  for (
    const odd of [
      "x,1\n",
      "x,1,2024-01-03,\n",
      "x,,2024-01-03\n",
      "x, 1,2024-01-03\n",
      'x,1,"2024-01-03"\n',
      '"x",1,2024-01-03\n',
      "x,1,2024-01-03 \n",
      "\n",
      ",,\n",
    ]
  ) {
    const end = put(`${plain}${odd}${plain}`);
    const { values, dates, next } = csvKernel().scan(KERNEL_INPUT, end, shape, true);
    assertEquals([...values], [0.5, -1], odd);
    assertEquals([...dates], [Date.UTC(2024, 0, 1), Date.UTC(2024, 0, 2)], odd);
    assertEquals(next, KERNEL_INPUT + encoder.encode(plain).length, odd);
  }
  const end = put("1\n".repeat(KERNEL_ROWS + 5));
  const single = { separator: COMMA, width: 1, date: null, value: 0 };
  const first = csvKernel().scan(KERNEL_INPUT, end, single, false);
  assertEquals([first.values.length, first.next], [KERNEL_ROWS, end - 10]);
  assertEquals(csvKernel().scan(first.next, end, single, false).next, end);
});

Deno.test("dates of other forms are left where they stand", () => {
  const shape = { separator: COMMA, width: 2, date: 1, value: 0 };
  const end = put("1,20240101\n2,\n3, x y \r\n");
  const { dates, values } = csvKernel().scan(KERNEL_INPUT, end, shape, false);
  const cells = [...dates].map((place) => new TextDecoder().decode(csvKernel().cellAt(place)));
  assertEquals([...values], [1, 2, 3]);
  assertEquals(cells, ["20240101", "", " x y \r"]);
});
