"""The same returns in every form that Python users have them in are the same numbers."""

import datetime
import math
import warnings
from array import array

import numpy
import pandas
import polars
import pytest

import btflow
from btflow._parquet import Stored, parquet
from btflow._sources import payload


def forms(series):
    days = [day.date() for day in series.index]
    frame = polars.DataFrame({"date": days, "r": series.to_numpy()})
    return {
        "a series": series,
        "in New York": series.tz_localize("America/New_York"),
        "in UTC": series.tz_localize("UTC"),
        "of seconds": series.set_axis(series.index.as_unit("s")),
        "of nanoseconds": series.set_axis(series.index.as_unit("ns")),
        "of periods": series.to_period("D"),
        "indexed by dates": series.set_axis(pandas.Index(days)),
        "indexed by texts": series.set_axis([str(day) for day in days]),
        "indexed by numbers": series.set_axis([int(f"{day:%Y%m%d}") for day in days]),
        "of Python objects": series.astype(object),
        "nullable": series.astype("Float64"),
        "a frame of one column": series.to_frame("returns"),
        "a frame with dates": pandas.DataFrame({"Date": series.index, "returns": series.to_numpy()}),
        "a mapping": dict(zip(days, series.tolist())),
        "a polars frame": frame,
        "a polars frame with times": frame.with_columns(
            polars.col("date").cast(polars.Datetime("us")).dt.replace_time_zone("Asia/Tokyo")
        ),
    }


def test_every_form_gives_the_same_numbers(returns):
    wanted = btflow.stats(returns)
    assert wanted.points == 126 and wanted["sharpe_ratio"] != 0
    for name, form in forms(returns).items():
        found = btflow.stats(form)
        for metric, value in wanted.items():
            assert found[metric] == value or math.isnan(value), (name, metric)
        assert (found.start, found.end) == (wanted.start, wanted.end), name


def test_dates_come_beside_values(returns):
    wanted = btflow.stats(returns)
    days = [day.date() for day in returns.index]
    values = returns.to_numpy()
    for form, dates in [
        (values, returns.index),
        (values, returns.index.to_numpy()),
        (values, returns.index.to_numpy().astype("datetime64[D]")),
        (values.tolist(), days),
        (values.tolist(), [f"{day:%d.%m.%Y}" for day in days]),
        (tuple(values), [datetime.datetime(day.year, day.month, day.day) for day in days]),
        (array("d", values), polars.Series(days)),
        (polars.Series("r", values), pandas.Series(days)),
        (iter(values.tolist()), iter(days)),
        (returns.reset_index(drop=True), days),
    ]:
        assert dict(btflow.stats(form, dates=dates)) == pytest.approx(dict(wanted), rel=0, abs=0, nan_ok=True)


def test_without_dates_those_metrics_are_undefined(returns):
    for form in [returns.reset_index(drop=True), returns.to_numpy(), returns.tolist()]:
        found = btflow.stats(form)
        assert found.start is None and math.isnan(found["win_rate_monthly"])
        assert "dates" in found.undefined["win_rate_monthly"]
        assert found["sharpe_ratio"] == btflow.stats(returns)["sharpe_ratio"]


def test_a_file_is_named_by_a_text_or_a_path(returns, tmp_path):
    file = tmp_path / "-r e.csv"
    returns.to_csv(file)
    assert btflow.stats(str(file), kind="returns") == btflow.stats(file)
    assert btflow.log(file, "x", dry_run=True).run_name == "-r e"


def test_floats_are_exact():
    values = [0.1 + 0.2, 1 / 3, -1e-300, 5e-324, 0.0]
    found = btflow.stats(values, metrics=["best_day", "worst_day"])
    assert found["best_day"] == values[1] and found["worst_day"] == -1e-300
    cells = payload(["0.1", *values], None, False).content.decode().split()
    assert [float(cell) for cell in cells[2:]] == values


def test_parquet_is_read_by_others_as_it_was_written(tmp_path):
    stored = [
        Stored("date", numpy.array([0, 86_400_000], "<i8").tobytes(), False, "ms", False),
        Stored("zoned", numpy.array([1, 2], "<i8").tobytes(), False, "ns", True),
        Stored("count", numpy.array([-5, 7], "<i8").tobytes(), False),
        *(Stored(f"värde {number}", numpy.array([0.1, math.nan], "<f8").tobytes(), True) for number in range(20)),
    ]
    (tmp_path / "x.parquet").write_bytes(parquet(stored))
    read = polars.read_parquet(tmp_path / "x.parquet")
    assert read.columns == [column.name for column in stored]
    assert read["date"].to_list() == [datetime.datetime(1970, 1, 1), datetime.datetime(1970, 1, 2)]
    assert read["zoned"].dtype == polars.Datetime("ns", "UTC")
    assert read["count"].to_list() == [-5, 7]
    assert read["värde 19"][0] == 0.1 and math.isnan(read["värde 19"][1])


