"""Answers what server_parity_test.ts asks, with MLflow's own Python client, as JSON on stdout.

Arguments: the server's address. Standard input: a JSON object {searches: [{experiments, filter,
order, limit, deleted}], histories: [[run id, metric]]}.
"""

import json
import math
import os
import sys

os.environ["MLFLOW_TRACKING_URI"] = sys.argv[1]

import mlflow  # noqa: E402
from mlflow.entities import ViewType  # noqa: E402
from mlflow.tracking import MlflowClient  # noqa: E402


def cell(value):
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if hasattr(value, "isoformat"):
        return None if value != value else value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return value.item() if hasattr(value, "item") else value


def search(ask):
    frame = mlflow.search_runs(
        experiment_names=ask["experiments"],
        filter_string=ask["filter"],
        order_by=ask["order"],
        max_results=ask["limit"],
        run_view_type=ViewType.ALL if ask["deleted"] else ViewType.ACTIVE_ONLY,
    )
    columns = list(frame.columns)
    return [
        {name: value for name, value in zip(columns, map(cell, row)) if value is not None}
        for row in frame.itertuples(index=False, name=None)
    ]


def history(run_id, metric):
    points = MlflowClient().get_metric_history(run_id, metric)
    return [[point.step, point.timestamp, point.value] for point in points]


asks = json.load(sys.stdin)
json.dump(
    {
        "searches": [search(ask) for ask in asks["searches"]],
        "histories": [history(*ask) for ask in asks["histories"]],
    },
    sys.stdout,
)
