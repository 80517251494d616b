// Numbers and dates as the pages write them. One file, so that the same figure reads the same in a
// table, a chart's tooltip and an axis; percent exists only here, where text is made.

import { DAY_MS } from "../civil.ts";
import type { Unit } from "./model.ts";

/** What stands where a figure is undefined. */
export const UNDEFINED_TEXT = "–";

/**
 * A figure as text: percent for fractions and probabilities; two decimals, so that a column can be read
 * down. One that two decimals would make nothing is said to be less than they show. NaN is an en dash.
 */
export function formatFigure(value: number, unit: Unit): string {
  if (Number.isNaN(value)) return UNDEFINED_TEXT;
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  if (unit === "count") return grouped(value, 0);
  if (unit === "days" || unit === "periods") return grouped(value, Number.isInteger(value) ? 0 : 1);
  if (unit === "money") return grouped(value, 2);
  if (unit === "ratio") return twoDecimals(value, "");
  const percent = value * 100;
  return Number.isFinite(percent) ? twoDecimals(percent, "%") : formatFigure(percent, "ratio");
}

function twoDecimals(value: number, sign: string): string {
  const isSmall = value !== 0 && Math.abs(value) < 0.005;
  if (isSmall) return value > 0 ? `< 0.01${sign}` : `> −0.01${sign}`;
  return grouped(value, 2) + sign;
}

/** How far a figure is from another: `+1.20`, in points where the figures are percent. */
export function formatDifference(value: number, unit: Unit): string {
  if (!Number.isFinite(value)) return UNDEFINED_TEXT;
  const shown = unit === "fraction" || unit === "probability" ? value * 100 : value;
  const text = grouped(Math.abs(shown), unit === "count" || unit === "days" ? 0 : 2);
  return /[1-9]/.test(text) ? `${value < 0 ? "−" : "+"}${text}` : text;
}

/** Of more characters there is no room at the end of a curve. */
const MOST_BRIEF = 8;

/** As `formatFigure`, without decimals where it is long: `200.50%`, `13,587%`, `1.2e7%`. */
export function formatBriefly(value: number, unit: Unit): string {
  const text = formatFigure(value, unit);
  const percent = unit === "fraction" || unit === "probability";
  const shown = percent ? value * 100 : value;
  if (text.length <= MOST_BRIEF || !Number.isFinite(shown)) return text;
  const brief = Math.abs(shown) < 1e6
    ? grouped(shown, 0)
    : shown.toExponential(1).replace("e+", "e").replace("-", "−");
  return brief + (percent ? "%" : "");
}

/** A fraction as percent without its sign: a cell of the heat map. */
export function formatPercent(value: number, decimals: number = 2): string {
  if (!Number.isFinite(value)) return UNDEFINED_TEXT;
  return Math.abs(value) >= 1e13
    ? formatFigure(value * 100, "ratio")
    : fixed(value * 100, decimals);
}

/** Money in about three digits, where there are many amounts: `0.042`, `−12.3`, `1,234`, `12.3k`, `4.5M`. */
export function formatAmount(value: number): string {
  if (!Number.isFinite(value)) return UNDEFINED_TEXT;
  const size = Math.abs(value);
  if (size >= 1e9) return grouped(value, 0);
  if (size >= 1e6) return `${fixed(value / 1e6, 1)}M`;
  if (size >= 1e4) return `${fixed(value / 1e3, 1)}k`;
  if (size >= 100 || size === 0) return fixed(value, 0);
  return fixed(value, Math.min(8, 2 - Math.floor(Math.log10(size))));
}

function grouped(value: number, decimals: number): string {
  const size = Math.abs(value);
  if (size >= 1e15) return value.toExponential(2).replace("-", "−");
  return fixed(value, decimals);
}

function fixed(value: number, decimals: number): string {
  const [whole = "0", fraction] = Math.abs(value).toFixed(decimals).split(".");
  const text = whole.replace(/\B(?=(\d{3})+$)/g, ",") +
    (fraction === undefined ? "" : `.${fraction}`);
  return value < 0 && /[1-9]/.test(text) ? `−${text}` : text;
}

/** `2020-01-31`, with the time of day when it is not midnight; a dash for NaN. */
export function formatDate(timeMs: number): string {
  if (!Number.isFinite(timeMs) || Math.abs(timeMs) > 8.64e15) return UNDEFINED_TEXT;
  const text = new Date(timeMs).toISOString();
  const day = text.slice(0, text.indexOf("T"));
  return timeMs % DAY_MS === 0 ? day : `${day} ${text.slice(-13, -8)}`;
}

/** The step between an axis' ticks: 1, 2, 5 or 10 times a power of ten, and, but for rounding, no less than `least`. */
export function niceStep(least: number): number {
  const size = 10 ** Math.floor(Math.log10(least));
  return [1, 2, 5, 10].map((factor) => factor * size).find((step) => step >= least * 0.999) ?? size;
}

/**
 * An axis tick: as few decimals as the step between ticks needs, a power of ten where that is
 * shorter. Never fewer digits than tell it from its neighbours.
 */
export function formatTick(value: number, step: number, unit: Unit): string {
  const percent = unit === "fraction" || unit === "probability";
  const scale = percent ? 100 : 1;
  const sign = percent ? "%" : "";
  const size = Math.abs(step * scale);
  const shown = Number((value * scale).toPrecision(12));
  if (shown !== 0 && (Math.abs(shown) >= 1e7 || size < 1e-4)) {
    return Number(shown.toPrecision(6)).toExponential().replaceAll("-", "−") + sign;
  }
  let decimals = 0;
  while (decimals < 8 && Math.abs(size - Number(size.toFixed(decimals))) > size * 1e-6) decimals++;
  return fixed(shown, size < 1e-4 ? 0 : decimals) + sign;
}

/**
 * A number with this many significant digits, and never fewer than four decimals, which are the two
 * of a percentage: what a chart's data needs to tell the same figure as the tables.
 */
export function significant(value: number, digits: number): number | null {
  if (!Number.isFinite(value)) return null;
  const decimals = digits - 1 - Math.floor(Math.log10(Math.abs(value)));
  return Number(decimals >= 4 ? value.toPrecision(digits) : value.toFixed(4));
}

/** A growth factor whose gain has that many digits too: a curve that hardly moves has its shape. */
export function significantGrowth(factor: number, digits: number): number | null {
  const gain = factor - 1;
  if (!(Math.abs(gain) < Math.abs(factor))) return significant(factor, digits);
  return Number((1 + (significant(gain, digits) ?? NaN)).toPrecision(15));
}
