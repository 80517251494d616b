// What the tear sheet's model holds: the numbers are those of lib/metrics, and no input, however
// short or strange, makes it fail.

import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertGreater,
  assertLess,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { settlePeriods } from "../../lib/backtest/periods.ts";
import type { Warning } from "../../lib/errors.ts";
import type { InputSeries } from "../../lib/input/mod.ts";
import { CATALOGUE, computeMetrics, type Returns } from "../../lib/metrics/mod.ts";
import { buildModel, renderTearSheet } from "../../lib/report/mod.ts";
import type { Figure, TearSheetModel } from "../../lib/report/model.ts";
import { formatFigure } from "../../lib/report/numbers.ts";
import { frequencyName } from "../../lib/report/frequency.ts";
import { chartRows } from "../../lib/report/chart_rows.ts";
import { DAY_MS, examplePair, madeUp, OPTIONS } from "./samples.ts";

const { returns, joined } = examplePair();
/** A figure by name. */
function figureNamed({ groups }: TearSheetModel, name: string): Figure | undefined {
  return groups.flatMap(({ figures }) => figures).find((figure) => figure.name === name);
}

const model = buildModel(returns, joined, {
  ...OPTIONS,
  riskFreeRate: 0.02,
  benchmarkName: "NASDAQ",
});

Deno.test("the figures are those of computeMetrics, for strategy and benchmark", () => {
  const options = { periods: 252, riskFreeRate: 0.02 };
  const own = computeMetrics(returns, { ...options, benchmark: joined }).values;
  const other = computeMetrics({ dates: joined.dates, values: joined.benchmark }, options).values;
  const figures = model.groups.flatMap((group) => group.figures);
  assertEquals(
    figures.length,
    CATALOGUE.filter(({ quantstats }) => quantstats !== undefined).length,
  );
  for (const figure of figures) {
    assertEquals(figure.strategy, own.get(figure.name) ?? NaN, figure.name);
    if (figure.benchmark !== null) assertEquals(figure.benchmark, other.get(figure.name) ?? NaN);
    assertGreater(figure.explanation.length, 20);
  }
  assertEquals(model.cards.length, 6);
  for (const card of model.cards) assertEquals(card.strategy, own.get(card.name));
});

Deno.test("a Sharpe ratio is deflated by the trials told of, for the strategy alone", () => {
  const name = "deflated_sharpe_ratio";
  const trials = { trials: 50, trialsVariance: 0.001 };
  const options = { ...OPTIONS, extended: true };
  const deflated = (one: TearSheetModel): Figure | undefined => figureNamed(one, name);
  const shown = deflated(buildModel(returns, joined, { ...options, trials }));
  const { values } = computeMetrics(returns, { periods: 252, names: [name], ...trials });
  assertAlmostEquals(shown?.strategy ?? NaN, values.get(name) ?? NaN);
  assertEquals(shown?.benchmark, null);
  assertEquals(deflated(buildModel(returns, joined, options)), undefined);
});

Deno.test("figures that are undefined are named with their reason", () => {
  const short = buildModel(madeUp(1, DAY_MS), null, OPTIONS);
  const named = new Set(short.undefinedFigures.map((figure) => figure.name));
  const missing = short.groups.flatMap((group) => group.figures)
    .filter((figure) => Number.isNaN(figure.strategy)).map((figure) => figure.name);
  assert(missing.includes("sharpe_ratio"));
  assertEquals([...named].sort(), missing.sort());
  assert(short.undefinedFigures.every((figure) => figure.reason.length > 5));
});

Deno.test("metrics beyond QuantStats' and the user's own are shown when asked for", () => {
  const more = buildModel(returns, joined, {
    ...OPTIONS,
    extended: true,
    defined: [{ name: "mine</b>", value: 1.5, definition: "sharpe_ratio * <2>" }],
  });
  const figures = new Map(
    more.groups.flatMap((group) => group.figures).map((one) => [one.name, one]),
  );
  assert(figures.has("modified_var") && figures.has("psr_bailey"));
  assertEquals(more.groups.at(-1)?.figures.map((one) => one.strategy), [1.5]);
  const html = renderTearSheet(more);
  assert(html.includes("mine&lt;/b&gt;") && html.includes("sharpe_ratio * &lt;2&gt;"));
});

