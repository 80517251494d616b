// A judgement as a page: the same lines as in the terminal, with each split as a dot and the runs.

import { type JudgementModel, type PagePlace, renderJudgement } from "../report/mod.ts";
import type { Judged } from "./judgement.ts";
import { judgementLines, judgementScope, judgementSentence, ratioText } from "./judgement_text.ts";

/** Runs listed on the page. */
const LISTED = 50;

/** What the page says that the judgement does not. */
export interface JudgementPageFacts {
  /** ms since the epoch; null: the page does not say when it was made. */
  readonly now: number | null;
  /** Addresses of the runs' own pages, by id. */
  readonly sheets?: ReadonlyMap<string, string>;
  /** Where the page stands, when not alone. */
  readonly place?: PagePlace;
}

/** The page as HTML: one self-contained text, unless it has a place among others. */
export function judgementPage(
  judged: Judged,
  { now, sheets, place }: JudgementPageFacts,
): string {
  const { answer, details, compared } = judged;
  const { crossValidation } = details;
  const scale = Math.sqrt(compared[0]?.periods ?? 1);
  const stays = new Set(answer.stepdown ?? []);
  const sorted = compared.toSorted((a, b) => (b.sharpe ?? -Infinity) - (a.sharpe ?? -Infinity));
  const model: JudgementModel = {
    heading: `Is it luck? ${answer.experiment}`,
    sentence: judgementSentence(answer),
    scope: judgementScope(answer),
    lines: judgementLines(judged).map((line) => ({ ...line, value: withMinus(line.value) })),
    warnings: answer.warnings.map(({ message }) => message),
    splits: crossValidation === null ? null : {
      inSample: crossValidation.inSample.map((value) => value * scale),
      outOfSample: crossValidation.outOfSample.map((value) => value * scale),
    },
    runs: sorted.slice(0, LISTED).map(({ id, name, sharpe }) => ({
      id,
      name,
      sharpe: sharpe === null ? "–" : withMinus(ratioText(sharpe)),
      note: stays.has(id) ? "stays" : "",
      href: sheets?.get(id),
    })),
    compared: compared.length,
    generatedAt: now,
  };
  return renderJudgement(model, place);
}

/** A figure with the sign that all pages have. */
function withMinus(figure: string): string {
  return figure.replace(/^-(?=\d)/, "−");
}
