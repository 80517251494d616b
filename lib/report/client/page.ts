// What both pages do in the browser besides charts: the theme button, definitions on hover, focus
// or tap, and reading the page's data and colours. Text is only ever set as text.
/// <reference no-default-lib="true" />
/// <reference lib="esnext" />
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

/** The page's data, from its one JSON block. */
export function pageData<Data>(): Data {
  return JSON.parse(document.getElementById("data")?.textContent ?? "null") as Data;
}

/** Colours by what decides them and their name: asking the browser makes it lay out the page. */
const colours = new Map<string, string>();

/** The colour a paint has now; resolved by the browser, so light, dark and print are one path. */
export function paintColour(variable: string): string {
  const { theme = "", paper } = document.documentElement.dataset;
  const isDark = matchMedia("(prefers-color-scheme: dark)").matches;
  const isPrinted = paper !== undefined || matchMedia("print").matches;
  const key = `${theme} ${isDark} ${isPrinted} ${variable}`;
  const known = colours.get(key);
  if (known !== undefined) return known;
  const probe = document.createElement("span");
  probe.style.color = `var(--${variable})`;
  document.body.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  colours.set(key, colour);
  return colour;
}

/** Turns light to dark and back; nothing is stored, since a sandboxed frame has no storage. */
export function wireTheme(onChange: () => void): void {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const button = document.getElementById("theme");
  const isDark = (): boolean => {
    const chosen = document.documentElement.dataset["theme"];
    return chosen === undefined ? dark.matches : chosen === "dark";
  };
  const show = (): void => {
    if (button !== null) button.textContent = isDark() ? "Switch to light" : "Switch to dark";
  };
  button?.addEventListener("click", () => {
    document.documentElement.dataset["theme"] = isDark() ? "light" : "dark";
    show();
    onChange();
  });
  dark.addEventListener("change", () => {
    show();
    onChange();
  });
  if (button !== null) button.hidden = false;
  show();
}

/** The one floating box of the page, made when first needed. */
function tipBox(): HTMLElement {
  const known = document.getElementById("tip");
  if (known !== null) return known;
  const tip = document.createElement("div");
  tip.id = "tip";
  tip.setAttribute("role", "presentation");
  document.body.append(tip);
  return tip;
}

/** Up to this width a page is a phone's, as in the style sheet. */
const PHONE = 600;

/** Shows text beside a place on the screen, inside the window. */
export function showTip(text: string, place: { left: number; top: number; bottom: number }): void {
  const tip = tipBox();
  tip.textContent = text;
  tip.hidden = false;
  const { width, height } = tip.getBoundingClientRect();
  // On a phone the finger is where the text would be; else beside the word, whose row goes on to its
  // right, and below it only where there is no room.
  const isNarrow = innerWidth <= PHONE;
  const beside = place.left - width - 12;
  const below = place.bottom + 6;
  const left = isNarrow || beside < 8
    ? Math.max(8, Math.min(place.left, innerWidth - width - 8))
    : beside;
  const top = isNarrow
    ? innerHeight - height - 8
    : beside >= 8
    ? Math.max(8, Math.min(place.top, innerHeight - height - 8))
    : below + height > innerHeight
    ? Math.max(8, place.top - height - 6)
    : below;
  tip.style.left = `${left}px`;
  tip.style.top = `${top}px`;
}

export function hideTip(): void {
  tipBox().hidden = true;
}

/** What a term (its definition, named by aria-describedby) or a mark of a chart says of itself. */
function tipText(term: Element): string {
  const id = term.getAttribute("aria-describedby");
  if (id === null) return term.getAttribute("data-tip") ?? "";
  return document.getElementById(id)?.textContent ?? "";
}

/** Definitions and the values of bars: hover, focus and tap show them, Escape hides them. */
export function wireTips(): void {
  const termOf = (target: EventTarget | null): Element | null =>
    target instanceof Element ? target.closest(".term, .mark") : null;
  const show = (event: Event): void => {
    const term = termOf(event.target);
    const text = term === null ? "" : tipText(term);
    if (term !== null && text !== "") showTip(text, term.getBoundingClientRect());
  };
  const hide = (event: Event): void => {
    if (termOf(event.target) !== null) hideTip();
  };
  document.addEventListener("mouseover", show);
  document.addEventListener("mouseout", hide);
  document.addEventListener("focusin", show);
  document.addEventListener("focusout", hide);
  document.addEventListener("click", show);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") hideTip();
  });
  addEventListener("scroll", hideTip, { passive: true });
}
