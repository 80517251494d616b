// What batch tells people: what many runs have in common once for all of them, and at the end how many
// were logged, how long it took and which are the best.

import type { Context } from "../command/declare.ts";
import type { Line } from "../command/screen.ts";
import { styled } from "../command/screen.ts";
import type { Warning } from "../errors.ts";
import { sharpeRatio } from "../metrics/mod.ts";
import { figureText } from "../output/figures.ts";
import { gridLines } from "../output/grid.ts";
import { duration } from "../output/progress.ts";
import type { SweepOutcome } from "../sweep/mod.ts";

/** A context whose warnings that others share wait until they are told. */
export interface ToldOnce {
  readonly context: Context;
  /** Tells them, a line for all that have the same. */
  tell(): void;
}

const NAMED = 5;

/** Gathers the warnings that runs may have in common. */
export function toldOnce(context: Context): ToldOnce {
  const waiting = new Map<string, Warning[]>();
  return {
    context: {
      ...context,
      warn: (warning) => {
        const { shared } = warning;
        if (shared === undefined) return context.warn(warning);
        const others = waiting.get(shared);
        if (others === undefined) waiting.set(shared, [warning]);
        else others.push(warning);
      },
    },
    tell: () => {
      for (const [shared, warnings] of waiting) {
        const [first, ...others] = warnings;
        if (first === undefined) continue;
        if (others.length === 0) context.warn(first);
        else {
          const names = warnings.slice(0, NAMED).map(({ place = "" }) => baseName(place)).join(
            ", ",
          );
          const more = warnings.length > NAMED ? ` and ${warnings.length - NAMED} more` : "";
          const message = `${warnings.length} runs ${shared}: ${names}${more}`;
          context.warn({ code: first.code, message });
        }
      }
      waiting.clear();
    },
  };
}

function baseName(place: string): string {
  return place.split(/[\\/]/).at(-1) ?? place;
}

const BEST = 3;

/** How it went, and the best of the runs; then `rest`, what else is to be said. */
export function outcomeLines(
  { head, rest, tookMs }: {
    readonly head: string;
    readonly rest: readonly string[];
    readonly tookMs: number;
  },
  { runs, failures, unmet }: SweepOutcome,
): readonly Line[] {
  const isGood = failures.length === 0 && unmet.length === 0;
  const failed = failures.length === 0 ? "" : `, ${failures.length} failed`;
  const mark: Line = isGood ? styled("✓ ", "good") : styled("! ", "caution");
  const seconds = Math.max(0.1, tookMs / 1000);
  const took = `${head} in ${
    seconds < 10 ? `${seconds.toFixed(1)} s` : duration(Math.round(seconds))
  }`;
  const ranked = runs.flatMap(({ runName, sharpe }) => sharpe === null ? [] : [{ runName, sharpe }])
    .toSorted((a, b) => b.sharpe - a.sharpe).slice(0, BEST);
  const best = gridLines(
    ranked.map(({ runName, sharpe }) => [
      `  ${runName}`,
      { text: figureText(sharpe, sharpeRatio.unit), style: "bold" },
    ]),
    ["left", "right"],
  );
  return [
    [...mark, `${took}${failed}`],
    ...(ranked.length < 2 ? [] : [styled(`Best by ${sharpeRatio.label}`, "bold"), ...best]),
    ...rest.filter((line) => line !== "").map((line): Line => [line]),
  ];
}
