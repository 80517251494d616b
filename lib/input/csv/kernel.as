// The inner loop of the CSV reader, in AssemblyScript, compiled to WebAssembly by
// scripts/csv_kernel.ts. It reads rows whose cells are plain (ISO dates, decimal numbers) and stops
// before the first row that is anything else, which scan.ts then reads as text. Compiled code
// runs at full speed from the first row on, and 64-bit integers hold all the digits of a number.
//
// Memory below 1024 is the kernel's own; the caller lays out the rest.

/** How many rows the last call read. */
export let rows: i32 = 0;
/** What their dates had: 1 an offset from UTC, 2 a time finer than a millisecond. */
export let marks: i32 = 0;

const HAS_OFFSET: i32 = 1;
const IS_FINER: i32 = 2;
const NEWLINE: u32 = 10;
const RETURN: u32 = 13;
const QUOTE: u32 = 34;
const DAY_MS: i64 = 86400000;
/** What cells and dates that are not plain are read as. */
const ODD: f64 = f64.NaN;

/** The byte that is looked at. */
let at: usize = 0;

/**
 * Reads rows from `start` to `end`, which is just behind a line end: their dates (ms) and values to
 * `dates` and `values`, at most `most`. Of dates that are not to be read as ISO the place of the
 * cell is noted instead: start · 2^21 + length. Returns where the first row stands that was not read.
 */
export function scan(
  start: usize,
  end: usize,
  dates: usize,
  values: usize,
  most: i32,
  separator: u32,
  width: i32,
  dateCell: i32,
  isIso: bool,
  valueCell: i32,
): usize {
  let count = 0;
  let row = start;
  marks = 0;
  while (row < end && count < most) {
    at = row;
    let date: f64 = 0;
    let value: f64 = 0;
    for (let cell = 0; cell < width; cell++) {
      if (cell == valueCell) value = readNumber();
      else if (cell != dateCell) skipCell(separator);
      else if (isIso) date = readIsoTime();
      else {
        const from = at;
        skipCell(separator);
        date = <f64>(((<u64>from) << 21) | <u64>(at - from));
      }
      if (cell + 1 == width && load<u8>(at) == RETURN) at++;
      const expected = cell + 1 == width ? NEWLINE : separator;
      if (load<u8>(at) != expected) value = ODD;
      if (isNaN(value + date)) break;
      at++;
    }
    if (isNaN(value + date)) break;
    store<f64>(dates + (<usize>count << 3), date);
    store<f64>(values + (<usize>count << 3), value);
    count++;
    row = at;
  }
  rows = count;
  return row;
}

function skipCell(separator: u32): void {
  for (;;) {
    const byte: u32 = load<u8>(at);
    if (byte == separator || byte == NEWLINE || byte == QUOTE) return;
    at++;
  }
}

// ---- Numbers

const MOST_DIGITS: usize = 19;
const MOST_EXACT: u64 = 1 << 53;
const MOST_EXACT_POWER: i32 = 22;
/** Powers of ten that are doubles. */
const POWERS = memory.data<f64>([
  1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17,
  1e18, 1e19, 1e20, 1e21, 1e22,
]);
/** Those that eight digits may need. */
const WHOLE_POWERS = memory.data<u64>([1, 10, 100, 1000, 10000, 100000, 1000000, 10000000]);
/** Dekker's splitting constant for doubles, 2^27 + 1. */
const SPLITTER: f64 = 134217729;
/** Bounds the relative error of the correction term below: three roundings, with room. */
const CORRECTION_ERROR: f64 = 8.881784197001252e-16;

/**
 * The decimal number that begins here, correctly rounded; ODD where only the exact path can tell. Signs,
 * zeros and how many digits there are vary from row to row, so none of them is a branch.
 */
