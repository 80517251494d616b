// Sweeps by rule for the tests of the comparison page.

import {
  buildComparison,
  type ComparedCurve,
  type ComparedRun,
  type ComparisonModel,
  type ComparisonOptions,
  runColumns,
} from "../../lib/report/mod.ts";
import { seededRandom } from "../helpers/random.ts";
import { DAY_MS, GENERATED_AT, madeUp } from "./samples.ts";

export const COMPARED: ComparisonOptions = {
  heading: "Sweep",
  generatedAt: GENERATED_AT,
  dated: true,
};

/** A run of a sweep, with its curve. */
export interface SweptRun extends ComparedRun {
  readonly curve?: ComparedCurve;
}

/** A sweep: run 7 has no Sharpe ratio, run 3 no curve, and run 9 never traded. */
export function sweep(count: number): SweptRun[] {
  const next = seededRandom(11);
  return Array.from({ length: count }, (_, index): SweptRun => {
    const { dates, values } = madeUp(1_000, DAY_MS, { seed: index + 1 });
    let wealth = 1;
    const curve = { x: [...dates], y: [...values].map((value) => (wealth *= 1 + value) - 1) };
    const sharpe = next() * 3;
    const isIdle = index === 9;
    return {
      id: index.toString(16).padStart(32, "0"),
      name: `run ${index}`,
      status: "FINISHED",
      startTime: GENERATED_AT + index,
      flags: isIdle ? ["never traded"] : [],
      span: "2015-01-01 to 2017-09-26",
      metrics: {
        ...(index === 7 ? {} : { sharpe_ratio: sharpe }),
        max_drawdown: isIdle ? 0 : -next() / 2,
        cagr: next() / 5,
        volatility: 0.1 + next() / 5,
        exposure: isIdle ? 0 : 1,
        my_own: next(),
      },
      params: {
        fast: String(5 + index % 20),
        market: ["crypto", "fx", "equities"][index % 3] ?? "",
        same: "1",
      },
      ...(index === 3 ? {} : { curve }),
    };
  });
}

/** The model of runs, and their curves. */
export function comparisonOf(
  runs: readonly SweptRun[],
  options: Partial<ComparisonOptions> = {},
): ComparisonModel {
  const builder = runColumns(new Set());
  runs.forEach(builder.add);
  const curves = new Map(
    runs.flatMap(({ curve }, index) => curve === undefined ? [] : [[index, curve] as const]),
  );
  return buildComparison(builder.end(), { ...COMPARED, curves, ...options });
}
