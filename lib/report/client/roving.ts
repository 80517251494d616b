// Few stops of the tab key: a table, the cards, the ranges and the charts are one each, within which arrow
// keys lead from one to the next. What has nothing to scroll is no stop either.
/// <reference no-default-lib="true" />
/// <reference lib="esnext" />
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

const UP_AND_DOWN: Readonly<Record<string, number>> = { ArrowUp: -1, ArrowDown: 1 };
const ALL_WAYS: Readonly<Record<string, number>> = { ...UP_AND_DOWN, ArrowLeft: -1, ArrowRight: 1 };

/** Buttons of which each group is one stop. */
const GROUPS = ".cards, #ranges, .metric-tables, table:not(.metric-tables table)";

/** Wires the whole page; to be called after what hides and shows its parts. */
export function wireRoving(): void {
  const settles = [
    ...Array.from(
      document.querySelectorAll<HTMLElement>(GROUPS),
      (group) => rove(group, "button", ALL_WAYS),
    ),
    rove(document.body, ".plot", UP_AND_DOWN),
    settleScrolls,
  ];
  const settle = (): void => settles.forEach((one) => one());
  settle();
  document.addEventListener("click", settle);
  document.addEventListener("input", settle);
  addEventListener("resize", settle);
}

/** Makes the parts of a group one stop; gives what is to be called when some were hidden or shown. */
function rove(
  group: HTMLElement,
  parts: string,
  steps: Readonly<Record<string, number>>,
): () => void {
  const all = (): HTMLElement[] => [...group.querySelectorAll<HTMLElement>(parts)];
  const shown = (): HTMLElement[] => all().filter((one) => one.checkVisibility());
  const settleOn = (stop: HTMLElement | undefined): void => {
    for (const one of all()) one.tabIndex = one === stop ? 0 : -1;
  };
  const partOf = ({ target }: Event): HTMLElement | null =>
    target instanceof Element ? target.closest<HTMLElement>(parts) : null;
  group.addEventListener("focusin", (event) => {
    const part = partOf(event);
    if (part !== null) settleOn(part);
  });
  group.addEventListener("keydown", (event) => {
    const part = partOf(event);
    const step = steps[event.key];
    if (part === null || step === undefined || event.altKey || event.ctrlKey || event.metaKey) {
      return;
    }
    const places = shown();
    const next = places[places.indexOf(part) + step];
    event.preventDefault();
    next?.focus();
  });
  return () => {
    const places = shown();
    settleOn(places.find(({ tabIndex }) => tabIndex === 0) ?? places[0]);
  };
}

function settleScrolls(): void {
  for (const region of document.querySelectorAll<HTMLElement>(".scroll")) {
    region.tabIndex = region.scrollWidth > region.clientWidth ? 0 : -1;
  }
}
