// The catalogue's own definitions as input for Python: what QuantStats is asked to compute is what
// btflow computes, by the same names.

import fs from "node:fs";
import path from "node:path";

import { CATALOGUE } from "../lib/metrics/mod.ts";

/** Writes the QuantStats expressions of the metrics that are computed by default; returns the file. */
export function sweepExpressions(folder: string): string {
  const file = path.join(folder, "expressions.json");
  const metrics = CATALOGUE.filter(({ quantstats, category }) =>
    quantstats !== undefined && category !== "benchmark"
  );
  fs.writeFileSync(file, JSON.stringify(metrics.map(({ quantstats }) => quantstats)));
  return file;
}
