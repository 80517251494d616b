// The promise of delivery over many simulated histories; `deno task simulate` lets more happen, and
// shows one that goes wrong as small as it still goes wrong.

import { availableParallelism } from "node:os";
import { assert, assertEquals } from "@std/assert";
import { Counts } from "./counting.ts";
import { FATES } from "./network.ts";
import { KINDS, type Plan, planOf, smallest } from "./plan.ts";
import { inThreads } from "./threads.ts";
import { happen } from "./history.ts";

const SEEDS = 10_000;

/** What happens besides to requests, and besides what people do. */
const HAPPENINGS: readonly string[] = [
  "killed",
  "killed before a request",
  "killed before an answer",
  "filters ignored",
  "refused parts",
  "files lost",
  "request repeated",
  "answer overtook another",
  "turned to another process in its work",
];

Deno.test("every history ends with each run on the server once and whole", async () => {
  const counts = new Counts();
  await inThreads({ from: 1, to: 1 + SEEDS }, availableParallelism(), (outcome) => {
    assertEquals(outcome.wrong, []);
    counts.addAll(outcome.counts);
  });
  for (const what of [...FATES, ...KINDS, ...HAPPENINGS]) {
    assert(counts.of(what) > 10, `${what} hardly came`);
  }
});

Deno.test("a seed gives the same history each time", async () => {
  for (const seed of [3, 11, 42]) {
    assertEquals(planOf(seed), planOf(seed));
    assertEquals(await ending(planOf(seed)), await ending(planOf(seed)));
  }
});

/** All that can be seen of how a history ends. */
async function ending(plan: Plan): Promise<unknown> {
  let runs: unknown;
  const history = await happen(plan, {
    afterwards: (server) => runs = structuredClone(server.runs),
  });
  return { violations: history.violations, counts: [...history.counts], runs };
}

Deno.test("what goes wrong is shown as small as it can be", async () => {
  // A fault that takes a log, a later prune and a request that is late, whatever else there is.
  const isWrong = ({ actions, fates }: Plan): Promise<boolean> => {
    const log = actions.findIndex(({ kind }) => kind === "log");
    const prune = actions.findLastIndex(({ kind, killedAfter }) =>
      kind === "prune" && killedAfter === undefined
    );
    return Promise.resolve(log >= 0 && log < prune && fates.includes("late"));
  };
  let found = 0;
  for (let seed = 1; found < 5; seed++) {
    if (!await isWrong(planOf(seed))) continue;
    found++;
    const { actions, fates, creations, stores, verified, filtersIgnored } = await smallest(
      planOf(seed),
      isWrong,
    );
    assertEquals(actions.map(({ kind }) => kind), ["log", "prune"]);
    assertEquals(actions.map(({ run, killedAfter }) => [run, killedAfter]), [
      [0, undefined],
      [0, undefined],
    ]);
    assertEquals(fates.filter((fate) => fate !== "well"), ["late"]);
    assertEquals(creations, []);
    assertEquals([stores, verified, filtersIgnored], [1, false, false]);
  }
});

Deno.test("a creation that is sent again has its time to arrive from then on", async () => {
  const at = (ms: number, kind: Plan["actions"][number]["kind"]): Plan["actions"][number] => ({
    ...{ at: ms, store: 0, kind, run: 0 },
  });
  const { violations } = await happen({
    seed: 5_001_206,
    stores: 1,
    actions: [
      ...[at(0, "log"), at(0, "keep"), at(0, "verify")],
      ...[at(828, "keep"), at(1656, "server stops")],
    ],
    fates: [],
    creations: ["well", "slow", "gateway gives up", "well", "lost"],
    verified: false,
    filtersIgnored: false,
    refused: ["tag side"],
    filesLost: false,
    isGapped: false,
  });
  assertEquals(violations, []);
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
    creations: [],
    verified: true,
    filtersIgnored: false,
    refused: [],
    filesLost: false,
    isGapped: false,
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
