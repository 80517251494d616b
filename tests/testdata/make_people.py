"""Writes the files of people/ and people/manifest.json: exports of brokers, platforms and backtesters in the
shape that these give them, with the right answer of each, worked out here with pandas alone.

Made with Python 3.11 and pandas 3.1.1 (the test environment of this project): python make_people.py

The shapes are those of public exports; names, prices and trades are made up. nautilus_*.csv is made by
make_nautilus.py, freqtrade_trades.csv from freqtrade.json.
"""

import json
import pathlib

import numpy as np
import pandas as pd

HERE = pathlib.Path(__file__).parent
OUT = HERE / "people"
CASES = []


def right(returns, periods):
    """The figures that are compared, of a series of returns by date."""
    growth = (1 + returns).cumprod()
    peak = np.maximum(growth.cummax(), 1)
    found = {
        "points": len(returns),
        "total_return": growth.iloc[-1] - 1,
        "max_drawdown": (growth / peak - 1).min(),
        "sharpe_ratio": returns.mean() / returns.std() * periods**0.5 if returns.std() > 0 else None,
        "volatility": returns.std() * periods**0.5,
        "start": str(returns.index[0])[:10],
        "end": str(returns.index[-1])[:10],
        "periods": periods,
    }
    return {name: value for name, value in found.items() if value is not None}


def of_trades(trades, capital, moved=()):
    """Daily returns of (entry, exit, profit); money moved later changes what returns are of."""
    first = min(min(pd.Timestamp(t[0]), pd.Timestamp(t[1])) for t in trades).normalize()
    last = max(pd.Timestamp(t[1]) for t in trades).normalize()
    days = pd.date_range(first, last)
    profit = pd.Series(0.0, days)
    for _, exit, won in trades:
        profit[pd.Timestamp(exit).normalize()] += won
    move = pd.Series(0.0, days)
    for at, amount in moved:
        move[pd.Timestamp(at).normalize()] += amount
    equity, out = capital, []
    for day in days:
        equity += move[day]
        out.append(profit[day] / equity)
        equity += profit[day]
    return pd.Series(out, days)


def of_levels(levels):
    return (levels / levels.shift(1) - 1).iloc[1:]


def case(name, text, typed, returns, periods, why, way=None, encoding="utf-8", more=None):
    """`way`: what a refusal must advise; it is then typed as well."""
    if text is not None:
        (OUT / name).write_bytes(text.encode(encoding) if isinstance(text, str) else text)
    wanted = right(returns, periods) | (more or {})
    CASES.append({"file": name, "typed": typed, "right": wanted, "why": why, "way": way})


def trade_figures(profits, sides=None, days=None):
    p = pd.Series(profits, dtype=float)
    found = {"trade_count": len(p), "trade_win_rate": (p > 0).mean(), "trade_expectancy": p.mean()}
    if sides is not None:
        found |= {"trade_long_count": sides.count(1), "trade_short_count": sides.count(-1)}
    if days is not None:
        found["trade_average_holding_days"] = float(np.mean(days))
    return found


# --- Interactive Brokers: executions, matched first in, first out -------------------------------------------
EXECUTIONS = [  # symbol, time, quantity, price, commission
    ("AAPL", "2024-01-03 09:45:10", 100, 184.20, -1.00),
    ("MSFT", "2024-01-04 10:02:00", -50, 370.10, -1.12),
    ("AAPL", "2024-01-05 15:31:44", -60, 181.90, -1.05),
    ("AAPL", "2024-01-05 15:31:44", -40, 181.88, -0.55),
    ("MSFT", "2024-01-09 11:20:31", 50, 375.85, -1.00),
    ("AAPL", "2024-01-10 12:00:00", 200, 184.35, -1.00),
    ("AAPL", "2024-01-16 13:15:09", -250, 182.70, -1.66),  # closes 200 and sells 50 short
    ("AAPL", "2024-01-19 14:00:01", 50, 191.10, -1.00),
]


