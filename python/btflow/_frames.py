"""Series and frames of pandas and polars as columns."""

from __future__ import annotations

from typing import Any, List, Optional, Sequence

from ._columns import (
    Column,
    check_places,
    loaded,
    numbers,
    plain,
    problem,
    python_times,
    times,
    whole_numbers,
)

#: What the column of an index is called.
DATE = "date"


def pandas_columns(data: Any, in_utc: bool) -> Optional[List[Column]]:
    """The columns of a pandas object, its index first; None of anything else."""
    pandas = loaded("pandas")
    if pandas is None:
        return None
    if isinstance(data, pandas.Series):
        return [*_index(data.index, in_utc), _pandas_column(name_of(data.name), data, in_utc)]
    if isinstance(data, pandas.DataFrame):
        _check_names([str(name) for name in data.columns])
        if data.columns.nlevels > 1:
            raise problem("its columns have several levels; choose one of each, such as with .xs()")
        index = _index(data.index, in_utc)
        is_trades = sum(getattr(dtype, "kind", "O") == "M" for dtype in data.dtypes) > 1
        # Beside an index of dates other times may be missing, too.
        own = [
            _pandas_column(str(name), data[name], in_utc, may_miss=is_trades or (index != [] and name != DATE))
            for name in data.columns
        ]
        names = {column.name for column in own}
        return [*(column for column in index if column.name not in names), *own]
    if isinstance(data, pandas.Index):
        return _index(data, in_utc)
    return None


def name_of(name: Any) -> str:
    """A series' own name where it is one that says something; else a name that says nothing."""
    is_date = isinstance(name, str) and name.strip().lower() in (DATE, "datetime", "timestamp", "time")
    return name if isinstance(name, str) and name.strip() != "" and not is_date else "value"


def _index(index: Any, in_utc: bool) -> List[Column]:
    pandas = loaded("pandas")
    if isinstance(index, pandas.RangeIndex):
        return []
    if index.nlevels > 1:
        raise problem(
            "its index has several levels; choose one series of it, such as with .xs(), or droplevel()"
        )
    return [_pandas_column(DATE, index, in_utc, is_date=True)]


def _pandas_column(
    name: str, data: Any, in_utc: bool, is_date: bool = False, may_miss: bool = False
) -> Column:
    """``data``: a Series or an Index."""
    pandas = loaded("pandas")
    dtype = data.dtype
    if isinstance(dtype, pandas.PeriodDtype):
        return _pandas_times(name, _period_ends(pandas.PeriodIndex(data)), in_utc)
    kind = getattr(dtype, "kind", "O")
    if kind == "M":
        times_of = pandas.DatetimeIndex(data)
        if is_date and not in_utc:
            _check_clock(times_of)
        return _pandas_times(name, times_of, in_utc, may_miss)
    if kind in "iu" and not data.isna().any():
        values = data.to_numpy(dtype="int64")
        if is_date:
            check_places(values, "its index")
            return whole_numbers(name, values)
        return numbers(name, values)
    if kind in "iuf":
        return numbers(name, data.to_numpy(dtype="float64", na_value=float("nan")))
    values = data.tolist()
    dates = python_times(name, values, in_utc)
    if dates is not None and len(values) > 0:
        return dates
    column = plain(name, values)
    if is_date and column.texts is None:
        return Column(name, texts=[str(value) for value in values])
    return column


def _period_ends(periods: Any) -> Any:
    """A period's last day, as its return is known then; a period within a day is named by its start."""
    if len(periods) == 0:
        return periods.to_timestamp()
    within_day = periods[0].start_time.normalize() == periods[0].end_time.normalize()
    is_day = within_day and periods[0].start_time == periods[0].start_time.normalize() and (
        periods[0].end_time - periods[0].start_time
    ).total_seconds() > 86_000
    if within_day and not is_day:
        return periods.to_timestamp(how="start")
    return periods.to_timestamp(how="end").normalize()


def _check_clock(index: Any) -> None:
    """Refuses an hour that the clock of a zone shows twice, as when summer time ends."""
    if index.tz is None:
        return
    shown = index.tz_localize(None)
    if index.is_unique and not shown.is_unique:
        raise problem(
            f"the clock of {index.tz} shows {shown[shown.duplicated()][0]} twice; "
            'timezone="UTC" tells the two apart'
        )


def _pandas_times(name: str, index: Any, in_utc: bool, may_miss: bool = False) -> Column:
    """Times with a zone are taken by its clock, as their days are meant, unless a zone is asked for."""
    is_utc = index.tz is not None and (in_utc or str(index.tz) == "UTC")
    if index.tz is not None:
        index = index.tz_convert("UTC").tz_localize(None) if is_utc else index.tz_localize(None)
    unit = getattr(index, "unit", "ns")
    return times(name, index.asi8, unit, is_utc=is_utc, may_miss=may_miss)


def polars_columns(data: Any, in_utc: bool) -> Optional[List[Column]]:
    """The columns of a polars object; None of anything else."""
    polars = loaded("polars")
    if polars is None:
        return None
    if isinstance(data, polars.LazyFrame):
        raise problem("it is a LazyFrame; collect() it")
    if isinstance(data, polars.Series):
        return [_polars_column(name_of(data.name), data, in_utc)]
    if isinstance(data, polars.DataFrame):
        is_trades = sum(dtype.is_temporal() for dtype in data.dtypes) > 1
        return [_polars_column(name, data[name], in_utc, is_trades) for name in data.columns]
    return None


def _polars_column(name: str, data: Any, in_utc: bool, may_miss: bool = False) -> Column:
    polars = loaded("polars")
    dtype = data.dtype
    if dtype == polars.Date:
        return times(name, data.to_physical().to_list(), "D", may_miss=may_miss)
    if dtype == polars.Datetime:
        zone = dtype.time_zone
        is_utc = zone is not None and (in_utc or zone == "UTC")
        if zone is not None and not is_utc:
            data = data.dt.replace_time_zone(None)
        units = data.to_physical().to_list()
        return times(name, units, dtype.time_unit, is_utc=is_utc, may_miss=may_miss)
    if dtype.is_integer() and data.null_count() == 0 and name.lower() in (DATE, "datetime", "timestamp"):
        return whole_numbers(name, data.cast(polars.Int64).to_list())
    if dtype.is_numeric():
        return numbers(name, data.cast(polars.Float64).fill_null(float("nan")).to_list())
    return plain(name, data.to_list())


def _check_names(names: Sequence[str]) -> None:
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise problem(f"more than one of its columns is called {twice!r}; rename or leave out one")
