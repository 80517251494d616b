"""What QuantStats' own report shows of two example files, as JSON: its tables and its charts' data.

Usage: python quantstats_reference.py RETURNS.csv BENCHMARK.csv
"""

import json
import sys
import warnings

warnings.filterwarnings("ignore")

import pandas as pd
import quantstats as qs
from quantstats import stats, utils


def read(path):
    return pd.read_csv(path, index_col=0, parse_dates=True).iloc[:, 0]


def fresh(compute, *args, **kwargs):
    """QuantStats caches prepared returns under a key without the function's name."""
    utils._PREPARE_RETURNS_CACHE.clear()
    return compute(*args, **kwargs)


def table(*series):
    frame = fresh(
        qs.reports.metrics, *series, mode="full", display=False, sep=True, internal="True",
        prepare_returns=False,
    )
    rows = frame.iloc[:, -1]
    return {str(name): str(value) for name, value in rows.items() if str(name).strip()}


def line(values):
    known = values.dropna()
    return {"last": known.iloc[-1], "mean": known.mean(), "least": known.min(), "most": known.max()}


strategy, benchmark = read(sys.argv[1]), read(sys.argv[2])
matched = strategy / strategy.std() * benchmark.std()
drawdowns = fresh(stats.drawdown_details, fresh(stats.to_drawdown_series, strategy))
worst = drawdowns.sort_values("max drawdown")[:10]
years = fresh(stats.compare, strategy, benchmark, "YE", prepare_returns=False)
months = fresh(stats.monthly_returns, strategy, prepare_returns=False)
print(json.dumps({
    "alone": table(strategy),
    "benchmark": table(benchmark),
    "beside": table(strategy, benchmark),
    "drawdowns": worst[["start", "valley", "end", "days", "max drawdown"]].values.tolist(),
    "years": [[int(year), *row] for year, row in zip(
        years.index, years[["Returns", "Benchmark", "Multiplier"]].values.tolist())],
    "months": [[int(year), *row] for year, row in zip(months.index, months.values.tolist())],
    "matched": fresh(stats.comp, matched),
    "volatility": line(fresh(stats.rolling_volatility, strategy, 126, 252)),
    "benchmark_volatility": line(
        fresh(stats.rolling_volatility, benchmark, 126, 252, prepare_returns=False)),
    "sharpe": line(fresh(stats.rolling_sharpe, strategy, 0, 126, True, 252)),
    "sortino": line(fresh(stats.rolling_sortino, strategy, 0, 126, True, 252)),
    "beta": line(fresh(stats.rolling_greeks, strategy, benchmark, 126)["beta"]),
    "long_beta": line(fresh(stats.rolling_greeks, strategy, benchmark, 252)["beta"]),
}))
