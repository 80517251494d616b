// A judgement as a page: the same lines as in the terminal, with each split as a dot and the runs.

import { type JudgementModel, renderJudgement } from "../report/mod.ts";
import type { Judged } from "./judgement.ts";
import { judgementLines, judgementScope, judgementSentence, ratioText } from "./judgement_text.ts";

/** Runs listed on the page. */
const LISTED = 50;

/** The page as one self-contained HTML text. */
export function judgementPage(judged: Judged, now: number): string {
  const { answer, details, compared } = judged;
  const { crossValidation } = details;
  const scale = Math.sqrt(compared[0]?.periods ?? 1);
  const stays = new Set(answer.stepdown ?? []);
  const sorted = compared.toSorted((a, b) => (b.sharpe ?? -Infinity) - (a.sharpe ?? -Infinity));
  const model: JudgementModel = {
    heading: `Is it luck? ${answer.experiment}`,
    sentence: judgementSentence(answer),
    scope: judgementScope(answer),
    lines: judgementLines(judged),
    warnings: answer.warnings.map(({ message }) => message),
    splits: crossValidation === null ? null : {
      inSample: crossValidation.inSample.map((value) => value * scale),
      outOfSample: crossValidation.outOfSample.map((value) => value * scale),
    },
    runs: sorted.slice(0, LISTED).map(({ id, name, sharpe }) => ({
      id,
      name,
      sharpe: sharpe === null ? "–" : ratioText(sharpe),
      note: stays.has(id) ? "stays" : "",
    })),
    compared: compared.length,
    generatedAt: now,
  };
  return renderJudgement(model);
}
