// A column of numbers as people write them: percent signs, money, brackets for losses, marks of
// thousands, decimal commas. One cell can rarely be read for sure, a whole column nearly always: a
// reading is taken where it is the only one that fits all cells, and refused where two do.

import { isMissing, numberProblem, quoted, readNumber } from "./number.ts";

/** The mark before the decimals. */
export type Decimal = "point" | "comma";

/** Every such mark. */
export const DECIMALS: readonly Decimal[] = ["point", "comma"];

/** How a column is read. */
export interface NumberOptions {
  readonly decimal?: Decimal | undefined;
}

/** A column that was read. */
export interface NumberColumn {
  /** NaN where missing; what had a percent sign as fractions. */
  readonly values: Float64Array;
  readonly isPercent: boolean;
  /** A cell whose mark could be one of thousands as well, where no other cell tells. */
  readonly ambiguous: string | null;
}

/** Throws the error for a row of the column. */
export type Fail = (row: number, problem: string) => never;

/**
 * What people write for a missing value, besides what programs do: Excel's #N/A in other languages and
 * Bloomberg's with a reason, what databases and Julia write.
 */
const LEFT_EMPTY =
  /^(?:[.–—]|-{1,3}|#?n\/?a\.?|n\.a\.?|#n\/a [a-z/ ]+|#n[/.]?[dv]|\\n|\(null\)|missing|[-+]?nan ?%)$/i;

/** Whether a trimmed cell stands for a missing value, by people's words too. */
export function isLeftEmpty(text: string): boolean {
  return isMissing(text) || LEFT_EMPTY.test(text);
}

/** Reads the trimmed cells of one column. */
export function readNumberColumn(
  cells: readonly string[],
  { decimal }: NumberOptions,
  fail: Fail,
): NumberColumn {
  const plain = decimal === "comma" ? null : plainValues(cells, fail);
  if (plain !== null) {
    return {
      values: plain,
      isPercent: false,
      ambiguous: decimal === undefined ? unsure(cells) : null,
    };
  }
  const common = decimal === undefined ? commonValues(cells) : null;
  if (common !== null) return common;
  const written = cells.map((cell, row) => {
    const found = readWritten(cell);
    return found === undefined ? fail(row, numberProblem(cell)) : found;
  });
  checkOneUnit(written, cells, fail);
  const chosen = chooseDecimal(written, cells, decimal, fail);
  const isPercent = written.some((cell) => cell?.isPercent === true);
  const values = Float64Array.from(written, (cell) => {
    if (cell === null) return NaN;
    const value = valueOf(cell, chosen.decimal);
    return isPercent ? value / 100 : value;
  });
  return { values, isPercent, ambiguous: chosen.ambiguous };
}

/** The values where every cell is what programs write; null where one is not. */
function plainValues(cells: readonly string[], fail: Fail): Float64Array | null {
  const values = new Float64Array(cells.length);
  for (let row = 0; row < cells.length; row++) {
    const cell = cells[row] as string;
    const value = readNumber(cell);
    if (value === undefined) return null;
    if (Math.abs(value) === Infinity) fail(row, numberProblem(cell));
    values[row] = value;
  }
  return values;
}

const COMMON = /^([-+]?)(\d*)(?:([.,])(\d+))?(e[-+]?\d+)?( ?%)?$/i;

/**
 * Columns that leave no doubt, at a fifth of the time that any column takes: one mark, of decimals in at
 * least one cell, and a percent sign in all cells or none. Null for all others, which are read the
 * long way to the same values.
 */
function commonValues(cells: readonly string[]): NumberColumn | null {
  const values = new Float64Array(cells.length);
  let mark: string | undefined;
  let isSure = false;
  let signs = 0;
  let bare = 0;
  for (let row = 0; row < cells.length; row++) {
    const cell = cells[row] as string;
    const match = COMMON.exec(cell);
    if (match === null || match[0] === "") {
      if (!isLeftEmpty(cell)) return null;
      values[row] = NaN;
      continue;
    }
    const [, sign, whole = "", own, decimals = "", exponent = "", percent] = match;
    if (whole + decimals === "" || (own !== undefined && mark !== undefined && own !== mark)) {
      return null;
    }
    mark ??= own;
    if (own !== undefined) isSure ||= decimals.length !== 3 || !/^[1-9]\d{0,2}$/.test(whole);
    const value = Number(`${whole}.${decimals}${exponent}`);
    if (percent !== undefined) signs++;
    else if (value !== 0) bare++;
    values[row] = sign === "-" ? -value : value;
  }
  if (!isSure || (signs > 0 && bare > 0)) return null;
  const isPercent = signs > 0;
  if (isPercent) {
    for (let row = 0; row < values.length; row++) values[row] = (values[row] as number) / 100;
  }
  return { values, isPercent, ambiguous: null };
}

/** One cell without its sign, unit and marks between groups that nothing else means. */
interface Written {
  readonly body: string;
  readonly isNegative: boolean;
  readonly isPercent: boolean;
  /** A sign or code of money; empty without one. */
  readonly currency: string;
}

/** With R$, HK$ and their kin, and what stands where a currency has no sign. */
const MONEY = String.raw`\p{Sc}|[A-Z]{1,2}\$|[A-Z]{3,4}|zł|Kč|kr|Rs\.?|Ft`;
/** Words of other units, which codes of money look like. */
const NO_MONEY = /^(?:bps|bips|pct|prc|perc|pips?|pts?|days?|hrs?)$/i;
const CELL = new RegExp(
  String.raw`^([-+]?)\s*(${MONEY})?\s*([-+]?)\s*(\d[\d.,'’ \u00a0\u2009\u202f]*|[.,]\d+)` +
    String.raw`(e[-+]?\d+)?\s*(%)?\s*(${MONEY})?$`,
  "iu",
);
/** A loss: the sign or code of money may stand before its bracket. */
const IN_BRACKETS = new RegExp(String.raw`^(-?)\s*((?:${MONEY})?)\s*\((.*)\)\s*(%?)$`, "iu");
const GROUPS = /^\d{1,3}(?:['’ \u00a0\u2009\u202f]\d{3})+(?:[.,]\d+)?$/;
const GROUP_MARKS = /['’ \u00a0\u2009\u202f]/g;

/** Null where it is missing, undefined where it is no number. */
function readWritten(text: string): Written | null | undefined {
  if (isLeftEmpty(text)) return null;
  const signed = text.replace(/^[\u2212\u2012\u2013]/, "-").replace(/^(\D{0,4})\u2212/, "$1-");
  const inner = IN_BRACKETS.exec(signed);
  const bare = inner === null ? signed : inner.slice(1).join("");
  const match = CELL.exec(bare.trim());
  if (match === null) return undefined;
  const [
    ,
    sign = "",
    before = "",
    innerSign = "",
    digits = "",
    exponent = "",
    percent,
    after = "",
  ] = match;
  const spaced = digits.trim();
  const body = spaced.replace(GROUP_MARKS, "") + exponent;
  const minus = (sign + innerSign).split("-").length - 1 + (inner === null ? 0 : 1);
  if (NO_MONEY.test(before + after)) return undefined;
  const isSound = (body === spaced + exponent || GROUPS.test(spaced)) && minus < 2 &&
    (before === "" || after === "") && (FORMS.point.test(body) || FORMS.comma.test(body));
  if (!isSound) return undefined;
  return {
    body,
    isNegative: minus === 1,
    isPercent: percent !== undefined,
    currency: (before + after).toUpperCase(),
  };
}

/** Whether a cell is a number by somebody's custom. */
export function looksNumeric(text: string): boolean {
  const written = readWritten(text);
  return written !== undefined && written !== null;
}

/** A cell without a percent sign among others with one, or two currencies, have no sum. */
function checkOneUnit(
  written: readonly (Written | null)[],
  cells: readonly string[],
  fail: Fail,
): void {
  const percent = written.findIndex((cell) => cell?.isPercent === true);
  const isZero = (cell: Written): boolean => !/[1-9]/.test(cell.body);
  const bare = written.findIndex((cell) => cell !== null && !cell.isPercent && !isZero(cell));
  if (percent >= 0 && bare >= 0) {
    fail(
      bare,
      `${quoted(cells[bare] as string)} has no percent sign, and ${
        quoted(cells[percent] as string)
      } has one; write all values alike`,
    );
  }
  const first = written.find((cell) => cell !== null && cell.currency !== "");
  const other = written.findIndex((cell) =>
    cell !== null && first !== undefined && first !== null && cell.currency !== "" &&
    cell.currency !== first.currency
  );
  if (other >= 0) {
    fail(
      other,
      `${quoted(cells[other] as string)} is in another currency than the rows before it ` +
        `(${first?.currency}); give one currency`,
    );
  }
}

/** Whole numbers in groups of three (India: of two before the last), or without; the decimals behind the other mark. */
const FORMS: Readonly<Record<Decimal, RegExp>> = {
  point: /^(?:[1-9]\d{0,2}(?:,\d{3})+|[1-9]\d?(?:,\d{2})+,\d{3}|\d*)(?:\.\d*)?(?:e[-+]?\d+)?$/i,
  comma: /^(?:[1-9]\d{0,2}(?:\.\d{3})+|\d*)(?:,\d*)?(?:e[-+]?\d+)?$/i,
};

function valueOf({ body, isNegative }: Written, decimal: Decimal): number {
  const plain = decimal === "point"
    ? body.replaceAll(",", "")
    : body.replaceAll(".", "").replace(",", ".");
  return isNegative ? -Number(plain) : Number(plain);
}

function chooseDecimal(
  written: readonly (Written | null)[],
  cells: readonly string[],
  asked: Decimal | undefined,
  fail: Fail,
): { readonly decimal: Decimal; readonly ambiguous: string | null } {
  const failing = (decimal: Decimal): number =>
    written.findIndex((cell) => cell !== null && !FORMS[decimal].test(cell.body));
  const failed = { point: failing("point"), comma: failing("comma") };
  const problem = (row: number): string => numberProblem(cells[row] as string);
  if (asked !== undefined) {
    const row = failed[asked];
    if (row >= 0) fail(row, `${problem(row)}, which --decimal ${asked} cannot be`);
    return { decimal: asked, ambiguous: null };
  }
  if (failed.point >= 0 && failed.comma >= 0) {
    const row = Math.max(failed.point, failed.comma);
    const mark = failed.comma < failed.point ? "point" : "comma";
    const isNumber = failed.point !== failed.comma;
    fail(
      row,
      isNumber ? `${problem(row)}; other cells have a ${mark} before their decimals` : problem(row),
    );
  }
  if (failed.point >= 0) return { decimal: "comma", ambiguous: null };
  if (failed.comma >= 0) return { decimal: "point", ambiguous: null };
  const row = written.findIndex((cell) =>
    cell !== null && valueOf(cell, "point") !== valueOf(cell, "comma")
  );
  if (row < 0) return { decimal: "point", ambiguous: null };
  // A point before three digits is what programs write; a comma there, or money, is a person's hand.
  const byHand = written.some((cell) =>
    cell !== null && (cell.currency !== "" || cell.body.includes(","))
  );
  if (!byHand) return { decimal: "point", ambiguous: cells[row] as string };
  const cell = written[row] as Written;
  return fail(
    row,
    `${quoted(cells[row] as string)} can be ${valueOf(cell, "point")} or ${
      valueOf(cell, "comma")
    }, and no other cell of its column tells; say which with --decimal point or --decimal comma`,
  );
}

const UNSURE = /^[-+]?[1-9]\d{0,2}\.\d{3}$/;

/** A plain cell whose point could be a mark of thousands, where every cell with a point could. */
function unsure(cells: readonly string[]): string | null {
  let found: string | null = null;
  for (const cell of cells) {
    if (/[.e]/i.test(cell) && !isMissing(cell)) {
      if (!UNSURE.test(cell)) return null;
      found ??= cell;
    }
  }
  return found;
}
