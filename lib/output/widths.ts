// How wide a terminal draws text, and text cut to a width: names of runs in their middle, as they are most
// alike at their beginnings. The only user of string-width, which knows of what is not plain ASCII.

let stringWidth = (text: string): number => [...text].length;

/** Loads string-width, which a start does without where nothing is drawn: until then a letter is one column. */
export async function loadWidths(): Promise<void> {
  stringWidth = (await import("string-width")).default;
}

/** How many columns of a terminal a text takes. */
export function widthOf(text: string): number {
  return /^[\x20-\x7e]*$/.test(text) ? text.length : stringWidth(text);
}

/** At most so wide: what is left out of the middle is an ellipsis, and the end is kept. */
export function cutMiddle(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  const room = Math.max(0, width - 1);
  const letters = [...text];
  const tail = taken(letters.toReversed(), Math.floor(room / 2)).toReversed();
  const head = taken(letters, room - widthOf(tail.join("")));
  return `${head.join("")}…${tail.join("")}`;
}

/** At most so wide: what is left out of the end is an ellipsis. */
export function cutEnd(text: string, width: number): string {
  return widthOf(text) <= width ? text : `${taken([...text], width - 1).join("")}…`;
}

function taken(letters: readonly string[], width: number): string[] {
  const kept: string[] = [];
  let used = 0;
  for (const letter of letters) {
    used += widthOf(letter);
    if (used > width) break;
    kept.push(letter);
  }
  return kept;
}
