"""The functions of the module: each hands its words to the binary and shapes what it answers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Callable, Dict, Iterable, List, Mapping, Optional, Sequence, TypeVar, Union

from ._answers import Report, Run, Stats
from ._keywords import check
from ._options import JudgeOptions, LogOptions, ReportOptions, SearchOptions, StatsOptions
from ._process import Outcome, call
from ._sources import Payload, Source
from ._words import Handed, flags, pairs

if TYPE_CHECKING:
    from typing_extensions import Unpack

_Answer = TypeVar("_Answer", Stats, Run)


def stats(
    returns: Source,
    benchmark: Optional[Source] = None,
    *,
    dates: Optional[Iterable[Any]] = None,
    risk_free_rate: Union[float, Source, None] = None,
    **options: "Unpack[StatsOptions]",
) -> Stats:
    """Compute the metrics of a backtest; logs nothing.

    Args:
        returns: A path; a pandas or polars Series or DataFrame; a NumPy array or a list (``dates=``
            gives their dates); a mapping from dates to values. Returns are fractions; ``kind="prices"``,
            ``"equity"``, ``"trades"`` and others say what else they are.
        benchmark: The same; joined on equal dates.
        dates: The dates of values that have none.
        risk_free_rate: Annual, a fraction; or a series of rates.
        options: The flags of ``btflow stats``: see :class:`btflow.StatsOptions`.

    Raises:
        InputError: the data cannot be read, or may mean two things.
        UsageError: an argument cannot be accepted.
        RequirementError: ``require`` is not met; its ``answer`` has the metrics.

    >>> import btflow
    >>> metrics = btflow.stats([0.01, -0.005, 0.02], dates=["2024-01-02", "2024-01-03", "2024-01-04"])
    >>> round(metrics["total_return"], 6)
    0.025049
    >>> metrics.points, metrics.end
    (3, datetime.datetime(2024, 1, 4, 0, 0))
    """
    check(stats, StatsOptions, options)
    with Handed(options) as handed:
        word, content = handed.word(handed.payload(returns, dates), benchmark)
        words = [
            *["stats", "--format=json"],
            *handed.series("benchmark", benchmark),
            *handed.series("risk-free-rate", risk_free_rate),
            *flags(options),
            *["--", word],
        ]
        return _answers(call(words, content, handed.names), Stats)


def log(
    returns: Source,
    experiment: Optional[str] = None,
    *,
    run_name: Optional[str] = None,
    params: Optional[Mapping[str, object]] = None,
    tags: Optional[Mapping[str, object]] = None,
    benchmark: Optional[Source] = None,
    dates: Optional[Iterable[Any]] = None,
    risk_free_rate: Union[float, Source, None] = None,
    **options: "Unpack[LogOptions]",
) -> Run:
    """Log one backtest: compute every metric, keep the run, deliver it.

    The run is committed to the local store first. With ``MLFLOW_TRACKING_URI`` (or ``tracking_uri=``) set
    it is then delivered; when that fails a :class:`btflow.DeliveryError` says so, and ``btflow sync``
    delivers it later, once.

    Args:
        returns: As of :func:`btflow.stats`.
        experiment: Its name; created when it is missing.
        run_name: Default: the name of the series, or of the file.
        params: Written as MLflow's own client writes them; lists and mappings as JSON.
        tags: The same.
        benchmark: As ``returns``; joined on equal dates.
        dates: The dates of values that have none.
        risk_free_rate: Annual, a fraction; or a series of rates.
        options: The flags of ``btflow log``: see :class:`btflow.LogOptions`.

    Raises:
        DeliveryError: the run is kept and not delivered; ``answer`` is the run.
        InputError, UsageError, ServerError, CredentialsError, StoreError, RequirementError: see there.

    >>> import btflow
    >>> run = btflow.log([0.01, -0.005, 0.02], "docs", run_name="tiny", params={"fee": 0.001}, dry_run=True)
    >>> run.run_name, run.delivered, round(run.metrics["max_drawdown"], 6)
    ('tiny', False, -0.005)
    """
    check(log, LogOptions, options)
    with Handed(options) as handed:
        source = handed.payload(returns, dates)
        word, content = handed.word(source, benchmark)
        words = [
            *["log", "--format=json", f"--returns={word}"],
            *flags({"experiment": experiment, "run_name": run_name or _run_name(source)}),
            *pairs("param", params),
            *pairs("tag", tags),
            *handed.series("benchmark", benchmark),
            *handed.series("risk-free-rate", risk_free_rate),
            *flags(options),
        ]
        return _answers(call(words, content, handed.names), Run)


def search(
    experiment: Union[str, Sequence[str], None] = None,
    filter: Optional[str] = None,
    *,
    order_by: Union[str, Sequence[str], None] = None,
    max_results: Optional[int] = None,
    **options: "Unpack[SearchOptions]",
) -> List[Dict[str, Any]]:
    """Find runs, on the server or in the store.

    Args:
        experiment: Name or id, or several; default: ``MLFLOW_EXPERIMENT_NAME``, else all.
        filter: MLflow's language, and ``OR``, ``NOT``, parentheses, ``BETWEEN``, ``IN`` besides.
        order_by: Such as ``"metrics.sharpe_ratio DESC"``.
        max_results: Default: all.
        options: The flags of ``btflow runs search``: see :class:`btflow.SearchOptions`.

    Returns:
        A dictionary a run: ``run_id``, ``run_name``, ``status``, ``metrics.X``, ``params.X``, ``tags.X``;
        what is undefined is None. ``pandas.DataFrame(rows)`` makes a frame of them.

    >>> import btflow
    >>> store = getfixture("tmp_path") / "store.db"
    >>> run = btflow.log([0.01, -0.005], "docs", run_name="tiny", offline=True, store=store)
    >>> [row["run_name"] for row in btflow.search("docs", "metrics.max_drawdown > -0.1", store=store)]
    ['tiny']
    """
    check(search, SearchOptions, options)
    words = [
        *["runs", "search", "--format=json"],
        *flags({"experiment": experiment, "filter": filter, "order_by": order_by}),
        f"--max-results={'all' if max_results is None else max_results}",
        *flags(options),
    ]
    rows: List[Dict[str, Any]] = _json(call(words))
    return rows


def report(
    returns: Optional[Source] = None,
    *,
    run_id: Optional[str] = None,
    run_name: Optional[str] = None,
    params: Optional[Mapping[str, object]] = None,
    benchmark: Optional[Source] = None,
    dates: Optional[Iterable[Any]] = None,
    risk_free_rate: Union[float, Source, None] = None,
    **options: "Unpack[ReportOptions]",
) -> Report:
    """The tear sheet of a backtest, or of a logged run: one page, which a notebook shows.

    Args:
        returns: As of :func:`btflow.stats`; or else
        run_id: a run that has its returns attached (``attach_returns=True``, or logged by a batch).
        run_name: The heading.
        params: Shown on the page.
        benchmark: As ``returns``.
        dates: The dates of values that have none.
        risk_free_rate: Annual, a fraction; or a series of rates.
        options: The flags of ``btflow report``: see :class:`btflow.ReportOptions`.

    >>> import btflow
    >>> page = btflow.report([0.01, -0.005, 0.02], run_name="Tiny")
    >>> "<title>Tiny" in page.html
    True
    """
    check(report, ReportOptions, options)
    with Handed(options) as handed:
        source = Payload() if returns is None else handed.payload(returns, dates)
        word, content = handed.word(source, benchmark)
        operands = [] if returns is None else ["--", word]
        words = [
            "report",
            *flags({"run_id": run_id, "run_name": run_name or _run_name(source)}),
            *pairs("param", params),
            *handed.series("benchmark", benchmark),
            *handed.series("risk-free-rate", risk_free_rate),
            *flags(options),
            *operands,
        ]
        stdout, error = call(words, content, handed.names)
    if error is not None:
        raise error
    return Report(stdout.decode("utf-8"))


def judge(
    experiment: Optional[str] = None,
    *,
    filter: Optional[str] = None,
    stores: Sequence[str] = (),
    benchmark: Optional[Source] = None,
    **options: "Unpack[JudgeOptions]",
) -> Dict[str, Any]:
    """Is the best run of an experiment luck? Overfitting statistics of its own runs.

    Args:
        experiment: Its name.
        filter: Compare only the runs that it holds for; all remain trials.
        stores: Stores or exports to judge together, in place of the server or the store.
        benchmark: As of :func:`btflow.stats`.
        options: The flags of ``btflow judge``: see :class:`btflow.JudgeOptions`.

    Returns:
        What ``btflow judge --format json`` prints: docs/judge.md says what each number means.
    """
    check(judge, JudgeOptions, options)
    with Handed(options) as handed:
        words = [
            *["judge", "--format=json"],
            *flags({"experiment": experiment, "filter": filter}),
            *handed.series("benchmark", benchmark),
            *flags(options),
            *["--", *map(str, stores)],
        ]
        answer: Dict[str, Any] = _json(call(words, names=handed.names))
    return answer


def _run_name(source: Payload) -> Optional[str]:
    """A file's name is found by the binary; what comes on standard input has none."""
    return None if source.content is None else source.name or "returns"


def _answers(outcome: Outcome, make: Callable[[Mapping[str, Any]], _Answer]) -> _Answer:
    """One answer, with those of all strategies of the input; an error carries it too."""

    def shape(answer: Any) -> _Answer:
        several = answer if isinstance(answer, list) else [answer]
        made = tuple(make(item) for item in several)
        for item in made:
            setattr(item, "all", made)
        return made[0]

    answered: _Answer = _json(outcome, shape)
    return answered


def _json(outcome: Outcome, shape: Callable[[Any], Any] = lambda answer: answer) -> Any:
    stdout, error = outcome
    answer = shape(json.loads(stdout)) if stdout.strip() else None
    if error is not None:
        error.answer = answer
        raise error
    return answer
