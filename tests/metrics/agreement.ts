// When btflow and QuantStats agree, and where they must not: the bound and the listed deviations,
// in one place for the golden and the differential test. A deviation is told from the numbers of a
// series, never from its name, and asserts our answer.

import type { Specimen } from "./zoo.ts";

/** A listed deviation: where it applies these metrics are undefined here, whatever QuantStats says. */
interface Deviation {
  readonly reason: string;
  readonly metrics: readonly string[];
  readonly applies: (specimen: Specimen) => boolean;
}

const SERIAL = [
  "autocorrelation_penalty",
  "smart_sharpe_ratio",
  "smart_sortino_ratio",
  "smart_adjusted_sortino_ratio",
];

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
      "cvar",
      "skew",
      "kurtosis",
      "correlation",
      "r_squared",
      "treynor_ratio",
      ...SERIAL,
    ],
    applies: ({ values }) => isConstant(values),
  },
  {
    reason: "rows but the last, or but the first, that never vary have no serial correlation",
    metrics: SERIAL,
    applies: ({ values }) => isConstant(values.slice(1)) || isConstant(values.slice(0, -1)),
  },
  {
    reason: "a drawdown that never changes has a standard deviation of zero",
    metrics: ["serenity_index"],
    applies: ({ values }) => isConstant(drawdownOf(values)),
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
  setting: string,
  ours: ReadonlyMap<string, number>,
  theirs: Readonly<Record<string, number | null>>,
): string[] {
  const ruled = new Set(
    DEVIATIONS.filter(({ applies }) => applies(specimen)).flatMap(({ metrics }) => metrics),
  );
  return Object.entries(theirs).flatMap(([metric, reference]) => {
    const own = ours.get(metric) ?? null;
    const right = ruled.has(metric) ? own === null : agree(own, reference);
    return right
      ? []
      : [`${specimen.name} (${setting}): ${metric} is ${own} here, ${reference} in QuantStats`];
  });
}
