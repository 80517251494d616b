// The frame of both pages: one file with nothing outside it. The policy admits exactly the inlined
// scripts and the style sheet, by their hashes: inside MLflow's viewer the page has no origin, so
// 'self' would match nothing, and what a hostile name might smuggle in is not among the hashes.

import type { Asset } from "./assets.ts";
import { embedJson, escapeHtml, foreignText } from "./markup.ts";
import { formatDate } from "./numbers.ts";

/** What a page is put together from. */
export interface PageParts {
  readonly title: string;
  readonly style: Asset;
  readonly scripts: readonly Asset[];
  /** What the scripts read. */
  readonly data: unknown;
  /** Markup of header, main and footer. */
  readonly body: string;
}

/** A whole page as text. */
export function renderPage({ title, style, scripts, data, body }: PageParts): string {
  const sources = scripts.map(({ hash }) => `'${hash}'`).join(" ") || "'none'";
  const policy = `default-src 'none'; script-src ${sources}; style-src '${style.hash}'; ` +
    "img-src data:; base-uri 'none'; form-action 'none'";
  return [
    "<!doctype html>",
    '<html lang="en">',
    "<head>",
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    '<meta name="referrer" content="no-referrer">',
    '<link rel="icon" href="data:,">',
    `<title>${escapeHtml(title.slice(0, 200))}</title>`,
    `<style>${style.text}</style>`,
    "</head>",
    "<body>",
    body,
    `<script type="application/json" id="data">${embedJson(data)}</script>`,
    ...scripts.map(({ text }) => `<script>${text}</script>`),
    "</body>",
    "</html>",
    "",
  ].join("\n");
}

/** What the reader should know before all else, as a box; nothing where there is nothing. */
export function warningBox(messages: readonly string[]): string {
  if (messages.length === 0) return "";
  const items = messages.map((message) => `<li>${foreignText(message)}</li>`).join("");
  return `<section class="notes" aria-labelledby="warnings"><h2 id="warnings">Warnings</h2><ul>${items}</ul></section>`;
}

/** Who made the page, and when, to the minute. */
export function madeBy(generatedAtMs: number): string {
  return `Made by btflow, ${formatDate(Math.floor(generatedAtMs / 60_000) * 60_000)} UTC.`;
}

/** The button that turns light to dark; the script shows it. */
export const THEME_BUTTON = '<button type="button" class="button" id="theme" hidden>Dark</button>';

/** What stands where scripts do not run. */
export const WITHOUT_SCRIPTS =
  "<noscript><p>The charts over time need JavaScript; tables and the other charts do not.</p></noscript>";
