// Rows and columns of the heat map: a value of a param each, or a stretch of its numbers where they are
// many; and what a cell keeps when it becomes a filter.
/// <reference no-default-lib="true" />
/// <reference lib="esnext" />
/// <reference lib="dom" />

import { formatFigure } from "../numbers.ts";
import type { Column } from "./columns.ts";
import { keepValue } from "./filters.ts";
import { type Runs, setFilter } from "./runs.ts";

/** A column that is a param. */
export type Param = Column & { readonly kind: "param" };

/** A row or column of the table: one value of a param, or a stretch of its numbers. */
export interface Band {
  readonly label: string;
  keep(runs: Runs): void;
}

/** The bands of one param. */
export interface Bands {
  readonly all: readonly Band[];
  /** By code the position of its band; −1 for none. */
  readonly of: Int32Array;
  /** Whether bands beside each other are near: numbers are, words are not. */
  readonly isOrdered: boolean;
  /** What is left out, for the reader. */
  readonly note: string;
}

/** Values that have a row or column each; more numbers stand in stretches of one width. */
const MOST_BANDS = 24;
const STRETCHES = 12;

/** The bands of a param over the runs shown. */
export function bandsOf(runs: Runs, param: Param): Bands {
  const { texts, codes, numbers, ranks, isNumeric } = runs.table.setting(param.index);
  const counts = new Int32Array(texts.length);
  for (const run of runs.order) {
    const code = codes[run] ?? -1;
    if (code < counts.length) counts[code] = (counts[code] ?? 0) + 1;
  }
  const of = new Int32Array(texts.length).fill(-1);
  const seen = [...texts.keys()].filter((code) => (counts[code] ?? 0) > 0);
  if (isNumeric && seen.length > MOST_BANDS) {
    const sorted = Float64Array.from(seen, (code) => numbers[code] ?? 0).sort();
    const low = sorted[0] ?? 0;
    const width = ((sorted.at(-1) ?? 0) - low) / STRETCHES;
    const ends = Array.from({ length: STRETCHES + 1 }, (_, end) => low + end * width);
    for (const code of seen) {
      const value = numbers[code] ?? 0;
      // The ends themselves decide, as they do when a cell becomes a filter.
      let band = STRETCHES - 1;
      while (band > 0 && value < (ends[band] ?? 0)) band--;
      of[code] = band;
    }
    return {
      ...{ of, isOrdered: true },
      note: "",
      all: Array.from({ length: STRETCHES }, (_, band) => {
        const inside = sorted.filter((value) =>
          value >= (ends[band] ?? 0) && (band === STRETCHES - 1 || value < (ends[band + 1] ?? 0))
        );
        const [least = NaN, most = NaN] = [inside[0], inside.at(-1)];
        return {
          label: `from ${formatFigure(ends[band] ?? NaN, "ratio")}`,
          keep: (all: Runs) =>
            setFilter(all, param, { kind: "range", column: param, low: least, high: most }),
        };
      }),
    };
  }
  const often = seen.toSorted((one, other) => (counts[other] ?? 0) - (counts[one] ?? 0))
    .slice(0, MOST_BANDS);
  const order = isNumeric ? numbers : ranks();
  often.sort((one, other) => (order[one] ?? 0) - (order[other] ?? 0));
  often.forEach((code, band) => of[code] = band);
  return {
    ...{ of, isOrdered: isNumeric },
    note: seen.length <= MOST_BANDS
      ? ""
      : `Of the ${seen.length} values of ${
        runs.table.data.params[param.index]
      } the ${MOST_BANDS} most frequent.`,
    all: often.map((code) => ({
      label: texts[code] ?? "",
      keep: (all: Runs) => keepValue(all, param, code),
    })),
  };
}
