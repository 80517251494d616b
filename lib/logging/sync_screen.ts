// What waits, on a terminal: how many runs for each reason and experiment. A row a run scrolls by.

import type { Line, Piece, Screen } from "../command/screen.ts";
import { styled } from "../command/screen.ts";
import { ageText } from "../output/figures.ts";
import { cutEnd, cutMiddle } from "../output/widths.ts";
import { gridLines, linesWidth } from "../output/grid.ts";
import { counted } from "../output/mod.ts";
import type { WaitingRun } from "../store/mod.ts";

interface Waiting {
  readonly experiment: string;
  readonly reason: string;
  runs: number;
  oldestMs: number;
  attempts: number;
}

/** Reads all that waits, and sums it up. */
export async function waitingLines(
  pages: AsyncIterable<readonly WaitingRun[]>,
  { columns, now }: Screen,
): Promise<readonly Line[]> {
  const sums = new Map<string, Waiting>();
  let count = 0;
  for await (const page of pages) {
    for (const { experiment, reason, state, startTime, attempts } of page) {
      count++;
      const why = reason === "" ? state : reason;
      const key = JSON.stringify([experiment, why]);
      const sum = sums.get(key) ??
        { experiment, reason: why, runs: 0, oldestMs: Infinity, attempts: 0 };
      sum.runs++;
      sum.oldestMs = Math.min(sum.oldestMs, startTime);
      sum.attempts = Math.max(sum.attempts, attempts);
      sums.set(key, sum);
    }
  }
  if (count === 0) return [["Nothing waits"]];
  const ordered = [...sums.values()].toSorted((a, b) => b.runs - a.runs);
  const facts = gridLines(
    [
      ["runs", "experiment", "oldest", "attempts"].map((text): Piece => ({ text, style: "bold" })),
      ...ordered.map(({ runs, experiment, oldestMs, attempts }): readonly Piece[] => [
        String(runs),
        cutMiddle(experiment, 24),
        ageText(oldestMs, now),
        String(attempts),
      ]),
    ],
    ["right", "left", "left", "right"],
  );
  const room = Math.max(12, columns - linesWidth(facts) - 2);
  return [
    styled(`${counted(count, "runs")} ${count === 1 ? "waits" : "wait"}`, "bold"),
    ...facts.map((line, at): Line => {
      const reason = at === 0 ? "reason" : cutEnd(ordered[at - 1]?.reason ?? "", room);
      return [...line, "  ", at === 0 ? { text: reason, style: "bold" } : reason];
    }),
    styled("--all lists the runs", "dim"),
  ];
}
