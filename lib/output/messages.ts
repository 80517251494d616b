// The lines of stderr besides progress: notes, warnings and errors, for people or, with --format json, a
// JSON object each.

import type { Warning } from "../errors.ts";
import type { Io } from "../io.ts";
import { plain } from "./plain.ts";
import { painted, wantsColour } from "./screen.ts";

/** A warning, its first word yellow where there is colour; to programs all that is known of it. */
export function warningLine(io: Io, warning: Warning, asJson: boolean): string {
  const { code, message, brief = message, shared, place } = warning;
  if (!asJson) return `${label(io, "warning:", "caution")} ${plain(brief)}\n`;
  const shorter = brief === message ? {} : { brief };
  const ofOneAmongMany = place === undefined ? {} : { place, shared };
  return jsonLine({ warning: { code, message, ...shorter, ...ofOneAmongMany } });
}

/** Something worth knowing that is no warning. */
export function noteLine(message: string, asJson: boolean): string {
  return asJson ? jsonLine({ note: { message } }) : `${plain(message)}\n`;
}

/** An error as people read it, its first word red where there is colour. */
export function errorLine(io: Io, message: string): string {
  return `${label(io, "error:", "bad")} ${plain(message)}\n`;
}

/** One JSON value on one line. */
export function jsonLine(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}

function label(io: Io, text: string, style: "caution" | "bad"): string {
  return painted(text, style, wantsColour(io, io.stderr));
}
