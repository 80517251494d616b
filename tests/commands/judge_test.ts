// `judge` as a command: it judges the runs that there are by all that were ever tried, says the same of
// a store, of several and of a server, and has an answer or a reason for every experiment.

import { assert, assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
import fs from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { crossValidate } from "../../lib/judge/cscv.ts";
import { deflatedSharpe, expectedMaximumSharpe, varianceOf } from "../../lib/metrics/mod.ts";
import { startMlflow } from "../helpers/mlflow_server.ts";
import { pythonTest } from "../helpers/python.ts";
import { seededRandom } from "../helpers/random.ts";
import { writeReturns } from "../helpers/returns.ts";
import { TEST_NOW, type TestIo, testIo } from "../helpers/test_io.ts";

const SWEEP = fileURLToPath(new URL("../../examples/sweep", import.meta.url));
const FILES = fs.readdirSync(SWEEP).sort().map((name) => path.join(SWEEP, name));

interface Answer {
  readonly runs: number;
  readonly trials: Record<string, number>;
  readonly best: {
    readonly run_id: string;
    readonly run_name: string;
    readonly sharpe_ratio: number;
    readonly returns_sharpe_ratio: number;
  };
  readonly deflated_sharpe_ratio: number;
  readonly expected_maximum_sharpe: number;
  readonly probability_of_backtest_overfitting: number | null;
  readonly left_out: readonly { readonly run_id: string; readonly reason: string }[];
  readonly holdout: { readonly date: string; readonly rank: number } | null;
  readonly undefined: Record<string, string>;
  readonly warnings: readonly { readonly code: string }[];
  readonly [key: string]: unknown;
}

async function judged(io: TestIo, ...words: readonly string[]): Promise<Answer> {
  const { code, out, err } = await io.run("judge", "-e", "sweep", "--format", "json", ...words);
  assertEquals(code, 0, err);
  return JSON.parse(out) as Answer;
}

async function logged(io: TestIo, ...words: readonly string[]): Promise<void> {
  const { code, err } = await io.run(...words);
  assertEquals(code, 0, err);
}

function valuesOf(file: string): Float64Array {
  const lines = fs.readFileSync(file, "utf8").trim().split("\n").slice(1);
  return Float64Array.from(lines, (line) => Number(line.split(",")[1]));
}

/** All but what says which runs are there. */
function numbersOf({ trials, ...rest }: Answer): unknown {
  return { ...rest, total: trials["total"] };
}

function worldTest(name: string, fn: (io: TestIo) => Promise<void>): void {
  Deno.test({
    name: `judge: ${name}`,
    sanitizeResources: false,
    fn: async () => {
      const io = testIo();
      try {
        await fn(io);
      } finally {
        io.remove();
      }
    },
  });
}

worldTest("the numbers are those of the files", async (io) => {
  await logged(io, "batch", "-e", "sweep", ...FILES);
  const answer = await judged(io);
  const columns = FILES.map(valuesOf);
  const sharpes = columns.map((values) => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    return mean / Math.sqrt(squares / (values.length - 1));
  });
  const variance = varianceOf(Float64Array.from(sharpes));
  const best = sharpes.indexOf(Math.max(...sharpes));
  assertEquals(answer.best.run_name, path.basename(FILES[best] ?? "", ".csv"));
  assertAlmostEquals(answer.best.sharpe_ratio, (sharpes[best] ?? NaN) * Math.sqrt(252), 1e-12);
  assertAlmostEquals(
    answer.expected_maximum_sharpe,
    expectedMaximumSharpe(20, variance) * Math.sqrt(252),
    1e-12,
  );
  const stats = await io.run("stats", FILES[best] ?? "", "--format", "json");
  const { metrics } = JSON.parse(stats.out) as { metrics: Record<string, number> };
  const estimate = {
    sharpe: sharpes[best] ?? NaN,
    count: columns[best]?.length ?? 0,
    skew: metrics["skew"] ?? NaN,
    kurtosis: metrics["kurtosis"] ?? NaN,
  };
  const deflated = deflatedSharpe(estimate, { trials: 20, variance });
  assertAlmostEquals(answer.deflated_sharpe_ratio, deflated, 1e-12);
  const crossed = crossValidate(columns, 16);
  assertEquals(answer.probability_of_backtest_overfitting, crossed.probabilityOfOverfitting);
  assertEquals([answer["rows"], answer["rows_cut"]], [2516, 4]);
  assertEquals([answer["start"], answer["end"]], ["2009-01-02", "2018-12-31"]);
});

