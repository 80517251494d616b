// Whether a server is worth another request, judged by how the last ones ended. Each request to one
// that is away costs all its retries, so work over many runs asks here before it asks the server.

import { TrackerError } from "./errors.ts";

/** What is known of a server, from the requests of one piece of work. */
export interface ServerHealth {
  /** Why nothing further is worth a try; null while there is hope. */
  failure(): Error | null;
  /** Takes note of how a piece of the work ended; null when it went well. */
  note(error: Error | null): void;
}

/** After so many requests in a row without any answer the server is taken to be gone. */
const SILENT = 3;

/** A server that has not been asked yet. */
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
      silent = error.isUnanswered ? silent + 1 : 0;
      if (error.isUnauthenticated || silent >= SILENT) last ??= error;
    },
  };
}
