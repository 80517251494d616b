// Files that the tools themselves wrote (tests/testdata says how): one series in every format gives
// the same bits, and a backtester's result gives what the backtester said of it.

import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { InputError, UsageError } from "../../lib/errors.ts";
import {
  INPUT_FORMATS,
  type InputFile,
  readInput,
  type ReadOptions,
  readReturns,
  timestampText,
} from "../../lib/input/mod.ts";
import { hostIo } from "../../lib/io.ts";
import { computeMetrics } from "../../lib/metrics/mod.ts";
import { memoryHost } from "./memory_host.ts";

const TESTDATA = new URL("../testdata/", import.meta.url).pathname;
const io = hostIo();

function read(name: string, options: ReadOptions = {}): Promise<InputFile> {
  return readInput(io, TESTDATA + name, options);
}

/** Every file that holds the one series, and the format it is recognised as. */
const ONE_SERIES = {
  csv: [
    "pandas.csv",
    "pandas_unnamed.csv",
    "pandas_counter.csv",
    "pandas.tsv",
    "semicolon.csv",
    "quoted.csv",
    "pandas.csv.gz",
    "tokyo.csv",
    "epoch_s.csv",
    "epoch_ms.csv",
    "epoch_us.csv",
    "epoch_ns.csv",
    "polars.csv",
    "polars_tokyo.csv",
  ],
  parquet: [
    "pandas_snappy.parquet",
    "pandas_zstd.parquet",
    "pandas_gzip.parquet",
    "pandas_brotli.parquet",
    "pandas_lz4.parquet",
    "pandas_s.parquet",
    "pandas_ms.parquet",
    "pandas_us.parquet",
    "pandas_ns.parquet",
    "pandas_unnamed.parquet",
    "pandas_counter.parquet",
    "pandas_date.parquet",
    "pandas_tokyo.parquet",
    "polars.parquet",
    "polars_ms.parquet",
    "polars_us.parquet",
    "polars_ns.parquet",
    "polars_tokyo.parquet",
    "vectorbt.parquet",
  ],
  jsonl: ["polars.jsonl", "array.json", "epoch_ns.jsonl"],
} as const;

Deno.test("one series has the same bits in every format", async () => {
  const [first] = (await read("tables/pandas.csv")).series;
  const text = await Deno.readTextFile(`${TESTDATA}tables/pandas.csv`);
  const written = text.trim().split("\n").slice(1).map((line) => line.split(","));
  assertEquals([...first?.returns.values ?? []], written.map(([, value]) => Number(value)));
  assertEquals(
    [...first?.returns.dates ?? []],
    written.map(([date]) => Date.parse(`${date}T00:00:00Z`)),
  );
  for (const [format, names] of Object.entries(ONE_SERIES)) {
    for (const name of names) {
      const file = await read(`tables/${name}`);
      assertEquals(file.format, format, name);
      assertEquals(file.series.length, 1, name);
      assertEquals(file.series[0]?.returns, first?.returns, name);
      assertEquals(file.hasTime, false, name);
      assertEquals(file.warnings, [], name);
    }
  }
});

Deno.test("a Tokyo day stays that day unless --timezone says otherwise, alike in CSV and Parquet", async () => {
  for (
    const name of ["tokyo.csv", "polars_tokyo.csv", "pandas_tokyo.parquet", "polars_tokyo.parquet"]
  ) {
    const asWritten = await read(`tables/${name}`);
    assertEquals(
      timestampText(asWritten.series[0]?.returns.dates?.[0] ?? NaN),
      "2020-01-01 00:00:00",
    );
    const utc = await read(`tables/${name}`, { timezone: "UTC" });
    assertEquals(
      timestampText(utc.series[0]?.returns.dates?.[0] ?? NaN),
      "2019-12-31 15:00:00",
      name,
    );
    const newYork = await read(`tables/${name}`, { timezone: "America/New_York" });
    assertEquals(
      timestampText(newYork.series[0]?.returns.dates?.[0] ?? NaN),
      "2019-12-31 10:00:00",
    );
    assertEquals(newYork.hasTime, true);
  }
});

