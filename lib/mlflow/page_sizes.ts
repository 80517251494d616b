// How large a page a server gives. MLflow's own takes any size that is asked for here; services refuse
// one that is above a limit of theirs, and are asked for less from then on.

import { TrackerError } from "../errors.ts";

/** Asks for a page of a size, or of fewer rows where the server refuses so many. */
export type Sized = <Value>(size: number, ask: (size: number) => Promise<Value>) => Promise<Value>;

/** Sizes to ask for where more are refused. */
const SMALLER = [1000, 100] as const;

/** What one kind of question has learned about a server. */
export function pageSizes(): Sized {
  let most = Infinity;
  return async (wanted, ask) => {
    for (;;) {
      const size = Math.min(wanted, most);
      try {
        return await ask(size);
      } catch (error) {
        const smaller = SMALLER.find((one) => one < size);
        if (!isTooMany(error) || smaller === undefined) throw error;
        most = smaller;
      }
    }
  };
}

function isTooMany(error: unknown): boolean {
  return error instanceof TrackerError && [400, 422].includes(error.status) &&
    /max_?\s?results|page_?\s?size/i.test(error.message);
}
