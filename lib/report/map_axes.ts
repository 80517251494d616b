// Which columns the map of a comparison begins with: gain above risk where runs have both, else what
// most of them share. Without two columns that runs share there is nothing to set against each other.

import { cagr, maxDrawdown, totalReturn, volatility } from "../metrics/mod.ts";
import { type CodedTexts, type RunColumns, UNSET } from "./run_columns.ts";

/** A column of the map, by its name. */
export interface MapColumn {
  readonly kind: "metric" | "param";
  readonly name: string;
}

/** The two columns of a map. */
export interface MapAxes {
  readonly across: MapColumn;
  readonly up: MapColumn;
}

/** A param of more texts that are no numbers has no room on an axis. */
const MOST_TEXTS = 40;
/** Fewer dots show nothing. */
const LEAST_DOTS = 2;

/**
 * The axes of these columns, named as the leaderboard begins with them: a metric upwards, a metric or a
 * param across. Null where fewer than two runs have any two of them.
 */
export function mapAxes(
  runs: RunColumns,
  metrics: readonly string[],
  params: readonly string[],
): MapAxes | null {
  const first = (...wanted: readonly { readonly name: string }[]): MapColumn[] =>
    [...new Set([...wanted.map(({ name }) => name), ...metrics])]
      .filter((name) => runs.metrics.has(name))
      .map((name) => ({ kind: "metric", name }));
  const settings = params.filter((name) => hasRoom(runs.params.get(name)))
    .map((name): MapColumn => ({ kind: "param", name }));
  const [ups, acrosses] = [
    first(cagr, totalReturn),
    [...first(maxDrawdown, volatility), ...settings],
  ];
  for (const least of [Math.max(LEAST_DOTS, runs.count / 2), LEAST_DOTS]) {
    for (const up of ups) {
      const across = acrosses.find((column) =>
        column.name !== up.name && dots(runs, up, column) >= least
      );
      if (across !== undefined) return { across, up };
    }
  }
  return null;
}

function hasRoom(texts: CodedTexts | undefined): boolean {
  if (texts === undefined) return false;
  const isNumber = (text: string): boolean => text.trim() !== "" && Number.isFinite(Number(text));
  return texts.texts.length <= MOST_TEXTS || texts.texts.every(isNumber);
}

/** How many runs have both. */
function dots(runs: RunColumns, one: MapColumn, other: MapColumn): number {
  const [hasOne, hasOther] = [knownIn(runs, one), knownIn(runs, other)];
  let count = 0;
  for (let run = 0; run < runs.count; run++) if (hasOne(run) && hasOther(run)) count++;
  return count;
}

function knownIn(runs: RunColumns, { kind, name }: MapColumn): (run: number) => boolean {
  const values = kind === "metric" ? runs.metrics.get(name) : undefined;
  if (values !== undefined) return (run) => Number.isFinite(values[run]);
  const codes = runs.params.get(name)?.codes;
  return (run) => (codes?.[run] ?? UNSET) !== UNSET;
}
