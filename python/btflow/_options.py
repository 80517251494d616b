# Made by scripts/python_options.ts from the commands' declarations: do not edit.
"""The flags of the commands as keywords."""

from __future__ import annotations

import os
from datetime import date
from typing import Dict, Literal, Sequence, Tuple, TypedDict, Union

#: What a flag that takes a word takes.
Word = Union[str, int, float, "os.PathLike[str]", date]


class BacktestOptions(TypedDict, total=False):
    """Keywords on how a backtest is read and computed."""

    #: What the rates of a file are (default: annual)
    rate_kind: Literal["annual", "period"]
    #: Periods a year, or auto to take them from the dates (default: BTFLOW_PERIODS, else 252)
    periods: Word
    #: QuantStats release whose definitions count (default: BTFLOW_QUANTSTATS, else 0.0.86)
    quantstats: Word
    #: What the benchmark's values are (default: what its column's name says, else kind=)
    benchmark_kind: Literal["returns", "log-returns", "cumulative", "prices", "equity"]
    #: Column of the benchmark's values; without benchmark=, of the file itself
    benchmark_column: Word
    #: Column of the benchmark's dates
    benchmark_date_column: Word
    #: The benchmark's returns are in percent
    benchmark_percent: bool
    #: What the values are (default: what the format or the column's name says, else returns unless they look like others)
    kind: Literal["returns", "log-returns", "cumulative", "prices", "equity", "trades"]
    #: Column of the values
    column: Word
    #: Column of the dates
    date_column: Word
    #: Form of the dates, such as DD/MM/YYYY
    date_format: Word
    #: Zone whose calendar days count, such as Asia/Tokyo (default: as written)
    timezone: Word
    #: The returns are in percent: 1.5 is 0.015
    percent: bool
    #: The mark before decimals (default: what all cells of the column allow)
    decimal: Literal["point", "comma"]
    #: Starting capital, for kind="trades" and for equity whose first row is a result
    capital: float
    #: What a missing value becomes (default: the row left out; for prices the last one)
    missing: Literal["zero", "drop", "error"]
    #: Make one row of each such period: returns compound, the last level counts
    resample: Literal["day", "week", "month"]
    #: Format of the file (default: recognised by content)
    input_format: Word
    #: Which strategy of a file that holds several
    strategy: Word
    #: Only these metrics
    metrics: Union[str, Sequence[str]]
    #: Also the metrics beyond QuantStats
    extended: bool
    #: How many strategies were tried, for deflated_sharpe_ratio
    trials: int
    #: Variance of the trials' Sharpe ratios (per period), for deflated_sharpe_ratio
    trials_variance: float
    #: A metric of your own, such as 'edge=sharpe_ratio / abs(max_drawdown)' (repeatable)
    define: Union[Word, Sequence[Word]]
    #: Give each metric a 95 % interval, by stationary bootstrap
    intervals: bool
    #: How many resamples the intervals are made of (default: 1000)
    resamples: int
    #: Seed of the resampling (default: 1)
    seed: int


class StatsOptions(BacktestOptions, total=False):
    """Keywords of btflow stats."""

    #: Resample the returns this many times: ruin, goal, drawdown and final value
    montecarlo: int
    #: Loss that counts as ruin, a fraction (default: 0.5)
    ruin: float
    #: Gain that counts as reaching the goal, a fraction (default: 1)
    goal: float
    #: Exit with 10 unless the metrics meet this, such as 'sharpe_ratio > 1' (repeatable)
    require: Union[Word, Sequence[Word]]
    #: Threads that read and compute (default: the cores this process may use)
    threads: int
    #: Read settings from this file
    env_file: Word


class ReportOptions(BacktestOptions, total=False):
    """Keywords of btflow report."""

    #: Who answers for the page
    author: Word
    #: File of words of your own for the page (default: the run's description)
    note: Word
    #: Let artifacts go to this host by the server's signed addresses (repeatable; default: BTFLOW_ALLOW_ARTIFACT_HOST)
    allow_artifact_host: Union[Word, Sequence[Word]]
    #: MLflow server to use (default: MLFLOW_TRACKING_URI, else the local store)
    tracking_uri: Word
    #: Local store file (default: BTFLOW_STORE, else btflow/store.db in the user's data folder)
    store: Word
    #: Read settings from this file instead of .env.local and .env
    env_file: Word


