// The byte reader of numbers against the language's own: whatever it answers must be the same double,
// and it must answer itself for the numbers that files are made of.

import { assert, assertEquals } from "@std/assert";
import { readDecimal } from "../../lib/input/decimal.ts";
import { seeded } from "./memory_host.ts";

const encoder = new TextEncoder();

function read(text: string): number {
  const bytes = encoder.encode(`#${text}#`);
  return readDecimal(bytes, 1, bytes.length - 1);
}

Deno.test("every number that is read is the nearest double", () => {
  const random = seeded(11);
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
  const random = seeded(12);
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
