// An error status as an error: MLflow's own words where it says any, else what the status means here
// and what to do about it.

import type { Auth } from "../config/values.ts";
import { OVERLOADED_CODE, TrackerError } from "../errors.ts";
import { pageTitle, type Reply } from "./reply.ts";
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
  const { code, message, words = "" } = said(reply, context.redact);
  const isOverloaded = status === 400 && OVERLOADED.test(message);
  // Even a "too many requests" may come from a proxy after the server has done its work.
  const maybeDone = context.changes &&
    (status === 408 || status === 425 || status === 429 || status >= 500 || isOverloaded);
  const retryAfterMs = retryAfter(reply.headers, context.nowMs);
  return new TrackerError(context.method, context.url, {
    status,
    code: isOverloaded ? OVERLOADED_CODE : code ?? STATUS_CODES[status] ?? "ERROR",
    message: isOverloaded
      ? OVERLOADED_MESSAGE
      : code === PRESIGNED_ONLY_CODE
      ? message
      : STATUS_MESSAGES[status]?.(context.auth, words) ?? message,
    maybeDone,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

/**
 * What a reply with a status of success says of a failure all the same, as gateways have it that keep
 * the status for themselves; null where it says none. Nothing that MLflow answers is so.
 */
export function refusalInside(reply: Reply, context: RefusalContext): TrackerError | null {
  if (reply.isHtml || reply.bytes.length > MAX_FAILURE_BYTES) return null;
  const json = parsedOrNull(reply);
  if (typeof json !== "object" || json === null || Array.isArray(json)) return null;
  const { error_code, error, errors, success } = json as Readonly<Record<string, unknown>>;
  const named = [error_code, error, errors].find((sign) => !NO_FAILURE.has(String(sign ?? "")));
  if (named === undefined && success !== false) return null;
  const words = firstLine(context.redact(wordsOf(json)));
  return new TrackerError(context.method, context.url, {
    status: reply.status,
    code: typeof error_code === "string" ? error_code : "BAD_REPLY",
    message: words || "the server names a failure in an answer that says success",
    maybeDone: context.changes,
  });
}

/** What fields that name a failure hold where there is none. */
const NO_FAILURE: ReadonlySet<string> = new Set(["", "0", "false", "OK", "SUCCESS"]);
const MAX_FAILURE_BYTES = 16 * 1024;

function parsedOrNull(reply: Reply): unknown {
  try {
    return reply.json();
  } catch {
    return null;
  }
}

/** The words for people in the refusals of services and frameworks, each with names of its own. */
function wordsOf(json: unknown, depth = 0): string {
  if (typeof json === "string") return json;
  if (typeof json !== "object" || json === null || depth > MAX_WORDS_DEPTH) return "";
  if (Array.isArray(json)) return wordsOf(json[0], depth + 1);
  for (const name of WORDS) {
    const words = wordsOf((json as Readonly<Record<string, unknown>>)[name], depth + 1);
    if (words.trim() !== "") return words;
  }
  return "";
}

const WORDS = [
  ...["message", "Message", "errorMessage", "error_description", "detail", "msg", "title"],
  ...["error", "errors"],
];
const MAX_WORDS_DEPTH = 4;

interface Said {
  readonly code: string | undefined;
  readonly message: string;
  /** The server's own, where it has any. */
  readonly words?: string;
}

function said(reply: Reply, redact: RefusalContext["redact"]): Said {
  try {
    const json = reply.json();
    // Its message, for MLflow's own clients, advises to bring them up to date.
    if ((json as Readonly<Record<string, unknown>> | null)?.artifacts_presigned_only === true) {
      return { code: PRESIGNED_ONLY_CODE, message: PRESIGNED_ONLY_MESSAGE };
    }
    const { code, message } = readRefusal(json);
    const words = firstLine(redact(message));
    return { code, message: words || "the server refuses", words };
  } catch {
    if (reply.isHtml && reply.status === 404) {
      return {
        code: "ENDPOINT_NOT_FOUND",
        message: "nothing is at this address; is MLFLOW_TRACKING_URI complete, and the server's " +
          "MLflow recent enough?",
      };
    }
    if (reply.isHtml) return { code: undefined, ...ofPage(pageTitle(reply.bytes, redact)) };
    const words = firstLine(redact(wordsOf(parsedOrNull(reply)) || reply.text()));
    // MLflow names what is missing by a code; without one it is the call that is.
    if (reply.status === 404) {
      return { code: undefined, message: words === "" ? NO_CALL : `${NO_CALL}; it says ${words}` };
    }
    return { code: undefined, message: words || AN_ERROR, words };
  }
}

function ofPage(title: string): Pick<Said, "message" | "words"> {
  return title === ""
    ? { message: AN_ERROR }
    : { message: `the server answered with a web page, "${title}"`, words: title };
}

const AN_ERROR = "the server answered with an error";

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

/** `words` are the server's own, or none. */
type Say = (auth: Auth | null, words: string) => string;

const STATUS_MESSAGES: Readonly<Record<number, Say>> = {
  401: (auth, words) => {
    const why = /expire/i.test(words) ? `; it says "${words}"` : "";
    if (auth === null) {
      return "the server wants credentials: set MLFLOW_TRACKING_USERNAME and " +
        `MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN${why}`;
    }
    return auth.kind === "bearer"
      ? `the server does not accept the token (MLFLOW_TRACKING_TOKEN)${why}`
      : `the server does not accept the user name "${auth.username}" with this password${why}`;
  },
  403: (auth, words) => {
    if (/host header/i.test(words)) {
      return "the server does not answer under this host name; add it to its --allowed-hosts";
    }
    const who = auth?.kind === "basic" ? `user "${auth.username}"` : "this user";
    // A firewall, or a token that has expired, is named by these words alone.
    const why = words === "" || DENIED.test(words) ? "" : `; it says "${words}"`;
    return `${who} has no permission for this; ask the server's administrator${why}`;
  },
  407: () => "the proxy wants credentials: give them in HTTP_PROXY or HTTPS_PROXY",
  413: () => "the server, or a proxy before it, takes no request this large",
};

/** Words that say no more than the status does. */
const DENIED = /^(403 )?(permission denied|forbidden|access denied)\.?$/i;

/**
 * Seconds or a date (RFC 9110, section 10.2.3), as ms from now: by the server's clock, where it tells the
 * time, since this machine's may be off by hours.
 */
function retryAfter(headers: Reply["headers"], nowMs: number): number | undefined {
  const text = headers["retry-after"];
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text.trim())) return Number(text) * 1000;
  const dateMs = Date.parse(text);
  const thereMs = Date.parse(headers["date"] ?? "");
  return Number.isNaN(dateMs)
    ? undefined
    : Math.max(0, dateMs - (Number.isNaN(thereMs) ? nowMs : thereMs));
}
