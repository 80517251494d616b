"""What columns hold, whichever package they come from: numbers, times or texts.

pandas, polars and NumPy are never imported here: an object of theirs is known by the module that is
loaded already.
"""

from __future__ import annotations

import math
import sys
from array import array
from datetime import date, datetime, timedelta
from typing import Any, Iterable, List, NamedTuple, Optional, Sequence, Tuple

from ._errors import InputError
from ._parquet import Stored

_EPOCH = datetime(1970, 1, 1)
_DAY_MS = 86_400_000
_NOT_A_TIME = -(2**63)
#: Whole numbers below are no dates in any form (1900-01-01 is 19000101), but places in a list.
_FIRST_DATE = 19_000_101


class Column(NamedTuple):
    """A column by what it holds: exactly one of ``stored`` and ``texts``."""

    name: str
    stored: Optional[Stored] = None
    texts: Optional[List[str]] = None

    def cells(self) -> List[str]:
        """The column as a CSV has it."""
        if self.texts is not None:
            return self.texts
        assert self.stored is not None
        _, data, is_float, unit, is_utc = self.stored
        values = array("d" if is_float else "q", data)
        if sys.byteorder == "big":
            values.byteswap()
        if is_float:
            return ["" if math.isnan(value) else repr(value) for value in values]
        if unit is None:
            return [str(value) for value in values]
        return [_time_text(int(value), unit, is_utc) for value in values]


def loaded(package: str) -> Any:
    """A package that somebody imported, else None."""
    return sys.modules.get(package)


def problem(message: str) -> InputError:
    """The error of data that the binary need not see to know."""
    return InputError(f"Cannot read the returns: {message}")


def numbers(name: str, values: Any) -> Column:
    """A column of floats; missing ones are NaN. ``values``: an array of NumPy's, or a list."""
    numpy = loaded("numpy")
    if numpy is not None and isinstance(values, numpy.ndarray):
        return Column(name, Stored(name, numpy.ascontiguousarray(values, "<f8").tobytes(), True))
    return Column(name, Stored(name, _bytes("d", values), True))


def whole_numbers(name: str, values: Any) -> Column:
    """A column of whole numbers that are not measured: dates as 20240131, counts."""
    numpy = loaded("numpy")
    if numpy is not None and isinstance(values, numpy.ndarray):
        return Column(name, Stored(name, numpy.ascontiguousarray(values, "<i8").tobytes(), False))
    return Column(name, Stored(name, _bytes("q", values), False))


def times(name: str, values: Any, unit: str, is_utc: bool = False, may_miss: bool = False) -> Column:
    """A column of times: whole numbers of a unit (``D s ms us ns``) since 1970.

    They are stored in the coarsest unit that holds them all, so that the same times are the same bytes
    from whichever package and version they come. ``may_miss``: an open trade has no time of its exit.
    """
    coarser = {"us": ("ms", 1000), "ns": ("us", 1000)}
    finer = {"s": ("ms", 1000), "D": ("ms", _DAY_MS)}
    numpy = loaded("numpy")
    is_array = numpy is not None and isinstance(values, numpy.ndarray)
    missing = (values == _NOT_A_TIME).nonzero()[0] if is_array else _missing(values)
    if may_miss and len(missing) > 0:
        return Column(name, texts=_times_with_gaps(values, unit, is_utc))
    _refuse_missing(missing)
    while unit in finer:
        unit, factor = finer[unit]
        values = values * factor if is_array else [value * factor for value in values]
    while unit in coarser:
        larger, factor = coarser[unit]
        if bool((values % factor).any()) if is_array else any(v % factor for v in values):
            break
        unit = larger
        values = values // factor if is_array else [value // factor for value in values]
    stored = whole_numbers(name, values).stored
    assert stored is not None
    return Column(name, stored._replace(unit=unit, is_utc=is_utc))


