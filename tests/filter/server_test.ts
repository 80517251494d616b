// The language against real servers, MLflow 3.17 and 2.22: what they take and refuse, what they find,
// and that the part pushed down and the part evaluated here find together what the whole means.

import { assert, assertEquals } from "@std/assert";
import { FilterSyntaxError } from "../../lib/errors.ts";
import {
  compareExperiments,
  compareRuns,
  evaluate,
  evaluateExperiment,
  type Filter,
  parseExperimentFilter,
  parseExperimentOrderBy,
  parseFilter,
  parseOrderBy,
  pushdown,
  pushdownExperimentOrder,
  pushdownOrder,
  type ServerAbility,
} from "../../lib/filter/mod.ts";
import { startMlflow } from "../helpers/mlflow_server.ts";
import { pythonTest, type PythonVersion } from "../helpers/python.ts";
import { mlflowFilter } from "./generate.ts";
import { seededRandom } from "../helpers/random.ts";
import { must, search, searchExperiments, type Seeded, seedServer } from "./server.ts";
import {
  ACCIDENTS,
  DIFFERENCES,
  EXTENSIONS,
  MLFLOW_CASES,
  MLFLOW_SPACED_CASES,
  MODERN_ACCIDENTS,
  MODERN_CASES,
  OLD_DIFFERENCES,
} from "./server_cases.ts";
import {
  EXPERIMENT_ACCIDENTS,
  EXPERIMENT_CASES,
  EXPERIMENT_EXTENSIONS,
  EXPERIMENT_ORDERS,
  ORDER_ACCIDENTS,
  ORDER_CASES,
} from "./server_order_cases.ts";

const GENERATED = 60;

for (const version of ["3", "2"] as const) {
  pythonTest({
    name: `filters mean on a server of MLflow ${version} what they mean here`,
    version,
    sanitize: false,
    fn: async (context) => {
      const server = await startMlflow({ version });
      try {
        const seeded = await seedServer(server);
        await runSteps(context, seeded, version);
        await experimentSteps(context, seeded);
      } finally {
        await server.stop();
      }
    },
  });
}

pythonTest({
  name: "what PostgreSQL finds otherwise than SQLite is made even here",
  tools: ["postgresql"],
  version: "3",
  sanitize: false,
  fn: async () => {
    const server = await startMlflow({ version: "3", backend: "postgres" });
    try {
      const seeded = await seedServer(server);
      const fill = filler(seeded);
      const texts = [...MLFLOW_CASES, ...MODERN_CASES, ...EXTENSIONS].map(fill)
        .filter((text) => /LIKE|nan|start_time|end_time|dataset|NULL|IN|!=/i.test(text))
        .filter((text) => parsed(text) !== null);
      assert(texts.length > 120);
      const problems = await each(
        texts,
        (text) => sameInParts(seeded, text, { version: "3.17.2" }),
      );
      assertEquals(problems, []);
    } finally {
      await server.stop();
    }
  },
});

/** Puts the ids of the first runs where `$ID0`, `$ID1`, … stand. */
function filler(seeded: Seeded): (text: string) => string {
  return (text) => text.replace(/\$ID(\d)/g, (_, index) => seeded.runs[Number(index)]?.id ?? "");
}

