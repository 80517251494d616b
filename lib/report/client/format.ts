// Numbers and dates in the browser: axes, legends and tooltips. It shares its rules with the page's
// tables by importing the same functions, so a tooltip never disagrees with a table.

import type { Unit } from "../model.ts";
import { formatDate, formatFigure } from "../numbers.ts";

/** An axis tick: as few decimals as the step between ticks needs. */
export function formatTick(value: number, step: number, unit: Unit): string {
  const percent = unit === "fraction" || unit === "probability";
  const scale = percent ? 100 : 1;
  const size = Math.abs(step * scale);
  let decimals = 0;
  while (decimals < 8 && Math.abs(size - Number(size.toFixed(decimals))) > size * 1e-6) decimals++;
  const shown = value * scale;
  if (Math.abs(shown) >= 1e7) {
    return shown.toExponential(0).replace("-", "−") + (percent ? "%" : "");
  }
  const text = Math.abs(shown).toLocaleString("en-US", {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  });
  return `${shown < 0 && /[1-9]/.test(text) ? "−" : ""}${text}${percent ? "%" : ""}`;
}

export { formatDate, formatFigure };
