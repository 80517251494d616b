// Writes python/btflow/_options.py from the commands' declarations; --check compares instead. So every
// flag is a keyword of the Python module, with its type and what help says of it, and none is forgotten.

import { fileURLToPath } from "node:url";
import { BACKTEST_FLAGS } from "../lib/backtest/flags.ts";
import { allCommands } from "../lib/cli.ts";
import type { Command } from "../lib/command/declare.ts";
import { type Flag, flagSummary } from "../lib/command/flags.ts";

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
from typing import Literal, Sequence, TypedDict, Union

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
      `    #: ${flagSummary(flag)}\n    ${keyword(key)}: ${pythonType(flag)}\n`
    );
    const what = command === "" ? "on how a backtest is read and computed" : `of btflow ${command}`;
    return `class ${title}(${base ?? "TypedDict"}, total=False):\n` +
      `    """Keywords ${what}."""\n\n${fields.join("")}`;
  });
  return [HEAD, ...classes].join("\n\n");
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
