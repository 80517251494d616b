// One run of a server, held against the id that was asked for.

import type { Run } from "../tracker.ts";
import { API, get, named } from "./calls.ts";
import type { Http } from "./http.ts";
import type { Notes } from "./notes.ts";
import { badReply } from "./pages.ts";
import { readRun } from "./schema.ts";

/**
 * A run by its id.
 *
 * @throws {TrackerError} when the server answers with another run.
 */
export async function getRun(http: Http, id: string, notes: Notes): Promise<Run> {
  const { value, problem } = await named(
    "run",
    id,
    () => get(http, "runs/get", { run_id: id }, readRun),
  );
  if (problem !== null) notes.rows([problem]);
  if (value.id.toLowerCase() === id.toLowerCase()) return value;
  const url = http.url(`${API}/runs/get`);
  throw badReply("GET", url, `asked for run ${id}, the server answers with run ${value.id}`);
}