worldTest("README and docs/judge.md show what it prints", async (io) => {
  await logged(io, "batch", "-e", "sweep", ...FILES);
  const { out } = await io.run("judge", "-e", "sweep");
  const shown = (page: string): string =>
    /^```text\n(Best of[\s\S]*?)^```$/m.exec(
      fs.readFileSync(fileURLToPath(new URL(`../../${page}`, import.meta.url)), "utf8"),
    )?.[1] ?? "";
  assertEquals(out, shown("docs/judge.md"));
  assertEquals(`${out.split("\n\n")[0]}\n`, shown("README.md"));
});

worldTest("the keys of the answer are the contract's, in its order", async (io) => {
  await logged(io, "batch", "-e", "sweep", ...FILES.slice(0, 3));
  assertEquals(Object.keys(await judged(io)).slice(0, 23), [
    ...["experiment", "runs", "trials", "trials_from", "effective_trials", "effective_trials_by"],
    ...["rows", "start", "end", "best", "deflated_sharpe_ratio", "expected_maximum_sharpe"],
    ...["probability_of_backtest_overfitting", "degradation_slope", "probability_of_loss"],
    ...["reality_check_p_value", "spa_p_value", "stepdown", "haircut_sharpe_ratio"],
    ...["minimum_backtest_length_years", "left_out", "rows_cut", "holdout"],
  ]);
});

worldTest("deleting the losers changes no number", async (io) => {
  await logged(io, "batch", "-e", "sweep", ...FILES);
  const before = await judged(io);
  const losers = "metrics.sharpe_ratio < 0.7";
  await logged(io, "runs", "delete", "-e", "sweep", "-f", losers, "--yes");
  const after = await judged(io);
  assert((after.trials["deleted"] ?? 0) > 5);
  assertEquals(numbersOf(after), numbersOf(before));
  const active = await judged(io, "--trials-from", "active");
  assertEquals([active["trials_from"], active.trials["total"]], ["active", after.trials["active"]]);
  assert(active.deflated_sharpe_ratio > after.deflated_sharpe_ratio);
  const filtered = await judged(io, "-f", "metrics.sharpe_ratio > 0.7");
  assertEquals(filtered.trials, after.trials);
  assertEquals(filtered.deflated_sharpe_ratio, after.deflated_sharpe_ratio);
  assert(filtered.runs < after.runs);
  const all = await judged(io, "-f", "metrics.max_drawdown > -1");
  assertEquals(all.runs, after.runs);
});

worldTest("where the winner itself was deleted the sentence says so", async (io) => {
  await logged(io, "batch", "-e", "sweep", ...FILES.slice(0, 8));
  const { best } = await judged(io);
  await logged(io, "runs", "delete", best.run_id, "--yes");
  const { code, out, err } = await io.run("judge", "-e", "sweep");
  assertEquals(code, 0);
  assertStringIncludes(out.replace(/\s+/g, " "), "Best of the active ones of 8 tried: ");
  assertStringIncludes(err, `run ${best.run_name}, which was deleted or failed`);
});

