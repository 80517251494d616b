// By what a run is known again. The fingerprints of runs that are logged already stand in stores and on
// servers, so a request that is the same must keep its own from one version to the next.

import { assertEquals } from "@std/assert";
import { run } from "../../lib/cli.ts";
import { FINGERPRINT_TAG } from "../../lib/own_names.ts";
import { openStore } from "../../lib/store/mod.ts";
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

Deno.test("a request keeps the fingerprint that it had", async () => {
  for (const { argv, env, found } of LOGGED) {
    const now = await fingerprints(argv, env);
    assertEquals(now, found, argv.join(" "));
  }
});