def matched():
    """Each execution with its realized result, after the commissions of both sides, and its codes."""
    lots, out = {}, []
    for symbol, at, quantity, price, commission in EXECUTIONS:
        held = lots.setdefault(symbol, [])
        left, realized = quantity, 0.0
        while left and held and (held[0][0] > 0) != (left > 0):
            size, cost = held[0]
            closed = min(abs(size), abs(left)) * (1 if size > 0 else -1)
            realized += closed * (price - cost) + commission * abs(closed / quantity)
            held[0][0] -= closed
            left += closed
            if held[0][0] == 0:
                held.pop(0)
        code = "O" if left == quantity else "C" if left == 0 else "C;O"
        if left:
            # What was paid to open is part of the basis.
            held.append([left, price - commission / quantity])
        out.append((symbol, at, quantity, price, commission, round(realized, 6), code))
    return out


ROWS = matched()
RESULTS = [("2024-01-03 09:45:10", at, won) for _, at, _, _, _, won, code in ROWS if code != "O"]
IB = of_trades(RESULTS, 50_000)
FLEX = ["ClientAccountID", "CurrencyPrimary", "FXRateToBase", "AssetClass", "Symbol", "Conid", "TradeID", "DateTime",
        "TradeDate", "TransactionType", "Exchange", "Quantity", "TradePrice", "Proceeds", "IBCommission", "NetCash",
        "Open/CloseIndicator", "FifoPnlRealized", "MtmPnl", "Buy/Sell", "LevelOfDetail"]


def flex_row(symbol, at, quantity, price, commission, won, code, level="EXECUTION", currency="USD", rate="1"):
    day, clock = at.replace("-", "").replace(":", "").split(" ")
    proceeds = round(-quantity * price, 6)
    return ["U1234567", currency, rate, "STK", symbol, "265598", "7" + clock, f"{day};{clock}", day, "ExchTrade", "NASDAQ",
            quantity, price, proceeds, commission, round(proceeds + commission, 6), code, won, round(won + 3, 6),
            "BUY" if quantity > 0 else "SELL", level]


def quoted(rows):
    return "".join(",".join(f'"{cell}"' for cell in row) + "\n" for row in rows)


def levels(row):
    """An order and its lots say the execution's result again."""
    yield flex_row(*row, level="ORDER")
    yield flex_row(*row)
    if row[6] != "O":
        yield flex_row(*row, level="CLOSED_LOT")


case("ib_flex.csv", quoted([FLEX] + [flex_row(*row) for row in ROWS]), "--capital 50000", IB, 365,
     "Flex query, section Trades: FifoPnlRealized is after the commissions of both sides (IBCommission is not taken off again)")
case("ib_flex_levels.csv", quoted([FLEX] + [line for row in ROWS for line in levels(row)]), "--capital 50000", IB, 365,
     "the same with orders, executions and closed lots: each result stands there up to three times")
codes = lambda kind, row: [kind, "TRNT", *row]
case("ib_flex_sections.csv",
     quoted([["BOF", "U1234567", "Trades", "1", "20240102", "20240131", "20240201;060000", "3.0"],
             ["BOS", "TRNT", "Trades; trade date basis"], codes("HEADER", FLEX)] +
            [codes("DATA", flex_row(*row)) for row in ROWS] +
            [["EOS", "TRNT", len(ROWS), "Trades; trade date basis"],
             ["BOS", "CTRN", "Cash Transactions"], ["HEADER", "CTRN", "ClientAccountID", "Amount"],
             ["DATA", "CTRN", "U1234567", "12.5"], ["EOS", "CTRN", "1"], ["EOF", "U1234567"]]),
     "--capital 50000", IB, 365, "the same with section codes and line descriptors, and another section behind it")
EUROS = [row if row[0] == "AAPL" else (*row[:5], row[5]) + row[6:] for row in ROWS]
case("ib_flex_currencies.csv",
     quoted([FLEX] + [flex_row(*row, currency="USD" if row[0] == "AAPL" else "EUR", rate="1" if row[0] == "AAPL" else "1.1")
                      for row in ROWS]), "--capital 50000",
     of_trades([("2024-01-03", at, won * (1 if symbol == "AAPL" else 1.1))
                for symbol, at, _, _, _, won, code in ROWS if code != "O"], 50_000), 365,
     "results in two currencies have no sum: FXRateToBase takes them to the account's money")

