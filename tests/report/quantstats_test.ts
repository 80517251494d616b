// Beside QuantStats' own report of the same returns: each of its figures is in the model, with the
// same number. Where QuantStats' table changes because a benchmark is passed, it is its table
// without one that is the definition; each such row is named here.

import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { execFileSync } from "node:child_process";
import { present } from "../../lib/errors.ts";
import { computeMetrics } from "../../lib/metrics/mod.ts";
import { buildModel, type TimeChart } from "../../lib/report/mod.ts";
import { formatDate } from "../../lib/report/numbers.ts";
import { python, pythonTest, repository } from "../helpers/python.ts";
import { examplePair, OPTIONS } from "./samples.ts";

interface LineFacts {
  readonly last: number;
  readonly mean: number;
  readonly least: number;
  readonly most: number;
}

interface Reference {
  readonly alone: Readonly<Record<string, string>>;
  readonly beside: Readonly<Record<string, string>>;
  readonly benchmark: Readonly<Record<string, string>>;
  readonly drawdowns: readonly (readonly [string, string, string, number, number])[];
  readonly years: readonly (readonly [number, number, number, number])[];
  readonly months: readonly (readonly number[])[];
  readonly matched: number;
  readonly volatility: LineFacts;
  readonly benchmark_volatility: LineFacts;
  readonly sharpe: LineFacts;
  readonly sortino: LineFacts;
  readonly beta: LineFacts;
  readonly long_beta: LineFacts;
}

/** QuantStats' rows and the metric that is the same figure. */
const ROWS: Readonly<Record<string, string>> = {
  "Time in Market": "exposure",
  "Cumulative Return": "total_return",
  "CAGR﹪": "cagr",
  "Sharpe": "sharpe_ratio",
  "Prob. Sharpe Ratio": "probabilistic_sharpe_ratio",
  "Smart Sharpe": "smart_sharpe_ratio",
  "Sortino": "sortino_ratio",
  "Smart Sortino": "smart_sortino_ratio",
  "Sortino/√2": "adjusted_sortino_ratio",
  "Smart Sortino/√2": "smart_adjusted_sortino_ratio",
  "Omega": "omega_ratio",
  "Max Drawdown": "max_drawdown",
  "Longest DD Days": "longest_drawdown_days",
  "Volatility (ann.)": "volatility",
  "R^2": "r_squared",
  "Information Ratio": "information_ratio",
  "Calmar": "calmar_ratio",
  "Skew": "skew",
  "Kurtosis": "kurtosis",
  "Ulcer Performance Index": "ulcer_performance_index",
  "Risk-Adjusted Return": "risk_adjusted_return",
  "Risk-Return Ratio": "risk_return_ratio",
  "Avg. Return": "avg_return",
  "Avg. Win": "avg_win",
  "Avg. Loss": "avg_loss",
  "Win/Loss Ratio": "payoff_ratio",
  "Profit Ratio": "profit_ratio",
  "Expected Daily": "expected_return",
  "Expected Monthly": "expected_return_monthly",
  "Expected Yearly": "expected_return_yearly",
  "Kelly Criterion": "kelly_criterion",
  "Risk of Ruin": "risk_of_ruin",
  "Daily Value-at-Risk": "var",
  "Expected Shortfall (cVaR)": "cvar",
  "Max Consecutive Wins": "consecutive_wins",
  "Max Consecutive Losses": "consecutive_losses",
  "Gain/Pain Ratio": "gain_to_pain_ratio",
  "Gain/Pain (1M)": "gain_to_pain_ratio_monthly",
  "Payoff Ratio": "payoff_ratio",
  "Profit Factor": "profit_factor",
  "Common Sense Ratio": "common_sense_ratio",
  "CPC Index": "cpc_index",
  "Tail Ratio": "tail_ratio",
  "Outlier Win Ratio": "outlier_win_ratio",
  "Outlier Loss Ratio": "outlier_loss_ratio",
  "MTD": "return_mtd",
  "3M": "return_3m",
  "6M": "return_6m",
  "YTD": "return_ytd",
  "1Y": "return_1y",
  "3Y (ann.)": "cagr_3y",
  "5Y (ann.)": "cagr_5y",
  "10Y (ann.)": "cagr_10y",
  "All-time (ann.)": "cagr",
  "Best Day": "best_day",
  "Worst Day": "worst_day",
  "Best Month": "best_month",
  "Worst Month": "worst_month",
  "Best Year": "best_year",
  "Worst Year": "worst_year",
  "Avg. Drawdown": "avg_drawdown",
  "Avg. Drawdown Days": "avg_drawdown_days",
  "Recovery Factor": "recovery_factor",
  "Ulcer Index": "ulcer_index",
  "Serenity Index": "serenity_index",
  "Avg. Up Month": "avg_up_month",
  "Avg. Down Month": "avg_down_month",
  "Win Days": "win_rate",
  "Win Month": "win_rate_monthly",
  "Win Quarter": "win_rate_quarterly",
  "Win Year": "win_rate_yearly",
  "Beta": "beta",
  "Alpha": "alpha",
  "Correlation": "correlation",
  "Treynor Ratio": "treynor_ratio",
};

