// Where the ticks of the charts over time stand and what they say: uPlot's own are in the words of
// the reader's locale, and too many on a logarithmic axis of growth.

import { DAY_MS } from "../../civil.ts";
import { niceStep } from "../numbers.ts";

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** A tick of the time axis, as long as the step between ticks needs. */
export function timeTick(at: number, step: number): string {
  const text = new Date(at).toISOString();
  const [day = "", time = ""] = text.split("T");
  if (step >= 360 * DAY_MS) return day.slice(0, -6);
  if (step >= 28 * DAY_MS) return `${MONTHS[new Date(at).getUTCMonth()]} ${day.slice(0, -6)}`;
  return step >= DAY_MS ? day : `${day.slice(-5)} ${time.slice(0, 5)}`;
}

/** Factors within a power of ten, from few to many. */
const WITHIN = [[1], [1, 3], [1, 2, 5], [1, 1.5, 2, 3, 5, 7]];
/** As many ticks as tell a shape. */
const WANTED = 5;

/** Growth factors that read well as returns: within powers of ten over a wide range, even steps over a narrow one. */
export function logarithmicTicks(low: number, high: number): number[] {
  if (!(low > 0) || !(high > low)) return [1];
  const ticks: number[] = [];
  if (high / low < 4) {
    const step = niceStep((high - low) / 5);
    for (let index = Math.ceil((low - 1) / step); 1 + index * step <= high; index++) {
      ticks.push(1 + index * step);
    }
    return ticks;
  }
  const from = Math.floor(Math.log10(low));
  const to = Math.ceil(Math.log10(high));
  const skip = Math.max(1, Math.ceil((to - from) / 12));
  const within = (factors: readonly number[]): number[] => {
    const found: number[] = [];
    for (let power = from; power <= to; power += skip) {
      for (const factor of factors) {
        const tick = factor * 10 ** power;
        if (tick >= low && tick <= high) found.push(tick);
      }
    }
    return found;
  };
  const sets = WITHIN.map(within);
  return sets.find((set) => set.length >= WANTED) ?? sets.at(-1) ?? ticks;
}
