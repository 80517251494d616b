// A small set of commands with everything that is hard to complete: quotes, brackets and colons in
// summaries, choices, files, folders, flags without values, groups with a default verb.

import { type Command, type CommandGroup, defineCommand } from "../../../lib/command/declare.ts";
import { choice, pairs, text, texts, toggle } from "../../../lib/command/flags.ts";
import { ROW_FORMATS } from "../../../lib/output/mod.ts";

const run = (): Promise<{ readonly text: string }> => Promise.resolve({ text: "" });

const log = defineCommand({
  name: "log",
  summary: "Log one run: it's kept [always] & delivered to the server's \"store\"",
  operands: [{ name: "FILE", summary: "A file", optional: true, completes: "file" }],
  flags: {
    kind: choice(["returns", "prices"], { summary: "What the 'values' are: [a] or b", short: "k" }),
    returns: text({ summary: "File $HOME `x` \\ %", completes: "file" }),
    folder: text({ summary: "Folder", completes: "folder" }),
    param: pairs({ summary: "A parameter", short: "p" }),
    ifNew: toggle({ summary: "Only if new" }),
  },
  examples: [],
  exits: [],
  formats: ["text", "json"],
  run,
});

const search = defineCommand({
  name: "runs search",
  summary: "Search",
  flags: {
    filter: text({ summary: "Filter", short: "f" }),
    columns: texts({ summary: "Columns" }),
  },
  examples: [],
  exits: [],
  formats: ROW_FORMATS,
  run,
});

const get = defineCommand({
  name: "runs get",
  summary: "Get",
  operands: [{ name: "RUN", summary: "A run" }],
  flags: { runId: text({ summary: "Run" }) },
  examples: [],
  exits: [],
  run,
});

const completions = defineCommand({
  name: "completions",
  summary: "Completions",
  operands: [{ name: "SHELL", summary: "A shell", choices: ["bash", "zsh"] }],
  flags: {},
  examples: [],
  exits: [],
  run,
});

export const FIXTURE: readonly (Command | CommandGroup)[] = [
  log,
  { name: "runs", summary: "Runs", verbs: [search, get], defaultVerb: "search" },
  completions,
];

/** Files of the folder in which lines are completed. */
export const FILES: readonly string[] = ["returns one.csv", "returns.csv", "it's.csv"];
export const FOLDER = "results";

/** A line up to the cursor, and every word it may become. */
export interface Case {
  readonly line: string;
  readonly gives: readonly string[];
}

export const CASES: readonly Case[] = [
  { line: "btflow l", gives: ["log"] },
  { line: "btflow ", gives: ["completions", "log", "runs"] },
  { line: "btflow runs ", gives: ["get", "search"] },
  { line: "btflow runs s", gives: ["search"] },
  { line: "btflow runs --fi", gives: ["--filter"] },
  { line: "btflow runs search --fo", gives: ["--format"] },
  { line: "btflow runs get --fo", gives: [] },
  { line: "btflow runs get --r", gives: ["--run-id"] },
  { line: "btflow runs get 0199f2c5 --r", gives: ["--run-id"] },
  { line: "btflow runs get r", gives: [] },
  { line: "btflow runs search --format ", gives: ROW_FORMATS.toSorted() },
  { line: "btflow runs --format nd", gives: ["ndjson"] },
  { line: "btflow runs search --filter x --format c", gives: ["csv"] },
  { line: "btflow log --kind ", gives: ["prices", "returns"] },
  { line: "btflow log -k p", gives: ["prices"] },
  { line: "btflow log --kind prices --if", gives: ["--if-new"] },
  { line: "btflow log --returns returns.", gives: ["returns.csv"] },
  { line: "btflow log returns.", gives: ["returns.csv"] },
  { line: "btflow log --folder r", gives: ["results/"] },
  { line: "btflow runs search --filter r", gives: [] },
  { line: "btflow log --param r", gives: [] },
  { line: "btflow completions ", gives: ["bash", "zsh"] },
  { line: "btflow completions b", gives: ["bash"] },
];