Deno.test("Parquet's decimals, text, whole numbers and nulls are read as a CSV's cells are", async () => {
  for (const precision of [9, 18, 38]) {
    const file = await read(`tables/decimal_${precision}.parquet`);
    assertEquals([...file.series[0]?.returns.values ?? []], [0.1234567, -0.2]);
    assertEquals(file.warnings.map((warning) => warning.code), ["missing-values"]);
  }
  const text = await read("tables/text_dates.parquet", { kind: "prices" });
  assertEquals([...text.series[0]?.returns.values ?? []], [0, 2]);
  assertEquals(timestampText(text.series[0]?.returns.dates?.[1] ?? NaN), "2020-01-03 00:00:00");
  await assertRejects(
    () => read("tables/missing_date.parquet"),
    InputError,
    "row 2: the date is missing",
  );
  await assertRejects(
    () => read("tables/time_of_day.parquet"),
    InputError,
    'row 1: expected a date such as 2024-01-31, got "09:30:00"',
  );
  await assertRejects(
    () => read("tables/same_names.parquet"),
    InputError,
    'more than one of its columns is called "returns"; rename or leave out one',
  );
  await assertRejects(
    () => read("tables/text_dates.parquet", { column: "note" }),
    InputError,
    'row 1: expected a number, got "a"',
  );
});

interface Expected {
  readonly backtesting: {
    readonly total_return: number;
    readonly max_drawdown: number;
    readonly start: string;
    readonly rows: number;
  };
  readonly vectorbt: { readonly total_return: number; readonly max_drawdown: number };
}

async function expected(): Promise<Expected> {
  return JSON.parse(await Deno.readTextFile(`${TESTDATA}tables/expected.json`));
}

/** Total return and deepest drawdown of the first series, by the program's own metrics. */
function outcome(file: InputFile): readonly [number, number] {
  const series = file.series[0];
  assert(series !== undefined);
  const { values } = computeMetrics(series.returns, {});
  return [values.get("total_return") ?? NaN, values.get("max_drawdown") ?? NaN];
}

Deno.test("backtesting.py's equity curve is recognised and gives its own return and drawdown", async () => {
  const { backtesting } = await expected();
  for (const name of ["backtesting_equity.csv", "backtesting_equity.parquet"]) {
    const file = await read(`tables/${name}`);
    assertEquals(file.format, "backtesting");
    assertEquals(file.series[0]?.returns.values.length, backtesting.rows - 1);
    const [total, drawdown] = outcome(file);
    assertAlmostEquals(total, backtesting.total_return, 1e-12);
    assertAlmostEquals(drawdown, backtesting.max_drawdown, 1e-12);
  }
});

Deno.test("backtesting.py's and vectorbt's trades add up to their return", async () => {
  const { backtesting, vectorbt } = await expected();
  const theirs = await read("tables/backtesting_trades.csv", { capital: 10_000 });
  assertEquals(theirs.format, "backtesting-trades");
  assertAlmostEquals(outcome(theirs)[0], backtesting.total_return, 1e-12);
  const trades = await read("tables/vectorbt_trades.csv", { capital: 10_000 });
  assertEquals(trades.format, "vectorbt-trades");
  assertAlmostEquals(outcome(trades)[0], vectorbt.total_return, 1e-12);
  await assertRejects(() => read("tables/vectorbt_trades.csv"), UsageError, "--capital");
});

Deno.test("vectorbt's returns and value give its own return and drawdown", async () => {
  const { vectorbt } = await expected();
  for (
    const [name, options] of [
      // vectorbt names its returns after the prices: the column is called Close.
      ["vectorbt_returns.csv", { kind: "returns" }],
      ["vectorbt_returns.parquet", { kind: "returns" }],
      ["vectorbt_value.csv", { kind: "equity" }],
    ] as const
  ) {
    const [total, drawdown] = outcome(await read(`tables/${name}`, options));
    assertAlmostEquals(total, vectorbt.total_return, 1e-12, name);
    assertAlmostEquals(drawdown, vectorbt.max_drawdown, 1e-12, name);
  }
});

interface FreqtradeStrategy {
  readonly daily_profit: readonly (readonly [string, number])[];
  readonly profit_total: number;
  readonly sharpe: number;
  readonly starting_balance: number;
}

