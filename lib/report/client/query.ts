// What is typed into "Find": words that are in a run's name, id, params or flags, and conditions such as
// fast=20 or sharpe>1. A name that no column has is said, not taken for a word that nothing has.
/// <reference no-default-lib="true" />
/// <reference lib="esnext" />
/// <reference lib="dom" />

import type { Column, Table } from "./columns.ts";

type Operator = "=" | "!=" | ">" | ">=" | "<" | "<=";

/** A column, compared with what was typed. */
export interface Condition {
  readonly column: Column & { readonly kind: "metric" | "param" };
  readonly operator: Operator;
  readonly text: string;
}

export interface Query {
  readonly words: readonly string[];
  readonly conditions: readonly Condition[];
  /** What could not be understood, for the reader; empty where all was. */
  readonly problem: string;
}

const PART = /[^\s"]*"[^"]*"|\S+/g;
const CONDITION = /^([^<>=!]+)(<=|>=|!=|=|<|>)(.*)$/;

/** Reads what was typed. */
export function readQuery(table: Table, typed: string): Query {
  const words: string[] = [];
  const conditions: Condition[] = [];
  const problems: string[] = [];
  for (const [part] of typed.matchAll(PART)) {
    const plain = part.replaceAll('"', "");
    const [, name = "", operator = "", text = ""] = plain.match(CONDITION) ?? [];
    if (name === "") {
      words.push(plain.toLowerCase());
      continue;
    }
    const column = columnNamed(table, name);
    if (column === null) problems.push(`No column is called ${name}.`);
    else if (text === "") problems.push(`${name}${operator} needs a value.`);
    else if (!/^!?=$/.test(operator) && Number.isNaN(Number(text))) {
      problems.push(`${name}${operator} needs a number.`);
    } else conditions.push({ column, operator: operator as Operator, text });
  }
  return { words, conditions, problem: problems.join(" ") };
}

/** A param or metric by its name, its label, or how either begins. */
function columnNamed({ data }: Table, typed: string): Condition["column"] | null {
  const wanted = typed.toLowerCase().replace(/^(params?|metrics?)\./, "");
  const named = [
    ...data.params.map((name, index) => ({
      names: [name.toLowerCase()],
      column: { kind: "param", index } as const,
    })),
    ...data.metrics.map(({ name, label }, index) => ({
      names: [name.toLowerCase(), label.toLowerCase().replaceAll(" ", "_")],
      column: { kind: "metric", index } as const,
    })),
  ];
  const found = named.find(({ names }) => names.includes(wanted)) ??
    named.find(({ names }) => names.some((name) => name.startsWith(wanted)));
  return found?.column ?? null;
}

/** Takes out of `kept` the runs that a query does not find. */
export function matches(
  table: Table,
  { words, conditions, problem }: Query,
  kept: Uint8Array,
): void {
  if (problem !== "") return void kept.fill(0);
  for (const condition of conditions) {
    const holds = holding(table, condition);
    for (let run = 0; run < kept.length; run++) if (kept[run] === 1 && !holds(run)) kept[run] = 0;
  }
  if (words.length === 0) return;
  const { names, ids, params } = table.data;
  const settings = [...params.map((_, index) => table.setting(index)), table.flags];
  for (const word of words) {
    const having = settings.map(({ texts }) =>
      texts.map((text) => text.toLowerCase().includes(word))
    );
    for (let run = 0; run < kept.length; run++) {
      if (kept[run] === 0) continue;
      const isIn = (names[run] ?? "").toLowerCase().includes(word) ||
        (ids[run] ?? "").toLowerCase().includes(word) ||
        settings.some(({ codes }, index) => having[index]?.[codes[run] ?? -1] === true);
      if (!isIn) kept[run] = 0;
    }
  }
}

function holding(table: Table, { column, operator, text }: Condition): (run: number) => boolean {
  const wanted = Number(text);
  if (column.kind === "param" && (operator === "=" || operator === "!=")) {
    const { texts, codes, numbers } = table.setting(column.index);
    const isSame = texts.map((one, code) =>
      one.toLowerCase() === text.toLowerCase() || numbers[code] === wanted
    );
    return (run) => {
      const same = isSame[codes[run] ?? -1];
      return same !== undefined && same === (operator === "=");
    };
  }
  const values = table.numbers(column);
  const compare = COMPARE[operator];
  return (run) => compare(values[run] as number, wanted);
}

const COMPARE: Readonly<Record<Operator, (value: number, wanted: number) => boolean>> = {
  "=": (value, wanted) => value === wanted,
  "!=": (value, wanted) => !Number.isNaN(value) && value !== wanted,
  ">": (value, wanted) => value > wanted,
  ">=": (value, wanted) => value >= wanted,
  "<": (value, wanted) => value < wanted,
  "<=": (value, wanted) => value <= wanted,
};
