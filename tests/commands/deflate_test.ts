// `runs deflate` beside SciPy: the deflated Sharpe ratios of an experiment, from its own runs, equal
// what the paper's formulas give in Python from the returns themselves.

import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { execFileSync } from "node:child_process";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expectedMaximumSharpe, varianceOf } from "../../lib/metrics/mod.ts";
import { python, pythonTest } from "../helpers/python.ts";
import { seededRandom } from "../helpers/random.ts";
import { writeReturns } from "../helpers/returns.ts";
import { testIo } from "../helpers/test_io.ts";

const REFERENCE = `
import json, sys
import numpy as np, pandas as pd
from scipy.stats import kurtosis, norm, skew
estimates = {}
for path in sys.argv[1:]:
    r = pd.read_csv(path, index_col=0)["returns"].to_numpy()
    estimates[path] = (r.mean() / r.std(ddof=1), len(r), skew(r, bias=False), kurtosis(r, bias=False))
sharpes = [one[0] for one in estimates.values()]
n, v = len(sharpes), np.var(sharpes, ddof=1)
g = np.euler_gamma
hurdle = np.sqrt(v) * ((1 - g) * norm.ppf(1 - 1 / n) + g * norm.ppf(1 - 1 / (n * np.e)))
print(json.dumps({path: {
    "expected": hurdle * np.sqrt(252),
    "deflated": norm.cdf((s - hurdle) * np.sqrt(count - 1) / np.sqrt(1 - g3 * s + (g4 + 2) / 4 * s * s)),
} for path, (s, count, g3, g4) in estimates.items()}))
`;

const REACHED = "metrics.deflated_sharpe_ratio >= 0";

/** Normal returns, better by a little for each further seed. */
function returnsOf(seed: number): readonly number[] {
  const random = seededRandom(seed);
  return Array.from({ length: 300 }, () => {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    return 0.0002 * seed + 0.01 * normal;
  });
}

pythonTest({
  name: "runs deflate: equal to SciPy on the returns, and written back as a metric",
  sanitize: false,
  fn: async () => {
    const io = testIo();
    const sweep = ["-e", "sweep"];
    try {
      const files = [1, 2, 3, 4, 5, 6].map((seed) => path.join(io.folder, `trial${seed}.csv`));
      files.forEach((file, index) => writeReturns(file, returnsOf(index + 1)));
      const logged = await io.run(
        "batch",
        ...sweep,
        "--parent",
        "grid",
        "--periods",
        "252",
        ...files,
      );
      assertEquals(logged.code, 0, logged.err);
      const expected = JSON.parse(
        execFileSync(python("3"), ["-c", REFERENCE, ...files], { encoding: "utf8" }),
      ) as Record<string, { expected: number; deflated: number }>;
      const answer = await io.run("runs", "deflate", ...sweep, "--log", "--format", "json");
      assertEquals(answer.code, 0, answer.err);
      const rows = JSON.parse(answer.out) as Record<string, number | string>[];
      assertEquals(rows.length, files.length, "the parent run is no trial");
      for (const row of rows) {
        const reference = expected[path.join(io.folder, `${row["run_name"]}.csv`)];
        assert(reference !== undefined);
        const close = (actual: unknown, wanted: number): void =>
          assert(
            Math.abs(Number(actual) - wanted) <= 1e-9 * Math.max(1, Math.abs(wanted)),
            `${row["run_name"]}: ${actual}, SciPy has ${wanted}`,
          );
        close(row["expected_maximum_sharpe"], reference.expected);
        close(row["deflated_sharpe_ratio"], reference.deflated);
      }
      const sharpes = rows.map((row) => Number(row["sharpe_ratio"]));
      assertEquals(sharpes, sharpes.toSorted((a, b) => b - a), "the best comes first");
      const best = await io.run("runs", "deflate", ...sweep, "--best", "--format", "json");
      assertEquals((JSON.parse(best.out) as unknown[]).length, 1);
      const found = await io.run(
        "runs",
        ...sweep,
        "-f",
        REACHED,
        "--columns",
        "run_name",
        "--format",
        "csv",
      );
      assertEquals(found.err.trim(), "6 runs");
      const fewer = await io.run(
        "runs",
        "deflate",
        ...sweep,
        "--trials",
        "2.5",
        "--format",
        "json",
      );
      const easier = JSON.parse(fewer.out) as Record<string, number>[];
      assert(
        Number(easier[0]?.["deflated_sharpe_ratio"]) > Number(rows[0]?.["deflated_sharpe_ratio"]),
      );
      const one = await io.run(
        ...["runs", "deflate", ...sweep, "-f", "attributes.run_name = 'trial1'"],
        ...["--format", "json"],
      );
      const trial1 = rows.find((row) => row["run_name"] === "trial1");
      assertEquals(JSON.parse(one.out), [trial1], "a filter changes no trial");
    } finally {
      io.remove();
    }
  },
});

