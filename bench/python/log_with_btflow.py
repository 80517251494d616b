"""The first lines of docs/python.md, beside log_backtest.py: python log_with_btflow.py RETURNS"""

import sys

import btflow

btflow.log(sys.argv[1], "bench", run_name="bench")
