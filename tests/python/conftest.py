"""A home, a store and a working folder for each test, so that none sees another's runs or the machine's."""

import os
import sys

import numpy
import pandas
import pytest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../python"))

REPOSITORY = os.path.abspath(os.path.join(os.path.dirname(__file__), "../.."))


@pytest.fixture(autouse=True)
def own_place(tmp_path, monkeypatch):
    for name in [*os.environ]:
        if name.startswith("MLFLOW_") or (name.startswith("BTFLOW_") and name != "BTFLOW_BINARY"):
            monkeypatch.delenv(name)
    folder = tmp_path / "a place"
    folder.mkdir()
    monkeypatch.setenv("BTFLOW_STORE", str(folder / "store.db"))
    monkeypatch.chdir(folder)


@pytest.fixture
def returns():
    """Half a year of returns, with a name and dates."""
    values = numpy.random.default_rng(7).normal(0.0005, 0.01, 126)
    return pandas.Series(values, index=pandas.bdate_range("2024-01-01", periods=126), name="ema_10")