def test_the_bytes_of_a_series_are_the_same_for_ever():
    """They are what a run is known by again: see ``if_new`` and ``resume``."""
    days = [datetime.date(2024, 1, 2), datetime.date(2024, 1, 3)]
    run = btflow.log([0.01, -0.02], "x", dates=days, offline=True)
    [row] = btflow.search("x")
    assert row["tags.btflow.input_sha256"] == (
        "d5644b06eb52d69813e9e260ee5b7cf12f7abc1e2684376ddb08e87b54c77343"
    )
    for form in [pandas.Series([0.01, -0.02], pandas.to_datetime(days)), dict(zip(days, [0.01, -0.02]))]:
        assert btflow.log(form, "x", run_name="returns", if_new=True, offline=True).run_key == run.run_key


def test_missing_values_are_missing(returns):
    with_gap = returns.copy()
    with_gap.iloc[5] = numpy.nan
    left = returns.drop(returns.index[5])
    for form in [with_gap, with_gap.astype("Float64"), with_gap.astype(object).where(with_gap.notna(), None)]:
        with pytest.warns(btflow.BtflowWarning, match="missing"):
            assert btflow.stats(form)["sharpe_ratio"] == btflow.stats(left)["sharpe_ratio"]


def test_a_zone_that_is_asked_for_gives_its_days(returns):
    evening = returns.set_axis(returns.index.tz_localize("UTC") + pandas.Timedelta(hours=23))
    assert btflow.stats(evening).start == datetime.datetime(2024, 1, 1, 23)
    assert btflow.stats(evening, timezone="Asia/Tokyo").start == datetime.datetime(2024, 1, 2, 8)
    local = evening.tz_convert("America/New_York")
    assert btflow.stats(local).start == datetime.datetime(2024, 1, 1, 18)
    assert btflow.stats(local, timezone="UTC").start == datetime.datetime(2024, 1, 1, 23)


def test_an_hour_that_a_clock_shows_twice_is_told_apart_by_utc():
    hours = pandas.date_range("2024-10-26", periods=60, freq="h", tz="Europe/Berlin")
    hourly = pandas.Series(numpy.random.default_rng(2).normal(0, 0.001, 60), index=hours)
    with pytest.raises(btflow.InputError, match='Europe/Berlin shows 2024-10-27 02:00:00 twice; timezone="UTC" tells'):
        btflow.stats(hourly)
    assert btflow.stats(hourly, timezone="UTC", periods=8760).points == 60
    closed = pandas.DataFrame({"EntryTime": hours[:2], "ExitTime": [hours[26], hours[27]], "PnL": [1.0, -2.0], "Size": 1})
    assert btflow.stats(closed, kind="trades", capital=100)["trade_count"] == 2


def test_what_a_mask_hides_is_missing():
    hidden = numpy.ma.array([0.01, 99.0, -0.02, 0.03], mask=[False, True, False, False])
    with pytest.warns(btflow.BtflowWarning, match="1 of 4 values"):
        found = btflow.stats(hidden)
    assert found.points == 3 and found["best_day"] == 0.03


def test_periods_end_on_their_last_day():
    index = pandas.period_range("2024-01", periods=3, freq="M")
    found = btflow.stats(pandas.Series([0.01, -0.02, 0.03], index), periods=12)
    assert (found.start, found.end) == (datetime.datetime(2024, 1, 31), datetime.datetime(2024, 3, 31))
    hours = pandas.period_range("2024-01-01", periods=3, freq="h")
    with pytest.warns(btflow.BtflowWarning):
        found = btflow.stats(pandas.Series([0.01, -0.02, 0.03], hours))
    assert found.end == datetime.datetime(2024, 1, 1, 2)


