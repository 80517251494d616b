// Metrics for a terminal: in the groups of the catalogue, each figure by its unit, the key figures once
// more at the end, where they are seen when the rest has scrolled away.

import type { Line, Piece } from "../command/screen.ts";
import { CATALOGUE, KEY_METRICS } from "../metrics/catalogue.ts";
import { CATEGORIES, type Metric, type Unit } from "../metrics/metric.ts";
import { figureText, UNDEFINED_TEXT } from "./figures.ts";
import { cutEnd } from "./widths.ts";
import { gridLines, linesWidth } from "./grid.ts";

/** A metric and its values, in the order of the titles above them. */
export interface GroupedFigure {
  readonly name: string;
  /** Null where undefined; absent where there is none to be expected. */
  readonly values: readonly (number | null | undefined)[];
  /** Why the first is undefined. */
  readonly reason?: string;
}

/** A group of figures that belong together. */
interface Group {
  readonly title: string;
  readonly figures: readonly GroupedFigure[];
}

const METRICS: ReadonlyMap<string, Metric> = new Map(
  CATALOGUE.map((metric) => [metric.name, metric] as const),
);

/** The unit of a metric; undefined of the user's own. */
export function unitOf(name: string): Unit | undefined {
  return METRICS.get(name)?.unit;
}

/** In the order of the catalogue; those that it does not have come last, as they came. */
export function inCatalogueOrder(names: Iterable<string>): readonly string[] {
  const order = new Map([...METRICS.keys()].map((name, index) => [name, index]));
  const place = (name: string): number => order.get(name) ?? order.size;
  return [...names].sort((a, b) => place(a) - place(b));
}

/** The figures as lines; `titles` stand above the values where there is more than one column. */
export function groupLines(
  figures: readonly GroupedFigure[],
  titles: readonly string[],
  width: number,
): readonly Line[] {
  const groups = grouped(figures);
  const several = titles.length > 1;
  const rows: Piece[][] = [];
  const heads: (string | null)[] = [];
  for (const [at, { title, figures: some }] of groups.entries()) {
    // Where the columns begin, and where the eye is at the end.
    const isTitled = several && (at === 0 || title === KEY_TITLE);
    rows.push([title, ...isTitled ? titles.map((text): Piece => ({ text, style: "dim" })) : []]);
    heads.push(title);
    for (const figure of some) {
      rows.push([`  ${figure.name}`, ...figure.values.map((value) => valueOf(figure.name, value))]);
      heads.push(null);
    }
  }
  const lines = gridLines(rows, ["left", "right"]);
  const room = width - linesWidth(lines) - 2;
  const reasons = groups.flatMap((
    { figures: some },
  ) => [undefined, ...some.map(({ reason }) => reason)]);
  return lines.flatMap((line, index): readonly Line[] => {
    const title = heads[index] ?? null;
    const reason = reasons[index];
    if (title !== null) {
      const [gap = "", name = title, ...rest] = line;
      const head: Line = [
        gap,
        typeof name === "string" ? { text: name, style: "bold" } : name,
        ...rest,
      ];
      return index === 0 ? [head] : [[], head];
    }
    if (reason === undefined || room < 8) return [line];
    return [[...line, { text: `  ${cutEnd(reason, room)}`, style: "dim" }]];
  });
}

function valueOf(name: string, value: number | null | undefined): Piece {
  if (value === undefined) return "";
  const text = figureText(value, unitOf(name));
  return text === UNDEFINED_TEXT ? { text, style: "dim" } : text;
}

const SCREENFUL = 16;
const KEY_TITLE = "Key metrics";

function grouped(figures: readonly GroupedFigure[]): readonly Group[] {
  const byName = new Map(figures.map((figure) => [figure.name, figure]));
  const ordered = inCatalogueOrder(byName.keys()).map((name) => byName.get(name) as GroupedFigure);
  const categories = Object.entries(CATEGORIES).map(([category, title]): Group => ({
    title,
    figures: ordered.filter(({ name }) => METRICS.get(name)?.category === category),
  }));
  const own: Group = { title: "Others", figures: ordered.filter(({ name }) => !METRICS.has(name)) };
  const key = KEY_METRICS.flatMap(({ name }) => byName.get(name) ?? []);
  const all = [...categories, own].filter(({ figures: some }) => some.length > 0);
  // What is on the screen need not be found again.
  return figures.length < SCREENFUL ? all : [...all, { title: KEY_TITLE, figures: key }].filter(
    ({ figures: some }) => some.length > 0,
  );
}
