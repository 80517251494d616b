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


# --- Short files, a few to each kind of oddity; their text stands in texts.json ------------------------------
TEXTS = []
numbers = np.random.default_rng(5)
DAYS = pd.bdate_range("2024-01-02", periods=24)
RETURNS = pd.Series(np.round(numbers.normal(0.0005, 0.01, 24), 4), DAYS)
EQUITY = pd.Series(np.round(100_000 * np.cumprod(1 + numbers.normal(0.0005, 0.01, 24)), 2), DAYS)
CHANGES = of_levels(EQUITY)
MONTHS = pd.Series(np.round(numbers.normal(0.01, 0.03, 24), 4), pd.date_range("2022-01-31", periods=24, freq="ME"))
TRADES = [("2024-01-02 10:00", "2024-01-03 10:00", 120.5), ("2024-01-04 10:00", "2024-01-08 10:00", -60.25),
          ("2024-01-09 10:00", "2024-01-12 16:00", 33.0)]
WON = of_trades(TRADES, 10_000)
CAPITAL = "--capital 10000"


def text(kind, why, content, typed="", returns=RETURNS, periods=252, way=None, encoding="utf-8", benchmark=None, more=None):
    """One file; returns None: it must be refused, and says `way` where there is one."""
    wanted = None if returns is None else right(returns, periods)
    if more is not None:
        wanted = {"periods": periods} | more
    TEXTS.append({"kind": kind, "why": why, "text": content, "encoding": encoding, "benchmark": benchmark, "typed": typed,
                  "right": wanted, "way": way})


def rows(series, date="%Y-%m-%d", separator=",", cell=str):
    return "".join(f"{at.strftime(date)}{separator}{cell(value)}\n" for at, value in series.items())


comma = lambda value: f"{value:,.2f}".replace(",", " ").replace(".", ",").replace(" ", ".")
percent = lambda value: f"{value * 100:.2f}%"
each = lambda line: "".join(line(n, a, b, won) for n, (a, b, won) in enumerate(TRADES, 1))

# S01 lists with a row for entry and one for exit
HEAD = "Trade number,Type,Date and time,Signal,Price USD,Size (qty),Net PnL USD,Net PnL %,Cumulative PnL USD\n"
two = lambda n, a, b, won: (f"{n},Entry long,{a},L,1,1,{won},1,0\n", f"{n},Exit long,{b},X,1,1,{won},1,0\n")
text("entry and exit rows", "TradingView of 2025: Net PnL", HEAD + each(lambda *t: "".join(two(*t))), CAPITAL, WON, 365)
text("entry and exit rows", "the exit before the entry", HEAD + each(lambda *t: "".join(two(*t)[::-1])), CAPITAL, WON, 365)
text("entry and exit rows", "U+2212 for minus", HEAD + each(lambda *t: "".join(two(*t)).replace(",-", ",\u2212")), CAPITAL, WON, 365)
text("entry and exit rows", "a trade still open, valued today",
     HEAD + each(lambda *t: "".join(two(*t))) + "4,Entry long,2024-01-13 10:00,L,1,1,50,1,0\n4,Exit long,2024-01-15 10:00,Open,1,1,50,1,0\n",
     CAPITAL, WON, 365)

