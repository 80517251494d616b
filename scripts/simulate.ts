// Lets many histories of delivery happen in virtual time and says in which the promise does not hold:
// each run on the server once and whole, nothing that was announced lost. A history is its seed, and one
// that goes wrong is shown as small as it still goes wrong. One thread a core; a long run says each
// minute how far it is, and is taken up again with --from.

import { availableParallelism } from "node:os";
import process from "node:process";
import { parseArgs } from "node:util";
import { Counts } from "../tests/simulation/counting.ts";
import { type Plan, planOf, smallest } from "../tests/simulation/plan.ts";
import { faultsOf, type Outcome } from "../tests/simulation/range.ts";
import { inThreads } from "../tests/simulation/threads.ts";

const PROGRESS_MS = 60_000;

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "10000" },
    from: { type: "string", default: "1" },
    jobs: { type: "string", default: String(availableParallelism()) },
  },
});
const [seeds, from, jobs] = [Number(values.seeds), Number(values.from), Number(values.jobs)];
if (![seeds, from, jobs].every((number) => Number.isSafeInteger(number) && number > 0)) {
  console.error("error: --seeds, --from and --jobs take whole numbers above 0");
  Deno.exit(2);
}

const startMs = performance.now();
const counts = new Counts();
const wrong: number[] = [];
/** Ranges that are done, beyond the first that is not. */
const ahead = new Map<number, number>();
let [done, doneUntil, toldMs] = [0, from, startMs];

await inThreads({ from, to: from + seeds }, jobs, note);

wrong.sort((a, b) => a - b);
const [first] = wrong;
if (first !== undefined) await show(planOf(first));
for (const [what, count] of counts) console.log(`${String(count).padStart(12)}  ${what}`);
console.log(`${seeds} histories from seed ${from}: ${wrong.length} went wrong, ${rates()}`);
if (wrong.length > 0) {
  console.log(`Seeds: ${wrong.slice(0, 20).join(" ")}`);
  Deno.exit(1);
}

function note(outcome: Outcome): void {
  counts.addAll(outcome.counts);
  for (const { seed, faults } of outcome.wrong) {
    wrong.push(seed);
    if (wrong.length <= 20) console.error(`Seed ${seed} goes wrong:\n${faults.join("\n")}`);
  }
  const { range } = outcome;
  done += range.to - range.from;
  ahead.set(range.from, range.to);
  for (let to = ahead.get(doneUntil); to !== undefined; to = ahead.get(doneUntil)) {
    ahead.delete(doneUntil);
    doneUntil = to;
  }
  if (performance.now() - toldMs < PROGRESS_MS) return;
  toldMs = performance.now();
  console.error(
    `${done} of ${seeds} (the rest: --from ${doneUntil}), ${wrong.length} went wrong, ${rates()}`,
  );
}

function rates(): string {
  const seconds = (performance.now() - startMs) / 1000;
  const cpuSeconds = process.cpuUsage().user / 1_000_000;
  return `in ${seconds.toFixed(1)} s: ${(done / seconds).toFixed(0)} a second, ` +
    `${(done / cpuSeconds).toFixed(0)} a second of one core, ` +
    `${(Deno.memoryUsage().rss / 1_000_000).toFixed(0)} MB`;
}

/** Shows a plan that goes wrong, made as small as it still does. */
async function show(plan: Plan): Promise<void> {
  const least = await smallest(plan, async (less) => (await faultsOf(less)).length > 0);
  const troubled = (fates: Plan["fates"]): unknown =>
    fates.flatMap((fate, request) => fate === "well" ? [] : [{ request, fate }]);
  console.log(`Seed ${plan.seed} goes wrong:\n${(await faultsOf(least)).join("\n")}`);
  const shown = {
    ...least,
    fates: troubled(least.fates),
    creations: troubled(least.creations),
  };
  console.log(JSON.stringify(shown, null, 2));
}
