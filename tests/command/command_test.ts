// From words to values: the parser that every command shares.

import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  chosenFormat,
  type Command,
  type Context,
  defineCommand,
} from "../../lib/command/declare.ts";
import { parseWords } from "../../lib/command/words.ts";
import { UsageError } from "../../lib/errors.ts";
import {
  choice,
  flagName,
  list,
  number,
  pairs,
  text,
  texts,
  toggle,
} from "../../lib/command/flags.ts";

let seen: unknown;

const command: Command = defineCommand({
  name: "try",
  summary: "Try",
  operands: [{ name: "FILE", summary: "A file", optional: true, many: true }],
  flags: {
    runName: text({ summary: "", short: "r" }),
    filter: text({ summary: "", short: "f" }),
    orderBy: texts({ summary: "", short: "o" }),
    rate: number({ summary: "" }),
    jobs: number({ summary: "", whole: true, min: 1, max: 8 }),
    kind: choice(["a", "b"], { summary: "" }),
    names: list({ summary: "" }),
    param: pairs({ summary: "" }),
    dryRun: toggle({ summary: "", short: "n" }),
  },
  examples: [],
  exits: [],
  formats: ["table", "csv", "ndjson", "parquet"],
  run: (_context, input) => {
    seen = input;
    return Promise.resolve({});
  },
});

async function parse(...argv: string[]): Promise<Record<string, unknown>> {
  await command.run({} as Context, parseWords(command, argv));
  const { flags, operands } = seen as { flags: Record<string, unknown>; operands: string[] };
  const given = Object.entries(flags).filter(([, value]) =>
    value !== undefined && value !== false && JSON.stringify(value) !== "[]" &&
    JSON.stringify(value) !== "{}"
  );
  return { ...Object.fromEntries(given), ...(operands.length > 0 ? { operands } : {}) };
}

Deno.test("values keep every character, however they are attached", async () => {
  assertEquals(await parse("--run-name", "x"), { runName: "x" });
  assertEquals(await parse("--run-name=x=y"), { runName: "x=y" });
  assertEquals(await parse("-rx"), { runName: "x" });
  assertEquals(await parse("-r", "x"), { runName: "x" });
  assertEquals(await parse("-r=x"), { runName: "x" });
  assertEquals(await parse("--filter", ""), { filter: "" });
  assertEquals(await parse("--filter="), { filter: "" });
  assertEquals(await parse("--filter", "a\nb --dry-run"), { filter: "a\nb --dry-run" });
  assertEquals(await parse("--filter", "-r looks like a flag"), { filter: "-r looks like a flag" });
  assertEquals(await parse("--filter", "--", "x"), { filter: "--", operands: ["x"] });
  assertEquals(await parse("--filter", "a.b=1", "a.b"), { filter: "a.b=1", operands: ["a.b"] });
  assertEquals(await parse("-n", "true", ""), { dryRun: true, operands: ["true", ""] });
  assertEquals(await parse("--rate", "-0.02"), { rate: -0.02 });
  assertEquals(await parse("--rate=-1e-3"), { rate: -0.001 });
  assertEquals(await parse("-"), { operands: ["-"] });
  assertEquals(await parse("1e5", "007", "-1"), { operands: ["1e5", "007", "-1"] });
  assertEquals(await parse("--", "--dry-run", "-r"), { operands: ["--dry-run", "-r"] });
  assertEquals(await parse("-n", "a.csv", "b.csv"), { dryRun: true, operands: ["a.csv", "b.csv"] });
  assertEquals(await parse("-o", "a DESC", "-o", "b"), { orderBy: ["a DESC", "b"] });
  assertEquals(await parse("--names", "a, b,,c", "--names", "d"), { names: ["a", "b", "c", "d"] });
  assertEquals(await parse("--param", "a=1=2", "--param", "b="), { param: { a: "1=2", b: "" } });
});

Deno.test("what cannot be a value is refused by name", () => {
  const cases: readonly (readonly [readonly string[], string])[] = [
    [["--run-name"], "it needs a value"],
    [["--run-name", "--dry-run"], "it needs a value"],
    [["-r", "a", "-r", "b"], "more than once"],
    [["--dry-run=1"], "takes no value"],
    [["--runname", "x"], "did you mean --run-name?"],
    [["--runName", "x"], "did you mean --run-name?"],
    [["-x"], "no such flag"],
  ];
  for (const [argv, problem] of cases) {
    assertThrows(() => parseWords(command, argv), UsageError, problem);
  }
});

Deno.test("kinds of flag refuse what is not theirs", () => {
  const cases: readonly (readonly [readonly string[], string])[] = [
    [["--rate", "1,5"], "expected a number"],
    [["--rate", "Infinity"], "expected a number"],
    [["--rate", "0x10"], "expected a number"],
    [["--jobs", "2.5"], "a whole number from 1 to 8"],
    [["--jobs", "9"], "from 1 to 8"],
    [["--kind", "c"], "one of a, b"],
    [["--param", "=1"], "expected key=value"],
    [["--param", "a=1", "--param", "a=2"], "given twice"],
    [["--format", "xml"], "one of table, csv"],
  ];
  for (const [argv, problem] of cases) {
    assertThrows(
      () => void command.run({} as Context, parseWords(command, argv)),
      UsageError,
      problem,
    );
  }
});

Deno.test("the format is the flag's, else the file ending's, else the default", () => {
  const format = (...argv: string[]): string =>
    chosenFormat(command.formats, parseWords(command, argv));
  assertEquals(format(), "table");
  assertEquals(format("--format", "csv"), "csv");
  assertEquals(format("--output", "runs.parquet"), "parquet");
  assertEquals(format("--output", "runs.jsonl"), "ndjson");
  assertEquals(format("--output", "runs.txt"), "table");
  assertEquals(format("--output", "runs.parquet", "--format", "csv"), "csv");
});

Deno.test("flag names are their keys in kebab case", () => {
  assertEquals(flagName("riskFreeRate"), "--risk-free-rate");
});

Deno.test("every command can end as any command can: its help says so", () => {
  for (const code of [0, 2, 8, 129, 130, 143]) assert(command.exits.includes(code), String(code));
});
