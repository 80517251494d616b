"""What QuantStats answers: the reference for every metric that btflow takes from it.

    golden.py                    writes tests/golden for the series of tests/golden/cases.json: the
                                 oldest release's answers, and what each later one changed; the
                                 catalogue is read from stdin, as `btflow metrics --format json` prints it
    golden.py --serve RELEASE    reads one JSON request on stdin, writes the answers to stdout

The releases are beside the interpreter's environment, in its folder quantstats/RELEASE.

A request is {"metrics": {name: expression}, "cases": [{"name", "dates", "values", "benchmark",
"settings": [[rf, P], ...]}]}; an answer is {name: {"rf,P": {metric: number or null}}}. Undefined
(NaN, infinite, or an exception) is null. The expressions are those of the catalogue, evaluated with
`st` = quantstats.stats, `r` the returns, `b` the benchmark, `rf` the annual rate, `P` periods a
year, `dd` the drawdown details, `months(n)`, `last`, `month_start` and `year_start`.

QuantStats caches prepared returns under a key without the calling function's name, so that its
answers depend on what was called before. The cache is therefore cleared before each expression.
"""

import csv
import inspect
import json
import math
import pathlib
import subprocess
import sys
import types
import warnings

ROOT = pathlib.Path(__file__).resolve().parent.parent
GOLDEN = ROOT / "tests" / "golden"
RELEASES = pathlib.Path(sys.prefix) / "quantstats"
OLDEST = sorted(path.name for path in RELEASES.iterdir())[0]

warnings.filterwarnings("ignore")
serving = sys.argv[1:2] == ["--serve"]
sys.path.insert(0, str(RELEASES / (sys.argv[2] if serving else OLDEST)))

import numpy as np
import pandas as pd
import quantstats
import quantstats.stats as st
import quantstats.utils as utils

# Until 0.0.81 QuantStats asks the whole call stack for its caller's name, source lines included, which takes
# most of its time. Without the source lines the names are the same.
utils.inspect = types.SimpleNamespace(stack=lambda: inspect.stack(0)[1:])


def series(dates, values):
    index = pd.DatetimeIndex(pd.to_datetime(np.array(dates, dtype="float64"), unit="ms"))
    return pd.Series(np.array(values, dtype="float64"), index=index.as_unit("ns"))


def answer(expression, names):
    utils._PREPARE_RETURNS_CACHE.clear()
    try:
        value = eval(expression, {"st": st, "len": len}, names)
        number = float(value)
    except Exception:
        return None
    return number if math.isfinite(number) else None


def answers(metrics, case):
    r = series(case["dates"], case["values"])
    b = None if case.get("benchmark") is None else series(case["dates"], case["benchmark"])
    utils._PREPARE_RETURNS_CACHE.clear()
    last = r.index[-1]
    month_start = last.normalize().replace(day=1)
    names = {
        "r": r,
        "b": b,
        "dd": st.drawdown_details(st.to_drawdown_series(r)),
        "last": last,
        "month_start": month_start,
        "year_start": month_start.replace(month=1),
        "months": lambda count: pd.DateOffset(months=count),
    }
    known = {}
    found = {}
    for rf, periods in case["settings"]:
        own = {}
        for name, expression in metrics.items():
            words = set(expression.replace("(", " ").replace(")", " ").replace(",", " ").replace("=", " ").split())
            if b is None and "b" in words:
                continue
            key = (name, rf if "rf" in words else None, periods if "P" in words else None)
            if key not in known:
                known[key] = answer(expression, {**names, "rf": rf, "P": periods})
            own[name] = known[key]
        found[f"{rf},{periods}"] = own
    return found


def serve():
    request = json.load(sys.stdin)
    out = {case["name"]: answers(request["metrics"], case) for case in request["cases"]}
    json.dump({"quantstats": quantstats.__version__, "answers": out}, sys.stdout)


def ask(release, request):
    command = [sys.executable, __file__, "--serve", release]
    served = subprocess.run(command, input=json.dumps(request), capture_output=True, text=True)
    served.check_returncode()
    answer = json.loads(served.stdout)
    assert answer["quantstats"] == release, answer["quantstats"]
    return answer


def changes(before, after):
    """What differs, in the same shape."""
    if not isinstance(after, dict):
        return after
    found = {key: changes(before[key], value) for key, value in after.items() if before[key] != value}
    return {key: value for key, value in found.items() if value != {}}


def read_csv(path):
    with open(ROOT / path, newline="") as file:
        rows = list(csv.DictReader(file))
    dates = [pd.Timestamp(row["date"]).value // 1_000_000 for row in rows]
    return dates, [float(row["returns"]) for row in rows]


def write():
    """The cases are kept beside the answers, so that the test needs no Python and no generator."""
    metrics = {metric["name"]: metric["definition"] for metric in json.load(sys.stdin)}
    cases = []
    for case in json.loads((GOLDEN / "cases.json").read_text()):
        dates, values = (
            read_csv(case["file"]) if "file" in case else (case["dates"], case["values"])
        )
        benchmark = case.get("benchmark")
        if isinstance(benchmark, str):
            benchmark = read_csv(benchmark)[1]
        cases.append({**case, "dates": dates, "values": values, "benchmark": benchmark})
    request = {"metrics": metrics, "cases": cases}
    oldest = ask(OLDEST, request)
    keep("quantstats.json", oldest)
    before, later = oldest["answers"], {}
    for release in sorted(path.name for path in RELEASES.iterdir())[1:]:
        after = ask(release, request)["answers"]
        later[release] = changes(before, after)
        before = after
    keep("changes.json", later)


def keep(name, content):
    (GOLDEN / name).write_text(json.dumps(content, indent=1) + "\n")


if __name__ == "__main__":
    serve() if serving else write()
