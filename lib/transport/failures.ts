// What a broken connection means, in words a user can act on. Kept apart from the sockets, because
// the same trouble has another name in each engine: OpenSSL's codes in Node and Bun, rustls' in Deno.

import { TrackerError, UsageError } from "../errors.ts";
import type { TrackerFailure } from "../errors.ts";
import { BodyError, ReplyError } from "./http1.ts";
import { Stalled } from "./socket_stream.ts";

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown }).code;
  return typeof code === "string" ? code : "";
}

/** Why no connection was made. */
export function connectFailure(
  target: URL,
  isProxy: boolean,
  limitMs: number,
  cause: unknown,
): TrackerFailure {
  const what = isProxy ? `the proxy ${target.host}` : target.host;
  if (isPermission(cause)) {
    const message = `this program has no permission to connect to ${target.host}`;
    return { status: 0, code: "REFUSED", message, cause };
  }
  if (cause instanceof Stalled) {
    const message = `no connection to ${what} within ${limitMs / 1000} s`;
    return { status: 0, code: "TIMEOUT", message, cause };
  }
  const code = codeOf(cause);
  const known: Readonly<Record<string, string>> = {
    ECONNREFUSED: `nothing listens at ${what} (connection refused); ` +
      (isProxy
        ? "is HTTP_PROXY or HTTPS_PROXY right, or should NO_PROXY name the server?"
        : "is the server running?"),
    ENOTFOUND: `the host ${target.hostname} is not known; is the address right?`,
    EAI_AGAIN: `the host ${target.hostname} cannot be looked up now; is there a network?`,
    ENETUNREACH: `no network leads to ${what}`,
    EHOSTUNREACH: `no network leads to ${what}`,
  };
  const message = known[code] ?? `cannot connect to ${what}: ${messageOf(cause)}`;
  return { status: 0, code: "CONNECTION", message, cause };
}

/** Deno's `NotCapable` when the permission set does not include the host. */
function isPermission(error: unknown): boolean {
  return error instanceof Error &&
    (error.name === "NotCapable" || error.name === "PermissionDenied" ||
      /^Requires net access/.test(error.message));
}

/** Why a connection that was made could not be used: the proxy or TLS. Nothing was sent yet. */
export function greetFailure(server: URL, limitMs: number, cause: unknown): TrackerFailure {
  if (isPermission(cause)) return connectFailure(server, false, limitMs, cause);
  if (cause instanceof ReplyError && !cause.brokenOff) {
    return { status: 0, code: "CONNECTION", message: cause.message, cause };
  }
  if (cause instanceof Stalled) {
    const message = `no TLS greeting from ${server.host} within ${limitMs / 1000} s`;
    return { status: 0, code: "TIMEOUT", message, cause };
  }
  if (NOT_TLS.test(`${codeOf(cause)} ${messageOf(cause)}`)) {
    // No certificate is at fault: it is the address.
    const message =
      `${server.host} does not speak TLS; is the address http:// rather than https://?`;
    return { status: 0, code: "NO_TLS", message, cause };
  }
  return { status: 0, code: "TLS", message: tlsProblem(server, cause), cause };
}

const NOT_TLS = /WRONG_VERSION|InvalidContentType|corrupt message|packet length too long|EPROTO/i;

/** Names differ between OpenSSL's codes (Node, Bun) and rustls' texts (Deno). */
function tlsProblem(server: URL, cause: unknown): string {
  const text = `${codeOf(cause)} ${messageOf(cause)}`;
  const host = server.hostname;
  if (
    /SELF_SIGNED|SELF-SIGNED|UNABLE_TO_(GET|VERIFY)|UnknownIssuer|CaUsedAsEndEntity/i.test(text)
  ) {
    return `the certificate of ${host} is signed by no authority this machine knows; set ` +
      "MLFLOW_TRACKING_SERVER_CERT_PATH to the certificate of the one that signed it";
  }
  if (/ALTNAME|NotValidForName/i.test(text)) {
    return `the certificate is for another name than ${host}; is the address right?`;
  }
  if (/EXPIRED|NOT_YET_VALID|NotValidYet/i.test(text)) {
    return `the certificate of ${host} is not valid now; renew it, or check this machine's clock`;
  }
  if (/certificate.?required|handshake.?failure|bad.?certificate|unknown.?ca\b/i.test(text)) {
    return `${host} refuses the client certificate, or wants one: set MLFLOW_TRACKING_CLIENT_CERT_PATH`;
  }
  return `no TLS connection to ${server.host}: ${messageOf(cause)}`;
}

/** What went wrong once bytes were on their way: the server may have acted on the request. */
export function afterSending(method: string, url: string, cause: unknown): Error {
  if (cause instanceof TypeError || cause instanceof UsageError) return cause;
  if (cause instanceof Stalled) {
    const message = `no answer for ${cause.limitMs / 1000} s`;
    return new TrackerError(method, url, {
      status: 0,
      code: "TIMEOUT",
      message,
      maybeDone: true,
      cause,
    });
  }
  const isReply = cause instanceof ReplyError;
  const code = isReply && !cause.brokenOff ? "BAD_REPLY" : "CONNECTION";
  const tlsAlert = /certificate|handshake|alert/i.test(messageOf(cause));
  if (!isReply && tlsAlert) {
    // TLS 1.3 servers refuse a client certificate only after the greeting, before any request.
    const message = `the server refuses the client certificate, or wants one: ${messageOf(cause)}`;
    return new TrackerError(method, url, { status: 0, code: "TLS", message, cause });
  }
  const message = isReply ? cause.message : `the connection broke: ${messageOf(cause)}`;
  return new TrackerError(method, url, { status: 0, code, message, maybeDone: true, cause });
}

/** The body's own failure (a file that cannot be read), which is not the connection's. */
export function sourceError(error: unknown): Error | undefined {
  if (!(error instanceof BodyError)) return undefined;
  return error.cause instanceof Error ? error.cause : error;
}
