// Decimal numbers straight from bytes, correctly rounded, without a string. Full-precision files
// have 16 to 18 digits a number; those are divided in double-double arithmetic, and only where the
// error bound does not settle the last bit is the caller asked to go through text.

const MOST_EXACT_DIGITS = 15;
/** With these, all digits together stay below 2^64, so both halves of their sum are exact. */
const MOST_EXTRA_DIGITS = 4;
const MOST_INTEGER_DIGITS = 9;
const MOST_EXACT_POWER = 22;
const POWERS_OF_TEN: Float64Array = Float64Array.from(
  { length: MOST_EXACT_POWER + 1 },
  (_, power) => Number(`1e${power}`),
);
/** Dekker's splitting constant for doubles, 2^27 + 1. */
const SPLITTER = 134217729;
/** Bounds the relative error of the correction term below: three roundings, with room. */
const CORRECTION_ERROR = 2 ** -50;

/**
 * The number written in `bytes[start, end)`, correctly rounded, or NaN when the text is not a plain
 * decimal number or needs the exact (string) path. Never NaN for a number it has read.
 */
export function readDecimal(bytes: Uint8Array, start: number, end: number): number {
  const sign = bytes[start];
  const first = sign === 45 || sign === 43 ? start + 1 : start;
  const wholeEnd = digitsEnd(bytes, first, end);
  const wholeDigits = wholeEnd - first;
  if (wholeDigits > MOST_INTEGER_DIGITS) return NaN;
  const whole = integer(bytes, first, wholeEnd);
  const hasPoint = wholeEnd < end && bytes[wholeEnd] === 46;
  const fraction = hasPoint ? wholeEnd + 1 : wholeEnd;
  const last = hasPoint ? digitsEnd(bytes, fraction, end) : wholeEnd;
  const decimals = last - fraction;
  if (wholeDigits + decimals === 0) return NaN;
  let at = fraction;
  if (whole === 0) { while (at < last && bytes[at] === 48) at++; }
  const room = whole === 0 ? MOST_EXACT_DIGITS : MOST_EXACT_DIGITS - wholeDigits;
  const middle = Math.min(last, at + room);
  const extraDigits = last - middle;
  if (extraDigits > MOST_EXTRA_DIGITS) return NaN;
  const leading = whole * (POWERS_OF_TEN[middle - at] as number) + longInteger(bytes, at, middle);
  const trailing = integer(bytes, middle, last);
  const exponent = last === end ? 0 : readExponent(bytes, last, end);
  const magnitude = scaled(leading, trailing, extraDigits, exponent - decimals);
  return sign === 45 ? -magnitude : magnitude;
}

/** Where the digits that begin at `at` end. */
function digitsEnd(bytes: Uint8Array, at: number, end: number): number {
  let last = at;
  while (last < end && (bytes[last] as number) - 48 >= 0 && (bytes[last] as number) - 48 <= 9) {
    last++;
  }
  return last;
}

/** At most nine digits as a number, in 32-bit arithmetic: it has a third of the latency. */
function integer(bytes: Uint8Array, at: number, end: number): number {
  let value = 0;
  for (let index = at; index < end; index++) {
    value = (Math.imul(value, 10) + (bytes[index] as number) - 48) | 0;
  }
  return value;
}

/** At most fifteen digits as a number. */
function longInteger(bytes: Uint8Array, at: number, end: number): number {
  const split = at + MOST_INTEGER_DIGITS;
  if (end <= split) return integer(bytes, at, end);
  return integer(bytes, at, split) * (POWERS_OF_TEN[end - split] as number) +
    integer(bytes, split, end);
}

/** The exponent in `bytes[start, end)`, from its `e` to its last digit; NaN when it is none. */
function readExponent(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  if (((bytes[at++] as number) | 32) !== 101) return NaN;
  const sign = bytes[at];
  if (sign === 45 || sign === 43) at++;
  if (at === end || end - at > 4) return NaN;
  let exponent = 0;
  for (; at < end; at++) {
    const digit = (bytes[at] as number) - 48;
    if (digit < 0 || digit > 9) return NaN;
    exponent = exponent * 10 + digit;
  }
  return sign === 45 ? -exponent : exponent;
}

/** (leading · 10^extraDigits + trailing) · 10^power. */
function scaled(leading: number, trailing: number, extraDigits: number, power: number): number {
  if (extraDigits === 0) {
    if (power === 0 || leading === 0) return Number.isNaN(power) ? NaN : leading;
    if (power < 0) {
      return power >= -MOST_EXACT_POWER ? leading / (POWERS_OF_TEN[-power] as number) : NaN;
    }
    return power <= MOST_EXACT_POWER ? leading * (POWERS_OF_TEN[power] as number) : NaN;
  }
  if (!(power <= 0 && power >= -MOST_EXACT_POWER)) return NaN;
  return dividedLong(leading, trailing, extraDigits, POWERS_OF_TEN[-power] as number);
}

/**
 * A number of 16 to 19 digits over a power of ten. The digits are an unevaluated sum high + low;
 * the quotient is corrected by the exact remainder (T. J. Dekker, "A floating-point technique for
 * extending the available precision", 1971) and accepted when both ends of the error interval
 * round alike (A. Ziv, 1991).
 */
function dividedLong(
  leading: number,
  trailing: number,
  extraDigits: number,
  divisor: number,
): number {
  const shift = POWERS_OF_TEN[extraDigits] as number;
  const product = leading * shift;
  const high = product + trailing;
  const low = productError(leading, shift, product) + (trailing - (high - product));
  const quotient = high / divisor;
  const back = quotient * divisor;
  const remainder = (high - back) - productError(quotient, divisor, back);
  const correction = (remainder + low) * (1 / divisor);
  const slack = Math.abs(correction) * CORRECTION_ERROR;
  const lower = quotient + (correction - slack);
  return lower === quotient + (correction + slack) ? lower : NaN;
}

/** What the rounding of `product` = a · b lost, exactly. */
function productError(a: number, b: number, product: number): number {
  const aShift = SPLITTER * a;
  const aHigh = aShift - (aShift - a);
  const aLow = a - aHigh;
  const bShift = SPLITTER * b;
  const bHigh = bShift - (bShift - b);
  const bLow = b - bHigh;
  return aLow * bLow - (((product - aHigh * bHigh) - aLow * bHigh) - aHigh * bLow);
}
