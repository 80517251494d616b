// The six metrics that people look at first: a table of its own, so that what lists runs need not
// load what reads and computes them.

/** One of them. */
export interface KeyMetric {
  /** Its key in the catalogue. */
  readonly name: string;
  /** As people know it. */
  readonly label: string;
  /** True for fractions that are shown as percent. */
  readonly percent: boolean;
}

/** In the order in which they are shown. */
export const KEY_METRICS: readonly KeyMetric[] = [
  { name: "sharpe_ratio", label: "Sharpe Ratio", percent: false },
  { name: "sortino_ratio", label: "Sortino Ratio", percent: false },
  { name: "max_drawdown", label: "Max Drawdown", percent: true },
  { name: "cagr", label: "CAGR", percent: true },
  { name: "win_rate", label: "Win Rate", percent: true },
  { name: "profit_factor", label: "Profit Factor", percent: false },
];
