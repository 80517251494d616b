"""Each function, and what it says when something is wrong."""

import datetime
import json
import math
import os
import pickle
import subprocess
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy
import pandas
import pytest

import btflow
from conftest import REPOSITORY


def test_log_keeps_the_run_with_all_it_was_given(returns):
    run = btflow.log(
        returns, "grid", run_name="first", benchmark=returns * 0.5, tags={"team": "a=b"},
        params={"fee": 1e-05, "live": True, "none": None, "n": numpy.int64(3), "grid": [1, "ä"],
                "f": numpy.float64(0.1), "-x": "--y", "day": datetime.date(2024, 1, 2)},
        description="two\nlines", oos=datetime.date(2024, 3, 1),
    )
    assert (run.run_name, run.experiment, run.delivered, run.existed) == ("first", "grid", False, False)
    assert run.metrics["sharpe_ratio"] == btflow.stats(returns)["sharpe_ratio"]
    assert not math.isnan(run.metrics["beta"])
    [row] = btflow.search("grid")
    params = {key[7:]: value for key, value in row.items() if key.startswith("params.")}
    assert {key: params[key] for key in ["fee", "live", "none", "n", "grid", "f", "-x", "day"]} == {
        "fee": "1e-05", "live": "True", "none": "None", "n": "3", "grid": '[1, "\\u00e4"]',
        "f": "0.1", "-x": "--y", "day": "2024-01-02",
    }
    assert row["run_id"] == run.run_id and row["tags.team"] == "a=b"
    assert row["tags.mlflow.note.content"] == "two\nlines"
    assert "first" in repr(run)


def test_search_finds_what_was_logged(returns):
    for factor in (1, 2, 3):
        btflow.log(returns * factor, f"e{factor % 2}", run_name=f"x{factor}", params={"factor": factor})
    found = btflow.search(["e0", "e1"], "params.factor != '2'", order_by="metrics.volatility DESC")
    assert [row["run_name"] for row in found] == ["x3", "x1"]
    assert len(btflow.search("e1", max_results=1)) == 1
    with pytest.raises(btflow.NotFoundError, match="did you mean"):
        btflow.search("e3")
    with pytest.raises(btflow.UsageError, match="filter"):
        btflow.search("e1", "metrics.sharpe_ratio >")


def test_errors_are_of_their_kind_and_carry_what_was_answered(returns, tmp_path, monkeypatch):
    with pytest.raises(btflow.UsageError, match="did you mean periods=") as usage:
        btflow.stats(returns, period=365)
    assert usage.value.exit_code == 2 and isinstance(usage.value, ValueError)
    for name in ["a\0b", "a\ud800b"]:
        with pytest.raises(btflow.UsageError, match="Cannot give an argument"):
            btflow.log(returns, name)
    for call in [btflow.log, lambda *args, **more: btflow.batch([args[0]], args[1], **more)]:
        with pytest.raises(btflow.UsageError, match='Cannot log param "a=b": names are letters'):
            call(returns, "x", params={"a=b": 1})
    with pytest.raises(btflow.InputError, match="no such file") as missing:
        btflow.stats(tmp_path / "none.csv")
    assert missing.value.path == str(tmp_path / "none.csv")
    with pytest.raises(btflow.RequirementError, match="sharpe_ratio > 99") as unmet:
        btflow.stats(returns, require=["sharpe_ratio > 99", "max_drawdown < 0"])
    assert unmet.value.answer["sharpe_ratio"] == btflow.stats(returns)["sharpe_ratio"]
    with pytest.raises(btflow.DeliveryError, match="sync") as waiting:
        btflow.log(returns, "e", tracking_uri="http://127.0.0.1:9", store=tmp_path / "s.db")
    assert waiting.value.answer.run_key and not waiting.value.answer.delivered
    with pytest.raises(btflow.StoreError):
        btflow.log(returns, "e", store=tmp_path)
    again = pickle.loads(pickle.dumps(unmet.value))
    assert (str(again), again.exit_code, again.answer) == (
        str(unmet.value), 10, unmet.value.answer)