worldTest("two stores are judged as the one into which both are imported", async (io) => {
  const [first, second, both] = ["a.db", "b.db", "all.db"].map((name) =>
    path.join(io.folder, name)
  );
  await logged(io, "batch", "-e", "sweep", "--store", first ?? "", ...FILES.slice(0, 12));
  await logged(io, "batch", "-e", "sweep", "--store", second ?? "", ...FILES.slice(8));
  const one = await judged(io, first ?? "", second ?? "");
  assertEquals([one.trials["total"], one.trials["repeated"]], [20, 4]);
  for (const store of [first, second]) {
    const file = `${store}.btflow`;
    await logged(io, "sync", "--export", file, "--store", store ?? "");
    await logged(io, "sync", "--import", file, "--store", both ?? "");
  }
  assertEquals(await judged(io, "--store", both ?? ""), one);
  assertEquals(await judged(io, `${first}.btflow`, `${second}.btflow`), one);
});

worldTest("an experiment with little in it has answers or reasons", async (io) => {
  const file = path.join(io.folder, "one.csv");
  writeReturns(file, [0.01, -0.02, 0.015, 0.003, -0.004]);
  await logged(io, "log", "-e", "sweep", "--returns", file);
  const one = await judged(io);
  assertEquals([one.runs, one.trials["total"]], [0, 1]);
  assertEquals(one.left_out.map(({ reason }) => reason), ["no returns are attached"]);
  assertEquals(one.expected_maximum_sharpe, 0, "of a single trial nothing is to be expected");
  assertEquals(one.probability_of_backtest_overfitting, null);
  assertStringIncludes(one.undefined["probability_of_backtest_overfitting"] ?? "", "two runs");
  writeReturns(file, [0.001]);
  await logged(io, "log", "-e", "sweep", "--returns", file, "--attach-returns");
  writeReturns(file, new Array(50).fill(0));
  await logged(io, "log", "-e", "sweep", "--returns", file, "--attach-returns");
  const more = await judged(io);
  assertEquals([more.runs, more.trials["total"]], [0, 3]);
  assertEquals(more.left_out.map(({ reason }) => reason), [
    "no returns are attached",
    "it has fewer than two rows",
    "its returns never vary",
  ]);
  const { out } = await io.run("judge", "-e", "sweep");
  assertStringIncludes(out.replace(/\s+/g, " "), "Not compared, but trials: 1: no returns");
});

worldTest("runs of another spacing are left out, and remain trials", async (io) => {
  const monthly = path.join(io.folder, "monthly.csv");
  const random = seededRandom(7);
  const lines = Array.from(
    { length: 60 },
    (_, month) =>
      `${new Date(Date.UTC(2012, month, 1)).toISOString().slice(0, 10)},${0.02 * (random() - 0.4)}`,
  );
  fs.writeFileSync(monthly, `date,returns\n${lines.join("\n")}\n`);
  await logged(io, "batch", "-e", "sweep", ...FILES.slice(0, 4));
  await logged(
    io,
    "log",
    "-e",
    "sweep",
    "--periods",
    "12",
    "--attach-returns",
    "--returns",
    monthly,
  );
  const answer = await judged(io);
  assertEquals([answer.runs, answer.trials["total"]], [4, 5]);
  assertStringIncludes(answer.left_out[0]?.reason ?? "", "days apart");
});

worldTest("the day declared when logging is the holdout", async (io) => {
  await logged(io, "batch", "-e", "sweep", "--oos", "2014-01-02", ...FILES.slice(0, 6));
  const answer = await judged(io);
  assertEquals(answer.holdout?.date, "2014-01-02");
  assertEquals((await judged(io, "--holdout", "2015-06-01")).holdout?.date, "2015-06-01");
  await logged(io, "log", "-e", "sweep", "--oos", "2012-01-03", "--returns", FILES[7] ?? "");
  const torn = await judged(io);
  assertEquals(torn.holdout, null);
});

