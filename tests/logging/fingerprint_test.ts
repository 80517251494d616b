// By what a run is known again. The fingerprints of runs that are logged already stand in stores and on
// servers, so a request that is the same must keep its own from one version to the next.

import { assertEquals, assertNotEquals } from "@std/assert";
import type { Backends } from "../../lib/backends.ts";
import { BACKTEST_FLAGS, backtestOptions, type BacktestValues } from "../../lib/backtest/flags.ts";
import { run } from "../../lib/cli.ts";
import { command as batchCommand } from "../../lib/commands/batch.ts";
import { command as logCommand } from "../../lib/commands/log.ts";
import type { Context } from "../../lib/command/declare.ts";
import { valuesOf } from "../../lib/command/flags.ts";
import { loadConfig } from "../../lib/config/values.ts";
import { fingerprint, NOT_HASHED } from "../../lib/logging/fingerprint.ts";
import { attachedFiles } from "../../lib/logging/prepare.ts";
import { LOG_FLAGS, logRequest, type LogValues } from "../../lib/logging/request.ts";
import { FINGERPRINT_TAG } from "../../lib/own_names.ts";
import { openStore } from "../../lib/store/mod.ts";
import { findExisting } from "../../lib/sweep/item_runs.ts";
import { type TestIo, testIo } from "../helpers/test_io.ts";

const FREQTRADE = new URL("../testdata/freqtrade.zip", import.meta.url).pathname;

const DAYS = Array.from(
  { length: 30 },
  (_, day) => new Date(Date.UTC(2024, 0, 1) + day * 86_400_000).toISOString().slice(0, 10),
);
const RETURNS = `date,returns\n${
  DAYS.map((day, row) => `${day},${(row % 5 - 2) / 100}`).join("\n")
}\n`;
const PRICES = `day;close\n${DAYS.map((day, row) => `${day};${100 + row % 7}`).join("\n")}\n`;

async function world(): Promise<TestIo> {
  const io = testIo();
  await io.files.write("r.csv", RETURNS);
  await io.files.write("s.csv", RETURNS.replace("0.02", "0.03"));
  await io.files.write("prices.csv", PRICES);
  await io.files.write("notes.txt", "as decided on Monday\n");
  await io.files.write(
    "list.csv",
    "returns,run_name,benchmark,params.fast,tags.team\nr.csv,one,s.csv,5,blue\ns.csv,,,8,\n",
  );
  return io;
}

/** The fingerprints of all that a command logged, by the names of the runs. */
async function fingerprints(argv: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const io = await world();
  try {
    const more = { ...io, env: (name: string) => env[name] ?? io.env(name) };
    assertEquals(await run(argv, more), 0, io.err());
    const store = await openStore(io, `${io.folder}/store.db`);
    const found: Record<string, string | undefined> = {};
    try {
      const experimentIds: string[] = [];
      const all = { filter: null, orderBy: [], view: "all", limit: Infinity } as const;
      for await (const page of store.searchExperiments(all)) {
        experimentIds.push(...page.map(({ id }) => id));
      }
      for await (const page of store.searchRuns({ experimentIds, ...all })) {
        for (const { name, tags } of page) found[name] = tags[FINGERPRINT_TAG];
      }
    } finally {
      await store.close();
    }
    return found;
  } finally {
    io.remove();
  }
}

const SERVER = { MLFLOW_TRACKING_URI: "http://127.0.0.1:9" };

