// What the values of a file are, where nobody said: by the name of their column, else returns, which
// are doubted by their sizes. Read as the wrong kind, numbers come out wrong without any other
// sign, so what speaks against the reading is an error that names the flag which settles it.

import { InputError, type Warning } from "../errors.ts";
import { quoted } from "./cells/number.ts";
import { flagOf, type Kind, type ReadOptions } from "./options.ts";
import { placedError, type RawRows } from "./rows.ts";
import {
  areSurelyRough,
  changesOf,
  levelFigures,
  LIMITS,
  mayFollow,
  middleSizes,
  type Sizes,
  sizesOf,
} from "./sizes.ts";
import { isBasisPointsName, isPercentName, kindOfName } from "./table/names.ts";

/** Values with the name of their column and the places of their rows. */
export interface Doubted {
  readonly path: string;
  /** Null where the file has no names. */
  readonly name: string | null;
  readonly rows: RawRows;
  /** Whether the cells had percent signs, so that there is no question of percent. */
  readonly isPercent: boolean;
  /** What a layout says the values are. */
  readonly kind: Kind | null;
}

/** The kind of the values, and a note where the column's name said it; throws `InputError` for a doubt. */
export function decideKind(
  values: Doubted,
  options: ReadOptions,
): { readonly kind: Kind; readonly notes: readonly Warning[] } {
  if (options.kind === "trades" && values.kind === null) checkMoney(values, options);
  if (options.kind === "cumulative") checkGrowth(values, options);
  if (options.kind !== undefined) return { kind: options.kind, notes: [] };
  if (values.kind !== null) return { kind: values.kind, notes: [] };
  const said = values.name === null ? null : kindOfName(values.name);
  if (said !== null && "noReturns" in said) {
    throw doubt(
      values,
      `its column ${
        nameOf(values)
      } is named for ${said.noReturns}, not for returns; name the values ` +
        `with ${flagOf(options, "column")}, or say ${
          flagOf(options, "kind")
        } returns if these are returns`,
    );
  }
  const kind = said?.kind ?? options.benchmark?.fallback ?? "returns";
  if (said?.kind === "prices" || said?.kind === "equity") {
    checkLevels(values, said.kind, options);
    const message = `${values.path} is read as ${kind}, by the name of its column ${
      nameOf(values)
    }`;
    return { kind, notes: [{ code: `read-as-${kind}`, message }] };
  }
  if (said?.kind === "trades") {
    throw doubt(
      values,
      `its column ${nameOf(values)} is named for profits in money; ${
        flagOf(options, "kind")
      } trades ` +
        `with --capital reads it so, ${flagOf(options, "kind")} returns as returns`,
    );
  }
  if (said?.kind === "cumulative") checkGrowth(values, options);
  if (said?.kind === "cumulative" || said?.kind === "log-returns") {
    const words = kind === "cumulative" ? "returns since the beginning" : "logarithms";
    throw doubt(
      values,
      `its column ${nameOf(values)} is named for ${words}, not for returns of periods; ` +
        `${flagOf(options, "kind")} ${kind} reads it so, ${
          flagOf(options, "kind")
        } returns as returns`,
    );
  }
  if (kind === "returns") doubtReturns(values, options);
  return { kind, notes: [] };
}

/** A trade's return is of what was put into it, and no money. */
function checkMoney(values: Doubted, options: ReadOptions): void {
  const { name, isPercent, rows } = values;
  const said = name === null ? null : kindOfName(name);
  // With a capital of 1 they are money, too.
  const areFractions = (options.capital ?? 0) > 100 && said !== null && "kind" in said &&
    said.kind === "returns" &&
    rows.values.every((value) => !(Math.abs(value) > 1));
  if (!isPercent && !areFractions && (name === null || !isPercentName(name))) return;
  throw doubt(
    values,
    `its column ${nameOf(values)} holds ${areFractions ? "returns" : "percent"}, and ${
      flagOf(options, "kind")
    } trades takes profits in money; name their column with ${flagOf(options, "column")}`,
  );
}

/** The product of 1 + r is growth and begins near 1, as returns since the beginning do near 0. */
function checkGrowth(values: Doubted, options: ReadOptions): void {
  const { dates, values: found } = values.rows;
  if (values.isPercent || options.percent === true) return;
  const first = dates === null
    ? 0
    : dates.reduce((least, at, row) => at < (dates[least] as number) ? row : least, 0);
  const value = found[first] ?? NaN;
  if (!(value > LIMITS.growthAbove && value < LIMITS.growthBelow)) return;
  if (levelFigures(found) === null || found.some((value) => value <= 0)) return;
  throw doubt(
    values,
    `it begins with ${value}, as growth of 1 does; ${flagOf(options, "kind")} equity with ` +
      `--capital 1 reads it so, and where it is a return of ${short(value * 100)} % since the ` +
      `beginning, a row of 0 before it and ${flagOf(options, "kind")} cumulative do`,
    first,
  );
}

