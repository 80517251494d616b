// The series that metrics are held against QuantStats on: real ones, ordinary ones of every
// frequency, and each kind of oddity that has broken a metrics library. Generated from fixed
// seeds, so that a failure names a series anyone can make again.

import { seededRandom } from "../helpers/random.ts";

/** A series with a benchmark on the same dates. */
export interface Specimen {
  readonly name: string;
  readonly dates: readonly number[];
  readonly values: readonly number[];
  readonly benchmark: readonly number[];
}

const DAY = 86_400_000;
const START = Date.UTC(2015, 0, 5);

/** Roughly normal numbers with a fat tail now and then. */
function noise(seed: number): () => number {
  const next = seededRandom(seed);
  return () => {
    let sum = -6;
    for (let draw = 0; draw < 12; draw++) sum += next();
    return next() < 0.02 ? sum * 4 : sum;
  };
}

export function noisy(count: number, seed: number, mean: number, deviation: number): number[] {
  const next = noise(seed);
  return Array.from({ length: count }, () => Math.max(-0.95, mean + deviation * next()));
}

export function everyDay(count: number, start: number = START): number[] {
  return Array.from({ length: count }, (_, row) => start + row * DAY);
}

export function weekdays(count: number, start: number = START): number[] {
  const dates: number[] = [];
  for (let ms = start; dates.length < count; ms += DAY) {
    if (new Date(ms).getUTCDay() % 6 !== 0) dates.push(ms);
  }
  return dates;
}

function spaced(count: number, stepMs: number, start: number = START): number[] {
  return Array.from({ length: count }, (_, row) => start + row * stepMs);
}

/** The last day of each month, or of every third or twelfth. */
function monthEnds(count: number, every: number, year = 1990): number[] {
  return Array.from({ length: count }, (_, row) => Date.UTC(year, (row + 1) * every, 0));
}

function specimen(name: string, dates: readonly number[], values: readonly number[]): Specimen {
  const own = noise(name.length * 7919 + values.length);
  const benchmark = values.map((value) => Math.max(-0.95, 0.6 * value + 0.004 * own()));
  return { name, dates, values, benchmark };
}

function ordinary(): Specimen[] {
  const daily = [3, 4, 5, 7, 21, 22, 63, 252, 1000, 2520].map((count, index) =>
    specimen(`weekdays ${count}`, weekdays(count), noisy(count, 100 + index, 0.0005, 0.01))
  );
  return [
    ...daily,
    specimen("calendar days 1500", everyDay(1500), noisy(1500, 1, 0.001, 0.03)),
    specimen("weekly 520", spaced(520, 7 * DAY), noisy(520, 2, 0.002, 0.02)),
    specimen("monthly 240", monthEnds(240, 1), noisy(240, 3, 0.006, 0.04)),
    specimen("quarterly 80", monthEnds(80, 3), noisy(80, 4, 0.02, 0.07)),
    specimen("yearly 40", monthEnds(40, 12), noisy(40, 5, 0.07, 0.15)),
    specimen("hourly 3000", spaced(3000, DAY / 24), noisy(3000, 6, 0.00005, 0.004)),
    specimen("minutes 5000", spaced(5000, 60_000), noisy(5000, 7, 0, 0.0008)),
    specimen("seconds 900", spaced(900, 1000), noisy(900, 8, 0, 0.0001)),
    specimen(
      "hours with gaps",
      spaced(4000, DAY / 24).filter((_, row) => row % 24 < 7),
      noisy(1169, 9, 0.0001, 0.003),
    ),
    specimen("noon stamps", weekdays(300).map((ms) => ms + DAY / 2), noisy(300, 10, 0, 0.01)),
    specimen("high volatility", everyDay(700), noisy(700, 11, 0.002, 0.08)),
    specimen("low volatility", weekdays(700), noisy(700, 12, 0.0001, 0.00005)),
    specimen("losing", weekdays(800), noisy(800, 13, -0.002, 0.012)),
    specimen("winning", weekdays(800), noisy(800, 14, 0.003, 0.006)),
    specimen("tiny returns", weekdays(400), noisy(400, 15, 1e-9, 1e-8)),
    specimen(
      "three centuries",
      weekdays(300 * 261, Date.UTC(1700, 0, 4)).filter((_, row) => row % 5 === 0),
      noisy(15660, 16, 0.0012, 0.02),
    ),
    specimen("three centuries of months", monthEnds(3600, 1, 1700), noisy(3600, 17, 0.002, 0.03)),
    specimen("before 1970", weekdays(600, Date.UTC(1962, 2, 1)), noisy(600, 18, 0.0003, 0.01)),
    specimen("leap day", everyDay(900, Date.UTC(2021, 8, 12)), noisy(900, 19, 0, 0.02)),
    specimen("month-end last day", everyDay(500, Date.UTC(2018, 3, 19)), noisy(500, 20, 0, 0.02)),
  ];
}

