// The paper edition: the same page laid out for two sheets, its charts drawn to their width.
/// <reference no-default-lib="true" />
/// <reference lib="esnext" />
/// <reference lib="dom" />

/** Whether the page is laid out for paper now. */
export function onPaper(): boolean {
  return "paper" in document.documentElement.dataset;
}

/** Lays the page out for paper while it is printed, and calls back when its charts must be drawn anew. */
export function wirePaper(onChange: () => void): void {
  const root = document.documentElement;
  const print = (on: boolean): void => {
    if (on === onPaper()) return;
    if (on) root.dataset["paper"] = "";
    else delete root.dataset["paper"];
    onChange();
  };
  addEventListener("beforeprint", () => print(true));
  addEventListener("afterprint", () => print(false));
  matchMedia("print").addEventListener("change", ({ matches }) => print(matches));
}