# S02, S03 MetaTrader
epoch = lambda at: int(pd.Timestamp(at).timestamp())
DEALS = of_trades([(a, a, -1.0) for a, _, _ in TRADES] + [(a, b, won + 1) for a, b, won in TRADES], 10_000)
HISTORY = "ticket,order,time,time_msc,type,entry,magic,position_id,reason,volume,price,commission,swap,profit,fee,symbol,comment,external_id\n"
HISTORY += f"1,0,{epoch('2024-01-01')},0,2,0,0,0,0,0,0,0,0,10000.0,0,,deposit,\n"
HISTORY += each(lambda n, a, b, won: f"{2*n},1,{epoch(a)},0,0,0,0,{n},3,1,1,-1.0,0,0.0,0,EURUSD,,\n{2*n+1},1,{epoch(b)},0,1,1,0,{n},3,1,1,-1.0,-0.5,{won+2.5},0,EURUSD,,\n")
text("money moved", "MetaTrader 5 by Python: type 2 is a deposit", HISTORY, CAPITAL, DEALS, 365)
text("money moved", "the same, told to be trades", HISTORY, CAPITAL + " --kind trades", DEALS, 365)
dot = lambda at: at.replace("-", ".") + ":00"
REPORT = "Time,Deal,Symbol,Type,Direction,Volume,Price,Order,Commission,Fee,Swap,Profit,Balance,Comment\n"
REPORT += "2024.01.01 00:00:00,1,,balance,,,,,0.00,0.00,0.00,10 000.00,10 000.00,deposit\n"
REPORT += each(lambda n, a, b, won: f"{dot(a)},{2*n},EURUSD,buy,in,1,1,1,-1.00,0.00,0.00,0.00,1,\n{dot(b)},{2*n+1},EURUSD,sell,out,1,1,1,-1.00,0.00,-0.50,{won+2.5:.2f},1,\n")
text("money moved", "MetaTrader 5's deals end with their sums", REPORT + ",,,,,,,,-6.00,0.00,-1.50,10 100.75,10 093.25,\n", CAPITAL, DEALS, 365)
POSITIONS = "Time,Position,Symbol,Type,Volume,Price,S / L,T / P,Time,Price,Commission,Swap,Profit\n"
POSITIONS += each(lambda n, a, b, won: f"{dot(a)},{n},EURUSD,buy,1,1,,,{dot(b)},1,-1.00,-0.50,{won+1.5:.2f}\n")
pad = lambda content: "".join(line + "," * (13 - line.count(",")) + "\n" for line in content.splitlines())
text("two columns of one name", "a whole report as a sheet: positions, orders, deals", pad(
    "Trade History Report\nName:,,,J\nPositions\n" + POSITIONS + "Orders\nOpen Time,Order,Symbol,Type,Volume,Price,S / L,T / P,Time,State,,Comment\n"
    "2024.01.02 10:00:00,5,EURUSD,buy,1 / 1,market,,,2024.01.02 10:00:00,filled,,\nDeals\n" + REPORT), CAPITAL, WON, 365)
text("two columns of one name", "positions alone, by tabs", POSITIONS.replace(",", "\t"), CAPITAL, WON, 365)
MT4 = "Ticket,Open Time,Type,Size,Item,Price,S / L,T / P,Close Time,Price,Commission,Taxes,Swap,Profit\n"
MT4 += each(lambda n, a, b, won: f"{n},{a.replace('-', '.')},buy,1,eurusd,1,0,0,{b.replace('-', '.')},1,-1.00,0.00,-0.50,{won+1.5:.2f}\n")
text("two columns of one name", "MetaTrader 4, with an order that was never filled",
     MT4 + "9,2024.01.10 10:00,buy limit,1,eurusd,1,0,0,2024.01.11 10:00,1,cancelled,,,\n", CAPITAL, WON, 365)

# R08 money, and costs taken off already or not
NINJA = "Trade number,Instrument,Account,Strategy,Market pos.,Qty,Entry price,Exit price,Entry time,Exit time,Entry name,Exit name,Profit,Cum. net profit,Commission,Clearing Fee,Exchange Fee,IP Fee,NFA Fee,MAE,MFE,ETD,Bars\n"
money = lambda value: f"(${-value:,.2f})" if value < 0 else f'"${value:,.2f}"'


def ninja(fees, is_net):
    total, out = 0.0, NINJA
    for n, (a, b, won) in enumerate(TRADES, 1):
        total += won if is_net else won - 4 - sum(fees)
        out += f"{n},ES 03-24,Sim101,S,Long,1,1,1,{a}:00,{b}:00,E,X,{money(won)},{money(total)},$4.00,{','.join(money(fee) for fee in fees)},$1,$1,$1,3\n"
    return out


