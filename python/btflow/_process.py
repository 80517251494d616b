"""One call of the binary: words in, its answer out; what it says besides as warnings and exceptions."""

from __future__ import annotations

import json
import logging
import os
import re
import signal
import subprocess
import sys
import warnings
from typing import IO, Any, Callable, Collection, Dict, Iterator, List, Mapping, NamedTuple, Optional, Sequence

from ._binary import find_binary
from ._errors import BinaryError, BtflowError, BtflowWarning, UsageError, by_exit
from ._keywords import in_keywords

#: Notes of the binary, such as how many runs wait in the store.
LOGGER = logging.getLogger("btflow")

#: How long a call that was interrupted may take to say what it kept.
_SECONDS_TO_END = 10
#: Of many runs that are told of in one warning, so many are named.
_NAMED = 5
_FLAGS = getattr(subprocess, "CREATE_NO_WINDOW", 0)
_PACKAGE = os.path.dirname(__file__) + os.sep


class Outcome(NamedTuple):
    """How a call ended."""

    #: What it answered on stdout.
    stdout: bytes
    #: What it failed with; None where all is well.
    error: Optional[BtflowError]


def call(
    words: Sequence[str], content: Optional[bytes] = None, names: Mapping[str, str] = {}
) -> Outcome:
    """Runs the binary to its end, with ``content`` as its standard input.

    What messages call by a path or word that says nothing to the caller, they call by its name.
    """
    process = _start(words, subprocess.PIPE if content is not None else subprocess.DEVNULL, None)
    with process:
        try:
            stdout, stderr = process.communicate(content)
        except KeyboardInterrupt:
            _interrupt(process)
            try:
                process.communicate(timeout=_SECONDS_TO_END)
            finally:
                process.kill()
            raise
        except BaseException:
            process.kill()
            raise
    said = _Said(names)
    for line in stderr.decode("utf-8", "replace").splitlines():
        said.take(line)
    return Outcome(stdout, said.end(process.returncode))


def watch(
    words: Sequence[str], names: Mapping[str, str], answer: IO[bytes], progress: Callable[[str], None]
) -> Outcome:
    """Runs the binary and hands on how far it is; ``answer`` is the open file that its stdout goes to.

    Ctrl-C lets it finish the runs in hand, so that none is left half done; a second one ends it.
    """
    process = _start(words, subprocess.DEVNULL, answer)
    said = _Said(names, progress)
    interrupt: Optional[KeyboardInterrupt] = None
    with process:
        try:
            while True:
                try:
                    _drain(process, said)
                    break
                except KeyboardInterrupt as pressed:
                    if interrupt is not None:
                        raise
                    interrupt = pressed
                    _interrupt(process)
        except BaseException:
            process.kill()
            raise
    if interrupt is not None:
        raise interrupt
    answer.seek(0)
    return Outcome(answer.read(), said.end(process.returncode))


def spoken(message: str, names: Mapping[str, str], kept: Collection[str] = ()) -> str:
    """A message in the caller's words: keywords for flags, and names for the paths that were made here.

    Lines are those of a CSV that was written here, whose first one names the columns. ``kept`` are
    paths of the caller's own.
    """
    unnamed = named = in_keywords(message, [*names, *kept])
    for path, name in names.items():
        named = named.replace(path, name)
    if named == unnamed:
        return named
    named = named.replace("the returns holds", "the returns hold")
    return re.sub(r"\bline (\d+)", lambda found: f"row {int(found[1]) - 1}", named)


def _drain(process: "subprocess.Popen[bytes]", said: "_Said") -> None:
    assert process.stderr is not None
    for line in process.stderr:
        said.take(line.decode("utf-8", "replace").rstrip("\r\n"))
    process.wait()


