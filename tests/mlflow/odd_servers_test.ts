// Commands on servers that leave out one thing or another of what they are asked: the answer is right
// all the same and a note says why, or an error says what is wrong; nothing else is changed.

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { type Answer, testIo } from "../helpers/test_io.ts";
import { type Body, type Oddity, type OddRun, type OddServer, oddServer } from "./odd_server.ts";

const id = (index: number): string => index.toString(16).padStart(32, "0");

/** Sixty runs in two experiments; the best started first, so that no order of times finds it. */
const RUNS: readonly OddRun[] = Array.from({ length: 60 }, (_, index) => ({
  id: id(index + 1),
  experimentId: index % 2 === 0 ? "1" : "2",
  name: `run ${index + 1}`,
  startTime: 1000 + index,
  metrics: { sharpe: (index * 37) % 60 === 0 ? 100 : (index * 37) % 60 },
  params: { k: String(index % 6) },
}));
const NAMES = ["one", "two", "three"];

interface Got extends Answer {
  readonly server: OddServer;
  readonly rows: readonly Body[];
  readonly codes: readonly string[];
}

async function ask(oddity: Oddity, words: readonly string[], runs = RUNS): Promise<Got> {
  const server = oddServer(runs, NAMES, oddity);
  const io = testIo({
    env: { MLFLOW_TRACKING_URI: server.uri, MLFLOW_HTTP_REQUEST_MAX_RETRIES: "0" },
  });
  try {
    const answer = await io.run(...words);
    const codes = [...answer.err.matchAll(/"code":"([\w-]+)"/g)].map(([, code]) => code ?? "");
    const rows = answer.code === 0 && answer.out.startsWith("[") ? JSON.parse(answer.out) : [];
    return { ...answer, server, rows, codes };
  } finally {
    io.remove();
    await server.stop();
  }
}

const SEARCH = ["runs", "search", "--format", "json"];
const idsOf = ({ rows }: Got): readonly string[] => rows.map((row) => row.run_id);
const ofExperiment = (...wanted: readonly string[]): readonly OddRun[] =>
  RUNS.filter((run) => wanted.includes(run.experimentId ?? ""));
const best = (runs: readonly OddRun[]): readonly string[] =>
  runs.toSorted((a, b) => (b.metrics?.sharpe ?? 0) - (a.metrics?.sharpe ?? 0)).map((run) => run.id);
const latest = (runs: readonly OddRun[]): readonly string[] =>
  runs.toSorted((a, b) => (b.startTime ?? 0) - (a.startTime ?? 0)).map((run) => run.id);
const OTHER = { version: null } as const;

interface Case {
  readonly what: string;
  readonly oddity: Oddity;
  readonly words: readonly string[];
  readonly ids: readonly string[];
  readonly codes: readonly string[];
}

const ONE = ["-e", "one"];
const BEST = ["--order-by", "metrics.sharpe DESC"];
const K1 = ["--filter", "params.k = '1'"];
const k1 = RUNS.filter((run) => run.params?.k === "1");