worldTest("one trial is told of as one, and places and times as they are", async (io) => {
  const file = path.join(io.folder, "one.csv");
  writeReturns(file, Array.from({ length: 60 }, (_, row) => 0.001 + 0.01 * Math.sin(row * row)));
  const text = async (...words: readonly string[]): Promise<string> => {
    const { code, out, err } = await io.run("judge", "-e", "sweep", ...words);
    assertEquals(code, 0, err);
    return out.replace(/\s+/g, " ");
  };
  for (const run of ["a", "b"]) {
    await logged(
      ...[io, "log", "-e", "sweep", "--returns", file, "--attach-returns", "-r", run] as const,
    );
    const told = await text();
    assertStringIncludes(told, "Trials: 1 distinct backtest ever logged");
    assertStringIncludes(told, "best of 1 independent trial without skill");
    assertStringIncludes(told, "what 1 trial leaves of");
  }
  assertStringIncludes(
    await text("--holdout", "2024-02-01 12:00"),
    "from 2024-02-01 12:00:00 on: a",
  );
  assertStringIncludes(await text("--holdout", "2024-02-01"), "place 1.5 of 2");
  assertStringIncludes(
    await text("--holdout", "2024-01-02"),
    "1 common row is before the date and 59 from it on",
  );
});

worldTest("a day that somebody else wrote, and is none, is refused in one line", async (io) => {
  await logged(io, "batch", "-e", "sweep", ...FILES.slice(0, 3));
  const { best } = await judged(io);
  await logged(io, "runs", "update", best.run_id, "--tag", "btflow.oos=soon");
  const { code, err } = await io.run("judge", "-e", "sweep");
  assertEquals(code, 2, err);
  assertStringIncludes(err, 'Cannot use tag btflow.oos "soon"');
});

worldTest("runs by definitions of different releases are told of", async (io) => {
  await logged(io, "batch", "-e", "sweep", ...FILES.slice(0, 2));
  assertEquals((await io.run("judge", "-e", "sweep")).err.includes("QuantStats"), false);
  await logged(io, "batch", "-e", "sweep", "--quantstats", "0.0.81", ...FILES.slice(2, 4));
  const { err } = await io.run("judge", "-e", "sweep");
  assertStringIncludes(err, "these runs follow definitions of QuantStats 0.0.81 and 0.0.86");
});

worldTest("a benchmark is what is to be beaten", async (io) => {
  await logged(io, "batch", "-e", "sweep", ...FILES.slice(0, 6));
  const benchmark = fileURLToPath(new URL("../../examples/sp500_returns.csv", import.meta.url));
  const alone = await judged(io);
  const against = await judged(io, "--benchmark", benchmark);
  assertEquals(against["benchmark"], benchmark);
  assert(Number(against["reality_check_p_value"]) > Number(alone["reality_check_p_value"]));
  const flag = await io.run("judge", "-e", "sweep", "--benchmark-kind", "prices");
  assertEquals(flag.code, 2);
});

worldTest(
  "a requirement that is not met ends with 10, and --log writes to run and parent",
  async (io) => {
    await logged(io, "batch", "-e", "sweep", "--parent", "grid", ...FILES.slice(0, 6));
    const unmet = await io.run(
      ...["judge", "-e", "sweep", "--require", "trials.total > 100 AND spa_p_value.consistent < 1"],
    );
    assertEquals(unmet.code, 10);
    assertStringIncludes(unmet.err, "trials.total > 100 (it is 6)");
    assertStringIncludes(unmet.out, "Best of 6 tried");
    const answer = await judged(io, "--log");
    const filter = "metrics.`trials.total` = 6";
    const { out } = await io.run("runs", "search", "-e", "sweep", "-f", filter, "--format", "json");
    const found = JSON.parse(out) as Record<string, unknown>[];
    assertEquals(found.length, 2);
    for (const run of found) {
      assertEquals(run["metrics.deflated_sharpe_ratio"], answer.deflated_sharpe_ratio);
    }
  },
);

worldTest("the page says what the terminal says", async (io) => {
  await logged(io, "batch", "-e", "sweep", ...FILES.slice(0, 6));
  const file = path.join(io.folder, "judge.html");
  await logged(io, "judge", "-e", "sweep", "--output", file);
  const page = fs.readFileSync(file, "utf8");
  const { out } = await io.run("judge", "-e", "sweep");
  const [sentence = ""] = out.split("\n\n");
  assert(page.includes(sentence.replaceAll("\n", " ")), sentence);
  assertEquals(page.match(/class="dot"/g)?.length, 1430, "every ninth of 12,870 splits");
  assertEquals(page.match(/>-\d/g), null, "a minus is no hyphen");
});

