"""Reads a run back with MLflow's own client and compares it with QuantStats on the same file.

    python read_back.py URI RUN_ID RETURNS < EXPRESSIONS.json

Prints JSON: the run as MLflow's client sees it, and how far each metric is from QuantStats' value.
"""

import json
import math
import sys
import warnings

import pandas as pd
import quantstats.stats as st
import quantstats.utils as utils
from mlflow.tracking import MlflowClient

warnings.filterwarnings("ignore")
uri, run_id, path = sys.argv[1:4]
run = MlflowClient(uri).get_run(run_id)
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
worst = {}
for name, expression in json.load(sys.stdin).items():
    utils._PREPARE_RETURNS_CACHE.clear()
    expected = float(eval(expression, names))
    if not math.isfinite(expected):
        if name in run.data.metrics:
            worst[name] = "logged although QuantStats has no value"
        continue
    actual = run.data.metrics.get(name)
    if actual is None:
        worst[name] = f"missing, QuantStats has {expected}"
    elif abs(actual - expected) > 1e-9 * max(1, abs(expected)):
        worst[name] = f"{actual}, QuantStats has {expected}"
print(
    json.dumps(
        {
            "name": run.info.run_name,
            "status": run.info.status,
            "start": run.info.start_time,
            "end": run.info.end_time,
            "params": run.data.params,
            "tags": run.data.tags,
            "metrics": len(run.data.metrics),
            "datasets": [
                [one.dataset.name, one.dataset.digest] for one in run.inputs.dataset_inputs
            ],
            "differences": worst,
        }
    )
)
