"""Makes the files under datasets/: the same few series as one long table, sorted by key or by date, and
as one wide table, by pandas, polars, pyarrow and DuckDB, in their encodings and partitions. expected.json
has what pandas' groupby makes of them.

Made with pandas 3.1.1, pyarrow 25.0.1, polars 2.1.0 and duckdb 2.0.1:

    pip install pandas pyarrow polars duckdb
    python make_datasets.py
"""

import json
import pathlib
import shutil

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

HERE = pathlib.Path(__file__).parent / "datasets"
shutil.rmtree(HERE, ignore_errors=True)
HERE.mkdir()

SYMBOLS = ["BTC", "ETH", "A/B c", "Ö=1"]
FRAMES = ["4h", "1d"]


def long_table() -> pd.DataFrame:
    random = np.random.default_rng(20240101)
    days = pd.date_range("2024-01-01", periods=60, freq="D")
    parts = []
    for number, symbol in enumerate(SYMBOLS):
        for other, frame in enumerate(FRAMES):
            run = number * 2 + other
            own = days[run * 3 : 60 - run]
            values = random.normal(0.0003, 0.01, len(own))
            if run == 2:
                values[5] = np.nan
            parts.append(
                pd.DataFrame(
                    {
                        "symbol": symbol,
                        "timeframe": frame,
                        "date": own,
                        "returns": values,
                        "lookback": np.int64(10 + run),
                        "fee": 0.5 * run,
                        "small": np.float32(0.1 * (run + 1)),
                        "live": run % 2 == 0,
                        "note": None if run == 3 else f"n{run}",
                        "volume": random.integers(1, 10_000, len(own)),
                    }
                )
            )
    return pd.concat(parts, ignore_index=True)


def expected(table: pd.DataFrame) -> None:
    def text(value: object) -> str | None:
        return None if value is None or value is pd.NaT or value != value else str(value)

    series = {}
    for (symbol, frame), rows in table.groupby(["symbol", "timeframe"], sort=False):
        constant = {}
        for name in ["symbol", "timeframe", "lookback", "fee", "small", "live", "note"]:
            values = rows[name].drop_duplicates()
            assert len(values) == 1
            value = text(values.iloc[0])
            if value is not None:
                constant[name] = value
        series[f"{symbol}/{frame}"] = {
            "params": constant,
            "dates": [int(one.timestamp() * 1000) for one in rows["date"]],
            "values": [None if np.isnan(one) else one for one in rows["returns"]],
        }
    (HERE / "expected.json").write_text(json.dumps(series, indent=1) + "\n")


def long_files(table: pd.DataFrame) -> None:
    table.to_csv(HERE / "long.csv", index=False)
    table.to_parquet(HERE / "pandas_snappy.parquet", index=False, row_group_size=64)
    mixed = table.sort_values("date", kind="stable").reset_index(drop=True)
    mixed.to_csv(HERE / "long_mixed.csv", index=False)
    categories = mixed.astype({"symbol": "category"})
    categories.to_parquet(
        HERE / "pandas_mixed_zstd.parquet", index=False, row_group_size=100, compression="zstd"
    )
    arrow = pa.Table.from_pandas(mixed, preserve_index=False)
    pq.write_table(
        arrow,
        HERE / "pyarrow_plain_gzip.parquet",
        compression="gzip",
        use_dictionary=False,
        data_page_version="2.0",
        row_group_size=90,
    )
    pq.write_table(
        arrow,
        HERE / "pyarrow_delta.parquet",
        compression="none",
        use_dictionary=False,
        column_encoding={
            "symbol": "DELTA_BYTE_ARRAY",
            "timeframe": "DELTA_LENGTH_BYTE_ARRAY",
            "date": "DELTA_BINARY_PACKED",
            "returns": "BYTE_STREAM_SPLIT",
            "lookback": "DELTA_BINARY_PACKED",
        },
        row_group_size=150,
        data_page_size=256,
    )
    days = table.assign(date=table["date"].dt.date)
    pq.write_table(
        pa.Table.from_pandas(days, preserve_index=False),
        HERE / "pyarrow_lz4.parquet",
        compression="lz4",
        data_page_size=128,
    )
    pl.from_pandas(table).write_parquet(HERE / "polars.parquet", row_group_size=70)
    connection = duckdb.connect()
    connection.register("t", table)
    connection.execute(f"COPY (FROM t) TO '{HERE}/duckdb.parquet' (ROW_GROUP_SIZE 2048)")
    connection.execute(
        f"COPY (FROM t) TO '{HERE}/duckdb_hive' (FORMAT parquet, PARTITION_BY (symbol, timeframe))"
    )
    connection.execute(
        f"COPY (FROM t WHERE date < '2024-01-13') TO '{HERE}/by_date' "
        "(FORMAT parquet, PARTITION_BY (date))"
    )
    pl.from_pandas(table).write_parquet(
        str(HERE / "polars_hive"), partition_by=["symbol"], mkdir=True
    )
    pq.write_to_dataset(
        pa.Table.from_pandas(table.assign(year=table["date"].dt.year), preserve_index=False),
        HERE / "spark_like",
        partition_cols=["year"],
        basename_template="part-{i}.snappy.parquet",
    )
    (HERE / "spark_like" / "_SUCCESS").write_text("")
    (HERE / "spark_like" / ".part.crc").write_text("no data")
    parts = HERE / "parts"
    parts.mkdir()
    for number, rows in enumerate([table.iloc[:200], table.iloc[200:]]):
        rows.to_parquet(parts / f"part-{number}.parquet", index=False)