function edges(): Specimen[] {
  const one = (value: number): Specimen => specimen(`one row of ${value}`, weekdays(1), [value]);
  const flat = (name: string, values: readonly number[]): Specimen =>
    specimen(name, weekdays(values.length), values);
  return [
    one(0.01),
    one(-0.02),
    one(0),
    flat("two rows", [0.01, -0.02]),
    flat("two rows up", [0.01, 0.02]),
    flat("two rows down", [-0.01, -0.03]),
    flat("two zeros", [0, 0]),
    flat("three rows back to 0", [0.01, -0.02, 0.01]),
    flat("zeros", new Array(300).fill(0)),
    flat("constant 0.001", new Array(500).fill(0.001)),
    flat("constant 0.01", new Array(10).fill(0.01)),
    flat("constant -0.002", new Array(260).fill(-0.002)),
    flat("constant 2^-7", new Array(64).fill(2 ** -7)),
    flat(
      "constant but for the rounding of prices",
      Array.from({ length: 250 }, (_, row) => 1.0004 ** (row + 1) / 1.0004 ** row - 1),
    ),
    flat("all up", noisy(300, 21, 0.004, 0.001).map(Math.abs)),
    flat("all down", noisy(300, 22, 0.004, 0.001).map((value) => -Math.abs(value))),
    flat(
      "missing as 0",
      noisy(600, 23, 0.0005, 0.01).map((value, row) => row % 7 === 3 ? 0 : value),
    ),
    flat(
      "missing at both ends",
      noisy(300, 24, 0.0005, 0.01).map((value, row) => row < 20 || row > 270 ? 0 : value),
    ),
    flat(
      "mostly idle",
      noisy(800, 25, 0.001, 0.01).map((value, row) => row % 40 === 0 ? value : 0),
    ),
    flat("one trade first", [0.05, ...new Array(99).fill(0)]),
    flat("one trade last", [...new Array(99).fill(0), 0.05]),
    flat("one loss first", [-0.05, ...new Array(99).fill(0)]),
    flat("one loss last", [...new Array(99).fill(0), -0.05]),
    flat("alternating", Array.from({ length: 200 }, (_, row) => row % 2 === 0 ? 0.01 : -0.01)),
    flat(
      "steps of three",
      Array.from({ length: 210 }, (_, row) => [0.01, -0.005, 0][row % 3] ?? 0),
    ),
  ];
}

function drawdowns(): Specimen[] {
  const fall = noisy(400, 31, -0.003, 0.008);
  const rise = noisy(400, 32, 0.004, 0.008);
  const flat = (name: string, values: readonly number[]): Specimen =>
    specimen(name, weekdays(values.length), values);
  return [
    flat("long drawdown first", [...fall, ...rise, ...rise]),
    flat("long drawdown last", [...rise, ...fall]),
    flat("long drawdown at both ends", [...fall, ...rise, ...rise, ...fall]),
    flat("never recovers", fall),
    flat("down first, up ever after", [-0.03, ...new Array(200).fill(0.002)]),
    flat("down first, down again", [-0.03, 0.04, 0.01, -0.02, 0.05, 0.01]),
    flat("back to the very peak", [0.25, -0.5, 1 / 3, 0.5, 0.125, -0.5, 0.9]),
    flat("almost ruined", [0.1, -0.9999, 0.5, 0.2, -0.1, 0.3]),
  ];
}

function outliers(): Specimen[] {
  const base = noisy(1000, 41, 0.0004, 0.01);
  const placed = (name: string, row: number, value: number): Specimen =>
    specimen(name, weekdays(1000), base.map((own, index) => index === row ? value : own));
  return [
    placed("outlier up", 500, 4),
    placed("outlier down", 500, -0.9),
    placed("outlier first", 0, 0.9),
    placed("outlier last", 999, -0.8),
    specimen(
      "quiet but for the last row",
      weekdays(200),
      noisy(200, 42, 0, 1e-6).map((value, row) => row === 199 ? 0.5 : value),
    ),
    specimen(
      "quiet but for the first row",
      weekdays(200),
      noisy(200, 43, 0, 1e-6).map((value, row) => row === 0 ? 0.5 : value),
    ),
    specimen(
      "outliers on idle",
      weekdays(300),
      new Array(300).fill(0).map((_, row) => row === 17 ? 0.4 : row === 200 ? -0.3 : 0),
    ),
    specimen(
      "cancelling within days",
      spaced(600, DAY / 4),
      Array.from({ length: 600 }, (_, row) => [0.1, 0.2, -0.3, 0][row % 4] ?? 0),
    ),
  ];
}

/** Benchmarks that leave nothing to regress on, or nothing to differ from. */
function benchmarks(): Specimen[] {
  const dates = weekdays(250);
  const values = noisy(250, 51, 0.0005, 0.01);
  return [
    { name: "its own benchmark", dates, values, benchmark: values },
    { name: "benchmark of zeros", dates, values, benchmark: values.map(() => 0) },
    { name: "constant benchmark", dates, values, benchmark: values.map(() => 0.0003) },
    { name: "opposite benchmark", dates, values, benchmark: values.map((value) => -value) },
    { name: "twice its benchmark", dates, values, benchmark: values.map((value) => value / 2) },
  ];
}

/** Reads a CSV of the examples: date, returns. */
export async function readExample(file: string): Promise<{ dates: number[]; values: number[] }> {
  const lines = (await Deno.readTextFile(file)).trim().split("\n").slice(1);
  const cells = lines.map((text) => text.split(","));
  return {
    dates: cells.map(([date]) => Date.parse(date ?? "")),
    values: cells.map(([, value]) => Number(value)),
  };
}

async function real(): Promise<Specimen[]> {
  const sp500 = await readExample("examples/sp500_returns.csv");
  const nasdaq = await readExample("examples/nasdaq_returns.csv");
  const cut = (name: string, from: number, to: number): Specimen => ({
    name,
    dates: sp500.dates.slice(from, to),
    values: sp500.values.slice(from, to),
    benchmark: nasdaq.values.slice(from, to),
  });
  return [
    cut("S&P 500", 0, sp500.dates.length),
    cut("S&P 500, 2008", 2263, 2516),
    cut("S&P 500, last 30 rows", sp500.dates.length - 30, sp500.dates.length),
    { name: "NASDAQ", dates: nasdaq.dates, values: nasdaq.values, benchmark: sp500.values },
  ];
}

/** Every series. */
export async function specimens(): Promise<Specimen[]> {
  return [
    ...await real(),
    ...ordinary(),
    ...edges(),
    ...drawdowns(),
    ...outliers(),
    ...benchmarks(),
  ];
}