Deno.test("freqtrade's zip and JSON give every strategy, its settings and its figures", async () => {
  const text = await Deno.readTextFile(`${TESTDATA}freqtrade.json`);
  const theirs: Readonly<Record<string, FreqtradeStrategy>> = JSON.parse(text).strategy;
  const zip = await read("freqtrade.zip");
  const json = await read("freqtrade.json");
  assertEquals(zip.series, json.series);
  assertEquals(zip.format, "freqtrade");
  assertEquals(zip.series.map((series) => series.name), ["Momentum", "Patient"]);
  for (const series of zip.series) {
    const own = theirs[series.name ?? ""];
    assert(own !== undefined);
    const { dates, values } = series.returns;
    assertEquals(timestampText(dates?.[0] ?? NaN), "2023-01-05 00:00:00");
    assertEquals(timestampText(dates?.at(-1) ?? NaN), "2023-03-30 00:00:00");
    assertEquals(values.length, 85);
    const total = values.reduce((growth, value) => growth * (1 + value), 1) - 1;
    const profit = own.daily_profit.reduce((sum, [, money]) => sum + money, 0);
    assertAlmostEquals(total, profit / own.starting_balance, 1e-12);
    assertAlmostEquals(total, own.profit_total, 1e-9);
    assertEquals(series.metrics["freqtrade.sharpe"], own.sharpe);
    assert(Object.keys(series.metrics).every((name) => name.startsWith("freqtrade.")));
    assertEquals(series.params["freqtrade.timeframe"], "1h");
    assertEquals(series.params["freqtrade.trailing_stop"], "False");
    assertEquals(series.tags["freqtrade.strategy"], series.name);
  }
  assertEquals(zip.series[0]?.params["freqtrade.stoploss"], "-0.05");
  const one = await readReturns(io, `${TESTDATA}freqtrade.zip`, { strategy: "Patient" });
  assertEquals(one.series.map((series) => series.name), ["Patient"]);
  await assertRejects(
    () => readReturns(io, `${TESTDATA}freqtrade.zip`, {}),
    UsageError,
    "holds several strategies (Momentum, Patient); pick one with --strategy",
  );
  await assertRejects(
    () => read("freqtrade.zip", { strategy: "Nope" }),
    InputError,
    '"Momentum", "Patient"',
  );
  await assertRejects(() => read("freqtrade.zip", { kind: "prices" }), UsageError, "--kind");
});

const DAY = 86_400;
const START = Date.UTC(2024, 0, 2, 21) / 1000;

/** The same four days in the shapes that versions of LEAN write: equity 100, 110, 99, 99. */
const LEAN_SHAPES: Readonly<Record<string, unknown>> = {
  candles: {
    charts: {
      "Strategy Equity": {
        series: {
          Equity: {
            values: [
              [START, 100, 100, 100, 100],
              [START + DAY - 3600, 100, 120, 90, 120],
              [START + DAY, 120, 120, 110, 110],
              [START + 2 * DAY, 110, 110, 99, 99],
              [START + 2 * DAY + 60, null, null, null, null],
              [START + 3 * DAY, 99, 99, 99, 99],
            ],
          },
        },
      },
      Benchmark: {
        series: {
          Benchmark: {
            values: [[START, 0], [START + DAY, 50], [START + 2 * DAY, 55], [START + 3 * DAY, 44]],
          },
        },
      },
    },
    totalPerformance: {
      portfolioStatistics: { sharpeRatio: "1.25", endEquity: "99", note: "x" },
      tradeStatistics: { totalNumberOfTrades: 3 },
    },
    algorithmConfiguration: { name: "Basic", parameters: { fast: "10" }, outOfSample: false },
  },
  pascal: {
    Charts: {
      "Strategy Equity": {
        Series: {
          Equity: {
            Values: [0, 1, 2, 3].map((day) => ({
              x: START + day * DAY,
              y: [100, 110, 99, 99][day],
            })),
          },
        },
      },
      Benchmark: {
        Series: {
          Benchmark: {
            Values: [{ x: START + DAY, y: 50 }, { x: START + 2 * DAY, y: 55 }, {
              x: START + 3 * DAY,
              y: 44,
            }],
          },
        },
      },
    },
    TotalPerformance: {
      PortfolioStatistics: { SharpeRatio: 1.25 },
      TradeStatistics: { TotalNumberOfTrades: 3 },
    },
    AlgorithmConfiguration: { Name: "Basic", Parameters: { fast: "10" }, OutOfSample: false },
  },
};

Deno.test("LEAN's result gives closes of UTC days, its benchmark and its figures, in every shape", async () => {
  for (const [shape, document] of Object.entries(LEAN_SHAPES)) {
    const file = await readInput(memoryHost({ "r.json": JSON.stringify(document) }), "r.json", {});
    assertEquals(file.format, "lean", shape);
    const series = file.series[0];
    assertEquals([...series?.returns.values ?? []], [110 / 100 - 1, 99 / 110 - 1, 0], shape);
    assertEquals([...series?.returns.dates ?? []], [3, 4, 5].map((day) => Date.UTC(2024, 0, day)));
    assertEquals([...series?.benchmark?.values ?? []], [55 / 50 - 1, 44 / 55 - 1]);
    assertEquals(series?.metrics["lean.sharpeRatio"], 1.25);
    assertEquals(series?.metrics["lean.trades.totalNumberOfTrades"], 3);
    assertEquals(series?.params, {
      "lean.name": "Basic",
      "lean.outOfSample": "False",
      "lean.parameters.fast": "10",
    });
    assertEquals(file.warnings, []);
  }
});

