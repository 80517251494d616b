// What is shown as a search of the command line, so that a filter found by eye can be kept in a
// script. What the filter language cannot say is said by the ids of the runs, where they are few.
/// <reference no-default-lib="true" />
/// <reference lib="esnext" />
/// <reference lib="dom" />

import type { Column, Table } from "./columns.ts";
import type { Runs } from "./runs.ts";

/** Runs that are named one by one: more make a command too long to read. */
const MOST_NAMED = 100;

/** A filter that finds the runs shown: empty for all of them, null where none can. */
function filterText(runs: Runs): string | null {
  const { table, order } = runs;
  const needsIds = runs.onePerCluster || runs.onFront || runs.find.words.length > 0 ||
    [...runs.filters.values(), ...runs.find.conditions]
      .some(({ column }) => fieldOf(table, column) === null);
  if (needsIds) {
    if (order.length === 0 || order.length > MOST_NAMED) return null;
    const ids = Array.from(order, (run) => quoted(table.data.ids[run] ?? ""));
    return `run_id IN (${ids.join(", ")})`;
  }
  const idle = runs.hidesIdle && table.data.idle.length > 0 ? exposed(table) : "";
  if (idle === null) return null;
  const parts = [idle];
  for (const filter of runs.filters.values()) {
    const field = fieldOf(table, filter.column) ?? "";
    if (filter.kind === "choice") parts.push(among(table, filter.column.index, filter.codes));
    else if (filter.column.kind === "param") {
      const { numbers } = table.setting(filter.column.index);
      const codes = [...numbers.keys()].filter((code) => {
        const value = numbers[code] as number;
        return value >= filter.low && value <= filter.high;
      });
      parts.push(among(table, filter.column.index, new Set(codes)));
    } else {
      if (filter.low > -Infinity) parts.push(`${field} >= ${numberText(filter.low)}`);
      if (filter.high < Infinity) parts.push(`${field} <= ${numberText(filter.high)}`);
    }
  }
  for (const { column, operator, text } of runs.find.conditions) {
    const field = fieldOf(table, column) ?? "";
    if (column.kind === "metric") parts.push(`${field} ${operator} ${numberText(Number(text))}`);
    else parts.push(among(table, column.index, codesHolding(table, { column, operator, text })));
  }
  const filter = parts.filter((part) => part !== "").join(" AND ");
  return filter.includes("IN ()") ? null : filter;
}

/** The whole command, quoted for a shell; null where no filter says what is shown. */
export function commandText(runs: Runs): string | null {
  const { command } = runs.table.data;
  const filter = filterText(runs);
  if (command === null || filter === null || filter === "") return null;
  return `${command} -f '${filter.replaceAll("'", `'\\''`)}'`;
}

function codesHolding(
  table: Table,
  { column, operator, text }: Runs["find"]["conditions"][number],
): ReadonlySet<number> {
  const { texts, numbers } = table.setting(column.index);
  const wanted = Number(text);
  const isSame = (code: number): boolean =>
    texts[code]?.toLowerCase() === text.toLowerCase() || numbers[code] === wanted;
  const holds = (code: number): boolean => {
    const value = numbers[code] as number;
    if (operator === "=") return isSame(code);
    if (operator === "!=") return !isSame(code);
    if (operator.startsWith(">")) return operator === ">" ? value > wanted : value >= wanted;
    return operator === "<" ? value < wanted : value <= wanted;
  };
  return new Set([...texts.keys()].filter(holds));
}

/** A param is text to the filter language, so a range of it is the values in it. */
function among(table: Table, index: number, codes: ReadonlySet<number>): string {
  const { texts } = table.setting(index);
  const field = fieldOf(table, { kind: "param", index });
  const values = [...codes].map((code) => quoted(texts[code] ?? ""));
  return values.length === 1 ? `${field} = ${values[0]}` : `${field} IN (${values.join(", ")})`;
}

/** Of what never traded is known by its exposure alone, where that was logged. */
function exposed(table: Table): string | null {
  const index = table.data.metrics.findIndex(({ name }) => name === "exposure");
  const values = table.numbers({ kind: "metric", index });
  const idle = new Set(table.data.idle);
  const isKnown = index >= 0 && values.every((value, run) => (value === 0) === idle.has(run));
  return isKnown ? "NOT metrics.exposure = 0" : null;
}

/** A column as the filter language names it; null for what it has no name for, or no whole texts of. */
function fieldOf(table: Table, column: Column): string | null {
  if (column.kind === "metric") {
    const { name = "", logged = false } = table.data.metrics[column.index] ?? {};
    return logged ? `metrics.${keyText(name)}` : null;
  }
  if (column.kind !== "param") return null;
  const isWhole = table.setting(column.index).texts.every((text) => !text.endsWith("…"));
  return isWhole ? `params.${keyText(table.data.params[column.index] ?? "")}` : null;
}

function keyText(key: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(key) ? key : `\`${key}\``;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Exponents have no plus there. */
function numberText(value: number): string {
  return String(value).replace("e+", "e");
}
