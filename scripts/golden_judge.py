"""Reference values of lib/judge: writes tests/golden/judge.json.

Needs what the tests do not: pip install arch==8.0.0 ffn==1.4.1 holdout-backtest==0.1.0 phacker==0.1.0
scipy==1.17.1 statsmodels==0.15.0. The returns are not in the file: both sides make them from the
numbers of a case, by the same random numbers and the same arithmetic (tests/judge/cases.ts), and
likewise the row numbers of the resamples, which are handed to arch and holdout in place of their own.
"""

import importlib.metadata
import json
import math
import pathlib
import warnings

warnings.filterwarnings("ignore")

import ffn
import holdout
import holdout.bootstrap
import numpy as np
import pandas as pd
import phacker.cscv
import phacker.stats
import scipy.stats as ss
from arch.bootstrap import SPA, optimal_block_length
from statsmodels.stats.multitest import multipletests

ROOT = pathlib.Path(__file__).resolve().parent.parent
PACKAGES = ["arch", "ffn", "holdout-backtest", "phacker", "scipy", "statsmodels"]
PERIODS = 252
GAMMA = 0.5772156649015329

# rows × columns; `families` share a factor with weight `load`; `skew` bends the noise; `ar` ties a row
# to the last; `drift` spreads the means over the columns from `low` (−1) to 1 times itself; `copies`
# columns at the end equal the first ones; column `sleeper` is 0 in the first three fifths,
# column `quiet` varies a tenth as much as the others and is good for its size.
BASE = {"families": 1, "load": 0.0, "skew": 0.0, "ar": 0.0, "drift": 0.0, "low": -1.0, "copies": 0, "sleeper": -1, "quiet": -1}
CASES = [
    {"name": "two columns, 60 rows", "rows": 60, "columns": 2, "splits": [2, 4, 6]},
    {"name": "noise", "rows": 250, "columns": 20, "splits": [8, 10]},
    {"name": "three families", "rows": 500, "columns": 60, "families": 3, "load": 0.95, "splits": [8, 16]},
    {"name": "one common factor", "rows": 500, "columns": 40, "load": math.sqrt(0.5), "splits": [10]},
    {"name": "skewed", "rows": 300, "columns": 12, "skew": 0.4, "drift": 0.002, "splits": [6, 12]},
    {"name": "one that is good", "rows": 756, "columns": 40, "drift": 0.0012, "low": 0.0, "splits": [16]},
    {"name": "trending", "rows": 400, "columns": 10, "ar": 0.5, "drift": 0.001, "splits": [10]},
    {"name": "reverting", "rows": 333, "columns": 7, "ar": -0.4, "drift": 0.001, "splits": [14]},
    {"name": "more columns than rows", "rows": 120, "columns": 300, "families": 9, "load": 0.6, "splits": [6]},
    {"name": "ten years of days", "rows": 2520, "columns": 50, "drift": 0.0004, "splits": [16]},
    {"name": "most of them bad", "rows": 600, "columns": 25, "drift": 0.004, "low": -3.0, "splits": [12]},
    {"name": "equal columns", "rows": 200, "columns": 12, "copies": 3, "drift": 0.001, "splits": [8]},
    {"name": "one that sleeps", "rows": 240, "columns": 9, "sleeper": 4, "drift": 0.001, "splits": [8]},
    {"name": "one that is quiet and good", "rows": 756, "columns": 20, "quiet": 7, "splits": [10]},
]


class Random:
    """tests/helpers/random.ts: mulberry32."""

    def __init__(self, seed):
        self.state = seed & 0xFFFFFFFF

    def draw(self, count):
        steps = np.arange(1, count + 1, dtype=np.uint64) * 0x6D2B79F5 + self.state
        a = (steps & 0xFFFFFFFF).astype(np.uint32)
        self.state = int(a[-1])
        with np.errstate(over="ignore"):
            mixed = (a ^ (a >> 15)) * (a | 1)
            mixed = mixed ^ (mixed + (mixed ^ (mixed >> 7)) * (mixed | 61))
        return (mixed ^ (mixed >> 14)) / 2.0**32

    def noise(self, count):
        u = self.draw(4 * count).reshape(count, 4)
        return (u[:, 0] + u[:, 1] + u[:, 2] + u[:, 3] - 2) * math.sqrt(3)


