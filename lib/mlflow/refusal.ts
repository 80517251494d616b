// An error status as an error: MLflow's own words where it says any, else what the status means here
// and what to do about it.

import type { Auth } from "../config/values.ts";
import { OVERLOADED_CODE, TrackerError } from "../errors.ts";
import type { Reply } from "./reply.ts";
import { readRefusal } from "./schema.ts";

/** The request that was refused. */
export interface RefusalContext {
  readonly method: string;
  readonly url: string;
  readonly auth: Auth | null;
  /** Applied to the server's words before they are cut. */
  readonly redact: (text: string) => string;
  /** Whether the request may have changed something. */
  readonly changes: boolean;
  readonly nowMs: number;
}

/** The code of a refusal to take or give artifacts otherwise than by signed addresses. */
export const PRESIGNED_ONLY_CODE = "ARTIFACTS_PRESIGNED_ONLY";
const PRESIGNED_ONLY_MESSAGE =
  "the server takes and gives artifacts by signed addresses of its storage alone";
/** MLflow answers 400, as to a wrong request, when all its connections to its database are in use. */
const OVERLOADED = /QueuePool limit .*reached/;
const OVERLOADED_MESSAGE =
  "the server is overloaded: all its connections to its database are in use " +
  "(MLFLOW_SQLALCHEMYSTORE_POOL_SIZE on the server allows more)";

/** An error status as an error: MLflow's own words, or what stands before MLflow. */
export function refusal(reply: Reply, context: RefusalContext): TrackerError {
  const { status } = reply;
  const { code, message } = said(reply, context.redact);
  const isOverloaded = status === 400 && OVERLOADED.test(message);
  // Even a "too many requests" may come from a proxy after the server has done its work.
  const maybeDone = context.changes &&
    (status === 408 || status === 425 || status === 429 || status >= 500 || isOverloaded);
  const retryAfterMs = retryAfter(reply.headers["retry-after"], context.nowMs);
  return new TrackerError(context.method, context.url, {
    status,
    code: isOverloaded ? OVERLOADED_CODE : code ?? STATUS_CODES[status] ?? "ERROR",
    message: isOverloaded
      ? OVERLOADED_MESSAGE
      : code === PRESIGNED_ONLY_CODE
      ? message
      : STATUS_MESSAGES[status]?.(context.auth, message) ?? message,
    maybeDone,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

function said(
  reply: Reply,
  redact: RefusalContext["redact"],
): { readonly code: string | undefined; readonly message: string } {
  try {
    const json = reply.json();
    // Its message, for MLflow's own clients, advises to bring them up to date.
    if ((json as Readonly<Record<string, unknown>> | null)?.artifacts_presigned_only === true) {
      return { code: PRESIGNED_ONLY_CODE, message: PRESIGNED_ONLY_MESSAGE };
    }
    const { code, message } = readRefusal(json);
    return { code, message: firstLine(redact(message)) || "the server refuses" };
  } catch {
    if (reply.isHtml && reply.status === 404) {
      return {
        code: "ENDPOINT_NOT_FOUND",
        message: "nothing is at this address; is MLFLOW_TRACKING_URI complete, and the server's " +
          "MLflow recent enough?",
      };
    }
    const text = reply.isHtml ? "" : firstLine(redact(reply.text()));
    // MLflow names what is missing by a code; without one it is the call that is.
    if (reply.status === 404) {
      return { code: undefined, message: text === "" ? NO_CALL : `${NO_CALL}; it says ${text}` };
    }
    return { code: undefined, message: text || "the server answered with an error" };
  }
}

const NO_CALL = "the server has no such call, or MLFLOW_TRACKING_URI is not complete";

/** MLflow's messages go on with stack traces and SQL. */
function firstLine(text: string): string {
  const line = text.split("\n", 1)[0]?.trim() ?? "";
  return line.length > 500 ? `${line.slice(0, 500)}…` : line;
}

const STATUS_CODES: Readonly<Record<number, string>> = {
  401: "UNAUTHENTICATED",
  403: "PERMISSION_DENIED",
  404: "NOT_FOUND",
  408: "TIMEOUT",
  413: "TOO_LARGE",
  429: "TOO_MANY_REQUESTS",
  500: "INTERNAL_ERROR",
  502: "BAD_GATEWAY",
  503: "UNAVAILABLE",
  504: "GATEWAY_TIMEOUT",
};

type Say = (auth: Auth | null, said: string) => string;

const STATUS_MESSAGES: Readonly<Record<number, Say>> = {
  401: (auth) => {
    if (auth === null) {
      return "the server wants credentials: set MLFLOW_TRACKING_USERNAME and " +
        "MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN";
    }
    return auth.kind === "bearer"
      ? "the server does not accept the token (MLFLOW_TRACKING_TOKEN)"
      : `the server does not accept the user name "${auth.username}" with this password`;
  },
  403: (auth, said) => {
    if (/host header/i.test(said)) {
      return "the server does not answer under this host name; add it to its --allowed-hosts";
    }
    const who = auth?.kind === "basic" ? `user "${auth.username}"` : "this user";
    return `${who} has no permission for this; ask the server's administrator`;
  },
  407: () => "the proxy wants credentials: give them in HTTP_PROXY or HTTPS_PROXY",
  413: () => "the server, or a proxy before it, takes no request this large",
};

/** Seconds or a date (RFC 9110, section 10.2.3), as ms from now. */
function retryAfter(text: string | undefined, nowMs: number): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text.trim())) return Number(text) * 1000;
  const dateMs = Date.parse(text);
  return Number.isNaN(dateMs) ? undefined : Math.max(0, dateMs - nowMs);
}
