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

from quantstats_names import names_of

warnings.filterwarnings("ignore")


def compute(path: str, expressions: list) -> list[float]:
    r = pd.read_csv(path, index_col=0, parse_dates=True)["returns"]
    names = names_of(r)
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
