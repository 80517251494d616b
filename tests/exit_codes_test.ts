// The exit code of each kind of error: what scripts and schedulers act on.

import { assertEquals } from "@std/assert";
import { exitCode } from "../lib/cli.ts";
import {
  DeliveryError,
  FilterSyntaxError,
  InputError,
  InterruptedError,
  NotFoundError,
  SeveralErrors,
  StorageError,
  TrackerError,
  UnmetError,
  UsageError,
} from "../lib/errors.ts";

function answered(status: number): TrackerError {
  return new TrackerError("GET", "http://server", { status, code: "X", message: "x" });
}

Deno.test("each kind of error has its exit code", () => {
  const input = new InputError("a.csv", "x");
  const cases: readonly (readonly [unknown, number])[] = [
    [new TypeError("x"), 1],
    ["no error at all", 1],
    [new UsageError("x"), 2],
    [new FilterSyntaxError("a b", 0, 1, "x"), 2],
    [input, 3],
    [new NotFoundError("run", "x"), 4],
    [answered(0), 5],
    [answered(500), 5],
    [new DeliveryError("x"), 6],
    [new DeliveryError("x", { cause: answered(503) }), 6],
    [new DeliveryError("x", { cause: answered(403) }), 7],
    [answered(401), 7],
    [answered(403), 7],
    [new StorageError("store.db", "x"), 8],
    [new SeveralErrors("x", [input, new InputError("b.csv", "x")]), 3],
    [new SeveralErrors("x", [input, answered(500)]), 9],
    [new UnmetError(["cagr > 1 (it is 0)"]), 10],
    [new SeveralErrors("x", [new UnmetError(["a"]), new UnmetError(["b"])]), 10],
    [new SeveralErrors("x", [new UnmetError(["a"]), new DeliveryError("x")]), 9],
    [new SeveralErrors("x", [answered(401), new DeliveryError("x")]), 9],
    [new InterruptedError("SIGHUP", "x"), 129],
    [new InterruptedError("SIGINT", "x"), 130],
    [new InterruptedError("SIGTERM", "x"), 143],
  ];
  for (const [error, code] of cases) assertEquals(exitCode(error), code, String(error));
});
