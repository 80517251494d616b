"""Makes runs with MLflow's own client, for server_parity_test.ts.

Arguments: a tracking URI (the server's database: over HTTP this takes minutes), how many runs.
Two experiments, metrics with gaps, histories with several points, params with quotes and Unicode,
all statuses, some runs deleted. Seeded.
"""

import random
import sys

from sqlalchemy import event
from sqlalchemy.engine import Engine

from mlflow.entities import Metric, Param, RunTag
from mlflow.tracking import MlflowClient


@event.listens_for(Engine, "connect")
def forget_safety(connection, _record):
    """The database is thrown away: nothing has to survive a power cut."""
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA journal_mode = MEMORY")


uri, count = sys.argv[1], int(sys.argv[2])
client = MlflowClient(uri)
experiments = [client.create_experiment("alpha"), client.create_experiment("beta")]
START = 1_700_000_000_000
NAMES = ["trend", "Trend", "mean reversion", "naïve – ü", "it's 50 %", "a_b"]
STATUSES = ["FINISHED", "FINISHED", "FINISHED", "FAILED", "KILLED", None]


def make(number: int) -> None:
    draw = random.Random(number)
    start = START + number // 3 * 60_000
    run = client.create_run(
        experiments[number % 2],
        start_time=start,
        run_name=f"{draw.choice(NAMES)} {number}",
        tags={"desk": draw.choice("abc")},
    )
    metrics = []
    for index in range(8):
        if draw.random() < 0.8:
            value = round(draw.gauss(0, 1), draw.choice([1, 3, 12]))
            metrics.append(Metric(f"metric_{index}", value, start, 0))
    if number % 50 == 0:
        metrics += [Metric("equity", draw.random(), start + i * 1000, i) for i in range(120)]
        metrics += [Metric("equity", draw.random(), start + 500_000, 60)]
    params = [Param("lookback", str(draw.choice([5, 20, 100])))]
    if draw.random() < 0.5:
        params.append(Param("kind", draw.choice(["x", "X", 'say "hi"', "it's", "ü", "10"])))
    tags = [RunTag("note", f"n{number % 7}")] if draw.random() < 0.6 else []
    client.log_batch(run.info.run_id, metrics=metrics, params=params, tags=tags)
    status = draw.choice(STATUSES)
    if status is not None:
        client.set_terminated(run.info.run_id, status, end_time=start + draw.randrange(1, 90_000))
    if number % 25 == 7:
        client.delete_run(run.info.run_id)


for number in range(count):
    make(number)
print(" ".join(experiments))
