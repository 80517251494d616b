"""Percentile intervals of every QuantStats metric by arch's stationary bootstrap.

    python arch_intervals.py METRICS.json FILE RESAMPLES

METRICS.json holds the QuantStats expression of each metric, as the catalogue gives them. The dates stay
where they are, the rows are drawn. The last line is JSON: the time of the resamples alone.
"""

import json
import sys
import time
import warnings

import numpy as np
import pandas as pd
from arch.bootstrap import StationaryBootstrap, optimal_block_length

from quantstats_names import names_of

warnings.filterwarnings("ignore")


def main() -> None:
    with open(sys.argv[1], encoding="utf-8") as source:
        expressions = [compile(text, "metric", "eval") for text in json.load(source)]
    returns = pd.read_csv(sys.argv[2], index_col=0, parse_dates=True)["returns"]
    resamples = int(sys.argv[3])

    def metrics(values: np.ndarray) -> np.ndarray:
        names = names_of(pd.Series(values, returns.index))
        return np.array([float(eval(expression, names)) for expression in expressions])

    length = max(1.0, optimal_block_length(returns)["stationary"].iloc[0])
    start, start_cpu = time.perf_counter(), time.process_time()
    bootstrap = StationaryBootstrap(length, returns.to_numpy(), seed=1)
    drawn = np.array([metrics(data[0]) for data, _ in bootstrap.bootstrap(resamples)])
    print(np.nanpercentile(drawn, [2.5, 97.5], axis=0).sum())
    seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - start_cpu
    print(json.dumps({"seconds": seconds, "cpu_seconds": cpu_seconds}))


main()
