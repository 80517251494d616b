"""What people run today: one process that reads returns with pandas, computes with QuantStats and
logs with MLflow's client. The 31 metrics that such scripts usually ask for, and that work.

    python log_backtest.py RETURNS [--dry-run]
"""

import math
import sys

import mlflow
import pandas as pd
import quantstats as qs

METRICS = [
    "sharpe", "sortino", "calmar", "omega", "cagr", "comp", "avg_return", "avg_win", "avg_loss",
    "best", "worst", "max_drawdown", "win_rate", "profit_factor", "payoff_ratio",
    "consecutive_wins", "consecutive_losses", "volatility", "var", "cvar", "ulcer_index",
    "kelly_criterion", "recovery_factor", "risk_of_ruin", "tail_ratio", "common_sense_ratio",
    "cpc_index", "outlier_win_ratio", "outlier_loss_ratio", "skew", "kurtosis",
]


def main() -> None:
    path = sys.argv[1]
    frame = pd.read_csv(path, index_col=0, parse_dates=True)
    returns = frame["returns"].sort_index()
    metrics = {name: float(getattr(qs.stats, name)(returns)) for name in METRICS}
    metrics = {name: value for name, value in metrics.items() if math.isfinite(value)}
    if "--dry-run" in sys.argv:
        for name, value in metrics.items():
            print(name, value)
        return
    mlflow.set_experiment("bench")
    with mlflow.start_run(run_name="bench"):
        mlflow.log_params(
            {
                "returns_file": path,
                "returns_start": str(returns.index.min()),
                "returns_end": str(returns.index.max()),
                "returns_count": len(returns),
                "risk_free_rate": 0.0,
            }
        )
        mlflow.log_metrics(metrics)


main()
