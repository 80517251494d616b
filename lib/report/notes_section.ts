// The end of a tear sheet: the author's words, how the figures came about, what could not be computed.

import { escapeHtml, foreignText } from "./markup.ts";
import type { TearSheetModel } from "./model.ts";
import { term } from "./tables.ts";

/** Reasons that are told one by one; of more, most metrics are missing for the same few. */
const MOST_NAMED = 12;

/** The author's own words. */
export function noteText({ note }: TearSheetModel): string {
  return note === null || note.trim() === ""
    ? ""
    : `<div class="note">${foreignText(note.trim(), 20_000)}</div>`;
}

/** What the figures are of. */
export function conditionList({ conditions }: TearSheetModel): string {
  const rows = conditions.map(([name, words]) =>
    `<tr><th scope="row">${escapeHtml(name)}</th><td class="words">${
      foreignText(words, 300)
    }</td></tr>`
  );
  return `<table class="conditions"><caption>Conditions</caption><tbody>${
    rows.join("")
  }</tbody></table>`;
}

/** By reason: one cause, such as a missing date, often leaves many figures undefined. */
export function undefinedList({ undefinedFigures, idle }: TearSheetModel): string {
  if (undefinedFigures.length === 0) return "";
  if (idle) {
    const count = undefinedFigures.length;
    return `<p class="undefined">Never traded: ${count} metrics do not exist.</p>`;
  }
  const byReason = new Map<string, string[]>();
  for (const one of undefinedFigures) {
    byReason.set(one.reason, [...byReason.get(one.reason) ?? [], term(one)]);
  }
  const rows = [...byReason].map(([reason, terms]) => {
    const named = terms.slice(0, MOST_NAMED).join(", ");
    const more = terms.length > MOST_NAMED ? ` and ${terms.length - MOST_NAMED} more` : "";
    return `<tr><th scope="row" class="words">${escapeHtml(reason)}</th>` +
      `<td class="words">${named}${more}</td></tr>`;
  });
  return `<table class="undefined"><caption>Not computed, and why</caption><thead><tr>` +
    `<th scope="col" class="words">Reason</th><th scope="col" class="words">Metrics</th>` +
    `</tr></thead><tbody>${rows.join("")}</tbody></table>`;
}

/** What a reader who may put money in must be told. */
export function disclaimer(_: TearSheetModel): string {
  return `<p class="disclaimer quiet">Computed from the returns that were given, which may be hypothetical ` +
    `and may leave out costs, taxes and slippage. Past results, real or simulated, do not tell ` +
    `future ones. No offer and no advice.</p>`;
}
