"""Reference values of the metrics beyond QuantStats: writes tests/golden/extended.json.

Needs what the tests do not: pip install empyrical-reloaded==0.7.1 ffn==1.4.1 pyperfanalytics==1.3.0
scipy==1.17.1 skfolio==1.12.2 statsmodels==0.15.0. Each value comes from another implementation where one has the same definition, else
from the formula written out with NumPy and SciPy; `source` says which. pyperfanalytics is the Python
port of R's PerformanceAnalytics. The input is the real data of examples/, rf 2 % a year, 252 periods.
"""

import csv
import json
import pathlib
import warnings

warnings.filterwarnings("ignore")

import empyrical as ep
import ffn
import numpy as np
import pandas as pd
import pyperfanalytics as pa
import scipy.stats as ss
import skfolio.measures as sk
import statsmodels.api as sm
from statsmodels.stats.diagnostic import acorr_ljungbox

ROOT = pathlib.Path(__file__).resolve().parent.parent
PERIODS = 252
RATE = 0.02
TRIALS = [0.012, -0.03, 0.025, 0.041, 0.003, -0.011, 0.018, 0.009, -0.022, 0.017]


def references(r, b, periods, rate, trials):
    f = (1 + rate) ** (1 / periods) - 1
    n = len(r)
    x = r - f
    s = x.mean() / x.std()
    skew, raw = x.skew(), x.kurt() + 3
    variance = (1 - skew * s + (raw - 1) / 4 * s**2) / (n - 1)
    equity = np.concatenate([[1.0], (1 + r).cumprod().to_numpy()])
    drawdown = (equity / np.maximum.accumulate(equity) - 1)[1:]
    growth = equity[-1]
    beta = ss.linregress(b, r).slope
    lags = round(periods)
    gaps = (r - r.mean()).to_numpy()
    rho = [gaps[: n - k] @ gaps[k:] / (gaps @ gaps) for k in range(1, min(lags, n))]
    spread = lags + 2 * sum((lags - k) * rho[k - 1] for k in range(1, min(lags, n)))
    gap = r.index[-1] - r.index[0]
    base = r.index[0] - gap / (n - 1)
    prices = pd.Series(equity, index=[base, *r.index])
    z = ss.norm.ppf(0.95)
    annual = s * np.sqrt(periods)
    logs = np.log1p(r).cumsum().to_numpy()
    trend = ss.linregress(np.arange(n), logs)
    falls = {name: np.asarray(found) for name, found in pa.find_drawdowns(r).items()}
    market = sm.OLS(x, sm.add_constant(b - f)).fit()
    own = "formula with NumPy and SciPy: "
    return {
        "psr_bailey": (ss.norm.cdf(s / np.sqrt(variance)), own + "the formula of the paper"),
        "sharpe_ratio_lo": (s * lags / np.sqrt(spread), own + "the formula of the paper, each lag summed"),
        "sharpe_ratio_se": (np.sqrt(variance * periods), own + "Mertens' variance"),
        "sharpe_ratio_lower_95": (
            s * np.sqrt(periods) - ss.norm.ppf(0.975) * np.sqrt(variance * periods),
            own + "Mertens' variance",
        ),
        "sharpe_ratio_upper_95": (
            s * np.sqrt(periods) + ss.norm.ppf(0.975) * np.sqrt(variance * periods),
            own + "Mertens' variance",
        ),
        "minimum_track_record_length": (
            1 + variance * (n - 1) * (z / s) ** 2 if s > 0 else None,
            own + "the formula of the paper",
        ),
        "deflated_sharpe_ratio": (
            ffn.core.calc_deflated_sharpe_ratio(
                r, trials, rf=rate, nperiods=periods, annualized_trials=False
            ),
            "ffn 1.4.1: calc_deflated_sharpe_ratio(annualized_trials=False)",
        ),
        "cagr_calendar": (
            ffn.core.calc_cagr(prices),
            "ffn 1.4.1: calc_cagr of the prices from one mean period before the first row",
        ),
        "recovery_factor_signed": (
            (r.sum() - rate) / abs(ep.max_drawdown(r)),
            "empyrical-reloaded 0.7.1: max_drawdown; the rest by formula",
        ),
        "martin_ratio": (
            (ep.cagr(r, annualization=periods) - rate) / float(pa.ulcer_index(r)),
            "empyrical-reloaded 0.7.1: cagr; pyperfanalytics 1.3.0: ulcer_index",
        ),
        "pain_index": (float(pa.pain_index(r)), "pyperfanalytics 1.3.0: pain_index"),
        "historical_var": (ep.value_at_risk(r, 0.05), "empyrical-reloaded 0.7.1: value_at_risk"),
        "historical_cvar": (
            ep.conditional_value_at_risk(r, 0.05),
            "empyrical-reloaded 0.7.1: conditional_value_at_risk",
        ),
        "modified_var": (-float(pa.var_modified(r, 0.95)), "pyperfanalytics 1.3.0: var_modified, as a return"),
        "cdar": (
            ep.conditional_value_at_risk(drawdown, 0.05),
            "empyrical-reloaded 0.7.1: conditional_value_at_risk of the drawdown series",
        ),
        "jensen_alpha": (
            ss.linregress(b - f, r - f).intercept * periods,
            "scipy 1.17.1: linregress of excess returns, intercept times periods",
        ),
        "treynor_ratio_annualised": (
            (ep.cagr(r, annualization=periods) - rate) / beta,
            "empyrical-reloaded 0.7.1: cagr; scipy 1.17.1: linregress",
        ),
        "information_ratio_annualised": (
            ep.excess_sharpe(r, b) * np.sqrt(periods),
            "empyrical-reloaded 0.7.1: excess_sharpe times the root of periods",
        ),
        "tracking_error": (
            float(pa.tracking_error(r, b, scale=periods)),
            "pyperfanalytics 1.3.0: tracking_error",
        ),
        "up_capture": (float(pa.up_capture(r, b)), "pyperfanalytics 1.3.0: up_capture"),
        "down_capture": (
            float(pa.down_capture(r[b != 0], b[b != 0])),
            "pyperfanalytics 1.3.0: down_capture, without rows in which the benchmark stood still",
        ),
        "bernardo_ledoit_ratio": (
            pa.bernardo_ledoit_ratio(r),
            "pyperfanalytics 1.3.0: bernardo_ledoit_ratio",
        ),
        "omega_sharpe_ratio": (
            pa.omega_sharpe_ratio(r, MAR=f),
            "pyperfanalytics 1.3.0: omega_sharpe_ratio",
        ),
        "kappa_3": (pa.kappa(r, MAR=f, l=3), "pyperfanalytics 1.3.0: kappa(l=3)"),
        "upside_potential_ratio": (
            pa.upside_potential_ratio(r, MAR=f, method="full"),
            'pyperfanalytics 1.3.0: upside_potential_ratio(method="full")',
        ),
        "rachev_ratio": (
            -ep.conditional_value_at_risk(-r, 0.05) / -ep.conditional_value_at_risk(r, 0.05),
            "empyrical-reloaded 0.7.1: conditional_value_at_risk of both tails",
        ),
        "adjusted_sharpe_ratio": (
            annual * (1 + r.skew() / 6 * annual - r.kurt() / 24 * annual**2),
            own + "the formula of the paper, the Sharpe ratio and moments of pandas",
        ),
        "k_ratio": (
            trend.slope / trend.stderr * np.sqrt(periods) / n,
            "scipy 1.17.1: linregress of the logarithm of equity",
        ),
        "sterling_ratio": (
            pa.sterling_ratio(r, scale=periods),
            "pyperfanalytics 1.3.0: sterling_ratio",
        ),
        "burke_ratio": (
            (ep.cagr(r, annualization=periods) - rate)
            / np.sqrt((falls["return"][falls["return"] < 0] ** 2).sum()),
            "pyperfanalytics 1.3.0: find_drawdowns; empyrical-reloaded 0.7.1: cagr",
        ),
        "pain_ratio": (
            float(pa.pain_ratio(r, Rf=f, scale=periods)),
            "pyperfanalytics 1.3.0: pain_ratio",
        ),
        "drawdown_at_risk": (
            ep.value_at_risk(drawdown, 0.05),
            "empyrical-reloaded 0.7.1: value_at_risk of the drawdown series",
        ),
        "avg_recovery_periods": (
            np.mean(falls["recovery"][(falls["return"] < 0)][:-1]) if drawdown[-1] < 0
            else np.mean(falls["recovery"][falls["return"] < 0]),
            "pyperfanalytics 1.3.0: find_drawdowns, without the one that still lasts",
        ),
        "evar": (-sk.evar(r.to_numpy(), 0.95), "skfolio 1.12.2: evar, as a return"),
        "modified_cvar": (
            -float(pa.es_modified(r, 0.95)),
            "pyperfanalytics 1.3.0: es_modified, as a return",
        ),
        "gini_mean_difference": (
            sk.gini_mean_difference(r.to_numpy()),
            "skfolio 1.12.2: gini_mean_difference",
        ),
        "stability": (
            ep.stability_of_timeseries(r),
            "empyrical-reloaded 0.7.1: stability_of_timeseries",
        ),
        "hurst_exponent": (pa.hurst_index(r), "pyperfanalytics 1.3.0: hurst_index"),
        "jarque_bera_p_value": (
            ss.jarque_bera(r).pvalue,
            "scipy 1.17.1: jarque_bera",
        ),
        "ljung_box_p_value": (
            acorr_ljungbox(r, lags=[10])["lb_pvalue"].iloc[0],
            "statsmodels 0.15.0: acorr_ljungbox of ten lags",
        ),
        "batting_average": (
            ep.batting_average(r, b)["batting average"],
            "empyrical-reloaded 0.7.1: batting_average",
        ),
        "up_beta": (ep.up_alpha_beta(r, b)[1], "empyrical-reloaded 0.7.1: up_alpha_beta"),
        "down_beta": (ep.down_alpha_beta(r, b)[1], "empyrical-reloaded 0.7.1: down_alpha_beta"),
        "appraisal_ratio": (
            market.params.iloc[0] * np.sqrt(periods) / np.sqrt(market.mse_resid),
            "statsmodels 0.15.0: OLS of excess returns",
        ),
        "treynor_mazuy_gamma": (
            sm.OLS(x, sm.add_constant(np.column_stack([b - f, (b - f) ** 2]))).fit().params.iloc[2],
            "statsmodels 0.15.0: OLS of excess returns",
        ),
        "henriksson_merton_gamma": (
            sm.OLS(x, sm.add_constant(np.column_stack([b - f, np.maximum(f - b, 0)]))).fit().params.iloc[2],
            "statsmodels 0.15.0: OLS of excess returns",
        ),
        "m_squared": (
            f * periods + (float(pa.modigliani(r, b, Rf=f)) - f) * periods,
            "pyperfanalytics 1.3.0: modigliani, a year",
        ),
    }


def read_csv(name):
    with open(ROOT / "examples" / name, newline="") as file:
        rows = list(csv.DictReader(file))
    index = pd.DatetimeIndex([row["date"] for row in rows])
    return pd.Series([float(row["returns"]) for row in rows], index=index)


def main():
    found = references(
        read_csv("sp500_returns.csv"), read_csv("nasdaq_returns.csv"), PERIODS, RATE, TRIALS
    )
    out = {
        "series": "examples/sp500_returns.csv",
        "benchmark": "examples/nasdaq_returns.csv",
        "periods": PERIODS,
        "riskFreeRate": RATE,
        "trials": len(TRIALS),
        "trialsVariance": float(np.var(TRIALS, ddof=1)),
        "references": {
            name: {"value": None if value is None else float(value), "source": source}
            for name, (value, source) in found.items()
        },
    }
    text = json.dumps(out, indent=2)
    (ROOT / "tests" / "golden" / "extended.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