def test_a_warning_that_is_made_an_error_ends_nothing(returns):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(btflow.BtflowWarning):
            btflow.log(returns.iloc[:2], "e", run_name="short")
    assert len(btflow.search("e")) == 1


def test_intervals_and_paths(returns):
    found = btflow.stats(returns, metrics="sharpe_ratio", intervals=True, montecarlo=50, seed=3)
    low, high = found.intervals["sharpe_ratio"]
    assert low < found["sharpe_ratio"] < high
    assert 0 <= found.montecarlo["ruin_probability"] <= 1
    assert pickle.loads(pickle.dumps(found)).intervals == found.intervals


def test_a_report_is_shown_and_saved(returns, tmp_path, monkeypatch):
    page = btflow.report(returns, run_name="A <b> & \"c\"", params={"fee": 0.1}, benchmark=returns / 2)
    assert page.html.startswith("<!doctype html>")
    shown = page._repr_html_()
    assert shown.startswith('<iframe srcdoc="&lt;!doctype html&gt;') and shown.count('"') < 10
    page.save(tmp_path / "x.html")
    assert (tmp_path / "x.html").read_text(encoding="utf-8") == page.html
    assert not list(tmp_path.glob("*.part"))
    run = btflow.log(returns, "e", attach_returns=True)
    assert "ema_10" in btflow.report(run_id=run.run_id).html
    monkeypatch.setenv("CLICOLOR_FORCE", "1")
    with pytest.raises(btflow.UsageError, match="^Cannot report.*one of them$"):
        btflow.report()
    with pytest.raises(btflow.NotFoundError):
        btflow.report(run_id="0" * 32)


def test_judge_answers_what_the_command_prints(returns):
    generator = numpy.random.default_rng(3)
    btflow.batch({f"x{n}": returns + generator.normal(0, 0.01, 126) for n in range(4)}, "sweep")
    found = btflow.judge("sweep", seed=2, resamples=100, splits=4)
    assert found["trials"]["total"] == 4 and 0 <= found["deflated_sharpe_ratio"] <= 1
    with pytest.raises(btflow.RequirementError) as unmet:
        btflow.judge("sweep", splits=4, resamples=100, require="deflated_sharpe_ratio > 1")
    assert unmet.value.answer["trials"]["total"] == 4


def test_threads_and_forked_workers_log_side_by_side(returns):
    with ThreadPoolExecutor(4) as pool:
        runs = list(pool.map(lambda n: btflow.log(returns * n, "t", run_name=f"t{n}"), range(1, 7)))
    assert len({run.run_id for run in runs}) == 6
    with get_context("fork").Pool(3) as pool:
        found = pool.map(_sharpe, [returns, returns * 2, returns * 3])
    assert found == [btflow.stats(returns * n)["sharpe_ratio"] for n in (1, 2, 3)]
    assert len(btflow.search("t")) == 6


def _sharpe(series):
    return btflow.stats(series)["sharpe_ratio"]


def python(code, **env):
    """Python with this module, run in the test's folder."""
    path = os.path.join(REPOSITORY, "python")
    kept = {name: os.environ[name] for name in ("PATH", "BTFLOW_BINARY", "DENO_DIR") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-c", code], env={**kept, "PYTHONPATH": path, **env}, capture_output=True, text=True
    )


def test_nothing_but_the_standard_library_is_needed():
    done = python(
        "import sys, btflow; btflow.stats([0.1, -0.1], dates=['2024-01-01', '2024-01-02'], metrics=['win_rate']);"
        "print([n for n in ('numpy', 'pandas', 'polars', 'typing_extensions', 'IPython') if n in sys.modules])"
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "[]\n", "")


def test_without_a_home_the_store_is_asked_for():
    done = python("import btflow; btflow.log([0.1], 'e')")
    assert "btflow._errors.StoreError" in done.stderr and "BTFLOW_STORE" in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="a program of the shell")
