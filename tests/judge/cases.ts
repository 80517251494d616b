// The cases of tests/golden/judge.json: numbers from which both sides make the same returns and the
// same resamples, bit by bit, so that the file needs to hold the references' answers only.
// scripts/golden_judge.py is the other side.

import { drawStationary, type Resamples } from "../../lib/judge/bootstrap.ts";
import { seededRandom } from "../helpers/random.ts";

/** What other programs answer on one case. */
export interface Case {
  readonly name: string;
  readonly seed: number;
  readonly rows: number;
  readonly columns: number;
  readonly families: number;
  readonly load: number;
  readonly skew: number;
  readonly ar: number;
  readonly drift: number;
  readonly low: number;
  readonly copies: number;
  readonly sleeper: number;
  readonly quiet: number;
  readonly resamples: number;
  readonly reference: Reference;
}

interface Superior {
  readonly realityCheck: number;
  readonly spa: { readonly lower: number; readonly consistent: number; readonly upper: number };
  readonly stepdown: readonly number[];
  readonly rejected: readonly number[];
  readonly arch: { readonly lower: number; readonly consistent: number; readonly upper: number };
}

interface Reference {
  readonly sum: number;
  readonly blockLengths: readonly number[];
  readonly blockLength: number;
  readonly cscv: readonly {
    readonly splits: number;
    readonly ffn?: number;
    readonly holdout?: number;
    readonly phacker?: number;
    readonly slope?: number;
    readonly loss?: number;
  }[];
  readonly superior: Superior;
  readonly overBenchmark: Superior;
  readonly effective: {
    readonly average: number;
    readonly eigenvalue: number;
    readonly participation: number;
  };
  readonly phackerEffective: number;
  readonly best: number;
  readonly deflated: { readonly value: number; readonly expected: number };
  readonly haircut:
    & { readonly trials: number }
    & Readonly<
      Record<
        "bonferroni" | "holm" | "bhy",
        { readonly adjusted: readonly number[]; readonly haircut: number }
      >
    >;
  readonly pairs: readonly {
    readonly first: number;
    readonly second: number;
    readonly difference: number;
    readonly error: number;
    readonly pValue: number;
    readonly bandwidth: number;
  }[];
}

interface Golden {
  readonly versions: Readonly<Record<string, string>>;
  readonly periods: number;
  readonly cases: readonly Case[];
  readonly oddBlockLengths: Readonly<Record<string, number>>;
  readonly minimumLength: readonly {
    readonly trials: number;
    readonly sharpe: number;
    readonly years: number;
  }[];
}

export const golden: Golden = JSON.parse(await Deno.readTextFile("tests/golden/judge.json"));

/** Nearly normal noise of variance 1, the same in Python. */
export function noise(random: () => number, rows: number): Float64Array {
  const values = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    values[row] = (random() + random() + random() + random() - 2) * Math.sqrt(3);
  }
  return values;
}

/** The returns of a case, a column a run. */
export function returnsOf(spec: Case): Float64Array[] {
  const random = seededRandom(spec.seed);
  const factors = Array.from({ length: spec.families }, () => noise(random, spec.rows));
  const rest = Math.sqrt(1 - spec.load * spec.load);
  const columns: Float64Array[] = Array.from({ length: spec.columns }, (_, column) => {
    const factor = factors[column % spec.families] as Float64Array;
    const own = noise(random, spec.rows);
    const place = spec.low + (1 - spec.low) * column / (spec.columns - 1);
    let last = 0;
    return own.map((value, row) => {
      const z = spec.load * (factor[row] as number) + rest * value;
      last = spec.ar * last + (z - spec.skew * (z * z - 1));
      return spec.drift * place + 0.01 * last;
    });
  });
  for (let copy = 0; copy < spec.copies; copy++) {
    columns[spec.columns - 1 - copy] = columns[copy] as Float64Array;
  }
  const { quiet } = spec;
  if (quiet >= 0) {
    columns[quiet] = (columns[quiet] as Float64Array).map((value) => 0.1 * value + 0.00016);
  }
  if (spec.sleeper >= 0) columns[spec.sleeper]?.fill(0, 0, Math.floor(spec.rows * 3 / 5));
  return columns;
}

/** Series of which the block length is hard to find. */
export function oddSeries(): Readonly<Record<string, Float64Array>> {
  const random = (rows: number): Float64Array => noise(seededRandom(77), rows);
  const byRow = (value: (row: number) => number): Float64Array =>
    Float64Array.from({ length: 100 }, (_, row) => value(row));
  const spike = random(100);
  spike[0] = 1e6;
  let sum = 0;
  return {
    "eight rows": random(8),
    "nine rows": random(9),
    "trend": byRow((row) => row),
    "turns": byRow((row) => (row % 2 === 0 ? 1 : -1) + row * 0.001),
    "step": byRow((row) => row < 50 ? 0 : 1),
    spike,
    "walk": random(400).map((value) => sum += value),
  };
}

/** The resamples that were given to the references. */
export function resamplesOf(spec: Case): Resamples {
  const { rows, resamples: count } = spec;
  const random = seededRandom(spec.seed + 1);
  const indices = new Uint32Array(count * rows);
  for (let start = 0; start < indices.length; start += rows) {
    drawStationary(indices.subarray(start, start + rows), spec.reference.blockLength, random);
  }
  return { rows, count, indices };
}

/** The distance to a reference, in units of what it may be: absolute, or relative above 1. */
export function distance(own: number, reference: number): number {
  return Math.abs(own - reference) / Math.max(1, Math.abs(reference));
}
