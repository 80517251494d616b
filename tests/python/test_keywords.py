"""What the binary says in flags is said here in keywords, and what is long is told short."""

import inspect
import warnings

import pandas
import pytest

import btflow
from btflow._keywords import in_keywords
from btflow._options import FLAGS

FUNCTIONS = {
    btflow.stats: btflow.StatsOptions,
    btflow.log: btflow.LogOptions,
    btflow.batch: btflow.BatchOptions,
    btflow.search: btflow.SearchOptions,
    btflow.report: btflow.ReportOptions,
    btflow.judge: btflow.JudgeOptions,
}


def test_each_keyword_of_the_table_is_one_of_a_function():
    keywords = set().union(
        *(inspect.signature(function).parameters for function in FUNCTIONS),
        *(declared.__annotations__ for declared in FUNCTIONS.values()),
    )
    assert {keyword for keyword, _ in FLAGS.values()} - keywords == set()
    assert keywords - {keyword for keyword, _ in FLAGS.values()} == {
        # These have no flag of their own.
        *("runs", "dates", "progress", "stores", "options"),
    }


@pytest.mark.parametrize(
    "said, heard",
    [
        ("use --periods 365 (or auto) if", "use periods=365 (or auto) if"),
        ('Cannot use --periods "a --kind b": expected', 'Cannot use periods="a --kind b": expected'),
        ("it goes with --kind trades or equity", 'it goes with kind="trades" or "equity"'),
        ("--missing zero or drop says what", 'missing="zero" or "drop" says what'),
        ("say --decimal point or --decimal comma.", 'say decimal="point" or decimal="comma".'),
        ("--kind returns with --percent if", 'kind="returns" with percent=True if'),
        ("or is it another --kind?", "or is it another kind=?"),
        ("without --benchmark FILE, or", "without benchmark=, or"),
        ("--resamples N takes another", "resamples= takes another"),
        ("--timezone UTC tells", 'timezone="UTC" tells'),
        ("say with --timezone ZONE, such as Asia/Tokyo", "say with timezone=, such as Asia/Tokyo"),
        ("choose --quantstats 0.0.82 or later", 'choose quantstats="0.0.82" or later'),
        ("with --run-name", "with run_name="),
        ("it is in --param", "it is in params="),
        ("name --date-column, or", "name date_column=, or"),
        ("of --trials and --trials-variance without", "of trials= and trials_variance= without"),
        # Not for this module to say: commands, what users wrote, flags of other programs.
        ('"btflow sync --store x" sends it', '"btflow sync --store x" sends it'),
        ("(btflow batch --columns makes a run of each)", "(btflow batch --columns makes a run of each)"),
        ("start it with --serve-artifacts; --store says", "start it with --serve-artifacts; store= says"),
        ('expected a number, got "--percent"', 'expected a number, got "--percent"'),
        ("Cannot read a --kind b.csv: give --kind", "Cannot read a --kind b.csv: give kind="),
    ],
)
def test_messages_name_keywords(said, heard):
    assert in_keywords(said, ["a --kind b.csv"]) == heard


def test_errors_and_warnings_name_keywords(returns, tmp_path):
    for call, heard in [
        (lambda: btflow.stats(returns, capital=5, kind="returns"), 'kind="trades" or "equity"'),
        (lambda: btflow.stats(returns, metrics=["beta"]), "without benchmark="),
        (lambda: btflow.stats(returns, seed=3), "seed= without intervals=True"),
        (lambda: btflow.log(returns), "use experiment= or set MLFLOW_EXPERIMENT_NAME"),
        (lambda: btflow.stats(pandas.DataFrame({"a": returns, "b": returns})), "column="),
        (lambda: btflow.stats((1 + returns).cumprod().rename(None) * 100), 'kind="prices"'),
    ]:
        with pytest.raises(btflow.BtflowError) as failed:
            call()
        said = str(failed.value).split(" (btflow ")[0]
        assert heard in said and "--" not in said, said
    with pytest.raises(btflow.InputError, match=r"x --kind prices\.csv"):
        btflow.stats(tmp_path / "x --kind prices.csv")
    daily = returns.resample("D").asfreq().fillna(0.001)
    with pytest.warns(btflow.BtflowWarning, match="use periods=36"):
        btflow.stats(daily)
    with pytest.raises(btflow.InputError, match='kind="prices"') as several:
        btflow.batch({"a": returns, "b": (1 + returns).cumprod() * 100}, "x")
    assert 'kind="prices"' in several.value.answer.failures[0]["message"]


def test_a_keyword_that_is_none_is_refused_with_the_nearest(returns):
    for call, reason in [
        (lambda: btflow.stats(returns, period=365), r"period=: btflow.stats has no such keyword; did you mean periods=\?$"),
        (lambda: btflow.log(returns, "x", param={"a": 1}), r"did you mean params=\?$"),
        (lambda: btflow.report(returns, output="x.html"), "output=: btflow.report has no such keyword"),
        (lambda: btflow.stats(returns, format="csv"), "format=: btflow.stats has"),
        (lambda: btflow.search("x", order="a"), r"did you mean order_by=\?$"),
        (lambda: btflow.batch([returns], "x", by="symbol"), "by=: btflow.batch has"),
        (lambda: btflow.judge("x", split=4), r"did you mean splits=\?$"),
    ]:
        with pytest.raises(btflow.UsageError, match=reason):
            call()


def test_undefined_metrics_are_told_short_and_kept_whole(returns):
    flat = returns * 0
    with pytest.warns(btflow.BtflowWarning) as told:
        metrics = btflow.stats(flat)
    [warning] = [one.message for one in told if one.message.code == "undefined-metrics"]
    assert len(metrics.undefined) > 20
    assert str(warning) == f"{len(metrics.undefined)} metrics are undefined: every return is 0 (never traded)"
    assert all(f"{name} ({reason})" in warning.details for name, reason in metrics.undefined.items())
    with pytest.warns(btflow.BtflowWarning) as told:
        metrics = btflow.stats([0.01, 0.02])
    [text] = [str(one.message) for one in told if one.message.code == "undefined-metrics"]
    assert text.startswith(f"{len(metrics.undefined)} metrics are undefined: ") and len(text) < 300, text


def test_what_many_runs_of_a_batch_have_in_common_is_told_once(returns):
    flat = {f"flat {number}": returns * 0 for number in range(8)}
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        btflow.batch({**flat, "good": returns}, "x")
    [text] = [str(one.message) for one in told if one.message.code == "undefined-metrics"]
    assert text.startswith("8 runs never traded (") and text.endswith(" and 3 more"), text
    assert "flat 0" in text and "btflow-handed" not in text
    assert told[0].message.details.count("\n") == 7 and told[0].filename == __file__
