// What of MLflow's interface a server has. Services that speak its protocol leave out parts of it; what
// btflow does in their place is said. Nothing is written: calls that change are made about a run that
// does not exist, and the way in which it is missed tells whether the call is there.

import type { Experiment } from "../tracker.ts";
import type { Reply } from "../mlflow/reply.ts";
import { readExperiments, readRefusal, readRuns } from "../mlflow/schema.ts";
import { type Check, ok, skipped, type Subject, type Verdict, warning } from "./finding.ts";

const API = "/api/2.0/mlflow";
const SEEN = 20;

/** What a server may lack, each by itself. */
export const abilityChecks: readonly Check[] = [
  { name: "filter", needs: ["read"], run: checkFilter },
  { name: "order", needs: ["read"], run: checkOrder },
  ...callChecks([
    ["history", "GET", "metrics/get-history", "only the last point of a metric can be shown"],
    ["log-inputs", "POST", "runs/log-inputs", "the data of a run is named by its tags alone"],
    ["delete", "POST", "runs/delete", "runs cannot be deleted from here"],
    ["restore", "POST", "runs/restore", "a run that is deleted cannot be brought back"],
    ["files", "GET", "artifacts/list", "the files of a run cannot be listed"],
  ]),
];

function callChecks(
  rows: readonly (readonly [string, "GET" | "POST", string, string])[],
): readonly Check[] {
  return rows.map(([name, method, call, without]) => ({
    name,
    needs: ["read"],
    run: (subject) => checkCall(subject, method, call, without),
  }));
}

/** A run id that no server has given. */
function noRun({ io }: Subject): string {
  return Array.from(io.randomBytes(16), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function checkCall(
  subject: Subject,
  method: "GET" | "POST",
  call: string,
  without: string,
): Promise<Verdict> {
  const fields = { run_id: noRun(subject), ...(method === "GET" ? { metric_key: "doctor" } : {}) };
  const reply = await askAbout(subject, method, call, fields);
  if (reply.status === 401 || reply.status === 403) {
    return skipped(`this user may not ask (${reply.status})`);
  }
  if (reply.status >= 500 && reply.status !== 501) {
    return skipped(`it answers ${reply.status} to a run that does not exist`);
  }
  if (!isUnserved(reply)) return ok(`${call} is there`);
  return warning(`the server has no ${call} (${reply.status}): ${without}`, SERVICE);
}

function askAbout(
  { http }: Subject,
  method: "GET" | "POST",
  call: string,
  fields: Readonly<Record<string, string>>,
): Promise<Reply> {
  const path = `${API}/${call}`;
  const content = method === "GET" ? { query: fields } : { body: fields };
  return http.probe({ method, path, ...content, repeatable: true });
}

/** Whether an experiment that is made can be deleted again. */
export async function canDeleteExperiments(subject: Subject): Promise<boolean> {
  const fields = { experiment_id: NO_EXPERIMENT };
  return !isUnserved(await askAbout(subject, "POST", "experiments/delete", fields));
}

/** Databases count from 0, and file stores take 18 digits. */
const NO_EXPERIMENT = "999999999999";

function isUnserved(reply: Reply): boolean {
  return [404, 405, 501].includes(reply.status) && !missesThing(reply.json);
}

const SERVICE = "nothing, where the service has none; else upgrade the server";

/** Whether what is missed is the run or experiment, and not the call. */
function missesThing(json: () => unknown): boolean {
  try {
    const { code } = readRefusal(json());
    return code === "RESOURCE_DOES_NOT_EXIST";
  } catch {
    return false;
  }
}

/** Asked for what no experiment or run is called, a server that reads filters gives nothing. */
async function checkFilter(subject: Subject): Promise<Verdict> {
  const text = `"btflow doctor ${noRun(subject)}"`;
  const experiments = await experimentsOf(subject, { filter: `name = ${text}` });
  const ids = (await experimentsOf(subject, {}) ?? []).map(({ id }) => id);
  const runs = ids.length === 0 ? [] : await rowsOf(subject, "runs/search", {
    experiment_ids: ids,
    filter: `params.doctor = ${text}`,
  }, (json) => readRuns(json).items);
  const wrong = [verdictOf("experiments", experiments), verdictOf("runs", runs)]
    .filter((part) => part !== null);
  if (wrong.length === 0) return ok("filters are kept to, as far as can be seen");
  return warning(
    `${wrong.join(", ")}: all are asked for, and filtered here`,
    "nothing: answers are right, and take longer",
  );
}

function verdictOf(noun: string, found: readonly unknown[] | null): string | null {
  if (found === null) return `a filter of ${noun} is refused`;
  return found.length === 0 ? null : `a filter of ${noun} is ignored`;
}

/** The same experiments by name from either end come in two orders. */
async function checkOrder(subject: Subject): Promise<Verdict> {
  const up = await experimentsOf(subject, { order_by: ["name ASC"] });
  const down = await experimentsOf(subject, { order_by: ["name DESC"] });
  const mend = "nothing: answers are right, and take longer";
  if (up === null || down === null) {
    return warning("an order is refused: all are asked for, and sorted here", mend);
  }
  const names = new Set(up.map(({ name }) => name));
  if (names.size < 2) return skipped("there are too few experiments to see it");
  if (up[0]?.name !== down[0]?.name) return ok("an order is kept to, as far as can be seen");
  return warning("an order is ignored: all are asked for, and sorted here", mend);
}

function experimentsOf(
  subject: Subject,
  fields: Readonly<Record<string, unknown>>,
): Promise<readonly Experiment[] | null> {
  return rowsOf(subject, "experiments/search", fields, (json) => readExperiments(json).items);
}

/** Null where the server refuses. */
async function rowsOf<Row>(
  { http }: Subject,
  call: string,
  fields: Readonly<Record<string, unknown>>,
  read: (json: unknown) => readonly Row[],
): Promise<readonly Row[] | null> {
  const body = { max_results: SEEN, ...fields };
  const path = `${API}/${call}`;
  const reply = await http.probe({ method: "POST", path, body, repeatable: true, changes: false });
  return reply.status >= 200 && reply.status < 300 ? read(reply.json()) : null;
}