Deno.test("runs deflate: deleting the others makes the best no better", async () => {
  const io = testIo();
  const deflate = async (...words: readonly string[]) => {
    const answer = await io.run("runs", "deflate", "-e", "sweep", "--format", "json", ...words);
    assertEquals(answer.code, 0, answer.err);
    return { ...answer, rows: JSON.parse(answer.out) as Record<string, number | string>[] };
  };
  try {
    const files = [1, 2, 3, 4].map((seed) => path.join(io.folder, `trial${seed}.csv`));
    files.forEach((file, index) => writeReturns(file, returnsOf(index + 1)));
    const words = ["-e", "sweep", "--periods", "252"];
    assertEquals((await io.run("batch", ...words, "--parent", "grid", ...files)).code, 0);
    const { rows: before } = await deflate("--best");
    assertEquals([before[0]?.["trials"], before[0]?.["trials_from"]], [4, "all"]);
    const other = `attributes.run_name LIKE 'trial%' AND attributes.run_name != '${
      before[0]?.["run_name"]
    }'`;
    assertEquals((await io.run("runs", "delete", "-e", "sweep", "-f", other, "--yes")).code, 0);
    const after = await deflate();
    assertEquals(after.rows, before);
    assertStringIncludes(after.err, "4 trials logged: 1 active, 3 deleted");
    assertEquals(
      (await io.run("log", ...words, "-r", "again", "--returns", files[0] ?? "")).code,
      0,
    );
    assertStringIncludes((await deflate()).err, "4 trials logged: 2 active, 2 deleted; 1 more run");
    const { rows: active, err } = await deflate("--trials-from", "active", "--best");
    assertEquals([active[0]?.["trials"], active[0]?.["trials_from"]], [2, "active"]);
    assertStringIncludes(err, "the active ones count");
    const { rows: given } = await deflate("--trials", "9", "--best");
    assertEquals([given[0]?.["trials"], given[0]?.["trials_from"]], [9, "given"]);
    // A record that is taken away is told of, and the run that is still there counts.
    const database = new DatabaseSync(io.env("BTFLOW_STORE") ?? "");
    database.exec("DELETE FROM trials WHERE id = 2");
    database.close();
    const broken = await deflate();
    assertStringIncludes(broken.err, "trials-broken");
    assertEquals(broken.rows[0]?.["trials"], 4);
    const doctor = await io.run("doctor");
    assertStringIncludes(
      doctor.out,
      "warning  trials: 4 backtests are recorded, but the record was",
    );
  } finally {
    io.remove();
  }
});

Deno.test("runs deflate: a rate that was taken off is told of", async () => {
  const io = testIo();
  try {
    for (const seed of [1, 2]) {
      const file = path.join(io.folder, `trial${seed}.csv`);
      writeReturns(file, returnsOf(seed));
      const words = ["-e", "sweep", "--returns", file, "--periods", "252"];
      const rate = seed === 1 ? ["--risk-free-rate", "0.03"] : [];
      assertEquals((await io.run("log", ...words, ...rate)).code, 0);
    }
    const { err } = await io.run("runs", "deflate", "-e", "sweep");
    assertStringIncludes(err, "1 run was logged with a risk-free rate");
  } finally {
    io.remove();
  }
});

