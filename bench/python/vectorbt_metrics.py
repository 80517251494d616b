"""Thirteen metrics of many series, computed by vectorbt's Rust kernels on one matrix.

    python vectorbt_metrics.py OUT FILE...

FILE is a wide Parquet dataset, or a CSV file of each series, all of one length; polars reads them. OUT
gets a row a series. Printed, as JSON, is what computing alone took, with the matrix in memory.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np
import polars as pl
import vectorbt as vbt
from vectorbt.generic import dispatch as of_columns
from vectorbt.returns import dispatch as of_returns

PERIODS = 252.0
vbt.settings["engine"] = "rust"
out, *files = sys.argv[1:]

if files[0].endswith(".parquet"):
    table = pl.read_parquet(files[0]).drop("date")
    names = table.columns
    matrix = table.to_numpy()
else:
    names = [Path(file).stem for file in files]
    # All at once, twice as fast as one by one.
    values = pl.scan_csv(files, try_parse_dates=True).collect()["returns"].to_numpy()
    matrix = values.reshape(len(files), -1).T

# A row of 0 comes first: the start then counts as a peak of the curve, which vectorbt does not do itself.
# Column by column in memory, which is its quicker way.
rows, series = matrix.shape
from_start = np.zeros((rows + 1, series), order="F")
from_start[1:] = matrix
returns = from_start[1:]

start, start_cpu = time.perf_counter(), time.process_time()
metrics = {
    "total_return": of_returns.cum_returns_final(returns),
    "cagr": of_returns.annualized_return(returns, PERIODS),
    "volatility": of_returns.annualized_volatility(returns, PERIODS),
    "max_drawdown": of_returns.max_drawdown(from_start),
    # The growth of one row more, to a power that takes it back.
    "calmar_ratio": of_returns.calmar_ratio(from_start, PERIODS * (rows + 1) / rows),
    "sharpe_ratio": of_returns.sharpe_ratio(returns, PERIODS),
    "sortino_ratio": of_returns.sortino_ratio(returns, PERIODS),
    "omega_ratio": of_returns.omega_ratio(returns, PERIODS),
    "tail_ratio": of_returns.tail_ratio(returns),
    "historical_var": of_returns.value_at_risk(returns),
    "historical_cvar": of_returns.cond_value_at_risk(returns),
    "best_day": of_columns.nanmax(returns),
    "worst_day": of_columns.nanmin(returns),
}
seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - start_cpu

named = {f"metrics.{name}": values for name, values in metrics.items()}
pl.DataFrame({"run_name": names, **named}).write_parquet(out)
print(json.dumps({"seconds": seconds, "cpu_seconds": cpu_seconds}))
