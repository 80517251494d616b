"""The probability of backtest overfitting of many files, with phacker's C++ kernel.

    python judge_cscv.py SPLITS FILE...
"""

import sys

import phacker
from judge_inputs import read_matrix
from phacker.cscv import cscv

if phacker.backend() != "cpp":
    sys.exit("phacker has no compiled kernel here")
print(cscv(read_matrix(sys.argv[2:]), S=int(sys.argv[1]))[0])
