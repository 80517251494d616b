// The buttons over the monthly returns: the strategy's, the benchmark's, or their difference.

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
}