def _start(words: Sequence[str], stdin: int, stdout: Optional[IO[bytes]]) -> "subprocess.Popen[bytes]":
    command = [find_binary(), *words]
    try:
        return subprocess.Popen(
            command,
            stdin=stdin,
            stdout=subprocess.PIPE if stdout is None else stdout,
            stderr=subprocess.PIPE,
            env=_environment(),
            creationflags=_FLAGS,
            # Ctrl-C reaches the binary through this module alone, and so once.
            start_new_session=sys.platform != "win32",
        )
    except ValueError as cause:
        raise UsageError(f"Cannot give an argument to btflow: {cause}") from cause
    except OSError as cause:
        raise BinaryError(f"Cannot run {command[0]}: {cause}") from cause


def _environment() -> Dict[str, str]:
    """This process's own, but for colours, which would stand between the words that are looked for."""
    kept = {name: value for name, value in os.environ.items() if name != "CLICOLOR_FORCE"}
    return {**kept, "NO_COLOR": "1"}


def _interrupt(process: "subprocess.Popen[bytes]") -> None:
    if sys.platform == "win32":
        process.terminate()
    else:
        process.send_signal(signal.SIGINT)


class _Said:
    """The lines of stderr: JSON where the command answers in JSON, else plain."""

    def __init__(
        self, names: Mapping[str, str], progress: Optional[Callable[[str], None]] = None
    ) -> None:
        self._names = names
        self._progress = progress
        self._failure: Optional[BtflowError] = None
        self._plain: List[str] = []
        self._warnings: List[Mapping[str, str]] = []

    def take(self, line: str) -> None:
        try:
            said = json.loads(line) if line.startswith("{") else None
        except ValueError:
            said = None
        if isinstance(said, dict) and "error" in said:
            self._failure = self._error(said["error"])
        elif isinstance(said, dict) and "warning" in said:
            self._warnings.append(said["warning"])
        elif isinstance(said, dict) and "note" in said:
            LOGGER.info("%s", self._named(said["note"]["message"]))
        elif line.startswith("warning: "):
            self._warnings.append({"message": line[len("warning: ") :]})
        elif self._progress is not None and line[:1].isdigit():
            self._progress(line)
        elif line != "":
            self._plain.append(line)

    def _named(self, message: str) -> str:
        return spoken(message, self._names)

    def _error(self, said: Any) -> BtflowError:
        path = said.get("path")
        message = spoken(str(said["message"]), self._names, () if path is None else [path])
        error = by_exit(int(said["exit"]), message)
        if path not in self._names:
            error.path = path
            error.line = said.get("line")
        return error

    def end(self, code: int) -> Optional[BtflowError]:
        """Gives the warnings, and answers what a call that ended so has failed with."""
        # Not before: a warning may be made an exception, which must not end the binary at its work.
        for warning in self._told():
            warnings.warn(warning, stacklevel=_level_of_caller())
        if code == 0:
            return None
        if self._failure is not None:
            return self._failure
        text = "\n".join(self._plain)
        start = text.find("error: ")
        if start >= 0:
            return by_exit(code, self._named(text[start + len("error: ") :]))
        ended = f"by signal {-code}" if code < 0 else f"with exit code {code}"
        return by_exit(code, f"The btflow binary ended {ended}{': ' if text else ''}{text[-2000:]}")


    def _told(self) -> Iterator[BtflowWarning]:
        """The warnings; what many runs of a batch have in common is told once."""
        alike: Dict[str, List[Mapping[str, str]]] = {}
        for number, said in enumerate(self._warnings):
            alike.setdefault(said.get("shared", str(number)), []).append(said)
        for shared, several in alike.items():
            first = several[0]
            text = first.get("brief", first["message"])
            if len(several) > 1:
                places = [said["place"] for said in several[:_NAMED]]
                named = ", ".join(p if p in self._names else os.path.basename(p) for p in places)
                more = f" and {len(several) - _NAMED} more" if len(several) > _NAMED else ""
                text = f"{len(several)} runs {shared}: {named}{more}"
            warning = BtflowWarning(self._named(text))
            warning.code = first.get("code", "")
            warning.details = "\n".join(self._named(said["message"]) for said in several)
            yield warning


def _level_of_caller() -> int:
    """How many calls above the one that asks the first line outside of this module is."""
    level = 0
    frame: Any = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        frame = frame.f_back
        level += 1
    return level + 1
