"""Writes people/nautilus_positions.csv and people/nautilus_account.csv by really running a backtest.

Made with Python 3.11 and nautilus_trader 1.221.0, on a seeded random walk: python make_nautilus.py
"""

import pathlib
import random

import pandas as pd
from nautilus_trader.backtest.engine import BacktestEngine, BacktestEngineConfig
from nautilus_trader.config import LoggingConfig, StrategyConfig
from nautilus_trader.model.currencies import USDT
from nautilus_trader.model.data import QuoteTick
from nautilus_trader.model.enums import AccountType, OmsType, OrderSide
from nautilus_trader.model.identifiers import Venue
from nautilus_trader.model.objects import Money
from nautilus_trader.test_kit.providers import TestInstrumentProvider
from nautilus_trader.trading.strategy import Strategy

OUT = pathlib.Path(__file__).parent / "people"
PERPETUAL = TestInstrumentProvider.ethusdt_perp_binance()


class Flip(Strategy):
    """Two long trades, one short; one is open at the end."""

    def __init__(self, config):
        super().__init__(config)
        self.seen = 0

    def on_start(self):
        self.subscribe_quote_ticks(PERPETUAL.id)

    def on_quote_tick(self, tick):
        self.seen += 1
        if self.seen % 7 == 2:
            side = OrderSide.SELL if self.seen // 7 % 3 == 1 else OrderSide.BUY
            self.submit_order(self.order_factory.market(PERPETUAL.id, side, PERPETUAL.make_qty(1.5)))
        if self.seen % 7 == 5:
            self.close_all_positions(PERPETUAL.id)


def main():
    engine = BacktestEngine(BacktestEngineConfig(logging=LoggingConfig(log_level="ERROR")))
    venue = Venue("BINANCE")
    engine.add_venue(venue, OmsType.HEDGING, AccountType.MARGIN, [Money(10_000, USDT)])
    engine.add_instrument(PERPETUAL)
    numbers, price, ticks = random.Random(7), 2000.0, []
    start = pd.Timestamp("2024-01-02", tz="UTC").value
    size = PERPETUAL.make_qty(100)
    for step in range(130):
        price *= 1 + numbers.gauss(0.0005, 0.01)
        at = start + step * 7 * 3600 * 10**9 + 1234567
        bid, ask = (PERPETUAL.make_price(round(price, 2) + spread) for spread in (0, 0.5))
        ticks.append(QuoteTick(PERPETUAL.id, bid, ask, size, size, at, at))
    engine.add_data(ticks)
    engine.add_strategy(Flip(StrategyConfig(strategy_id="FLIP-001")))
    engine.run()
    engine.trader.generate_positions_report().to_csv(OUT / "nautilus_positions.csv")
    engine.trader.generate_account_report(venue).to_csv(OUT / "nautilus_account.csv")


main()
