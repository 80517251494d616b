"""Makes freqtrade.zip (two strategies) and freqtrade.json by really running freqtrade's backtesting.

Made with Python 3.11, freqtrade 2026.9 and pandas 3.1.1:

    pip install freqtrade==2026.9
    python make_freqtrade.py

freqtrade asks an exchange for its markets before it backtests. So that this runs without a network,
the one method that asks is replaced by a table of two markets; prices are a seeded random walk.
"""

import json
import pathlib
import tempfile
import zipfile

import numpy as np
import pandas as pd
from freqtrade.exchange import Exchange
from freqtrade.main import main

HERE = pathlib.Path(__file__).parent
PAIRS = ("BTC/USDT", "ETH/USDT")

STRATEGY = '''
from freqtrade.strategy import IStrategy, IntParameter

class {name}(IStrategy):
    INTERFACE_VERSION = 3
    timeframe = "1h"
    stoploss = {stoploss}
    minimal_roi = {{"0": {roi}}}
    buy_window = IntParameter(5, 50, default={window}, space="buy")

    def populate_indicators(self, dataframe, metadata):
        dataframe["mean"] = dataframe["close"].rolling(self.buy_window.value).mean()
        return dataframe

    def populate_entry_trend(self, dataframe, metadata):
        dataframe.loc[dataframe["close"] > dataframe["mean"] * 1.01, "enter_long"] = 1
        return dataframe

    def populate_exit_trend(self, dataframe, metadata):
        dataframe.loc[dataframe["close"] < dataframe["mean"], "exit_long"] = 1
        return dataframe
'''


def market(pair: str) -> dict:
    base, quote = pair.split("/")
    return {
        "id": base + quote, "symbol": pair, "base": base, "quote": quote, "active": True,
        "spot": True, "swap": False, "linear": None, "type": "spot", "contract": False,
        "precision": {"price": 0.01, "amount": 0.00001},
        "limits": {"amount": {"min": 0.0001, "max": 1e6}, "cost": {"min": 1, "max": None},
                   "price": {"min": 0.01, "max": 1e7}, "leverage": {"min": None, "max": None}},
        "info": {},
    }


def candles(seed: int, price: float) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    count = 24 * 90
    close = price * np.exp(np.cumsum(random.normal(0.0001, 0.008, count)))
    open_ = np.concatenate([[price], close[:-1]])
    spread = np.abs(random.normal(0, 0.002, count))
    return pd.DataFrame({
        "date": pd.date_range("2023-01-01", periods=count, freq="h", tz="UTC"),
        "open": open_, "high": np.maximum(open_, close) * (1 + spread),
        "low": np.minimum(open_, close) * (1 - spread), "close": close,
        "volume": random.uniform(10, 100, count),
    })


def run(folder: pathlib.Path) -> pathlib.Path:
    for name, stoploss, roi, window in (("Momentum", -0.05, 0.08, 24), ("Patient", -0.1, 0.2, 48)):
        text = STRATEGY.format(name=name, stoploss=stoploss, roi=roi, window=window)
        (folder / "strategies").mkdir(parents=True, exist_ok=True)
        (folder / "strategies" / f"{name}.py").write_text(text)
    data = folder / "data" / "binance"
    data.mkdir(parents=True)
    for seed, (pair, price) in enumerate(zip(PAIRS, (20_000.0, 1_500.0))):
        candles(seed, price).to_feather(data / f"{pair.replace('/', '_')}-1h.feather")
    config = {
        "dry_run": True, "dry_run_wallet": 1000, "stake_currency": "USDT", "stake_amount": 300,
        "max_open_trades": 2, "fee": 0.001, "trading_mode": "spot", "margin_mode": "",
        "exchange": {"name": "binance", "pair_whitelist": list(PAIRS)},
        "pairlists": [{"method": "StaticPairList"}],
        "entry_pricing": {"price_side": "same", "use_order_book": False},
        "exit_pricing": {"price_side": "same", "use_order_book": False},
        "dataformat_ohlcv": "feather",
    }
    (folder / "config.json").write_text(json.dumps(config))

    def reload_markets(self, force: bool = False, *, load_leverage_tiers: bool = True) -> None:
        self._markets = {pair: market(pair) for pair in PAIRS}

    Exchange.reload_markets = reload_markets
    results = folder / "backtest_results"
    results.mkdir()
    try:
        main(["backtesting", "--config", str(folder / "config.json"), "--userdir", str(folder),
              "--datadir", str(data), "--strategy-list", "Momentum", "Patient",
              "--timeframe", "1h", "--backtest-directory", str(results), "--cache", "none",
              "--timerange", "20230105-20230330"])
    except SystemExit as end:
        if end.code:
            raise
    return next(results.glob("*.zip"))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        made = run(pathlib.Path(temporary))
        with zipfile.ZipFile(made) as archive, zipfile.ZipFile(
            HERE / "freqtrade.zip", "w", zipfile.ZIP_DEFLATED
        ) as copy:
            for name in archive.namelist():
                content = archive.read(name)
                if name.endswith("_config.json"):
                    content = json.dumps(json.loads(content) | {"config_files": ["config.json"]}).encode()
                if name == f"{made.stem}.json":
                    (HERE / "freqtrade.json").write_bytes(content)
                copy.writestr(name, content)
