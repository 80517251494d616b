// Help pages, made from the commands' declarations alone.

import type { Command, CommandGroup } from "./declare.ts";
import { type Flag, flagName, flagSummary, fullSummary } from "./flags.ts";

/** One row of the table of exit codes in lib/cli.ts. */
export interface Exit {
  /** From 0 to 255. */
  readonly code: number;
  /** When the program ends with it. */
  readonly meaning: string;
}

const WIDTH = 100;

/** The page of one command. */
export function commandHelp(command: Command, exits: readonly Exit[]): string {
  const operands = command.operands.map((operand) => {
    const name = operand.many === true ? `${operand.name}...` : operand.name;
    return operand.optional === true ? `[${name}]` : name;
  });
  const parts = [
    `${command.summary}.`,
    ...(command.description === undefined ? [] : [wrap(command.description, 0)]),
    `Usage: ${["btflow", command.name, ...operands, "[flags]"].join(" ")}`,
  ];
  if (command.operands.length > 0) {
    const rows = command.operands.map((operand) => [operand.name, fullSummary(operand)] as const);
    parts.push(section("Arguments", rows));
  }
  const flags = Object.entries(command.flags).map(([key, flag]) => flagRow(key, flag));
  parts.push(section("Flags", [...flags, ["  -h, --help", "Show this page"]].map(trimFirst)));
  parts.push(
    `Examples:\n${
      command.examples.map(({ command: line, does }) => `  # ${does}\n  ${line}`).join("\n")
    }`,
  );
  parts.push(section(
    "Exit codes",
    exits.filter(({ code }) => command.exits.includes(code))
      .map(({ code, meaning }) => [String(code), meaning]),
  ));
  return `${parts.join("\n\n")}\n`;
}

/** The page of a group of commands. */
export function groupHelp(group: CommandGroup): string {
  const verbs = group.verbs.map((verb): [string, string] => {
    const word = verb.name.slice(group.name.length + 1);
    return [word, word === group.defaultVerb ? `${verb.summary} (default)` : verb.summary];
  });
  return [
    `${group.summary}.`,
    `Usage: btflow ${group.name} [${
      group.verbs.map((verb) => verb.name.split(" ")[1]).join("|")
    }] [flags]`,
    section("Commands", verbs),
    `Run "btflow ${group.name} VERB --help" for the flags of one.\n`,
  ].join("\n\n");
}

/** The first page. */
export function overviewHelp(
  commands: readonly (Command | CommandGroup)[],
  exits: readonly Exit[],
): string {
  return [
    "btflow logs trading backtests to MLflow: every QuantStats metric, from one file, with or without a server.",
    "Usage: btflow COMMAND [flags]",
    section("Commands", commands.map(({ name, summary }) => [name, summary])),
    section("Flags", [
      ["-h, --help", "Show help; after a command, its own"],
      ["    --version", "Show the version; with --format json also commit, engine and permissions"],
    ]),
    section("Exit codes", exits.map(({ code, meaning }) => [String(code), meaning])),
    'Run "btflow COMMAND --help" for flags and examples.\n',
  ].join("\n\n");
}

function flagRow(key: string, flag: Flag<unknown>): [string, string] {
  const short = flag.short === undefined ? "    " : `-${flag.short}, `;
  const value = flag.value === undefined ? "" : ` ${flag.value}`;
  return [`  ${short}${flagName(key)}${value}`, flagSummary(flag)];
}

function trimFirst([name, summary]: readonly string[]): readonly [string, string] {
  return [(name ?? "").slice(2), summary ?? ""];
}

function section(title: string, rows: readonly (readonly [string, string])[]): string {
  const width = Math.min(34, Math.max(...rows.map(([name]) => name.length)));
  const lines = rows.map(([name, summary]) => {
    const text = wrap(summary, width + 4);
    return name.length > width
      ? `  ${name}\n${" ".repeat(width + 4)}${text}`
      : `  ${name.padEnd(width)}  ${text}`;
  });
  return `${title}:\n${lines.join("\n")}`;
}

function wrap(text: string, indent: number): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && indent + line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line].join(`\n${" ".repeat(indent)}`);
}
