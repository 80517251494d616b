"""What the functions answer: the binary's JSON in the shapes that Python users expect."""

from __future__ import annotations

import html
import math
import os
from contextlib import suppress
from datetime import datetime
from typing import Any, Dict, List, Mapping, Optional, Tuple, Union


class Stats(Dict[str, float]):
    """Metrics by name. One that is undefined is NaN, with the reason in ``undefined``; never 0.

    Units are those of ``btflow metrics``: returns, rates and drawdowns are fractions (-0.2 is -20 %).
    """

    #: Number of returns.
    points: int
    #: First and last date, by the clock of the series; None without dates.
    start: Optional[datetime]
    end: Optional[datetime]
    #: Periods a year that ratios are annualised with.
    periods: float
    #: Why a metric is undefined.
    undefined: Dict[str, str]
    #: With ``intervals=True``: the low and high end of 95 %; None where there is none.
    intervals: Dict[str, Optional[Tuple[float, float]]]
    #: With ``montecarlo=N``: ruin, goal, drawdown and final value.
    montecarlo: Dict[str, float]
    #: All that the binary answered.
    answer: Mapping[str, Any]
    #: Of a file that holds several strategies: the metrics of each; else these alone.
    all: Tuple["Stats", ...]

    def __init__(self, answer: Mapping[str, Any]) -> None:
        super().__init__()
        self.answer = answer
        self.undefined = {entry["metric"]: entry["reason"] for entry in answer.get("undefined", [])}
        for name, value in answer.get("metrics", {}).items():
            self[name] = math.nan if value is None else value
        for name in self.undefined:
            self[name] = math.nan
        self.points = answer.get("points", 0)
        self.start = _time(answer.get("start"))
        self.end = _time(answer.get("end"))
        self.periods = answer.get("periods", math.nan)
        self.intervals = {
            name: None if bounds is None else (bounds["low"], bounds["high"])
            for name, bounds in (answer.get("intervals") or {}).items()
        }
        self.montecarlo = {
            name: math.nan if value is None else value
            for name, value in (answer.get("montecarlo") or {}).items()
        }
        self.all = (self,)

    def __reduce__(self) -> Any:
        return Stats, (dict(self.answer),)


class Run:
    """A logged run. It is on disk before this is answered, whatever the server does."""

    #: The server's id once delivered, else the key; None after a dry run.
    run_id: Optional[str]
    #: The key in btflow's own store, which every command takes too; None after a dry run.
    run_key: Optional[str]
    run_name: str
    experiment: Optional[str]
    experiment_id: Optional[str]
    #: Where it was or will be delivered to; None: it stays in the store until a server is set.
    tracking_uri: Optional[str]
    #: True when the server has it.
    delivered: bool
    #: True when the same was logged before, and nothing was done (``if_new=True``).
    existed: bool
    #: Parts that the server refuses for good, each with its reason.
    undeliverable: List[Dict[str, Any]]
    metrics: Stats
    #: Of a file that holds several strategies: the run of each; else this alone.
    all: Tuple["Run", ...]

    def __init__(self, answer: Mapping[str, Any]) -> None:
        self.run_id = answer.get("run_id")
        self.run_key = answer.get("run_key")
        self.run_name = answer.get("run_name", "")
        self.experiment = answer.get("experiment")
        self.experiment_id = answer.get("experiment_id")
        self.tracking_uri = answer.get("tracking_uri")
        self.delivered = bool(answer.get("delivered"))
        self.existed = bool(answer.get("existed"))
        self.undeliverable = list(answer.get("undeliverable", []))
        self.metrics = Stats(answer)
        self.all = (self,)

    def __repr__(self) -> str:
        where = self.tracking_uri if self.delivered else "the store"
        return f"<btflow.Run {self.run_name!r} {self.run_id} in {where}>"


class BatchResult:
    """What became of the runs of a batch."""

    #: Runs that were asked for.
    total: int
    #: Runs logged by this call, and those of them that the server has.
    logged: int
    delivered: int
    #: Runs that were logged before.
    skipped: int
    #: Each run: ``run_name``, ``run_id``, ``run_key``, ``delivered``, ``existed``, ``undeliverable``.
    runs: List[Dict[str, Any]]
    #: Each run that failed: ``run_name``, ``message``, and whether it is ``kept``.
    failures: List[Dict[str, Any]]
    #: Each run that does not meet ``require``: ``run_name`` and the ``conditions``.
    unmet: List[Dict[str, Any]]
    #: Key of the run that groups them, with ``parent=``.
    parent: Optional[str]

    def __init__(self) -> None:
        self.total = self.logged = self.delivered = self.skipped = 0
        self.runs = []
        self.failures = []
        self.unmet = []
        self.parent = None

    def __repr__(self) -> str:
        return (
            f"<btflow.BatchResult {self.logged} of {self.total} logged, {self.delivered} delivered, "
            f"{self.skipped} skipped, {len(self.failures)} failed>"
        )


class Report:
    """A tear sheet: one page with nothing beside it. A notebook shows it."""

    #: The page.
    html: str

    def __init__(self, page: str) -> None:
        self.html = page

    def save(self, path: Union[str, "os.PathLike[str]"]) -> None:
        """Writes the page to a file: whole, or not at all."""
        target = os.path.realpath(os.fspath(path))
        partial = f"{target}.{os.urandom(4).hex()}.part"
        try:
            with open(partial, "w", encoding="utf-8", newline="") as file:
                file.write(self.html)
            os.replace(partial, target)
        except BaseException:
            with suppress(OSError):
                os.unlink(partial)
            raise

    def _repr_html_(self) -> str:
        # A frame of its own: the page's style stays in it, and the notebook's out of it.
        return (
            f'<iframe srcdoc="{html.escape(self.html)}" sandbox="allow-scripts" '
            'style="width:100%;height:900px;border:0"></iframe>'
        )

    def __repr__(self) -> str:
        return f"<btflow.Report of {len(self.html):,} characters; save(path) writes it>"


def _time(text: Optional[str]) -> Optional[datetime]:
    """A time by the clock of the series: the binary writes it with a Z that says nothing of a zone."""
    return None if text is None else datetime.fromisoformat(text.rstrip("Z"))
