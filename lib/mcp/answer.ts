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
    ...(error === undefined ? {} : { error }),
    ...(warnings.length === 0 ? {} : { warnings }),
    ...(notes.length === 0 ? {} : { notes }),
  };
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
