"""Intervals by another implementation: writes tests/golden/intervals.json.

Needs what the tests do not: pip install arch==8.0.0 quantstats==0.0.86. The catalogue is read from stdin,
as `btflow metrics --format json` prints it: arch draws the rows, QuantStats computes each of its metrics
on them, the dates staying where they are, and NumPy takes the percentiles, as arch's own intervals do
(asserted). The rows that arch drew are kept beside the answers: bytes, all resamples one after the other,
compressed.
"""

import base64
import csv
import json
import pathlib
import sys
import warnings
import zlib

warnings.filterwarnings("ignore")

import numpy as np
import pandas as pd
import quantstats.stats as st
import quantstats.utils as utils
from arch.bootstrap import StationaryBootstrap, optimal_block_length

ROOT = pathlib.Path(__file__).resolve().parent.parent
RESAMPLES = 100


def example(name, first, rows):
    with open(ROOT / "examples" / name, newline="") as file:
        return [float(row["returns"]) for row in csv.DictReader(file)][first : first + rows]


def persistent(rows, seed):
    noise = np.random.default_rng(seed).normal(0.001, 0.02, rows)
    for row in range(1, rows):
        noise[row] += 0.4 * noise[row - 1]
    return noise.tolist()


CASES = [
    ("S&P 500 beside the Nasdaq", example("sp500_returns.csv", 2400, 120), example("nasdaq_returns.csv", 2400, 120), 252, 0.02),
    ("an autoregressive series", persistent(200, 7), None, 365, 0.0),
    ("forty rows", example("sp500_returns.csv", 10, 40), None, 252, 0.0),
]


def value(expression, r, b, dates, rf, periods):
    r = pd.Series(np.asarray(r), index=dates)
    b = None if b is None else pd.Series(np.asarray(b), index=dates)
    utils._PREPARE_RETURNS_CACHE.clear()
    names = {"r": r, "b": b, "rf": rf, "P": periods}
    if "dd[" in expression or "dd)" in expression:
        names["dd"] = st.drawdown_details(st.to_drawdown_series(r))
        utils._PREPARE_RETURNS_CACHE.clear()
    try:
        found = float(eval(expression, {"st": st, "len": len}, names))
    except Exception:
        return np.nan
    return found if np.isfinite(found) else np.nan


def interval(metric, expression, r, b, dates, rf, periods, length):
    data = (r,) if b is None else (r, b)

    def f(*drawn):
        return np.array([value(expression, drawn[0], drawn[1] if len(drawn) > 1 else None, dates, rf, periods)])

    drawing = StationaryBootstrap(length, *data, seed=1)
    values = np.array([f(*drawn)[0] for drawn, _ in drawing.bootstrap(RESAMPLES)])
    finite = values[~np.isnan(values)]
    if RESAMPLES - len(finite) > 0.05 * RESAMPLES or np.isnan(f(*data)[0]):
        return None
    low, high = np.percentile(finite, [2.5, 97.5])
    if len(finite) == RESAMPLES:
        ours = StationaryBootstrap(length, *data, seed=1).conf_int(f, RESAMPLES, method="percentile")
        assert np.allclose(ours.ravel(), [low, high], rtol=1e-13, atol=0), metric
    return [low, high]


def answers(metrics, name, returns, benchmark, periods, rf):
    dates = pd.bdate_range("2008-07-01", periods=len(returns), unit="ns")
    r = np.array(returns)
    b = None if benchmark is None else np.array(benchmark)
    length = float(max(1, optimal_block_length(r)["stationary"].iloc[0]))
    drawing = StationaryBootstrap(length, r, seed=1)
    rows = b"".join(bytes(drawing.index.tolist()) for _ in drawing.bootstrap(RESAMPLES))
    intervals = {}
    for metric, expression in metrics.items():
        if "b" not in expression.replace("(", " ").replace(")", " ").replace(",", " ").split() or b is not None:
            intervals[metric] = interval(metric, expression, r, b, dates, rf, periods, length)
    return {
        "name": name,
        "dates": [stamp.value // 1_000_000 for stamp in dates],
        "returns": returns,
        "benchmark": benchmark,
        "periods": periods,
        "riskFreeRate": rf,
        "blockLength": length,
        "rows": base64.b64encode(zlib.compress(rows, 9)).decode(),
        "intervals": intervals,
    }


def main():
    calendar = ("aggregate=", "last", "month_start", "'ME'", "year_start")
    metrics = {
        metric["name"]: metric["definition"]
        for metric in json.load(sys.stdin)
        if not any(word in metric["definition"] for word in calendar)
    }
    found = [answers(metrics, *case) for case in CASES]
    lines = ",\n".join(json.dumps(case) for case in found)
    (ROOT / "tests" / "golden" / "intervals.json").write_text(
        '{"resamples": %d, "cases": [\n%s\n]}\n' % (RESAMPLES, lines)
    )


if __name__ == "__main__":
    main()
