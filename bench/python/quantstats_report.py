"""QuantStats' own HTML report of a file of returns.

    python quantstats_report.py RETURNS OUT.html
"""

import sys
import warnings

import matplotlib

matplotlib.use("Agg")
import pandas as pd
import quantstats as qs

warnings.filterwarnings("ignore")

returns = pd.read_csv(sys.argv[1], index_col=0, parse_dates=True)["returns"]
qs.reports.html(returns, output=sys.argv[2], title="bench")
