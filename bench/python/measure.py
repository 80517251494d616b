"""Runs one command and prints, as JSON, its wall time and the peak memory of its largest process.

    python measure.py OUT COMMAND...

OUT gets the command's standard output. The operating system's own accounting of the finished child
is used, so nothing has to be sampled.
"""

import json
import os
import sys
import time

out, command = sys.argv[1], sys.argv[2:]
with open(out, "wb") as sink:
    start = time.perf_counter()
    pid = os.posix_spawnp(
        command[0], command, os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, sink.fileno(), 1)]
    )
    _, status, usage = os.wait4(pid, 0)
    wall = time.perf_counter() - start
print(
    json.dumps(
        {
            "seconds": wall,
            "cpu_seconds": usage.ru_utime + usage.ru_stime,
            "megabytes": usage.ru_maxrss / 1024,
            "code": os.waitstatus_to_exitcode(status),
        }
    )
)