STATEMENT = ["Trades", "Header", "DataDiscriminator", "Asset Category", "Currency", "Symbol", "Date/Time", "Quantity",
             "T. Price", "C. Price", "Proceeds", "Comm/Fee", "Basis", "Realized P/L", "MTM P/L", "Code"]


def statement_row(symbol, at, quantity, price, commission, won, code):
    proceeds = round(-quantity * price, 6)
    return ["Trades", "Data", "Order", "Stocks", "USD", symbol, f'"{at.replace(" ", ", ")}"',
            f'"{quantity:,}"' if abs(quantity) > 999 else quantity, price, price, proceeds, commission,
            round(won - proceeds - commission, 6), won, 1.5, code]


def lines(rows):
    return "".join(",".join(str(cell) for cell in row) + "\n" for row in rows)


case("ib_statement.csv", "\ufeff" + lines(
    [["Statement", "Header", "Field Name", "Field Value"],
     ["Statement", "Data", "BrokerName", "Interactive Brokers"],
     ["Statement", "Data", "Period", '"January 2, 2024 - January 31, 2024"'],
     ["Net Asset Value", "Header", "Asset Class", "Prior Total", "Current Total", "Change"],
     ["Net Asset Value", "Data", "Total", "50000", "49800", "-200"],
     STATEMENT] + [statement_row(*row) for row in ROWS] +
    [["Trades", "SubTotal", "", "Stocks", "USD", "AAPL", "", 0, "", "", 1, 1, 1, 999, 9, ""],
     ["Trades", "Total", "", "Stocks", "USD", "", "", "", "", "", 1, 1, 1, 999, 9, ""],
     ["Trades", "Header", "DataDiscriminator", "Asset Category", "Currency", "Symbol", "Date/Time", "Quantity", "T. Price",
      "", "Proceeds", "Comm in USD", "", "", "MTM in USD", "Code"],
     ["Trades", "Data", "Order", "Forex", "USD", "EUR.USD", '"2024-01-04, 10:00:00"', 1000, 1.095, "", -1095, -2, "", "", 0.5, ""],
     ["Deposits & Withdrawals", "Header", "Currency", "Settle Date", "Description", "Amount"],
     ["Deposits & Withdrawals", "Data", "USD", "2024-01-15", "Wire", "1000"]]),
     "--capital 50000", IB, 365, "activity statement: the section Trades among others; subtotals, totals and Forex are no results")

# --- Tradovate ----------------------------------------------------------------------------------------------
FILLS = [  # bought, sold, profit
    ("01/03/2024 09:31:05", "01/03/2024 09:44:50", 125.00),
    ("01/03/2024 10:10:10", "01/03/2024 10:02:03", -87.50),  # short
    ("01/04/2024 15:59:59", "01/05/2024 09:30:01", 1250.00),
    ("01/08/2024 11:00:00", "01/08/2024 11:00:00", -12.50),  # within a second: the fills tell that it was short
]
usd = lambda value: f'"$({-value:,.2f})"' if value < 0 else f'"${value:,.2f}"'
case("tradovate_performance.csv",
     "symbol,_priceFormat,_priceFormatType,_tickSize,buyFillId,sellFillId,qty,buyPrice,sellPrice,pnl,boughtTimestamp,"
     "soldTimestamp,duration\n" + "".join(
         f"MESH4,-2,0,0.25,{1000 + 10 * n + (5 if n in (1, 3) else 0)},{1002 + 10 * n},1,4800.00,4805.00,{usd(won)},{bought},{sold},1min\n"
         for n, (bought, sold, won) in enumerate(FILLS)),
     "--capital 25000 --date-format %m/%d/%Y",
     of_trades([(min(a, b, key=pd.Timestamp), max(a, b, key=pd.Timestamp), won) for a, b, won in FILLS], 25_000), 365,
     "Tradovate's performance report: the later of bought and sold closed the trade; profits are before commission",
     more=trade_figures([won for _, _, won in FILLS], sides=[1, -1, 1, -1]))

