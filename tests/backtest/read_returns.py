"""Reads Parquet files of returns as their users do, and prints what each of them found as JSON.

    python read_returns.py FILE...

For each file: the type of the dates by reader, the dates as text and the bits of the values, on which
all readers must agree. Other readers than those of the test environment are asked where they are.
"""

import json
import struct
import sys

import pandas as pd
import polars as pl
import pyarrow.parquet as pq


def found(kind, dates, values):
    bits = [struct.pack(">d", value).hex() for value in values]
    return {"kind": kind, "dates": None if dates is None else list(map(str, dates)), "bits": bits}


def by_arrow(path):
    table = pq.read_table(path)
    dated = "date" in table.column_names
    dates = table["date"].to_pylist() if dated else None
    return found(str(table.schema.field("date").type) if dated else None, dates, table["returns"].to_pylist())


def by_pandas(path):
    frame = pd.read_parquet(path)
    dated = "date" in frame
    dates = list(frame["date"]) if dated else None
    return found(str(frame["date"].dtype) if dated else None, dates, frame["returns"].tolist())


def by_polars(path):
    frame = pl.read_parquet(path)
    dated = "date" in frame.columns
    dates = frame["date"].to_list() if dated else None
    return found(str(frame["date"].dtype) if dated else None, dates, frame["returns"].to_list())


def by_duckdb(path):
    rows = duckdb.sql(f"SELECT * FROM '{path}'")
    dated = "date" in rows.columns
    kind = str(rows.types[rows.columns.index("date")]) if dated else None
    cells = rows.fetchall()
    dates = [row[0] for row in cells] if dated else None
    return found(kind, dates, [row[-1] for row in cells])


readers = {"pyarrow": by_arrow, "pandas": by_pandas, "polars": by_polars}
try:
    import duckdb

    readers["duckdb"] = by_duckdb
except ImportError:
    pass

json.dump([{name: read(path) for name, read in readers.items()} for path in sys.argv[1:]], sys.stdout)