async function runSteps(
  context: Deno.TestContext,
  seeded: Seeded,
  version: PythonVersion,
): Promise<void> {
  const fill = filler(seeded);
  const modern = version === "3";
  const ability = { version: modern ? "3.17.2" : "2.22.5" };
  const next = seededRandom(7);
  const generated = Array.from({ length: GENERATED }, () => mlflowFilter(next, modern));
  const grammar = [
    ...MLFLOW_CASES,
    ...MLFLOW_SPACED_CASES,
    ...(modern ? MODERN_CASES : []),
  ].map(fill);

  await context.step(`${grammar.length + GENERATED} filters of MLflow's grammar`, async () => {
    assert(grammar.length + GENERATED >= 300);
    const problems = await each(
      [...grammar, ...generated],
      (text) => sameAsServer(seeded, text, ability),
    );
    assertEquals(problems, []);
    const accepted = grammar.filter((text) => parsed(text) !== null);
    assert(accepted.length > 150 && grammar.length - accepted.length > 100);
  });
  await context.step("those it can run are sent as they were written", () => {
    const changed = [...grammar, ...generated].filter((text) => {
      const filter = parsed(text);
      return filter !== null && text !== "" && pushdown(filter, ability).server !== text &&
        (modern || !/dataset/.test(text));
    });
    assertEquals(changed.filter((text) => !REWRITTEN.some((pattern) => pattern.test(text))), []);
  });
  await context.step("accidents of MLflow's parser are errors here", async () => {
    const accidents = [...ACCIDENTS.map(([text]) => text), ...(modern ? MODERN_ACCIDENTS : [])];
    const problems = await each(accidents, async (text) => {
      if (parsed(text) !== null) return "accepted here";
      const { status, message } = await search(seeded, text);
      return status === 200 ? null : `refused there: ${message}`;
    });
    assertEquals(problems, []);
  });
  const ours = [
    ...EXTENSIONS,
    ...(modern ? [] : MODERN_CASES.filter((text) => text.includes("NULL"))),
  ].map(fill);
  await context.step(`${ours.length} filters that only we take`, async () => {
    const problems = await each(ours, async (text) => {
      const { status } = await search(seeded, text);
      if (status === 200) return "accepted there";
      return parsed(text) === null ? "refused here" : await sameInParts(seeded, text, ability);
    });
    assertEquals(problems, []);
  });
  await context.step("differences are the listed ones, and do not come from the cut", async () => {
    const listed = [...DIFFERENCES, ...(modern ? [] : OLD_DIFFERENCES)];
    const problems = await each(listed.map(([text]) => text), async (text) => {
      const answer = await search(seeded, text);
      if (sameSet(answer.ids, meant(seeded, text))) return "no difference";
      return await sameInParts(seeded, text, ability);
    });
    assertEquals(problems, []);
  });
  await context.step("orders", async () => {
    const accepted = ORDER_CASES.filter((text) => parsedOrder(text) !== null);
    assert(accepted.length > 15 && ORDER_CASES.length > accepted.length + 10);
    assertEquals(await each(ORDER_CASES, (text) => sameOrder(seeded, text)), []);
    const problems = await each(ORDER_ACCIDENTS, async (text) => {
      const { status } = await search(seeded, "", [text]);
      return status === 200 && parsedOrder(text) === null ? null : `${status}`;
    });
    assertEquals(problems, []);
  });
}

