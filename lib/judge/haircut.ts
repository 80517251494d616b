// What is left of a Sharpe ratio once its p-value has paid for the number of trials (Harvey and Liu
// 2015, Journal of Portfolio Management 42(1)). The family is the trials themselves: the paper's own
// one is a model of published factors with assumed correlations, and is not used.

import { normalCdf, normalQuantile } from "../metrics/mod.ts";

/** What is known of a trial without its returns. */
export interface RecordedSharpe {
  /** Sharpe ratio a row, no rate taken off. */
  readonly sharpe: number;
  /** Number of rows it comes from. */
  readonly rows: number;
}

/** How p-values pay for each other: Bonferroni, Holm (1979), Benjamini and Yekutieli (2001). */
export type Adjustment = "bonferroni" | "holm" | "bhy";

/** The adjusted Sharpe ratios, a row. */
export type Haircut = Readonly<Record<Adjustment, number>>;

/**
 * The p-values adjusted for each other, in the order given, and for `count` tests where that is more:
 * the others have the p-value 1. Bonferroni: m·p. Holm: (m − k + 1)·p₍ₖ₎, made monotone from the
 * smallest on. `bhy`, Benjamini and Yekutieli's control of the false discovery rate under any
 * dependence: m·Σ1/i·p₍ₖ₎/k, made monotone from the largest on. None exceeds 1.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals([...adjustPValues(Float64Array.of(0.25, 0.01), "holm")], [0.25, 0.02]);
 * ```
 */
export function adjustPValues(
  pValues: Float64Array,
  adjustment: Adjustment,
  count: number = pValues.length,
): Float64Array {
  if (adjustment === "bonferroni") return pValues.map((p) => Math.min(1, p * count));
  const order = Uint32Array.from(pValues, (_, index) => index).sort((one, other) =>
    (pValues[one] as number) - (pValues[other] as number)
  );
  const found = new Float64Array(pValues.length);
  if (adjustment === "holm") {
    let most = 0;
    order.forEach((index, rank) => {
      most = Math.max(most, Math.min(1, (count - rank) * (pValues[index] as number)));
      found[index] = most;
    });
    return found;
  }
  let factor = 0;
  for (let rank = 1; rank <= count; rank++) factor += 1 / rank;
  let least = 1;
  for (let rank = order.length; rank >= 1; rank--) {
    const index = order[rank - 1] as number;
    least = Math.min(least, count * factor * (pValues[index] as number) / rank);
    found[index] = least;
  }
  return found;
}

/** The two-sided p-value of a Sharpe ratio a row over so many rows: 2(1 − Φ(|SR|√T)). */
export function sharpePValue({ sharpe, rows }: RecordedSharpe): number {
  return 2 * normalCdf(-Math.abs(sharpe) * Math.sqrt(rows));
}

/**
 * The Sharpe ratio a row that would have its adjusted p-value as a single trial, by each adjustment:
 * sign(SR)·min(Φ⁻¹(1 − p/2)/√T, |SR|), where `trials` counts the best, the others with their recorded
 * Sharpe ratios, and whatever has none, which has the p-value 1.
 *
 * Where fewer trials are to count than are recorded, the best and the smallest p-values do.
 *
 * Throws `RangeError` for trials that are not a whole number from 1.
 */
export function haircutSharpe(
  best: RecordedSharpe,
  others: readonly RecordedSharpe[],
  trials: number,
): Haircut {
  if (!(Number.isSafeInteger(trials) && trials >= 1)) {
    throw new RangeError(`Cannot use ${trials} trials: a whole number from 1 is needed`);
  }
  const smallest = Float64Array.from(others, sharpePValue).sort().subarray(0, trials - 1);
  const pValues = new Float64Array(1 + smallest.length);
  pValues[0] = sharpePValue(best);
  pValues.set(smallest, 1);
  const cut = (adjustment: Adjustment): number => {
    const adjusted = adjustPValues(pValues, adjustment, trials)[0] as number;
    const left = Math.min(
      -normalQuantile(adjusted / 2) / Math.sqrt(best.rows),
      Math.abs(best.sharpe),
    );
    // No negative zero where nothing is left.
    return left <= 0 ? 0 : Math.sign(best.sharpe) * left;
  };
  return { bonferroni: cut("bonferroni"), holm: cut("holm"), bhy: cut("bhy") };
}