function readNumber(): f64 {
  const sign = load<u8>(at);
  at += <usize>(sign == 45) | <usize>(sign == 43);
  let first = at;
  while (load<u8>(at) == 48) at++;
  let digits = at;
  let mantissa = readDigits(0);
  let isNumber = at > first;
  digits = at - digits;
  let power = 0;
  if (load<u8>(at) == 46) {
    first = ++at;
    mantissa = readDigits(mantissa);
    power = <i32>(first - at);
    isNumber = isNumber || at > first;
    // Zeros before the first other digit do not count.
    const zeros = digits == 0 ? zerosFrom(first) : 0;
    digits += at - first - zeros;
  }
  if (!isNumber || digits > MOST_DIGITS) return ODD;
  if ((load<u8>(at) | 32) == 101) {
    at++;
    const sign = load<u8>(at);
    if (sign == 45 || sign == 43) at++;
    first = at;
    const exponent = <i32>readDigits(0);
    if (at == first || at - first > 4) return ODD;
    power += sign == 45 ? -exponent : exponent;
  }
  const magnitude = reinterpret<u64>(scaled(mantissa, power));
  return reinterpret<f64>(magnitude | (<u64>(sign == 45) << 63));
}

/** How many zeros begin at a place, eight at a time. */
function zerosFrom(place: usize): usize {
  let next = place;
  let eight = load<u64>(next) ^ 0x3030303030303030;
  while (eight == 0) {
    next += 8;
    eight = load<u64>(next) ^ 0x3030303030303030;
  }
  return next - place + (<usize>ctz(eight) >> 3);
}

/** Appends the digits from here on to a number, eight at a time. */
function readDigits(start: u64): u64 {
  let number = start;
  let next = at;
  let eight = load<u64>(next) ^ 0x3030303030303030;
  let others = notDigits(eight);
  while (others == 0) {
    number = number * 100000000 + joined(eight);
    next += 8;
    eight = load<u64>(next) ^ 0x3030303030303030;
    others = notDigits(eight);
  }
  const digits = <usize>ctz(others) >> 3;
  at = next + digits;
  // Those that are left are moved to the end, behind zeros.
  const left = (eight << ((7 - <u64>digits) << 3)) << 8;
  return number * wholePower(digits) + joined(left);
}

/** A byte above 9 leaves its high bit, in itself or when 118 is added to it; those behind it may too. */
function notDigits(eight: u64): u64 {
  return (eight | (eight + 0x7676767676767676)) & 0x8080808080808080;
}

/** The number of eight digits: neighbours are joined to pairs, pairs to fours, fours to eight. */
function joined(eight: u64): u64 {
  const pairs = (eight * 10 + (eight >> 8)) & 0x00ff00ff00ff00ff;
  const fours = (pairs * 100 + (pairs >> 16)) & 0x0000ffff0000ffff;
  return (fours * 10000 + (fours >> 32)) & 0xffffffff;
}

function wholePower(digits: usize): u64 {
  return load<u64>(WHOLE_POWERS + (digits << 3));
}

function scaled(mantissa: u64, power: i32): f64 {
  if (mantissa == 0) return 0;
  if (power < -MOST_EXACT_POWER || power > MOST_EXACT_POWER) return ODD;
  if (mantissa > MOST_EXACT) return power > 0 ? ODD : dividedLong(mantissa, powerOfTen(-power));
  const exact = <f64>mantissa;
  return power < 0 ? exact / powerOfTen(-power) : exact * powerOfTen(power);
}

function powerOfTen(power: i32): f64 {
  return load<f64>(POWERS + (<usize>power << 3));
}

/**
 * A number of more than 53 bits over a power of ten. The quotient of its nearest double is corrected
 * by the exact remainder (T. J. Dekker, "A floating-point technique for extending the available
 * precision", 1971) and accepted when both ends of the error interval round alike (A. Ziv, 1991).
 */
function dividedLong(mantissa: u64, divisor: f64): f64 {
  const high = <f64>mantissa;
  const low = <f64>(<i64>(mantissa - <u64>high));
  const quotient = high / divisor;
  const back = quotient * divisor;
  const remainder = (high - back) - productError(quotient, divisor, back);
  const correction = (remainder + low) * (1 / divisor);
  const slack = Math.abs(correction) * CORRECTION_ERROR;
  const lower = quotient + (correction - slack);
  return lower == quotient + (correction + slack) ? lower : ODD;
}

