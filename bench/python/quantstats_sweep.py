"""Many files in one Python process: read with pandas, every metric with QuantStats, no logging.

    python quantstats_sweep.py METRICS.json FILE...

METRICS.json holds the QuantStats expression of each metric, as the catalogue gives them. The last
line is JSON: the time from the first file to the last, without the start of Python. QuantStats'
cache of prepared returns is left on, which is to its advantage.
"""

import json
import sys
import time
import warnings

import pandas as pd
import quantstats.stats as st

warnings.filterwarnings("ignore")


def compute(path: str, expressions: list) -> list[float]:
    r = pd.read_csv(path, index_col=0, parse_dates=True)["returns"]
    last = r.index[-1]
    names = {
        "st": st,
        "r": r,
        "rf": 0.0,
        "P": 252,
        "last": last,
        "months": lambda n: pd.DateOffset(months=n),
        "month_start": last.normalize().replace(day=1),
        "year_start": last.normalize().replace(month=1, day=1),
        "dd": st.drawdown_details(st.to_drawdown_series(r)),
    }
    return [float(eval(expression, names)) for expression in expressions]


def main() -> None:
    with open(sys.argv[1], encoding="utf-8") as source:
        expressions = [compile(text, "metric", "eval") for text in json.load(source)]
    start, start_cpu = time.perf_counter(), time.process_time()
    for path in sys.argv[2:]:
        print(path, sum(compute(path, expressions)))
    seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - start_cpu
    print(json.dumps({"seconds": seconds, "cpu_seconds": cpu_seconds}))


main()
