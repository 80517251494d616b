// What log, batch and sync say of a run that is on the server without parts that it refuses for good.
// The run is finished and waits for nothing: none of this promises that a sync will mend it.

import type { Backends } from "../backends.ts";
import { type Json, Listed } from "../command/answer.ts";
import { UndeliverableError } from "../errors.ts";
import { counted } from "../output/mod.ts";
import type { Undeliverable } from "../store/mod.ts";

/** What sends refused parts once more, and when that is worth a try. */
export const RETRY_ADVICE =
  'once the server takes them, "btflow sync --retry-undeliverable" sends them';

/** A line for each part: what it is, and the server's words. */
export function refusedLines(parts: readonly Undeliverable[]): readonly string[] {
  return parts.map(({ part, reason }) => `${part}: ${reason}`);
}

/** The parts as JSON has them. */
export function refusedJson(parts: readonly Undeliverable[]): readonly Json[] {
  return parts.map(({ part, reason }) => ({ part, reason }));
}

/** The parts as one cell of a row. */
export function refusedCell(parts: readonly Undeliverable[]): Listed {
  return new Listed(refusedJson(parts), refusedLines(parts).join("; "));
}

const SHOWN = 3;

/** The error of a run that is on the server, but for parts; null where it is there whole. */
export function refusedError(
  key: string,
  parts: readonly Undeliverable[],
): UndeliverableError | null {
  if (parts.length === 0) return null;
  const lines = refusedLines(parts.slice(0, SHOWN)).join("; ");
  const more = parts.length > SHOWN ? `; and ${parts.length - SHOWN} more` : "";
  return new UndeliverableError(
    `Run ${key} is on the server, but for ${counted(parts.length, "parts")} that it refuses: ` +
      `${lines}${more}; ${RETRY_ADVICE}`,
  );
}

/** What the server is known to refuse of a run that was logged before. */
export async function knownRefusals(
  backends: Backends,
  key: string,
): Promise<readonly Undeliverable[]> {
  const { serverUri } = backends;
  if (serverUri === null) return [];
  const query = { trackingUri: serverUri, keys: [key], refused: true };
  return (await backends.store()).waiting(query)[0]?.undeliverable ?? [];
}
