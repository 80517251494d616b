// The comparison page's markup: a funnel from all runs to the few that are looked at side by side. It
// holds places and words alone; what stands in them is drawn by the page's script. A page of a few
// runs begins where the funnel ends.

import type { ComparisonLuck, ComparisonModel } from "./comparison_model.ts";
import { foreignText } from "./markup.ts";
import { madeBy, THEME_BUTTON, warningBox } from "./page.ts";

/** Runs that are looked at side by side without being chosen first. */
export const FEW = 8;

/** Header, main and footer. */
export function comparisonBody(model: ComparisonModel): string {
  const { runs } = model;
  const warnings = warningBox(model.warnings.map(({ message }) => message));
  const facts = model.facts.map((fact) => foreignText(fact)).join(" · ");
  const isFew = runs.count <= FEW;
  const parts = isFew ? [sideBySide("Side by side"), curves(model), together(model)] : [
    mapAndFilters(),
    curves(model),
    leaderboard(),
    sideBySide("Side by side: the ticked runs"),
    together(model),
  ];
  return [
    `<header><div class="top"><div><h1>${foreignText(model.heading)}</h1>`,
    `<p class="quiet" id="facts">${facts}</p></div>${THEME_BUTTON}</div>${warnings}`,
    model.luck === null ? "" : luckBox(model.luck),
    "</header>",
    `<main><noscript><p>This page needs JavaScript.</p></noscript>${parts.join("")}</main>`,
    `<footer><p>${madeBy(model.generatedAt)}</p></footer>`,
  ].join("");
}

/** What `judge` says, in its words and with its numbers. */
function luckBox({ sentence, lines, command }: ComparisonLuck): string {
  const items = lines.map(({ label, value, meaning }) =>
    `<div><dt>${foreignText(label)}</dt><dd>${foreignText(value)}</dd><dd>${
      foreignText(meaning)
    }</dd></div>`
  );
  return `<section class="luck" aria-labelledby="luck-title"><h2 id="luck-title">Is the best one luck?</h2>` +
    `<p>${foreignText(sentence)}</p><dl class="cards">${items.join("")}</dl>` +
    `<p class="quiet hint">All of it: <code>${foreignText(command)}</code></p></section>`;
}

function section(id: string, title: string, inner: string): string {
  return `<section id="${id}-part" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>${inner}</section>`;
}

function mapAndFilters(): string {
  const filters = `<details id="filters" open><summary>Filters</summary>` +
    `<div class="choices" id="chips"></div><div id="ranges-of"></div>` +
    `<p><button type="button" class="button" id="clear">Clear all filters</button></p>` +
    `<div id="as-command" hidden><p class="quiet">The same search as a command:</p>` +
    `<pre tabindex="0" aria-label="Command"></pre>` +
    `<button type="button" class="button" id="copy">Copy</button></div></details>`;
  const axis = (id: string, label: string): string =>
    `<label>${label} <select data-axis="${id}"></select></label>`;
  const map =
    `<figure id="map"><figcaption><div class="choices tabs" role="tablist" aria-label="Map">` +
    `<button type="button" role="tab" id="tab-dots" aria-controls="dots" aria-selected="true">Scatter</button>` +
    `<button type="button" role="tab" id="tab-heat" aria-controls="heat" aria-selected="false" tabindex="-1">Heat map</button>` +
    `<button type="button" role="tab" id="tab-lines" aria-controls="lines" aria-selected="false" tabindex="-1">Parallel</button>` +
    `</div></figcaption>` +
    `<div id="dots" role="tabpanel" aria-labelledby="tab-dots"><div class="choices">${
      axis("y", "Y")
    }${axis("x", "X")}<span class="quiet" id="front"></span></div>` +
    `<div class="scatter" tabindex="0" role="application" aria-label="Runs as dots: arrow keys go from one to the next, Enter ticks it"></div></div>` +
    `<div id="heat" role="tabpanel" aria-labelledby="tab-heat" hidden><div class="choices">${
      axis("rows", "Rows")
    }${axis("columns", "Columns")}${axis("metric", "Median of")}</div>` +
    `<div class="scroll" tabindex="0" role="region" aria-label="Heat map"></div>` +
    `<p class="quiet hint">Each cell: the median of the runs shown with both values, and how many they are; its tip compares it with the cells around. A click keeps these runs alone.</p></div>` +
    `<div id="lines" role="tabpanel" aria-labelledby="tab-lines" hidden><div class="choices">${
      ["First", "Second", "Third"].map((which) => `<select aria-label="${which} metric"></select>`)
        .join("")
    }<span class="quiet" id="lines-note"></span></div><div class="scatter"></div>` +
    `<p class="quiet hint">In colour: the ticked runs, and the first tenth in the leaderboard’s order. Drag along an axis to keep a stretch of it, as the sliders do; a click on it lets go.</p></div>` +
    `</figure>`;
  return section("map", "All runs", `<div class="funnel">${filters}${map}</div>`);
}

