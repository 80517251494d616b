"""Holds the metrics of two Parquet files against each other, run by run; fails where they differ.

    python same_metrics.py OURS THEIRS [METRIC...]

The metrics named are those that OURS need not have.
"""

import sys

import polars as pl

ours, theirs = (pl.read_parquet(file).sort("run_name") for file in sys.argv[1:3])
if len(ours) == 0 or not ours["run_name"].equals(theirs["run_name"]):
    sys.exit(f"Cannot compare: {len(ours)} runs are not the same as {len(theirs)}")
spared = {f"metrics.{name}" for name in sys.argv[3:]}
for column in theirs.columns[1:]:
    if column in spared:
        continue
    apart = (ours[column] - theirs[column]).abs() / theirs[column].abs()
    # What is missing, or is no number, is not the same either.
    worst = apart.fill_nan(None).fill_null(float("inf")).max()
    if worst > 1e-9:
        sys.exit(f"Cannot compare: {column} differs by {worst:.1e} of its value")
