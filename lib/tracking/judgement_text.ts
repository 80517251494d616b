// A judgement in words: one sentence to quote, what was looked at, then each number with what it is.
// Page and terminal are made of the same lines, so that they cannot say different things.

import { BETTER_GONE } from "../judge/judge.ts";
import { NO_HOLDOUT } from "../judge/of_rows.ts";
import { markdownTable, markdownText } from "../output/markdown_text.ts";
import type { Judged, JudgementAnswer } from "./judgement.ts";
import { repeatsText, statesText } from "./trials.ts";

/** One number and what it is. */
export interface JudgementLine {
  /** Key of the answer. */
  readonly field: string;
  readonly label: string;
  /** As shown; a dash where there is none. */
  readonly value: string;
  /** What the number says, or why there is none. */
  readonly meaning: string;
}

const NONE = "–";

/** The sentence: no more than the numbers behind it. */
export function judgementSentence(answer: JudgementAnswer): string {
  const { best, trials } = answer;
  if (best === null) {
    return `${tried(trials.total)}; no active run that is judged has a Sharpe ratio, so there is ` +
      "nothing to judge.";
  }
  const { sharpe_ratio: logged, returns_sharpe_ratio: own } = best;
  // The numbers that follow are of the returns.
  const besides = own === null || ratioText(own) === ratioText(logged)
    ? ""
    : ` (its returns alone: ${ratioText(own)})`;
  const head = `${bestOf(answer)}: ${best.run_name} with a Sharpe ratio of ${
    ratioText(logged)
  }${besides}.`;
  const { expected_maximum_sharpe: expected, deflated_sharpe_ratio: deflated } = answer;
  if (expected === null || deflated === null) return head;
  return `${head} Of ${whole(trials.total)} without skill the best is expected to show ${
    ratioText(expected)
  }; the probability that its true Sharpe ratio is above that is ${probability(deflated)}.`;
}

/** Among which it is the best: not always among all that count as trials. */
function bestOf({ trials, trials_from: from, filter, warnings }: JudgementAnswer): string {
  const total = whole(trials.total);
  const counted = from === "given"
    ? `${total} tried, as given`
    : from === "active"
    ? `${total} that are active`
    : `${total} tried`;
  if (filter !== null) return `Best that the filter holds for, of ${counted}`;
  const isAll = from === "active" || warnings.every(({ code }) => code !== BETTER_GONE);
  return `Best of ${isAll ? "" : "the active ones of "}${counted}`;
}

function tried(total: number): string {
  return `${whole(total)} ${total === 1 ? "backtest was" : "backtests were"} tried`;
}

/** What was judged, and of how many. */
export function judgementScope(answer: JudgementAnswer): readonly string[] {
  const { trials, runs, rows, start, end, left_out: leftOut, trials_from: from } = answer;
  const dates = start === null || end === null
    ? ""
    : `, ${start.slice(0, 10)} to ${end.slice(0, 10)}`;
  const states = statesText(trials, whole);
  const source = from === "given"
    ? `${whole(trials.total)} as given with --trials`
    : `${plural(trials.total, "distinct backtest")}${
      from === "active" ? " that are active" : " ever logged"
    }`;
  return [
    `Experiment ${answer.experiment}: ${plural(runs, "run")} compared on ${
      plural(rows, "common row")
    }${dates}`,
    `Trials: ${source} (${states === "" ? "none here" : states})${repeatsText(trials, whole)}`,
    ...(leftOut.length === 0 ? [] : [leftOutText(answer)]),
    ...(answer.filter === null ? [] : [`Compared where ${answer.filter}`]),
    ...(answer.benchmark === null ? [] : [`Tested against the benchmark ${answer.benchmark}`]),
    ...(answer.rows_cut === 0 ? [] : [
      `Cross-validated in ${answer.splits} blocks, without the last ${
        plural(answer.rows_cut, "row")
      }`,
    ]),
  ];
}

const NAMED = 3;

function leftOutText({ left_out: leftOut }: JudgementAnswer): string {
  const reasons = new Map<string, string[]>();
  for (const { run_id: id, reason } of leftOut) {
    const ids = reasons.get(reason);
    if (ids === undefined) reasons.set(reason, [id]);
    else ids.push(id);
  }
  const parts = [...reasons].map(([reason, ids]) => {
    const more = ids.length > NAMED ? ", …" : "";
    return `${whole(ids.length)}: ${reason} (${ids.slice(0, NAMED).join(", ")}${more})`;
  });
  return `Not compared, but trials: ${parts.join("; ")}`;
}

