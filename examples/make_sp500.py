"""Makes sp500_returns.csv and nasdaq_returns.csv from the data files of PyPI's arch 8.0.0.

The wheel is read as the zip file it is, so nothing needs to be installed:

    pip download --no-deps arch==8.0.0
    python make_sp500.py arch-8.0.0-*.whl

Returns are simple: today's adjusted close over the previous one, less 1; the first day has none.
Numbers are written with repr, the shortest text that reads back as the same double.
"""

import csv
import datetime
import gzip
import io
import pathlib
import sys
import zipfile

SOURCES = {
    "sp500_returns.csv": "arch/data/sp500/sp500.csv.gz",
    "nasdaq_returns.csv": "arch/data/nasdaq/nasdaq.csv.gz",
}


def returns(text: str) -> list[tuple[str, float]]:
    rows = []
    previous = None
    for row in csv.DictReader(io.StringIO(text)):
        day = datetime.datetime.strptime(row["Date"], "%m/%d/%Y").date().isoformat()
        price = float(row["Adj Close"])
        if previous is not None:
            rows.append((day, price / previous - 1))
        previous = price
    return rows


def main(wheel: str) -> None:
    folder = pathlib.Path(__file__).parent
    with zipfile.ZipFile(wheel) as archive:
        for name, member in SOURCES.items():
            text = gzip.decompress(archive.read(member)).decode("ascii")
            with open(folder / name, "w", newline="\n") as out:
                out.write("date,returns\n")
                for day, value in returns(text):
                    out.write(f"{day},{value!r}\n")


if __name__ == "__main__":
    main(sys.argv[1])
