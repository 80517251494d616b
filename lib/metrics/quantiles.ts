// Quantiles without sorting. Only the values that share a bin with one that is asked for are copied and
// put in order; the rest are counted, which takes no memory and no branch that a processor cannot guess.

/**
 * Quantiles with linear interpolation between order statistics (Hyndman and Fan's type 7, the
 * default of NumPy, pandas and R), NaN where one of the values is. Probabilities ascend; the values
 * are left as they are.
 */
export function quantilesOf(values: Float64Array, probabilities: readonly number[]): number[] {
  const count = values.length;
  if (count === 0) return probabilities.map(() => NaN);
  const ranks: number[] = [];
  for (const probability of probabilities) {
    const low = Math.floor((count - 1) * probability);
    for (const rank of [low, Math.min(low + 1, count - 1)]) {
      if (rank > (ranks.at(-1) ?? -1)) ranks.push(rank);
    }
  }
  const found = (count < BINNED_FROM ? null : selectBinned(values, ranks)) ??
    selectSorted(values, ranks);
  const atRank = (rank: number): number => found[ranks.indexOf(rank)] as number;
  return probabilities.map((probability) => {
    const position = (count - 1) * probability;
    const low = Math.floor(position);
    const share = position - low;
    const from = atRank(low);
    const to = atRank(Math.min(low + 1, count - 1));
    // NumPy's form of the interpolation: from the nearer end.
    return share < 0.5 ? from + (to - from) * share : to - (to - from) * (1 - share);
  });
}

/** The values at ranks, of any values. */
function selectSorted(values: Float64Array, ranks: readonly number[]): Float64Array {
  // NaN comes last.
  const sorted = values.slice().sort();
  const isNumbers = !Number.isNaN(sorted.at(-1));
  return Float64Array.from(ranks, (rank) => isNumbers ? sorted[rank] as number : NaN);
}

/** Shorter series are in order sooner than they are counted. */
const BINNED_FROM = 128;
const ROWS_A_BIN = 4;
const MOST_BINS = 4096;

/** The values at ascending ranks: bins of equal width are in order; null where there can be none. */
function selectBinned(values: Float64Array, ranks: readonly number[]): Float64Array | null {
  let lowest = Infinity;
  let highest = -Infinity;
  let odd = 0;
  for (let row = 0; row < values.length; row++) {
    const value = values[row] as number;
    odd += value - value;
    if (value < lowest) lowest = value;
    if (value > highest) highest = value;
  }
  const bins = Math.min(MOST_BINS, Math.ceil(values.length / ROWS_A_BIN));
  const scale = (bins - 1) / (highest - lowest);
  if (odd !== 0 || !(scale > 0 && scale < Infinity)) return null;
  const counts = new Uint32Array(bins);
  for (let row = 0; row < values.length; row++) {
    const bin = (((values[row] as number) - lowest) * scale) | 0;
    counts[bin] = (counts[bin] as number) + 1;
  }
  const { wanted, kept, places } = chooseBins(counts, ranks);
  const work = new Float64Array(kept);
  let next = 0;
  for (let row = 0; row < values.length; row++) {
    const value = values[row] as number;
    if (wanted[((value - lowest) * scale) | 0] === 1) work[next++] = value;
  }
  return select(work, places);
}

interface ChosenBins {
  /** 1 for each bin that holds a rank. */
  readonly wanted: Uint8Array;
  /** How many values those bins hold. */
  readonly kept: number;
  /** The ranks among those values. */
  readonly places: readonly number[];
}

function chooseBins(counts: Uint32Array, ranks: readonly number[]): ChosenBins {
  const wanted = new Uint8Array(counts.length);
  const places: number[] = [];
  let below = 0;
  let kept = 0;
  let left = 0;
  for (let bin = 0; bin < counts.length && places.length < ranks.length; bin++) {
    const inBin = counts[bin] as number;
    while ((ranks[places.length] ?? Infinity) < below + inBin) {
      wanted[bin] = 1;
      places.push((ranks[places.length] as number) - left);
    }
    if (wanted[bin] === 1) kept += inBin;
    else left += inBin;
    below += inBin;
  }
  return { wanted, kept, places };
}

/** The values at ascending ranks; `work` is put in order as far as needed. */
function select(work: Float64Array, ranks: readonly number[]): Float64Array {
  placeRanks(work, ranks, 0, ranks.length, 0, work.length - 1);
  return Float64Array.from(ranks, (rank) => work[rank] as number);
}

/** Below this length the engine's own sort beats further partitioning. */
const SORT_BELOW = 48;

/** Brings each of `ranks[first..last)` to its sorted place within `work[left..right]`. */
function placeRanks(
  work: Float64Array,
  ranks: readonly number[],
  first: number,
  last: number,
  left: number,
  right: number,
): void {
  if (first >= last || left >= right) return;
  const middle = (first + last) >> 1;
  const rank = ranks[middle] as number;
  placeRank(work, rank, left, right);
  placeRanks(work, ranks, first, middle, left, rank - 1);
  placeRanks(work, ranks, middle + 1, last, rank + 1, right);
}

/** Hoare's selection, median of three; sorts what is left when the pivots keep being poor. */
function placeRank(work: Float64Array, rank: number, left: number, right: number): void {
  let budget = 2 * Math.ceil(Math.log2(right - left + 2)) + 8;
  while (right - left >= SORT_BELOW && budget-- > 0) {
    const pivot = medianOfThree(
      work[left] as number,
      work[(left + right) >> 1] as number,
      work[right] as number,
    );
    let low = left;
    let high = right;
    while (low <= high) {
      while ((work[low] as number) < pivot) low++;
      while ((work[high] as number) > pivot) high--;
      if (low > high) break;
      const swapped = work[low] as number;
      work[low++] = work[high] as number;
      work[high--] = swapped;
    }
    if (rank <= high) right = high;
    else if (rank >= low) left = low;
    else return;
  }
  work.subarray(left, right + 1).sort();
}

function medianOfThree(first: number, second: number, third: number): number {
  return Math.max(Math.min(first, second), Math.min(Math.max(first, second), third));
}
