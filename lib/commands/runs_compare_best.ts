// Whether the best of the runs that are compared is better than the others, by the returns that were
// attached to them: said in words, and given as p-values. Loaded only where it is asked for.

import { bestAgainstOthers, SIGNIFICANT_P_VALUE } from "../backtest/sharpe_differences.ts";
import type { Context } from "../command/declare.ts";
import { InputError } from "../errors.ts";
import { type Returns, sharpeRatio } from "../metrics/mod.ts";
import type { Run, Tracker } from "../tracker.ts";
import { readAttached } from "../tracking/attached_returns.ts";

/** The best run, and what a test against each says; null of itself and of what cannot be tested. */
export interface TestedBest {
  readonly best: number;
  readonly pValues: readonly (number | null)[];
}

/** Tests the best Sharpe ratio against each other's; null where nothing can be tested. */
export async function testBest(
  { note, warn }: Pick<Context, "note" | "warn">,
  tracker: Pick<Tracker, "readArtifact">,
  runs: readonly Run[],
): Promise<TestedBest | null> {
  const contenders = await Promise.all(runs.map(async (run) => ({
    sharpe: run.metrics[sharpeRatio.name] ?? NaN,
    startTime: run.startTime,
    returns: await returnsOf(tracker, run, warn),
  })));
  const found = bestAgainstOthers(contenders);
  if (found === null) return null;
  const { best, differences } = found;
  const name = (index: number): string => runs[index]?.name || runs[index]?.id || "";
  const pValues = runs.map((): number | null => null);
  for (const one of differences) {
    const pair = `that of ${name(one.index)}`;
    if ("lack" in one) {
      const message = `The Sharpe ratio of ${
        name(best)
      } is not tested against ${pair}: ${one.lack}`;
      warn({ code: "sharpe-not-tested", message });
      continue;
    }
    pValues[one.index] = one.pValue;
    const verdict = one.pValue <= SIGNIFICANT_P_VALUE
      ? "differs from"
      : "cannot be told apart from";
    note(
      `The Sharpe ratio of ${name(best)} ${verdict} ${pair} ` +
        `(p ${one.pValue.toPrecision(2)}, Ledoit and Wolf 2008)`,
    );
  }
  return pValues.every((value) => value === null) ? null : { best, pValues };
}

/** The returns that were attached to a run; null, with a warning where they are damaged, for none. */
async function returnsOf(
  tracker: Pick<Tracker, "readArtifact">,
  { id, name }: Run,
  warn: Context["warn"],
): Promise<Returns | null> {
  try {
    return await readAttached({ id, tracker });
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    warn({ code: "damaged-returns", message: `${name || id}: ${error.message}` });
    return null;
  }
}
