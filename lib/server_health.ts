// Whether a server is worth another request, told from how the last ones ended. Each request to one
// that is away costs all its retries, so work over many runs asks here before it asks the server.

import { TrackerError } from "./errors.ts";

/** What is known of a server, from the requests of one piece of work. */
export interface ServerHealth {
  /** Why nothing further is worth a try; null while there is hope. */
  failure(): Error | null;
  /** Told how a piece of the work ended; null when it went well. */
  note(error: Error | null): void;
}

/** So many in a row without any answer, and the server is taken to be gone. */
const SILENT = 3;
/** No reply at all, or that of a gateway whose server is away. */
const NO_ANSWER: ReadonlySet<number> = new Set([0, 502, 503, 504]);

/** A server of which nothing is known yet. */
export function serverHealth(): ServerHealth {
  let silent = 0;
  let last: Error | null = null;
  return {
    failure: () => last,
    note(error) {
      if (!(error instanceof TrackerError)) {
        silent = 0;
        return;
      }
      silent = NO_ANSWER.has(error.status) ? silent + 1 : 0;
      if (error.status === 401 || silent >= SILENT) last ??= error;
    },
  };
}
