// The forms that MLflow's REST calls take, and which may be repeated: questions, and changes that have
// the same effect when made twice. What makes something new may not.

import { NotFoundError, TrackerError } from "../errors.ts";
import type { Http, HttpRequest } from "./http.ts";
import type { Reader } from "./schema.ts";

/** Where MLflow's calls are, below the server's root. */
export const API = "/api/2.0/mlflow";

/** A question. */
export function get<Value>(
  http: Http,
  endpoint: string,
  query: NonNullable<HttpRequest["query"]>,
  read: Reader<Value>,
  limits: Pick<HttpRequest, "maxBytes" | "exactWholes"> = {},
): Promise<Value> {
  const path = `${API}/${endpoint}`;
  return http.json({ method: "GET", path, query, repeatable: true, ...limits }, read);
}

/** A search: a POST that changes nothing. */
export function search<Value>(
  http: Http,
  endpoint: string,
  body: Body,
  read: Reader<Value>,
): Promise<Value> {
  return http.json({
    method: "POST",
    path: `${API}/${endpoint}`,
    body: filled(body),
    repeatable: true,
    changes: false,
    maxBytes: MAX_SEARCH_BYTES,
  }, read);
}

/** A change that is the same when made twice; its answer says nothing, or is nothing. */
export async function change(
  http: Http,
  endpoint: string,
  body: Body,
  onRepeat: NonNullable<HttpRequest["onRepeat"]> = () => {},
): Promise<void> {
  const path = `${API}/${endpoint}`;
  const request = { path, body: filled(body), repeatable: true, onRepeat };
  const text = await http.text({ method: "POST", ...request });
  if (SAYS_NOTHING.test(text)) return;
  throw new TrackerError("POST", http.url(path), {
    status: 200,
    code: "BAD_REPLY",
    message: "the reply is no JSON",
    maybeDone: true,
  });
}

/** An object, or what frameworks answer where a function gives nothing back. */
const SAYS_NOTHING = /^\s*(?:\{|$|(?:null|true|"?ok"?)\s*$)/i;

/** Something new: made twice it would be there twice. */
export function create<Value>(
  http: Http,
  endpoint: string,
  body: Body,
  read: Reader<Value>,
  onRepeat: NonNullable<HttpRequest["onRepeat"]> = () => {},
): Promise<Value> {
  const request = { path: `${API}/${endpoint}`, body: filled(body), repeatable: false, onRepeat };
  return http.json({ method: "POST", ...request }, read);
}

/** The fields of a request. */
export type Body = Readonly<Record<string, unknown>>;

/** Some servers refuse a list with nothing in it, or one where they know none: it is not sent. */
export function filled(body: Body): Body {
  const fields = Object.entries(body).filter(([, value]) =>
    value !== null && !(Array.isArray(value) && value.length === 0)
  );
  return Object.fromEntries(fields);
}

/** A page of 1000 runs with 100 metrics each has some 9 MB. */
const MAX_SEARCH_BYTES = 256 * 1024 * 1024;

/** Whether MLflow says that what a request is about does not exist. */
export function isMissing(error: unknown): error is TrackerError {
  return error instanceof TrackerError && error.code === "RESOURCE_DOES_NOT_EXIST";
}

/** Whether the server has no such call: what is optional may be missing. */
export function isUnserved(error: unknown): error is TrackerError {
  return error instanceof TrackerError && [404, 405, 501].includes(error.status) &&
    !isMissing(error);
}

/** Does the work; MLflow's "does not exist" becomes an error that names what was asked for. */
export async function named<Value>(
  kind: "run" | "experiment",
  id: string,
  work: () => Promise<Value>,
): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    if (isMissing(error)) throw new NotFoundError(kind, id);
    throw error;
  }
}

/** Params or tags as MLflow writes them: a list of keys and values. */
export function pairsOf(
  texts: Readonly<Record<string, string>>,
): readonly { readonly key: string; readonly value: string }[] {
  return Object.entries(texts).map(([key, value]) => ({ key, value }));
}