Deno.test("cumulative returns end at the total return, the benchmark's and the matched one too", () => {
  const chart = model.charts.find((one) => one.id === "cumulative");
  const figure = figureNamed(model, "total_return");
  assert(chart !== undefined && figure !== undefined);
  const [strategy, benchmark] = chart.lines;
  assertAlmostEquals((strategy?.values.at(-1) ?? NaN) - 1, figure.strategy, 1e-9);
  assertAlmostEquals((benchmark?.values.at(-1) ?? NaN) - 1, figure.benchmark ?? NaN, 1e-9);
  // Scaled to the benchmark's volatility: by hand from the definition.
  const spread = (values: Float64Array): number => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return Math.sqrt(
      values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1),
    );
  };
  const ratio = spread(joined.benchmark) / spread(joined.strategy);
  const wealth = joined.strategy.reduce((product, value) => product * (1 + value * ratio), 1);
  assertAlmostEquals(chart.views[0]?.lines[0]?.values.at(-1) ?? NaN, wealth, 1e-9);
});

Deno.test("months multiply to their year, years to the total", () => {
  let total = 1;
  for (const { months, total: year } of model.months) {
    const product = months.filter((value) => !Number.isNaN(value))
      .reduce((wealth, value) => wealth * (1 + value), 1);
    assertAlmostEquals(product - 1, year, 1e-12);
    total *= 1 + year;
  }
  const figure = figureNamed(model, "total_return");
  assertAlmostEquals(total - 1, figure?.strategy ?? NaN, 1e-10);
  assertEquals(model.years.map((row) => row.strategy), model.months.map((row) => row.total));
});

/** 1999-01-05 is a Tuesday, 2018-12-31 a Monday, and no week between lacks a trading day. */
const WEEKS = (Date.UTC(2019, 0, 1) - Date.UTC(1999, 0, 5)) / (7 * DAY_MS);

Deno.test("histograms and boxes hold every value once", () => {
  for (const { bins, count, id } of model.histograms) {
    assertEquals(bins.reduce((sum, bin) => sum + bin.count, 0), count, id);
    assertEquals(bins.reduce((sum, bin) => sum + (bin.benchmarkCount ?? 0), 0), count, id);
  }
  assertEquals(model.histograms.map((one) => [one.id, one.count]), [["monthly", 240], [
    "daily",
    5030,
  ]]);
  assertEquals(model.boxes.map((box) => box.label), [
    "Daily",
    "Weekly",
    "Monthly",
    "Quarterly",
    "Yearly",
  ]);
  assertEquals(model.boxes.map((box) => box.count), [5030, WEEKS, 240, 80, 20]);
  for (const box of model.boxes) {
    const order = [
      box.minimum,
      box.low,
      box.quartile1,
      box.median,
      box.quartile3,
      box.high,
      box.maximum,
    ];
    assertEquals([...order].sort((one, other) => one - other), order);
  }
});

Deno.test("the ten worst drawdowns are in order, the deepest is the max drawdown", () => {
  assertEquals(model.drawdowns.length, 10);
  const depths = model.drawdowns.map((one) => one.depth);
  assertEquals([...depths].sort((one, other) => one - other), depths);
  assertEquals(depths[0], figureNamed(model, "max_drawdown")?.strategy);
  const chart = model.charts.find((one) => one.id === "cumulative");
  assertEquals(chart?.bands.length, 5);
  assertEquals(chart?.bands[0]?.from, model.drawdowns[0]?.start);
});

Deno.test("thinning keeps ends and extremes and the limit", () => {
  const values = madeUp(100_000, DAY_MS).values;
  values[12_345] = 5;
  values[54_321] = -5;
  values.fill(NaN, 70_000, 72_000);
  const rows = chartRows(values.length, [values, values.map((value) => -value)], 1_000);
  assertLess(rows.length, 1_001);
  assertGreater(rows.length, 400);
  for (const row of [0, 12_345, 54_321, 99_999]) assert(rows.includes(row), `row ${row}`);
  assert(rows.some((row) => Number.isNaN(values[row])), "a gap stays a gap");
  assertEquals([...new Set(rows)].sort((one, other) => one - other), rows);
  assertEquals(chartRows(3, [values], 1_000), [0, 1, 2]);
});

Deno.test("a series' spacing has a name", () => {
  assertEquals(frequencyName(null), "Per row");
  assertEquals(frequencyName(madeUp(50, 60_000).dates), "Intraday");
  assertEquals(frequencyName(returns.dates), "Daily");
  assertEquals(frequencyName(madeUp(50, 7 * DAY_MS).dates), "Weekly");
  assertEquals(frequencyName(madeUp(50, 30 * DAY_MS).dates), "Monthly");
});

const zeros: Returns = { ...madeUp(400, DAY_MS), values: new Float64Array(400) };
const ruin: Returns = { ...madeUp(400, DAY_MS), values: madeUp(400, DAY_MS).values.with(200, -1) };
const below: Returns = { ...ruin, values: ruin.values.with(200, -1.5) };

