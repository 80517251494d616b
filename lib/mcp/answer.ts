// What a command wrote → what the agent gets: the answer as JSON, cut to what fits, and beside it what
// was warned of, what failed and what was left out. Names, params and the contents of files are
// strings in JSON, with every character that is not seen written out: they stay data.

import type { Page } from "./page.ts";
import { visibleJson } from "./visible_json.ts";

/** What a command ended with. */
export interface Ended {
  /** Its exit code. */
  readonly exit: number;
  readonly out: string;
  /** Lines of stderr: JSON where the command has that format, else text. */
  readonly err: string;
}

/** What is said beside an answer. */
export interface Beside {
  readonly error?: unknown;
  readonly warnings?: readonly unknown[];
  readonly notes?: readonly string[];
}

/** Of what is said beside an answer: so many items, and so many characters of a message. */
const MOST_ITEMS = 50;
const MOST_CHARACTERS = 8000;

/** Reads what a command said on stderr. */
export function readBeside({ err, exit }: Ended): Beside {
  let error: unknown;
  const warnings: unknown[] = [];
  const notes: string[] = [];
  const text: string[] = [];
  for (const line of err.split("\n")) {
    const said = parsed(line);
    if (said?.error !== undefined) error = said.error;
    else if (said?.warning !== undefined) warnings.push(said.warning);
    else if (said?.note !== undefined) notes.push((said.note as { message: string }).message);
    else if (line !== "") text.push(line);
  }
  if (exit !== 0 && error === undefined) {
    const at = text.findIndex((line) => line.startsWith("error: "));
    error = { exit, message: text.slice(Math.max(at, 0)).join("\n").replace(/^error: /, "") };
  } else notes.push(...text);
  return {
    ...(error === undefined ? {} : { error: shortened(error) }),
    ...(warnings.length === 0 ? {} : { warnings: first(warnings.map(shortened)) }),
    ...(notes.length === 0 ? {} : { notes: first(notes).map(cut) }),
  };
}

function first<Item>(items: readonly Item[]): readonly (Item | string)[] {
  const more = items.length - MOST_ITEMS;
  return more <= 0 ? items : [...items.slice(0, MOST_ITEMS), `and ${more} more`];
}

/** An error or a warning whose message is as long as the list of a sweep's failures. */
function shortened(said: unknown): unknown {
  const { message } = said as { readonly message?: unknown };
  return typeof message === "string" ? { ...said as object, message: cut(message) } : said;
}

function cut(text: string): string {
  const more = text.length - MOST_CHARACTERS;
  return more <= 0 ? text : `${text.slice(0, MOST_CHARACTERS)}… (${more} characters more)`;
}

/** A line of stderr as JSON; undefined where it is text. */
function parsed(line: string): Readonly<Record<string, unknown>> | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    return JSON.parse(line) as Readonly<Record<string, unknown>>;
  } catch {
    return undefined;
  }
}

/** The blocks of text of an answer: the answer, and what is said beside it. */
export function textBlocks(page: Page | null, beside: Beside): readonly string[] {
  const said = { ...beside, ...(page?.leftOut === undefined ? {} : { left_out: page.leftOut }) };
  return [
    ...(page === null ? [] : [page.text]),
    ...(Object.keys(said).length === 0 ? [] : [visibleJson(said)]),
  ];
}
