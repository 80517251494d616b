// An answer cut to what an agent can take in: by rows where it is a list, by characters where one
// object is too large. What is left out is said with the arguments that ask for it.

import { visibleJson } from "./visible_json.ts";

/** A part of an answer. */
export interface Page {
  readonly text: string;
  /** What is not in it, and how to ask for it; undefined where it is whole. */
  readonly leftOut?: string;
}

/** What part is asked for. */
export interface Cut {
  /** Rows left out at the beginning; characters, of an answer that is one object. */
  readonly offset: number;
  /** Rows at most. */
  readonly limit: number;
  /** What makes a row smaller or the list shorter: the names of such arguments. */
  readonly narrowing: readonly string[];
}

/** Characters of an answer at most: about as many thousand tokens as a model reads at once. */
export const MAX_CHARACTERS = 60_000;

/** The part of an answer that is asked for and fits. */
export function pageOf(answer: unknown, cut: Cut): Page {
  return Array.isArray(answer) ? rowsPage(answer, cut) : textPage(visibleJson(answer), cut);
}

function rowsPage(rows: readonly unknown[], { offset, limit, narrowing }: Cut): Page {
  const lines: string[] = [];
  let characters = 0;
  for (const row of rows.slice(offset, offset + limit)) {
    const line = visibleJson(row);
    characters += line.length + 2;
    if (characters > MAX_CHARACTERS) break;
    lines.push(line);
  }
  const text = lines.length === 0 ? "[]" : `[\n${lines.join(",\n")}\n]`;
  const end = offset + lines.length;
  if (offset === 0 && end === rows.length) return { text };
  const narrow = narrowing.length === 0 ? "" : `; less at once: ${narrowing.join(", ")}`;
  if (lines.length === 0 && offset < rows.length) {
    const over = `row ${offset} alone has more than ${MAX_CHARACTERS} characters`;
    return { text, leftOut: `${over}; the next: offset ${offset + 1}${narrow}` };
  }
  const shown = lines.length === 0
    ? `no rows of ${rows.length}`
    : `rows ${offset} to ${end - 1} of ${rows.length}`;
  const next = end < rows.length ? `the next: offset ${end}` : "the last ones";
  return { text, leftOut: `${shown}; ${next}${end < rows.length ? narrow : ""}` };
}

function textPage(text: string, { offset, narrowing }: Cut): Page {
  if (offset === 0 && text.length <= MAX_CHARACTERS) return { text };
  const end = Math.min(offset + MAX_CHARACTERS, text.length);
  const narrow = narrowing.length === 0 ? "" : `; less at once: ${narrowing.join(", ")}`;
  const next = end < text.length ? `the next: offset ${end}${narrow}` : "the last ones";
  return {
    text: text.slice(offset, end),
    leftOut: `characters ${offset} to ${end - 1} of ${text.length} of the JSON; ${next}`,
  };
}
