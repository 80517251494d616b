// The only user of uPlot: its types, and the constructor that the page's first script puts in the
// global scope. Its source text is part of assets.ts, so a page needs no file and no network.

import type UPlot from "uplot";

export type { UPlot };

/** uPlot as the inlined script left it; only in a page. */
export function inlinedUplot(): typeof UPlot {
  return (globalThis as unknown as { readonly uPlot: typeof UPlot }).uPlot;
}