class LogOptions(BacktestOptions, total=False):
    """Keywords of btflow log."""

    #: Description of the run
    description: Word
    #: First date of the out-of-sample part, declared as tag btflow.oos
    oos: Word
    #: Series to log as metric history: names, all or none (default: none)
    series: Union[str, Sequence[str]]
    #: At most this many points a series; extremes and ends stay (default: 1000)
    series_points: int
    #: Attach the HTML tear sheet
    report: bool
    #: Attach returns and benchmark (Parquet), so that report run_id= can draw them
    attach_returns: bool
    #: Attach a file (repeatable)
    artifact: Union[Word, Sequence[Word]]
    #: Log into this existing run; its status is left alone (default: MLFLOW_RUN_ID)
    run_id: Word
    #: Do nothing when the same inputs and options are logged already
    if_new: bool
    #: Fail when the experiment does not exist
    no_create: bool
    #: Compute and print, keep nothing
    dry_run: bool
    #: Keep the run in the store; do not touch the network
    offline: bool
    #: Exit with 10 unless the metrics meet this, such as 'sharpe_ratio > 1' (repeatable)
    require: Union[Word, Sequence[Word]]
    #: Let artifacts go to this host by the server's signed addresses (repeatable; default: BTFLOW_ALLOW_ARTIFACT_HOST)
    allow_artifact_host: Union[Word, Sequence[Word]]
    #: MLflow server to use (default: MLFLOW_TRACKING_URI, else the local store)
    tracking_uri: Word
    #: Local store file (default: BTFLOW_STORE, else btflow/store.db in the user's data folder)
    store: Word
    #: Read settings from this file instead of .env.local and .env
    env_file: Word


class BatchOptions(BacktestOptions, total=False):
    """Keywords of btflow batch."""

    #: Deliveries at once (default: 4)
    jobs: int
    #: Threads that read and compute (default: the cores this process may use)
    threads: int
    #: Description of the run
    description: Word
    #: First date of the out-of-sample part, declared as tag btflow.oos
    oos: Word
    #: Series to log as metric history: names, all or none (default: none)
    series: Union[str, Sequence[str]]
    #: At most this many points a series; extremes and ends stay (default: 1000)
    series_points: int
    #: Attach the HTML tear sheet
    report: bool
    #: Attach a file (repeatable)
    artifact: Union[Word, Sequence[Word]]
    #: Fail when the experiment does not exist
    no_create: bool
    #: Compute and print, keep nothing
    dry_run: bool
    #: Keep the run in the store; do not touch the network
    offline: bool
    #: Attach returns and benchmark (Parquet), so that report run_id= can draw them (default: the returns, where the server takes them)
    attach_returns: bool
    #: Attach no returns
    no_attach_returns: bool
    #: Exit with 10 unless the metrics meet this, such as 'sharpe_ratio > 1' (repeatable)
    require: Union[Word, Sequence[Word]]
    #: Let artifacts go to this host by the server's signed addresses (repeatable; default: BTFLOW_ALLOW_ARTIFACT_HOST)
    allow_artifact_host: Union[Word, Sequence[Word]]
    #: MLflow server to use (default: MLFLOW_TRACKING_URI, else the local store)
    tracking_uri: Word
    #: Local store file (default: BTFLOW_STORE, else btflow/store.db in the user's data folder)
    store: Word
    #: Read settings from this file instead of .env.local and .env
    env_file: Word


class SearchOptions(TypedDict, total=False):
    """Keywords of btflow runs search."""

    #: Columns: run_id, status, metrics.X, params.X, tags.X, …
    columns: Union[str, Sequence[str]]
    #: Deleted runs too
    show_deleted: bool
    #: Sum metrics up by this (params.X, tags.X, status): count, mean, min, max
    group_by: Union[str, Sequence[str]]
    #: Let artifacts go to this host by the server's signed addresses (repeatable; default: BTFLOW_ALLOW_ARTIFACT_HOST)
    allow_artifact_host: Union[Word, Sequence[Word]]
    #: MLflow server to use (default: MLFLOW_TRACKING_URI, else the local store)
    tracking_uri: Word
    #: Local store file (repeatable; default: BTFLOW_STORE, else btflow/store.db in the user's data folder)
    store: Union[Word, Sequence[Word]]
    #: Read settings from this file instead of .env.local and .env
    env_file: Word


class JudgeOptions(TypedDict, total=False):
    """Keywords of btflow judge."""

    #: What the benchmark's values are (default: what its column's name says, else kind=)
    benchmark_kind: Literal["returns", "log-returns", "cumulative", "prices", "equity"]
    #: Column of the benchmark's values; without benchmark=, of the file itself
    benchmark_column: Word
    #: Column of the benchmark's dates
    benchmark_date_column: Word
    #: The benchmark's returns are in percent
    benchmark_percent: bool
    #: Blocks of rows, even, from which the halves are put together (default: 16)
    splits: int
    #: Resamples of the bootstrap tests (default: 1000)
    resamples: int
    #: Mean length of the blocks drawn, in rows (default: by Politis and White, from the returns)
    block_length: float
    #: Seed of the resamples (default: 1)
    seed: int
    #: First day out of sample: the best before it, after it (default: the one that the runs were logged with (oos=))
    holdout: Word
    #: Which backtests are trials (default: all)
    trials_from: Literal["all", "active"]
    #: Number of trials in place of those counted
    trials: int
    #: Runs whose returns are read at once (default: 8)
    jobs: int
    #: Exit with 10 unless the metrics meet this, such as 'sharpe_ratio > 1' (repeatable)
    require: Union[Word, Sequence[Word]]
    #: Write the results to the best run and to its parent as metrics
    log: bool
    #: Let artifacts go to this host by the server's signed addresses (repeatable; default: BTFLOW_ALLOW_ARTIFACT_HOST)
    allow_artifact_host: Union[Word, Sequence[Word]]
    #: MLflow server to use (default: MLFLOW_TRACKING_URI, else the local store)
    tracking_uri: Word
    #: Local store file (default: BTFLOW_STORE, else btflow/store.db in the user's data folder)
    store: Word
    #: Read settings from this file instead of .env.local and .env
    env_file: Word