/** Taken from version 0.1.0. */
const LOGGED: readonly {
  readonly argv: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly found: Readonly<Record<string, string>>;
}[] = [
  {
    argv: ["log", "-e", "x", "--returns", "r.csv"],
    found: { r: "f0875dba86940afd1a5acd3360c29cb4" },
  },
  {
    argv: ["log", "-e", "x", "--returns", "r.csv", "--periods", "252"],
    found: { r: "5b65cb4101359d3f727e3562f9bdc07d" },
  },
  {
    argv: ["log", "-e", "x", "--returns", "r.csv"],
    env: { BTFLOW_PERIODS: "365" },
    found: { r: "7a21f43151fa0a10cb8dbd79f41d6da7" },
  },
  {
    argv: [
      "log",
      "-e",
      "x",
      "--returns",
      "r.csv",
      "-r",
      "fast",
      "--params",
      '{"b": 1.0, "a": {"c": [1]}}',
      "--param",
      "z=1",
      "--param",
      "y=",
      "--tag",
      "team=blue",
      "--description",
      "the first",
      "--series",
      "drawdown,cumulative_return",
      "--series-points",
      "10",
      "--report",
      "--attach-returns",
      "--artifact",
      "notes.txt",
      "--artifact",
      "list.csv",
      "--if-new",
      "--offline",
    ],
    found: { fast: "30df118650a53b23507d9e5edd7fac89" },
  },
  {
    argv: [
      "log",
      "-e",
      "x",
      "--returns",
      "r.csv",
      "--benchmark",
      "s.csv",
      "--risk-free-rate",
      "0.02",
      "--periods",
      "auto",
      "--extended",
      "--metrics",
      "sharpe_ratio,beta",
      "--trials",
      "10",
      "--trials-variance",
      "0.01",
      "--define",
      "edge = sharpe_ratio / abs(beta)",
      "--define",
      "twice=edge * 2",
      "--series",
      "all",
    ],
    found: { r: "3bb6a169b73b188e1d3e4777708cee23" },
  },
  {
    argv: [
      "log",
      "-e",
      "x",
      "--returns",
      "prices.csv",
      "--kind",
      "prices",
      "--column",
      "close",
      "--date-column",
      "day",
      "--date-format",
      "%Y-%m-%d",
      "--timezone",
      "Asia/Tokyo",
      "--missing",
      "error",
      "--input-format",
      "csv",
      "--series",
      "none",
    ],
    found: { prices: "afef9938bcc4e883acd2425d54001ee8" },
  },
  {
    argv: ["log", "--returns", "r.csv", "--run-id", "0".repeat(31) + "1", "--offline"],
    env: SERVER,
    found: { r: "b12e9df5ee41fa7a1c4a42e424495003" },
  },
  {
    argv: ["log", "-e", "x", "--returns", "r.csv", "--offline"],
    env: { ...SERVER, MLFLOW_RUN_ID: "0".repeat(31) + "1" },
    found: { r: "b12e9df5ee41fa7a1c4a42e424495003" },
  },
  {
    argv: [
      "batch",
      "-e",
      "x",
      "r.csv",
      "s.csv",
      "--param",
      "a=1",
      "--artifact",
      "notes.txt",
      "--metrics",
      "cagr",
    ],
    found: { r: "631c7d8f3f2c96fb6b0131d6a39c9927", s: "cd32f2891e7d639b923ec0de55e76cbf" },
  },
  {
    argv: [
      "batch",
      "-e",
      "x",
      "--manifest",
      "list.csv",
      "--parent",
      "grid",
      "--tag",
      "zone=eu",
      "--tag",
      "team=red",
      "--resume",
      "--shard",
      "0/1",
    ],
    found: {
      "grid (0/1)": "58780a62e3de36df9a6ed5f66f6701e4",
      one: "2160838361f2a22251f7a28aeeda7229",
      s: "42b6e61e98e799d61e3021b2879fa89d",
    },
  },
  {
    argv: ["log", "-e", "x", "-r", "both", "--returns", FREQTRADE],
    found: {
      "both/Momentum": "b7557b2fdcb5efb56c9a86e7f722c365",
      "both/Patient": "6e7faa47a5de261b7f18e38ef94d92e1",
    },
  },
];

Deno.test("a request keeps the fingerprint that it had, where the definitions are those of then", async () => {
  for (const { argv, env, found } of LOGGED) {
    const now = await fingerprints(argv, { ...env, BTFLOW_QUANTSTATS: "0.0.81" });
    assertEquals(now, found, argv.join(" "));
  }
});

type Values = LogValues & BacktestValues;

/** The fingerprint by which a file is looked for when these flags are given. */
async function fingerprintOf(
  io: TestIo,
  given: Partial<Values>,
  returns = "r.csv",
): Promise<string> {
  const config = await loadConfig(io);
  const flags = valuesOf<Values>({ ...LOG_FLAGS, ...BACKTEST_FLAGS }, {
    experiment: "x",
    ...given,
  });
  const asked: string[] = [];
  const backends: Pick<Backends, "findLogged"> = {
    findLogged: (_experiment, wanted) => {
      asked.push(wanted);
      return Promise.resolve(null);
    },
  };
  await findExisting({
    context: { io } as unknown as Context,
    backends: backends as Backends,
    request: logRequest(config, flags),
    options: backtestOptions(flags, config),
    attached: attachedFiles(io, flags.artifact),
  }, { returns, runName: undefined, benchmark: undefined, params: {}, tags: {} });
  assertEquals(asked.length, 1);
  return asked.join();
}

