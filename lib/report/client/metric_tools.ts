// The list of metrics: a few at first, all by a button, and those that a word finds.
/// <reference no-default-lib="true" />
/// <reference lib="esnext" />
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

/** Folds the list and wires its button and its search. */
export function wireMetrics(): void {
  const tables = document.getElementById("metric-tables");
  const tools = document.getElementById("metric-tools");
  const button = document.getElementById("all-metrics");
  const search = document.getElementById("find-metric");
  if (tables === null || tools === null || button === null) return;
  const all = button.textContent ?? "";
  let folded = true;
  const show = (): void => {
    const wanted = search instanceof HTMLInputElement ? search.value.trim().toLowerCase() : "";
    tables.classList.toggle("folded", folded && wanted === "");
    for (const row of tables.querySelectorAll<HTMLElement>("tbody tr")) {
      const name = row.querySelector("th")?.textContent?.toLowerCase() ?? "";
      row.hidden = !name.includes(wanted);
    }
    button.textContent = folded ? all : "Fewer metrics";
    button.setAttribute("aria-expanded", String(!folded));
  };
  button.addEventListener("click", () => {
    folded = !folded;
    show();
  });
  search?.addEventListener("input", show);
  tools.hidden = false;
  show();
}
