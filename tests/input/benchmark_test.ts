// Joining a series with its benchmark: by calendar day when daily, by time when faster, and refused
// where the two cannot be compared.

import { assertAlmostEquals, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { InputError } from "../../lib/errors.ts";
import { alignBenchmark, periodsOfJoined } from "../../lib/input/mod.ts";
import type { Returns } from "../../lib/metrics/mod.ts";
import { testIo } from "../helpers/test_io.ts";

const DAY = 86_400_000;
const HOUR = 3_600_000;
const PATHS = { path: "s.csv", benchmarkPath: "b.csv" };

function returns(count: number, step: number, start = Date.UTC(2024, 0, 1)): Returns {
  return {
    dates: Float64Array.from({ length: count }, (_, row) => start + row * step),
    values: Float64Array.from({ length: count }, (_, row) => row / 100),
  };
}

Deno.test("rows of equal dates are joined, the rest counted and, above 5 %, warned of", () => {
  const series = returns(100, DAY);
  const whole = alignBenchmark(series, returns(100, DAY), PATHS);
  assertEquals(whole.joined.strategy, series.values);
  assertEquals([whole.dropped, whole.warnings.length], [0, 0]);
  const five = alignBenchmark(series, returns(200, DAY, Date.UTC(2024, 0, 6)), PATHS);
  assertEquals([five.dropped, five.warnings.length], [5, 0]);
  assertEquals(five.joined.strategy[0], 0.05);
  assertEquals(five.joined.benchmark[0], 0);
  const six = alignBenchmark(series, returns(200, DAY, Date.UTC(2024, 0, 7)), PATHS);
  assertEquals(six.warnings, [{
    code: "benchmark-rows-dropped",
    message: "6 of 100 rows (6.0 %) of s.csv have no row of the same date in b.csv; " +
      "the benchmark metrics leave them out",
  }]);
});

Deno.test("daily data meets on the calendar day, hourly data at the hour", () => {
  const closes = returns(10, DAY, Date.UTC(2024, 0, 1, 21));
  const daily = alignBenchmark(closes, returns(10, DAY), PATHS);
  assertEquals(daily.dropped, 0);
  assertEquals(daily.joined.dates, closes.dates);
  const hourly = alignBenchmark(
    returns(48, HOUR),
    returns(48, HOUR, Date.UTC(2024, 0, 1, 12)),
    PATHS,
  );
  assertEquals(hourly.dropped, 12);
  assertThrows(
    () => alignBenchmark(returns(48, HOUR), returns(48, HOUR, Date.UTC(2024, 0, 1, 0, 30)), PATHS),
    InputError,
    "Cannot read b.csv: no row has a date of s.csv (2024-01-01 to 2024-01-02 23:00:00; " +
      "the benchmark: 2024-01-01 00:30:00 to 2024-01-02 23:30:00)",
  );
});

Deno.test("business days and calendar days are both daily", () => {
  const calendar = returns(28, DAY);
  const dates = (calendar.dates as Float64Array).filter((date) =>
    ![0, 6].includes(new Date(date).getUTCDay())
  );
  const business = { dates, values: dates.map(() => 0.01) };
  assertEquals(alignBenchmark(business, calendar, PATHS).dropped, 0);
  assertEquals(alignBenchmark(calendar, business, PATHS).dropped, 8);
});

Deno.test("what cannot be compared is refused", () => {
  const refused = (series: Returns, benchmark: Returns, message: string): void => {
    assertThrows(() => alignBenchmark(series, benchmark, PATHS), InputError, message);
  };
  refused(
    returns(30, DAY),
    returns(30, 7 * DAY),
    "Cannot read b.csv: the benchmark is weekly and s.csv is daily; give both at one frequency",
  );
  refused(
    returns(300, HOUR),
    returns(300, DAY),
    "the benchmark is daily and s.csv is in steps of 60 min",
  );
  refused(
    returns(300, HOUR),
    returns(300, HOUR / 4),
    "the benchmark is in steps of 15 min and s.csv is in steps of 60 min",
  );
  refused(
    returns(12, 30 * DAY),
    returns(12, 91 * DAY),
    "the benchmark is quarterly and s.csv is monthly",
  );
  refused(
    returns(5, DAY),
    returns(5, DAY, Date.UTC(2024, 0, 5)),
    "only one row has a date of s.csv",
  );
  const undated = { dates: null, values: new Float64Array(3) };
  refused(undated, returns(3, DAY), "Cannot read s.csv: a benchmark is joined by date");
  refused(returns(3, DAY), undated, "Cannot read b.csv: a benchmark is joined by date");
  const twice = Float64Array.of(0, DAY, DAY + HOUR, 2 * DAY, 3 * DAY, 4 * DAY);
  refused(
    returns(5, DAY, 0),
    { dates: twice, values: twice },
    "Cannot read b.csv: it has two rows on 1970-01-02",
  );
});

Deno.test("levels are joined on dates before they are differenced, on either side", () => {
  const level = (days: readonly number[], values: readonly number[], isBase = true) => {
    const dates = Float64Array.from(days, (day) => Date.UTC(2024, 0, day));
    const all = Float64Array.from(values);
    const changes = all.map((value, row) =>
      row === 0 ? value - 1 : value / (all[row - 1] ?? NaN) - 1
    );
    const from = isBase ? 1 : 0;
    return {
      dates: dates.subarray(from),
      values: changes.subarray(from),
      levels: { dates, values: all },
    };
  };
  const whole = level([1, 2, 3, 4, 5], [100, 110, 99, 108.9, 98.01]);
  const holiday = level([1, 2, 4, 5], [100, 110, 108.9, 98.01]);
  const { levels: _, ...asReturns } = whole;
  for (const series of [whole, asReturns]) {
    const { joined, dropped } = alignBenchmark(series, holiday, PATHS);
    assertEquals(joined.dates.length, 3);
    assertEquals(dropped, 1);
    joined.strategy.forEach((value, row) => {
      assertAlmostEquals(value, joined.benchmark[row] as number, 1e-12);
    });
  }
  const flipped = alignBenchmark(holiday, whole, PATHS);
  assertEquals([flipped.dropped, flipped.warnings], [0, []]);
  assertEquals(flipped.joined.strategy, flipped.joined.benchmark);
});

Deno.test("months and weeks meet as such, and two rows of one are an error", () => {
  const monthly = (days: readonly number[]): Returns => ({
    dates: Float64Array.from(days, (day, month) => Date.UTC(2024, month, day)),
    values: Float64Array.from(days, (_, month) => month / 100),
  });
  const ends = monthly([31, 29, 31, 30, 31, 30]);
  for (const other of [monthly([31, 29, 29, 30, 31, 28]), monthly([1, 1, 1, 1, 1, 1])]) {
    assertEquals(alignBenchmark(ends, other, PATHS).joined.dates, ends.dates);
  }
  const fridays = returns(10, 7 * DAY, Date.UTC(2024, 0, 5));
  const sundays = returns(10, 7 * DAY, Date.UTC(2024, 0, 7));
  assertEquals(alignBenchmark(fridays, sundays, PATHS).dropped, 0);
  const twice = monthly([1, 1, 1, 1, 1, 1]);
  (twice.dates as Float64Array)[2] = Date.UTC(2024, 1, 29);
  assertThrows(
    () => alignBenchmark(ends, twice, PATHS),
    InputError,
    "Cannot read b.csv: it has two rows on the month of 2024-02-29",
  );
});

Deno.test("another zone's midnights are refused, closes and equal stamps are not", () => {
  const late = { ...returns(20, DAY, Date.UTC(2024, 0, 1, 23)), isInstant: true };
  const plain = returns(20, DAY);
  for (const [series, other] of [[late, plain], [plain, late]] as const) {
    assertThrows(
      () => alignBenchmark(series, other, PATHS),
      InputError,
      "its times are all 23:00 UTC, as midnight in another zone is; say with --timezone ZONE",
    );
  }
  assertEquals(alignBenchmark(late, late, PATHS).dropped, 0);
  assertEquals(alignBenchmark({ ...late, isInstant: false }, plain, PATHS).dropped, 0);
  const weekdays = (side: Returns & { readonly isInstant: boolean }) => ({
    ...side,
    dates: (side.dates as Float64Array).filter((ms) => new Date(ms).getUTCDay() % 6 !== 0),
    values: side.values.subarray(0, 14),
  });
  const closes = weekdays({ ...returns(20, DAY, Date.UTC(2024, 0, 1, 21)), isInstant: true });
  assertEquals(alignBenchmark(closes, plain, PATHS).dropped, 0);
});

Deno.test("joined rows that are fewer a year have periods of their own", () => {
  const calendar = Float64Array.from({ length: 400 }, (_, row) => row * DAY);
  const business = calendar.filter((ms) => new Date(ms).getUTCDay() % 6 !== 0);
  assertEquals(periodsOfJoined(calendar, calendar, 365), null);
  assertAlmostEquals(periodsOfJoined(calendar, business, 365) ?? NaN, 252, 1e-9);
  assertEquals(periodsOfJoined(business, business, 252), null);
  assertEquals(periodsOfJoined(null, business, 252), null);
});

Deno.test("a benchmark has its own kind, column and percent, and may be a column of the file", async () => {
  const io = testIo();
  try {
    const days = Array.from({ length: 6 }, (_, row) => `2024-01-0${row + 1}`);
    const made = [0.01, -0.02, 0.03, 0.01, -0.01, 0.02];
    const lines = days.map((day, row) =>
      `${day},${made[row]},${(made[row] ?? 0) * 200},${row + 5}`
    );
    await io.files.write("w.csv", `date,Strat,Bench %,other\n${lines.join("\n")}\n`);
    const own = lines.map((line) => line.split(",").slice(0, 2).join(","));
    await io.files.write("s.csv", `date,ret\n${own.join("\n")}\n`);
    const beta = async (...words: readonly string[]): Promise<number | string> => {
      const answer = await io.run("stats", ...words, "--metrics", "beta", "--format", "json");
      return answer.code === 0 ? JSON.parse(answer.out).metrics.beta : answer.err;
    };
    const column = ["--benchmark-column", "Bench %"];
    const refused = await beta("s.csv", "--benchmark", "w.csv", ...column);
    assertStringIncludes(
      String(refused),
      "--benchmark-percent reads 2 as 2 %, --benchmark-kind returns",
    );
    const asked = ["--benchmark", "w.csv", ...column, "--benchmark-percent"];
    assertAlmostEquals(Number(await beta("s.csv", ...asked)), 0.5, 1e-12);
    const same = ["w.csv", "--column", "Strat", ...column, "--benchmark-percent"];
    assertAlmostEquals(Number(await beta(...same)), 0.5, 1e-12);
    assertStringIncludes(
      String(await beta("w.csv", "--column", "Strat", "--benchmark", "w.csv")),
      "--benchmark-column",
    );
    assertStringIncludes(
      String(await beta("s.csv", "--benchmark-kind", "prices")),
      "without --benchmark FILE, or --benchmark-column of the same file",
    );
  } finally {
    io.remove();
  }
});

Deno.test("days that are another zone's midnights are told of, and the zone moves them", async () => {
  const io = testIo();
  try {
    const day = (row: number): number => Date.UTC(2024, 2, 18 + row);
    const weekday = (row: number): boolean => new Date(day(row)).getUTCDay() % 6 !== 0;
    const rows = Array.from({ length: 28 }, (_, row) => row).filter(weekday);
    const stamped = (text: (row: number) => string): string =>
      `date,returns\n${rows.map((row) => `${text(row)},0.00${row % 7}`).join("\n")}\n`;
    const instant = (hours: (row: number) => number) => (row: number): string =>
      new Date(day(row) - hours(row) * 3_600_000).toISOString();
    const noted = async (text: string, ...words: string[]): Promise<readonly string[]> => {
      await io.files.write("z.csv", text);
      const { out, code, err } = await io.run("stats", "z.csv", ...words, "--format", "json");
      assertEquals(code, 0, err);
      return JSON.parse(out).warnings.filter(({ code }: { code: string }) =>
        code === "other-midnight"
      ).map(({ message }: { message: string }) => message);
    };
    const summer = (row: number): number => day(row) >= Date.UTC(2024, 2, 31) ? 1 : 0;
    const zones: readonly (readonly [(row: number) => number, string, string])[] = [
      [(row) => 1 + summer(row), "22:00 or 23:00 UTC, as midnight at UTC+1", "Europe/Berlin"],
      [(row) => summer(row), "00:00 or 23:00 UTC, as midnight at UTC+0", "Europe/London"],
      [() => 9, "15:00 UTC, as midnight at UTC+9", "Asia/Tokyo"],
      [() => 5.5, "18:30 UTC, as midnight at UTC+5.5", "Asia/Kolkata"],
    ];
    for (const [hours, said, zone] of zones) {
      const text = stamped(instant(hours));
      const [note = ""] = await noted(text);
      assertStringIncludes(note, said);
      assertStringIncludes(note, `--timezone ZONE, such as ${zone}`);
      assertEquals(await noted(text, "--timezone", zone), []);
      const moved = await io.run("stats", "z.csv", "--timezone", zone, "--format", "json");
      assertEquals(JSON.parse(moved.out).start, "2024-03-18T00:00:00.000Z");
    }
    const unzoned = stamped((row) => instant(() => 1)(row).slice(0, 19));
    assertStringIncludes((await noted(unzoned))[0] ?? "", "written with their offset");
    for (const text of [stamped(instant(() => -16)), stamped(instant(() => 0))]) {
      assertEquals(await noted(text), []);
    }
    await io.files.write("z.csv", unzoned);
    await io.files.write("b.csv", stamped((row) => instant(() => 0)(row).slice(0, 10)));
    const joined = await io.run("stats", "z.csv", "--benchmark", "b.csv");
    assertEquals(joined.code, 3);
    assertStringIncludes(joined.err, "they run from Sunday to Thursday");
  } finally {
    io.remove();
  }
});