text("costs", "NinjaTrader: the running total rises by Profit, so that commission is off already", ninja((0, 0, 0, 0), True), CAPITAL, WON, 365)
text("costs", "NinjaTrader: it rises by Profit less commission and fees", ninja((0.5, 1.5, 0, 0.5), False), CAPITAL,
     of_trades([(a, b, won - 6.5) for a, b, won in TRADES], 10_000), 365)
text("costs", "NinjaTrader: it rises by Profit less commission alone", ninja((0, 0, 0, 0), False), CAPITAL,
     of_trades([(a, b, won - 4) for a, b, won in TRADES], 10_000), 365)
text("costs", "NinjaTrader: sorted by profit the total tells nothing", "".join(
    sorted(ninja((0, 0, 0, 0), False).splitlines(True), key=lambda line: line[:5] != "Trade" and line.split(",")[0] or "")[i] for i in (0, 3, 1, 2)),
     CAPITAL, None, 365, way="cannot be told")
text("costs", "a home-made list: pnl counts as it is, with a word on the fee", "entry_time,exit_time,pnl,fee\n" + each(
    lambda n, a, b, won: f"{a},{b},{won},1.5\n"), CAPITAL + " --kind trades", WON, 365)
text("money as people write it", "German thousands among profits", "date,pnl\n2024-01-02,1.250\n2024-01-03,-2.800\n2024-01-04,2.100\n",
     CAPITAL + " --kind trades", of_trades([(d, d, won) for d, won in (("2024-01-02", 1250), ("2024-01-03", -2800), ("2024-01-04", 2100))], 10_000),
     365, way="--decimal comma")
text("money as people write it", "the same as decimals", "date,pnl\n2024-01-02,1.250\n2024-01-03,-2.800\n2024-01-04,2.100\n",
     CAPITAL + " --kind trades", of_trades([(d, d, won) for d, won in (("2024-01-02", 1.25), ("2024-01-03", -2.8), ("2024-01-04", 2.1))], 10_000),
     365, way="--decimal point")
text("money as people write it", "yen", "date,price\n" + rows(EQUITY.round(0), cell=lambda v: f'"\u00a5{v:,.0f}"'), "", of_levels(EQUITY.round(0)), 252,
     way="--decimal point")
text("money as people write it", "net liquidation in dollars", "Date,Net Liquidation Value\n" + rows(EQUITY, cell=lambda v: f'"${v:,.2f}"'), "", CHANGES)

# S08, R21 entries and exits
text("entry and exit columns", "per-trade returns are none of periods", "entry_date,exit_date,symbol,ret\n" + each(
    lambda n, a, b, won: f"{a[:10]},{b[:10]},SPY,{won / 1e4}\n"), "", None, way="--kind trades with --capital")
text("entry and exit columns", "times with offsets", "Entry Time,Exit Time,Net P&L\n" + each(
    lambda n, a, b, won: f"{a}:00-05:00,{b}:00-05:00,{won}\n"), CAPITAL + " --kind trades", WON, 365)
text("entry and exit columns", "the exit first", "closed_on,opened_on,net_profit\n" + each(
    lambda n, a, b, won: f"{b},{a},{won}\n"), CAPITAL + " --kind trades", WON, 365)
text("entry and exit columns", "bought and sold, a short trade among them", "bought_at,sold_at,pnl\n" + each(
    lambda n, a, b, won: f"{b},{a},{won}\n" if n == 2 else f"{a},{b},{won}\n"), CAPITAL + " --kind trades", WON, 365)

