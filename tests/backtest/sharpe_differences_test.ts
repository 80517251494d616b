// Which run is the best, and what there is to say where it cannot be tested.

import { assert, assertEquals } from "@std/assert";
import { bestAgainstOthers, type Contender } from "../../lib/backtest/sharpe_differences.ts";
import { noisy } from "../metrics/zoo.ts";

function contender(sharpe: number, startTime: number, values: readonly number[] | null): Contender {
  const returns = values === null ? null : { dates: null, values: Float64Array.from(values) };
  return { sharpe, startTime, returns };
}

Deno.test("the best is the highest logged Sharpe ratio, the earliest of equals", () => {
  const [one, other] = [noisy(60, 1, 0.001, 0.01), noisy(60, 2, 0.001, 0.01)];
  const found = bestAgainstOthers([
    contender(NaN, 0, one),
    contender(1, 3, one),
    contender(1, 2, other),
    contender(0.5, 1, one),
  ]);
  assertEquals(found?.best, 2);
  assertEquals(found?.differences.map(({ index }) => index), [0, 1, 3]);
  const values = found?.differences.map((one) => "pValue" in one ? one.pValue : NaN) ?? [];
  assertEquals(new Set(values).size, 1);
  assert((values[0] ?? NaN) > 0 && (values[0] ?? NaN) <= 1);
  assertEquals(bestAgainstOthers([contender(NaN, 0, one), contender(NaN, 1, other)]), null);
});

Deno.test("what cannot be tested says why", () => {
  const one = noisy(60, 1, 0.001, 0.01);
  const lacks = (best: readonly number[] | null, other: readonly number[] | null): string => {
    const found = bestAgainstOthers([contender(2, 0, best), contender(1, 1, other)]);
    const [only] = found?.differences ?? [];
    return only !== undefined && "lack" in only ? only.lack : "tested";
  };
  assertEquals(lacks(one, null), "its returns are not attached");
  assertEquals(lacks(null, one), "the best run's returns are not attached");
  assertEquals(lacks(one, one), "the two are equal or multiples");
  assertEquals(lacks(one, one.map(() => 0.01)), "its returns never vary");
  assertEquals(lacks(one.slice(0, 10), noisy(10, 2, 0, 0.01)), "they have only 10 common rows");
});
