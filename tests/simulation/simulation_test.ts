// The promise of delivery over many simulated histories; `deno task simulate` lets more happen, and
// shows one that goes wrong as small as it still goes wrong.

import { assert, assertEquals } from "@std/assert";
import { FATES } from "./network.ts";
import { type Plan, planOf } from "./plan.ts";
import { happen } from "./world.ts";

const SEEDS = 1500;

Deno.test("every history ends with each run on the server once and whole", async () => {
  const counts = new Map<string, number>();
  for (let seed = 1; seed <= SEEDS; seed++) {
    const history = await happen(planOf(seed));
    assertEquals(history.violations, [], `seed ${seed}`);
    for (const [what, count] of history.counts) counts.set(what, (counts.get(what) ?? 0) + count);
  }
  for (const what of [...FATES, "killed", "power cut", "carry", "prune", "server deletes"]) {
    assert((counts.get(what) ?? 0) > 10, `${what} hardly came`);
  }
});

Deno.test("a seed gives the same history each time", async () => {
  for (const seed of [3, 11, 42]) {
    assertEquals(planOf(seed), planOf(seed));
    assertEquals(await happen(planOf(seed)), await happen(planOf(seed)));
  }
});

Deno.test("a history that ends badly is seen to", async () => {
  const plan: Plan = {
    seed: 1,
    stores: 1,
    actions: [
      { at: 0, store: 0, kind: "log", run: 0 },
      { at: 60_000, store: 0, kind: "log", run: 0 },
    ],
    fates: [],
    filtersIgnored: false,
  };
  assertEquals((await happen(plan)).violations, []);
  const lost = await happen(plan, {
    afterwards: ({ runs }) => {
      const [first, second] = [...runs.values()];
      assert(first !== undefined && second !== undefined);
      first.params.clear();
      second.stage = "deleted";
    },
  });
  assert(lost.violations.some((what) => what.includes("param window is undefined")));
  assert(lost.violations.some((what) => what.includes("is lost")));
  const twice = await happen(plan, {
    afterwards: ({ runs }) => {
      const [first, second] = [...runs.values()];
      second?.tags.set("btflow.run_key", first?.tags.get("btflow.run_key") ?? "");
    },
  });
  assert(twice.violations.some((what) => what.includes("is there 2 times")));
});