def wide_files(table: pd.DataFrame) -> None:
    table = table.assign(name=table["symbol"] + "/" + table["timeframe"])
    names = list(dict.fromkeys(table["name"]))
    wide = table.pivot(index="date", columns="name", values="returns")[names]
    wide.columns.name = None
    wide.to_csv(HERE / "wide.csv")
    wide.to_parquet(HERE / "pandas_wide.parquet", row_group_size=25)
    frame = wide.reset_index().assign(text="x", flag=True)
    pl.from_pandas(frame).write_parquet(HERE / "polars_wide.parquet")
    duckdb.connect().execute(f"COPY (FROM frame) TO '{HERE}/duckdb_wide.parquet'")
    parts = HERE / "wide_parts"
    parts.mkdir()
    first = wide.iloc[:30].dropna(axis=1, how="all")
    first.to_parquet(parts / "2024-01.parquet")
    wide.iloc[30:].to_parquet(parts / "2024-02.parquet")


def pages() -> None:
    """Columns of every plain type with gaps, in small pages: dictionaries that overflow, both versions."""
    random = np.random.default_rng(7)
    rows = 1200
    gaps = random.random(rows) < 0.2
    gaps[300:700] = False
    times = random.integers(-(10**18), 10**18, rows)

    def column(values: np.ndarray, kind: pa.DataType) -> pa.Array:
        return pa.array(values, kind, mask=gaps)

    few = random.integers(0, 5, rows)
    table = pa.table(
        {
            "double": column(random.normal(size=rows), pa.float64()),
            "few": column(few * 0.25, pa.float64()),
            "none": pa.array([None] * rows, pa.float64()),
            "float": column(random.normal(size=rows).astype("f4"), pa.float32()),
            "int": column(random.integers(-(2**31), 2**31, rows).astype("i4"), pa.int32()),
            "date": column(random.integers(-10_000, 20_000, rows).astype("i4"), pa.date32()),
            "ms": column(times // 10**6, pa.timestamp("ms")),
            "us": column(times // 10**3, pa.timestamp("us")),
            "ns": column(times, pa.timestamp("ns")),
        }
    )
    whole = pa.table({"double": random.normal(size=rows), "few": few * 0.25})
    required = pa.schema([pa.field(one.name, one.type, nullable=False) for one in whole.schema])
    for name, data in [("gaps", table), ("required", whole.cast(required))]:
        for version, limit in [("1.0", 1 << 20), ("1.0", 600), ("2.0", 600)]:
            pq.write_table(
                data,
                HERE / f"pages_{name}_{version[0]}_{limit}.parquet",
                data_page_version=version,
                dictionary_pagesize_limit=limit,
                data_page_size=900,
                row_group_size=700,
                version="2.6",
                compression="snappy",
            )


TABLE = long_table()
pages()
expected(TABLE)
long_files(TABLE)
wide_files(TABLE)
