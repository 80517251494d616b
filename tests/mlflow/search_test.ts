// What a search asks of a server in turn, and what it believes of the answers, on a model of a server
// that refuses, leaves out, or sorts as a test says.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { TrackerError } from "../../lib/errors.ts";
import {
  compareRuns,
  evaluate,
  type FilterableRun,
  isNumeric,
  keptRunOrder,
  parseFilter,
  parseOrderBy,
  pushdown,
  pushdownOrder,
} from "../../lib/filter/mod.ts";
import { notesTo } from "../../lib/mlflow/notes.ts";
import type { PageRequest, SearchKind } from "../../lib/mlflow/reading.ts";
import { searched } from "../../lib/mlflow/search.ts";

interface Row extends FilterableRun {
  readonly experimentId: string;
}

/** The server, and what is asked of it. */
interface Case {
  readonly rows?: readonly Row[];
  /** Null: not MLflow's own. */
  readonly version?: string | null;
  /** The status of an answer that refuses, or null. */
  readonly refuses?: (request: PageRequest, index: number) => number | null;
  /** How it orders what it has; rightly, if it does not say. */
  readonly sorts?: (rows: readonly Row[], request: PageRequest) => readonly Row[];
  /** Reads the first of several experiments alone. */
  readonly readsFirst?: boolean;
  /** Of each page so many rows cannot be read. */
  readonly unread?: (index: number) => number;
  readonly ids?: readonly string[];
  readonly order?: string;
  readonly filter?: string;
  readonly limit?: number;
  readonly kind?: Partial<SearchKind<Row>>;
}

interface Got {
  readonly ids: readonly string[];
  readonly pages: readonly number[];
  readonly codes: readonly string[];
  readonly asked: readonly PageRequest[];
  readonly error: TrackerError | null;
}

const PAGE = 20;

/** So many rows; the first is stored first. */
function rowsOf(count: number, facts: (index: number) => Record<"a" | "start", number>): Row[] {
  return Array.from({ length: count }, (_, index) => {
    const { a, start } = facts(index);
    return {
      id: `run ${String(index).padStart(3, "0")}`,
      experimentId: "1",
      name: "",
      status: "FINISHED",
      startTime: start,
      endTime: null,
      artifactUri: "",
      userId: "",
      metrics: { a },
      params: { a: String(a).padStart(4, "0") },
      tags: {},
      datasets: [],
    };
  });
}

const rightly: NonNullable<Case["sorts"]> = (rows, { orderBy }) =>
  rows.toSorted(compareRuns(orderBy.map((text) => parseOrderBy(text))));
const asStored: NonNullable<Case["sorts"]> = (rows) => rows;

async function ask(given: Case): Promise<Got> {
  const { rows = [], version = null, ids = ["1"], order, filter, limit = Infinity } = given;
  const [asked, codes, found, pages]: [PageRequest[], string[], string[], number[]] = [
    [],
    [],
    [],
    [],
  ];
  const fetch = (request: PageRequest) => {
    asked.push(request);
    const status = given.refuses?.(request, asked.length - 1) ?? null;
    if (status !== null) {
      throw new TrackerError("POST", "http://server/search", {
        status,
        code: "NO",
        message: "no",
      });
    }
    const read = given.readsFirst === true ? request.ids.slice(0, 1) : request.ids;
    const filtered = rows.filter((row) =>
      read.includes(row.experimentId) &&
      (request.filter === null || evaluate(parseFilter(request.filter), row))
    );
    const sorted = (given.sorts ?? rightly)(filtered, request);
    const from = Number(request.token ?? 0);
    const to = from + request.maxResults;
    const next = to < sorted.length ? String(to) : null;
    const unread = given.unread?.(asked.length - 1) ?? 0;
    const items = sorted.slice(from + unread, to);
    const problems = sorted.slice(from, from + unread)
      .map(({ id }) => ({ what: `row ${id}`, isShown: false }));
    return Promise.resolve({ items, next, problems });
  };
  const search = searched<Row>({
    kind: {
      noun: "runs",
      cut: (whole, version) => pushdown(whole, { version }),
      matches: evaluate,
      serverOrder: pushdownOrder,
      compare: compareRuns,
      keptOrder: keptRunOrder,
      isNumeric: (orderBy) => isNumeric(orderBy, "runs"),
      id: ({ id }) => id,
      stage: () => "active",
      experiment: ({ experimentId }) => experimentId,
      ...given.kind,
    },
    ids,
    filter: filter === undefined ? null : parseFilter(filter),
    orderBy: order === undefined ? [] : [parseOrderBy(order)],
    view: "active",
    limit,
    pageSize: PAGE,
    version: () => Promise.resolve(version),
    notes: notesTo(({ code }) => codes.push(code)),
    url: "http://server/search",
    fetch,
  });
  let error: TrackerError | null = null;
  try {
    for await (const page of search) {
      pages.push(page.length);
      found.push(...page.map(({ id }) => id));
      if (pages.length > 100) throw new Error("There is no end");
    }
  } catch (thrown) {
    if (!(thrown instanceof TrackerError)) throw thrown;
    error = thrown;
  }
  return { ids: found, pages, codes, asked, error };
}

