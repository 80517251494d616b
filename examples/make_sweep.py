"""Makes sweep/*.csv: one trading rule on sp500_returns.csv, with twenty pairs of parameters.

    python make_sweep.py

The rule is the crossing of two moving averages: a day is held when the mean of the last `fast`
closes, as of the close before, was above the mean of the last `slow`; else it earns nothing. The
years are 2009 to 2018. No costs, no interest. Each file is named for its pair and has a row a day,
rounded to a millionth.
"""

import csv
import itertools
import pathlib

FAST = (5, 10, 15, 20)
SLOW = (30, 60, 90, 120, 150)
FIRST_DAY = "2009-01-01"


def mean_of_last(closes: list[float], row: int, days: int) -> float:
    return sum(closes[row - days : row]) / days


def main() -> None:
    folder = pathlib.Path(__file__).parent
    with open(folder / "sp500_returns.csv", newline="") as source:
        rows = [(day, float(value)) for day, value in list(csv.reader(source))[1:]]
    closes = list(itertools.accumulate((1 + value for _, value in rows), lambda a, b: a * b))
    (folder / "sweep").mkdir(exist_ok=True)
    for fast, slow in itertools.product(FAST, SLOW):
        with open(folder / "sweep" / f"cross_{fast}_{slow}.csv", "w", newline="\n") as out:
            out.write("date,returns\n")
            for row, (day, value) in enumerate(rows):
                if day < FIRST_DAY:
                    continue
                is_held = mean_of_last(closes, row, fast) > mean_of_last(closes, row, slow)
                out.write(f"{day},{round(value, 6) if is_held else 0:g}\n")


if __name__ == "__main__":
    main()
