"""Makes the files under tables/: one series of returns as different tools write it, and the tables
that backtesting.py and vectorbt give of a backtest that is really run here.

Made with Python 3.11, pandas 3.1.1, pyarrow 26.0.1, polars 2.1.0, backtesting 0.6.6 and
vectorbt 1.2.0:

    pip install pandas==3.1.1 pyarrow==26.0.1 polars==2.1.0 backtesting==0.6.6 vectorbt==1.2.0
    python make_tables.py
"""

import datetime
import decimal
import json
import pathlib

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import vectorbt as vbt
from backtesting import Backtest, Strategy
from backtesting.lib import crossover

HERE = pathlib.Path(__file__).parent / "tables"
HERE.mkdir(exist_ok=True)


def one_series() -> None:
    random = np.random.default_rng(20200101)
    index = pd.date_range("2020-01-01", periods=300, freq="D", name="date")
    values = random.normal(0.0005, 0.012, 300)
    values[10], values[20], values[30] = 0.0, 1e-7 / 3, -0.1
    frame = pd.DataFrame({"returns": values}, index=index)
    frame.to_csv(HERE / "pandas.csv")
    frame["returns"].rename(None).rename_axis(None).to_csv(HERE / "pandas_unnamed.csv")
    frame.reset_index().to_csv(HERE / "pandas_counter.csv")
    frame.to_csv(HERE / "pandas.tsv", sep="\t")
    frame.to_csv(HERE / "semicolon.csv", sep=";")
    frame.to_csv(HERE / "quoted.csv", quoting=1)
    frame.to_csv(HERE / "pandas.csv.gz", compression={"method": "gzip", "mtime": 1})
    frame.tz_localize("Asia/Tokyo").to_csv(HERE / "tokyo.csv")
    for name, unit in (("s", 1), ("ms", 10**3), ("us", 10**6), ("ns", 10**9)):
        epochs = (index.as_unit("s").asi8 * unit).tolist()
        lines = [f"{epoch},{value!r}" for epoch, value in zip(epochs, values.tolist())]
        (HERE / f"epoch_{name}.csv").write_text("\n".join(["time,return", *lines, ""]))
    for codec in ("snappy", "zstd", "gzip", "brotli", "lz4"):
        frame.to_parquet(HERE / f"pandas_{codec}.parquet", compression=codec)
    for unit in ("s", "ms", "us", "ns"):
        frame.set_axis(index.as_unit(unit)).rename_axis("date").to_parquet(
            HERE / f"pandas_{unit}.parquet"
        )
    frame.rename_axis(None).to_parquet(HERE / "pandas_unnamed.parquet")
    frame.reset_index().to_parquet(HERE / "pandas_counter.parquet")
    frame.tz_localize("Asia/Tokyo").to_parquet(HERE / "pandas_tokyo.parquet")
    frame.reset_index().assign(date=lambda f: f["date"].dt.date).to_parquet(HERE / "pandas_date.parquet")
    table = pl.from_pandas(frame.reset_index())
    table.write_csv(HERE / "polars.csv")
    table.write_ndjson(HERE / "polars.jsonl")
    table.write_parquet(HERE / "polars.parquet")
    for unit in ("ms", "us", "ns"):
        table.with_columns(pl.col("date").cast(pl.Datetime(unit))).write_parquet(
            HERE / f"polars_{unit}.parquet", compression="snappy"
        )
    tokyo = table.with_columns(pl.col("date").dt.replace_time_zone("Asia/Tokyo"))
    tokyo.write_parquet(HERE / "polars_tokyo.parquet")
    tokyo.write_csv(HERE / "polars_tokyo.csv")
    records = [{"date": str(day.date()), "returns": value} for day, value in zip(index, values.tolist())]
    (HERE / "array.json").write_text(json.dumps(records))
    nanoseconds = [{"time": int(day.value), "returns": v} for day, v in zip(index.as_unit("ns"), values.tolist())]
    (HERE / "epoch_ns.jsonl").write_text("".join(json.dumps(record) + "\n" for record in nanoseconds))
    as_vectorbt = frame["returns"].vbt.returns(freq="D")
    as_vectorbt.obj.to_frame().to_parquet(HERE / "vectorbt.parquet")


