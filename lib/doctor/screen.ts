// The diagnosis on a terminal: what is wrong first, with what to do; then what is set, what was found
// to be well, and in one line what is not set.

import type { Line, Piece } from "../command/screen.ts";
import { styled } from "../command/screen.ts";
import { gridLines } from "../output/grid.ts";
import type { Finding } from "./finding.ts";

const MARKS: Readonly<Record<Finding["status"], Piece>> = {
  failed: { text: "✗", style: "bad" },
  warning: { text: "!", style: "caution" },
  ok: { text: "✓", style: "good" },
  skipped: { text: "–", style: "dim" },
};

/** The findings as lines. */
export function findingLines(findings: readonly Finding[]): readonly Line[] {
  const problems = findings.filter(({ status }) => status === "failed" || status === "warning");
  const others = findings.filter((finding) => !problems.includes(finding));
  const settings = others.filter(({ isSet }) => isSet === true);
  const unset = others.filter(({ isSet }) => isSet === false);
  const checks = others.filter(({ isSet, follows }) => isSet === undefined && follows !== true);
  const following = others.filter(({ follows }) => follows === true).map(({ name }) => name);
  const parts: readonly (readonly Line[])[] = [
    problems.flatMap(({ name, status, detail, mend }): readonly Line[] => [
      [MARKS[status], " ", { text: name, style: "bold" }, `: ${detail}`],
      ...mend === undefined ? [] : [[`  ${mend}`]],
    ]),
    [
      ...checks.map(({ name, status, detail }): Line => [MARKS[status], ` ${name}: ${detail}`]),
      ...following.length === 0
        ? []
        : [styled(`– not checked, for they build on it: ${following.join(", ")}`, "dim")],
    ],
    [
      ...gridLines(settings.map(({ name, detail }): readonly Piece[] => [`  ${name}`, detail]), [
        "left",
      ]),
      ...unset.length === 0
        ? []
        : [styled(`  ${unset.length} settings not set (--format csv lists them)`, "dim")],
    ],
  ];
  return parts.filter((part) => part.length > 0)
    .flatMap((part, index) => index === 0 ? part : [[], ...part]);
}
