// Curves in text: a sparkline of one line, and a chart of braille dots, two by four a character, on
// which every value leaves its dot: a fall between two columns is what people look for.

/** The eight heights of a sparkline. */
const BARS = "▁▂▃▄▅▆▇█";

/** A curve as at most `width` characters, each the last value of its share; a gap is a space. */
export function sparkline(values: ArrayLike<number>, width: number): string {
  const [low, high] = rangeOf(values);
  const columns = Math.min(width, values.length);
  return Array.from({ length: columns }, (_, column) => {
    const value = values[Math.floor((column + 1) * values.length / columns) - 1] as number;
    if (!Number.isFinite(value)) return " ";
    const height = high > low ? (value - low) / (high - low) : 0.5;
    return BARS[Math.min(BARS.length - 1, Math.floor(height * BARS.length))] ?? "";
  }).join("");
}

/** The lowest and the highest of the finite values. */
export function rangeOf(values: ArrayLike<number>): readonly [low: number, high: number] {
  let [low, high] = [Infinity, -Infinity];
  for (let index = 0; index < values.length; index++) {
    const value = values[index] as number;
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}

/** Bits of a braille character, by column and row of its dots. */
const DOTS: readonly (readonly number[])[] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]];

/** How large a chart is, in characters; `at` says where each value lies, in ascending order. */
export interface ChartShape {
  readonly width: number;
  readonly height: number;
  /** By default the values are equally far apart. */
  readonly at?: ArrayLike<number>;
}

/** A curve as lines of braille, from the top; what is not finite is a gap. */
export function brailleChart(
  values: ArrayLike<number>,
  { width, height, at }: ChartShape,
): readonly string[] {
  const [low, high] = rangeOf(values);
  const [columns, rows] = [width * 2, height * 4];
  const cells = new Uint8Array(width * height);
  const dots = (x: number, from: number, to: number): void => {
    for (let y = Math.round(Math.min(from, to)); y <= Math.round(Math.max(from, to)); y++) {
      const cell = Math.floor(y / 4) * width + Math.floor(x / 2);
      cells[cell] = (cells[cell] ?? 0) | (DOTS[x % 2]?.[y % 4] ?? 0);
    }
  };
  const placeOf = (index: number): number => at === undefined ? index : at[index] as number;
  const [first, last] = [placeOf(0), placeOf(values.length - 1)];
  const scale = last > first ? (columns - 1) / (last - first) : 0;
  let before: { readonly x: number; readonly y: number } | null = null;
  for (let index = 0; index < values.length; index++) {
    const value = values[index] as number;
    if (!Number.isFinite(value)) {
      before = null;
      continue;
    }
    const x = Math.round((placeOf(index) - first) * scale);
    const y = high > low ? (high - value) / (high - low) * (rows - 1) : rows / 2;
    if (before === null || before.x === x) dots(x, before?.y ?? y, y);
    else {
      const slope = (y - before.y) / (x - before.x);
      for (let step = before.x; step < x; step++) {
        const from = before.y + slope * (step - before.x);
        dots(step, from, from + slope);
      }
      dots(x, y, y);
    }
    before = { x, y };
  }
  return Array.from(
    { length: height },
    (_, line) =>
      [...cells.subarray(line * width, (line + 1) * width)]
        .map((bits) => String.fromCharCode(0x2800 + bits)).join(""),
  );
}