/** The ids as they should come. */
function sorted(rows: readonly Row[], order: string): readonly string[] {
  return rows.toSorted(compareRuns([parseOrderBy(order)])).map(({ id }) => id);
}

const MLFLOW = "3.17.2";
const BY_A = "metrics.a DESC";
/** Sixty runs in no order of anything. */
const MIXED = rowsOf(60, (index) => ({ a: (index * 37) % 60, start: (index * 23) % 60 }));

const o = ["metrics.`a` DESC"];
const REFUSED = [
  { what: "neither order nor filter", asked: [[[], false]] },
  { what: "an order", order: BY_A, asked: [[o, false], [[], false]] },
  { what: "a filter", filter: "metrics.a > 1", asked: [[[], true], [[], false]] },
  {
    what: "both",
    order: BY_A,
    filter: "metrics.a > 1",
    asked: [[o, true], [[], true], [o, false], [[], false]],
  },
];

for (const { what, asked, ...query } of REFUSED) {
  Deno.test(`a server that refuses ${what} is asked in each simpler way, once`, async () => {
    const got = await ask({ ...query, refuses: () => 400 });
    assertEquals(got.error?.status, 400);
    const simplified = got.asked.map(({ orderBy, filter }) => [orderBy, filter !== null]);
    assertEquals(simplified, asked);
  });
}

Deno.test("what MLflow itself refuses, and any other failure, is an error at once", async () => {
  const query = { order: BY_A, filter: "metrics.a > 1" };
  const its = await ask({ ...query, version: MLFLOW, refuses: () => 400 });
  assertEquals([its.error?.status, its.asked.length], [400, 1]);
  const denied = await ask({ ...query, refuses: () => 403 });
  assertEquals([denied.error?.status, denied.asked.length], [403, 1]);
  const later = await ask({ ...query, refuses: (_, index) => index === 0 ? 400 : 403 });
  assertEquals([later.error?.status, later.asked.length], [403, 2]);
});

Deno.test("where a filter is refused, an order that is made here is no matter of the server", async () => {
  const got = await ask({
    rows: MIXED,
    order: BY_A,
    filter: "metrics.a > 50",
    refuses: ({ filter }) => filter === null ? null : 400,
    kind: { serverOrder: () => null },
  });
  assertEquals(got.error, null);
  assertEquals(got.ids, sorted(MIXED, BY_A).slice(0, 9));
  assertEquals(got.codes, ["server-filter"]);
});

const ids = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => String(index + 1));

Deno.test("that nothing is in any of few experiments is made sure of, of many it is believed MLflow", async () => {
  for (
    const [version, count, requests] of [[MLFLOW, 21, 2], [MLFLOW, 20, 22], [null, 21, 23]] as const
  ) {
    const got = await ask({ version, ids: ids(count) });
    assertEquals([got.ids, got.codes, got.asked.length], [[], [], requests]);
  }
});

Deno.test("what the last of many experiments has is found where the first alone is read", async () => {
  const rows = rowsOf(2, () => ({ a: 1, start: 1 })).map((row) => ({ ...row, experimentId: "21" }));
  const got = await ask({ rows, version: MLFLOW, readsFirst: true, ids: ids(21) });
  assertEquals([got.ids.length, got.codes], [2, ["server-experiments"]]);
});

Deno.test("a server that refuses several experiments at once is told of, even where nothing is found", async () => {
  const got = await ask({ ids: ids(3), refuses: (request) => request.ids.length > 1 ? 400 : null });
  assertEquals([got.error, got.ids, got.codes], [null, [], ["server-experiments"]]);
});

/** Runs whose first page is in the order asked for by chance; the best are on later ones. */
const LUCKY = (
  start: (index: number) => number,
  a = (index: number): number => 100 - index,
): Row[] =>
  rowsOf(60, (index) => ({ a: index < PAGE ? a(index) : 200 + index, start: start(index) }));
const shuffled = (index: number): number => (index * 23) % 60;

