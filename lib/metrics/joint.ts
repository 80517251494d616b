// A strategy beside its benchmark: the means and central products of both and of their
// difference, in two passes and without an array of its own.

import { BLOCK_ROWS, compensatedSum, growthOf, sumOf, withoutNoise } from "./kernel.ts";

/** Two return series joined on equal dates. */
export interface JoinedBenchmark {
  /** Times in ms, ascending. */
  readonly dates: Float64Array;
  readonly strategy: Float64Array;
  readonly benchmark: Float64Array;
  /** Periods a year of these rows, where they are not those of the series. */
  readonly periods?: number;
}

/** What benchmark metrics share. Deviations are sample ones (n − 1), rounding noise counting as 0. */
export interface Joint {
  readonly series: JoinedBenchmark;
  /** Number of joined rows. */
  readonly count: number;
  readonly strategyMean: number;
  readonly benchmarkMean: number;
  readonly strategyDeviation: number;
  readonly benchmarkDeviation: number;
  /** Sample variance of the benchmark. */
  readonly benchmarkVariance: number;
  /** Sample covariance. */
  readonly covariance: number;
  /** Mean of strategy less benchmark. */
  readonly differenceMean: number;
  /** Deviation of strategy less benchmark. */
  readonly differenceDeviation: number;
  /** Sum of the strategy in the rows in which the benchmark gained. */
  readonly gainTaken: number;
  /** Sum of the benchmark in those rows. */
  readonly gainOffered: number;
  /** Sum of the strategy in the rows in which it lost. */
  readonly lossTaken: number;
  /** Sum of the benchmark in those rows. */
  readonly lossOffered: number;
  /** Compounded return of the joined strategy; NaN after a return ≤ −1. */
  readonly strategyTotal: number;
}

/** Reads the shared figures. Throws `RangeError` for unequal lengths or a value that is not finite. */
export function readJoint(series: JoinedBenchmark): Joint {
  const { strategy, benchmark, dates } = series;
  if (strategy.length !== benchmark.length || dates.length !== strategy.length) {
    throw new RangeError(
      `Cannot join a benchmark of ${benchmark.length} rows with ${strategy.length} returns and ${dates.length} dates`,
    );
  }
  const count = strategy.length;
  const strategyMean = sumOf(strategy) / count;
  const benchmarkMean = sumOf(benchmark) / count;
  if (count > 0 && !Number.isFinite(strategyMean + benchmarkMean)) {
    throw new RangeError("Cannot use a joined benchmark with values that are not finite");
  }
  const spread = readProducts(strategy, benchmark, strategyMean, benchmarkMean);
  const rows = count < 2 ? NaN : count - 1;
  const strategyDeviation = withoutNoise(
    Math.sqrt(spread.strategy / rows),
    spread.largestStrategy,
  );
  const benchmarkDeviation = withoutNoise(
    Math.sqrt(spread.benchmark / rows),
    spread.largestBenchmark,
  );
  return {
    series,
    count,
    strategyMean,
    benchmarkMean,
    strategyDeviation,
    benchmarkDeviation,
    benchmarkVariance: benchmarkDeviation === 0 ? 0 : spread.benchmark / rows,
    // What never varies varies with nothing: the products are then noise, and so is their ratio.
    covariance: strategyDeviation === 0 ? 0 : spread.product / rows,
    differenceMean: spread.differenceMean,
    differenceDeviation: withoutNoise(
      Math.sqrt(spread.difference / rows),
      spread.largestDifference,
    ),
    ...readCaptures(strategy, benchmark),
    strategyTotal: strategy.some((value) => value <= -1) ? NaN : growthOf(strategy) - 1,
  };
}

interface Products {
  readonly strategy: number;
  readonly benchmark: number;
  readonly product: number;
  readonly difference: number;
  readonly differenceMean: number;
  readonly largestStrategy: number;
  readonly largestBenchmark: number;
  readonly largestDifference: number;
}

function readProducts(
  strategy: Float64Array,
  benchmark: Float64Array,
  strategyMean: number,
  benchmarkMean: number,
): Products {
  const sums = [1, 2, 3, 4, 5].map(compensatedSum);
  const count = strategy.length;
  const meanGap = strategyMean - benchmarkMean;
  let largestStrategy = 0;
  let largestBenchmark = 0;
  let largestDifference = 0;
  for (let start = 0; start < count; start += BLOCK_ROWS) {
    const end = Math.min(count, start + BLOCK_ROWS);
    let ownSquares = 0;
    let otherSquares = 0;
    let product = 0;
    let gapSquares = 0;
    let gapSum = 0;
    for (let row = start; row < end; row++) {
      const own = strategy[row] as number;
      const other = benchmark[row] as number;
      const gap = own - other;
      largestStrategy = Math.max(largestStrategy, Math.abs(own));
      largestBenchmark = Math.max(largestBenchmark, Math.abs(other));
      largestDifference = Math.max(largestDifference, Math.abs(gap));
      ownSquares += (own - strategyMean) ** 2;
      otherSquares += (other - benchmarkMean) ** 2;
      product += (own - strategyMean) * (other - benchmarkMean);
      gapSquares += (gap - meanGap) ** 2;
      gapSum += gap;
    }
    [ownSquares, otherSquares, product, gapSquares, gapSum].forEach((part, index) =>
      sums[index]?.add(part)
    );
  }
  const [own = NaN, other = NaN, product = NaN, gap = NaN, gapSum = NaN] = sums.map((sum) =>
    sum.value()
  );
  return {
    strategy: own,
    benchmark: other,
    product,
    difference: gap,
    differenceMean: gapSum / count,
    largestStrategy,
    largestBenchmark,
    largestDifference,
  };
}

interface Captures {
  readonly gainTaken: number;
  readonly gainOffered: number;
  readonly lossTaken: number;
  readonly lossOffered: number;
}

function readCaptures(strategy: Float64Array, benchmark: Float64Array): Captures {
  const [gainTaken, gainOffered, lossTaken, lossOffered] = [
    compensatedSum(),
    compensatedSum(),
    compensatedSum(),
    compensatedSum(),
  ];
  for (let row = 0; row < benchmark.length; row++) {
    const offered = benchmark[row] as number;
    if (offered > 0) {
      gainTaken.add(strategy[row] as number);
      gainOffered.add(offered);
    } else if (offered < 0) {
      lossTaken.add(strategy[row] as number);
      lossOffered.add(offered);
    }
  }
  return {
    gainTaken: gainTaken.value(),
    gainOffered: gainOffered.value(),
    lossTaken: lossTaken.value(),
    lossOffered: lossOffered.value(),
  };
}
