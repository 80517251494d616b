// The strategy in one sentence, made of figures: what it earned, beside what, at which risk, and its
// worst fall. It has no opinion.

import type { Drawdown, Figure, Ruin } from "./model.ts";
import { formatDate, formatFigure } from "./numbers.ts";

/** What the sentence is made of. */
export interface SentenceFacts {
  readonly figures: ReadonlyMap<string, Pick<Figure, "strategy" | "benchmark">>;
  readonly benchmarkName: string | null;
  readonly dated: boolean;
  readonly start: number;
  readonly end: number;
  readonly rows: number;
  readonly years: number;
  /** Whether figures a year are worth saying. */
  readonly annual: boolean;
  readonly ruin: Ruin | null;
  /** The deepest. */
  readonly worst: Drawdown | undefined;
}

/** The sentence with its full stop; nothing where there is nothing to say. */
export function sentenceOf(facts: SentenceFacts): string {
  // Where everything was lost the notice below says so, and nothing else counts.
  const parts = facts.ruin === null ? [earned(facts), beside(facts), fallen(facts)] : [];
  const said = parts.filter((part) => part !== "").join("; ");
  return said === "" ? "" : `${said}.`;
}

function valueOf({ figures }: SentenceFacts, name: string): number {
  return figures.get(name)?.strategy ?? NaN;
}

function percent(value: number): string {
  return formatFigure(value, "fraction");
}

function span({ dated, start, end, rows, years }: SentenceFacts): string {
  if (!dated) return `over ${formatFigure(rows, "count")} rows`;
  const [from, to] = [start, end].map((at) => formatDate(at).slice(0, years < 3 ? 10 : 4));
  return from === to ? `in ${from}` : `from ${from} to ${to}`;
}

function earned(facts: SentenceFacts): string {
  const [annual, total] = [valueOf(facts, "cagr"), valueOf(facts, "total_return")];
  const volatility = valueOf(facts, "volatility");
  if (!facts.annual) {
    return Number.isFinite(total) ? `${percent(total)} ${span(facts)}` : "";
  }
  if (!Number.isFinite(annual)) return "";
  const risk = Number.isFinite(volatility) ? ` at ${percent(volatility)} volatility` : "";
  return `${percent(annual)} a year ${span(facts)}${risk}`;
}

function beside(facts: SentenceFacts): string {
  const { figures, benchmarkName, annual } = facts;
  const earning = figures.get(annual ? "cagr" : "total_return");
  const ahead = (earning?.strategy ?? NaN) - (earning?.benchmark ?? NaN);
  if (benchmarkName === null || !Number.isFinite(ahead)) return "";
  const points = Math.abs(ahead * 100).toFixed(2);
  const risks = figures.get("volatility");
  const ratio = (risks?.strategy ?? NaN) / (risks?.benchmark ?? NaN);
  const risk = Number.isFinite(ratio) && annual
    ? ` with ${formatFigure(ratio, "ratio")} times its volatility`
    : "";
  return `${points} points${annual ? " a year" : ""} ${
    ahead < 0 ? "behind" : "ahead of"
  } ${benchmarkName}${risk}`;
}

function fallen({ worst, dated }: SentenceFacts): string {
  if (worst === undefined) return "";
  const at = (time: number): string => dated ? formatDate(time).slice(0, 10) : `row ${time}`;
  const end = worst.end === null ? "not recovered yet" : `recovered ${at(worst.end)}`;
  return `worst fall ${percent(worst.depth)} from ${at(worst.start)} to ${
    at(worst.valley)
  }, ${end}`;
}