def test_the_binary_is_the_one_beside_the_module(tmp_path, monkeypatch):
    """As an installer lays it: packages here, scripts there, a space in the path; PATH has another."""
    base = tmp_path / "an environment"
    packages = base / "lib/python3/site-packages"
    packages.mkdir(parents=True)
    os.symlink(os.path.join(REPOSITORY, "python/btflow"), tmp_path / "source")
    subprocess.run(["cp", "-rL", tmp_path / "source", packages / "btflow"], check=True)
    info = packages / "btflow-0.1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: btflow\nVersion: 0.1.0\n")
    find = "import btflow; print(btflow.find_binary(), btflow.__version__)"
    missing = python(find, PYTHONPATH=str(packages), BTFLOW_BINARY="")
    assert "install the wheel again" in missing.stderr
    for record, file in [("../../../bin/btflow,sha256=x,1", base / "bin/btflow"), ("", packages / "bin/btflow")]:
        (info / "RECORD").write_text(f"btflow/__init__.py,,\n{record}\n")
        script(file, "exit 3")
        other = script(tmp_path / "path/btflow", "exit 9")
        found = python(find, PYTHONPATH=str(packages), PATH=str(other.parent), BTFLOW_BINARY="")
        assert found.stdout == f"{file} 0.1.0\n", found.stderr
        file.unlink()
    named = python(find, PYTHONPATH=str(packages), BTFLOW_BINARY=str(tmp_path / "no"))
    assert "BinaryError" in named.stderr and "no such file" in named.stderr


def script(file: Path, text: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o755)
    return file


@pytest.mark.skipif(sys.platform == "win32", reason="a program of the shell")
def test_a_binary_that_breaks_is_named_so(tmp_path, monkeypatch):
    for text, words in [("echo no >&2; exit 127", "exit code 127: no"), ("kill -9 $$", "by signal 9")]:
        monkeypatch.setenv("BTFLOW_BINARY", str(script(tmp_path / "b", text)))
        with pytest.raises(btflow.BinaryError, match=words):
            btflow.stats([0.1])
    (tmp_path / "b").chmod(0o644)
    with pytest.raises(btflow.BinaryError, match="Cannot run"):
        btflow.stats([0.1])


def test_python_m_btflow_is_the_binary():
    run = [sys.executable, "-m", "btflow"]
    env = {**os.environ, "PYTHONPATH": os.path.join(REPOSITORY, "python")}
    done = subprocess.run([*run, "--version", "--format", "json"], capture_output=True, text=True, env=env)
    assert json.loads(done.stdout)["version"]
    assert subprocess.run([*run, "no"], capture_output=True, env=env).returncode == 2


def test_messages_speak_of_what_was_given_and_not_of_where_it_lay(returns):
    bad = returns.copy().rename("drawdown")
    for call, start in [
        (lambda: btflow.stats(bad), "Cannot read the returns: "),
        (lambda: btflow.stats(returns, bad), "Cannot read the benchmark: "),
        (lambda: btflow.log(returns, "x", risk_free_rate={"2024-01-01": "x"}), "Cannot read the risk free rate: "),
        (lambda: btflow.batch([returns], "x", benchmark=bad), "Cannot read the benchmark: "),
        (lambda: btflow.batch([{"returns": returns, "benchmark": bad}], "x"), "Cannot read the benchmark: "),
    ]:
        with pytest.raises(btflow.InputError) as failed:
            call()
        said = str(failed.value)
        assert start in said and "btflow-handed" not in said and "standard input" not in said, said
        assert failed.value.path is None
    elsewhen = returns.set_axis(returns.index + pandas.Timedelta(days=4000))
    with pytest.raises(btflow.InputError, match="Cannot read the benchmark: no row has a date of the returns "):
        btflow.stats(returns, elsewhen)
    words = returns.astype(object)
    words.iloc[2] = "n/a?"
    with pytest.raises(btflow.InputError, match=r"Cannot read the returns: row 3: expected a number, got \"n/a\?\""):
        btflow.stats(words)
