// Which runs can be the best: not what never traded, and not what lost everything.

import { assertEquals } from "@std/assert";
import { isRanked } from "../../lib/tracking/run_columns.ts";

Deno.test("a run that never traded, or lost everything, is never the best", () => {
  const best = { "metrics.sharpe_ratio": 9 };
  for (
    const [more, expected] of [
      [{}, true],
      [{ "metrics.exposure": 0 }, false],
      [{ "metrics.worst_day": -1 }, false],
      [{ "metrics.worst_day": -0.999, "metrics.max_drawdown": -0.999 }, true],
      [{ "metrics.max_drawdown": -1.2 }, false],
      [{ "metrics.total_return": -1 }, false],
      [{ "metrics.total_return": null, "metrics.exposure": 1 }, true],
    ] as const
  ) {
    assertEquals(isRanked({ ...best, ...more }), expected, JSON.stringify(more));
  }
});
