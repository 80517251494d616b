"""Fills an MLflow database on SQLite with finished runs of one experiment, as its own store would.

    python mlflow_fill.py DATABASE EXPERIMENT RUNS METRICS

The schema is MLflow's; the rows are written by SQL, since its client needs a day for 100,000 runs.
"""

import random
import sqlite3
import sys
import uuid

from mlflow.tracking import MlflowClient

database, experiment = sys.argv[1], sys.argv[2]
runs, metrics = int(sys.argv[3]), int(sys.argv[4])
client = MlflowClient(f"sqlite:///{database}")
experiment_id = int(client.create_experiment(experiment))
names = ["sharpe_ratio"] + [f"metric_{number}" for number in range(1, metrics)]
random.seed(7)
connection = sqlite3.connect(database)
START = 1_767_225_600_000
for number in range(runs):
    run = uuid.uuid4().hex
    time = START + number * 1000
    connection.execute(
        "INSERT INTO runs (run_uuid, name, source_type, status, start_time, end_time, user_id,"
        " lifecycle_stage, artifact_uri, experiment_id, source_name, entry_point_name,"
        " source_version) VALUES (?, ?, 'LOCAL', 'FINISHED', ?, ?, 'bench', 'active', ?, ?, '', '', '')",
        (run, f"run-{number}", time, time + 1000, f"mlflow-artifacts:/{run}", experiment_id),
    )
    values = [(name, random.random() * 2 - 0.5, time, 0, run) for name in names]
    for table in ("latest_metrics", "metrics"):
        connection.executemany(
            f"INSERT INTO {table} (key, value, timestamp, step, is_nan, run_uuid)"
            " VALUES (?, ?, ?, ?, 0, ?)",
            values,
        )
    connection.executemany(
        "INSERT INTO params (key, value, run_uuid) VALUES (?, ?, ?)",
        [("lookback", str(5 + number % 40), run), ("threshold", f"{number % 17 / 10:.1f}", run)],
    )
    connection.executemany(
        "INSERT INTO tags (key, value, run_uuid) VALUES (?, ?, ?)",
        [("mlflow.source.name", "bench", run), ("mlflow.runName", f"run-{number}", run)],
    )
connection.commit()
connection.close()