/** Every number, in the order of the answer. */
export function judgementLines({ answer, compared, details }: Judged): readonly JudgementLine[] {
  const { best, trials, effective_trials_by: by, spa_p_value: spa } = answer;
  const n = whole(trials.total);
  const haircut = answer.haircut_sharpe_ratio;
  const p = pValue(answer.resamples);
  const against = answer.benchmark === null ? "0" : "the benchmark";
  const lines: JudgementLine[] = [
    {
      field: "deflated_sharpe_ratio",
      label: "Deflated Sharpe ratio",
      value: shown(answer.deflated_sharpe_ratio, probability),
      meaning: `probability that the true one is above the expected maximum`,
    },
    {
      field: "expected_maximum_sharpe",
      label: "Expected maximum",
      value: shown(answer.expected_maximum_sharpe, ratioText),
      meaning: `Sharpe ratio of the best of ${
        plural(trials.total, "independent trial")
      } without skill`,
    },
    {
      field: "effective_trials",
      label: "Effective trials",
      value: shown(answer.effective_trials, places(1)),
      meaning:
        `of the ${whole(answer.runs)} compared, by how alike their returns are (by two other ` +
        `ways ${shown(by.average, places(1))} and ${
          shown(by.eigenvalue, places(1))
        }); shown, not used`,
    },
    {
      field: "probability_of_backtest_overfitting",
      label: "Overfitting (PBO)",
      value: shown(answer.probability_of_backtest_overfitting, share),
      meaning:
        "share of splits in which the best of one half is not among the better half of the runs in the other",
    },
    {
      field: "degradation_slope",
      label: "Degradation slope",
      value: shown(answer.degradation_slope, ratioText),
      meaning:
        "Sharpe ratio in the other half gained for each 1 in the half in which it is the best",
    },
    {
      field: "probability_of_loss",
      label: "Probability of loss",
      value: shown(answer.probability_of_loss, share),
      meaning: "share of splits in which the best of one half loses in the other",
    },
    {
      field: "reality_check_p_value",
      label: "Reality check",
      value: shown(answer.reality_check_p_value, p),
      meaning: `p-value of the best mean return against ${against}, for all compared (White 2000)`,
    },
    {
      field: "spa_p_value",
      label: "SPA",
      value: shown(spa.consistent, p),
      meaning: `p-value of the same, each run by its own spread (Hansen 2005); from ${
        shown(spa.lower, p)
      } to ${shown(spa.upper, p)}`,
    },
    {
      field: "stepdown",
      label: "Stepdown",
      value: answer.stepdown === null ? NONE : plural(answer.stepdown.length, "run"),
      meaning:
        `with a mean above ${against} beyond luck, all tested together, at 5 % (Romano and ` +
        `Wolf 2005)${namedText(answer.stepdown ?? [], compared)}`,
    },
    {
      field: "haircut_sharpe_ratio",
      label: "Haircut Sharpe ratio",
      value: shown(haircut.holm, ratioText),
      meaning: `what ${n} ${trials.total === 1 ? "trial leaves" : "trials leave"} of ${
        best === null ? "it" : ratioText(best.returns_sharpe_ratio ?? best.sharpe_ratio)
      } (by Holm; Bonferroni ${shown(haircut.bonferroni, ratioText)}, BHY ${
        shown(haircut.bhy, ratioText)
      })`,
    },
    {
      field: "minimum_backtest_length_years",
      label: "Minimum length",
      value: answer.minimum_backtest_length_years === null
        ? NONE
        : `${yearsText(answer.minimum_backtest_length_years)} years`,
      meaning: `of a backtest; in less the best of ${n} without skill shows such a Sharpe ratio`,
    },
  ];
  const undefinedFor = answer.undefined;
  return [
    ...lines.map((line) => {
      const reason = undefinedFor[line.field];
      return line.value === NONE && reason !== undefined ? { ...line, meaning: reason } : line;
    }),
    ...holdoutLine(answer, details.ranked),
  ];
}

/** The first few runs by name. */
function namedText(ids: readonly string[], compared: Judged["compared"]): string {
  if (ids.length === 0) return "";
  const names = ids.slice(0, NAMED).map((id) => compared.find((run) => run.id === id)?.name ?? id);
  return `: ${names.join(", ")}${ids.length > NAMED ? ", …" : ""}`;
}

