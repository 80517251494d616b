// Each statistic against programs that are not ours, on the same returns and the same resamples
// (scripts/golden_judge.py says which and how), and the figures printed in the papers.

import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { crossValidate } from "../../lib/judge/cscv.ts";
import { effectiveTrials } from "../../lib/judge/effective_trials.ts";
import {
  type Adjustment,
  adjustPValues,
  haircutSharpe,
  sharpePValue,
} from "../../lib/judge/haircut.ts";
import { minimumBacktestYears } from "../../lib/judge/minimum_length.ts";
import { sharpeDifference } from "../../lib/judge/sharpe_difference.ts";
import { testSuperiority } from "../../lib/judge/superior.ts";
import { deviationOf, expectedMaximumSharpe, meanOf, varianceOf } from "../../lib/metrics/mod.ts";
import { distance, golden, resamplesOf, returnsOf } from "./cases.ts";

const cases = golden.cases.map((spec) => ({ spec, columns: returnsOf(spec) }));

/** Fails beyond the tolerance. */
function agree(what: string, own: number, reference: number, tolerance: number): void {
  const far = distance(own, reference);
  assert(far <= tolerance, `${what}: ${own}, the reference has ${reference}`);
}

function sharpeOf(values: Float64Array): number {
  return meanOf(values) / deviationOf(values);
}

Deno.test("the references are the releases that the page names", () => {
  assertEquals(golden.versions, {
    "arch": "8.0.0",
    "ffn": "1.4.1",
    "holdout-backtest": "0.1.0",
    "phacker": "0.1.0",
    "scipy": "1.17.1",
    "statsmodels": "0.15.0",
  });
});

Deno.test("the probability of overfitting is ffn's, holdout's and phacker's", () => {
  for (const { spec, columns } of cases) {
    for (const reference of spec.reference.cscv) {
      const where = `${spec.name}, ${reference.splits} splits`;
      const found = crossValidate(columns, reference.splits);
      for (const name of ["ffn", "holdout", "phacker"] as const) {
        const value = reference[name];
        if (value !== undefined) {
          agree(`${name}, ${where}`, found.probabilityOfOverfitting, value, 1e-12);
        }
      }
      if (reference.slope !== undefined && reference.loss !== undefined) {
        agree(`slope, ${where}`, found.degradationSlope, reference.slope, 1e-12);
        agree(`loss, ${where}`, found.probabilityOfLoss, reference.loss, 1e-12);
      }
      assertEquals(found.rowsCut, spec.rows % reference.splits);
    }
  }
});

Deno.test("the tests of superior runs are holdout's on the same resamples, the reality check arch's", () => {
  for (const { spec, columns } of cases) {
    const over = (columns[0] as Float64Array).map((value) => 0.5 * value + 0.0001);
    for (const benchmark of [null, over]) {
      const reference = spec.reference[benchmark === null ? "superior" : "overBenchmark"];
      const found = testSuperiority(columns, resamplesOf(spec), { benchmark });
      const where = `${spec.name}${benchmark === null ? "" : " over a benchmark"}`;
      agree(`reality check, ${where}`, found.realityCheck, reference.realityCheck, 1e-9);
      agree(`reality check of arch, ${where}`, found.realityCheck, reference.arch.upper, 1e-9);
      for (const kind of ["lower", "consistent", "upper"] as const) {
        agree(`SPA ${kind}, ${where}`, found.spa[kind], reference.spa[kind], 1e-9);
      }
      reference.stepdown.forEach((p, column) => {
        agree(`stepdown, ${where}`, found.stepdown[column] as number, p, 1e-9);
      });
      assertEquals(found.superior, reference.rejected, where);
      assertEquals(found.untested, []);
    }
  }
});

Deno.test("effective trials are holdout's three and phacker's", () => {
  for (const { spec, columns } of cases) {
    const found = effectiveTrials(columns);
    for (const method of ["average", "eigenvalue", "participation"] as const) {
      agree(`${method}, ${spec.name}`, found[method], spec.reference.effective[method], 1e-9);
    }
    const { phackerEffective } = spec.reference;
    agree(`phacker, ${spec.name}`, found.participation, phackerEffective, 1e-9);
  }
});

Deno.test("the expected maximum is ffn's", () => {
  for (const { spec, columns } of cases) {
    const sharpes = Float64Array.from(columns, sharpeOf);
    const own = expectedMaximumSharpe(columns.length, varianceOf(sharpes));
    agree(`expected maximum, ${spec.name}`, own, spec.reference.deflated.expected, 1e-9);
  }
});

Deno.test("p-values are adjusted as statsmodels does, and the Sharpe ratios cut accordingly", () => {
  for (const { spec, columns } of cases) {
    const { haircut, best } = spec.reference;
    const trials = columns.map((column) => ({ sharpe: sharpeOf(column), rows: spec.rows }));
    const pValues = Float64Array.from(trials, sharpePValue);
    const others = trials.filter((_, index) => index !== best);
    const cut = haircutSharpe(trials[best] as (typeof trials)[0], others, haircut.trials);
    for (const adjustment of ["bonferroni", "holm", "bhy"] satisfies Adjustment[]) {
      const { adjusted, haircut: sharpe } = haircut[adjustment];
      const own = adjustPValues(pValues, adjustment, haircut.trials);
      // Relative, as what counts of a p-value are its leading digits.
      adjusted.forEach((p, index) => agree(adjustment, (own[index] as number) / p, 1, 1e-12));
      agree("haircut", cut[adjustment] * Math.sqrt(golden.periods), sharpe, 1e-9);
    }
  }
});

Deno.test("the minimum backtest length is the formula's in SciPy, and the paper's five years", () => {
  for (const { trials, sharpe, years } of golden.minimumLength) {
    agree("minimum length", minimumBacktestYears(trials, sharpe), years, 1e-9);
  }
  assertAlmostEquals(minimumBacktestYears(45, 1), 4.998, 0.0005);
  // The paper's bound, eq. 6.
  for (const trials of [2, 45, 1e6]) {
    assert(minimumBacktestYears(trials, 1) < 2 * Math.log(trials));
  }
  assertEquals([minimumBacktestYears(1, 1), minimumBacktestYears(9, 0)], [NaN, NaN]);
});

Deno.test("differences of Sharpe ratios are holdout's", () => {
  for (const { spec, columns } of cases) {
    for (const { first, second, ...reference } of spec.reference.pairs) {
      const found = sharpeDifference(
        columns[first] as Float64Array,
        columns[second] as Float64Array,
      );
      assert(found !== null, spec.name);
      agree("difference", found.difference, reference.difference, 1e-9);
      agree("difference's error", found.error, reference.error, 1e-9);
      agree("difference's p-value", found.pValue, reference.pValue, 1e-9);
      assertEquals(found.bandwidth, reference.bandwidth);
    }
  }
});