for (
  const [name, series] of [
    ["no rows", { dates: null, values: new Float64Array(0) }],
    ["no rows, with dates", { dates: new Float64Array(0), values: new Float64Array(0) }],
    ["1 row", madeUp(1, DAY_MS)],
    ["2 rows", madeUp(2, DAY_MS)],
    ["no dates", { dates: null, values: returns.values.slice(0, 600) }],
    ["all zeros", zeros],
    ["ruin", ruin],
    ["worse than ruin", below],
    ["monthly", madeUp(60, 30.4 * DAY_MS)],
    ["huge values", { ...zeros, values: zeros.values.map((_, row) => row % 2 === 0 ? 1e6 : -0.5) }],
  ] as const satisfies readonly (readonly [string, Returns])[]
) {
  Deno.test(`a page is made of: ${name}`, () => {
    const made = buildModel(series, null, OPTIONS);
    const html = renderTearSheet(made);
    // A reason may end in "is undefined"; a figure never is that word.
    assert(!/NaN|(?<!is )undefined<|Infinity/.test(bodyOf(html)), "what is undefined is a dash");
    assertEquals(made.points, series.values.length);
    for (const chart of made.charts) {
      for (const line of [...chart.lines, ...chart.views.flatMap((view) => view.lines)]) {
        assertEquals(line.values.length, chart.x.length);
      }
    }
    const copy = { ...series, values: series.values.slice() };
    buildModel(copy, null, OPTIONS);
    assertEquals(copy.values, series.values, "arrays given are not changed");
  });
}

Deno.test("after ruin the curve ends, the page says so, and what was lost is lost", () => {
  const made = buildModel(ruin, null, OPTIONS);
  const [curve, fall] = ["cumulative", "underwater"].map((id) =>
    made.charts.find((chart) => chart.id === id)?.lines[0]?.values ?? []
  );
  assertEquals([curve?.[200], fall?.[200]], [0, -1]);
  for (const line of [curve, fall]) assertEquals(line?.slice(201), new Array(199).fill(null));
  assertEquals(made.notices.map(({ kind }) => kind), ["loss"]);
  assertEquals(
    made.notices[0]?.text.slice(0, 42),
    "Lost everything on 2015-07-20 (row 201). N",
  );
  for (const name of ["total_return", "cagr", "max_drawdown"]) {
    assertEquals(figureNamed(made, name)?.strategy, -1, name);
  }
  assertEquals(made.drawdowns[0]?.depth, -1);
  assert(
    made.undefinedFigures.some((one) =>
      one.name === "calmar_ratio" && one.reason.includes("row 201")
    ),
  );
  assert(made.undefinedFigures.some((one) => one.name === "risk_of_ruin"));
  const html = renderTearSheet(made);
  assert(html.includes('<p class="notice loss" role="alert">Lost everything on 2015-07-20'));
  assert(/<td class="after" data-range="2015-08">/.test(html), "months after it are grey");
});

Deno.test("windows longer than the series have no figure, and short series say so", () => {
  const half = buildModel(madeUp(130, DAY_MS * 1.4), null, OPTIONS);
  assertEquals(
    ["return_3m", "return_1y", "cagr_3y", "cagr_10y"].map((name) =>
      Number.isNaN(figureNamed(half, name)?.strategy)
    ),
    [false, true, true, true],
  );
  const reasons = new Map(half.undefinedFigures.map(({ name, reason }) => [name, reason]));
  assertEquals(reasons.get("return_1y"), "the series is shorter than a year");
  assertEquals(half.cards.map(({ name }) => name).includes("cagr"), false);
  assertEquals(half.notices.length, 1);
  const five = buildModel(madeUp(5, DAY_MS), null, OPTIONS);
  assertEquals(five.notices[0]?.text, "5 rows: ratios mean nothing.");
  assertEquals(five.luck, []);
});

