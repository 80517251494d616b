"""Where the binary is: the very file that was installed with this module, never one of another version.

PATH is not asked: what stands there may be anything.
"""

from __future__ import annotations

import os
import sys
import sysconfig
from pathlib import Path
from typing import Iterator

from ._errors import BinaryError

#: Names the binary to use instead of the one that was installed with the module.
VARIABLE = "BTFLOW_BINARY"

_NAME = "btflow.exe" if sys.platform == "win32" else "btflow"


def find_binary() -> str:
    """The path of the btflow binary.

    ``BTFLOW_BINARY`` where it is set; else the file that the installer put beside this module: in the
    scripts folder of the environment, of the user, or of ``pip install --target``.

    Raises:
        BinaryError: there is none.
    """
    named = os.environ.get(VARIABLE, "")
    if named != "":
        if os.path.isfile(named):
            return named
        raise BinaryError(f"Cannot use {VARIABLE}={named}: there is no such file")
    tried = []
    for candidate in _candidates():
        if candidate.is_file():
            return str(candidate)
        tried.append(str(candidate))
    raise BinaryError(
        "Cannot find the btflow binary that belongs to this module: install the wheel again "
        f"(pip install --force-reinstall btflow), or name one in {VARIABLE}; "
        f"looked for {', '.join(dict.fromkeys(tried))}"
    )


def _candidates() -> Iterator[Path]:
    packages = Path(__file__).resolve().parent.parent
    yield from _recorded(packages)
    for folder in ("Scripts", "bin"):
        yield packages / folder / _NAME
    yield Path(sysconfig.get_path("scripts")) / _NAME


def _recorded(packages: Path) -> Iterator[Path]:
    """What the installer noted down: the file may be anywhere that a scheme of its has for scripts."""
    for record in packages.glob("btflow-*.dist-info/RECORD"):
        for line in record.read_text(encoding="utf-8").splitlines():
            path = line.rsplit(",", 2)[0].strip('"')
            if path.replace("\\", "/").rsplit("/", 1)[-1] == _NAME:
                yield Path(os.path.normpath(packages / path))
