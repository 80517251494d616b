// The quick and the careful path through CSV are two programs for one meaning: thousands of seeded
// files, from tidy to mangled, must give equal results or equal errors, in chunks of every size.

import { assert, assertEquals } from "@std/assert";
import { readCarefulCsv } from "../../lib/input/csv/careful.ts";
import { readPlainCsv } from "../../lib/input/csv/mod.ts";
import type { ReadOptions } from "../../lib/input/options.ts";
import { openSource } from "../../lib/input/source.ts";
import { readTable, seriesOf } from "../../lib/input/table/series.ts";
import { seededRandom } from "../helpers/random.ts";
import { memoryHost } from "./memory_host.ts";

const FILES = 4000;

type Random = () => number;

function pick<T>(random: Random, choices: readonly T[]): T {
  return choices[Math.floor(random() * choices.length)] as T;
}

function dateCell(random: Random, row: number, form: number, mess: number): string {
  const at = Date.UTC(2020, 0, 1) + row * (form === 1 ? 60_000 : 86_400_000);
  const iso = new Date(at).toISOString();
  if (random() < 0.01 * mess) {
    return pick(random, ["", "2020-02-30", "x", "01/02/2024", "NaT", "2020-13-01"]);
  }
  if (random() < 0.005 * mess) return "2020-01-05";
  return [
    iso.slice(0, 10),
    iso.slice(0, 19).replace("T", pick(random, [" ", "T"])),
    iso.slice(0, 10).replaceAll("-", ""),
    String(at),
    String(at / 1000),
    `${iso.slice(0, 19)}+09:00`,
    `${iso.slice(0, 19)}${pick(random, ["Z", ".123", ".1234567Z", ".5-05:00", " +0900", ""])}`,
    iso.slice(0, 10).replaceAll("-", "/"),
    iso.slice(0, 16).replace("T", " "),
    `${iso.slice(5, 7)}/${iso.slice(8, 10)}/${iso.slice(0, 4)}`,
    `${iso.slice(0, 4)}-${Number(iso.slice(5, 7))}-${Number(iso.slice(8, 10))}`,
  ][form] as string;
}

function numberCell(random: Random, isLevel: boolean, mess: number): string {
  const value = (isLevel ? random() + 0.01 : random() - 0.5) * 10 ** Math.floor(random() * 6 - 4);
  if (random() < 0.012 * mess) {
    return pick(random, [
      "n/a",
      "inf",
      "-Infinity",
      "1e999",
      "0,5",
      "1.5%",
      "--1",
      ".",
      "1e",
      "0x1",
    ]);
  }
  if (random() < 0.06) {
    return pick(random, ["", "NaN", "nan", "null", "None", "NA", "<NA>", "-nan"]);
  }
  return pick(random, [
    String(value),
    value.toFixed(17),
    value.toFixed(4),
    value.toExponential(),
    value.toExponential(16).replace("e", "E"),
    `+${Math.abs(value)}`,
    `${Math.round(value * 1e6) + (isLevel ? 1 : 0)}`,
    `${Math.round(value * 10) + (isLevel ? 1 : 0)}.`,
    `.${1 + Math.floor(random() * 1e9)}`,
    `00${Math.abs(value)}`,
    `${value}e-3`.replace(/e-\d+e/, "e"),
    `${Math.floor(random() * 1e15)}${Math.floor(random() * 1e8)}.5`,
    isLevel ? "7" : "-0",
  ]);
}

function textCell(random: Random): string {
  return pick(random, [
    "SPY",
    "",
    "é",
    "x".repeat(Math.floor(random() * 300)),
    "a b",
    "#1",
    "\u0000?",
  ]);
}

function wrapped(random: Random, cell: string, quoting: number): string {
  if (random() < quoting) {
    const inside = random() < 0.1 ? `${cell}\n` : cell;
    return `"${inside.replaceAll('"', '""')}"`;
  }
  if (random() < 0.03) return pick(random, [` ${cell}`, `${cell} `, `\t${cell}`]);
  return random() < 0.001 * quoting ? `${cell}"` : cell;
}

function percentSign(cell: string): string {
  return `${cell}%`;
}

function decimalComma(cell: string): string {
  return `"${cell.replace(".", ",")}"`;
}

function inBrackets(cell: string): string {
  return cell.startsWith("-") ? `(${cell.slice(1)})` : cell;
}

