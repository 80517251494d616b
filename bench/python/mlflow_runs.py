"""Runs logged to a server with MLflow's Python client, the way its documentation shows.

    python mlflow_runs.py URI COUNT CONTENT.json

CONTENT.json holds the params, metrics, tags, datasets and paths of files of one run, the same that
the other side logs. The last line is JSON: the time from the first run to the last, without the start of Python.
"""

import json
import sys
import time

import mlflow
from mlflow.entities import Dataset, DatasetInput

uri, count, content = sys.argv[1], int(sys.argv[2]), sys.argv[3]
with open(content, encoding="utf-8") as source:
    run = json.load(source)
datasets = [DatasetInput(dataset=Dataset(**dataset), tags=[]) for dataset in run["datasets"]]
client = mlflow.MlflowClient(uri)
mlflow.set_tracking_uri(uri)
mlflow.set_experiment("python-client")
start, start_cpu = time.perf_counter(), time.process_time()
for number in range(count):
    with mlflow.start_run(run_name=f"run-{number}") as active:
        mlflow.log_params(run["params"])
        mlflow.set_tags(run["tags"])
        mlflow.log_metrics(run["metrics"])
        client.log_inputs(active.info.run_id, datasets=datasets)
        for file in run["files"]:
            mlflow.log_artifact(file)
seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - start_cpu
print(json.dumps({"seconds": seconds, "cpu_seconds": cpu_seconds}))