/** Returns keep the name of the prices that they were made of, in pandas and in vectorbt. */
function checkLevels(values: Doubted, kind: Kind, options: ReadOptions): void {
  const found = values.rows.values;
  const flag = flagOf(options, "kind");
  const named = `its column ${nameOf(values)} is named for ${kind}, but`;
  const ways =
    `${flag} returns reads returns that kept the name of their ${kind}, ${flag} ${kind} ` +
    `takes them for ${kind}`;
  const low = found.findIndex((value) => value <= 0);
  if (low >= 0) {
    // Below 0 a level may only end, as an account does that lost more than all.
    const way = low === found.length - 1
      ? ways
      : `${flag} returns reads returns that kept the name of their ${kind}; else this row is wrong`;
    throw doubt(values, `${named} this value is ${found[low]}, not above 0; ${way}`, low);
  }
  const isSmall = found.every((value) => !(value >= LIMITS.returnsBelow));
  const figures = isSmall ? changesOf(found) : null;
  if (figures === null || figures.change < figures.median * LIMITS.levelChange) return;
  throw doubt(
    values,
    `${named} they change by about ${short(figures.change)} around ${short(figures.median)} from ` +
      `row to row, as returns do; ${ways}`,
  );
}

/** Returns that nobody called so: are they levels, are they percent? */
function doubtReturns(values: Doubted, options: ReadOptions): void {
  const kindFlag = flagOf(options, "kind");
  const sizes = sizesOf(values.rows);
  const level = sizes.areAbove0 ? levelFigures(values.rows.values) : null;
  if (level !== null) {
    throw doubt(
      values,
      `its values look like levels, not like returns: all are above 0, around ` +
        `${short(level.median)}, and change by about ${
          short(level.change)
        }; say ${kindFlag} prices ` +
        `or ${kindFlag} equity, ${kindFlag} cumulative if they are returns since the beginning, or ` +
        `${kindFlag} returns if they are returns`,
    );
  }
  checkSmooth(values, sizes, options);
  if (values.isPercent) return;
  if (values.name !== null && isBasisPointsName(values.name)) {
    throw doubt(
      values,
      `its column ${
        nameOf(values)
      } is named for hundredths of a percent, which no flag reads; divide ` +
        `it by 10,000, or say ${flagOf(options, "kind")} returns if it is`,
    );
  }
  if (options.percent === true) return checkMarks(values);
  if (values.name !== null && isPercentName(values.name)) {
    throw doubt(
      values,
      `its column ${nameOf(values)} is named for percent; ${readings(values, options)}`,
    );
  }
  if (sizes.below >= 0) {
    throw doubt(
      values,
      `the return ${values.rows.values[sizes.below]} would be a loss of more than everything, as ` +
        `percent or money would be; ${
          readings(values, options)
        }; profits in money are --kind trades`,
      sizes.below,
    );
  }
  if (sizes.beyondOne > LIMITS.beyondOne) {
    throw doubt(
      values,
      `as fractions most of its returns would be beyond 100 %, as those in percent are; ` +
        `${readings(values, options)}; profits in money are --kind trades`,
    );
  }
  if (sizes.yearly > LIMITS.yearly) {
    throw doubt(
      values,
      `as fractions its returns would come to ${short(sizes.yearly * 100)} % a year, as those in ` +
        `percent do; ${readings(values, options)}${sinceBeginning(values, options)}`,
    );
  }
}

/** A third reading, where values follow each other as sums of returns may. */
function sinceBeginning({ rows }: Doubted, options: ReadOptions): string {
  const sizes = middleSizes(rows.values);
  return sizes === null || sizes.change >= sizes.median * LIMITS.maybeSmooth
    ? ""
    : `; ${flagOf(options, "kind")} cumulative as returns since the beginning`;
}

/** Returns since the beginning under a name that says nothing move by far less than they are. */
function checkSmooth(
  { rows, ...rest }: Doubted,
  { count, yearly }: Sizes,
  options: ReadOptions,
): void {
  if (count < LIMITS.fewestRows || areSurelyRough(rows.values)) return;
  const sizes = middleSizes(rows.values);
  if (sizes === null || sizes.change === 0) return;
  if (sizes.change >= sizes.median * LIMITS.smooth) return;
  const hasBoth = rows.values.some((value) => value < 0) && rows.values.some((value) => value > 0);
  if (yearly < (hasBoth ? LIMITS.smoothYearlyOfBoth : LIMITS.smoothYearly)) return;
  if (!mayFollow(rows.values)) return;
  const flag = flagOf(options, "kind");
  throw doubt(
    { rows, ...rest },
    `its values look like returns since the beginning, not like returns of periods: they are around ` +
      `${short(sizes.median)} and change by about ${
        short(sizes.change)
      }; ${flag} cumulative reads ` +
      `them so, ${flag} returns as returns`,
  );
}

/** What files write for a missing value among percent: as one it would be a loss of all but nothing. */
function checkMarks(values: Doubted): void {
  const at = values.rows.values.findIndex((value) => LIMITS.marks.includes(value));
  if (at < 0) return;
  throw doubt(
    values,
    `${
      values.rows.values[at]
    } stands for a missing value in many files; leave such cells empty, or say ` +
      "--kind returns with --percent if it is a return",
    at,
  );
}

function readings({ rows }: Doubted, options: ReadOptions): string {
  const sample = rows.values.find((value) => value !== 0 && !Number.isNaN(value)) ?? 0.5;
  return `${flagOf(options, "percent")} reads ${sample} as ${sample} %, ` +
    `${flagOf(options, "kind")} returns as ${short(sample * 100)} %`;
}

function doubt({ path, rows }: Doubted, problem: string, row?: number): InputError {
  if (row === undefined) return new InputError(path, problem);
  return placedError(path, rows.places.unit, rows.places.at(row), problem);
}

function nameOf({ name }: Doubted): string {
  return quoted(name ?? "");
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