function holdoutLine(
  answer: JudgementAnswer,
  ranked: number | null,
): readonly JudgementLine[] {
  const { holdout } = answer;
  if (holdout === null) {
    const reason = answer.undefined["holdout"];
    return reason === undefined || reason === NO_HOLDOUT
      ? []
      : [{ field: "holdout", label: "Holdout", value: NONE, meaning: reason }];
  }
  const { rank } = holdout;
  // The average of equals may lie between two places.
  const place = `, place ${places(Number.isInteger(rank) ? 0 : 1)(rank)} of ${
    ranked ?? answer.runs
  }`;
  return [{
    field: "holdout",
    label: "Holdout",
    value: shown(holdout.out_of_sample, ratioText),
    meaning: `from ${
      holdout.date.replace("T", " ")
    } on: ${holdout.best.run_name}, best before with ${
      shown(holdout.in_sample, ratioText)
    }${place}`,
  }];
}

/** The whole text. */
export function judgementText(judged: Judged): string {
  const { answer } = judged;
  const lines = judgementLines(judged);
  const labels = Math.max(...lines.map(({ label }) => label.length));
  const values = Math.max(...lines.map(({ value }) => value.length));
  const rows = lines.flatMap(({ label, value, meaning }) => {
    const head = `  ${label.padEnd(labels)}  ${value.padStart(values)}  `;
    const [first = "", ...rest] = wrapped(meaning, Math.max(24, WIDTH - head.length));
    return [head + first, ...rest.map((line) => " ".repeat(head.length) + line)];
  });
  return [
    ...wrapped(judgementSentence(answer), WIDTH),
    "",
    ...judgementScope(answer).flatMap((line) => wrapped(line, WIDTH)),
    "",
    ...rows,
    "",
  ].join("\n");
}

/** The same for a page of Markdown. */
export function judgementMarkdown(judged: Judged): string {
  const { answer } = judged;
  const columns = [
    { title: "statistic", isNumeric: false },
    { title: "value", isNumeric: true },
    { title: "what it says", isNumeric: false },
  ];
  return [
    `### ${markdownText(`Judgement of ${answer.experiment}`)}`,
    `**${markdownText(judgementSentence(answer))}**`,
    judgementScope(answer).map((line) => `- ${markdownText(line)}`).join("\n"),
    markdownTable(
      columns,
      judgementLines(judged).map(({ label, value, meaning }) => [label, value, meaning]),
    ),
  ].join("\n\n");
}

const WIDTH = 80;

function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else lines.push(word);
  }
  return lines;
}

function shown(value: number | null, text: (value: number) => string): string {
  return value === null ? NONE : text(value);
}

/** A Sharpe ratio as it is shown. */
export function ratioText(value: number): string {
  return places(2)(value);
}

/** With so many decimals; never −0. */
export function places(count: number): (value: number) => string {
  return (value) => value.toFixed(count).replace(/^-(0(\.0+)?)$/, "$1");
}

/** Years with one decimal: a short time is never shown as none. */
export function yearsText(value: number): string {
  return value < 0.05 ? "< 0.1" : places(1)(value);
}

/** A share in percent: what is not all of it is never shown as 100 %, nor something as nothing. */
export function share(value: number): string {
  if (value > 0.999 && value < 1) return "> 99.9 %";
  if (value > 0 && value < 0.001) return "< 0.1 %";
  return `${places(1)(value * 100)} %`;
}

/** The same of a probability by the normal distribution, which is never all or nothing. */
export function probability(value: number): string {
  return value >= 1 ? "> 99.9 %" : value <= 0 ? "< 0.1 %" : share(value);
}

/** Of no exceedance among so many resamples only a bound is known. */
function pValue(resamples: number): (value: number) => string {
  return (value) =>
    value === 0 ? `< ${Number((1 / resamples).toPrecision(3))}` : smallProbability(value);
}

/** With three decimals: what is not nothing is never shown as 0.000, nor what is not all as 1.000. */
export function smallProbability(value: number): string {
  if (value > 0 && value < 0.0005) return "< 0.001";
  if (value >= 0.9995 && value < 1) return "> 0.999";
  return places(3)(value);
}

/** A number of things. */
export function whole(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** So many of a thing. */
export function plural(count: number, noun: string): string {
  return `${whole(count)} ${noun}${count === 1 ? "" : "s"}`;
}