/** One file and the options to read it with. */
function makeFile(random: Random): { readonly text: string; readonly options: ReadOptions } {
  const mess = pick(random, [0, 0, 1]);
  const kind = pick(
    random,
    ["returns", "returns", undefined, "prices", "equity", "trades", "cumulative"] as const,
  );
  const separator = pick(random, [",", ",", ",", "\t", ";"]);
  const lineEnd = pick(random, ["\n", "\n", "\r\n"]);
  const form = Math.floor(random() * 11);
  const quoting = pick(random, [0, 0, 0, 0.002, 0.3]);
  const layout = pick(random, [
    "date,value",
    "date,value",
    "value",
    "date,text,value",
    "value,date",
  ]);
  const names: Readonly<Record<string, string>> = {
    date: pick(random, ["date", "Datetime", "", "TIME"]),
    value: pick(random, ["returns", "Return", "x", "0", "Equity", "close", "return_pct"]),
    text: pick(random, ["symbol", "note"]),
  };
  const columns = layout.split(",");
  const custom = random() < 0.1 ? pick(random, [percentSign, decimalComma, inBrackets]) : null;
  const lines: string[] = [];
  if (random() < 0.03) lines.push(pick(random, ["Report of A", '"By hand, 2020",', "#,1,2"]));
  const header = lines.length;
  if (random() < 0.9) lines.push(columns.map((column) => names[column] as string).join(separator));
  const rows = Math.floor(random() * (random() < 0.05 ? 2000 : 30));
  for (let row = 0; row < rows; row++) {
    const at = random() < 0.02 * mess ? rows - row : row;
    const cells = columns.map((column) => {
      if (column === "date") return dateCell(random, at, form, mess);
      if (column !== "value") return textCell(random);
      const cell = numberCell(random, kind !== "returns", mess);
      return custom === null ? cell : custom(cell);
    }).map((cell) => wrapped(random, cell, quoting));
    if (random() < 0.003 * mess) cells.pop();
    if (random() < 0.003 * mess) cells.push("");
    lines.push(cells.join(separator));
    if (random() < 0.01) lines.push(pick(random, ["", "  ", separator, `${separator} `]));
  }
  if (random() < 0.03) lines.push(lines[header] ?? "");
  if (random() < 0.03) lines.push(pick(random, ["Total,1", "Copyright 2020 X", "Sum;;2"]));
  const mark = random() < 0.1 ? "\ufeff" : "";
  const end = random() < 0.8 ? lineEnd : "";
  const options: ReadOptions = {
    kind,
    capital: 1e9,
    ...(random() < 0.1 ? { decimal: pick(random, ["point", "comma"] as const) } : {}),
    ...(random() < 0.1 ? { percent: true } : {}),
    ...(random() < 0.1 ? { resample: pick(random, ["day", "week", "month"] as const) } : {}),
    ...(random() < 0.2 ? { missing: pick(random, ["zero", "drop", "error"]) } : {}),
    ...(random() < 0.1
      ? { timezone: pick(random, ["UTC", "Asia/Tokyo", "America/New_York"]) }
      : {}),
  };
  return { text: mark + lines.join(lineEnd) + end, options };
}

async function outcome(
  text: string,
  options: ReadOptions,
  chunkSize: number,
  careful: boolean,
): Promise<unknown> {
  try {
    const source = await openSource(memoryHost({ "f.csv": text }, chunkSize), "f.csv", {});
    const readers = { plain: readPlainCsv, careful: readCarefulCsv };
    const file = careful
      ? seriesOf("csv", "f.csv", await readCarefulCsv(source, options), options)
      : await readTable("csv", source, options, readers);
    const { returns, kind, column, isInstant } = file?.series[0] ?? {};
    const dates = returns?.dates ?? null;
    return {
      dates: dates && [...dates],
      values: [...returns?.values ?? []],
      kind,
      column,
      isInstant,
      hasTime: file?.hasTime,
      warnings: file?.warnings,
    };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (error.name !== "InputError" && error.name !== "UsageError") throw error;
    return { error: error.message };
  }
}

Deno.test(`both CSV paths agree on ${FILES} seeded files`, async () => {
  let read = 0;
  let refused = 0;
  for (let seed = 1; seed <= FILES; seed++) {
    const random = seededRandom(seed);
    const { text, options } = makeFile(random);
    const chunkSize = pick(random, [1, 7, 64, 1000, 1 << 20]);
    const quick = await outcome(text, options, text.length > 20_000 ? 4096 : chunkSize, false);
    const careful = await outcome(text, options, 1 << 20, true);
    assertEquals(quick, careful, `seed ${seed}`);
    if ("error" in (quick as object)) refused++;
    else read++;
  }
  assert(read > FILES / 3, `only ${read} files were readable: the fuzzer tests errors alone`);
  assert(refused > FILES / 20, `only ${refused} files were refused`);
});

Deno.test("both CSV paths agree on bytes that are noise", async () => {
  const alphabet = [...'0123456789.,-+eE"\n\r\t ;:TZ/xé\u0000'];
  for (let seed = 1; seed <= 3000; seed++) {
    const random = seededRandom(seed);
    const noise = Array.from({ length: Math.floor(random() * 60) }, () => pick(random, alphabet));
    const text = random() < 0.5 ? `date,returns\n2020-01-01,${noise.join("")}` : noise.join("");
    if (text.length === 0) continue;
    const quick = await outcome(text, {}, pick(random, [1, 5, 100]), false);
    assertEquals(quick, await outcome(text, {}, 1 << 20, true), `seed ${seed}`);
  }
});