const UNSORTED: Readonly<Record<string, Case>> = {
  "MLflow's first page is in no order": { version: MLFLOW, rows: MIXED },
  "the latest start first looks like the order": {
    version: MLFLOW,
    rows: LUCKY((index) => -index),
  },
  "the earliest start first looks like the order": {
    version: MLFLOW,
    rows: LUCKY((index) => index),
  },
  "all but one of the first page tie": {
    version: MLFLOW,
    rows: LUCKY(shuffled, (index) => index < PAGE - 1 ? 5 : 4),
  },
  "all started at once": { rows: LUCKY(() => 1) },
  "asked from its other end it gives other rows, in no order": {
    rows: LUCKY(shuffled),
    sorts: (rows, { orderBy: [first = ""] }) =>
      first.endsWith("ASC")
        ? [...rows.slice(50), ...rows.slice(20, 50), ...rows.slice(0, 20)]
        : rows,
  },
};

for (const [what, given] of Object.entries(UNSORTED)) {
  Deno.test(`runs are sorted here where the server does not sort: ${what}`, async () => {
    const got = await ask({ order: BY_A, sorts: asStored, limit: 3, ...given });
    assertEquals(got.error, null);
    assertEquals(got.ids, sorted(given.rows ?? [], BY_A).slice(0, 3));
    assertEquals(got.codes, ["server-order"]);
  });
}

Deno.test("a server whose rows all tie may sort, and is not told of", async () => {
  const rows = rowsOf(60, () => ({ a: 1, start: 1 }));
  const got = await ask({ rows, order: BY_A, sorts: asStored });
  assertEquals([got.ids.length, got.codes], [60, []]);
});

Deno.test("a server that refuses an order from its other end is asked for all", async () => {
  const refusing = (status: number): Promise<Got> =>
    ask({
      rows: MIXED,
      order: BY_A,
      refuses: ({ orderBy: [first = ""] }) => first.endsWith("ASC") ? status : null,
    });
  const { ids, codes } = await refusing(400);
  assertEquals(ids, sorted(MIXED, BY_A));
  assertEquals(codes, ["server-order"]);
  assertEquals((await refusing(403)).error?.status, 403);
});

/** In order on each page, with the second page after the third. */
const LATE: NonNullable<Case["sorts"]> = (rows, request) => {
  const all = rightly(rows, request);
  return [...all.slice(0, 20), ...all.slice(40), ...all.slice(20, 40)];
};

Deno.test("an order that ends with a page is an error, where all databases agree on it", async () => {
  const given = { version: MLFLOW, rows: MIXED, sorts: LATE };
  const numbers = await ask({ ...given, order: BY_A });
  assert(numbers.error?.message.includes("in the order asked for at first, and not further on"));
  const texts = await ask({ ...given, order: "params.a DESC" });
  assertEquals([texts.error, texts.ids.length, texts.codes], [null, 60, ["server-order"]]);
  const nothing = await ask(given);
  assertEquals([nothing.error, nothing.ids.length, nothing.codes], [null, 60, []]);
});

Deno.test("no page is empty", async () => {
  const got = await ask({
    version: MLFLOW,
    rows: rowsOf(80, (index) => ({ a: index, start: -index })),
    filter: "metrics.a > 50",
    kind: { cut: (rest) => ({ server: null, rest, kept: null }) },
  });
  assertEquals(got.pages, [9, 20]);
});

Deno.test("rows that were not asked for are the server's fault where it was sent what they break", async () => {
  for (const [sent, codes] of [["metrics.a >= 0", []], ["metrics.a > 7", ["server-filter"]]]) {
    const kept = parseFilter(String(sent));
    const got = await ask({
      version: MLFLOW,
      rows: rowsOf(10, (index) => ({ a: index, start: -index })),
      filter: "metrics.a > 8",
      kind: { cut: (rest) => ({ server: null, rest, kept }) },
    });
    assertEquals([got.ids, got.codes], [["run 009"], codes]);
  }
});

Deno.test("where no row of an answer can be read it is none of MLflow's; else the rest is shown", async () => {
  const rows = (count: number): Row[] => rowsOf(count, (index) => ({ a: 1, start: -index }));
  const none = await ask({ rows: rows(1), unread: () => 1 });
  assertStringIncludes(none.error?.message ?? "", "the reply is not MLflow's: row run 000");
  for (
    const [count, unread] of [
      [2, () => 1],
      [PAGE + 1, (index: number) => index === 0 ? PAGE : 0],
      [PAGE + 1, (index: number) => index],
    ] as const
  ) {
    const { error, ids, codes } = await ask({ version: MLFLOW, rows: rows(count), unread });
    assertEquals([error, ids.length, new Set(codes)], [
      null,
      count - (count > PAGE && unread(0) > 0 ? PAGE : 1),
      new Set(["server-rows"]),
    ]);
  }
});
