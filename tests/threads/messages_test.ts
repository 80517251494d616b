// Errors on their way between threads.

import { assertEquals, assertInstanceOf } from "@std/assert";
import {
  FilterSyntaxError,
  InputError,
  NotFoundError,
  StorageError,
  UsageError,
} from "../../lib/errors.ts";
import { errorOf, plainError } from "../../lib/threads/messages.ts";

// Minified, as the binary's code is, a class has a name of one letter; what it makes keeps its name.
// deno-lint-ignore no-explicit-any -- as assertInstanceOf takes a class
const KINDS: readonly (readonly [new (...given: any[]) => Error, Error])[] = [
  [InputError, new InputError("b.csv", "no", { line: 3 })],
  [NotFoundError, new NotFoundError("column", "b")],
  [StorageError, new StorageError("b.db", "no")],
  [UsageError, new UsageError("no")],
  [FilterSyntaxError, new FilterSyntaxError("a", 0, 1, "no")],
];

Deno.test("an error arrives as its kind, whatever its class is called by then", () => {
  for (const [kind, error] of KINDS) {
    const name = kind.name;
    Object.defineProperty(kind, "name", { value: "a" });
    try {
      const arrived = errorOf(structuredClone(plainError(error)));
      assertInstanceOf(arrived, kind);
      assertEquals([arrived.name, arrived.message], [error.name, error.message]);
    } finally {
      Object.defineProperty(kind, "name", { value: name });
    }
  }
});
