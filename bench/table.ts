// The results as Markdown, which is read as well in a terminal as on a page.

import type { Cost, Measured, Row } from "./harness.ts";
import type { Facts } from "./machine.ts";

/** The facts and the table of all rows. */
export function markdown(facts: Facts, rows: readonly Row[]): string {
  const header = [
    "| work | btflow | against | faster (clock) | faster (CPU) | memory | promise | kept |",
    "|---|---|---|---|---|---|---|---|",
  ];
  return [
    ...facts.map(([name, value]) => `- ${name}: ${value}`),
    "",
    ...header,
    ...rows.map(tableRow),
    "",
  ].join("\n");
}

function tableRow({ work, ours, theirs, promise }: Row): string {
  const cells = [
    work,
    costText(ours),
    theirs === null ? "" : `${theirs.name}: ${costText(theirs)}`,
    theirs === null ? "" : ratioText(theirs, ours, "seconds"),
    theirs === null ? "" : ratioText(theirs, ours, "cpuSeconds"),
    theirs === null ? "" : shareText(ours, theirs),
    promise?.text ?? "",
    promise === null ? "" : promise.holds ? "yes" : "**no**",
  ];
  return `| ${cells.join(" | ")} |`;
}

function costText({ seconds, cpuSeconds, megabytes }: Cost): string {
  return `${secondsText(seconds)} (CPU ${secondsText(cpuSeconds)}), ${megabytes.toFixed(0)} MB`;
}

function secondsText(seconds: number): string {
  return seconds < 1 ? `${(seconds * 1000).toPrecision(3)} ms` : `${seconds.toPrecision(3)} s`;
}

function ratioText(theirs: Measured, ours: Measured, what: "seconds" | "cpuSeconds"): string {
  const ratio = theirs[what] / ours[what];
  if (!Number.isFinite(ratio)) return "";
  return `${ratio >= 20 ? ratio.toFixed(0) : ratio.toPrecision(2)}×`;
}

function shareText(ours: Measured, theirs: Measured): string {
  const share = ours.megabytes / theirs.megabytes;
  return Number.isFinite(share) ? `${(share * 100).toFixed(0)} %` : "";
}