/** What the rounding of `product` = a · b lost, exactly. */
function productError(a: f64, b: f64, product: f64): f64 {
  const aShift = SPLITTER * a;
  const aHigh = aShift - (aShift - a);
  const aLow = a - aHigh;
  const bShift = SPLITTER * b;
  const bHigh = bShift - (bShift - b);
  const bLow = b - bHigh;
  return aLow * bLow - (((product - aHigh * bHigh) - aLow * bHigh) - aHigh * bLow);
}

// ---- Dates

// The month that was read last: rows follow each other, so most are of the same.
let monthText: u64 = 0;
let monthStart: i64 = 0;
let monthDays: i32 = 0;

/** What two bytes that are not digits are read as. */
const NO_DIGITS: i32 = 100;

/**
 * The wall-clock time that begins here in ms: `YYYY-MM-DD`, then optionally `T` or a space,
 * `HH:MM:SS`, a fraction, and `Z` or `±HH:MM`, which is noted and dropped. ODD for other text.
 */
function readIsoTime(): f64 {
  const eight = load<u64>(at);
  if (eight != monthText) {
    const century = twoDigits(at);
    const year = twoDigits(at + 2);
    if (century == NO_DIGITS || year == NO_DIGITS) return ODD;
    if (load<u8>(at, 4) != 45 || load<u8>(at, 7) != 45) return ODD;
    toMonth(100 * century + year, twoDigits(at + 5));
    monthText = eight;
  }
  const day = twoDigits(at + 8);
  if (day < 1 || day > monthDays) return ODD;
  let ms = monthStart + <i64>(day - 1) * DAY_MS;
  at += 10;
  const between = load<u8>(at);
  if (between != 32 && between != 84) return <f64>ms;
  const hour = twoDigits(at + 1);
  const minute = twoDigits(at + 4);
  const second = twoDigits(at + 7);
  if (load<u8>(at, 3) != 58 || load<u8>(at, 6) != 58) return ODD;
  if (hour > 23 || minute > 59 || second > 59) return ODD;
  ms += <i64>(hour * 3600000 + minute * 60000 + second * 1000);
  at += 9;
  if (load<u8>(at) == 46) {
    const fraction = readFraction();
    if (fraction < 0) return ODD;
    ms += <i64>fraction;
  }
  return skipOffset() ? <f64>ms : ODD;
}

/** The ms of the fraction that begins at its point, cut; below 0 when it has no digits. */
function readFraction(): i32 {
  const first = ++at;
  let ms = 0;
  let scale = 100;
  let digit = <u32>load<u8>(at) - 48;
  while (digit <= 9) {
    if (scale > 0) ms += <i32>digit * scale;
    else if (digit > 0) marks |= IS_FINER;
    scale /= 10;
    digit = <u32>load<u8>(++at) - 48;
  }
  return at == first ? -1 : ms;
}

/** Notes the offset that begins here, if there is one; false when it is not of a known form. */
function skipOffset(): bool {
  const first = load<u8>(at);
  if (first == 90) at++;
  else if (first == 43 || first == 45) {
    if (twoDigits(at + 1) > 23 || load<u8>(at, 3) != 58 || twoDigits(at + 4) > 59) return false;
    at += 6;
  } else return true;
  marks |= HAS_OFFSET;
  return true;
}

function twoDigits(place: usize): i32 {
  const tens = <u32>load<u8>(place) - 48;
  const units = <u32>load<u8>(place, 1) - 48;
  return tens > 9 || units > 9 ? NO_DIGITS : <i32>(tens * 10 + units);
}

/** Days as H. Hinnant counts them ("chrono-compatible low-level date algorithms"). */
function toMonth(year: i32, ofYear: i32): void {
  monthDays = 0;
  if (year < 1 || ofYear < 1 || ofYear > 12) return;
  const isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  if (ofYear == 2) monthDays = isLeap ? 29 : 28;
  else monthDays = ofYear == 4 || ofYear == 6 || ofYear == 9 || ofYear == 11 ? 30 : 31;
  const shifted = ofYear > 2 ? year : year - 1;
  const era = shifted / 400;
  const yearOfEra = shifted - era * 400;
  const dayOfYear = (153 * (ofYear > 2 ? ofYear - 3 : ofYear + 9) + 2) / 5;
  const dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
  monthStart = <i64>(era * 146097 + dayOfEra - 719468) * DAY_MS;
}
