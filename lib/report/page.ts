// The frame of all pages. One that stands alone has nothing outside it: its policy admits exactly the
// inlined scripts and the style sheet, by their hashes, since inside MLflow's viewer it has no origin,
// so 'self' would match nothing. One of a folder of pages has them as files beside it. A policy cannot
// name those by hash, as nothing that is read from file:// can be checked for integrity; it names where
// they are, and admits nothing that stands in the page itself. Either way what a hostile name might
// smuggle in does not run.

import type { Asset } from "./assets.ts";
import { embedJson, escapeHtml, foreignText, linkTo } from "./markup.ts";
import { formatDate } from "./numbers.ts";

/** What a page is put together from. */
export interface PageParts {
  readonly title: string;
  readonly style: Asset;
  readonly scripts: readonly Asset[];
  /** What the scripts read. */
  readonly data: unknown;
  /** The first thing a keyboard reaches: past what stands above the page's matter. */
  readonly skip?: PageLink | undefined;
  /** Markup of header, main and footer. */
  readonly body: string;
  /** Where the page stands, when not alone. */
  readonly place?: PagePlace | undefined;
}

/** A way to another page. */
export interface PageLink {
  /** Foreign text. */
  readonly label: string;
  /** Relative to this page. */
  readonly href: string;
}

/** The place of a page in a folder of pages, which share their scripts and styles. */
export interface PagePlace {
  /** Where a script or style is, relative to this page. */
  readonly addressOf: (asset: Asset) => string;
  /** The pages above this one, the top one first. */
  readonly above: readonly PageLink[];
  /** Pages about the same. */
  readonly beside: readonly PageLink[];
}

/** A whole page as text. */
export function renderPage({ title, style, scripts, data, skip, body, place }: PageParts): string {
  const alone = (assets: readonly Asset[]): string =>
    assets.map(({ hash }) => `'${hash}'`).join(" ");
  const sources = (assets: readonly Asset[]): string =>
    assets.length === 0 ? "'none'" : place === undefined ? alone(assets) : FROM_FILES;
  const policy = `default-src 'none'; script-src ${sources(scripts)}; ` +
    `style-src ${sources([style])}; img-src data:; base-uri 'none'; form-action 'none'`;
  const address = (asset: Asset): string => escapeHtml(place?.addressOf(asset) ?? "");
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
    place === undefined
      ? `<style>${style.text}</style>`
      : `<link rel="stylesheet" href="${address(style)}">`,
    "</head>",
    "<body>",
    ...(skip === undefined
      ? []
      : [`<a class="skip" href="${escapeHtml(skip.href)}">${escapeHtml(skip.label)}</a>`]),
    ...(place === undefined ? [] : [trail(place)]),
    body,
    `<script type="application/json" id="data">${embedJson(data)}</script>`,
    ...scripts.map((script) =>
      place === undefined
        ? `<script>${script.text}</script>`
        : `<script src="${address(script)}"></script>`
    ),
    "</body>",
    "</html>",
    "",
  ].join("\n");
}

/** The folder's own files, however it is read: where a page is a file, browsers differ on 'self'. */
const FROM_FILES = "'self' file:";

/** The ways to other pages; nothing where there are none. */
function trail({ above, beside }: PagePlace): string {
  const link = ({ label, href }: PageLink): string => linkTo(href, foreignText(label, 80));
  if (above.length + beside.length === 0) return "";
  return `<nav class="trail" aria-label="Pages"><span>${above.map(link).join(" › ")}</span>${
    beside.map(link).join("")
  }</nav>`;
}

/** What the reader should know before all else, as a box; nothing where there is nothing. */
export function warningBox(messages: readonly string[]): string {
  if (messages.length === 0) return "";
  const items = messages.map((message) => `<li>${foreignText(message)}</li>`).join("");
  return `<section class="notes" aria-labelledby="warnings"><h2 id="warnings">Warnings</h2><ul>${items}</ul></section>`;
}

/** Who made the page, and when, to the minute: null of a page that says the same whenever it is made. */
export function madeBy(generatedAtMs: number | null): string {
  if (generatedAtMs === null) return "Made by btflow.";
  return `Made by btflow, ${formatDate(Math.floor(generatedAtMs / 60_000) * 60_000)} UTC.`;
}

/** The button that turns light to dark; the script shows it. */
export const THEME_BUTTON =
  '<button type="button" class="button" id="theme" hidden>Switch to dark</button>';

/** What stands where scripts do not run. */
export const WITHOUT_SCRIPTS =
  "<noscript><p>The charts over time need JavaScript; tables and the other charts do not.</p></noscript>";
