// The monthly returns: the buttons over them, which show the strategy's, the benchmark's, or their
// difference; and whole percent on a phone, where twelve months with decimals have no room.
/// <reference no-default-lib="true" />
/// <reference lib="esnext" />
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

import { formatPercent } from "../numbers.ts";

/** Wires the buttons, if the page has any. */
export function wireMonths(): void {
  const buttons = document.querySelectorAll<HTMLElement>("button[data-months]");
  const bodies = document.querySelectorAll<HTMLElement>("tbody[data-months]");
  for (const button of buttons) {
    button.addEventListener("click", () => {
      const shown = button.dataset["months"];
      for (const other of buttons) {
        other.setAttribute("aria-pressed", String(other.dataset["months"] === shown));
      }
      for (const body of bodies) body.hidden = body.dataset["months"] !== shown;
    });
  }
  // As in the style sheet.
  const narrow = matchMedia("(max-width: 600px)");
  const write = (): void => {
    for (const cell of document.querySelectorAll<HTMLDataElement>(".heat:not(.entries) data")) {
      cell.textContent = formatPercent(Number(cell.value), narrow.matches ? 0 : 2);
    }
  };
  narrow.addEventListener("change", write);
  if (narrow.matches) write();
}