# S04, S05, S13 what the values are
text("levels", "NAV of one unit", "date,NAV\n" + rows((EQUITY / 1e5).round(5)), "", of_levels((EQUITY / 1e5).round(5)))
text("levels", "a wallet, by a name that says nothing", "time,wallet_balance\n" + rows(EQUITY), "", CHANGES, way="--kind equity")
text("levels", "returns that kept the name of their prices", "date,Close\n" + rows(RETURNS), way="--kind returns")
text("levels", "a profit of coins is none of periods", "date,pnl\n" + rows(RETURNS), "", None, way="--kind trades with --capital")
text("levels", "money since the beginning", "date,cum_pnl\n" + rows((RETURNS * 1e4).cumsum() + 3000), "", None, way="profits since the beginning")
SUM = (1 + RETURNS).cumprod() - 1
text("since the beginning", "by a name that says nothing", "date,strategy\n" + rows(SUM, cell=lambda v: f"{v:.12f}"), "", RETURNS, way="--kind cumulative")
SMALL = RETURNS / 10 + 0.0004
text("since the beginning", "small, of both signs", "date,strategy\n" + rows((1 + SMALL).cumprod() - 1, cell=lambda v: f"{v:.12f}"), "",
     SMALL, way="--kind cumulative")
text("since the beginning", "cum", "date,cum\n" + rows(SUM, cell=lambda v: f"{v:.12f}"), "", RETURNS, way="--kind cumulative")
text("blank rows", "a leading #N/A", "date,price\n2024-01-01,#N/A\n" + rows(EQUITY), "", CHANGES)
text("blank rows", "null among bars", "Date,Open,High,Low,Close,Adj Close,Volume\n2024-01-01,null,null,null,null,null,null\n" + rows(
    EQUITY, cell=lambda v: f"{v},{v},{v},{v},{v},1"), "", CHANGES)
text("blank rows", "a point for missing", "DATE,SP500\n2024-01-01,.\n" + rows(EQUITY), "--kind prices", CHANGES)

# S06, S07, R13 percent
text("percent", "brackets and signs", "date,returns\n" + rows(RETURNS, cell=lambda v: f"({-v * 100:.2f}%)" if v < 0 else percent(v)))
text("percent", "a blank before the sign", "date,returns\n" + rows(RETURNS, cell=lambda v: f"{v * 100:+.2f} %"))
text("percent", "low volatility, named return", "date,Return\n" + rows(RETURNS * 30, cell=lambda v: f"{v:.3f}"), "",
     (RETURNS * 30).map(lambda v: round(v, 3)) / 100, way="--percent")
text("percent", "hundredths of a percent", "date,return_bps\n" + rows(RETURNS * 1e4, cell=lambda v: f"{v:.0f}"), "", None, way="divide it by 10,000")
text("percent", "a mark of a missing value", "date,ret\n" + rows(RETURNS * 100, cell=lambda v: f"{v:.2f}") + "2024-02-05,-99.99\n", "--percent", None,
     way="stands for a missing value")

# S10 midnights, R01, R02 benchmarks
INDEX = pd.Series(np.round(0.6 * RETURNS.values + numbers.normal(0, 0.006, 24), 5), DAYS)
LEVELS = (100 * (1 + INDEX).cumprod()).round(6)


def joined(a, b):
    both = pd.DataFrame({"a": a, "b": b}).dropna()
    return {"correlation": both.a.corr(both.b), "beta": both.a.cov(both.b) / both.b.var()}


OWN = "date,returns\n" + rows(RETURNS)
tokyo = LEVELS.set_axis(LEVELS.index - pd.Timedelta(hours=9))
text("midnights", "a benchmark at Tokyo's", OWN, "", None, 252, "--timezone ZONE, such as Asia/Tokyo",
     benchmark="Date,Close\n" + rows(tokyo, "%Y-%m-%dT%H:%M:%SZ"))
text("midnights", "and the zone moves it", OWN, "--timezone Asia/Tokyo", None, 252, benchmark="Date,Close\n" + rows(tokyo, "%Y-%m-%dT%H:%M:%SZ"),
     more=joined(RETURNS.iloc[1:], of_levels(LEVELS)))
