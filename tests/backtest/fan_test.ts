// The fan of resamples: percentiles of what one unit became, against loops over rows drawn beforehand, and
// against the interval of the total return, which is of the same resamples.

import { assertAlmostEquals, assertEquals } from "@std/assert";
import { computeAll } from "../../lib/backtest/compute.ts";
import { fanning } from "../../lib/backtest/fan.ts";
import { bootstrapIntervals, type Intervals } from "../../lib/backtest/intervals.ts";
import { stationaryResamples } from "../../lib/judge/bootstrap.ts";
import { noisy, weekdays } from "../metrics/zoo.ts";

const RESAMPLES = 200;
const SEED = 7;

async function intervalsOf(values: Float64Array, fan = true): Promise<Intervals> {
  const dates = Float64Array.from(weekdays(values.length));
  const series = {
    ...{ name: null, column: null, levels: null, benchmark: null, trades: null },
    ...{ kind: "returns", isInstant: false, params: {}, metrics: {}, tags: {} } as const,
    returns: { dates, values },
  };
  const options = { periods: 252, names: ["total_return"] };
  const computed = computeAll(series, options, null);
  return await bootstrapIntervals(
    { series, options, definitions: null, computed },
    { resamples: RESAMPLES, seed: SEED },
    { io: { now: () => 0, sleep: () => Promise.resolve() }, path: "r.csv", fan },
  );
}

/** Linear between ranks, as NumPy has it. */
function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  const place = share * (sorted.length - 1);
  const [below, above] = [sorted[Math.floor(place)] ?? NaN, sorted[Math.ceil(place)] ?? NaN];
  return below + (above - below) * (place - Math.floor(place));
}

Deno.test("the fan is the percentiles of the resamples that the intervals are made of", async () => {
  const values = Float64Array.from(noisy(750, 5, 0.0005, 0.01));
  const { fan, blockLength, intervals } = await intervalsOf(values);
  const { indices } = stationaryResamples({
    ...{ rows: values.length, resamples: RESAMPLES, blockLength, seed: SEED },
  });
  assertEquals(fan?.rows.length, 100);
  fan?.rows.forEach((row, at) => {
    const reached: number[] = [];
    for (let start = 0; start < indices.length; start += values.length) {
      let wealth = 1;
      for (let step = 0; step <= row; step++) {
        wealth *= 1 + (values[indices[start + step] ?? 0] ?? 0);
      }
      reached.push(wealth);
    }
    assertAlmostEquals(fan.low[at] ?? NaN, percentile(reached, 0.025), 1e-12, `row ${row}`);
    assertAlmostEquals(fan.high[at] ?? NaN, percentile(reached, 0.975), 1e-12, `row ${row}`);
  });
  const total = intervals.get("total_return");
  assertEquals(fan?.rows.at(-1), values.length - 1);
  assertAlmostEquals((fan?.low.at(-1) ?? NaN) - 1, total?.low ?? NaN, 1e-12);
  assertAlmostEquals((fan?.high.at(-1) ?? NaN) - 1, total?.high ?? NaN, 1e-12);
});

Deno.test("a resample that loses everything stays at nothing", () => {
  const work = fanning(Float64Array.of(0.5, -1.2), 2);
  work.add(Uint32Array.of(0, 0));
  work.add(Uint32Array.of(1, 0));
  const { low = [], high = [] } = work.fan() ?? {};
  assertAlmostEquals(low[1] ?? NaN, 0.025 * 2.25, 1e-12);
  assertAlmostEquals(high[1] ?? NaN, 0.975 * 2.25, 1e-12);
});

Deno.test("where no page draws it there is no fan, and the intervals are the same", async () => {
  const values = Float64Array.from(noisy(750, 5, 0.0005, 0.01));
  const { fan, intervals } = await intervalsOf(values, false);
  assertEquals(fan, null);
  assertEquals(intervals, (await intervalsOf(values)).intervals);
});

Deno.test("without resamples there is no fan", () => {
  assertEquals(fanning(Float64Array.of(0.1), 5).fan(), null);
  assertEquals(fanning(new Float64Array(0), 5).fan(), null);
});

Deno.test("of very many resamples fewer rows are looked at, the last among them", () => {
  const work = fanning(new Float64Array(500), 500_000);
  work.add(new Uint32Array(500));
  assertEquals(work.fan()?.rows, [124, 249, 374, 499]);
});
