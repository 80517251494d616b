// Where a server's redirect may lead. A question is asked again within the server; nothing is sent to
// another origin, because credentials would go along, and no change is sent twice on a hint. A
// redirect that leads to the same call elsewhere tells the right address, so the error does too.

import type { Auth } from "../config/values.ts";
import { TrackerError } from "../errors.ts";

/** A request that was answered by a redirect. */
export interface RedirectedRequest {
  readonly method: string;
  /** What errors show. */
  readonly url: string;
  /** The server's origin. */
  readonly origin: string;
  /** Path of the call below the server's root. */
  readonly call: string;
  /** The whole path with the query, as it was sent. */
  readonly path: string;
  readonly auth: Auth | null;
}

/**
 * The path to ask instead.
 *
 * @throws {TrackerError} for a redirect that is not followed.
 */
export function redirectedPath(
  request: RedirectedRequest,
  status: number,
  location: string,
): string {
  const { origin, call, path, method } = request;
  const target = URL.parse(location, origin + path);
  const follows = target?.origin === origin && method === "GET";
  if (target !== null && follows) return target.pathname + target.search;
  throw new TrackerError(method, request.url, {
    status,
    code: "REFUSED",
    message: target === null
      ? "the server redirects to what is no address"
      : refused(target, call, request),
  });
}

/**
 * Only origins and a plain path before the call are shown: what else there is may be a login's secret,
 * or ours that a gateway sends back.
 */
function refused(target: URL, call: string, { origin, auth }: RedirectedRequest): string {
  const prefix = target.pathname.endsWith(call) ? target.pathname.slice(0, -call.length) : null;
  if (prefix !== null && PLAIN_PATH.test(prefix)) {
    const place = target.origin + prefix;
    return `the server redirects to ${place}; set MLFLOW_TRACKING_URI to that`;
  }
  if (SIGN_IN.test(target.host + target.pathname)) {
    return `the server redirects to ${target.origin}, to a sign-in page, which is for browsers; ` +
      (auth === null
        ? "set MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or "
        : "the gateway before the server does not take the credentials that are set: ") +
      "ask for an address that programs may use";
  }
  return target.origin === origin
    ? "the server redirects to another of its pages, which is not followed for a change; is " +
      "MLFLOW_TRACKING_URI complete?"
    : `the server redirects to ${target.origin}, which is not followed; if that is the tracking ` +
      "server, set MLFLOW_TRACKING_URI to it";
}

const PLAIN_PATH = /^(?:\/[\w.~-]{1,40}){0,8}$/;
/** Words that addresses of login pages have. */
const SIGN_IN = /log-?in|sign-?in|oauth|oidc|saml|\bsso\b|\bauth|adfs|\bcas\b|\bidp\b/i;