function curves({ curves: drawn, curveNotes }: ComparisonModel): string {
  const notes = curveNotes.map((note) => `<p class="quiet">${foreignText(note)}</p>`).join("");
  const place = drawn.size === 0
    ? ""
    : `<div class="choices curves-bar"><div class="choices" id="ranges" role="group" aria-label="Time range"></div>` +
      `<div class="choices" id="scale" role="group" aria-label="Scale">` +
      `<button type="button" data-scale="linear">Linear</button><button type="button" data-scale="log">Log</button></div></div>` +
      `<div class="plot" id="curves" tabindex="0" role="group" aria-label="Cumulative returns: arrow keys move the cursor"></div>` +
      `<h3>Drawdown of the ticked runs</h3><div class="plot" id="falls" role="group" aria-label="Drawdowns of the ticked runs"></div>` +
      `<p class="quiet" id="at" role="status"></p>` +
      `<p class="quiet hint">Drag over a chart to zoom<span id="grey-hint" hidden>, click a grey curve to tick its run</span>.</p>`;
  return section("curves", "Cumulative returns", notes + place);
}

function leaderboard(): string {
  return section(
    "leaderboard",
    "Leaderboard",
    `<div class="choices bar"><label>Find <input type="search" id="find" placeholder="words, fast=20, sharpe&gt;1" aria-describedby="found"></label>` +
      `<button type="button" class="button" id="select-top">Tick the top 8</button>` +
      `<button type="button" class="button" id="select-none">Tick none</button>` +
      `<button type="button" class="button" id="csv">Copy as CSV</button>` +
      `<span class="quiet" id="count" role="status"></span></div>` +
      `<p class="problem" id="found" role="status"></p>` +
      `<div class="choices bar" id="split" hidden><label>Out of sample from <output></output> <input type="range" min="0" step="1"></label>` +
      `<span class="quiet"></span></div>` +
      `<details class="columns"><summary>Columns</summary><div class="choices"><label>Find a column <input type="search" id="find-column"></label>` +
      `<button type="button" class="button" id="key-columns">Key columns only</button></div><div id="columns"></div></details>` +
      `<div class="scroll board" tabindex="0" role="region" aria-label="Rows of the leaderboard"><table id="board"><thead></thead><tbody></tbody></table></div>`,
  );
}

function sideBySide(title: string): string {
  return section(
    "sides",
    title,
    `<p class="quiet" id="sides-hint"></p><div class="scroll" tabindex="0" role="region" aria-label="Table side by side"><table id="sides"></table></div>`,
  );
}

function together({ rows }: ComparisonModel): string {
  if (rows === null) return "";
  return section(
    "together",
    "The ticked runs together",
    `<p class="quiet" id="together-hint"></p><div class="pair"><figure><figcaption><h3>Correlation of their returns</h3></figcaption>` +
      `<div class="scroll" tabindex="0" role="region" aria-label="Correlations"><table id="correlation"></table></div></figure>` +
      `<figure><figcaption><h3>Equal-weight portfolio</h3></figcaption>` +
      `<div class="scroll" tabindex="0" role="region" aria-label="Portfolio"><table id="portfolio"></table></div><p class="quiet">The same share in each run, rebalanced every row; no costs, no rate taken off.</p></figure></div>`,
  );
}
