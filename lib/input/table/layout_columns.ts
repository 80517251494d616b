// What a layout, and names where there is none, say of a table besides its date and value: which rows are
// payments, what tells backtests apart, whose fills, what level of detail, which currency.

import type { Kind } from "../options.ts";
import type { ColumnChoice, CurrencyColumns, Levels } from "./choice.ts";
import { findColumn, type Layout, type RowMark } from "./layouts.ts";
import { FLOW_NAMES, kindOfName, nameKey } from "./names.ts";

/** Rows of lists that no layout knows, of money paid in or out. */
export const PAYMENTS: RowMark = {
  column: "type|action|transaction type|operation|entry type",
  also: "sub type",
  begins: ["balance", "deposit", "withdraw", "credit", "bonus", "transfer"],
  has: /[ _](?:deposit|withdraw(?:al)?|bonus|transfer)\b/,
  // A credit spread is a trade in options, interest is earned.
  unless: /spread|call|put|condor|butterfly|interest/,
};

/** Rows of such lists of trades that are valued, not closed. */
export const UNCLOSED: RowMark = {
  column: "status|state|trade status|position status",
  begins: ["open"],
};

/**
 * What tells backtests apart: a sum over strategies, accounts or equity curves is never what was asked.
 * Symbols of trades are those of one account.
 */
export function seriesOf(
  names: readonly string[],
  kind: Kind | undefined,
  layout: Layout | undefined,
): readonly number[] {
  const strategy = layout?.series ?? "strategy|strategy id|strategy name|system";
  const account = "account|account id|client account id|account name|account number";
  const wanted = kind === "trades" || layout?.series !== undefined
    ? [strategy, account]
    : kind === "equity"
    ? [strategy, account, "symbol|ticker"]
    : [];
  const found = wanted.map((name) => findColumn(names, name)).filter((at) => at !== null);
  return [...new Set(found)];
}

/** Columns that say what was paid in or out, beside the equity that this is a part of. */
export function flowsOf(
  names: readonly string[],
  value: number,
  kind: Kind | undefined,
  layout: Layout | undefined,
): readonly number[] {
  if (kind !== "equity" || layout !== undefined) return [];
  return names.flatMap((name, at) => at !== value && FLOW_NAMES.has(nameKey(name)) ? [at] : []);
}

/** The kind that the name of the values says. */
export function kindByName(name: string): Kind | undefined {
  const said = kindOfName(name);
  return said !== null && "kind" in said ? said.kind : undefined;
}

/** The columns of the fills that bought and sold. */
export function fillsOf(
  names: readonly string[],
  layout: Layout | undefined,
): ColumnChoice["fills"] {
  const [bought = null, sold = null] = layout?.fills?.map((name) => findColumn(names, name)) ?? [];
  return bought === null || sold === null ? null : [bought, sold];
}

/** The column of the level of detail. */
export function levelsOf(names: readonly string[], layout: Layout | undefined): Levels | null {
  const { detail } = layout ?? {};
  const column = detail === undefined ? null : findColumn(names, detail.column);
  return detail === undefined || column === null ? null : { column, levels: detail.levels };
}

/** The column of the currency, and of its rate. */
export function currencyOf(
  names: readonly string[],
  kind: Kind | undefined,
  layout: Layout | undefined,
): CurrencyColumns | null {
  const currency = layout === undefined && kind === "trades"
    ? { column: "currency|ccy|account currency|profit currency|pnl currency", rate: "FXRateToBase" }
    : layout?.currency;
  const column = currency === undefined ? null : findColumn(names, currency.column);
  return currency === undefined || column === null
    ? null
    : { column, rate: findColumn(names, currency.rate) };
}
