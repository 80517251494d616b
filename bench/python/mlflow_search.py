"""MLflow's own search of its SQLite store, in process: filter, order, top 20, repeated.

    python mlflow_search.py DATABASE EXPERIMENT FILTER REPEATS

Prints the seconds of each search as JSON; one search before them, which opens the database, is not
counted.
"""

import json
import sys
import time

from mlflow.tracking import MlflowClient

database, experiment_name, filter_string, repeats = sys.argv[1:5]
client = MlflowClient(f"sqlite:///{database}")
experiment = client.get_experiment_by_name(experiment_name)
seconds, cpu_seconds = [], []
for _ in range(int(repeats) + 1):
    start, start_cpu = time.perf_counter(), time.process_time()
    runs = client.search_runs(
        [experiment.experiment_id],
        filter_string=filter_string,
        order_by=["metrics.sharpe_ratio DESC"],
        max_results=20,
    )
    seconds.append(time.perf_counter() - start)
    cpu_seconds.append(time.process_time() - start_cpu)
print(json.dumps({"seconds": seconds[1:], "cpu_seconds": cpu_seconds[1:], "rows": len(runs)}))
