// What agents are offered, how a call becomes a command line, and how an answer is cut.

import { assert, assertEquals, assertThrows } from "@std/assert";
import { allCommands } from "../../lib/cli.ts";
import { defineCommand } from "../../lib/command/declare.ts";
import { text } from "../../lib/command/flags.ts";
import { commandHelp } from "../../lib/command/help.ts";
import { UsageError } from "../../lib/errors.ts";
import { readBeside, textBlocks } from "../../lib/mcp/answer.ts";
import { readCall, type Settled } from "../../lib/mcp/arguments.ts";
import { MAX_CHARACTERS, pageOf } from "../../lib/mcp/page.ts";
import { type Tool, toolsOf } from "../../lib/mcp/tools.ts";
import { visibleJson } from "../../lib/mcp/visible_json.ts";

const FREE: Settled = {
  allowWrite: true,
  experiment: undefined,
  store: undefined,
  trackingUri: undefined,
  allowArtifactHost: [],
};

async function tool(name: string, settled: Settled = FREE): Promise<Tool> {
  const found = toolsOf(await allCommands(), settled).find((one) => one.name === name);
  if (found === undefined) throw new Error(`There is no tool ${name}`);
  return found;
}

Deno.test("a tool's schema is its command's declaration", async () => {
  const { schema, description } = await tool("stats");
  const { properties = {}, required } = schema;
  assertEquals(required, ["files"]);
  assertEquals(properties.files, {
    type: "array",
    items: { type: "string" },
    description: "Files of the returns",
    minItems: 1,
  });
  assertEquals(properties.seed, {
    type: "integer",
    minimum: 0,
    description: "Seed of the resampling (default: 1)",
  });
  assertEquals(properties.missing?.enum, ["zero", "drop", "error"]);
  assertEquals(properties.require?.type, "array");
  assertEquals(properties.intervals?.type, "boolean");
  assertEquals(description.startsWith("Compute and print the metrics of a file"), true);
  for (const key of ["format", "env_file", "threads"]) assert(!Object.hasOwn(properties, key), key);
});

Deno.test("no argument is offered to be read from stdin, where the agent speaks", async () => {
  for (const { name, schema } of toolsOf(await allCommands(), FREE)) {
    assert(!/stdin/.test(JSON.stringify(schema)), name);
  }
  const file = { summary: "Bars, one a line (CSV)", completes: "file", stdin: true } as const;
  const command = defineCommand({
    ...{ name: "bars", summary: "Look at bars", formats: ["text", "json"] },
    ...{ examples: [], exits: [], run: () => Promise.resolve({}) },
    operands: [{ name: "FILE", ...file }],
    flags: { other: text(file) },
  });
  const help = commandHelp(command, []);
  assertEquals([...help.matchAll(/Bars, one a line \(CSV\); - is stdin\n/g)].length, 2, help);
  const [own] = toolsOf([command], FREE);
  assertEquals(own?.schema.properties?.file?.description, file.summary);
  assertEquals(own?.schema.properties?.other?.description, file.summary);
});

Deno.test("no tool has two properties of one name, and all names are plain", async () => {
  for (const { name, properties } of toolsOf(await allCommands(), FREE)) {
    const names = properties.map((property) => property.name);
    assertEquals(new Set(names).size, names.length, name);
    for (const one of [name, ...names]) assert(/^[a-z][a-z0-9_]*$/.test(one), one);
  }
});

Deno.test("without --allow-write no tool and no argument writes", async () => {
  const tools = toolsOf(await allCommands(), { ...FREE, allowWrite: false });
  const names = tools.flatMap(({ properties }) => properties.map(({ name }) => name));
  for (const name of ["output", "log", "download", "write"]) assert(!names.includes(name), name);
  for (const name of ["log", "batch", "sync", "runs_delete", "experiments_create"]) {
    assert(!tools.some((one) => one.name === name), name);
  }
});

Deno.test("of a command that writes, what only reads is a tool of its own without --allow-write", async () => {
  const reading = { ...FREE, allowWrite: false };
  const status = await tool("sync_status", reading);
  const names = status.properties.map(({ name }) => name);
  assertEquals(names, ["experiment", "store", "offset", "limit"]);
  assertEquals([status.writes, (await tool("sync")).writes], [false, true]);
  assertEquals(status.description, "List what waits and why; deliver nothing.");
  const words = readCall(status, { experiment: "e" }, reading).words;
  assertEquals(words, ["sync", "--format=json", "--status", "--experiment=e", "--"]);
  assertThrows(() => readCall(status, { status: false }, reading), UsageError);
  assert((await tool("sync")).properties.some(({ name }) => name === "status"));
});

Deno.test("arguments become words that cannot be read as others", async () => {
  const call = readCall(await tool("log"), {
    returns: "--store=elsewhere",
    run_name: "-x",
    param: { a: 1, b: "x=y" },
    metrics: ["cagr", "sharpe_ratio"],
    offline: true,
    if_new: false,
    benchmark: null,
  }, FREE);
  assertEquals(call.words, [
    "log",
    "--format=json",
    "--returns=--store=elsewhere",
    "--run-name=-x",
    "--param=a=1",
    "--param=b=x=y",
    "--metrics=cagr",
    "--metrics=sharpe_ratio",
    "--offline",
    "--",
  ]);
  const stats = readCall(await tool("stats"), { files: "--help", offset: 3 }, FREE);
  assertEquals(stats.words, ["stats", "--format=json", "--", "--help"]);
  assertEquals([stats.offset, stats.limit], [3, 500]);
});