const CASES: readonly Case[] = [
  {
    what: "a right server: the best of one experiment, no note",
    oddity: {},
    words: [...ONE, ...BEST, "--max-results", "1"],
    ids: best(ofExperiment("1")).slice(0, 1),
    codes: [],
  },
  {
    what: "a right server: several experiments, a filter, no note",
    oddity: {},
    words: [...ONE, "-e", "two", ...K1, ...BEST],
    ids: best(k1),
    codes: [],
  },
  {
    what: "a right server that is not MLflow's: no note",
    oddity: OTHER,
    words: [...ONE, "-e", "two", ...BEST, "--max-results", "25"],
    ids: best(RUNS).slice(0, 25),
    codes: [],
  },
  {
    what: "all tie: the latest start first, no note",
    oddity: OTHER,
    words: [...ONE, "--order-by", "status", "--max-results", "2"],
    ids: latest(ofExperiment("1")).slice(0, 2),
    codes: [],
  },
  ...[{}, OTHER].map((kind): Case => ({
    what: `the filter is ignored (${JSON.stringify(kind)})`,
    oddity: { ...kind, ignores: ["filter"] },
    words: [...ONE, "-e", "two", ...K1, "--max-results", "3"],
    ids: latest(k1).slice(0, 3),
    codes: ["server-filter"],
  })),
  {
    what: "a filter on a metric is ignored",
    oddity: { ignores: ["filter"] },
    words: [...ONE, "--filter", "metrics.sharpe > 50"],
    ids: latest(ofExperiment("1").filter((run) => (run.metrics?.sharpe ?? 0) > 50)),
    codes: ["server-filter"],
  },
  ...[{}, OTHER].map((kind): Case => ({
    what: `the order is ignored (${JSON.stringify(kind)})`,
    oddity: { ...kind, ignores: ["order"] },
    words: [...ONE, ...BEST, "--max-results", "1"],
    ids: best(ofExperiment("1")).slice(0, 1),
    codes: ["server-order"],
  })),
  {
    what: "only pages are sorted",
    oddity: { ...OTHER, sortsPages: true },
    words: [...ONE, ...BEST, "--max-results", "1"],
    ids: best(ofExperiment("1")).slice(0, 1),
    codes: ["server-order"],
  },
  {
    what: "the order is ignored, and all of the first page tie",
    oddity: { ignores: ["order"] },
    words: [...ONE, "--order-by", "metrics.late DESC", "--max-results", "1"],
    ids: latest(ofExperiment("1")).slice(0, 1),
    codes: ["server-order"],
  },
  {
    // Azure Machine Learning sorts by the run's own fields alone.
    what: "an order by metrics is refused, one by times is not",
    oddity: {
      ...OTHER,
      refuses: (_, { order_by = [] }) =>
        order_by.some((key: string) => key.startsWith("metrics.")) ? "not supported" : null,
    },
    words: [...ONE, ...BEST, "--order-by", "start_time", "--max-results", "2"],
    ids: best(ofExperiment("1")).slice(0, 2),
    codes: ["server-order"],
  },
  {
    // Azure Machine Learning again: no filter by status, none with LIKE or with quoted names.
    what: "a filter by status and one with quoted names are refused",
    oddity: {
      ...OTHER,
      refuses: (_, { filter = "" }) => /status|`|LIKE/.test(filter) ? "not supported" : null,
    },
    words: [...ONE, "--filter", "status = 'FINISHED' AND params.k LIKE '2'", "--max-results", "4"],
    ids: latest(ofExperiment("1").filter((run) => run.params?.k === "2")).slice(0, 4),
    codes: ["server-filter"],
  },
  {
    what: "the order is refused",
    oddity: {
      ...OTHER,
      refuses: (_, body) => Array.isArray(body.order_by) ? "order_by is invalid" : null,
    },
    words: [...ONE, ...BEST, "--max-results", "2"],
    ids: best(ofExperiment("1")).slice(0, 2),
    codes: ["server-order"],
  },
  {
    what: "order and filter are refused",
    oddity: { ...OTHER, refuses: (_, { filter, order_by }) => filter ?? order_by ? "no" : null },
    words: [...ONE, "-e", "two", ...K1, ...BEST],
    ids: best(k1),
    codes: ["server-order", "server-filter"],
  },
  {
    what: "only the first experiment is read",
    oddity: { ...OTHER, firstExperimentOnly: true },
    words: [...ONE, "-e", "two", ...BEST, "--max-results", "3"],
    ids: best(RUNS).slice(0, 3),
    codes: ["server-experiments"],
  },
  {
    what: "only the first experiment is read, and it is empty",
    oddity: { firstExperimentOnly: true },
    words: ["-e", "three", ...ONE, "-e", "two", ...K1],
    ids: latest(k1),
    codes: ["server-experiments"],
  },
  {
    // Databricks: "Too many experiment_ids specified in SearchRuns request".
    what: "few experiments are taken at once",
    oddity: {
      ...OTHER,
      refuses: (_, body) => body.experiment_ids?.length > 1 ? "Too many experiment_ids" : null,
    },
    words: [...ONE, "-e", "two", "-e", "three", ...BEST, "--max-results", "3"],
    ids: best(RUNS).slice(0, 3),
    codes: ["server-experiments"],
  },
  {
    what: "all experiments are given",
    oddity: { ignores: ["experiments"] },
    words: ["-e", "two"],
    ids: latest(ofExperiment("2")),
    codes: ["server-experiments"],
  },
  {
    what: "the limit is ignored",
    oddity: { ignores: ["limit"] },
    words: [...ONE, "--max-results", "4"],
    ids: latest(ofExperiment("1")).slice(0, 4),
    codes: [],
  },
  {
    what: "pages are smaller than asked",
    oddity: { ...OTHER, pageCap: 7 },
    words: [...ONE, "--max-results", "all"],
    ids: latest(ofExperiment("1")),
    codes: [],
  },
  {
    what: "absent fields are null, 200 is 201",
    oddity: {
      ...OTHER,
      status: 201,
      reply: (_, reply) => ({
        next_page_token: null,
        ...reply,
        runs: reply.runs?.map((run: Body) => ({
          ...run,
          inputs: null,
          info: { ...run.info, end_time: null },
        })),
      }),
    },
    words: [...ONE, ...BEST],
    ids: best(ofExperiment("1")),
    codes: [],
  },
  {
    what: "rows come again on the next page",
    oddity: {
      reply: (call, reply, { page_token }) =>
        call === "runs/search" && page_token === undefined
          ? { ...reply, runs: reply.runs.slice(0, 10), next_page_token: "5" }
          : reply,
    },
    words: ONE,
    ids: latest(ofExperiment("1")),
    codes: ["server-repeats"],
  },
];

for (const { what, oddity, words, ids, codes } of CASES) {
  Deno.test(`runs search: ${what}`, async () => {
    const got = await ask(oddity, [...SEARCH, ...words]);
    assertEquals(got.code, 0, got.err);
    assertEquals(idsOf(got), ids);
    assertEquals(got.codes, codes, got.err);
    assertEquals(got.server.asked.filter(([, body]) => hasEmptyList(body)), []);
  });
}

function hasEmptyList(body: Body): boolean {
  return Object.values(body).some((value) => Array.isArray(value) && value.length === 0);
}

Deno.test("deleted runs for active ones, and the other way round, are left out", async () => {
  const runs = RUNS.map((run, index): OddRun =>
    index < 10 ? { ...run, lifecycleStage: "deleted" } : run
  );
  const got = await ask({ ignores: ["view"] }, [...SEARCH, ...ONE, "--max-results", "all"], runs);
  assertEquals(idsOf(got), latest(ofExperiment("1")).filter((one) => one > id(10)));
  assertEquals(got.codes, ["server-view"]);
  const words = [
    "runs",
    "restore",
    ...ONE,
    "--filter",
    "params.k = '2'",
    "--yes",
    "--format",
    "json",
  ];
  const restored = await ask({ ignores: ["view", "filter"] }, words, runs);
  const wanted = runs.filter((run) =>
    run.lifecycleStage === "deleted" && run.params?.k === "2" && run.experimentId === "1"
  );
  assertEquals(
    restored.server.changed.toSorted(),
    wanted.map((run) => `runs/restore ${run.id}`).toSorted(),
  );
});

const CHANGES: Readonly<Record<string, readonly string[]>> = {
  "runs/delete": ["runs", "delete"],
  "runs/set-tag": ["runs", "update", "--tag", "a=b"],
};

for (const [call, words] of Object.entries(CHANGES)) {
  for (
    const ignores of [["filter"], ["experiments"], [
      "filter",
      "experiments",
      "limit",
      "order",
    ]] as const
  ) {
    Deno.test(`${words.join(" ")} changes what matches, and no more, where ${ignores} is ignored`, async () => {
      const got = await ask({ ...OTHER, ignores }, [
        ...words,
        ...ONE,
        "--filter",
        "metrics.sharpe < 20",
        "--yes",
      ]);
      assertEquals(got.code, 0, got.err);
      const wanted = ofExperiment("1").filter((run) => (run.metrics?.sharpe ?? 0) < 20).map((run) =>
        run.id
      );
      const changed = got.server.changed.map((line) => line.split(" ")[1]);
      assertEquals(changed.toSorted(), wanted.toSorted(), got.err);
      assert(got.server.changed.every((line) => line.startsWith("runs/")), call);
    });
  }
}

Deno.test("a server that answers with another run changes none, and exits with 5", async () => {
  const reply = (call: string, made: Body): Body =>
    call === "runs/get"
      ? { run: { ...made.run, info: { ...made.run.info, run_id: id(9) } } }
      : made;
  for (
    const words of [
      ["runs", "get", id(1)],
      ["runs", "delete", id(1), "--yes"],
      ["runs", "update", id(1), "--tag", "a=b"],
      ["runs", "compare", id(1), id(2)],
      ["history", id(1), "--all"],
    ]
  ) {
    const got = await ask({ reply }, words);
    assertEquals([got.code, got.server.changed], [5, []], words.join(" "));
    assertStringIncludes(got.err, id(1));
    assertStringIncludes(got.err, id(9));
  }
});

Deno.test("a server that answers with another experiment changes none, and exits with 5", async () => {
  const reply = (call: string, made: Body): Body =>
    call.startsWith("experiments/get")
      ? { experiment: { ...made.experiment, experiment_id: "3", name: "three" } }
      : made;
  for (
    const words of [
      ["experiments", "get", "one"],
      ["experiments", "get", "1"],
      ["experiments", "delete", "one", "--yes"],
      ["experiments", "update", "one", "--rename", "x"],
      ["runs", "delete", "-e", "one", "--filter", "params.k = '1'", "--yes"],
    ]
  ) {
    const got = await ask({ reply }, words);
    assertEquals([got.code, got.server.changed], [5, []], words.join(" ") + got.err);
    assertMatch(got.err, /asked for experiment .*one.*three|asked for experiment 1.*3/);
  }
});

Deno.test("experiments are held against filter and view", async () => {
  const words = ["experiments", "list", "--format", "json", "--filter", "name LIKE 't%'"];
  const got = await ask({ ...OTHER, ignores: ["filter", "order"] }, [
    ...words,
    "--order-by",
    "name",
  ]);
  assertEquals(got.rows.map(({ name }) => name), ["three", "two"]);
  assertEquals(got.codes, ["server-filter"]);
});

Deno.test("deflate counts the trials of its own experiment, each once", async () => {
  const runs = RUNS.map((run, index): OddRun => ({
    ...run,
    metrics: { sharpe_ratio: 1 + index / 100, skew: 0, kurtosis: 0 },
    params: { returns_count: "500", periods_per_year: "252" },
  }));
  const words = ["runs", "deflate", ...ONE, "--best", "--format", "json"];
  const right = await ask({}, words, runs);
  assertEquals(right.rows[0]?.trials, 30, right.err);
  for (
    const oddity of [{ ignores: ["experiments"] }, {
      ...OTHER,
      ignores: ["filter", "order"],
    }] as const
  ) {
    assertEquals((await ask(oddity, words, runs)).rows, right.rows);
  }
});

Deno.test("a history leaves out the points of other metrics; without one the run's own are shown", async () => {
  const words = ["history", id(2), "-m", "sharpe", "--format", "json"];
  const others = await ask({
    reply: (call, made) =>
      call === "metrics/get-history"
        ? { metrics: [...made.metrics, { key: "other", value: 9, timestamp: 1, step: 0 }] }
        : made,
  }, words);
  assertEquals(others.rows.map(({ metric, value }) => [metric, value]), [["sharpe", 37]]);
  assertEquals(others.codes, ["server-history"]);
  const undefinedPoint = await ask({
    reply: (call, made) =>
      call === "metrics/get-history"
        ? { metrics: [...made.metrics, { key: "sharpe", value: null, timestamp: 2, step: 1 }] }
        : made,
  }, words);
  assertEquals(undefinedPoint.rows.map(({ step, value }) => [step, value]), [[0, 37], [1, null]]);
  assertEquals(undefinedPoint.codes, ["server-rows"]);
  const none = await ask({ ...OTHER, lacks: ["metrics/get-history"] }, words);
  assertEquals(none.rows.map(({ metric, value }) => [metric, value]), [["sharpe", 37]], none.err);
  assertEquals(none.codes, ["server-history"]);
});

const listing = (files: (path: string) => readonly Body[]): Oddity => ({
  reply: (call, made, { path = "" }) => call === "artifacts/list" ? { files: files(path) } : made,
});

Deno.test("artifacts outside the folder asked for are left out, and folders end", async () => {
  const words = ["runs", "artifacts", id(1), "--format", "json"];
  const own = await ask(
    listing((path) =>
      path === "" ? [{ path: "a", is_dir: true }, { path: "b.txt" }] : [
        { path, is_dir: true },
        { path: "b.txt" },
        { path: "../x" },
        { path: `${path}/c.txt` },
      ]
    ),
    words,
  );
  assertEquals(own.rows.map(({ path }) => path), ["a/c.txt", "b.txt"]);
  assertEquals(own.codes, ["server-artifacts"]);
  const deeper = await ask(
    listing((path) => [{ path: path === "" ? "a" : `${path}/a`, is_dir: true }]),
    words,
  );
  assertEquals([deeper.code, deeper.out], [5, ""]);
  assertStringIncludes(deeper.err, "deep");
});

const ENDLESS: Readonly<Record<string, (page: number, rows: readonly Body[]) => Body>> = {
  "the same token": (_, runs) => ({ runs, next_page_token: "again" }),
  "a new token and the same rows": (page, runs) => ({ runs, next_page_token: `t${page}` }),
  "a new token and nothing": (page) => ({ runs: [], next_page_token: `t${page}` }),
};

for (const [what, pageOf] of Object.entries(ENDLESS)) {
  for (
    const words of [SEARCH.concat(ONE), [
      "runs",
      "delete",
      ...ONE,
      "--filter",
      "params.k = '2'",
      "--yes",
    ]]
  ) {
    Deno.test(`${words.slice(0, 2).join(" ")}: ${what} without end is an error`, async () => {
      let page = 0;
      const reply = (call: string, made: Body): Body =>
        call === "runs/search" ? pageOf(page++, made.runs) : made;
      const asked = words.includes("delete") ? words : [...words, "--max-results", "all"];
      const got = await ask({ ...OTHER, reply }, asked);
      assertEquals([got.code, got.server.changed], [5, []], got.err.slice(0, 500));
      assertStringIncludes(got.err, "do not end");
    });
  }
}

Deno.test("a run that is not as MLflow writes it is named and hides no other", async () => {
  const odd: Readonly<Record<string, (run: Body) => void>> = {
    "status PAUSED": (run) => run.info.status = "PAUSED",
    "an empty id": (run) => run.info.run_id = "",
    "a metric that is null": (run) => run.data.metrics[0].value = null,
    "a metric out of range": (run) => run.data.metrics[0].value = "OUT",
    "a status that is none": (run) => run.info.status = 3,
  };
  for (const [what, spoil] of Object.entries(odd)) {
    const got = await ask({
      text: (json) => json.replaceAll('"OUT"', "1e999"),
      reply: (call, made) => {
        if (call === "runs/search") spoil(made.runs[3]);
        return made;
      },
    }, [...SEARCH, ...ONE]);
    assertEquals(got.code, 0, what + got.err);
    assert(got.rows.length >= 29, `${what}: ${got.rows.length} rows`);
    assertEquals(got.codes, ["server-rows"], what + got.err);
    const { name = "" } = latest(ofExperiment("1")).map((one) =>
      RUNS.find((run) => run.id === one)
    )[3] ?? {};
    assertMatch(got.err, new RegExp(`${name}|[0-9a-f]{32}`), what);
  }
});

Deno.test("a run asked for by its id is named, too, where it is odd", async () => {
  const { rows: [row] } = await ask({}, [...SEARCH, ...ONE]);
  const got = await ask({
    reply: (call, made) => {
      if (call === "runs/get") made.run.data.metrics[0].value = null;
      return made;
    },
  }, ["runs", "get", String(row?.run_id), "--format", "json"]);
  assertEquals([got.code, got.codes], [0, ["server-rows"]], got.err);
});

Deno.test("ids of other forms than MLflow's are asked for as they are written", async () => {
  const uuid = "5b1f0d3e-9d7a-4a3c-8a55-0e4c4f6b7a10";
  const runs = [{ id: uuid, params: { k: "1" } }, { id: "17" }];
  for (const wanted of [uuid, "17"]) {
    const got = await ask(OTHER, ["runs", "get", wanted, "--format", "json"], runs);
    assertEquals([got.code, JSON.parse(got.out).run_id], [0, wanted], got.err);
  }
  assertEquals((await ask(OTHER, ["runs", "get", "18"], runs)).code, 4);
});

Deno.test("doctor goes on past what a server lacks, names it, and leaves nothing behind", async () => {
  const words = ["doctor", "--write", "--format", "json"];
  const lacks = ["runs/log-inputs", "runs/restore", "metrics/get-history", "experiments/delete"];
  const odd = await ask({ ...OTHER, ignores: ["filter", "order"], lacks }, words);
  assertEquals([odd.code, odd.server.changed], [0, []], odd.err);
  const status = (got: Got): Readonly<Record<string, string>> =>
    Object.fromEntries(got.rows.map((row) => [row.name, row.status]));
  const { http, filter, order, history, restore, write, "log-inputs": inputs } = status(odd);
  assertEquals([http, filter, order, history, restore, inputs], Array(6).fill("warning"));
  assertEquals([status(odd).delete, write], ["ok", "skipped"]);
  const right = await ask({}, ["doctor", "--format", "json"]);
  for (const name of ["filter", "order", "history", "log-inputs", "delete", "restore", "files"]) {
    assertEquals(status(right)[name], "ok", `${name}: ${right.out}`);
  }
});

Deno.test("a change that is answered with nothing is done, with a text it is not", async () => {
  const words = ["runs", "delete", id(1), "--yes"];
  const changes = (made: string): Oddity => ({ text: (json) => json === "{}" ? made : json });
  assertEquals((await ask(changes(""), words)).code, 0);
  assertEquals((await ask(changes("see the log"), words)).code, 5);
});
