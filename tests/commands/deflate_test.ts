// `runs deflate` beside SciPy: the deflated Sharpe ratios of an experiment, from its own runs, equal
// what the paper's formulas give in Python from the returns themselves.

import { assert, assertEquals } from "@std/assert";
import { execFileSync } from "node:child_process";
import path from "node:path";
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
      const one = await io.run("runs", "deflate", ...sweep, "-f", "attributes.run_name = 'trial1'");
      assertEquals(one.code, 4);
    } finally {
      io.remove();
    }
  },
});
