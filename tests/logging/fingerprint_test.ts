// By what a run is known again. The fingerprints of runs that are logged already stand in stores and on
// servers, so a request that is the same must keep its own from one version to the next.

import { DatabaseSync } from "node:sqlite";
import { assertEquals, assertNotEquals } from "@std/assert";
import { BACKTEST_FLAGS, backtestOptions, type BacktestValues } from "../../lib/backtest/flags.ts";
import { run } from "../../lib/cli.ts";
import { command as batchCommand } from "../../lib/commands/batch.ts";
import { command as logCommand } from "../../lib/commands/log.ts";
import { valuesOf } from "../../lib/command/flags.ts";
import { loadConfig } from "../../lib/config/values.ts";
import { fingerprints, NOT_HASHED } from "../../lib/logging/fingerprint.ts";
import { attachedFiles } from "../../lib/logging/prepare.ts";
import { LOG_FLAGS, logRequest, type LogValues } from "../../lib/logging/request.ts";
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

/** How many runs a store has. */
function countRuns(store: DatabaseSync): number {
  return Number(store.prepare("SELECT count(*) AS count FROM runs").get()?.count);
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

/** Whether a command finds what it logged, once the runs have the fingerprints given by their names. */
async function findsAgain(
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
  found: Readonly<Record<string, string>>,
): Promise<boolean> {
  const io = await world();
  try {
    const more = { ...io, env: (name: string) => env[name] ?? io.env(name) };
    assertEquals(await run(argv, more), 0, io.err());
    const store = new DatabaseSync(`${io.folder}/store.db`);
    try {
      const before = countRuns(store);
      assertEquals(before, Object.keys(found).length, argv.join(" "));
      const update = store.prepare("UPDATE runs SET fingerprint = ? WHERE name = ?");
      for (const [name, fingerprint] of Object.entries(found)) update.run(fingerprint, name);
      const again = argv[0] === "batch" ? "--resume" : "--if-new";
      const given = argv.includes(again) ? argv : [...argv, again];
      assertEquals(await run(given, more), 0, io.err());
      return countRuns(store) === before;
    } finally {
      store.close();
    }
  } finally {
    io.remove();
  }
}

Deno.test("a run of the first version is found again, where the definitions are those of then", async () => {
  for (const { argv, env, found } of LOGGED) {
    // What goes into an existing run is no run of its own, to be found again.
    if (argv.includes("--run-id") || env?.["MLFLOW_RUN_ID"] !== undefined) continue;
    const then = { ...env, BTFLOW_QUANTSTATS: "0.0.81" };
    assertEquals(await findsAgain(argv, then, found), true, argv.join(" "));
    assertEquals(await findsAgain(argv, env ?? {}, found), false, argv.join(" "));
  }
});

type Values = LogValues & BacktestValues;

/** The fingerprint of a file that is read as these flags say. */
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
  const options = backtestOptions(flags, config);
  const { periods, read: { kind = "returns", missing = null } } = options;
  const inputs = {
    returns,
    benchmark: options.benchmark ?? null,
    rates: options.rateFile?.path,
    artifacts: await attachedFiles(io, flags.artifact)(),
  };
  const read = { kind, periods: periods === "auto" ? 250 : periods, missing, isAsBefore: false };
  const [own] = fingerprints(
    inputs,
    options,
    logRequest(config, flags),
    flags.runName ?? "r",
    read,
  );
  return own;
}

/** For every flag a value that is not its own when not used. */
const CHANGED: { readonly [K in keyof Values]: Values[K] } = {
  experiment: "y",
  runName: "other",
  params: '{"a": 1}',
  param: { a: "1" },
  tag: { a: "1" },
  description: "a try",
  oos: "2024-01-10",
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
  intervals: true,
  resamples: 200,
  seed: 2,
};

/** Flags that cannot be given alone. */
const WITH: { readonly [K in keyof Values]?: Partial<Values> } = {
  capital: { kind: "trades", capital: 1 },
  rateKind: { riskFreeRate: "s.csv" },
  trials: { trials: 1, trialsVariance: 0.1 },
  trialsVariance: { trials: 1, trialsVariance: 0.1 },
  resamples: { intervals: true },
  seed: { intervals: true },
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
  by: "the rows and params of each run are hashed",
  columns: "the rows and the name of each run are hashed",
  only: "says which runs are logged",
  require: "says with what the command ends",
  parent: "becomes a tag of every run",
  noAttachReturns: "attaches what a run is whole without, or not",
  resume: "asks whether the run is known",
  jobs: "says how fast runs are delivered",
  threads: "says how fast runs are computed",
  shard: "says which process logs a run",
  trackingUri: "says where the run goes",
  store: "says where the run is kept",
  envFile: "holds settings",
  allowArtifactHost: "says where files may go",
  format: "says how the answer is written",
  output: "says where the answer is written",
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
    const read = { kind: "returns", periods: 252, missing: null, isAsBefore: true } as const;
    const of = (asked: object, computing: object = {}): readonly string[] =>
      fingerprints(inputs, { ...options, ...computing }, { ...request, ...asked }, "r", read);
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

Deno.test("a sweep finds its runs again, whether it attached the returns unasked or not", async () => {
  const io = await world();
  try {
    const skipped = async (...argv: readonly string[]): Promise<number> => {
      const { code, out, err } = await io.run(
        ...["batch", "-e", "x", "r.csv", "--resume", "--format", "json", ...argv],
      );
      assertEquals(code, 0, err);
      return JSON.parse(out).skipped;
    };
    assertEquals(await skipped("--no-attach-returns"), 0);
    assertEquals(await skipped(), 1);
    assertEquals(await skipped("--attach-returns"), 0, "asked for, they are part of the run");
    assertEquals(await skipped("--attach-returns"), 1);
    assertEquals(await skipped("--no-attach-returns"), 1);
    // One that is logged by itself is the same run as well.
    const log = ["log", "-e", "x", "--returns", "r.csv", "--if-new", "--format", "json"];
    assertEquals(JSON.parse((await io.run(...log)).out).existed, true);
  } finally {
    io.remove();
  }
});

Deno.test("what is said and what goes without saying are the same, where they come to the same", async () => {
  const io = await world();
  try {
    await io.files.write("gap.csv", RETURNS.replace("2024-01-08,0", "2024-01-08,"));
    const existed = async (...argv: readonly string[]): Promise<unknown> => {
      const from = io.out().length;
      const log = ["log", "-e", "x", "--if-new", "--format", "json"];
      assertEquals(await run([...log, ...argv], io), 0, io.err());
      return JSON.parse(io.out().slice(from)).existed ?? false;
    };
    assertEquals(await existed("--returns", "r.csv"), false);
    for (
      const same of [
        ["--periods", "252"],
        ["--kind", "returns"],
        ["--missing", "zero"],
        ["--risk-free-rate", "0.0"],
        ["--quantstats", "0.0.86"],
      ]
    ) {
      assertEquals(await existed("--returns", "r.csv", ...same), true, same.join(" "));
    }
    for (const other of [["--periods", "365"], ["--quantstats", "0.0.85"]]) {
      assertEquals(await existed("--returns", "r.csv", ...other), false, other.join(" "));
    }
    assertEquals(await existed("--returns", "gap.csv"), false);
    assertEquals(await existed("--returns", "gap.csv", "--missing", "drop"), true);
    assertEquals(await existed("--returns", "gap.csv", "--missing", "zero"), false);
  } finally {
    io.remove();
  }
});