Deno.test("where the dates speak against the periods, nothing on the front is a year's", () => {
  const hourly = madeUp(17_520, DAY_MS / 24);
  const warnings: Warning[] = [];
  const options = { periods: 252, read: {} };
  const series = { returns: hourly, kind: "returns" } as InputSeries;
  settlePeriods(series, { ...options, periodsChosen: false }, warnings);
  const doubtful = buildModel(hourly, null, { ...OPTIONS, warnings });
  assertEquals(doubtful.cards.map(({ name }) => name).includes("cagr"), false);
  assertEquals(/a year/.test(doubtful.sentence), false, doubtful.sentence);
  const total = computeMetrics(hourly, { names: ["total_return"] }).values.get("total_return");
  assertStringIncludes(doubtful.sentence, formatFigure(total ?? NaN, "fraction"));
  const record = (model: TearSheetModel): string =>
    model.luck.find(({ label }) => label === "Track record")?.value ?? "";
  assertMatch(record(doubtful), /^[\d,]+ rows needed, 17,520 there$/);
  // Settled by whoever made the page, it counts.
  settlePeriods(series, { ...options, periodsChosen: true }, warnings.splice(0));
  const settled = buildModel(hourly, null, { ...OPTIONS, warnings, periods: 8760 });
  assertEquals(settled.cards.map(({ name }) => name).includes("cagr"), true);
  assertStringIncludes(settled.sentence, "a year");
  assertMatch(record(settled), /^[\d.]+ years needed, 2\.0 there$/);
});

Deno.test("a window that the series just fills has its figure", () => {
  for (const step of [DAY_MS, 30.44 * DAY_MS]) {
    const year = madeUp(Math.round((366 * DAY_MS) / step), step);
    const made = buildModel(year, null, { ...OPTIONS, periods: 12 });
    assert(Number.isFinite(figureNamed(made, "return_1y")?.strategy), String(step));
  }
});

Deno.test("what a row is called follows from how far apart rows are", () => {
  const labels = (step: number): (string | undefined)[] => {
    const made = buildModel(madeUp(60, step), null, OPTIONS);
    return ["best_day", "win_rate"].map((name) => figureNamed(made, name)?.label);
  };
  assertEquals(labels(3_600_000), ["Best Hour", "Winning Hours"]);
  assertEquals(labels(60_000), ["Best Minute", "Winning Minutes"]);
  assertEquals(labels(DAY_MS), ["Best Day", "Winning Days"]);
  assertEquals(labels(30.4 * DAY_MS), ["Best Month", "Winning Months"]);
  const undated = buildModel({ dates: null, values: madeUp(60, 1).values }, null, OPTIONS);
  assertEquals(figureNamed(undated, "best_day")?.label, "Best Row");
});

Deno.test("every row of up to 20,000 is drawn; of more the last year is, and all charts share their rows", () => {
  const rows = madeUp(20_000, DAY_MS);
  const whole = buildModel(rows, null, OPTIONS);
  for (const chart of whole.charts) assertEquals(chart.x.length, 20_000, chart.id);
  const more = madeUp(60_000, DAY_MS);
  const thinned = buildModel(more, null, OPTIONS);
  const [first] = thinned.charts;
  for (const { x } of thinned.charts) assert(x === first?.x);
  assertEquals(first?.x.slice(-366), Array.from(more.dates.slice(-366)));
  assertLess(first?.x.length ?? Infinity, 20_001);
});

