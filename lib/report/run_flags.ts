// What is said of each run in words before its figures are believed: its own flags, and its dates where
// they are not those of most runs, as figures of other years are no better or worse ones.

import { type CodedTexts, codedTexts, type RunColumns } from "./run_columns.ts";

/** The flags of each run as one text, empty where there is nothing to say. */
export function flagTexts({ count, flags, spans }: RunColumns): CodedTexts {
  const usual = mostHeld(spans);
  const made = codedTexts();
  for (let run = 0; run < count; run++) {
    const span = textOf(spans, run);
    const other = span === "" || span === usual ? [] : [`other dates: ${span}`];
    made.set(run, [textOf(flags, run), ...other].filter((text) => text !== "").join(", "));
  }
  return made.taken(count);
}

function textOf({ texts, codes }: CodedTexts, run: number): string {
  return texts[codes[run] ?? -1] ?? "";
}

/** The text that more than half of those that have one have; null where none is. */
function mostHeld({ texts, codes }: CodedTexts): string | null {
  const counts = new Uint32Array(texts.length);
  let known = 0;
  for (const code of codes) {
    if (code >= texts.length) continue;
    counts[code] = (counts[code] ?? 0) + 1;
    known++;
  }
  return texts.find((_, code) => 2 * (counts[code] ?? 0) > known) ?? null;
}