def _times_with_gaps(values: Iterable[Any], unit: str, is_utc: bool) -> List[str]:
    in_ns = {"D": _DAY_MS * 10**6, "s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}[unit]
    gaps = (None, _NOT_A_TIME)
    return ["" if value in gaps else _time_text(int(value) * in_ns, "ns", is_utc) for value in values]


def _missing(values: Iterable[Any]) -> List[int]:
    return [row for row, value in enumerate(values) if value is None]


def _refuse_missing(rows: Sequence[int]) -> None:
    if len(rows) > 0:
        raise problem(f"row {int(rows[0]) + 1} has no date; leave it out, or give it one")


def python_times(name: str, values: Sequence[Any], in_utc: bool) -> Optional[Column]:
    """A column of Python's dates or times; None where there is anything else."""
    if not all(isinstance(value, date) for value in values):
        return None
    missing = [row for row, value in enumerate(values) if value != value]
    if 0 < len(missing) == len(values):
        # NaT alone tells no dates from durations.
        return None
    _refuse_missing(missing)
    offsets = {value.utcoffset() for value in values if isinstance(value, datetime)}
    in_utc = in_utc or offsets == {timedelta(0)}
    microseconds = [_microseconds(value, in_utc) for value in values]
    return times(name, microseconds, "us", is_utc=in_utc and None not in offsets and offsets != set())


def _microseconds(value: date, in_utc: bool) -> int:
    if not isinstance(value, datetime):
        return (value - _EPOCH.date()).days * 86_400_000_000
    offset = value.utcoffset()
    wall = value.replace(tzinfo=None)
    moved = wall - offset if in_utc and offset is not None else wall
    return (moved - _EPOCH) // timedelta(microseconds=1)


def plain(name: str, values: Sequence[Any]) -> Column:
    """A column of whatever objects: floats where all are numbers or missing, else texts."""
    floats = array("d")
    try:
        for value in values:
            if isinstance(value, (str, bytes, bool)):
                break
            floats.append(math.nan if is_missing(value) else float(value))
        else:
            return numbers(name, floats)
    except (TypeError, ValueError):
        pass
    return Column(name, texts=[text(value) for value in values])


def is_missing(value: Any) -> bool:
    """Whether it stands for no value: None, NaN, NaT, pandas' NA."""
    if value is None:
        return True
    try:
        return bool(value != value)
    except TypeError:
        # pandas' NA answers neither yes nor no.
        return True
    except ValueError:
        return False


def text(value: Any) -> str:
    """A cell as a CSV has it."""
    if is_missing(value):
        return ""
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    return repr(value) if type(value) is float else str(value)


def check_places(values: Sequence[int], what: str) -> None:
    """Refuses whole numbers that can only be places, where dates are expected."""
    if len(values) > 0 and max(abs(int(values[0])), abs(int(values[-1]))) < _FIRST_DATE:
        raise problem(
            f"{what} holds whole numbers from {values[0]} to {values[-1]}, which are no dates; give "
            "the dates with dates=, or reset_index(drop=True) where there are none"
        )


def _bytes(form: str, values: Any) -> bytes:
    packed = values if isinstance(values, array) else array(form, values)
    if sys.byteorder == "big":
        packed = packed[:]
        packed.byteswap()
    return packed.tobytes()


def _time_text(value: int, unit: str, is_utc: bool) -> str:
    per_second = {"ms": 10**3, "us": 10**6, "ns": 10**9}[unit]
    seconds, rest = divmod(value, per_second)
    stamp = (_EPOCH + timedelta(seconds=seconds)).isoformat(sep=" ")
    fraction = f".{rest * 10**9 // per_second:09d}".rstrip("0") if rest else ""
    return f"{stamp}{fraction}{'Z' if is_utc else ''}"


def same_length(columns: Sequence[Tuple[str, int]]) -> None:
    """Refuses columns of different lengths."""
    (first, rows), *others = columns
    for name, length in others:
        if length != rows:
            raise problem(f"there are {rows} {first} and {length} {name}")
