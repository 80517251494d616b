// The manual page btflow(1), in roff, made from the commands' declarations and the table of exit
// codes, like the help pages: `man` and `--help` cannot differ.

import type { Command, CommandGroup } from "./declare.ts";
import { type Flag, flagName, flagSummary, fullSummary } from "./flags.ts";
import type { Exit } from "./help.ts";

/** What the page tells besides the commands. */
export interface ManualFacts {
  /** The program's, for the page's foot. */
  readonly version: string;
  readonly exits: readonly Exit[];
  readonly environment: readonly (readonly [string, string])[];
}

/** The page's source, for `docs/man/btflow.1`. */
export function manualPage(
  commands: readonly (Command | CommandGroup)[],
  facts: ManualFacts,
): string {
  const runnable = commands.flatMap((command) => "verbs" in command ? command.verbs : [command]);
  const lines = [
    '.\\" Made from the declarations of the commands by scripts/manual.ts.',
    `.TH BTFLOW 1 "" "btflow ${facts.version}" "User Commands"`,
    ".SH NAME",
    "btflow \\- log trading backtests to MLflow",
    ".SH SYNOPSIS",
    ".B btflow",
    ".I command",
    "[\\fIflags\\fR]",
    ".SH DESCRIPTION",
    roff(
      "Reads a series of returns, computes every QuantStats metric, and keeps parameters, metrics, " +
        "series and a tear sheet in an MLflow tracking server, or in a store of its own until one can be reached.",
    ),
    ".SH COMMANDS",
    ...runnable.flatMap(commandLines),
    ".SH ENVIRONMENT",
    ...facts.environment.flatMap(([name, does]) => [".TP", `.B ${roff(name)}`, roff(does)]),
    ".SH EXIT STATUS",
    ...facts.exits.flatMap(({ code, meaning }) => [".TP", `.B ${code}`, roff(meaning)]),
  ];
  return `${lines.join("\n")}\n`;
}

function commandLines(command: Command): readonly string[] {
  const operands = command.operands.map(({ name, many, optional }) => {
    const written = `\\fI${roff(name)}\\fR${many === true ? "..." : ""}`;
    return optional === true ? `[${written}]` : written;
  });
  return [
    `.SS ${roff(`btflow ${command.name}`)}${operands.map((operand) => ` ${operand}`).join("")}`,
    roff(`${command.summary}.`),
    ...(command.description === undefined ? [] : [".PP", roff(command.description)]),
    ...command.operands.flatMap((operand) => [
      ".TP",
      `\\fI${roff(operand.name)}\\fR`,
      roff(fullSummary(operand)),
    ]),
    ...Object.entries(command.flags).flatMap(([key, flag]) => flagLines(key, flag)),
    ...command.examples.flatMap(({ command: line, does }) => [
      ".PP",
      roff(`${does}:`),
      ".PP",
      ".nf",
      ".RS",
      roff(line),
      ".RE",
      ".fi",
    ]),
  ];
}

function flagLines(key: string, flag: Flag<unknown>): readonly string[] {
  const names = flag.short === undefined ? [flagName(key)] : [`-${flag.short}`, flagName(key)];
  const written = names.map((name) => `\\fB${roff(name)}\\fR`).join(", ");
  const value = flag.value === undefined ? "" : ` \\fI${roff(flag.value)}\\fR`;
  return [".TP", `${written}${value}`, roff(flagSummary(flag))];
}

/** Text that roff takes for text: no request at a line's start, no escape, hyphens that can be copied. */
function roff(text: string): string {
  return text
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replace(/^([.'])/gm, "\\&$1")
    .replace(
      /[^\x20-\x7e\n]/gu,
      (char) => `\\[u${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}]`,
    );
}
