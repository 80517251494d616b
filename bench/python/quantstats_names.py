"""The names that the catalogue's QuantStats expressions use, for a series of returns."""

import pandas as pd
import quantstats.stats as st


def names_of(r: pd.Series) -> dict:
    last = r.index[-1]
    return {
        "st": st,
        "r": r,
        "rf": 0.0,
        "P": 252,
        "last": last,
        "months": lambda n: pd.DateOffset(months=n),
        "month_start": last.normalize().replace(day=1),
        "year_start": last.normalize().replace(month=1, day=1),
        "dd": st.drawdown_details(st.to_drawdown_series(r)),
    }
