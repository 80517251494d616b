"""Writes python/zipline_perf.csv: what run_algorithm of zipline-reloaded answers, by really running it.

Made with Python 3.11, zipline-reloaded 3.2.1, NumPy 2.4.6 and pandas 2.3.3, on a seeded random walk:
python make_zipline.py. Of the frame's columns those stay that are compared, of its rows all.
"""

import os
import pathlib
import tempfile

import numpy as np

# empyrical, which zipline computes its figures with, still asks NumPy for a name that is gone.
np.NINF = -np.inf

import pandas as pd
from exchange_calendars import get_calendar
from zipline import run_algorithm
from zipline.api import order_target_percent, symbol
from zipline.data.bundles import ingest, register
from zipline.data.bundles.csvdir import csvdir_equities

OUT = pathlib.Path(__file__).parent / "python"
COLUMNS = ["returns", "portfolio_value", "algorithm_period_return", "sharpe", "max_drawdown"]


def initialize(context):
    context.day = 0


def handle_data(context, data):
    context.day += 1
    if context.day % 20 == 1:
        order_target_percent(symbol("AAA"), 0.9 if context.day % 40 == 1 else 0.1)


def main(folder):
    os.environ["ZIPLINE_ROOT"] = f"{folder}/root"
    days = get_calendar("XNYS").sessions_in_range("2020-01-02", "2020-07-31")
    close = 100 * np.cumprod(1 + np.random.default_rng(1).normal(0.0005, 0.01, len(days)))
    bars = {"open": close, "high": close * 1.01, "low": close * 0.99, "close": close}
    frame = pd.DataFrame({**bars, "volume": 1_000_000, "dividend": 0.0, "split": 1.0}, index=days)
    os.makedirs(f"{folder}/bars/daily")
    frame.to_csv(f"{folder}/bars/daily/AAA.csv", index_label="date")
    register("walk", csvdir_equities(["daily"], f"{folder}/bars"), calendar_name="XNYS")
    ingest("walk", os.environ, pd.Timestamp.now(tz="UTC"), show_progress=False)
    perf = run_algorithm(
        start=days[5],
        end=days[-5],
        initialize=initialize,
        handle_data=handle_data,
        capital_base=10_000,
        bundle="walk",
        benchmark_returns=pd.Series(0.0, index=days),
    )
    perf[COLUMNS].to_csv(OUT / "zipline_perf.csv")


with tempfile.TemporaryDirectory() as temporary:
    main(temporary)
