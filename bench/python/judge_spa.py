"""Hansen's SPA test of many files, with holdout-backtest.

    python judge_spa.py RESAMPLES FILE...
"""

import sys

from holdout.spa import superior_predictive_ability
from judge_inputs import read_matrix

returns = read_matrix(sys.argv[2:])
print(superior_predictive_ability(returns, n_bootstrap=int(sys.argv[1]), seed=1).consistent)