def decimals() -> None:
    days = [datetime.date(2020, 1, day) for day in (1, 2, 3)]
    values = [decimal.Decimal("0.1234567"), decimal.Decimal("-0.2"), None]
    for precision in (9, 18, 38):
        table = pa.table({"date": days, "returns": pa.array(values, pa.decimal128(precision, 7))})
        pq.write_table(table, HERE / f"decimal_{precision}.parquet",
                       store_decimal_as_integer=precision < 38)
    odd = {"d": [str(day) for day in days], "n": pa.array([1, None, 3]), "note": ["a", "b", "c"],
           "nested": [[1], [2], [3]]}
    pq.write_table(pa.table(odd), HERE / "text_dates.parquet")
    gap = {"date": pa.array([days[0], None, days[2]]), "returns": [0.1, 0.2, 0.3]}
    pq.write_table(pa.table(gap), HERE / "missing_date.parquet")
    clock = {"time": [datetime.time(9, 30), datetime.time(10, 30)], "returns": [0.1, 0.2]}
    pq.write_table(pa.table(clock), HERE / "time_of_day.parquet")
    twice = [pa.array(days), pa.array([0.1, 0.2, 0.3]), pa.array([0.4, 0.5, 0.6])]
    pq.write_table(pa.Table.from_arrays(twice, names=["date", "returns", "returns"]),
                   HERE / "same_names.parquet")


def prices() -> pd.DataFrame:
    random = np.random.default_rng(7)
    close = 100 * np.exp(np.cumsum(random.normal(0.0004, 0.011, 400)))
    open_ = np.concatenate([[100.0], close[:-1]])
    return pd.DataFrame(
        {"Open": open_, "High": np.maximum(open_, close) * 1.003,
         "Low": np.minimum(open_, close) * 0.997, "Close": close, "Volume": 1000.0},
        index=pd.bdate_range("2021-01-04", periods=400),
    )


class Cross(Strategy):
    def init(self):
        close = self.data.Close
        self.fast = self.I(lambda x: pd.Series(x).rolling(5).mean(), close)
        self.slow = self.I(lambda x: pd.Series(x).rolling(20).mean(), close)

    def next(self):
        if crossover(self.fast, self.slow):
            self.buy()
        elif crossover(self.slow, self.fast):
            self.position.close()


def backtests() -> None:
    frame = prices()
    stats = Backtest(frame, Cross, cash=10_000, commission=0.001, finalize_trades=True).run()
    curve = stats["_equity_curve"]
    curve.to_csv(HERE / "backtesting_equity.csv")
    curve.to_parquet(HERE / "backtesting_equity.parquet")
    stats["_trades"].to_csv(HERE / "backtesting_trades.csv")
    close = frame["Close"]
    fast, slow = close.rolling(5).mean(), close.rolling(20).mean()
    portfolio = vbt.Portfolio.from_signals(
        close, (fast > slow) & (fast.shift() <= slow.shift()), fast < slow,
        init_cash=10_000, fees=0.001, freq="D",
    )
    portfolio.returns().to_csv(HERE / "vectorbt_returns.csv")
    portfolio.value().to_csv(HERE / "vectorbt_value.csv")
    portfolio.returns().to_frame("returns").to_parquet(HERE / "vectorbt_returns.parquet")
    portfolio.trades.records_readable.to_csv(HERE / "vectorbt_trades.csv", index=False)
    expected = {
        "backtesting": {
            "total_return": stats["Return [%]"] / 100,
            "max_drawdown": stats["Max. Drawdown [%]"] / 100,
            "start": str(curve.index[0]), "rows": len(curve),
        },
        "vectorbt": {"total_return": portfolio.total_return(), "max_drawdown": portfolio.max_drawdown()},
    }
    (HERE / "expected.json").write_text(json.dumps(expected, indent=1, default=float) + "\n")


if __name__ == "__main__":
    one_series()
    decimals()
    backtests()