# --- nautilus, jesse, freqtrade -----------------------------------------------------------------------------
positions = pd.read_csv(OUT / "nautilus_positions.csv")
closed = positions[positions.ts_closed.notna()]
won = closed.realized_pnl.str.replace(" USDT", "").astype(float)
naive = lambda column: pd.to_datetime(column, format="ISO8601").dt.tz_localize(None)
span = (naive(closed.ts_closed) - naive(closed.ts_opened)) / pd.Timedelta(days=1)
case("nautilus_positions.csv", None, "--capital 10000",
     of_trades(list(zip(naive(closed.ts_opened), naive(closed.ts_closed), won)), 10_000), 365,
     "NautilusTrader's positions report: money with its code, after commissions; the last position is open",
     more=trade_figures(won, [1 if side == "BUY" else -1 for side in closed.entry], span.round(9)))
account = pd.read_csv(OUT / "nautilus_account.csv", index_col=0)
account.index = pd.to_datetime(account.index, format="ISO8601").tz_localize(None)
case("nautilus_account.csv", None, "", of_levels(account.total), 252,
     "NautilusTrader's account report: the total, not what is free or locked")

JESSE = [("long", "2024-01-02 06:00", "2024-01-03 18:00", 120.5), ("short", "2024-01-05 00:00", "2024-01-05 12:00", -60.25),
         ("long", "2024-01-09 06:00", "2024-01-12 00:00", 33.0)]
stamp = lambda text: int(pd.Timestamp(text).value // 10**6)
jesse = [{"id": f"0{n}", "strategy_name": "Turtle", "symbol": "BTC-USDT", "exchange": "Binance", "type": side,
          "entry_price": 42000.0, "exit_price": 42500.0, "qty": 0.25, "fee": 10.5, "size": 10500.0, "PNL": pnl,
          "PNL_percentage": pnl / 105, "holding_period": (stamp(b) - stamp(a)) // 1000, "opened_at": stamp(a), "closed_at": stamp(b)}
         for n, (side, a, b, pnl) in enumerate(JESSE)]
jesse_returns = of_trades([(a, b, pnl) for _, a, b, pnl in JESSE], 10_000)
jesse_figures = trade_figures([pnl for *_, pnl in JESSE], [1, -1, 1],
                              [(pd.Timestamp(b) - pd.Timestamp(a)) / pd.Timedelta(days=1) for _, a, b, _ in JESSE])
case("jesse.csv", lines([jesse[0].keys()] + [trade.values() for trade in jesse]), "--capital 10000", jesse_returns, 365,
     "jesse's export_csv: PNL is after fees (fee is not taken off again), times are ms", more=jesse_figures)
case("jesse.json", json.dumps({"trades": jesse, "considering_timeframes": ["6h", "1D"]}), "--capital 10000", jesse_returns, 365,
     "jesse's export_json: the same trades beside another list", more=jesse_figures)

result = json.loads((HERE / "freqtrade.json").read_text())["strategy"]["Momentum"]
trades = pd.DataFrame(result["trades"])
trades["open_date"], trades["close_date"] = pd.to_datetime(trades.open_date), pd.to_datetime(trades.close_date)
freqtrade = of_trades(list(zip(trades.open_date.dt.tz_localize(None), trades.close_date.dt.tz_localize(None), trades.profit_abs)),
                      result["starting_balance"])
figures = trade_figures(trades.profit_abs, [-1 if short else 1 for short in trades.is_short],
                        (trades.close_date - trades.open_date) / pd.Timedelta(days=1))
capital = f"--capital {result['starting_balance']}"
case("freqtrade_trades.csv", trades.drop(columns="orders").to_csv(index=False), capital, freqtrade, 365,
     "freqtrade's load_backtest_data(...).to_csv: profit_abs is after fees; is_short says which way", more=figures)
case("freqtrade_trades.json", trades.drop(columns="orders").to_json(orient="records", date_format="epoch"), capital, freqtrade, 365,
     "the same by to_json(orient='records'): dates in ms", more=figures)

(OUT / "manifest.json").write_text(json.dumps(CASES, indent=1, ensure_ascii=False) + "\n")
