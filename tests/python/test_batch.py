"""Sweeps from Python: generators, frames, what fails, what is resumed, how far it is."""

import os
import signal
import subprocess
import sys
import time

import numpy
import pandas
import polars
import pytest

import btflow
from btflow import _batch, _progress
from conftest import REPOSITORY


def series(number, rows=40):
    values = numpy.random.default_rng(number).normal(0.001, 0.01, rows)
    return pandas.Series(values, index=pandas.bdate_range("2024-01-01", periods=rows), name=f"s{number}")


def test_a_generator_is_taken_some_at_a_time(monkeypatch):
    monkeypatch.setattr(_batch, "_RUNS_A_CALL", 3)
    taken = []

    def runs():
        for number in range(7):
            taken.append((number, len(btflow.search("g")) if number in (3, 6) else None))
            yield {"returns": series(number), "params": {"number": number}, "tags": {"kind": "x"}}

    result = btflow.batch(runs(), "g", parent="sweep", params={"all": 1})
    assert (result.total, result.logged, result.skipped, len(result.runs)) == (7, 7, 0, 7)
    # The parent is a run too.
    assert taken[3] == (3, 4) and taken[6] == (6, 7)
    rows = btflow.search("g", "params.number = '5'")
    assert [(row["run_name"], row["params.all"], row["tags.kind"]) for row in rows] == [("s5", "1", "x")]
    assert len({row["tags.mlflow.parentRunId"] for row in btflow.search("g", "params.all = '1'")}) == 1
    again = btflow.batch(runs(), "g", parent="sweep", params={"all": 1})
    assert (again.logged, again.skipped) == (0, 7)
    assert len(btflow.search("g")) == 8


def test_each_form_of_runs(tmp_path):
    series(1).to_csv(tmp_path / "file.csv")
    frame = pandas.DataFrame({"a": series(1), "b": series(2)})
    frame.loc[frame.index[:5], "b"] = numpy.nan
    wide = polars.DataFrame({"date": [day.date() for day in frame.index], "p": frame["a"].to_numpy()})
    grid = frame.set_axis(pandas.MultiIndex.from_tuples([(5, 20), (10, 30)], names=["fast", "slow"]), axis=1)
    for runs, names in [
        ([tmp_path / "file.csv"], {"file"}),
        ([("one", series(1)), ("two", series(2).tolist())], {"one", "two"}),
        ({"x": series(1), 7: series(2)}, {"x", "7"}),
        (frame, {"a", "b"}),
        (wide, {"p"}),
        (grid, {"5/20", "10/30"}),
        ([series(1)], {"s1"}),
    ]:
        result = btflow.batch(runs, "forms", kind="returns", resume=False)
        assert {run["run_name"] for run in result.runs} == names
    rows = {row["run_name"]: row for row in btflow.search("forms")}
    assert rows["b"]["params.returns_count"] == "35" and rows["a"]["params.returns_count"] == "40"
    assert (rows["5/20"]["params.fast"], rows["5/20"]["params.slow"]) == ("5", "20")
    assert btflow.batch([], "forms").total == 0


def test_what_fails_stops_nothing_and_is_raised_at_the_end(monkeypatch):
    monkeypatch.setattr(_batch, "_RUNS_A_CALL", 2)
    prices = (100 * (1 + series(2)).cumprod()).rename(None)
    with pytest.raises(btflow.InputError, match="1 of 4 runs failed\n  bad: Cannot read bad: .*levels") as failed:
        btflow.batch([("a", series(1)), ("bad", prices), ("b", series(3)), ("c", series(4))], "f")
    answer = failed.value.answer
    assert (answer.total, answer.logged, [failure["run_name"] for failure in answer.failures]) == (4, 3, ["bad"])
    with pytest.raises(btflow.SeveralErrors) as several:
        btflow.batch([("bad", prices), ("ok", series(1)), ("d", series(5))], "f", require="sharpe_ratio > 99")
    assert several.value.exit_code == 9 and len(several.value.answer.unmet) == 2
    with pytest.raises(btflow.UsageError):
        btflow.batch([("a", series(1))], "f", trails=3)
    for runs, reason in [("x.csv", "list of files"), ([{"return": 1}], "unknown return"), ([[0.1]], "no name"), (series(1), "use btflow.log")]:
        with pytest.raises(btflow.UsageError, match=reason):
            btflow.batch(runs, "f")


def test_a_run_that_cannot_be_written_stops_nothing():
    bad = series(2).set_axis([pandas.NaT, *series(2).index[1:]])
    with pytest.raises(btflow.InputError, match="2 of 4 runs failed\n  bad: .*row 1 has no date") as failed:
        btflow.batch([("a", series(1)), ("bad", bad), {"returns": numpy.ones((2, 2))}, ("b", series(3))], "w")
    answer = failed.value.answer
    assert (answer.total, answer.logged, [entry["run_name"] for entry in answer.failures]) == (4, 2, ["bad", "run 3"])
    with pytest.raises(btflow.InputError, match="Cannot read the benchmark: row 1 has no date"):
        btflow.batch([{"returns": series(1), "benchmark": bad}], "w")


@pytest.mark.parametrize("raised", [ZeroDivisionError, KeyboardInterrupt])
def test_what_a_generator_gave_before_it_raised_is_logged(raised):
    def runs():
        yield ("a", series(1))
        yield ("b", series(2))
        raise raised("in the third backtest")

    with pytest.raises(raised, match="in the third backtest"):
        btflow.batch(runs(), "raised", parent="sweep")
    assert {row["run_name"] for row in btflow.search("raised")} == {"a", "b", "sweep"}
    with pytest.raises(btflow.UsageError, match="no name"):
        btflow.batch([("a", series(1)), ("c", series(3)), [0.1]], "raised")
    assert len(btflow.search("raised", "attributes.run_name = 'c'")) == 1


