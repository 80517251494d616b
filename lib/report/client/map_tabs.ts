// The tabs over the map, as keyboards expect of tabs. What is out of sight is not drawn, so that each
// is drawn when it is shown.
/// <reference no-default-lib="true" />
/// <reference lib="esnext" />
/// <reference lib="dom" />

/**
 * Wires the tabs: ids of panels, and how each is drawn; null for one that these runs have not. The first
 * that they have is shown; without any there is no map.
 */
export function wireTabs(panels: Readonly<Record<string, (() => void) | null>>): void {
  const tabs = Object.entries(panels).flatMap(([id, draw]) => {
    const [tab, panel] = [document.getElementById(`tab-${id}`), document.getElementById(id)];
    if (tab === null || panel === null) return [];
    tab.hidden = draw === null;
    if (draw !== null) return [{ tab, panel, draw }];
    panel.hidden = true;
    return [];
  });
  const show = (chosen: HTMLElement): void => {
    for (const { tab, panel, draw } of tabs) {
      const on = tab === chosen;
      tab.setAttribute("aria-selected", String(on));
      tab.tabIndex = on ? 0 : -1;
      panel.hidden = !on;
      if (on) draw();
    }
  };
  const [first] = tabs;
  const map = document.getElementById("map");
  if (map !== null) map.hidden = first === undefined;
  if (first?.panel.hidden === true) show(first.tab);
  tabs.forEach(({ tab }, place) => {
    tab.addEventListener("click", () => show(tab));
    tab.addEventListener("keydown", ({ key }) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[key];
      const next = tabs[(place + (step ?? 0) + tabs.length) % tabs.length]?.tab;
      if (step === undefined || next === undefined) return;
      show(next);
      next.focus();
    });
  });
}
