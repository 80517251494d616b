"""What a user has, as what the binary reads: a file's path, or the bytes of one."""

from __future__ import annotations

import csv
import io
import os
from typing import Any, Iterable, List, Mapping, NamedTuple, Optional, Union

from ._columns import Column, check_places, loaded, numbers, plain, problem, python_times, same_length, times
from ._frames import DATE, name_of, pandas_columns, polars_columns
from ._parquet import parquet

#: Returns, prices, equity, trades: a file's path; a pandas or polars Series or DataFrame; a NumPy array; a
#: list; a mapping from dates to values.
Source = Union[str, "os.PathLike[str]", Iterable[Any]]


class Payload(NamedTuple):
    """What is handed to the binary: a file of the user's, or the bytes of one."""

    path: Optional[str] = None
    content: Optional[bytes] = None
    #: The ending of a file with these bytes.
    suffix: str = ""
    #: The series' own name, where it has one.
    name: Optional[str] = None


def payload(source: Source, dates: Optional[Iterable[Any]], in_utc: bool) -> Payload:
    """A source as the binary takes it. ``in_utc``: times with a zone are to be handed on as instants."""
    if isinstance(source, (str, os.PathLike)):
        if dates is not None:
            raise problem("dates= belongs to values; a file has its own")
        return Payload(path=os.fspath(source))
    columns = _columns(source, dates, in_utc)
    if len(columns) == 0:
        raise problem("there are no columns")
    same_length([(f"values of {column.name}", _length(column)) for column in columns])
    name = getattr(source, "name", None)
    own = name if isinstance(name, str) and name.strip() != "" else None
    stored = [column.stored for column in columns if column.stored is not None]
    if len(stored) == len(columns):
        return Payload(content=parquet(stored), suffix=".parquet", name=own)
    return Payload(content=_csv(columns), suffix=".csv", name=own)


def _columns(source: Any, dates: Optional[Iterable[Any]], in_utc: bool) -> List[Column]:
    if isinstance(source, Mapping):
        if dates is not None:
            raise problem("dates= belongs to values alone; a mapping has its own")
        return [_dates(list(source.keys()), in_utc), plain("value", list(source.values()))]
    found = pandas_columns(source, in_utc) or polars_columns(source, in_utc)
    if found is None:
        found = [_values(source)]
    if dates is None:
        return found
    others = [column for column in found if column.name != DATE]
    return [_dates(dates, in_utc), *others]


def _values(source: Any) -> Column:
    numpy = loaded("numpy")
    if numpy is not None and isinstance(source, numpy.ndarray):
        if source.ndim != 1:
            raise problem(f"the array has {source.ndim} dimensions; give one column of it")
        if source.dtype.kind in "iuf":
            floats = source.astype("float64")
            # Under a mask there may be any number.
            return numbers("value", floats.filled(numpy.nan) if numpy.ma.isMaskedArray(floats) else floats)
        source = source.tolist()
    if isinstance(source, (bytes, bytearray)) or not hasattr(source, "__iter__"):
        raise problem(f"{type(source).__name__} is neither a path nor a series of values")
    return plain(name_of(getattr(source, "name", None)), list(source))


def _dates(dates: Any, in_utc: bool) -> Column:
    numpy = loaded("numpy")
    pandas = loaded("pandas")
    if pandas is not None and isinstance(dates, pandas.Series):
        dates = pandas.Index(dates)
    found = pandas_columns(dates, in_utc) or polars_columns(dates, in_utc)
    if found is not None:
        if len(found) != 1:
            raise problem("dates= needs one column of dates")
        return found[0]._replace(
            name=DATE, stored=None if found[0].stored is None else found[0].stored._replace(name=DATE)
        )
    if numpy is not None and isinstance(dates, numpy.ndarray):
        if dates.dtype.kind == "M":
            unit = numpy.datetime_data(dates.dtype)[0]
            fine = dates if unit in ("s", "ms", "us", "ns") else dates.astype("datetime64[s]")
            return times(DATE, fine.astype("int64"), numpy.datetime_data(fine.dtype)[0])
        dates = dates.tolist()
    values = list(dates)
    if numpy is not None and len(values) > 0 and isinstance(values[0], numpy.datetime64):
        return _dates(numpy.array(values), in_utc)
    found_times = python_times(DATE, values, in_utc)
    if found_times is not None:
        return found_times
    if all(isinstance(value, int) and not isinstance(value, bool) for value in values):
        check_places(values, "dates=")
    return Column(DATE, texts=["" if value is None else str(value) for value in values])


def _length(column: Column) -> int:
    if column.texts is not None:
        return len(column.texts)
    assert column.stored is not None
    return len(column.stored.data) // 8


def _csv(columns: List[Column]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([column.name for column in columns])
    # A row of one empty cell would be a blank line, which is no row.
    cells = [column.cells() for column in columns]
    if len(columns) == 1:
        cells = [["nan" if cell == "" else cell for cell in cells[0]]]
    writer.writerows(zip(*cells))
    return text.getvalue().encode("utf-8", "replace")
