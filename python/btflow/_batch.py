"""Many runs as one sweep. Runs are taken from a generator some at a time and written to a folder for the
binary, which computes and delivers them on all cores; the disk holds those of one call, never all.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any, Dict, Iterable, Iterator, List, Mapping, Optional, Sequence, Sized, Tuple, TypedDict, Union

from ._answers import BatchResult
from ._columns import loaded
from ._errors import BtflowError, SeveralErrors, UsageError
from ._frames import DATE
from ._process import spoken, watch
from ._progress import Progress
from ._sources import Source
from ._words import Handed, flags, pairs, param

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ._options import BatchOptions

#: A call takes so many runs, or so many bytes of them, whichever comes first.
_RUNS_A_CALL = 2_000
_BYTES_A_CALL = 256 * 2**20


class _Required(TypedDict):
    returns: Source


class BatchItem(_Required, total=False):
    """One run of a batch: its returns, and what it has of its own."""

    run_name: str
    params: Mapping[str, object]
    tags: Mapping[str, object]
    benchmark: Source
    dates: Iterable[Any]


#: A run: a path, a name and its returns, or a mapping with more.
Item = Union[str, "os.PathLike[str]", Tuple[str, Source], BatchItem]


def batch(
    runs: Union[Iterable[Item], Mapping[str, Source]],
    experiment: Optional[str] = None,
    *,
    params: Optional[Mapping[str, object]] = None,
    tags: Optional[Mapping[str, object]] = None,
    benchmark: Optional[Source] = None,
    risk_free_rate: Union[float, Source, None] = None,
    parent: Optional[str] = None,
    resume: bool = True,
    progress: Optional[bool] = None,
    **options: "Unpack[BatchOptions]",
) -> BatchResult:
    """Log many backtests: one run each.

    A run that cannot be read, computed or sent never stops the others; what failed is raised at the end,
    and the exception's ``answer`` has all that was done.

    Args:
        runs: An iterable, which may be a generator, of paths, of ``(name, returns)``, or of mappings
            with ``returns`` and any of ``run_name``, ``params``, ``tags``, ``benchmark``, ``dates``; or a
            mapping from names to returns; or a frame, of which each column is a run.
        experiment: Its name; created when it is missing.
        params: Of all runs; a run's own are added.
        tags: The same.
        benchmark: Of the runs that have none of their own.
        risk_free_rate: Annual, a fraction; or a series of rates.
        parent: Group the runs under a parent run of this name.
        resume: Skip what is logged: same inputs, same options. So a batch that was interrupted is run
            again as it was. With False everything is logged anew.
        progress: Show how far it is; default: in a notebook and on a terminal.
        options: The flags of ``btflow batch``: see :class:`btflow.BatchOptions`.

    >>> import btflow
    >>> store = getfixture("tmp_path") / "store.db"
    >>> runs = ({"returns": [0.01, fee], "run_name": f"fee {fee}", "params": {"fee": fee}} for fee in (0.1, 0.2))
    >>> btflow.batch(runs, "docs", offline=True, store=store)
    <btflow.BatchResult 2 of 2 logged, 0 delivered, 0 skipped, 0 failed>
    """
    if parent is not None and not resume:
        raise UsageError(
            "Cannot log a batch with parent= and resume=False: each part of it would have a parent of "
            "its own; leave out resume=False"
        )
    result = BatchResult()
    errors: List[BtflowError] = []
    items = _items(runs)
    count = len(runs) if isinstance(runs, Sized) and not _is_frame(runs) else None
    with Progress(progress, count) as shown, Handed(options) as handed:
        words = [
            *["batch", "--format=json"],
            *flags({"experiment": experiment, "parent": parent, "resume": resume}),
            *pairs("param", params),
            *pairs("tag", tags),
            *handed.series("benchmark", benchmark),
            *handed.series("risk-free-rate", risk_free_rate),
            *flags(options),
        ]
        while True:
            with Handed(options) as files:
                names = _write(items, files, result.total)
                if len(names) == 0:
                    break
                error = _call(words, handed, files, names, result, shown)
            if error is not None:
                errors.append(error)
    if len(errors) > 0:
        raise _together(errors, result)
    return result


def _items(runs: Any) -> Iterator[BatchItem]:
    if _is_frame(runs):
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
            unknown = set(item) - {*BatchItem.__annotations__, "returns"}
            if "returns" not in item or unknown:
                what = f"unknown {', '.join(sorted(map(str, unknown)))}" if unknown else 'no "returns"'
                raise UsageError(f"Cannot log a run of a batch: {what}; it takes {', '.join(_keys())}")
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


def _keys() -> List[str]:
    return ["returns", "run_name", "params", "tags", "benchmark", "dates"]


def _is_frame(runs: Any) -> bool:
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


def _write(items: Iterator[BatchItem], files: Handed, before: int) -> Dict[str, str]:
    """Writes the runs of one call, and answers their names by the paths that the binary speaks of.

    A run without a name is called by its place in the batch, where so many came ``before``.
    """
    names: Dict[str, str] = {}
    lines: List[str] = []
    benchmarks: Dict[int, Tuple[Any, str]] = {}
    size = 0
    while len(names) < _RUNS_A_CALL and size < _BYTES_A_CALL:
        item = next(items, None)
        if item is None:
            break
        number = len(names)
        source = files.payload(item["returns"], item.get("dates"))
        name = item.get("run_name") or source.name
        if source.path is None:
            name = name or f"run {before + number + 1}"
            path = files.write(str(number), name, source)
            files.names[path] = name
            size += len(source.content or b"")
        else:
            path = os.path.abspath(source.path)
        line = {
            "returns": path,
            "run_name": name,
            "params": {key: param(value) for key, value in (item.get("params") or {}).items()},
            "tags": {key: param(value) for key, value in (item.get("tags") or {}).items()},
        }
        benchmark = item.get("benchmark")
        if benchmark is not None:
            # Kept beside its path: an object that is gone might leave its id to another.
            if id(benchmark) not in benchmarks:
                written = os.path.abspath(files.file(f"benchmark-{number}", "benchmark", benchmark))
                benchmarks[id(benchmark)] = (benchmark, written)
            line["benchmark"] = benchmarks[id(benchmark)][1]
        names[path] = name or os.path.splitext(os.path.basename(path))[0]
        lines.append(json.dumps({key: value for key, value in line.items() if value is not None}))
    if len(lines) > 0:
        with open(os.path.join(files.folder, "manifest.jsonl"), "wb") as file:
            file.write("\n".join(lines).encode("utf-8"))
    return names


def _call(
    words: List[str],
    handed: Handed,
    files: Handed,
    names: Dict[str, str],
    result: BatchResult,
    shown: Progress,
) -> Optional[BtflowError]:
    """Logs the runs of one call and adds what became of them; what stops all is raised."""
    manifest = os.path.join(files.folder, "manifest.jsonl")
    with open(os.path.join(files.folder, "answer.json"), "w+b") as file:
        known = {**handed.names, **files.names}
        stdout, error = watch([*words, f"--manifest={manifest}"], known, file, shown.line)
    if not stdout.strip():
        if error is not None:
            error.answer = result
            raise error
        return None
    answer = json.loads(stdout)
    for count in ("total", "logged", "delivered", "skipped"):
        setattr(result, count, getattr(result, count) + answer[count])
    result.runs += [_named(run, names) for run in answer["runs"]]
    result.failures += [
        _named({**failure, "message": spoken(failure["message"], known)}, names)
        for failure in answer["failures"]
    ]
    result.unmet += [_named(run, names) for run in answer["unmet"]]
    result.parent = answer["parent"] or result.parent
    shown.done(result.total, len(result.failures))
    return error


def _named(entry: Mapping[str, Any], names: Mapping[str, str]) -> Dict[str, Any]:
    """An entry by the run's name: the file in a folder that is gone says nothing."""
    path = entry["returns"]
    name = names.get(path, path)
    return {"run_name": name, **{key: value for key, value in entry.items() if key != "returns"}}


def _together(errors: List[BtflowError], result: BatchResult) -> BtflowError:
    """What failed, as one: of its own kind where all are of one."""
    kinds = {type(error) for error in errors}
    kind = kinds.pop() if len(kinds) == 1 else SeveralErrors
    said = [
        *([f"{len(result.failures)} of {result.total} runs failed"] if result.failures else []),
        *([f"{len(result.unmet)} of {result.total} runs do not meet what is required"] if result.unmet else []),
    ]
    first = [f"{failure['run_name']}: {failure['message']}" for failure in result.failures[:5]]
    left = [f"and {len(result.failures) - 5} more"] if len(result.failures) > 5 else []
    message = "\n  ".join(["; ".join(said) or str(errors[0]), *first, *left])
    error = kind(message)
    error.exit_code = errors[0].exit_code if len({e.exit_code for e in errors}) == 1 else 9
    error.answer = result
    return error
