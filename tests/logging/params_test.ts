// Parameters as MLflow's Python client writes them.

import { assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../../lib/errors.ts";
import { floatText } from "../../lib/input/mod.ts";
import { paramsFromJson } from "../../lib/logging/params.ts";

Deno.test("numbers keep their digits, booleans and null are Python's, nested values JSON", () => {
  assertEquals(
    paramsFromJson(
      '{"a": 1.0, "b": 1e-5, "c": 12345678901234567890, "d": true, "e": false, "f": null, "g": "x", "h": {"k": [1.50, true]}}',
      "--params",
    ),
    {
      a: "1.0",
      b: "1e-5",
      c: "12345678901234567890",
      d: "True",
      e: "False",
      f: "None",
      g: "x",
      h: '{"k":[1.50,true]}',
    },
  );
});

Deno.test("a key that is special to objects is a key like any other", () => {
  const params = paramsFromJson('{"__proto__": 1, "constructor": 2}', "--params");
  assertEquals(Object.entries(params), [["__proto__", "1"], ["constructor", "2"]]);
});

Deno.test("what is not a JSON object is refused", () => {
  for (const text of ["", "[1]", "1", "null", "{a: 1}", '{"a": NaN}']) {
    assertThrows(() => paramsFromJson(text, "--params"), UsageError, "--params");
  }
});

Deno.test("floats are written as Python prints them", () => {
  const cases: readonly (readonly [number, string])[] = [
    [0, "0.0"],
    [0.02, "0.02"],
    [-0.005, "-0.005"],
    [1, "1.0"],
    [1e-5, "1e-05"],
    [1.5e-7, "1.5e-07"],
    [0.0001, "0.0001"],
    [1e16, "1e+16"],
    [123456789, "123456789.0"],
  ];
  for (const [value, text] of cases) assertEquals(floatText(value), text);
});