def test_the_name_of_a_series_tells_what_it_holds(returns):
    level = (100 * (1 + returns).cumprod()).rename("equity")
    with pytest.warns(btflow.BtflowWarning, match="read as equity") as told:
        found = btflow.stats(level)
    assert found.points == 125 and told[0].message.code == "read-as-equity"
    assert told[0].filename == __file__
    with pytest.raises(btflow.InputError, match="drawdown"):
        btflow.stats(returns.rename("drawdown"))
    with pytest.raises(btflow.InputError, match="look like levels"):
        btflow.stats(level.rename(None))
    assert btflow.stats(returns.rename("date")) == btflow.stats(returns)


def test_trades_are_recognised_by_their_columns():
    trades = pandas.DataFrame({
        "EntryTime": pandas.to_datetime(["2024-01-02 10:00", "2024-01-03 10:00"]),
        "ExitTime": pandas.to_datetime(["2024-01-02 15:00", "2024-01-04 09:30"]),
        "Size": [1, -2], "EntryBar": [0, 1], "ExitBar": [1, 2],
        "EntryPrice": [10.0, 11.0], "ExitPrice": [11.0, 10.5],
        "PnL": [1.0, 1.0], "ReturnPct": [0.1, 0.05], "Tag": [None, "a, b"],
    })
    found = btflow.stats(trades, capital=100)
    assert found["trade_count"] == 2 and found["total_return"] == pytest.approx(0.02)


def test_beside_an_index_of_dates_other_times_may_be_missing(returns):
    alone = btflow.stats(returns)
    nothing = [pandas.NaT] * len(returns)
    some = returns.index.to_series().mask(returns > 0)
    for column in [pandas.to_datetime(nothing), pandas.to_timedelta(nothing), some]:
        assert btflow.stats(returns.to_frame("returns").assign(settled=column)) == alone


def test_a_frame_may_hold_the_benchmark_too(returns):
    frame = pandas.DataFrame({"own": returns, "index": returns / 2})
    found = btflow.stats(frame, column="own", benchmark_column="index")
    assert found["beta"] == btflow.stats(returns, returns / 2)["beta"]
    assert btflow.stats(frame, column="index").points == 126
    with pytest.raises(btflow.InputError, match="more than one column"):
        btflow.stats(frame)
    assert btflow.report(frame, column="own", benchmark_column="index").html


def test_what_cannot_be_a_series_is_refused(returns):
    frame = returns.to_frame("a")
    for form, reason in [
        (pandas.Series([0.1], index=pandas.MultiIndex.from_tuples([("a", 1)])), "several levels"),
        (returns.reset_index(drop=True)[::2].set_axis([*range(0, 126, 2)]), "reset_index"),
        (returns.set_axis([pandas.NaT, *returns.index[1:]]), "row 1 has no date"),
        (numpy.ones((2, 2)), "2 dimensions"),
        (pandas.concat([frame, frame], axis=1), "more than one"),
        (polars.LazyFrame({"a": [0.1]}), "collect"),
        (0.5, "neither a path nor a series"),
        (b"0.5", "neither a path nor a series"),
        ([0.1, float("inf")], "row 2"),
        (["0.1", "much"], "much"),
        ([], "no rows"),
    ]:
        with pytest.raises(btflow.InputError, match=reason):
            btflow.stats(form)
    with pytest.raises(btflow.InputError, match="126 values of ema_10"):
        btflow.stats(returns.to_frame("ema_10")["ema_10"], dates=returns.index[1:])
    with pytest.raises(btflow.InputError, match="a file has its own"):
        btflow.stats("returns.csv", dates=returns.index)


@pytest.mark.filterwarnings("ignore")
def test_an_open_trade_has_no_time_of_its_exit():
    trades = pandas.DataFrame(
        {
            "EntryTime": pandas.to_datetime(["2024-01-02 10:00", "2024-01-05 12:30", "2024-01-09 10:00"]),
            "ExitTime": pandas.to_datetime(["2024-01-03", "2024-01-08", None]),
            "Size": [1, -1, 1],
            "PnL": [100.0, -50.0, numpy.nan],
        }
    )
    known = trades[:2]

    def of_polars(frame):
        plain = frame.astype(object).where(frame.notna(), None)
        return polars.DataFrame({name: plain[name].tolist() for name in plain})

    for whole, closed in [(trades, known), (of_polars(trades), of_polars(known))]:
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            metrics = btflow.stats(whole, kind="trades", capital=10_000)
        assert any("1 open trade of the returns is left out" in str(warning.message) for warning in said)
        assert metrics == btflow.stats(closed, kind="trades", capital=10_000)
        assert metrics["trade_count"] == 2 and metrics["total_return"] == pytest.approx(0.005)