Deno.test("runs deflate: of one trial it says that two are needed", async () => {
  const io = testIo();
  try {
    const file = path.join(io.folder, "alone.csv");
    writeReturns(file, returnsOf(1));
    assertEquals((await io.run("log", "-e", "few", "--returns", file)).code, 0);
    const { code, err } = await io.run("runs", "deflate", "-e", "few");
    assertEquals([code, err], [
      4,
      'error: Cannot find metric "sharpe_ratio"; of the trials of experiment "few" only 1 has one, ' +
      "at least 2 must\n",
    ]);
  } finally {
    io.remove();
  }
});

Deno.test("runs deflate: Sharpe ratios of other periods a year are compared as annual ones", async () => {
  const io = testIo();
  try {
    const sharpes: number[] = [];
    for (const [seed, periods] of [[9, 252], [3, 252], [6, 12]] as const) {
      const file = path.join(io.folder, `trial${seed}.csv`);
      writeReturns(file, returnsOf(seed));
      const words = ["-e", "sweep", "--returns", file, "--periods", String(periods)];
      const logged = await io.run("log", ...words, "--attach-returns", "--format", "json");
      assertEquals(logged.code, 0, logged.err);
      const { metrics } = JSON.parse(logged.out) as { metrics: Record<string, number> };
      sharpes.push(metrics["sharpe_ratio"] ?? NaN);
    }
    // Those of one year: the variance among them, whatever a row is.
    const variance = varianceOf(Float64Array.from(sharpes));
    const expected = expectedMaximumSharpe(3, variance);
    const answer = await io.run("runs", "deflate", "-e", "sweep", "--format", "json");
    assertStringIncludes(answer.err, "compared as annual ones");
    const rows = JSON.parse(answer.out) as Record<string, number>[];
    assertEquals(
      rows.map((row) => row["sharpe_ratio"]),
      sharpes.toSorted((a, b) => b - a),
      "the best comes first",
    );
    for (const row of rows) {
      assertAlmostEquals(row["expected_maximum_sharpe"] ?? NaN, expected, 1e-12);
    }
    const judged = await io.run("judge", "-e", "sweep", "--format", "json");
    assertStringIncludes(judged.err, "compared as annual ones");
    const { expected_maximum_sharpe: same, deflated_sharpe_ratio: deflated } = JSON.parse(
      judged.out,
    ) as Record<string, number>;
    assertAlmostEquals(same ?? NaN, expected, 1e-12);
    assertAlmostEquals(deflated ?? NaN, rows[0]?.["deflated_sharpe_ratio"] ?? NaN, 1e-12);
  } finally {
    io.remove();
  }
});

Deno.test("runs deflate: the line below the table says no more than its numbers", async () => {
  const io = testIo({ terminalColumns: 200 });
  try {
    for (const seed of [1, 2, 3]) {
      const file = path.join(io.folder, `trial${seed}.csv`);
      writeReturns(file, returnsOf(seed).map((value) => value + (seed === 3 ? 0.003 : 0)));
      const words = ["-e", "sweep", "--returns", file, "--periods", "252", "-r", `trial${seed}`];
      const { code, err } = await io.run("log", ...words);
      assertEquals(code, 0, err);
    }
    const told = async (...words: readonly string[]): Promise<string> => {
      const { out } = await io.run("runs", "deflate", "-e", "sweep", ...words);
      // deno-lint-ignore no-control-regex
      return out.replace(/\x1b\[\d*m/g, "");
    };
    // The best that a filter holds for is not the best of the trials.
    const some = await told("--filter", "attributes.run_name = 'trial1'");
    assertMatch(
      some,
      /^Best −?\d\.\d\d; luck in 3 trials \d\.\d\d; probability of a true one above/m,
    );
    assertStringIncludes(await told("--trials", "1"), "luck in 1 trial 0.00; ");
    assertMatch(await told("--trials", "1"), /above that > 99\.99%$/m);
  } finally {
    io.remove();
  }
});
