"""The Python of docs/python.md, typed as a reader would, with the real tools."""

import ast
import json
import os
import re
import shutil
import warnings
import zipfile
from types import SimpleNamespace

import numpy
import pandas
import pytest

import btflow
from conftest import REPOSITORY

TESTDATA = os.path.join(REPOSITORY, "tests/testdata")
DAYS = pandas.bdate_range("2020-01-01", periods=400)
CLOSE = pandas.Series(100 * numpy.cumprod(1 + numpy.random.default_rng(1).normal(0.0005, 0.01, 400)), index=DAYS)
BARS = pandas.DataFrame({"Open": CLOSE, "High": CLOSE * 1.01, "Low": CLOSE * 0.99, "Close": CLOSE, "Volume": 1000})


def blocks():
    """The fenced blocks of Python by the heading that they stand under."""
    with open(os.path.join(REPOSITORY, "docs/python.md"), encoding="utf-8") as file:
        page = file.read()
    found = {}
    for section in re.split(r"^#+ ", page, flags=re.MULTILINE)[1:]:
        code = re.findall(r"^```python\n(.*?)^```$", section, flags=re.MULTILINE | re.DOTALL)
        if code:
            found[section.split("\n", 1)[0]] = "\n".join(code)
    return found


def play(heading, names):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", btflow.BtflowWarning)
        exec(blocks()[heading], {"btflow": btflow, **names})


def test_every_block_is_played():
    assert sorted(blocks()) == [
        "Backtrader", "From Python", "Many runs", "NautilusTrader", "backtesting.py", "bt", "freqtrade",
        "vectorbt", "zipline-reloaded",
    ]


def test_the_first_example(returns, capsys):
    play("From Python", {"returns": returns, "benchmark": returns / 2})
    [row] = btflow.search("crypto")
    assert row["params.fast"] == "10" and os.path.getsize("ema.html") > 10_000
    assert row["run_id"] in capsys.readouterr().out


def test_many_runs(returns):
    play("Many runs", {"backtest": lambda fast, slow: returns * fast / slow})
    assert [row["params.slow"] for row in btflow.search("grid", "params.fast = '10'")] == ["50"]


def total(name):
    """The total return of the run that was logged."""
    found = {row["run_name"]: row["metrics.total_return"] for row in btflow.search("lab")}
    return found[name]


@pytest.mark.filterwarnings("ignore")
def test_backtesting_py():
    from backtesting import Backtest, Strategy
    from backtesting.lib import crossover
    from backtesting.test import SMA

    class Cross(Strategy):
        def init(self):
            self.fast, self.slow = self.I(SMA, self.data.Close, 5), self.I(SMA, self.data.Close, 20)

        def next(self):
            if crossover(self.fast, self.slow):
                self.buy()
            elif crossover(self.slow, self.fast):
                self.position.close()

    stats = Backtest(BARS, Cross, cash=10_000, commission=0.001, finalize_trades=True).run()
    play("backtesting.py", {"stats": stats})
    for name in ("returns", "trades"):
        assert total(name) == pytest.approx(stats["Return [%]"] / 100, rel=1e-9)
    [trades] = btflow.search("lab", "metrics.trade_count > 0")
    assert trades["metrics.trade_count"] == stats["# Trades"]
    assert trades["metrics.trade_win_rate"] == pytest.approx(stats["Win Rate [%]"] / 100)


@pytest.mark.filterwarnings("ignore")
def test_vectorbt(monkeypatch):
    # Compiling would take a minute, for a few hundred rows.
    monkeypatch.setenv("NUMBA_DISABLE_JIT", "1")
    import vectorbt

    fast = vectorbt.MA.run(CLOSE.rename("Close"), [5, 10], short_name="fast")
    slow = vectorbt.MA.run(CLOSE.rename("Close"), [20, 30], short_name="slow")
    grid = vectorbt.Portfolio.from_signals(
        CLOSE, fast.ma_crossed_above(slow), fast.ma_crossed_below(slow), freq="1D", init_cash=10_000
    )
    portfolio = grid[(5, 20)]
    play("vectorbt", {"portfolio": portfolio, "grid": grid})
    assert total("returns") == pytest.approx(portfolio.total_return(), rel=1e-9)
    for (quick, late), value in grid.total_return().items():
        [row] = btflow.search("lab", f"params.fast_window = '{quick}' AND params.slow_window = '{late}'")
        assert row["metrics.total_return"] == pytest.approx(value, rel=1e-9)