Deno.test("LEAN's labelled statistics become numbers, and a chart that ends elsewhere is warned of", async () => {
  const statistics = {
    "Compounding Annual Return": "12.5%",
    "Total Fees": "$1,234.50",
    "Sharpe Ratio": "0.7",
  };
  const { charts } = LEAN_SHAPES["candles"] as { readonly charts: unknown };
  const labelled = { charts, statistics };
  const file = await readInput(memoryHost({ "r.json": JSON.stringify(labelled) }), "r.json", {});
  assertEquals(file.series[0]?.metrics, {
    "lean.compoundingAnnualReturn": 0.125,
    "lean.totalFees": 1234.5,
    "lean.sharpeRatio": 0.7,
  });
  const elsewhere = { charts, totalPerformance: { portfolioStatistics: { endEquity: 120 } } };
  const other = await readInput(memoryHost({ "r.json": JSON.stringify(elsewhere) }), "r.json", {});
  assertEquals(other.warnings.map((warning) => warning.code), ["lean-equity-differs"]);
});

Deno.test("qlib's report is read net of cost with its benchmark, zipline's frame by its returns", async () => {
  const qlib =
    "datetime,account,return,total_turnover,turnover,total_cost,cost,value,cash,bench\n" +
    "2020-01-01,1e8,0.01,1,1,1,0.002,1,1,0.003\n2020-01-02,1e8,-0.02,1,1,1,0.001,1,1,\n";
  const file = await readInput(memoryHost({ "q.csv": qlib }), "q.csv", {});
  assertEquals(file.format, "qlib");
  assertEquals([...file.series[0]?.returns.values ?? []], [0.01 - 0.002, -0.02 - 0.001]);
  assertEquals([...file.series[0]?.benchmark?.values ?? []], [0.003]);
  const plain = await readInput(memoryHost({ "q.csv": qlib }), "q.csv", { inputFormat: "csv" });
  assertEquals([...plain.series[0]?.returns.values ?? []], [0.01, -0.02]);
  const zipline =
    ",period_open,period_close,returns,pnl,portfolio_value,algorithm_period_return,sharpe\n" +
    "2020-01-02 21:00:00+00:00,x,y,0.01,1,1,0.01,\n2020-01-03 21:00:00+00:00,x,y,0.02,1,1,0.03,1\n";
  const perf = await readInput(memoryHost({ "z.csv": zipline }), "z.csv", {});
  assertEquals([...perf.series[0]?.returns.values ?? []], [0.01, 0.02]);
  assertEquals(timestampText(perf.series[0]?.returns.dates?.[0] ?? NaN), "2020-01-02 21:00:00");
});

Deno.test("a format can be forced, and an unknown one is refused with the list", async () => {
  const host = memoryHost({
    "x.csv": "date,a,Equity,DrawdownPct\n2020-01-01,1,100,0\n2020-01-02,2,90,0.1\n",
  });
  assertEquals((await readInput(host, "x.csv", {})).format, "backtesting");
  await assertRejects(
    () => readInput(host, "x.csv", { inputFormat: "csv" }),
    InputError,
    "--column",
  );
  await assertRejects(
    () => readInput(host, "x.csv", { inputFormat: "qlib" }),
    InputError,
    "needs the columns",
  );
  await assertRejects(
    () => readInput(host, "x.csv", { inputFormat: "excel" }),
    UsageError,
    INPUT_FORMATS.map((format) => format.name).join(", "),
  );
  await assertRejects(() => readInput(host, "x.csv", { inputFormat: "parquet" }), InputError);
  await assertRejects(
    () => readInput(host, "x.csv", { inputFormat: "lean" }),
    InputError,
    "not JSON",
  );
});

Deno.test("the file's hash and size are those of the stored bytes", async () => {
  const bytes = await Deno.readFile(`${TESTDATA}tables/pandas.csv.gz`);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
  const hashed = await read("tables/pandas.csv.gz", { hash: true });
  assertEquals(hashed.sha256, digest);
  assertEquals(hashed.bytes, bytes.length);
  assertEquals((await read("tables/pandas.csv.gz")).sha256, "");
});