/** For every flag a value that is not its own when not used. */
const CHANGED: { readonly [K in keyof Values]: Values[K] } = {
  experiment: "y",
  runName: "other",
  params: '{"a": 1}',
  param: { a: "1" },
  tag: { a: "1" },
  description: "a try",
  series: ["drawdown"],
  seriesPoints: 10,
  report: true,
  attachReturns: true,
  artifact: ["notes.txt"],
  runId: "0".repeat(32),
  ifNew: true,
  noCreate: true,
  dryRun: true,
  offline: true,
  riskFreeRate: "0.01",
  rateKind: "period",
  periods: "365",
  quantstats: "0.0.82",
  benchmark: "s.csv",
  benchmarkKind: "prices",
  benchmarkColumn: "close",
  benchmarkDateColumn: "day",
  benchmarkPercent: true,
  percent: true,
  decimal: "comma",
  resample: "week",
  kind: "prices",
  column: "close",
  dateColumn: "day",
  dateFormat: "%Y",
  timezone: "Asia/Tokyo",
  capital: 2,
  missing: "drop",
  inputFormat: "csv",
  strategy: "Momentum",
  metrics: ["cagr"],
  extended: true,
  trials: 2,
  trialsVariance: 0.2,
  define: ["edge=cagr * 2"],
};

/** Flags that cannot be given alone. */
const WITH: { readonly [K in keyof Values]?: Partial<Values> } = {
  capital: { kind: "trades", capital: 1 },
  rateKind: { riskFreeRate: "s.csv" },
  trials: { trials: 1, trialsVariance: 0.1 },
  trialsVariance: { trials: 1, trialsVariance: 0.1 },
};

Deno.test("a fingerprint changes with every flag but those that are listed with a reason", async () => {
  const io = await world();
  try {
    for (const key of Object.keys(CHANGED) as (keyof Values)[]) {
      const before = await fingerprintOf(io, { ...WITH[key] });
      const after = await fingerprintOf(io, { ...WITH[key], [key]: CHANGED[key] });
      if (Object.hasOwn(NOT_HASHED, key)) assertEquals(after, before, key);
      else assertNotEquals(after, before, key);
    }
    assertNotEquals(await fingerprintOf(io, {}, "s.csv"), await fingerprintOf(io, {}, "r.csv"));
    assertEquals(
      await fingerprintOf(io, { param: { a: "1", b: "2" } }),
      await fingerprintOf(io, { param: { b: "2", a: "1" } }),
    );
  } finally {
    io.remove();
  }
});

/** Flags of log and batch that are no part of a request, and why. */
const OUTSIDE: Readonly<Record<string, string>> = {
  returns: "hashed by content",
  manifest: "its rows are hashed",
  parent: "becomes a tag of every run",
  resume: "asks whether the run is known",
  jobs: "says how fast runs are delivered",
  shard: "says which process logs a run",
  trackingUri: "says where the run goes",
  store: "says where the run is kept",
  envFile: "holds settings",
  allowArtifactHost: "says where files may go",
  format: "says how the answer is written",
};

Deno.test("no flag of log and batch is outside of the request without a reason", () => {
  const asked: ReadonlySet<string> = new Set(Object.keys(CHANGED));
  const all = [...Object.keys(logCommand.flags), ...Object.keys(batchCommand.flags)];
  const outside = new Set(all.filter((flag) => !asked.has(flag)));
  assertEquals([...outside].sort(), Object.keys(OUTSIDE).sort());
});

Deno.test("a flag that comes later changes a fingerprint only where it is used", async () => {
  const io = await world();
  try {
    const config = await loadConfig(io);
    const request = logRequest(config, { experiment: "x" });
    const options = backtestOptions(valuesOf<BacktestValues>(BACKTEST_FLAGS, {}), config);
    const inputs = { returns: "a", benchmark: null, artifacts: [] };
    const of = (asked: object, computing: object = {}): string =>
      fingerprint(inputs, { ...options, ...computing }, { ...request, ...asked }, "r");
    for (const unused of [undefined, false, [], {}]) {
      assertEquals(of({ later: unused }, { later: unused }), of({}));
    }
    for (const used of [true, "", 0, ["a"], { a: "" }]) {
      assertNotEquals(of({ later: used }), of({}));
      assertNotEquals(of({}, { later: used }), of({}));
    }
  } finally {
    io.remove();
  }
});