Deno.test("a page has no path, no flag and no code", () => {
  const html = renderTearSheet(buildModel(returns, joined, {
    ...OPTIONS,
    source: "/home/trader/secret/returns.csv",
    benchmarkName: "NASDAQ",
    extended: true,
    warnings: [
      {
        code: "a",
        message: "The dates look like 365 a year; use --periods 365 (or auto) if right",
      },
      { code: "b", message: "/home/trader/x.csv: 2 missing values were left out; --missing zero" },
      { code: "c", message: "use --timezone UTC" },
      { code: "d", message: "wins and/or losses of runs/day, 3/4 of 2020/01/02 in data/b.csv" },
    ],
  }));
  const text = bodyOf(html) + (/<footer>.*<\/footer>/s.exec(html)?.[0] ?? "");
  assert(text.includes("returns.csv") && text.includes("x.csv: 2 missing values were left out"));
  assert(text.includes("wins and/or losses of runs/day, 3/4 of 2020/01/02 in b.csv"));
  for (const told of [/\/home/, /trader/, / --[a-z]/, /\bst\./, /btflow [a-z]/, /\['/]) {
    assert(!told.test(text), String(told));
  }
});

Deno.test("both sides of a declared date have the figures of their own rows", () => {
  const at = Date.UTC(2010, 0, 1);
  const made = buildModel(returns, joined, { ...OPTIONS, outOfSample: at });
  const split = returns.dates?.findIndex((date) => date >= at) ?? 0;
  const parts = [[0, split], [split, returns.values.length]].map(([from, to]) =>
    returns.values.slice(from, to)
  );
  made.split.forEach(({ figures, points }, index) => {
    const { values } = computeMetrics({ dates: null, values: parts[index] ?? new Float64Array() }, {
      periods: 252,
    });
    assertEquals(points, parts[index]?.length);
    for (const { name, strategy } of figures) assertEquals(strategy, values.get(name), name);
  });
  assertEquals(made.split.map(({ label }) => label), ["In sample", "Out of sample"]);
  assertEquals(buildModel(returns, joined, { ...OPTIONS, outOfSample: 0 }).split, []);
});

Deno.test("a chapter on trades has their figures, apart from those of days", () => {
  const profits = Float64Array.of(10, -4, 6, -2, 30, -8, 5);
  const holdingDays = Float64Array.of(1, 2, 3, 4, 5, 6, 7);
  const sides = Int8Array.of(1, -1, 1, 1, -1, 1, 1);
  const made = buildModel(madeUp(60, DAY_MS), null, {
    ...OPTIONS,
    trades: { profits, holdingDays, sides },
  });
  const figures = new Map(made.trades?.figures.figures.map((one) => [one.name, one.strategy]));
  assertEquals([figures.get("trade_count"), figures.get("trade_win_rate")], [7, 4 / 7]);
  assertEquals(made.trades?.best[0], { profit: 30, holdingDays: 5, side: "short" });
  assertEquals(made.trades?.worst[0], { profit: -8, holdingDays: 6, side: "long" });
  const html = renderTearSheet(made);
  assert(html.includes('<section id="trades"') && html.includes('<a href="#trades">Trades</a>'));
  assert(!renderTearSheet(model).includes('id="trades"'));
});

Deno.test("a million rows are a page of less than 5 MB", () => {
  const minutes = madeUp(1_000_000, 60_000, { size: 0.0004 });
  const made = buildModel(minutes, {
    dates: minutes.dates,
    strategy: minutes.values,
    benchmark: madeUp(1_000_000, 60_000, { seed: 99, size: 0.0004 }).values,
  }, { ...OPTIONS, periods: 525_600 });
  const html = renderTearSheet(made);
  assertLess(html.length, 5_000_000);
  const drawdown = made.charts.find((chart) => chart.id === "underwater");
  const deepest = Math.min(...(drawdown?.lines[0]?.values ?? []).map((value) => value ?? 0));
  assertEquals(deepest, figureNamed(made, "max_drawdown")?.strategy);
});

Deno.test("rows that span several months have no monthly returns", () => {
  const yearly = buildModel(madeUp(40, 365.25 * DAY_MS), null, OPTIONS);
  assertEquals(yearly.months.length, 0);
  assert(yearly.years.length > 20);
  assert(!renderTearSheet(yearly).includes("Monthly returns"));
});

Deno.test("a definition says why its figure is not computed", () => {
  const html = renderTearSheet(buildModel(below, null, OPTIONS));
  const definition = /<dd id="d-calmar_ratio">(.*?)<\/dd>/s.exec(html)?.[1] ?? "";
  assert(/\nNot computed here: \S/.test(definition), definition);
  assert(/\nWhat counts as good: \S/.test(definition), definition);
});

Deno.test("a page is bounded whatever it is given, and says what it leaves out", () => {
  const monthly = madeUp(24_000, 30.5 * DAY_MS);
  const many = Object.fromEntries(
    Array.from({ length: 5_000 }, (_, index) => [`p${index}`, "x".repeat(9_999)]),
  );
  const made = buildModel(monthly, null, {
    ...OPTIONS,
    params: many,
    warnings: Array.from(
      { length: 5_000 },
      (_, index) => ({ code: "x", message: `${index}`.padEnd(9_999) }),
    ),
  });
  assertEquals([made.params.length, made.years.length, made.months.length], [300, 300, 300]);
  assertEquals(made.warnings.slice(100).map((one) => one.message), [
    "4,700 parameters are left out of this page",
    "4,900 warnings are left out of this page",
    "1,705 of the first calendar years are left out of this page",
  ]);
  assertLess(renderTearSheet(made).length, 5_000_000);
});

function bodyOf(html: string): string {
  return html.slice(html.indexOf("<body>"), html.indexOf('<script type="application/json"'))
    .replace(/<footer>.*<\/footer>/s, "");
}

Deno.test("a drawdown has recovered on the first date at the old peak, not on the last one below", () => {
  const days = ["2023-01-31", "2023-02-28", "2023-03-31", "2023-04-30", "2023-05-31", "2023-06-30"];
  const dates = Float64Array.from(days, (day) => Date.parse(day));
  const values = Float64Array.of(0.1, -0.05, 0.06, -0.1, 0.02, 0.01);
  const { drawdowns } = buildModel({ dates, values }, null, OPTIONS);
  assertEquals(drawdowns.map(({ start, end }) => [start, end]), [
    [Date.parse("2023-04-30"), null],
    [Date.parse("2023-02-28"), Date.parse("2023-03-31")],
  ]);
});
