// Runs side by side on a terminal: names whole, or letters with a key above where they do not fit; the
// key metrics, the best of each standing out.

import type { Cell, Row } from "../command/answer.ts";
import type { Line, Piece, Screen } from "../command/screen.ts";
import { styled } from "../command/screen.ts";
import { KEY_METRICS, type Metric } from "../metrics/mod.ts";
import { unitOf } from "../output/figure_groups.ts";
import { figureText, UNDEFINED_TEXT } from "../output/figures.ts";
import { cutMiddle } from "../output/widths.ts";
import { gridLines, linesWidth } from "../output/grid.ts";
import { isBound } from "../own_names.ts";
import type { Run } from "../tracker.ts";

/** What is compared: the rows as programs get them. */
export interface Compared {
  readonly runs: readonly Run[];
  /** The keys of the runs' cells in the rows. */
  readonly titles: readonly string[];
  readonly rows: readonly Row[];
  /** True for all rows; else the key metrics and what is no metric. */
  readonly isWhole: boolean;
  readonly catalogue: readonly Metric[];
  /** How many characters of an id are enough. */
  readonly idLength: number;
}

/** The best of some values; null when all are equal, only one is there, or none is better. */
export function bestValue(
  values: readonly number[],
  better: Metric["better"] | undefined,
): number | null {
  if (better !== "higher" && better !== "lower") return null;
  const finite = values.filter(Number.isFinite);
  if (finite.length < 2) return null;
  const choose = better === "higher" ? Math.max : Math.min;
  const best = finite.reduce((left, right) => choose(left, right));
  return values.every((value) => value === best) ? null : best;
}

/** The comparison as lines. */
export function comparedLines(compared: Compared, screen: Screen): readonly Line[] {
  const { runs, rows, isWhole } = compared;
  const isKey = ({ kind, name }: Row): boolean =>
    // The file of a run is as good as its name, and says nothing of how it was made.
    (kind !== "metric" && name !== "returns_file") || isBound(String(name)) ||
    KEY_METRICS.some((key) => key.name === name);
  const keyed = rows.filter(isKey);
  const hasKey = keyed.some(({ kind }) => kind === "metric");
  const shown = isWhole || !hasKey ? rows : keyed;
  const left = rows.filter((row) => row["kind"] === "metric" && !shown.includes(row)).length;
  const foot = left === 0 ? [] : [styled(`+ ${left} more metrics (--all)`, "dim")];
  const names = runs.map(({ name, id }) => name === "" ? id : name);
  const all = runs.map((_, at) => at);
  const whole = table(compared, shown, names, all);
  if (linesWidth(whole) <= screen.columns) return [...whole, ...foot];
  const letters = runs.map((_, at) =>
    runs.length > 26 ? String(at + 1) : String.fromCharCode(65 + at)
  );
  return [
    ...key(compared, names, letters, screen),
    [],
    ...blocks(compared, shown, letters, screen),
    ...foot,
  ];
}

function key(
  { runs, idLength }: Compared,
  names: readonly string[],
  letters: readonly string[],
  { columns }: Screen,
): readonly Line[] {
  const length = Math.max(8, idLength);
  return gridLines(
    runs.map(({ id }, at): readonly Piece[] => [
      { text: letters[at] ?? "", style: "bold" },
      cutMiddle(names[at] ?? "", columns - length - 7),
      { text: id.slice(0, length), style: "dim" },
    ]),
    ["left"],
  );
}

/** As many runs beside each other as fit, the rest below. */
function blocks(
  compared: Compared,
  rows: readonly Row[],
  letters: readonly string[],
  { columns }: Screen,
): readonly Line[] {
  const all = compared.runs.map((_, at) => at);
  let size = all.length;
  while (size > 1 && linesWidth(table(compared, rows, letters, all.slice(0, size))) > columns) {
    size--;
  }
  const lines: Line[] = [];
  for (let from = 0; from < all.length; from += size) {
    if (from > 0) lines.push([]);
    lines.push(...table(compared, rows, letters, all.slice(from, from + size)));
  }
  return lines;
}

function table(
  { titles, catalogue }: Compared,
  rows: readonly Row[],
  heads: readonly string[],
  which: readonly number[],
): readonly Line[] {
  const head = ["", ...which.map((at): Piece => ({ text: heads[at] ?? "", style: "bold" }))];
  const body = rows.map((row): readonly Piece[] => {
    const name = String(row["name"]);
    const cells = titles.map((title) => row[title] ?? null);
    const values = cells.map((cell) => typeof cell === "number" ? cell : NaN);
    const isMetric = row["kind"] === "metric";
    const better = isMetric ? catalogue.find((metric) => metric.name === name)?.better : undefined;
    const best = bestValue(values, better);
    return [name, ...which.map((at) => piece(name, cells[at] ?? null, best, isMetric))];
  });
  return gridLines([head, ...body], ["left", "right"]);
}

/** A param's text beyond this is cut in its middle. */
const MAX_TEXT = 24;

function piece(name: string, cell: Cell, best: number | null, isMetric: boolean): Piece {
  if (typeof cell !== "number") {
    if (isMetric) return { text: UNDEFINED_TEXT, style: "dim" };
    // A file's folder is the same in all of them, and long.
    const whole = String(cell ?? "");
    return cutMiddle(name === "returns_file" ? whole.split(/[\\/]/).at(-1) ?? "" : whole, MAX_TEXT);
  }
  const text = figureText(cell, unitOf(name));
  return cell === best ? { text, style: "best" } : text;
}
