// Fewer points of a line that still looks the same: each stretch of rows keeps its lowest and
// highest, so no extreme is lost whatever the number of points, and it takes one pass.

/** The fewest points that can hold both ends and both extremes. */
export const FEWEST_POINTS = 4;

/**
 * The rows to keep of a line so that at most `points` are left: both ends, and the lowest and the
 * highest of each of equally long stretches. NaN is no point. All rows when they are few enough.
 *
 * Throws `RangeError` below 4 points, which could not hold ends and extremes.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(thin(Float64Array.of(0, 5, 1, 2, -3, 1), 4), [0, 1, 4, 5]);
 * ```
 */
export function thin(values: Float64Array, points: number): number[] {
  if (!(points >= FEWEST_POINTS)) {
    throw new RangeError(
      `Cannot thin a series to ${points} points: ${FEWEST_POINTS} are needed for its ends and extremes`,
    );
  }
  let first = 0;
  let last = values.length - 1;
  while (first <= last && Number.isNaN(values[first])) first++;
  while (last >= first && Number.isNaN(values[last])) last--;
  if (last - first < points) return definedRows(values, first, last);
  const stretches = Math.floor((points - 2) / 2);
  const inner = last - first - 1;
  const kept = [first];
  for (let stretch = 0; stretch < stretches; stretch++) {
    const from = first + 1 + Math.floor(stretch * inner / stretches);
    const to = first + 1 + Math.floor((stretch + 1) * inner / stretches);
    kept.push(...extremeRows(values, from, to));
  }
  kept.push(last);
  return kept;
}

function definedRows(values: Float64Array, first: number, last: number): number[] {
  const rows: number[] = [];
  for (let row = first; row <= last; row++) if (!Number.isNaN(values[row])) rows.push(row);
  return rows;
}

/** The rows of the lowest and highest value of a stretch, in order; one where they are the same. */
function extremeRows(values: Float64Array, from: number, to: number): number[] {
  let lowest = -1;
  let highest = -1;
  for (let row = from; row < to; row++) {
    const value = values[row] as number;
    if (Number.isNaN(value)) continue;
    if (lowest < 0 || value < (values[lowest] as number)) lowest = row;
    if (highest < 0 || value > (values[highest] as number)) highest = row;
  }
  if (lowest < 0) return [];
  if (lowest === highest) return [lowest];
  return lowest < highest ? [lowest, highest] : [highest, lowest];
}