text("midnights", "without a zone in the text", OWN, "", None, 252, "they run from Sunday to Thursday",
     benchmark="Date,Close\n" + rows(tokyo, "%Y-%m-%d %H:%M:%S"))
text("midnights", "New York's, of the same days", OWN, "", None, 252, benchmark="Date,Close\n" + rows(LEVELS, "%Y-%m-%d 00:00:00-05:00"),
     more=joined(RETURNS.iloc[1:], of_levels(LEVELS)))
text("benchmarks", "percent by its name", OWN, "", None, 252, "--benchmark-percent", benchmark="date,Index %\n" + rows((INDEX * 100).round(4)),
     more=joined(RETURNS, INDEX))
text("benchmarks", "levels by a ticker", OWN, "", None, 252, "--benchmark-kind prices", benchmark="date,SPX\n" + rows(LEVELS),
     more=joined(RETURNS.iloc[1:], of_levels(LEVELS)))
text("benchmarks", "months stamped on their first day", "date,returns\n" + rows(MONTHS), "", None, 12,
     benchmark="date,returns\n" + rows(MONTHS * 0.5 + 0.001 * (MONTHS.index.month % 3), "%Y-%m-01"),
     more=joined(MONTHS, MONTHS * 0.5 + 0.001 * (MONTHS.index.month % 3)))
text("benchmarks", "a column of the same file, whatever its case", "date,Strat,SPY\n" + rows(
    RETURNS, cell=lambda v: f"{v},{INDEX[RETURNS.eq(v).idxmax()]}"), "--column strat --benchmark-column spy", None, 252, more=joined(RETURNS, INDEX))

# R03, R04, R05, R26 where the table is
text("beside the table", "a title, a unit, blank lines", "Fund X\n(net)\n\ndate,returns\n" + rows(RETURNS))
text("beside the table", "yfinance of two lines", "Date,Open,High,Low,Close,Adj Close,Volume\n,X,X,X,X,X,X\n" + rows(
    EQUITY, cell=lambda v: f"{v},{v},{v},{v * 2},{v},1"), "", CHANGES)
text("beside the table", "bars of a stock exchange, newest first", "Date,Close/Last,Volume,Open,High,Low\n" + rows(
    (EQUITY / 1e3).round(2)[::-1], "%m/%d/%Y", cell=lambda v: f"${v:.2f},1,${v:.2f},${v:.2f},${v:.2f}"), "", of_levels((EQUITY / 1e3).round(2)))
text("beside the table", "Investing.com", '\ufeff"Date","Price","Open","High","Low","Vol.","Change %"\n' + rows(
    EQUITY[::-1], '"%m/%d/%Y"', cell=lambda v: f'"{v:,.2f}","{v:,.2f}","{v:,.2f}","{v:,.2f}","1.5K","0.5%"'), "", CHANGES)
text("beside the table", "bars with the times at which they open and close", "open_time,open,high,low,close,volume,close_time\n" + rows(
    EQUITY, cell=lambda v: f"{v},{v},{v},{v},1,2024-01-01 23:59:59.999"), "", CHANGES)
text("beside the table", "two series of one header", "date,returns\n" + rows(RETURNS) + "\nStrategy B\ndate,returns\n2025-01-02,0.1\n", "", None,
     way="this is no row of the table")
sums = of_trades([("2024-01-02", "2024-01-02", 100), ("2024-01-03", "2024-01-03", -50)], 10_000)
for label in ("Grand Total", "Gesamt", "\u0418\u0442\u043e\u0433\u043e", "Net total:"):
    text("sums", f"{label} under exits", f"exit,pnl\n2024-01-02,100\n2024-01-03,-50\n{label},50\n", CAPITAL + " --kind trades", sums, 365)

