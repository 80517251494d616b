"""Writes the returns of CSV files as datasets: long, a row a symbol and date, and wide, a column a symbol.

    python datasets.py LONG WIDE FILE...
"""

import sys

import polars as pl

long_file, wide_file, *files = sys.argv[1:]
series = [pl.read_csv(file, try_parse_dates=True) for file in files]
names = [f"S{number:05d}" for number in range(len(files))]
pl.concat(
    one.select(pl.lit(name).alias("symbol"), "date", "returns")
    for name, one in zip(names, series)
).write_parquet(long_file, row_group_size=252_000)
columns = {name: one["returns"] for name, one in zip(names, series)}
pl.DataFrame({"date": series[0]["date"], **columns}).write_parquet(wide_file)