/** What is sent in other words or not at all, because servers differ in how they read it. */
const REWRITTEN: readonly RegExp[] = [
  /start_time > 1\.7673e12|start_time > 1767300000000\.0/, // 2.x wants whole numbers
  /LIKE 'back\\%'/, // an escape in PostgreSQL
  /I?LIKE ['"][^'"]*[[(){}*+?^$|\]]/i, // special in SQL Server, or to 2.x on files
  /C:\\data\\/, // the lexer may take the backslash for an escape
  /\bIN ?\( ?'[^',]*',? ?\)/i, // one value is an equality
  /IN \([^)]*"/, // 2.x wants single quotes
];

async function sameAsServer(
  seeded: Seeded,
  text: string,
  ability: ServerAbility,
): Promise<string | null> {
  const answer = await search(seeded, text);
  const filter = parsed(text);
  if (filter === null) return answer.status === 200 ? "refused here, accepted there" : null;
  if (answer.status !== 200) return `accepted here, refused there: ${answer.message}`;
  const wanted = meant(seeded, text);
  if (!sameSet(answer.ids, wanted)) return difference(answer.ids, wanted);
  return await sameInParts(seeded, text, ability);
}

/** The server's part of a filter and ours, one after the other. */
async function sameInParts(
  seeded: Seeded,
  text: string,
  ability: ServerAbility,
): Promise<string | null> {
  const { server, rest } = pushdown(parseFilter(text), ability);
  const answer = await search(seeded, server ?? "");
  if (answer.status !== 200) return `sent ${server}: refused there: ${answer.message}`;
  const found = seeded.runs.filter((run) =>
    answer.ids.includes(run.id) && (rest === null || evaluate(rest, run))
  );
  const ids = found.map((run) => run.id);
  const wanted = meant(seeded, text);
  return sameSet(ids, wanted) ? null : `sent ${server}: ${difference(ids, wanted)}`;
}

function meant(seeded: Seeded, text: string): readonly string[] {
  const filter = parseFilter(text);
  return seeded.runs.filter((run) => evaluate(filter, run)).map((run) => run.id);
}

async function sameOrder(seeded: Seeded, text: string): Promise<string | null> {
  const texts = text.split(" | ");
  const answer = await search(seeded, "", texts);
  const orders = texts.map(parsedOrder).filter((order) => order !== null);
  if (orders.length < texts.length) return answer.status === 200 ? "refused here" : null;
  if (answer.status !== 200) return `accepted here, refused there: ${answer.message}`;
  const wanted = [...seeded.runs].sort(compareRuns(orders)).map((run) => run.id);
  if (answer.ids.join() !== wanted.join()) return difference(answer.ids, wanted);
  const sent = pushdownOrder(orders);
  const again = await search(seeded, "", sent ?? []);
  return again.ids.join() === wanted.join() ? null : `sent ${sent}: ${again.message}`;
}

async function experimentSteps(context: Deno.TestContext, { uri }: Seeded): Promise<void> {
  const names = ["crypto", "Crypto", "equities daily", "it's", "fx_1", "fx-1"];
  for (const [index, name] of names.entries()) {
    const tags = index % 2 === 0 ? [{ key: "team name", value: name }] : [];
    await must(uri, "experiments/create", {
      name,
      tags: [...tags, { key: "env", value: `e${index}` }],
    });
  }
  const { experiments } = await searchExperiments(uri, "");
  assertEquals(experiments.length, names.length + 2);
  const wantedOf = (filter: Filter): readonly string[] =>
    experiments.filter((experiment) => evaluateExperiment(filter, experiment)).map(({ id }) => id);

  const sameParts = async (filter: Filter): Promise<string | null> => {
    const { server, rest } = pushdown(filter);
    const part = await searchExperiments(uri, server ?? "");
    if (part.status !== 200) return `sent ${server}: refused there: ${part.message}`;
    const left = part.experiments.filter((found) =>
      rest === null || evaluateExperiment(rest, found)
    );
    const ids = left.map(({ id }) => id);
    return sameSet(ids, wantedOf(filter))
      ? null
      : `sent ${server}: ${difference(ids, wantedOf(filter))}`;
  };
  await context.step(`${EXPERIMENT_CASES.length} filters of experiments`, async () => {
    const problems = await each(EXPERIMENT_CASES, async (text) => {
      const answer = await searchExperiments(uri, text);
      const filter = parsed(text, parseExperimentFilter);
      if (filter === null) return answer.status === 200 ? "refused here, accepted there" : null;
      if (answer.status !== 200) return `accepted here, refused there: ${answer.message}`;
      if (!sameSet(answer.ids, wantedOf(filter))) return difference(answer.ids, wantedOf(filter));
      return await sameParts(filter);
    });
    assertEquals(problems, []);
  });
  await context.step("filters of experiments that only we take, or only MLflow", async () => {
    const problems = await each(EXPERIMENT_EXTENSIONS, async (text) => {
      const filter = parsed(text, parseExperimentFilter);
      return filter === null ? "refused here" : await sameParts(filter);
    });
    const accidents = await each(EXPERIMENT_ACCIDENTS, async (text) => {
      if (parsed(text, parseExperimentFilter) !== null) return "accepted here";
      return (await searchExperiments(uri, text)).status === 200 ? null : "refused there";
    });
    assertEquals([...problems, ...accidents], []);
  });
  await context.step("orders of experiments", async () => {
    const problems = await each(EXPERIMENT_ORDERS, async (text) => {
      const answer = await searchExperiments(uri, "", text === "" ? [] : [text]);
      const order = text === "" ? [] : [parsed(text, parseExperimentOrderBy)];
      const known = order.filter((clause) => clause !== null);
      if (known.length < order.length) return answer.status === 200 ? "refused here" : null;
      if (answer.status !== 200) return `refused there: ${answer.message}`;
      const wanted = [...experiments].sort(compareExperiments(known)).map(({ id }) => id);
      if (wanted.join() !== answer.ids.join()) return difference(answer.ids, wanted);
      const again = await searchExperiments(uri, "", pushdownExperimentOrder(known) ?? []);
      return again.ids.join() === wanted.join() ? null : "another order when pushed down";
    });
    assertEquals(problems, []);
  });
}

/** What is wrong, by filter; nothing when all is right. */
async function each(
  texts: readonly string[],
  check: (text: string) => Promise<string | null>,
): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const text of texts) {
    const problem = await check(text);
    if (problem !== null) problems.push(`${text}\n  ${problem}`);
  }
  return problems;
}

function parsed<Result = Filter>(
  text: string,
  parse: (text: string) => Result = parseFilter as (text: string) => Result,
): Result | null {
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof FilterSyntaxError) return null;
    throw error;
  }
}

function parsedOrder(text: string): ReturnType<typeof parseOrderBy> | null {
  return parsed(text, parseOrderBy);
}

function sameSet(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && new Set([...left, ...right]).size === left.length;
}

function difference(found: readonly string[], wanted: readonly string[]): string {
  const extra = found.filter((id) => !wanted.includes(id));
  const lost = wanted.filter((id) => !found.includes(id));
  return `found ${found.length}, wanted ${wanted.length}: too many ${extra}, missing ${lost}`;
}
