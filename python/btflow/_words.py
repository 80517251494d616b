"""Keywords as the words of a command line, and files for what is handed over besides the returns."""

from __future__ import annotations

import json
import os
import re
import tempfile
from datetime import date, datetime
from numbers import Number
from types import TracebackType
from typing import Any, Dict, Iterable, List, Mapping, Optional, Tuple, Type

from ._columns import loaded
from ._errors import InputError, UsageError
from ._sources import Payload, payload


def flags(keywords: Mapping[str, Any]) -> List[str]:
    """``risk_free_rate=0.02`` as ``--risk-free-rate=0.02``; None and False are flags that are not given.

    >>> flags({"periods": 365, "extended": True, "require": ["cagr > 0", "omega_ratio > 1"], "oos": None})
    ['--periods=365', '--extended', '--require=cagr > 0', '--require=omega_ratio > 1']
    """
    words = []
    for key, value in keywords.items():
        name = f"--{key.replace('_', '-')}"
        if value is None or value is False:
            continue
        if value is True:
            words.append(name)
        elif isinstance(value, (list, tuple)):
            words += [f"{name}={_word(item)}" for item in value]
        else:
            words.append(f"{name}={_word(value)}")
    return words


def pairs(name: str, values: Optional[Mapping[str, Any]]) -> List[str]:
    """``{"fee": 0.001}`` as ``--param=fee=0.001``.

    >>> pairs("param", {"fee": 1e-05, "live": True, "grid": [1, 2]})
    ['--param=fee=1e-05', '--param=live=True', '--param=grid=[1, 2]']
    """
    keys = [str(key) for key in values or {}]
    wrong = next((key for key in keys if "=" in key), None)
    if wrong is not None:
        raise UsageError(f'Cannot log {name} "{wrong}": names are letters, digits and _ - . space : /')
    return [f"--{name}={key}={param(value)}" for key, value in zip(keys, (values or {}).values())]


def param(value: Any) -> str:
    """A param or tag as MLflow's own client writes it; lists and mappings as JSON."""
    value = _plain(value)
    if isinstance(value, (dict, list, tuple)):
        return json.dumps(value, default=lambda inner: _plain(inner, str))
    return str(value)


def _plain(value: Any, otherwise: Any = None) -> Any:
    """A NumPy number as Python's; what is none, as it is or as ``otherwise`` makes it."""
    numpy = loaded("numpy")
    if numpy is not None and isinstance(value, numpy.generic) and not isinstance(value, numpy.datetime64):
        return value.item()
    return value if otherwise is None else otherwise(value)


def _word(value: Any) -> str:
    if isinstance(value, os.PathLike):
        return os.fsdecode(value)
    if isinstance(value, datetime):
        return value.isoformat()
    return value.isoformat() if isinstance(value, date) else str(_plain(value))


def _file_name(name: str) -> str:
    """A name as a file may have it on every system."""
    return re.sub(r'[\x00-\x1f\ud800-\udfff<>:"/\\|?*]+', "_", name).strip(" .")[:60] or "returns"


class Handed:
    """A folder for what the binary reads besides its standard input; made when needed, and taken away.

    By the folder's name the binary knows that its path says nothing: a run has the files' names alone.
    """

    def __init__(self, keywords: Mapping[str, Any]) -> None:
        #: What messages call by a name that says nothing here, and what it is.
        self.names: Dict[str, str] = {}
        self._folder: Optional["tempfile.TemporaryDirectory[str]"] = None
        #: Times with a zone are handed on as instants where a zone is asked for.
        self.in_utc = keywords.get("timezone") is not None
        self._has_benchmark_column = keywords.get("benchmark_column") is not None

    def __enter__(self) -> "Handed":
        return self

    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        if self._folder is not None:
            self._folder.cleanup()

    @property
    def folder(self) -> str:
        """Its path."""
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="btflow-handed-")
        return self._folder.name

    def payload(self, source: Any, dates: Optional[Iterable[Any]] = None) -> Payload:
        """A source as the binary takes it."""
        return payload(source, dates, self.in_utc)

    def word(self, source: Payload, benchmark: Any) -> Tuple[str, Optional[bytes]]:
        """What names the returns, and what goes to standard input; a benchmark in the same table is read
        a second time, which standard input cannot be."""
        if source.content is None:
            return source.path or "-", None
        if benchmark is not None or not self._has_benchmark_column:
            self.names["standard input"] = "the returns"
            return "-", source.content
        path = self.write("returns", source.name or "returns", source)
        self.names[path] = "the returns"
        return path, None

    def file(self, folder: str, what: str, source: Any) -> str:
        """The path of a file that holds a source: its own, or one in this folder of the folder."""
        try:
            found = self.payload(source)
        except InputError as error:
            raise InputError(str(error).replace("the returns", f"the {what}", 1)) from None
        if found.path is not None:
            return found.path
        path = self.write(folder, found.name or what, found)
        self.names[path] = f"the {what}"
        return path

    def write(self, folder: str, name: str, source: Payload) -> str:
        """The path of a new file in a new folder of the folder, named as the data is."""
        within = os.path.join(self.folder, folder)
        os.mkdir(within)
        path = os.path.join(within, f"{_file_name(name)}{source.suffix}")
        with open(path, "wb") as file:
            file.write(source.content or b"")
        return path

    def series(self, name: str, value: Any) -> List[str]:
        """A flag that takes a series: a benchmark, rates that change."""
        if value is None:
            return []
        if isinstance(value, Number):
            return [f"--{name}={_word(value)}"]
        return [f"--{name}={self.file(name, name.replace('-', ' '), value)}"]

