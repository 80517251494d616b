// The thread in which mutants are tried, one after the other. The simulation and the tests stay loaded;
// a global variable says which mutant is on. Each seed and each test is first run without any, to learn
// which mutants it reaches at all: only those it can notice.

import { planOf } from "../../tests/simulation/plan.ts";
import { faultsOf } from "../../tests/simulation/range.ts";

/** What is tried. */
export interface Trial {
  readonly mutant: number;
  /** Files of tests. */
  readonly tests: readonly string[];
  readonly seeds: number;
}

/** Who noticed it first, such as "seed 7" or the name of a test. */
export interface Verdict {
  readonly by: "simulation" | "tests" | "nothing" | "time";
  readonly what: string;
}

interface Test {
  readonly name: string;
  /** True where a program is missing here. */
  readonly ignore?: boolean;
  readonly fn: (context: { step: typeof step }) => void | Promise<void>;
}

/** A seed or a test, and the mutants that it reaches. */
interface Witness {
  readonly by: "simulation" | "tests";
  readonly what: string;
  readonly isContent: () => Promise<boolean>;
  readonly reached: ReadonlySet<number>;
  readonly ms: number;
}

interface Thread {
  mutant: number;
  /** Filled by mutants that are reached. */
  reached: Set<number>;
  onmessage: (event: MessageEvent<Trial>) => void;
  postMessage(verdict: Verdict): void;
}

const thread = globalThis as unknown as Thread;
/** So many seeds that reach a mutant come before the tests, which cost more. */
const FIRST_SEEDS = 12;
const TEST_MS = 30_000;
const seeds: Witness[] = [];
const tests = new Map<string, Witness[]>();

async function step(_name: string, fn: Test["fn"]): Promise<boolean> {
  await fn({ step });
  return true;
}

/**
 * Runs it without a mutant, once more where it fails, as it may on a busy machine. One that fails as it is
 * cannot be left out in silence: what it would notice would seem to be noticed by nothing.
 */
async function witness(
  by: Witness["by"],
  what: string,
  isContent: () => Promise<boolean>,
): Promise<Witness> {
  for (let attempt = 1; attempt <= 2; attempt++) {
    const reached = new Set<number>();
    [thread.mutant, thread.reached] = [0, reached];
    const startMs = performance.now();
    if (await isContent()) return { by, what, isContent, reached, ms: performance.now() - startMs };
  }
  throw new Error(`${what} goes wrong as it is`);
}

async function loadSeeds(count: number): Promise<void> {
  for (let seed = seeds.length + 1; seed <= count; seed++) {
    const isContent = async (): Promise<boolean> => (await faultsOf(planOf(seed))).length === 0;
    seeds.push(await witness("simulation", `seed ${seed}`, isContent));
  }
}

async function loadTests(file: string): Promise<void> {
  if (tests.has(file)) return;
  const found: Test[] = [];
  Object.defineProperty(Deno, "test", {
    configurable: true,
    value: (test: string | Test, fn: Test["fn"]) =>
      found.push(typeof test === "string" ? { name: test, fn } : test),
  });
  await import(new URL(`../../tests/${file}_test.ts`, import.meta.url).href);
  const witnesses: Witness[] = [];
  for (const test of found) {
    const what = `${file}: ${test.name}`;
    if (test.ignore === true) console.error(`LEFT OUT, and what it would notice is not: ${what}`);
    else witnesses.push(await witness("tests", what, () => passes(test)));
  }
  tests.set(file, witnesses);
}

async function passes({ fn }: Test): Promise<boolean> {
  let limit: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => limit = setTimeout(reject, TEST_MS));
  try {
    await Promise.race([fn({ step }), late]);
    return true;
  } catch {
    return false;
  } finally {
    clearTimeout(limit);
  }
}

async function verdictOf(trial: Trial): Promise<Verdict> {
  const reaches = ({ reached }: Witness): boolean => reached.has(trial.mutant);
  const histories = seeds.filter(reaches);
  const asked = [
    ...histories.slice(0, FIRST_SEEDS),
    ...trial.tests.flatMap((file) => tests.get(file) ?? []).filter(reaches)
      .sort((one, other) => one.ms - other.ms),
    ...histories.slice(FIRST_SEEDS),
  ];
  [thread.mutant, thread.reached] = [trial.mutant, new Set()];
  for (const { by, what, isContent } of asked) if (!await isContent()) return { by, what };
  return { by: "nothing", what: asked.length === 0 ? "NOT REACHED" : "NOT NOTICED" };
}

thread.onmessage = async ({ data: trial }) => {
  await loadSeeds(trial.seeds);
  for (const file of trial.tests) await loadTests(file);
  thread.postMessage(await verdictOf(trial));
};
