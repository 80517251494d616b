// Lets many histories of delivery happen in virtual time and says in which the promise does not hold:
// each run on the server once and whole, nothing that was announced lost. A history is its seed, and one
// that goes wrong is shown as small as it still goes wrong. One thread a core, each with its own seeds.

import { availableParallelism } from "node:os";
import process from "node:process";
import { parseArgs } from "node:util";
import { Counts } from "../tests/simulation/counting.ts";
import { type Plan, planOf, smallest } from "../tests/simulation/plan.ts";
import { faultsOf, type Outcome, outcomeOf, type Range } from "../tests/simulation/range.ts";

/** The thread's side: a range comes in, its outcome goes out. */
interface Thread {
  onmessage: ((event: MessageEvent<Range>) => void) | null;
  postMessage(outcome: Outcome): void;
}

function isThread(world: unknown): world is Thread {
  return "WorkerGlobalScope" in globalThis && typeof world === "object";
}

async function main(): Promise<void> {
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
  const outcomes = await Promise.all(
    Array.from({ length: jobs }, (_, job) => ({ from: from + job, to: from + seeds, step: jobs }))
      .map(jobs === 1 ? outcomeOf : inThread),
  );
  const seconds = (performance.now() - startMs) / 1000;
  const cpuSeconds = process.cpuUsage().user / 1_000_000;
  const wrong = outcomes.flatMap(({ wrong }) => wrong).sort((a, b) => a - b);
  const [first] = wrong;
  if (first !== undefined) await show(planOf(first));
  const counts = new Counts();
  for (const outcome of outcomes) counts.addAll(outcome.counts);
  for (const [what, count] of counts) console.log(`${String(count).padStart(12)}  ${what}`);
  console.log(
    `${seeds} histories from seed ${from}: ${wrong.length} went wrong, in ${
      seconds.toFixed(1)
    } s: ` +
      `${(seeds / seconds).toFixed(0)} a second, ` +
      `${(seeds / cpuSeconds).toFixed(0)} a second of one core`,
  );
  if (wrong.length === 0) return;
  console.log(`Seeds: ${wrong.slice(0, 20).join(" ")}`);
  Deno.exit(1);
}

function inThread(range: Range): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(import.meta.url, { type: "module" });
    worker.onmessage = ({ data }: MessageEvent<Outcome>) => {
      worker.terminate();
      resolve(data);
    };
    worker.onerror = (event) => reject(new Error(event.message));
    worker.postMessage(range);
  });
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

const world: unknown = globalThis;
if (isThread(world)) {
  world.onmessage = async ({ data }) => world.postMessage(await outcomeOf(data));
} else {
  await main();
}
