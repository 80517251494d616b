// `runs deflate` beside SciPy: the deflated Sharpe ratios of an experiment, from its own runs, equal
// what the paper's formulas give in Python from the returns themselves.

import { assert, assertEquals } from "@std/assert";
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { run } from "../../lib/cli.ts";
import { python, pythonTest } from "../helpers/python.ts";
import { testIo } from "../helpers/test_io.ts";
import type { TestIo } from "../helpers/test_io.ts";

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

function writeReturns(file: string, seed: number): void {
  let state = seed * 7919 + 1;
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
  const lines = ["date,returns"];
  for (let day = 0; day < 300; day++) {
    const normal = Math.sqrt(-2 * Math.log(next())) * Math.cos(2 * Math.PI * next());
    const date = new Date(Date.UTC(2020, 0, 1) + day * 86_400_000).toISOString().slice(0, 10);
    lines.push(`${date},${0.0002 * seed + 0.01 * normal}`);
  }
  fs.writeFileSync(file, lines.join("\n"));
}

async function btflow(
  io: TestIo,
  ...argv: string[]
): Promise<{ code: number; out: string; err: string }> {
  const before = [io.out().length, io.err().length];
  const code = await run([...argv, "--store", path.join(io.folder, "store.db")], io);
  return { code, out: io.out().slice(before[0]), err: io.err().slice(before[1]) };
}

pythonTest({
  name: "runs deflate: equal to SciPy on the returns, and written back as a metric",
  sanitize: false,
  fn: async () => {
    const io = testIo();
    try {
      const files = [1, 2, 3, 4, 5, 6].map((seed) => path.join(io.folder, `trial${seed}.csv`));
      files.forEach((file, index) => writeReturns(file, index + 1));
      const logged = await btflow(
        io,
        "batch",
        "-e",
        "sweep",
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
      const answer = await btflow(
        io,
        "runs",
        "deflate",
        "-e",
        "sweep",
        "--log",
        "--format",
        "json",
      );
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
      const best = await btflow(io, "runs", "deflate", "-e", "sweep", "--best", "--format", "json");
      assertEquals((JSON.parse(best.out) as unknown[]).length, 1);
      const found = await btflow(
        ...[io, "runs", "-e", "sweep", "-f", "metrics.deflated_sharpe_ratio >= 0"] as const,
        ...["--columns", "run_name", "--format", "csv"],
      );
      assertEquals(found.err.trim(), "6 runs");
      const fewer = await btflow(
        ...[io, "runs", "deflate", "-e", "sweep", "--trials", "2.5", "--format", "json"] as const,
      );
      const easier = JSON.parse(fewer.out) as Record<string, number>[];
      assert(
        Number(easier[0]?.["deflated_sharpe_ratio"]) > Number(rows[0]?.["deflated_sharpe_ratio"]),
      );
      const one = await btflow(
        ...[io, "runs", "deflate", "-e", "sweep", "-f", "attributes.run_name = 'trial1'"] as const,
      );
      assertEquals(one.code, 4);
    } finally {
      io.remove();
    }
  },
});