def matrix(case, seed):
    random = Random(seed)
    rows, columns, load = case["rows"], case["columns"], case["load"]
    factors = [random.noise(rows) for _ in range(case["families"])]
    rest = math.sqrt(1 - load * load)
    out = np.empty((rows, columns))
    for column in range(columns):
        z = load * factors[column % case["families"]] + rest * random.noise(rows)
        z = z - case["skew"] * (z * z - 1)
        x = 0.0
        place = case["low"] + (1 - case["low"]) * column / (columns - 1)
        for row in range(rows):
            x = case["ar"] * x + float(z[row])
            out[row, column] = case["drift"] * place + 0.01 * x
    for copy in range(case["copies"]):
        out[:, columns - 1 - copy] = out[:, copy]
    if case["quiet"] >= 0:
        out[:, case["quiet"]] = 0.1 * out[:, case["quiet"]] + 0.00016
    if case["sleeper"] >= 0:
        out[: rows * 3 // 5, case["sleeper"]] = 0.0
    return out


def resamples(rows, count, block_length, seed):
    """lib/judge/bootstrap.ts `drawStationary`, with the random numbers above."""
    numbers = iter(Random(seed).draw(2 * rows * count))
    out = np.empty((count, rows), dtype=np.int64)
    anew = 1 / block_length
    for resample in range(count):
        row = 0
        for at in range(rows):
            if at == 0 or next(numbers) < anew:
                row = math.floor(next(numbers) * rows)
            else:
                row = (row + 1) % rows
            out[resample, at] = row
    return out


def arch_spa(d, indices):
    """arch's test on the given rows. Its losses are −d, the benchmark's 0."""
    spa = SPA(np.zeros(len(d)), -d, reps=len(indices), block_size=1)

    class Given:
        def bootstrap(self, reps):
            return (((spa._loss_diff[i],), {}) for i in indices)

    spa.bootstrap = Given()
    spa.compute()
    return {name: float(value) for name, value in spa.pvalues.items()}


def superior(d, indices, block_length):
    given = lambda n, b, count, *, seed=None: indices
    holdout.bootstrap.stationary_bootstrap_indices = given
    options = {"n_bootstrap": len(indices), "block_length": block_length}
    spa = holdout.superior_predictive_ability(d, **options)
    wolf = holdout.romano_wolf(d, **options)
    return {
        "realityCheck": holdout.reality_check(d, **options).pvalue,
        "spa": {"lower": spa.lower, "consistent": spa.consistent, "upper": spa.upper},
        "stepdown": [float(p) for p in wolf.adjusted_pvalues],
        "rejected": [int(i) for i in wolf.rejected],
        "arch": arch_spa(d, indices),
    }


def cscv(case, returns, splits):
    frame = pd.DataFrame(returns)
    rows = len(returns) - len(returns) % splits
    out = {"splits": splits}
    if case["sleeper"] < 0:
        out["ffn"] = ffn.core.calc_prob_backtest_overfitting(frame, splits)
        found = holdout.probability_of_backtest_overfitting(returns[:rows], n_blocks=splits)
        # Equal columns are only nearly equal in holdout's matrix product.
        if case["copies"] == 0:
            out["holdout"] = found.pbo
        out["slope"] = found.degradation[0]
        out["loss"] = found.probability_of_loss
    if case["copies"] == 0:
        out["phacker"] = float(phacker.cscv.cscv(returns, splits)[0])
    return out


def deflated(returns, best, sharpes):
    series = pd.Series(returns[:, best])
    return {
        "value": float(
            ffn.core.calc_deflated_sharpe_ratio(series, sharpes, nperiods=PERIODS, annualized_trials=False)
        ),
        "expected": float(ffn.core.calc_expected_max_sharpe(len(sharpes), np.std(sharpes, ddof=1))),
    }


def haircuts(sharpes, rows, more):
    p = np.concatenate([2 * ss.norm.sf(np.abs(sharpes) * math.sqrt(rows)), np.ones(more)])
    out = {"trials": len(p)}
    best = int(np.argmax(sharpes))
    for name, method in [("bonferroni", "bonferroni"), ("holm", "holm"), ("bhy", "fdr_by")]:
        adjusted = multipletests(p, method=method)[1]
        sharpe = min(ss.norm.isf(adjusted[best] / 2) / math.sqrt(rows), abs(sharpes[best]))
        out[name] = {"adjusted": adjusted[: len(sharpes)].tolist(), "haircut": math.copysign(sharpe, sharpes[best]) * math.sqrt(PERIODS)}
    return out


def pairs(returns):
    out = []
    for first, second in [(0, 1), (1, returns.shape[1] - 1)]:
        if first == second:
            continue
        found = holdout.sharpe_difference(returns[:, first], returns[:, second])
        out.append(
            {"first": first, "second": second, "difference": found.difference, "error": found.robust_error,
             "pValue": found.p_value, "bandwidth": found.bandwidth}
        )
    return out


def reference(case, seed):
    returns = matrix(case, seed)
    sharpes = returns.mean(axis=0) / returns.std(axis=0, ddof=1)
    best = int(np.argmax(sharpes))
    lengths = optimal_block_length(returns)["stationary"].to_numpy()
    block = float(np.mean(np.maximum(1, lengths)))
    indices = resamples(len(returns), case["resamples"], block, seed + 1)
    benchmark = 0.5 * returns[:, 0] + 0.0001
    correlation = holdout.trial_correlation(returns)
    standard = (returns - returns.mean(axis=0)) / returns.std(axis=0)
    methods = ["average", "eigenvalue", "participation"]
    return {
        "sum": float(np.abs(returns).sum()),
        "blockLengths": lengths[:60].tolist(),
        "blockLength": block,
        "cscv": [cscv(case, returns, splits) for splits in case["splits"]],
        "superior": superior(returns, indices, block),
        "overBenchmark": superior(returns - benchmark[:, None], indices, block),
        "effective": {m: holdout.effective_number_of_trials(correlation, method=m) for m in methods},
        "phackerEffective": float(phacker.stats.n_eff(standard)),
        "best": best,
        "deflated": deflated(returns, best, sharpes),
        "haircut": haircuts(sharpes, len(returns), 5),
        "pairs": pairs(returns),
    }


def odd_series():
    """tests/judge/cases.ts `oddSeries`."""
    noise = lambda rows: Random(77).noise(rows)
    rows = np.arange(100)
    spike = noise(100)
    spike[0] = 1e6
    walk = np.array([float(x) for x in noise(400)])
    for row in range(1, 400):
        walk[row] = walk[row - 1] + walk[row]
    return {
        "eight rows": noise(8),
        "nine rows": noise(9),
        "trend": rows * 1.0,
        "turns": np.where(rows % 2 == 0, 1.0, -1.0) + rows * 0.001,
        "step": np.where(rows < 50, 0.0, 1.0),
        "spike": spike,
        "walk": walk,
    }


def minimum_length(trials, sharpe):
    quantile = ss.norm.ppf
    expected = (1 - GAMMA) * quantile(1 - 1 / trials) + GAMMA * quantile(1 - 1 / (trials * math.e))
    return {"trials": trials, "sharpe": sharpe, "years": float((expected / sharpe) ** 2)}


def main():
    cases = []
    for number, given in enumerate(CASES):
        case = {**BASE, "resamples": 200, **given}
        seed = 1000 * (number + 1)
        cases.append({**case, "seed": seed, "reference": reference(case, seed)})
        print(case["name"])
    out = {
        "versions": {name: importlib.metadata.version(name) for name in PACKAGES},
        "periods": PERIODS,
        "cases": cases,
        "oddBlockLengths": {
            name: float(optimal_block_length(series)["stationary"].iloc[0])
            for name, series in odd_series().items()
        },
        "minimumLength": [minimum_length(n, s) for n, s in [(2, 0.5), (45, 1), (412, 1.3), (10_000, 2.5)]],
    }
    (ROOT / "tests" / "golden" / "judge.json").write_text(json.dumps(out, indent=1) + "\n")


if __name__ == "__main__":
    main()
