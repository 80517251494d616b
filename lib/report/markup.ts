// The only places where text becomes HTML or JSON in a page. Names, params and columns come from
// files and servers, so nothing reaches the page but through one of these.

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

// deno-lint-ignore no-control-regex
const FORBIDDEN = /[\u0000-\u0008\v\f\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/**
 * Text as HTML text or a quoted attribute value. Characters that HTML does not allow (controls,
 * lone surrogates) and those that turn the direction of what follows become U+FFFD.
 */
export function escapeHtml(text: string): string {
  return text
    .toWellFormed()
    .replace(FORBIDDEN, "\ufffd")
    .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? "");
}

/**
 * A value as JSON that may stand inside `<script type="application/json">`: without `<` no end tag
 * and no comment can begin there. NaN and infinities become null.
 */
export function embedJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** A name or value from outside: isolated, so that right-to-left text cannot reorder the page. */
export function foreignText(text: string, limit = 2_000): string {
  const cut = limit < 1_000 ? "…" : `… (${text.length} characters)`;
  const shown = text.length > limit ? text.slice(0, limit) + cut : text;
  return `<bdi>${escapeHtml(shown)}</bdi>`;
}

/** Markup as a link; as it is, where there is nothing to lead to. */
export function linkTo(href: string | undefined, markup: string): string {
  return href === undefined ? markup : `<a href="${escapeHtml(href)}">${markup}</a>`;
}

/** A number as it stands in markup: two decimals at most, never an exponent or a minus zero. */
export function coordinate(value: number): string {
  const rounded = Math.round(value * 100) / 100;
  return String(Object.is(rounded, -0) ? 0 : rounded);
}