/** Rows that are facts of the page, not metrics: they stand in its head and its drawdown table. */
const FACTS = [
  "Start Period",
  "End Period",
  "Risk-Free Rate",
  "Max DD Date",
  "Max DD Period Start",
  "Max DD Period End",
];

/** With a benchmark QuantStats averages these over the rows on which both won, or both lost. */
const CHANGED_BY_BENCHMARK = [
  "Avg. Win",
  "Avg. Loss",
  "Win/Loss Ratio",
  "Payoff Ratio",
  "Kelly Criterion",
  "CPC Index",
  "Avg. Up Month",
  "Avg. Down Month",
];

const { returns, joined } = examplePair();
const model = buildModel(returns, joined, { ...OPTIONS, benchmarkName: "NASDAQ" });
const figures = new Map(
  model.groups.flatMap((group) => group.figures).map((one) => [one.name, one]),
);

/** What is shown rounded to two decimals, of a percent where it says so. */
function assertShown(shown: string, ours: number, row: string): void {
  const percent = shown.endsWith("%");
  const theirs = Number(shown.replace(/[%,]/g, ""));
  const step = row === "Avg. Drawdown Days" ? 0.5 : 0.005;
  assertAlmostEquals(percent ? ours * 100 : ours, theirs, step * 1.001, row);
}

function chartOf(id: string): TimeChart {
  const chart = model.charts.find((one) => one.id === id);
  assert(chart !== undefined, id);
  return chart;
}

/** A line's last value, extremes and the level drawn at its mean; thinning keeps the first two. */
function assertLine(values: readonly (number | null)[] | undefined, facts: LineFacts): void {
  const known = (values ?? []).filter((value) => value !== null);
  assertAlmostEquals(known.at(-1) ?? NaN, facts.last, 1e-9);
  assertAlmostEquals(Math.min(...known), facts.least, 1e-9);
  assertAlmostEquals(Math.max(...known), facts.most, 1e-9);
}

