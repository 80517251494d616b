// Takes each decision of a file wrongly, one at a time, and says of which nothing notices: neither the
// simulation nor the tests below. What is left is a decision without a test, or one without need.
// All mutants are in one copy of the checkout, and a global variable says which is on.
// FILE may be FILE:LINE,LINE. As they come, tests are in temporary files: a TMPDIR in memory is quick (not /dev/shm: below /dev it takes all permissions).

import { parseArgs } from "node:util";
import { type Mutant, mutantsOf, switched } from "./mutants/decisions.ts";
import type { Trial, Verdict } from "./mutants/trial.ts";

const named = (folder: string, ...names: string[]): string[] =>
  names.map((name) => `${folder}/${name}`);

/** Which tests are asked, the most likely first; they need no MLflow. */
const TESTS: readonly (readonly [file: RegExp, tests: readonly string[]])[] = [
  [/outbox\/changes/, named("store", "shared_changes", "shared_runs", "retry")],
  [/outbox\//, [
    ...named("store", "creation", "found_runs", "delivery_steps", "delivery_parts", "retry"),
    ...named("store", "syncs", "verify", "carried_runs", "delivery_doubts", "outbox"),
    ...named("store", "refused_parts", "shared_runs", "shared_changes"),
    "logging/refused_runs",
  ]],
  [/mlflow\/repeats/, named("mlflow", "repeats", "faults")],
  [/mlflow\/(refusal|reply)/, named("mlflow", "refusals", "repeats", "gateways", "faults")],
  [/mlflow\/redirects/, named("mlflow", "redirects", "gateways")],
  [/mlflow\/redact/, named("security", "redact")],
  [/mlflow\/pages/, named("mlflow", "pages", "odd_servers")],
  [
    /mlflow\/(http|client)/,
    named("mlflow", "http", "history", "signed_answers", "requests", "gateways", "faults"),
  ],
  [/mlflow\/decoding/, named("mlflow", "http", "gateways", "faults")],
  [
    /mlflow\/(search|reading)/,
    named("mlflow", "search", "pages", "requests", "odd_servers", "gitlab"),
  ],
  [
    /mlflow\/history/,
    named("mlflow", "history", "faults", "requests", "long_wholes", "gitlab", "odd_servers"),
  ],
  [
    /mlflow\/(artifacts|presigned|signed_transfer)/,
    named(
      "mlflow",
      "artifacts",
      "signed_answers",
      "presigned",
      "odd_servers",
      "gateways",
      "faults",
    ),
  ],
  [
    /mlflow\/(reader|schema|experiments|notes|get_run)/,
    named(
      "mlflow",
      "rows",
      "requests",
      "faults",
      "long_wholes",
      "gitlab",
      "odd_servers",
      "gateways",
    ),
  ],
  [/mlflow\//, [
    ...named("mlflow", "requests", "repeats", "batches", "gateways", "odd_servers", "faults"),
    ...named("security", "redact", "limits"),
  ]],
];

/** A mutant that takes that long is taken to have no end; the first time, all is loaded and run. */
const LIMIT_MS = 120_000;
const FIRST_LIMIT_MS = 20 * 60_000;
const COPIED = ["lib", "tests", "scripts", "typings", "main.ts", "deno.json", "deno.lock"];
/** Python that some tests run their servers with. */
const ENVIRONMENTS = [".venv"];

interface File {
  readonly path: string;
  /** Only mutants of these lines; none: all. */
  readonly lines: readonly number[];
  readonly tests: readonly string[];
  readonly mutants: readonly Mutant[];
  /** The number of its first mutant. */
  readonly first: number;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { seeds: { type: "string", default: "300" } },
  });
  const seeds = Number(values.seeds);
  const copy = Deno.makeTempDirSync({ prefix: "btflow-mutants-" });
  const counts = new Map<string, number>();
  let thread: Worker | undefined;
  try {
    await new Deno.Command("cp", { args: ["-R", ...COPIED, copy] }).output();
    for (const environment of ENVIRONMENTS) {
      Deno.symlinkSync(`${Deno.cwd()}/${environment}`, `${copy}/${environment}`);
    }
    const files: File[] = [];
    for (const word of positionals) files.push(prepared(copy, word, files.at(-1)));
    for (const { path, lines, tests, mutants, first } of files) {
      thread ??= threadIn(copy);
      const asItIs = await tried(thread, { mutant: 0, tests, seeds });
      if (asItIs.by !== "nothing") throw new Error(`${path} cannot be tried: ${asItIs.what}`);
      for (const [index, { line: at, before, after }] of mutants.entries()) {
        if (lines.length > 0 && !lines.includes(at)) continue;
        const startMs = performance.now();
        const { by, what } = await tried(thread, { mutant: first + index, tests, seeds });
        const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
        counts.set(by, (counts.get(by) ?? 0) + 1);
        const change = `${oneLine(before)}  ->  ${oneLine(after)}`;
        console.log(`${path}:${at}: ${change}  ${by}: ${what} (${seconds} s)`);
        if (by !== "time") continue;
        thread.terminate();
        thread = threadIn(copy);
        await tried(thread, { mutant: 0, tests, seeds });
      }
    }
  } finally {
    thread?.terminate();
    Deno.removeSync(copy, { recursive: true });
  }
  console.log([...counts].map(([by, count]) => `${count} by ${by}`).join(", "));
}

function threadIn(copy: string): Worker {
  return new Worker(`file://${copy}/scripts/mutants/trial.ts`, { type: "module" });
}

/** Puts a file with all its mutants into the copy. */
function prepared(copy: string, word: string, before: File | undefined): File {
  const [path = "", lines = ""] = word.split(":");
  const source = Deno.readTextFileSync(path);
  const mutants = mutantsOf(source);
  const first = before === undefined ? 1 : before.first + before.mutants.length;
  Deno.writeTextFileSync(`${copy}/${path}`, switched(source, mutants, first));
  const tests = TESTS.find(([file]) => file.test(path))?.[1] ?? [];
  const chosen = lines.split(",").filter((line) => line !== "").map(Number);
  return { path, lines: chosen, tests, mutants, first };
}

/** Tries a mutant; one without an end, or that breaks the thread, is noticed as well. */
function tried(thread: Worker, trial: Trial): Promise<Verdict> {
  const limitMs = trial.mutant === 0 ? FIRST_LIMIT_MS : LIMIT_MS;
  return new Promise((resolve) => {
    const limit = setTimeout(() => resolve({ by: "time", what: "it has no end" }), limitMs);
    const settle = (told: Verdict): void => {
      clearTimeout(limit);
      resolve(told);
    };
    thread.onmessage = ({ data }: MessageEvent<Verdict>) => settle(data);
    thread.onerror = (event) => {
      event.preventDefault();
      settle({ by: "time", what: `it breaks off: ${event.message}` });
    };
    thread.postMessage(trial);
  });
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim() || "(left out)";
}

await main();
// A thread whose loop has no end may live on.
Deno.exit();
