// Lets many histories of delivery happen in virtual time and says in which the promise does not hold:
// each run on the server once and whole, nothing that was announced lost. A history is its seed, and one
// that goes wrong is shown as small as it still goes wrong.

import { parseArgs } from "node:util";
import { type Plan, planOf, smaller } from "../tests/simulation/plan.ts";
import { happen } from "../tests/simulation/world.ts";

/** What is wrong with a plan's history; an error that ends it is wrong too. */
async function faultsOf(
  plan: Plan,
  counts: Map<string, number> = new Map(),
): Promise<readonly string[]> {
  try {
    const history = await happen(plan);
    for (const [what, count] of history.counts) counts.set(what, (counts.get(what) ?? 0) + count);
    return history.violations;
  } catch (error) {
    return [`it broke off: ${error instanceof Error ? error.stack : String(error)}`];
  }
}

async function smallest(plan: Plan): Promise<Plan> {
  for (const less of smaller(plan)) {
    if ((await faultsOf(less)).length > 0) return await smallest(less);
  }
  return plan;
}

function shown(plan: Plan): string {
  const fates = plan.fates.flatMap((fate, request) => fate === "well" ? [] : [{ request, fate }]);
  return JSON.stringify({ ...plan, fates }, null, 2);
}

const { values } = parseArgs({
  options: { seeds: { type: "string", default: "10000" }, from: { type: "string", default: "1" } },
});
const [seeds, from] = [Number(values.seeds), Number(values.from)];
if (!Number.isSafeInteger(seeds) || !Number.isSafeInteger(from)) {
  console.error("error: --seeds and --from take whole numbers");
  Deno.exit(2);
}
const counts = new Map<string, number>();
const wrong: number[] = [];
const startMs = performance.now();
for (let seed = from; seed < from + seeds; seed++) {
  const faults = await faultsOf(planOf(seed), counts);
  if (faults.length === 0) continue;
  wrong.push(seed);
  if (wrong.length > 1) continue;
  const plan = await smallest(planOf(seed));
  console.log(`Seed ${seed} goes wrong:\n${(await faultsOf(plan)).join("\n")}\n${shown(plan)}`);
}
const rate = seeds / (performance.now() - startMs) * 1000;
const injected = [...counts].sort().map(([what, count]) => `${what} ${count}`).join(", ");
console.log(`Happened: ${injected}`);
console.log(
  `${seeds} histories from seed ${from}, ${wrong.length} went wrong, ${rate.toFixed(0)} a second`,
);
if (wrong.length > 0) {
  console.log(`Seeds: ${wrong.slice(0, 20).join(" ")}`);
  Deno.exit(1);
}