#: The keyword of each flag, and what may follow the flag: choices, or in capitals what stands for
#: a value; nothing where it is on or off.
FLAGS: Dict[str, Tuple[str, str]] = {
    "--allow-artifact-host": ("allow_artifact_host", "HOST"),
    "--artifact": ("artifact", "FILE"),
    "--attach-returns": ("attach_returns", ""),
    "--author": ("author", "TEXT"),
    "--benchmark": ("benchmark", "FILE"),
    "--benchmark-column": ("benchmark_column", "NAME"),
    "--benchmark-date-column": ("benchmark_date_column", "NAME"),
    "--benchmark-kind": ("benchmark_kind", "returns|log-returns|cumulative|prices|equity"),
    "--benchmark-percent": ("benchmark_percent", ""),
    "--block-length": ("block_length", "NUMBER"),
    "--capital": ("capital", "NUMBER"),
    "--column": ("column", "NAME"),
    "--columns": ("columns", "all|COLUMN,…"),
    "--date-column": ("date_column", "NAME"),
    "--date-format": ("date_format", "FORM"),
    "--decimal": ("decimal", "point|comma"),
    "--define": ("define", "NAME=EXPRESSION"),
    "--description": ("description", "TEXT"),
    "--dry-run": ("dry_run", ""),
    "--env-file": ("env_file", "FILE"),
    "--experiment": ("experiment", "NAME"),
    "--extended": ("extended", ""),
    "--filter": ("filter", "FILTER"),
    "--goal": ("goal", "NUMBER"),
    "--group-by": ("group_by", "KEY"),
    "--holdout": ("holdout", "DATE"),
    "--if-new": ("if_new", ""),
    "--input-format": ("input_format", "NAME"),
    "--intervals": ("intervals", ""),
    "--jobs": ("jobs", "N"),
    "--kind": ("kind", "returns|log-returns|cumulative|prices|equity|trades"),
    "--log": ("log", ""),
    "--max-results": ("max_results", "N|all"),
    "--metrics": ("metrics", "A,B"),
    "--missing": ("missing", "zero|drop|error"),
    "--montecarlo": ("montecarlo", "N"),
    "--no-attach-returns": ("no_attach_returns", ""),
    "--no-create": ("no_create", ""),
    "--note": ("note", "FILE"),
    "--offline": ("offline", ""),
    "--oos": ("oos", "DATE"),
    "--order-by": ("order_by", "KEY"),
    "--param": ("params", "K=V"),
    "--params": ("params", "JSON"),
    "--parent": ("parent", "NAME"),
    "--percent": ("percent", ""),
    "--periods": ("periods", "N|auto"),
    "--quantstats": ("quantstats", "VERSION"),
    "--rate-kind": ("rate_kind", "annual|period"),
    "--report": ("report", ""),
    "--require": ("require", "CONDITION"),
    "--resample": ("resample", "day|week|month"),
    "--resamples": ("resamples", "N"),
    "--resume": ("resume", ""),
    "--returns": ("returns", "FILE"),
    "--risk-free-rate": ("risk_free_rate", "RATE|FILE"),
    "--ruin": ("ruin", "NUMBER"),
    "--run-id": ("run_id", "ID"),
    "--run-name": ("run_name", "HEADING"),
    "--seed": ("seed", "N"),
    "--series": ("series", "A,B"),
    "--series-points": ("series_points", "N"),
    "--show-deleted": ("show_deleted", ""),
    "--splits": ("splits", "N"),
    "--store": ("store", "FILE"),
    "--strategy": ("strategy", "NAME"),
    "--tag": ("tags", "K=V"),
    "--threads": ("threads", "N"),
    "--timezone": ("timezone", "ZONE"),
    "--tracking-uri": ("tracking_uri", "URL"),
    "--trials": ("trials", "N"),
    "--trials-from": ("trials_from", "all|active"),
    "--trials-variance": ("trials_variance", "NUMBER"),
}
