"""How far a batch is: a line that is written anew, in a notebook or on a terminal; elsewhere nothing."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Any, Optional, Type

from ._columns import loaded


class Progress:
    """Shows one line."""

    def __init__(self, wanted: Optional[bool], total: Optional[int]) -> None:
        self._total = total
        self._before = 0
        self._display: Any = None
        self._is_notebook = _is_notebook()
        is_terminal = sys.stderr is not None and sys.stderr.isatty()
        self._is_shown = wanted if wanted is not None else self._is_notebook or is_terminal
        self._width = 0

    def line(self, said: str) -> None:
        """Shows a line of the binary, which counts the runs of one call."""
        self._show(f"{self._before:,} runs before, then {said}" if self._before > 0 else said)

    def done(self, total: int, failed: int) -> None:
        """Shows how many runs are done, after a call."""
        self._before = total
        of = "" if self._total is None else f" of {self._total:,}"
        self._show(f"{total:,}{of} runs{f', {failed:,} failed' if failed > 0 else ''}")

    def _show(self, text: str) -> None:
        if not self._is_shown:
            return
        if self._is_notebook:
            content = {"text/plain": text}
            if self._display is None:
                display = loaded("IPython.display").display
                self._display = display(content, raw=True, display_id=True)
            else:
                self._display.update(content, raw=True)
        elif sys.stderr is not None:
            sys.stderr.write(f"\r{text.ljust(self._width)}")
            sys.stderr.flush()
            self._width = len(text)

    def __enter__(self) -> "Progress":
        return self

    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        if self._width > 0 and sys.stderr is not None:
            sys.stderr.write("\n")


def _is_notebook() -> bool:
    """Whether outputs can be shown and changed: in a kernel, not in IPython's own terminal."""
    ipython = loaded("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    return shell is not None and hasattr(shell, "kernel") and loaded("IPython.display") is not None