for (
  const [what, words] of [
    ["no experiment", ["judge"]],
    ["a seed beyond whole numbers", ["judge", "-e", "sweep", "--seed", "99999999999999999999"]],
    ["half a trial", ["judge", "-e", "sweep", "--trials", "2.5"]],
    ["more trials than can be counted", ["judge", "-e", "sweep", "--trials", "1e300"]],
    ["an odd number of splits", ["judge", "-e", "sweep", "--splits", "7"]],
    ["a date that is none", ["judge", "-e", "sweep", "--holdout", "soon"]],
    ["an unknown number", ["judge", "-e", "sweep", "--require", "sharp > 1"]],
    ["stores and --store", ["judge", "-e", "sweep", "a.db", "--store", "b.db"]],
    ["stores and --log", ["judge", "-e", "sweep", "a.db", "--log"]],
  ] as const
) {
  worldTest(`${what} is refused in one line`, async (io) => {
    const { code, err } = await io.run(...words);
    assertEquals(code, 2, err);
    assertEquals(err.trim().split("\n").filter((line) => line.startsWith("error:")).length, 1);
  });
}

worldTest("an experiment without trials that count has no best, and is no bug", async (io) => {
  await logged(io, "experiments", "create", "sweep");
  const empty = await judged(io);
  assertEquals([empty.trials["total"], empty.best], [0, null]);
  await logged(io, "batch", "-e", "sweep", ...FILES.slice(0, 2));
  await logged(io, "runs", "delete", "-e", "sweep", "-f", "metrics.sharpe_ratio < 9", "--yes");
  const deleted = await judged(io, "--trials-from", "active");
  assertEquals([deleted.trials["total"], deleted.best], [0, null]);
});

worldTest("the sentence says among which the best run is the best", async (io) => {
  await logged(io, "batch", "-e", "sweep", ...FILES.slice(0, 4));
  const sentence = async (...words: readonly string[]): Promise<string> => {
    const { code, out, err } = await io.run("judge", "-e", "sweep", ...words);
    assertEquals(code, 0, err);
    return out.split("\n\n")[0]?.replaceAll("\n", " ") ?? "";
  };
  assertStringIncludes(await sentence(), "Best of 4 tried: ");
  assertStringIncludes(await sentence("--trials", "2"), "Best of 2 tried, as given: ");
  const [{ run_name: name }] = [(await judged(io)).best];
  const filter = `attributes.run_name != '${name}'`;
  const filtered = await io.run("judge", "-e", "sweep", "-f", filter);
  assertStringIncludes(filtered.out, "Best that the filter holds for, of 4 tried: ");
  assertStringIncludes(filtered.out, `Compared where ${filter}`);
  const none = await sentence("-f", "metrics.sharpe_ratio > 99");
  assertStringIncludes(none, "4 backtests were tried; no active run that is judged has a Sharpe");
  await logged(io, "runs", "delete", "-e", "sweep", "-f", `run_name = '${name}'`, "--yes");
  assertStringIncludes(await sentence(), "Best of the active ones of 4 tried: ");
  assertStringIncludes(await sentence("--trials-from", "active"), "Best of 3 that are active: ");
});

worldTest("a Sharpe ratio logged with a rate taken off is not that of the numbers", async (io) => {
  await logged(
    io,
    ...["batch", "-e", "sweep", "--risk-free-rate", "0.05", ...FILES.slice(0, 4)],
  );
  const answer = await judged(io);
  const { sharpe_ratio: annual, returns_sharpe_ratio: own } = answer.best;
  assert(own > annual + 0.1, `${own}`);
  assertEquals(answer.warnings.map(({ code }) => code), ["best_sharpe_ratio"]);
  const { out } = await io.run("judge", "-e", "sweep");
  assertStringIncludes(out.replace(/\s+/g, " "), `(its returns alone: ${own.toFixed(2)})`);
  assertStringIncludes(out.replace(/\s+/g, " "), `what 4 trials leave of ${own.toFixed(2)}`);
});

