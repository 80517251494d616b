// When btflow and QuantStats agree, and where they must not: the bound and the listed deviations,
// in one place for the golden and the differential test. A deviation is told from the numbers of a
// series, never from its name, and asserts our answer.

import { isUpTo, type Release } from "../../lib/metrics/mod.ts";
import type { Specimen } from "./zoo.ts";

/** A listed deviation: where it applies these metrics are `ours`, whatever QuantStats says. */
interface Deviation {
  readonly reason: string;
  readonly metrics: readonly string[];
  readonly applies: (specimen: Specimen, release: Release) => boolean;
  /** Undefined where this is left out. */
  readonly ours?: (metric: string, values: ReadonlyMap<string, number>) => number | null;
}

/** The smart ratios and those that they are where there is no penalty. */
const PLAIN: Readonly<Record<string, string>> = {
  smart_sharpe_ratio: "sharpe_ratio",
  smart_sortino_ratio: "sortino_ratio",
  smart_adjusted_sortino_ratio: "adjusted_sortino_ratio",
};
const SERIAL = ["autocorrelation_penalty", ...Object.keys(PLAIN)];
const isBefore82 = (release: Release): boolean => isUpTo(release, "0.0.81");
const isBefore83 = (release: Release): boolean => isUpTo(release, "0.0.82");

const DEVIATIONS: readonly Deviation[] = [
  {
    reason: "returns that never vary have a standard deviation of zero",
    metrics: [
      "sharpe_ratio",
      "probabilistic_sharpe_ratio",
      "probabilistic_sortino_ratio",
      "probabilistic_adjusted_sortino_ratio",
      "risk_return_ratio",
      "serenity_index",
      "var",
      "skew",
      "kurtosis",
      "correlation",
      "r_squared",
      "treynor_ratio",
    ],
    applies: ({ values }) => isConstant(values),
  },
  {
    reason: "returns that never vary have a standard deviation of zero",
    metrics: ["cvar"],
    applies: ({ values }, release) => isBefore83(release) && isConstant(values),
  },
  {
    reason: "rows but the last, or but the first, that never vary have no serial correlation",
    metrics: SERIAL,
    applies: (specimen, release) => isBefore82(release) && hasNoCorrelation(specimen),
  },
  {
    reason: "what has no serial correlation has no penalty, where QuantStats computes with noise",
    metrics: SERIAL,
    applies: (specimen, release) => !isBefore82(release) && hasNoCorrelation(specimen),
    ours: (metric, values) => {
      const plain = PLAIN[metric];
      return plain === undefined ? 1 : values.get(plain) ?? null;
    },
  },
  {
    reason: "a drawdown that never changes has a standard deviation of zero",
    metrics: ["serenity_index"],
    applies: ({ values }, release) => isBefore83(release) && isConstant(drawdownOf(values)),
  },
  {
    reason: "a difference that never varies has a standard deviation of zero",
    metrics: ["information_ratio"],
    applies: ({ values, benchmark }) =>
      isConstant(values.map((value, row) => value - (benchmark[row] ?? NaN))),
  },
  {
    reason: "a beta that cannot be computed is undefined, not 0",
    metrics: ["alpha", "beta", "treynor_ratio", "correlation", "r_squared"],
    applies: ({ benchmark }) => benchmark.length < 2 || isConstant(benchmark),
  },
];

function hasNoCorrelation({ values }: Specimen): boolean {
  return isConstant(values) || isConstant(values.slice(1)) || isConstant(values.slice(0, -1));
}

/** Fewer than two rows are not constant: nothing can be said of them. */
function isConstant(values: readonly number[]): boolean {
  if (values.length < 2) return false;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return Math.sqrt(squares / (values.length - 1)) <= 1e-12 * largest;
}

function drawdownOf(values: readonly number[]): number[] {
  let wealth = 1;
  let peak = 1;
  return values.map((value) => {
    wealth *= 1 + value;
    peak = Math.max(peak, wealth);
    return wealth / peak - 1;
  });
}

/** |ours − QuantStats| ≤ 1e-9 · max(1, |QuantStats|), and undefined in the same places. */
export function agree(ours: number | null, theirs: number | null): boolean {
  if (ours === null || theirs === null) return ours === theirs;
  return Math.abs(ours - theirs) <= 1e-9 * Math.max(1, Math.abs(theirs));
}

/** What btflow and QuantStats say of one series that is neither agreement nor a listed deviation. */
export function disagreements(
  specimen: Specimen,
  release: Release,
  setting: string,
  ours: ReadonlyMap<string, number>,
  theirs: Readonly<Record<string, number | null>>,
): string[] {
  const applying = DEVIATIONS.filter(({ applies }) => applies(specimen, release));
  return Object.entries(theirs).flatMap(([metric, reference]) => {
    const own = ours.get(metric) ?? null;
    const deviation = applying.find(({ metrics }) => metrics.includes(metric));
    const right = deviation === undefined
      ? agree(own, reference)
      : own === (deviation.ours?.(metric, ours) ?? null);
    return right ? [] : [
      `${specimen.name} (${setting}): ${metric} is ${own} here, ${reference} in QuantStats ${release}`,
    ];
  });
}
