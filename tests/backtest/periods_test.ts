// The periods a year take the same values wherever they are given.

import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { BACKTEST_FLAGS, backtestOptions, type BacktestValues } from "../../lib/backtest/flags.ts";
import { valuesOf } from "../../lib/command/flags.ts";
import { loadConfig } from "../../lib/config/values.ts";
import { UsageError } from "../../lib/errors.ts";
import { NEWEST_RELEASE } from "../../lib/metrics/mod.ts";
import { testIo } from "../helpers/test_io.ts";

function byFlag(periods: string): number | "auto" {
  const flags = valuesOf<BacktestValues>(BACKTEST_FLAGS, { periods });
  return backtestOptions(flags, { periods: 252, release: NEWEST_RELEASE }).periods;
}

async function bySetting(periods: string): Promise<number | "auto"> {
  const io = testIo({ env: { BTFLOW_PERIODS: periods } });
  try {
    return (await loadConfig(io)).periods;
  } finally {
    io.remove();
  }
}

Deno.test("--periods and BTFLOW_PERIODS take the same values", async () => {
  const taken: readonly (readonly [string, number | "auto"])[] = [
    ["252", 252],
    [" 252 ", 252],
    ["12.5", 12.5],
    ["0.5", 0.5],
    ["1000000000", 1e9],
    ["auto", "auto"],
    [" auto\t", "auto"],
  ];
  for (const [text, periods] of taken) {
    assertEquals([byFlag(text), await bySetting(text)], [periods, periods], JSON.stringify(text));
  }
});

Deno.test("--periods and BTFLOW_PERIODS refuse the same values", async () => {
  const refused = [
    "0",
    "-252",
    "+5",
    "1e3",
    ".5",
    "99999999999",
    "Infinity",
    "NaN",
    "yearly",
    "Auto",
  ];
  for (const text of refused) {
    assertEquals(
      assertThrows(() => byFlag(text), UsageError).message,
      `Cannot use --periods "${text}": expected a number of periods a year or auto`,
    );
    assertEquals(
      (await assertRejects(() => bySetting(text), UsageError)).message,
      "Cannot use BTFLOW_PERIODS from the environment: " +
        `expected a number of periods a year or auto, got "${text}"`,
    );
  }
});