@pytest.mark.filterwarnings("ignore")
def test_bt():
    import bt

    def strategy(name, weights):
        return bt.Backtest(
            bt.Strategy(name, [bt.algos.RunMonthly(), bt.algos.SelectAll(), weights, bt.algos.Rebalance()]),
            pandas.DataFrame({"a": CLOSE, "b": CLOSE.iloc[::-1].set_axis(DAYS)}),
        )

    result = bt.run(
        strategy("equal", bt.algos.WeighEqually()), strategy("half", bt.algos.WeighSpecified(a=0.5))
    )
    play("bt", {"result": result})
    for name in ("equal", "half"):
        assert total(name) == pytest.approx(result.stats[name]["total_return"], rel=1e-9)


@pytest.mark.filterwarnings("ignore")
def test_backtrader():
    import backtrader as bt

    class Cross(bt.SignalStrategy):
        def __init__(self):
            self.signal_add(bt.SIGNAL_LONG, bt.ind.CrossOver(bt.ind.SMA(period=5), bt.ind.SMA(period=20)))

    cerebro = bt.Cerebro()
    cerebro.adddata(bt.feeds.PandasData(dataname=BARS))
    cerebro.addstrategy(Cross)
    cerebro.addanalyzer(bt.analyzers.TimeReturn, _name="returns")
    [strategy] = cerebro.run()
    play("Backtrader", {"strategy": strategy})
    assert total("returns") == pytest.approx(cerebro.broker.getvalue() / 10_000 - 1, rel=1e-9)


# What follows wants another pandas than the tools above: results that the tools really gave, as objects again.


def test_zipline_reloaded():
    perf = pandas.read_csv(f"{TESTDATA}/python/zipline_perf.csv", index_col=0, parse_dates=True)
    assert str(perf.index.tz) == "UTC"
    play("zipline-reloaded", {"perf": perf})
    [row] = btflow.search("lab")
    for metric, column in [
        ("total_return", "algorithm_period_return"), ("sharpe_ratio", "sharpe"), ("max_drawdown", "max_drawdown")
    ]:
        assert row[f"metrics.{metric}"] == pytest.approx(perf[column].iloc[-1], rel=1e-9)


def test_nautilus_trader():
    people = f"{TESTDATA}/people"
    report = pandas.read_csv(f"{people}/nautilus_positions.csv", index_col="position_id", dtype={"quantity": str})
    report["commissions"] = report["commissions"].map(ast.literal_eval)
    report["ts_opened"] = pandas.to_datetime(report["ts_opened"])
    closed = [None if text != text else pandas.Timestamp(text) for text in report["ts_closed"]]
    report["ts_closed"] = pandas.Series([time or pandas.NA for time in closed], report.index, dtype=object)
    balance = pandas.read_csv(f"{people}/nautilus_account.csv")["total"]
    play("NautilusTrader", {"engine": SimpleNamespace(trader=SimpleNamespace(generate_positions_report=lambda: report))})
    [row] = btflow.search("lab")
    assert row["metrics.trade_count"] == report["ts_closed"].notna().sum()
    gained = sum(float(text.split()[0]) for text in report["realized_pnl"][report["ts_closed"].notna()])
    assert total("returns") == pytest.approx(gained / 10_000, rel=1e-9)
    # The one that is open has paid its commission already.
    assert total("returns") == pytest.approx(balance.iloc[-1] / 10_000 - 1, abs=3e-4)


def test_freqtrade():
    os.makedirs("user_data/backtest_results")
    shutil.copy(f"{TESTDATA}/freqtrade.zip", "user_data/backtest_results/backtest-result.zip")
    with zipfile.ZipFile(f"{TESTDATA}/freqtrade.zip") as archive:
        [name] = [name for name in archive.namelist() if re.fullmatch(r"[^/]*\d\.json", name)]
        strategies = json.loads(archive.read(name))["strategy"]
    play("freqtrade", {})
    assert len(strategies) == 2
    for name, result in strategies.items():
        assert total(name) == pytest.approx(result["profit_total"], rel=1e-6)