worldTest(
  "a store that is not there, or has no such experiment, is not passed over",
  async (io) => {
    const [here, renamed, none] = ["a.db", "b.db", "none.db"].map((name) =>
      path.join(io.folder, name)
    ) as [string, string, string];
    await logged(io, "batch", "-e", "sweep", "--store", here, ...FILES.slice(0, 2));
    const missing = await io.run("judge", "-e", "sweep", here, none);
    assertEquals(missing.code, 8);
    assertStringIncludes(missing.err, `Cannot use ${none}: there is no such store`);
    assert(!fs.existsSync(none));
    await logged(io, "batch", "-e", "other", "--store", renamed, ...FILES.slice(2, 4));
    const { code, err } = await io.run("judge", "-e", "sweep", here, renamed);
    assertEquals(code, 0, err);
    assertStringIncludes(err, `${renamed} has no experiment "sweep"`);
  },
);

worldTest("returns attached in place of those of the record are not compared", async (io) => {
  await logged(io, "batch", "-e", "sweep", ...FILES.slice(0, 3));
  const store = path.join(io.folder, "swap.db");
  await logged(io, "batch", "-e", "sweep", "--store", store, ...FILES.slice(0, 3));
  const database = new DatabaseSync(store);
  database.exec(`UPDATE artifacts SET blob_id = (SELECT blob_id FROM artifacts WHERE run_id = 2)
    WHERE run_id = 1`);
  database.close();
  const { runs, left_out: leftOut } = await judged(io, "--store", store);
  assertEquals(runs, 2);
  assertEquals(leftOut.map(({ reason }) => reason), [
    "the returns attached to it are not those of its record",
  ]);
});

const HOUR_MS = 3_600_000;

pythonTest({
  name:
    "judge: the same of a server, without the store that logged to it, and after deleting and pruning",
  sanitize: false,
  fn: async () => {
    const server = await startMlflow();
    const io = testIo();
    const later = testIo({ cwd: io.folder, now: TEST_NOW + 2 * HOUR_MS });
    const other = testIo();
    const uri = ["--tracking-uri", server.uri];
    const store = ["--store", path.join(io.folder, "store.db")];
    const best = FILES.filter((file) => /_(90|150)\.csv$/.test(file));
    try {
      const losers = FILES.filter((file) => !best.includes(file));
      await logged(io, "batch", "-e", "sweep", ...uri, ...store, ...losers);
      await logged(later, "batch", "-e", "sweep", ...uri, ...store, ...best);
      const here = await judged(later, ...uri, ...store);
      assertEquals([here.runs, here.trials["total"]], [20, 20]);
      assertEquals(numbersOf(await judged(other, ...uri)), numbersOf(here));

      const filter = ["-f", "metrics.sharpe_ratio < 0.6"];
      await logged(io, "runs", "delete", "-e", "sweep", ...filter, "--yes", ...uri, ...store);
      const after = await judged(other, ...uri);
      assert((after.trials["deleted"] ?? 0) > 3);
      assertEquals(numbersOf(after), numbersOf(here));

      const prune = ["runs", "delete", "--delivered", "--older-than", "1h", "--yes"];
      await logged(later, ...prune, ...uri, ...store);
      assertEquals(numbersOf(await judged(later, ...uri, ...store)), numbersOf(here));
      const alone = await judged(later, ...store);
      assertEquals([alone.runs, alone.trials["pruned"], alone.trials["total"]], [8, 12, 20]);
      assertEquals(alone.deflated_sharpe_ratio, here.deflated_sharpe_ratio);
      assertEquals(
        new Set(alone.left_out.map(({ reason }) => reason)),
        new Set(["it was pruned from the store"]),
      );
      assertEquals(alone.left_out.length, 12);
    } finally {
      io.remove();
      other.remove();
      await server.stop();
    }
  },
});
