// What a command costs whose answer is as large in a store of a million runs as in one of a thousand:
// whole processes, as a user waits for them.

import path from "node:path";

import { both, type Case, interleave, type Measured, type Row, type Side } from "../harness.ts";
import { returnsFile } from "../inputs.ts";
import { fillStore, SERVER } from "../stored_runs.ts";

const TRADING_YEARS = 2520;
const FILTER = "metrics.sharpe_ratio > 0.5 and params.lookback = '20'";

/** The commands, with what follows `--store FILE`. */
const COMMANDS: readonly (readonly [name: string, words: readonly string[]])[] = [
  ["runs search, top 20", [
    ...["runs", "search", "-e", "sweep", "--max-results", "20"],
    ...["--filter", FILTER, "--order-by", "metrics.sharpe_ratio DESC"],
  ]],
  ["sync, nothing to deliver", ["sync", "--tracking-uri", SERVER]],
  ["sync --status", ["sync", "--status"]],
  ["experiments", ["experiments"]],
  ["doctor", ["doctor"]],
];

/** More text than memory may hold: 1.4 GB of a million runs. */
const EVERYTHING = ["runs", "search", "--max-results", "all", "--format", "json"];

/** The store at a thousand times the runs. */
export const STORE: Case = {
  name: "store",
  summary: "log, runs search, sync, experiments and doctor at 1,000,000 stored runs and at 1,000",
  run: async (context) => {
    const [many, few] = context.quick ? [200, 100] : [1_000_000, 1000];
    const stores = [many, few].map((runs) => path.join(context.folder, `store-${runs}.db`));
    for (const [index, runs] of [many, few].entries()) {
      context.note(`filling a store with ${runs} runs`);
      await fillStore(stores[index] ?? "", { runs });
    }
    const count = many.toLocaleString("en");
    const returns = returnsFile(context.folder, TRADING_YEARS);
    const commands: typeof COMMANDS = [
      ...COMMANDS,
      // Last, since what it logs is then to be delivered.
      ["log", ["log", "--experiment", "sweep", "--returns", returns]],
    ];
    const sidesOf = (name: string, words: readonly string[]): readonly Side[] =>
      stores.map((store, index) => ({
        name: `${name} at ${index === 0 ? many : few}`,
        command: [context.binary, ...words, "--store", store],
      }));
    const rows: Row[] = [];
    for (const [name, words] of commands) {
      const [large, small] = await interleave(context, sidesOf(name, words));
      rows.push(atMostTwice(`\`${name}\` at ${count} runs`, large, small));
    }
    const all = sidesOf("runs search, everything", EVERYTHING);
    const measured = await interleave({ ...context, runs: Math.min(context.runs, 2) }, all);
    return [...rows, memoryRow(measured, many, few)];
  },
};

function atMostTwice(work: string, large: Measured | undefined, small: Measured | undefined): Row {
  const [ours, base] = both(large, small);
  const theirs = { ...base, name: "at 1,000 runs" };
  return {
    work,
    ours,
    theirs,
    promise: { text: "≤ 2× its time", holds: ours.seconds / base.seconds <= 2 },
  };
}

/** A run that is held takes some kB: less than this is garbage that nobody was in a hurry to collect. */
const BYTES_A_RUN = 256;

/** Memory beyond what the few runs take, which stands for the start. */
function memoryRow([large, small]: readonly Measured[], many: number, few: number): Row {
  const [ours, base] = both(large, small);
  const bytes = (ours.megabytes - base.megabytes) * 2 ** 20 / (many - few);
  const command = `\`${EVERYTHING.join(" ")}\` of ${many.toLocaleString("en")} runs`;
  return {
    work: `${command}: memory, ${bytes.toFixed(0)} bytes a run more`,
    ours,
    theirs: { ...base, name: "at 1,000 runs" },
    promise: { text: `≤ ${BYTES_A_RUN} bytes a run more`, holds: bytes <= BYTES_A_RUN },
  };
}
