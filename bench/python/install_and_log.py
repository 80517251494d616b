"""From an empty virtual environment to a logged run, as JSON: seconds, CPU seconds, packages, bytes.

    python install_and_log.py SCRIPT RETURNS REQUIREMENT...

The environment is made before the clock starts. pip has no cache, so that everything is fetched and
unpacked; what was installed of what is there is the size on the disk. MLFLOW_TRACKING_URI is the server.
"""

import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time

UNITS = {"kB": 1e3, "MB": 1e6, "GB": 1e9, "bytes": 1}


def size_of(folder: str) -> int:
    paths = [os.path.join(at, name) for at, _, names in os.walk(folder) for name in names]
    return sum(os.lstat(path).st_size for path in paths)


def cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main(script: str, returns: str, *requirements: str) -> None:
    place = tempfile.mkdtemp()
    python = f"{place}/bin/python"
    pip = [python, "-m", "pip", "--no-cache-dir", "--disable-pip-version-check", "--no-input"]

    def run(*command: str) -> str:
        return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=place).stdout

    try:
        run(sys.executable, "-m", "venv", place)
        bytes_before, packages = size_of(place), len(json.loads(run(*pip, "list", "--format=json")))
        start = time.perf_counter()
        before = cpu()
        said = run(*pip, "install", *requirements)
        installed = time.perf_counter()
        run(python, script, returns)
        end = time.perf_counter()
        spent = cpu() - before
        fetched = [
            float(number) * UNITS[unit]
            for number, unit in re.findall(r"Downloading .*\(([\d.]+) (kB|MB|GB|bytes)\)", said)
        ]
        local = [os.path.getsize(path) for path in requirements if os.path.isfile(path)]
        print(
            json.dumps(
                {
                    "seconds": end - start,
                    "install_seconds": installed - start,
                    "cpu_seconds": spent,
                    "packages": len(json.loads(run(*pip, "list", "--format=json"))) - packages,
                    "fetched": sum(fetched) + sum(local),
                    "bytes": size_of(place) - bytes_before,
                }
            )
        )
    finally:
        shutil.rmtree(place)


main(*sys.argv[1:])
