"""Makes trades/: lists of trades, long and short, of real backtests by backtesting.py and vectorbt, and
in expected.json what these tools themselves say of the trades.

Made with Python 3.11, pandas 3.1.1, backtesting 0.6.6 and vectorbt 1.2.0, as make_tables.py.
"""

import json
import pathlib

import pandas as pd
from backtesting import Backtest, Strategy
from backtesting.lib import crossover

import numpy as np

HERE = pathlib.Path(__file__).parent / "trades"


def prices() -> pd.DataFrame:
    random = np.random.default_rng(11)
    close = 100 * np.exp(np.cumsum(random.normal(0.0002, 0.006, 900)))
    open_ = np.concatenate([[100.0], close[:-1]])
    return pd.DataFrame(
        {"Open": open_, "High": np.maximum(open_, close) * 1.002,
         "Low": np.minimum(open_, close) * 0.998, "Close": close, "Volume": 1000.0},
        index=pd.date_range("2022-03-01", periods=900, freq="h"),
    )


class Turn(Strategy):
    def init(self):
        close = self.data.Close
        self.fast = self.I(lambda x: pd.Series(x).rolling(8).mean(), close)
        self.slow = self.I(lambda x: pd.Series(x).rolling(30).mean(), close)

    def next(self):
        if crossover(self.fast, self.slow):
            self.position.close()
            self.buy(size=0.5)
        elif crossover(self.slow, self.fast):
            self.position.close()
            self.sell(size=0.5)


def of_trades(profit: pd.Series, is_long: pd.Series) -> dict[str, float]:
    won, lost = profit[profit > 0], profit[profit < 0]
    return {
        "trade_average_win": won.mean(), "trade_average_loss": lost.mean(),
        "trade_largest_win": won.max(), "trade_largest_loss": lost.min(),
        "trade_long_count": int(is_long.sum()), "trade_short_count": int((~is_long).sum()),
        "trade_long_win_rate": (profit[is_long] > 0).mean(),
        "trade_short_win_rate": (profit[~is_long] > 0).mean(),
    }


def by_backtesting(frame: pd.DataFrame) -> dict[str, float]:
    stats = Backtest(frame, Turn, cash=10_000, commission=0.001, finalize_trades=True).run()
    trades = stats["_trades"]
    trades.to_csv(HERE / "backtesting.csv")
    profit = trades["PnL"]
    return {
        "trade_count": stats["# Trades"],
        "trade_win_rate": stats["Win Rate [%]"] / 100,
        "trade_profit_factor": profit[profit > 0].sum() / -profit[profit < 0].sum(),
        "trade_expectancy": profit.mean(),
        "trade_average_holding_days": trades["Duration"].mean() / pd.Timedelta(days=1),
        **of_trades(profit, trades["Size"] > 0),
    }


def by_vectorbt(frame: pd.DataFrame) -> dict[str, float]:
    import vectorbt as vbt

    close = frame["Close"]
    above = close.rolling(8).mean() > close.rolling(30).mean()
    below = close.rolling(8).mean() < close.rolling(30).mean()
    portfolio = vbt.Portfolio.from_signals(
        close, above & ~above.shift(fill_value=False), below & ~below.shift(fill_value=False),
        short_entries=below & ~below.shift(fill_value=False), short_exits=above & ~above.shift(fill_value=False),
        init_cash=10_000, fees=0.001, freq="h",
    )
    portfolio.trades.records_readable.to_csv(HERE / "vectorbt.csv", index=False)
    stats = portfolio.trades.closed.stats()
    closed = portfolio.trades.closed
    table = closed.records_readable
    return {
        "trade_count": int(stats["Total Closed Trades"]),
        "trade_win_rate": closed.win_rate(),
        "trade_profit_factor": closed.profit_factor(),
        "trade_expectancy": closed.expectancy(),
        "trade_average_holding_days": closed.duration.mean() / 24,
        **of_trades(table["PnL"], table["Direction"] == "Long"),
        "trade_average_win": closed.winning.pnl.mean(), "trade_average_loss": closed.losing.pnl.mean(),
        "trade_largest_win": closed.pnl.max(), "trade_largest_loss": closed.pnl.min(),
    }


if __name__ == "__main__":
    HERE.mkdir(exist_ok=True)
    frame = prices()
    expected = {"backtesting": by_backtesting(frame), "vectorbt": by_vectorbt(frame)}
    (HERE / "expected.json").write_text(json.dumps(expected, indent=1, default=float) + "\n")