# Several series in one file, money paid in
text("several in one", "accounts are backtests of their own", "account,entry,exit,pnl\n" + each(lambda n, a, b, won: f"A,{a},{b},{won}\n") + each(
    lambda n, a, b, won: f"B,{a},{b},{-won}\n"), CAPITAL + " --kind trades --strategy A", WON, 365)
text("several in one", "equity curves of strategies on the same days", "date,strategy,equity\n" + rows(
    EQUITY, cell=lambda v: f"A,{v}") + rows(EQUITY[::-1], cell=lambda v: f"B,{2 * v}"), "--strategy B", CHANGES)
text("several in one", "currencies have no sum", "entry,exit,pnl,currency\n" + each(
    lambda n, a, b, won: f"{a},{b},{won},{'EUR' if n == 2 else 'USD'}\n"), CAPITAL + " --kind trades", None, 365, way="give one currency")
text("money moved", "a deposit in a list of its own making", "type,open,close,net profit\nDeposit,2024-01-01,2024-01-01,10000\n" + each(
    lambda n, a, b, won: f"Trade,{a},{b},{won}\n"), CAPITAL + " --kind trades", WON, 365)
text("entry and exit columns", "EnteredAt, ExitedAt", "Id,EnteredAt,ExitedAt,Fees,PnL\n" + each(
    lambda n, a, b, won: f"{n},{pd.Timestamp(a):%m/%d/%Y %H:%M:%S} -06:00,{pd.Timestamp(b):%m/%d/%Y %H:%M:%S} -06:00,1.5,{won}\n"),
    CAPITAL + ' --kind trades --date-format "%m/%d/%Y %H:%M:%S %z"', WON, 365)

# R06, R07, R14 dates, R10 decimals, R16, R17 formats
text("dates", "with a time in digits", "date,returns\n" + rows(RETURNS, "%Y%m%d1600"))
text("dates", "with seconds in digits", "date,returns\n" + rows(RETURNS, "%Y%m%d160000"))
text("dates", "ISO without marks", "date,returns\n" + rows(RETURNS, "%Y%m%dT000000Z"))
text("dates", "a year of two digits, the month first", "date,returns\n" + rows(RETURNS, "%m/%d/%y"))
text("dates", "a time of day in its own column", "Date;Time;Close\n" + rows(EQUITY, "%d.%m.%Y;16:00", ";"), "", CHANGES)
text("dates", "bars without a header", rows(EQUITY, "%Y%m%d 170000", ";", lambda v: f"{v};{v};{v};{v};0"), "--kind prices --column 5", CHANGES)
text("dates", "spans are refused", "date,returns\n2023-01-02/2023-01-08,0.01\n2023-01-09/2023-01-15,0.02\n", "", None, way="is a span of days; write one day of it")
text("decimal commas", "points of thousands beside them", "date;equity\n" + rows(EQUITY, separator=";", cell=comma), "", CHANGES)
text("decimal commas", "apostrophes", "date;NAV\n" + rows(EQUITY, "%d.%m.%Y", ";", lambda v: f"{v:,.2f}".replace(",", "'")), "", CHANGES)
text("decimal commas", "narrow blanks", "date;NAV\n" + rows(EQUITY, "%d/%m/%Y", ";", lambda v: f"{v:,.2f}".replace(",", "\u202f").replace(".", ",")), "", CHANGES)
text("decimal commas", "taken for separators", "date,returns,\n" + rows(RETURNS).replace("0.", "0,"), "", None, way="separate the columns by semicolons")
for encoding in ("utf-16-le", "utf-16-be"):
    text("UTF-16", f"{encoding} without a mark", "date\treturns\n" + rows(RETURNS, separator="\t"), encoding=encoding)
