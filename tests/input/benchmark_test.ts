// Joining a series with its benchmark: by calendar day when daily, by time when faster, and refused
// where the two cannot be compared.

import { assertEquals, assertThrows } from "@std/assert";
import { InputError } from "../../lib/errors.ts";
import { alignBenchmark } from "../../lib/input/mod.ts";
import type { Returns } from "../../lib/metrics/mod.ts";

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
