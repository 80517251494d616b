"""Log trading backtests to MLflow, from Python.

The work is done by the btflow binary that is installed with this module; nothing else is needed. Hand it
what you have (a pandas or polars Series, a NumPy array, a list, a file), get numbers or a logged run:

>>> import btflow
>>> metrics = btflow.stats([0.01, -0.005, 0.02], metrics=["max_drawdown"])
>>> round(metrics["max_drawdown"], 6)
-0.005

``docs/python.md`` shows each backtester's result as a logged run, in one line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._answers import BatchResult, Report, Run, Stats
from ._batch import batch
from ._binary import find_binary
from ._commands import judge, log, report, search, stats
from ._errors import (
    BinaryError,
    BtflowError,
    BtflowWarning,
    CredentialsError,
    DeliveryError,
    InputError,
    NotFoundError,
    RequirementError,
    ServerError,
    SeveralErrors,
    StoreError,
    UsageError,
)
from ._items import BatchItem
from ._options import BatchOptions, JudgeOptions, LogOptions, ReportOptions, SearchOptions, StatsOptions
from ._sources import Source

if TYPE_CHECKING:
    __version__: str

__all__ = [
    "BatchItem",
    "BatchOptions",
    "BatchResult",
    "BinaryError",
    "BtflowError",
    "BtflowWarning",
    "CredentialsError",
    "DeliveryError",
    "InputError",
    "JudgeOptions",
    "LogOptions",
    "NotFoundError",
    "Report",
    "ReportOptions",
    "RequirementError",
    "Run",
    "SearchOptions",
    "ServerError",
    "SeveralErrors",
    "Source",
    "Stats",
    "StatsOptions",
    "StoreError",
    "UsageError",
    "batch",
    "find_binary",
    "judge",
    "log",
    "report",
    "search",
    "stats",
]


def __getattr__(name: str) -> str:
    if name == "__version__":
        from importlib.metadata import version

        return version("btflow")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
