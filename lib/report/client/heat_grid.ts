// The numbers of the heat map: of each cell the median, how many runs it has, and how its neighbours do.
// A plateau is a result, a single cell is luck.
/// <reference no-default-lib="true" />
/// <reference lib="esnext" />

/** A cell that has runs. */
export interface Cell {
  readonly row: number;
  readonly column: number;
  readonly median: number;
  readonly count: number;
  /** Mean of the medians of the cells around; NaN of fewer than two. */
  readonly around: number;
}

/** Which ways neighbours are looked for: words have no order in which they stand beside each other. */
export interface Ordered {
  readonly down: boolean;
  readonly across: boolean;
}

/** A run's place and value. */
export type Placed = readonly [row: number, column: number, value: number];

/** One neighbour is no plateau. */
const LEAST_NEIGHBOURS = 2;

/** Cells by their place, row by row. */
export function gridOf(
  placed: Iterable<Placed>,
  width: number,
  ordered: Ordered,
): ReadonlyMap<number, Cell> {
  const values = new Map<number, number[]>();
  for (const [row, column, value] of placed) {
    const known = values.get(row * width + column);
    if (known === undefined) values.set(row * width + column, [value]);
    else known.push(value);
  }
  const medians = new Map([...values].map(([key, all]) => [key, medianOf(all)]));
  return new Map([...medians].map(([key, median]) => {
    const [row, column] = [Math.floor(key / width), key % width];
    const near = neighbours(row, column, ordered)
      .filter(([, across]) => across >= 0 && across < width)
      .flatMap(([down, across]) => medians.get(down * width + across) ?? []);
    const around = near.length < LEAST_NEIGHBOURS
      ? NaN
      : near.reduce((sum, value) => sum + value, 0) / near.length;
    return [key, { row, column, median, count: values.get(key)?.length ?? 0, around }];
  }));
}

/** The places around one, up to eight. */
function neighbours(row: number, column: number, { down, across }: Ordered): [number, number][] {
  const steps = (on: boolean): number[] => on ? [-1, 0, 1] : [0];
  return steps(down).flatMap((below) =>
    steps(across).map((beside): [number, number] => [row + below, column + beside])
  ).filter(([at, beside]) => at !== row || beside !== column);
}

/** The cell whose worse number, its own or its neighbours', is the best; null where none has both. */
export function bestPlateau(cells: Iterable<Cell>, isLowGood: boolean): Cell | null {
  const sign = isLowGood ? -1 : 1;
  let [best, most]: [Cell | null, number] = [null, -Infinity];
  for (const cell of cells) {
    const least = Math.min(sign * cell.median, sign * cell.around);
    if (least > most) [best, most] = [cell, least];
  }
  return best;
}

export function medianOf(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? sorted[middle] ?? NaN
    : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
}
