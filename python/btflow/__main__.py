"""``python -m btflow``: the binary, with its own words and exit codes."""

from __future__ import annotations

import os
import subprocess
import sys

from ._binary import find_binary
from ._errors import BtflowError


def main() -> int:
    """Hands the words over to the binary; on Unix it takes the place of this process."""
    try:
        binary = find_binary()
    except BtflowError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    words = [binary, *sys.argv[1:]]
    if sys.platform != "win32":
        os.execv(binary, words)
    return subprocess.call(words)


if __name__ == "__main__":
    sys.exit(main())