pythonTest({
  name: "each figure of QuantStats' report is there with the same number",
  fn: async (context) => {
    const script = new URL("quantstats_reference.py", import.meta.url).pathname;
    const examples = ["sp500", "nasdaq"].map((name) => `examples/${name}_returns.csv`);
    const output = execFileSync(python(), [script, ...examples], {
      cwd: repository,
      encoding: "utf8",
    });
    const reference = JSON.parse(output.slice(output.indexOf("{"))) as Reference;

    await context.step("the metrics table without a benchmark", () => {
      assertRows(reference.alone, []);
    });
    await context.step("the metrics table beside a benchmark", () => {
      assertRows(reference.beside, CHANGED_BY_BENCHMARK);
      assertEquals(
        ["Beta", "Alpha", "Correlation", "Treynor Ratio"].filter((row) => row in reference.beside)
          .length,
        4,
      );
    });
    await context.step("the ten worst drawdowns", () => {
      assertEquals(reference.drawdowns.length, model.drawdowns.length);
      reference.drawdowns.forEach(([start, valley, end, days, depth], index) => {
        const own = model.drawdowns[index];
        assert(own !== undefined);
        const lasts = end === formatDate(model.end);
        assertEquals([
          formatDate(own.start),
          formatDate(own.valley),
          own.end === null ? null : formatDate(own.end),
        ], [start, valley, lasts ? null : dateAfter(end)]);
        assertEquals(own.days, days);
        assertAlmostEquals(own.depth * 100, depth, 1e-9);
      });
      const worst = reference.beside;
      assertEquals(worst["Max DD Period Start"], formatDate(model.drawdowns[0]?.start ?? NaN));
      assertEquals(worst["Max DD Date"], formatDate(model.drawdowns[0]?.valley ?? NaN));
      assertEquals(
        dateAfter(worst["Max DD Period End"] ?? ""),
        formatDate(model.drawdowns[0]?.end ?? NaN),
      );
    });
    await context.step("the benchmark's worst drawdown", () => {
      const { benchmarkDrawdown: own, end } = model;
      const worst = reference.benchmark;
      assert(own !== null);
      assertEquals(worst["Max DD Period Start"], formatDate(own.start));
      assertEquals(worst["Max DD Date"], formatDate(own.valley));
      const ended = worst["Max DD Period End"] ?? "";
      assertEquals(own.end === null ? ended : dateAfter(ended), formatDate(own.end ?? end));
      assertEquals(worst["Longest DD Days"], String(own.days));
      assertShown(worst["Max Drawdown"] ?? "", own.depth, "Max Drawdown");
    });
    await context.step("end-of-year returns", () => {
      assertEquals(model.years.map((row) => row.year), reference.years.map(([year]) => year));
      reference.years.forEach(([, own, other, multiple], index) => {
        const row = model.years[index];
        assertAlmostEquals((row?.strategy ?? NaN) * 100, own, 1e-9);
        assertAlmostEquals((row?.benchmark ?? NaN) * 100, other, 1e-9);
        assertAlmostEquals(row?.multiple ?? NaN, multiple, 1e-9);
      });
    });
    await context.step("the monthly heat map", () => {
      reference.months.forEach(([year, ...cells], index) => {
        const row = model.months[index];
        assertEquals(row?.year, year);
        [...row?.months ?? [], row?.total ?? NaN].forEach((value, column) =>
          assertAlmostEquals(value, cells[column] ?? NaN, 1e-12)
        );
      });
    });
    await context.step("the charts over time", () => {
      const matched = chartOf("cumulative").views[0]?.lines[0]?.values.at(-1) ?? NaN;
      assertAlmostEquals(matched - 1, reference.matched, 1e-9);
      const [strategy, benchmark] = chartOf("rolling-volatility").lines;
      assertLine(strategy?.values, reference.volatility);
      assertLine(benchmark?.values, reference.benchmark_volatility);
      assertLine(chartOf("rolling-sharpe").lines[0]?.values, reference.sharpe);
      assertLine(chartOf("rolling-sortino").lines[0]?.values, reference.sortino);
      const [short, long] = chartOf("rolling-beta").lines;
      assertLine(long?.values, reference.long_beta);
      assertLine(short?.values, reference.beta);
      for (const name of ["volatility", "sharpe", "sortino"] as const) {
        assertAlmostEquals(
          chartOf(`rolling-${name}`).levels[0]?.value ?? NaN,
          reference[name].mean,
          1e-9,
        );
      }
    });
  },
});

/** QuantStats shows the last date below the peak, we the one on which it was reached again. */
function dateAfter(end: string): string {
  const dates = present(returns.dates, "dates");
  const row = dates.findIndex((date) => formatDate(date) === end);
  return formatDate(dates[row + 1] ?? NaN);
}

/** Since 0.0.85 the report takes ten years for 119 months; cagr_10y keeps the 120 that it had. */
function cagrOf119Months(): number {
  const dates = present(returns.dates, "dates");
  const last = new Date(dates.at(-1) ?? NaN);
  const month = new Date(Date.UTC(last.getUTCFullYear(), last.getUTCMonth() - 119 + 1, 0));
  const from = Math.min(month.getTime(), month.setUTCDate(last.getUTCDate()));
  const first = dates.findIndex((date) => date >= from);
  const rows = { dates: dates.subarray(first), values: returns.values.subarray(first) };
  return computeMetrics(rows, { names: ["cagr"] }).values.get("cagr") ?? NaN;
}

function assertRows(rows: Readonly<Record<string, string>>, except: readonly string[]): void {
  let compared = 0;
  for (const [row, shown] of Object.entries(rows)) {
    if (FACTS.includes(row) || except.includes(row)) continue;
    const figure = figures.get(ROWS[row] ?? "");
    assert(figure !== undefined, `QuantStats shows "${row}", the page does not`);
    assertShown(shown, row === "10Y (ann.)" ? cagrOf119Months() : figure.strategy, row);
    compared++;
  }
  assert(compared > 55, `only ${compared} rows`);
}
