"""The runs of a batch in whatever form they are given, one at a time."""

from __future__ import annotations

import os
from typing import Any, Dict, Iterable, Iterator, Mapping, Sequence, Tuple, TypedDict, Union

from ._columns import loaded
from ._errors import UsageError
from ._frames import DATE
from ._sources import Source


class _Required(TypedDict):
    returns: Source


class BatchItem(_Required, total=False):
    """One run of a batch: its returns, and what it has of its own."""

    run_name: str
    params: Mapping[str, object]
    tags: Mapping[str, object]
    benchmark: Source
    dates: Iterable[Any]


#: In their order, what every run has first.
_KEYS = tuple(dict.fromkeys([*_Required.__annotations__, *BatchItem.__annotations__]))

#: A run: a path, a name and its returns, or a mapping with more.
Item = Union[str, "os.PathLike[str]", Tuple[str, Source], BatchItem]


def items_of(runs: Any) -> Iterator[BatchItem]:
    """Raises ``UsageError`` at what is no run."""
    if is_frame(runs):
        yield from _frame_items(runs)
        return
    if isinstance(runs, (str, os.PathLike)):
        raise UsageError(f"Cannot log a batch of {os.fspath(runs)}: give a list of files, or use btflow.log")
    if isinstance(runs, Mapping):
        for name, returns in runs.items():
            yield {"returns": returns, "run_name": str(name)}
        return
    if _is(runs, "Series", "ndarray"):
        raise UsageError(f"Cannot log a batch of one {type(runs).__name__}: use btflow.log, or give a frame")
    for item in runs:
        if isinstance(item, Mapping):
            unknown = set(item).difference(_KEYS)
            if "returns" not in item or unknown:
                what = f"unknown {', '.join(sorted(map(str, unknown)))}" if unknown else 'no "returns"'
                raise UsageError(f"Cannot log a run of a batch: {what}; it takes {', '.join(_KEYS)}")
            yield item  # type: ignore[misc]
        elif isinstance(item, tuple) and len(item) == 2:
            yield {"returns": item[1], "run_name": str(item[0])}
        elif isinstance(item, (str, os.PathLike)):
            yield {"returns": item}
        else:
            name = getattr(item, "name", None)
            if not isinstance(name, str) or name == "":
                raise UsageError(
                    f"Cannot log a run of a batch: a {type(item).__name__} has no name; give (name, returns)"
                )
            yield {"returns": item, "run_name": name}


def is_frame(runs: Any) -> bool:
    """Whether each column is a run."""
    return _is(runs, "DataFrame")


def _is(runs: Any, *kinds: str) -> bool:
    found = [getattr(loaded(name), kind, None) for name in ("pandas", "polars", "numpy") for kind in kinds]
    return any(kind is not None and isinstance(runs, kind) for kind in found)


def _frame_items(frame: Any) -> Iterator[BatchItem]:
    """Each column as a run; what is missing before a series begins and after it ends are no rows."""
    polars = loaded("polars")
    if polars is not None and isinstance(frame, polars.DataFrame):
        times = [name for name in frame.columns if frame[name].dtype.is_temporal() or name.lower() == DATE]
        for name in frame.columns:
            if name in times[:1]:
                continue
            rows = frame.select([*times[:1], name])
            present = (rows[name].is_not_null() & ~rows[name].cast(polars.Float64).is_nan()).arg_true()
            inner = rows.slice(present[0], present[-1] - present[0] + 1) if len(present) > 0 else rows
            yield {"returns": inner, "run_name": str(name)}
        return
    for position, name in enumerate(frame.columns):
        series = frame.iloc[:, position]
        present = series.notna().to_numpy().nonzero()[0]
        inner = series.iloc[present[0] : present[-1] + 1] if len(present) > 0 else series
        # A name of several levels, as grids of parameters have, gives params too.
        levels = name if isinstance(name, tuple) else (name,)
        yield {
            "returns": inner.rename(None),
            "run_name": "/".join(map(str, levels)),
            "params": _params(levels, frame.columns.names) if isinstance(name, tuple) else {},
        }


def _params(values: Sequence[Any], names: Sequence[Any]) -> Dict[str, object]:
    own = [str(name) for name in names if name is not None]
    return dict(zip(own, values)) if len(set(own)) == len(values) else {}
