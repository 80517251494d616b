"""Many runs as one sweep. Runs are taken from a generator some at a time and written to a folder for the
binary, which computes and delivers them on all cores; the disk holds those of one call, never all.
"""

from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING, Any, Dict, Iterable, Iterator, List, Mapping, Optional, Sized, Tuple, Union

from ._answers import BatchResult
from ._errors import BtflowError, InputError, SeveralErrors, UsageError
from ._items import BatchItem, Item, is_frame, items_of
from ._keywords import check
from ._options import BatchOptions
from ._process import spoken, watch
from ._progress import Progress
from ._sources import Source
from ._words import Handed, flags, pairs, param

if TYPE_CHECKING:
    from typing_extensions import Unpack

#: A call takes so many runs, so many bytes of them, or those of so many seconds, whichever comes first:
#: a generator that computes for hours has its runs logged meanwhile.
_RUNS_A_CALL = 2_000
_BYTES_A_CALL = 256 * 2**20
_SECONDS_A_CALL = 30


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
    and the exception's ``answer`` has all that was done. Where a generator raises, or Ctrl-C ends it, the
    runs that it gave before are logged first.

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
    check(batch, BatchOptions, options)
    if parent is not None and not resume:
        raise UsageError(
            "Cannot log a batch with parent= and resume=False: each part of it would have a parent of "
            "its own; leave out resume=False"
        )
    result = BatchResult()
    errors: List[BtflowError] = []
    items = items_of(runs)
    count = len(runs) if isinstance(runs, Sized) and not is_frame(runs) else None
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
        is_done = False
        while not is_done:
            with Handed(options) as files:
                taken = _Taken()
                try:
                    is_done = _take(items, files, result.total, taken)
                finally:
                    # What the iterator raises goes on its way once the runs before it are logged.
                    result.total += len(taken.failures)
                    result.failures += taken.failures
                    errors += taken.errors
                    if len(taken.names) > 0:
                        error = _call(words, handed, files, taken.names, result, shown)
                        errors += [] if error is None else [error]
    if len(errors) > 0:
        raise _together(errors, result)
    return result


class _Taken:
    """The runs that one call is to log."""

    def __init__(self) -> None:
        #: Their names by the paths that the binary speaks of.
        self.names: Dict[str, str] = {}
        #: Lines of the manifest.
        self.lines: List[str] = []
        #: Those that nothing could be written of, as the binary would answer, and why.
        self.failures: List[Dict[str, Any]] = []
        self.errors: List[BtflowError] = []
        self.size = 0
        #: By the identity of a benchmark that several have: itself, so that it is not given to another,
        #: and its path.
        self.benchmarks: Dict[int, Tuple[Any, str]] = {}


def _take(items: Iterator[BatchItem], files: Handed, before: int, taken: _Taken) -> bool:
    """Writes the runs of one call; answers whether they were the last.

    A run without a name is called by its place in the batch, where so many came ``before``.
    """
    begun = time.monotonic()
    number = 0
    try:
        while (
            number < _RUNS_A_CALL
            and taken.size < _BYTES_A_CALL
            and (number == 0 or time.monotonic() - begun < _SECONDS_A_CALL)
        ):
            item = next(items, None)
            if item is None:
                return True
            number += 1
            try:
                _write(item, files, before + number, taken)
            except InputError as error:
                name = item.get("run_name") or f"run {before + number}"
                taken.failures.append({"run_name": name, "message": str(error), "kept": False})
                taken.errors.append(error)
        return False
    finally:
        if len(taken.lines) > 0:
            with open(os.path.join(files.folder, "manifest.jsonl"), "wb") as file:
                file.write("\n".join(taken.lines).encode("utf-8"))


def _write(item: BatchItem, files: Handed, place: int, taken: _Taken) -> None:
    source = files.payload(item["returns"], item.get("dates"))
    name = item.get("run_name") or source.name
    benchmark = item.get("benchmark")
    if benchmark is not None and id(benchmark) not in taken.benchmarks:
        written = os.path.abspath(files.file(f"benchmark-{place}", "benchmark", benchmark))
        taken.benchmarks[id(benchmark)] = (benchmark, written)
    if source.path is None:
        name = name or f"run {place}"
        path = files.write(str(place), name, source)
        files.names[path] = name
        taken.size += len(source.content or b"")
    else:
        path = os.path.abspath(source.path)
    line = {
        "returns": path,
        "run_name": name,
        "params": {key: param(value) for key, value in (item.get("params") or {}).items()},
        "tags": {key: param(value) for key, value in (item.get("tags") or {}).items()},
        "benchmark": None if benchmark is None else taken.benchmarks[id(benchmark)][1],
    }
    taken.names[path] = name or os.path.splitext(os.path.basename(path))[0]
    taken.lines.append(json.dumps({key: value for key, value in line.items() if value is not None}))


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