def test_a_generator_that_takes_long_has_its_runs_logged_meanwhile(monkeypatch):
    monkeypatch.setattr(_batch, "_SECONDS_A_CALL", 0)
    seen = []

    def runs():
        for number in range(3):
            seen.append(len(_logged()))
            yield (f"r{number}", series(number))

    assert btflow.batch(runs(), "slow").logged == 3
    assert seen == [0, 1, 2]


def test_benchmarks_of_all_and_of_one():
    own = {"returns": series(2), "benchmark": series(3)}
    btflow.batch([series(1), own], "b", benchmark=series(4))
    rows = {row["run_name"]: row for row in btflow.search("b")}
    assert rows["s1"]["metrics.beta"] == btflow.stats(series(1), series(4))["beta"]
    assert rows["s2"]["metrics.beta"] == btflow.stats(series(2), series(3))["beta"]


def test_runs_name_what_was_in_memory_and_not_where_it_lay_for_a_moment(tmp_path):
    spy = series(9).rename("S&P 500")
    rates = pandas.Series(0.02, index=series(1).index, name="DTB3")
    runs = [series(1), {"returns": series(2).rename(None)}]
    runs.append({"returns": series(3), "run_name": "5/20", "benchmark": spy})
    for _ in range(2):
        btflow.batch(runs, "m", benchmark=spy, risk_free_rate=rates, kind="returns", resume=False)
    btflow.log(series(1), "m", run_name="alone", benchmark=spy, risk_free_rate=rates)
    both = pandas.DataFrame({"mine": series(1), "theirs": series(2)})
    btflow.log(both, "m", run_name="frame", column="mine", benchmark_column="theirs")
    seen = {}
    for row in btflow.search("m"):
        named = [row.get(f"params.{name}") for name in ("returns_file", "benchmark_file", "risk_free_rate")]
        assert seen.setdefault(row["run_name"], named) == named
    assert seen == {
        "s1": ["s1", "S&P 500", "DTB3"],
        "run 2": ["run 2", "S&P 500", "DTB3"],
        "5/20": ["5_20", "S&P 500", "DTB3"],
        "alone": ["-", "S&P 500", "DTB3"],
        "frame": ["returns", None, "0.0"],
    }
    series(1).to_csv(tmp_path / "file.csv")
    btflow.batch([tmp_path / "file.csv"], "files")
    assert btflow.search("files")[0]["params.returns_file"] == str(tmp_path / "file.csv")


def test_runs_without_a_name_count_through_the_whole_batch(monkeypatch):
    monkeypatch.setattr(_batch, "_RUNS_A_CALL", 2)
    result = btflow.batch(({"returns": series(number)} for number in [1, 2, 3]), "n")
    assert [run["run_name"] for run in result.runs] == ["s1", "s2", "s3"]
    unnamed = [{"returns": series(number).rename(None)} for number in [4, 5, 6]]
    result = btflow.batch(unnamed, "n", kind="returns")
    assert [run["run_name"] for run in result.runs] == ["run 1", "run 2", "run 3"]


def test_nothing_is_left_on_the_disk(tmp_path, monkeypatch):
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(btflow._words.tempfile, "tempdir", str(temporary))
    btflow.batch([series(1)], "d", benchmark=series(2))
    btflow.log(series(1), "d", benchmark=series(2))
    with pytest.raises(btflow.InputError):
        btflow.stats(series(1), benchmark=series(2).rename("drawdown"))
    assert os.listdir(temporary) == []


def test_a_terminal_and_a_notebook_are_told_how_far_it_is(monkeypatch, capsys):
    monkeypatch.setattr(_batch, "_RUNS_A_CALL", 1)
    btflow.batch({"a": series(1), "b": series(2)}, "p", progress=True)
    assert capsys.readouterr().err == "\r1 of 2 runs\r2 of 2 runs\n"
    btflow.batch({"a": series(1)}, "p")
    assert capsys.readouterr().err == ""
    shown = []

    class Display:
        def __init__(self, content=None, raw=False, display_id=False):
            shown.append(content["text/plain"])

        def update(self, content, raw):
            shown.append(content["text/plain"])

    class Kernel:
        kernel = True
        display = Display

        @staticmethod
        def get_ipython():
            return Kernel

    monkeypatch.setattr(_progress, "loaded", lambda name: Kernel)
    btflow.batch({"c": series(3), "d": series(4)}, "p")
    assert shown == ["1 of 2 runs", "2 of 2 runs"] and capsys.readouterr().err == ""


SLOW = """
import btflow, sys
def runs():
    for number in range(400):
        yield (f"r{number}", [0.01 * (number % 7 - 3), 0.02, -0.01] * 400)
print("begun", flush=True)
btflow.batch(runs(), "slow", intervals=True, threads=1)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")
def test_ctrl_c_finishes_the_runs_in_hand_and_the_next_call_goes_on():
    env = {**os.environ, "PYTHONPATH": os.path.join(REPOSITORY, "python")}
    process = subprocess.Popen([sys.executable, "-c", SLOW], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout.readline() == b"begun\n"
    while len(logged := _logged()) == 0:
        assert process.poll() is None
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate()
    assert stderr.rstrip().endswith(b"KeyboardInterrupt"), stderr
    left = _logged()
    assert len(logged) <= len(left) < 400
    assert {row["status"] for row in left} == {"FINISHED"}


def _logged():
    try:
        return btflow.search("slow")
    except btflow.NotFoundError:
        return []
