// Writes python/btflow/_options.py from the commands' declarations; --check compares instead. So every
// flag is a keyword of the Python module, with its type and what help says of it, and none is forgotten;
// and so that messages can name the keyword where the binary names the flag.

import { fileURLToPath } from "node:url";
import { BACKTEST_FLAGS } from "../lib/backtest/flags.ts";
import { allCommands } from "../lib/cli.ts";
import type { Command } from "../lib/command/declare.ts";
import { type Flag, flagName, flagSummary } from "../lib/command/flags.ts";

const FILE = fileURLToPath(new URL("../python/btflow/_options.py", import.meta.url));

/** A class of keywords: the flags of a command less those of the class below, and less these. */
interface Keywords {
  readonly title: string;
  /** The class whose keywords it has too. */
  readonly base: string | null;
  readonly command: string;
  /** Flags that the functions take by arguments of their own, or set themselves. */
  readonly own: readonly string[];
}

/** Flags that the module sets itself, and none of its functions takes. */
const UNTAKEN = ["format", "output", "manifest", "by", "only", "shard"];

/** Flags whose keyword has another name. */
const RENAMED: Readonly<Record<string, string>> = { param: "params", tag: "tags" };

const OWN = ["format", "output", "benchmark", "riskFreeRate", "returns", "param", "params", "tag"];
const OWN_OF_LOG = [...OWN, "experiment", "runName"];
const OWN_OF_BATCH = [
  ...OWN,
  ...["experiment", "manifest", "by", "columns", "only", "shard", "resume", "parent"],
];

const CLASSES: readonly Keywords[] = [
  { title: "BacktestOptions", base: null, command: "", own: OWN },
  { title: "StatsOptions", base: "BacktestOptions", command: "stats", own: OWN },
  {
    title: "ReportOptions",
    base: "BacktestOptions",
    command: "report",
    own: [...OWN, "runId", "runName"],
  },
  { title: "LogOptions", base: "BacktestOptions", command: "log", own: OWN_OF_LOG },
  { title: "BatchOptions", base: "BacktestOptions", command: "batch", own: OWN_OF_BATCH },
  {
    title: "SearchOptions",
    base: null,
    command: "runs search",
    own: [...OWN, "experiment", "filter", "orderBy", "maxResults"],
  },
  { title: "JudgeOptions", base: null, command: "judge", own: [...OWN, "experiment", "filter"] },
];

const HEAD = `# Made by scripts/python_options.ts from the commands' declarations: do not edit.
"""The flags of the commands as keywords."""

from __future__ import annotations

import os
from datetime import date
from typing import Dict, Literal, Sequence, Tuple, TypedDict, Union

#: What a flag that takes a word takes.
Word = Union[str, int, float, "os.PathLike[str]", date]
`;

/** The file as the declarations give it now. */
export async function currentOptions(): Promise<string> {
  const commands = (await allCommands()).flatMap((entry) =>
    "verbs" in entry ? entry.verbs : [entry]
  );
  const flagsOf = (name: string): Command["flags"] =>
    name === "" ? BACKTEST_FLAGS : commands.find((command) => command.name === name)?.flags ?? {};
  const classes = CLASSES.map(({ title, base, command, own }) => {
    const below = base === null ? {} : BACKTEST_FLAGS;
    const entries = Object.entries(flagsOf(command))
      .filter(([key]) => !own.includes(key) && !(key in below));
    const fields = entries.map(([key, flag]) =>
      `    #: ${inKeywords(flagSummary(flag))}\n    ${keyword(key)}: ${pythonType(flag)}\n`
    );
    const what = command === "" ? "on how a backtest is read and computed" : `of btflow ${command}`;
    return `class ${title}(${base ?? "TypedDict"}, total=False):\n` +
      `    """Keywords ${what}."""\n\n${fields.join("")}`;
  });
  const flags = Object.assign({}, ...CLASSES.map(({ command }) => flagsOf(command)).toReversed());
  return [HEAD, ...classes, flagTable(flags)].join("\n\n");
}

/** Each flag of the binary that a function takes, with its keyword. */
function flagTable(flags: Command["flags"]): string {
  const rows = Object.entries(flags).filter(([key]) => !UNTAKEN.includes(key))
    .toSorted(([a], [b]) => a < b ? -1 : 1)
    .map(([key, { choices, value = "" }]) => {
      const takes = JSON.stringify(choices?.join("|") ?? value);
      return `    "${flagName(key)}": ("${RENAMED[key] ?? keyword(key)}", ${takes}),\n`;
    });
  return "#: The keyword of each flag, and what may follow the flag: choices, or in capitals what stands for\n" +
    `#: a value; nothing where it is on or off.\n` +
    `FLAGS: Dict[str, Tuple[str, str]] = {\n${rows.join("")}}\n`;
}

/** `--kind trades` → `kind="trades"`, `--benchmark` → `benchmark=`. */
function inKeywords(summary: string): string {
  return summary.replace(
    /--([a-z-]+)(?: (trades)\b)?/g,
    (_flag, name: string, word?: string) =>
      `${name.replaceAll("-", "_")}=${word === undefined ? "" : JSON.stringify(word)}`,
  );
}

/** `riskFreeRate` → `risk_free_rate`. */
function keyword(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function pythonType({ kind, repeats, value, choices = [] }: Flag<unknown>): string {
  switch (kind) {
    case "toggle":
      return "bool";
    case "number":
      return value === "N" ? "int" : "float";
    case "list":
      return "Union[str, Sequence[str]]";
    case "choice":
      return `Literal[${choices.map((word) => JSON.stringify(word)).join(", ")}]`;
    case "text":
      return repeats ? "Union[Word, Sequence[Word]]" : "Word";
    case "pairs":
      throw new Error("Pairs are an argument of their own");
  }
}

if (import.meta.main) {
  const text = await currentOptions();
  if (!Deno.args.includes("--check")) await Deno.writeTextFile(FILE, text);
  else if (await Deno.readTextFile(FILE).catch(() => "") !== text) {
    console.error(
      "error: python/btflow/_options.py differs from the commands: run scripts/python_options.ts",
    );
    Deno.exit(1);
  }
}