Deno.test("what was settled at the start is in every call, runs named by id aside", async () => {
  const settled = { ...FREE, experiment: "a b", store: "/s.db", trackingUri: "http://h" };
  const update = await tool("runs_update", settled);
  assertEquals(
    readCall(update, { filter: "metrics.x > 1", name: "n" }, settled).words.slice(2, 6),
    ["--format=json", "--experiment=a b", "--store=/s.db", "--tracking-uri=http://h"],
  );
  const server = { ...settled, store: undefined };
  const search = readCall(await tool("runs_search", server), { store: ["b.db"] }, server).words;
  assert(!search.includes("--tracking-uri=http://h"), "the store is read that the call names");
  const named = readCall(update, { name: "n", runs: ["1"] }, settled).words;
  assert(!named.includes("--experiment=a b"));
  assertEquals(named.slice(-2), ["--", "1"]);
  assertThrows(() => readCall(update, { experiment: ["x"] }, settled), UsageError);
  const get = await tool("experiments_get", settled);
  assertEquals(get.properties.map(({ name }) => name), ["offset", "limit"]);
});

Deno.test("a value of another kind is refused, with the argument's name", async () => {
  const stats = await tool("stats");
  const refused = (given: Record<string, unknown>): string =>
    assertThrows(() => readCall(stats, given, FREE), UsageError).message;
  assertEquals(refused({ intervals: "yes" }), 'Cannot use intervals "yes": expected a boolean');
  assertEquals(refused({ define: { a: 1 } }), 'Cannot use define {"a":1}: expected an array');
  assertEquals(refused({ offset: -1 }), "Cannot use offset -1: expected an integer of at least 0");
  assertEquals(refused({ column: ["a"] }), 'Cannot use column ["a"]: expected a string');
});

Deno.test("a long list comes in pages that say how to go on, and loses nothing", () => {
  const rows = Array.from({ length: 5000 }, (_, index) => ({ index, text: "x".repeat(40) }));
  const narrowing = ["filter"];
  const read: unknown[] = [];
  let offset = 0;
  while (offset < rows.length) {
    const { text, leftOut = "" } = pageOf(rows, { offset, limit: 500, narrowing });
    assert(text.length <= MAX_CHARACTERS + 10);
    const part = JSON.parse(text) as unknown[];
    assertEquals(
      leftOut.startsWith(`rows ${offset} to ${offset + part.length - 1} of 5000; `),
      true,
    );
    const next = /the next: offset (\d+); less at once: filter$/.exec(leftOut)?.[1];
    assertEquals(next === undefined ? rows.length : Number(next), offset + part.length);
    read.push(...part);
    offset += part.length;
  }
  assertEquals(read, rows);
  assertEquals(pageOf([], { offset: 0, limit: 5, narrowing }), { text: "[]" });
  assertEquals(
    pageOf([1], { offset: 4, limit: 5, narrowing }).leftOut,
    "no rows of 1; the last ones",
  );
});

Deno.test("one long object comes in pieces that join to its JSON", () => {
  const answer = { text: "y".repeat(150_000) };
  const pieces = [0, 1, 2].map((piece) =>
    pageOf(answer, { offset: piece * MAX_CHARACTERS, limit: 1, narrowing: [] })
  );
  assertEquals(JSON.parse(pieces.map(({ text }) => text).join("")), answer);
  assertEquals(
    pieces[0]?.leftOut,
    "characters 0 to 59999 of 150011 of the JSON; the next: offset 60000",
  );
});

Deno.test("a row that is too large is named and passed over", () => {
  const { text, leftOut } = pageOf(["z".repeat(70_000), 2], { offset: 0, limit: 9, narrowing: [] });
  assertEquals(text, "[]");
  assertEquals(leftOut, "row 0 alone has more than 60000 characters; the next: offset 1");
});

Deno.test("what is said beside an answer is bounded too", () => {
  const lines = Array.from({ length: 80 }, () => JSON.stringify({ warning: { message: "w" } }));
  const error = JSON.stringify({ error: { exit: 9, message: "e".repeat(20_000) } });
  const beside = readBeside({ exit: 9, out: "", err: [...lines, error].join("\n") });
  assertEquals(beside.warnings?.length, 51);
  assertEquals(beside.warnings?.at(-1), "and 30 more");
  const { message } = beside.error as { readonly message: string };
  assert(message.endsWith("… (12000 characters more)"), message.slice(-40));
  const [text = ""] = textBlocks(null, readBeside({ exit: 2, out: "", err: "error: a\nb\n" }));
  assertEquals(JSON.parse(text), { error: { exit: 2, message: "a\nb" } });
});

Deno.test("JSON for a model hides nothing and means the same", () => {
  const hostile = "a\u001b[31m\u0085\u202e\u200b\u{e0041}\ue000\n\"'<b>ü😀";
  const text = visibleJson({ hostile });
  assert(!/[\p{Cc}\p{Cf}\p{Co}]/u.test(text));
  assert(text.includes("\\u202e") && text.includes("\\udb40\\udc41") && text.includes("ü😀"));
  assertEquals(JSON.parse(text), { hostile });
});
