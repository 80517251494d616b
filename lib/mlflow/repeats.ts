// Which requests are sent again, when, and how often. One that never reached the server may always
// be; another only where twice is as once, because a create that is sent twice on suspicion is how
// runs end up on a server twice.

import { OVERLOADED_CODE, TrackerError } from "../errors.ts";
import type { Io } from "../io.ts";

/** How patient a client is. */
export interface Patience {
  /** How often a request is repeated at most. */
  readonly retries: number;
  /** Seconds before the first repeat, doubled for each further one. */
  readonly backoffFactor: number;
  readonly io: Pick<Io, "sleep" | "randomBytes">;
}

/** What of a request says whether it may be repeated. */
export interface Repeatable {
  /** True when carrying it out twice is the same as once. */
  readonly repeatable: boolean;
  /** Called right before a repeat, with whether the request may have been carried out already. */
  readonly onRepeat?: (maybeDone: boolean) => void;
}

const MAX_DELAY_MS = 60_000;
/** Statuses that pass: time-out, too many requests, and faults of the server or what is before it. */
const PASSING: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);

/** Sends a request until it succeeds, may not be repeated, or has been repeated often enough. */
export async function repeating<Value>(
  patience: Patience,
  request: Repeatable,
  once: () => Promise<Value>,
): Promise<Value> {
  for (let repeats = 0;; repeats++) {
    try {
      return await once();
    } catch (error) {
      if (!(error instanceof TrackerError) || repeats >= patience.retries) throw error;
      const waitMs = delayMs(patience, error, repeats);
      if (!mayRepeat(request, error) || waitMs === null) throw error;
      await patience.io.sleep(waitMs);
      request.onRepeat?.(error.maybeDone);
    }
  }
}

function mayRepeat(request: Repeatable, error: TrackerError): boolean {
  const passes = error.status === 0
    ? error.code === "CONNECTION" || error.code === "TIMEOUT"
    : PASSING.has(error.status) || error.code === OVERLOADED_CODE;
  return passes && (request.repeatable || (error.status === 0 && !error.maybeDone));
}

/** Null when the server asks for more patience than a command has. */
function delayMs(
  { backoffFactor, io }: Patience,
  error: TrackerError,
  repeats: number,
): number | null {
  const [random = 0] = io.randomBytes(1);
  const backoffMs = backoffFactor * 1000 * 2 ** repeats * (0.5 + random / 510);
  const asked = error.retryAfterMs ?? 0;
  return asked > MAX_DELAY_MS ? null : Math.max(asked, Math.min(backoffMs, MAX_DELAY_MS));
}