text("UTF-16", "with a mark, semicolons and commas", "\ufeffdate;returns\n" + rows(RETURNS, "%d.%m.%Y", ";", lambda v: str(v).replace(".", ",")), encoding="utf-16-le")
stamp_ms = lambda at: int(at.timestamp() * 1000)
text("JSON", "an interface's bars as text", json.dumps({"meta": {"symbol": "X"}, "values": [
    {"datetime": str(at)[:10], "open": str(v), "high": str(v), "low": str(v), "close": str(v)} for at, v in EQUITY[::-1].items()]}), "", CHANGES)
text("JSON", "klines", json.dumps([[stamp_ms(at), str(v), str(v), str(v), str(v), "1"] for at, v in EQUITY.items()]), "--kind prices --column 5", CHANGES)
text("JSON", "NaN of Python", "[" + ",".join(f'{{"date":"{str(at)[:10]}","returns":{v}}}' for at, v in RETURNS.items()) + ',{"date":"2024-03-01","returns":NaN}]')
text("JSON", "split of two columns is a question", pd.DataFrame({"a": RETURNS, "b": INDEX}).to_json(orient="split", date_format="iso"), "--column a")

# R11 years by months, R22, R23 rows within a day
NAMES = "Jan,Feb,Mar,Apr,May,Jun,Jul,Aug,Sep,Oct,Nov,Dec"
pivot = lambda cell, years=(2022, 2023), separator=",": "".join(
    f"{year}{separator}" + separator.join(cell(v) for v in MONTHS[str(year)]) + f"{separator}{cell(0.5)}\n" for year in years)
text("years by months", "newest first, titles before", f"Performance\nnet\nYear,{NAMES},YTD\n" + pivot(percent, (2023, 2022)), "", MONTHS, 12)
text("years by months", "decimal commas", f"Jahr,{NAMES},Summe\n".replace(",", ";") + pivot(lambda v: f"{v * 100:.2f} %".replace(".", ","), separator=";"), "", MONTHS, 12)
text("years by months", "percent without a sign", f"Year,{NAMES},YTD\n" + pivot(lambda v: f"{v * 100:.2f}"), "", MONTHS, 12, way="--percent")
HALVES = pd.Series((1e5 * np.cumprod(1 + numbers.normal(0, 0.002, 60))).round(2), pd.date_range("2024-01-02 09:30", periods=60, freq="90min"))
closes = HALVES.groupby(HALVES.index.normalize()).last()
text("within a day", "unsorted", "time,equity\n" + rows(HALVES[::-1], "%Y-%m-%d %H:%M:%S"), "--resample day", of_levels(closes))
text("within a day", "epochs", "time,equity\n" + "".join(f"{int(at.timestamp())},{v}\n" for at, v in HALVES.items()), "--resample day", of_levels(closes))
halves = (HALVES / HALVES.shift(1) - 1).dropna().round(6)
text("within a day", "returns compound", "time,returns\n" + rows(halves, "%Y-%m-%d %H:%M:%S"), "--resample day",
     (1 + halves).groupby(halves.index.normalize()).prod() - 1)
repeated = [("2024-01-02 10:00", 100), ("2024-01-02 10:00", 101), ("2024-01-03 10:00", 102), ("2024-01-03 10:00", 99), ("2024-01-04 10:00", 103)]
kept = of_levels(pd.Series([101, 99, 103.0], pd.to_datetime(["2024-01-02", "2024-01-03", "2024-01-04"])))
lines_of = lambda pairs, name: f"time,{name}\n" + "".join(f"{at},{v}\n" for at, v in pairs)
text("one instant", "the last counts", lines_of(repeated, "balance"), "", kept)
text("one instant", "the first in the file where the newest come first", lines_of(repeated[::-1], "balance"), "", kept)
text("one instant", "prices have one", lines_of(repeated, "price"), "", None, way="is already in line 2")

(OUT / "texts.json").write_text(json.dumps(TEXTS, indent=1, ensure_ascii=False) + "\n")
(OUT / "manifest.json").write_text(json.dumps(CASES, indent=1, ensure_ascii=False) + "\n")
