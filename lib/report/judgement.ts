// The page of a judgement: the sentence, every number with what it is, each split of the returns as a
// dot, and the runs that were compared. It is made of what the command prints and adds no number; it
// has no script, so that it can be read wherever a mail goes.

import { JUDGEMENT_STYLE } from "./assets.ts";
import { foreignText, linkTo } from "./markup.ts";
import { madeBy, type PagePlace, renderPage, warningBox } from "./page.ts";
import { scatterPlot } from "./scatter_plot.ts";

/** What the page says. */
export interface JudgementModel {
  readonly heading: string;
  readonly sentence: string;
  /** What was looked at, a line each. */
  readonly scope: readonly string[];
  readonly lines: readonly {
    readonly label: string;
    readonly value: string;
    readonly meaning: string;
  }[];
  readonly warnings: readonly string[];
  /** The best run of one half, there and in the other half: a dot a split, annualised. */
  readonly splits: {
    readonly inSample: Float64Array;
    readonly outOfSample: Float64Array;
  } | null;
  /** The best first. */
  readonly runs: readonly {
    readonly name: string;
    readonly id: string;
    readonly sharpe: string;
    /** "Stays" where the stepdown keeps it. */
    readonly note: string;
    /** Address of the run's own page. */
    readonly href?: string | undefined;
  }[];
  /** How many were compared, those not listed included. */
  readonly compared: number;
  /** When the page was made, ms since the epoch; null: not said. */
  readonly generatedAt: number | null;
}

/** The page as HTML: one self-contained text, unless it has a place among others. */
export function renderJudgement(model: JudgementModel, place?: PagePlace): string {
  return renderPage({
    title: model.heading,
    style: JUDGEMENT_STYLE,
    scripts: [],
    data: null,
    body: body(model),
    place,
  });
}

function body(model: JudgementModel): string {
  return [
    `<header><h1>${foreignText(model.heading)}</h1>`,
    `<p class="sentence">${foreignText(model.sentence)}</p>`,
    ...model.scope.map((line) => `<p class="quiet">${foreignText(line)}</p>`),
    warningBox(model.warnings),
    "</header><main>",
    numbers(model.lines),
    splits(model),
    runs(model),
    "</main>",
    `<footer><p>${madeBy(model.generatedAt)}</p></footer>`,
  ].join("\n");
}

function numbers(lines: JudgementModel["lines"]): string {
  const rows = lines.map(({ label, value, meaning }) =>
    `<tr><th scope="row">${foreignText(label)}</th><td>${foreignText(value)}</td>` +
    `<td class="meaning">${foreignText(meaning)}</td></tr>`
  );
  return section(
    "numbers",
    "The numbers",
    `<div class="scroll" tabindex="0" role="region" aria-label="The numbers, a table"><table class="judgement">` +
      `<thead><tr><th scope="col">Statistic</th><th scope="col">Value</th>` +
      `<th scope="col" class="meaning">What it is</th></tr></thead><tbody>${
        rows.join("")
      }</tbody></table></div>`,
  );
}

function splits({ splits: pairs }: JudgementModel): string {
  if (pairs === null) return "";
  const chart = scatterPlot(pairs.inSample, pairs.outOfSample, {
    across: "Sharpe ratio in the half in which it is the best",
    up: "In the other half",
  });
  return section(
    "splits",
    "The best of one half, in the other half",
    `<p class="quiet">Each dot is a way to split the rows in two halves. Dots on the dashed line kept ` +
      `their Sharpe ratio, dots below the axis lost money.</p>${chart}`,
  );
}

function runs({ runs: listed, compared }: JudgementModel): string {
  if (listed.length === 0) return "";
  const rows = listed.map(({ name, id, sharpe, note, href }) =>
    `<tr><th scope="row">${linkTo(href, foreignText(name, 200))}</th><td>${
      foreignText(sharpe)
    }</td>` +
    `<td class="words">${foreignText(note)}</td><td class="words">${foreignText(id, 80)}</td></tr>`
  );
  const title = listed.length < compared
    ? `The best ${listed.length} of ${compared} runs compared`
    : "The runs compared";
  return section(
    "runs",
    title,
    `<div class="scroll" tabindex="0" role="region" aria-label="The runs, a table"><table><thead><tr>` +
      `<th scope="col">Run</th><th scope="col">Sharpe ratio</th><th scope="col" class="words">Stepdown</th>` +
      `<th scope="col" class="words">Id</th></tr></thead><tbody>${
        rows.join("")
      }</tbody></table></div>`,
  );
}

function section(id: string, title: string, inner: string): string {
  return `<section aria-labelledby="${id}"><h2 id="${id}">${
    foreignText(title)
  }</h2>${inner}</section>`;
}
