// A server, or a proxy before it, may answer with what it was sent, credentials included. Its text is
// cleaned where it becomes part of an error, so that nothing further on (stderr, the store, an export)
// can pass on a secret.

import type { Auth } from "../config/values.ts";
import { TrackerError } from "../errors.ts";
import { base64, type ProxyRules } from "../transport/proxy.ts";

/** Takes the secrets of a connection out of a text. */
export type Redact = (text: string) => string;

const MASK = "********";
/** A shorter secret is taken out only as a whole word: a part of other words would tell what it is. */
const SHORT = 8;

/** Finds the secrets of a connection in every form in which they are sent, or come back in an error. */
export function redactor(auth: Auth | null, proxies: ProxyRules): Redact {
  const secrets = [
    ...secretsOf(auth),
    ...proxySecrets(proxies.http),
    ...proxySecrets(proxies.https),
  ];
  const forms = new Set(secrets.filter((secret) => secret !== "").flatMap(formsOf));
  if (forms.size === 0) return (text) => text;
  const longestFirst = [...forms].sort((left, right) => right.length - left.length);
  const pattern = new RegExp(longestFirst.map(patternOf).join("|"), "g");
  return (text) => text.replace(pattern, MASK);
}

/** The error as it may be shown. */
export function redacted(error: unknown, redact: Redact): unknown {
  if (!(error instanceof TrackerError)) return error;
  const { method, url, status, code, maybeDone, retryAfterMs, reason } = error;
  const suffix = status === 0 ? "" : ` (${status} ${code})`;
  const said = reason.slice(0, reason.length - suffix.length);
  const message = redact(said);
  if (message === said && redact(code) === code) return error;
  return new TrackerError(method, url, {
    status,
    code: redact(code),
    message,
    maybeDone,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

function secretsOf(auth: Auth | null): readonly string[] {
  if (auth === null) return [];
  if (auth.kind === "bearer") return [auth.token];
  return [auth.password, unpadded(`${auth.username}:${auth.password}`)];
}

/** Of a proxy whose address has a user name alone, that is the secret. */
function proxySecrets(proxy: URL | null): readonly string[] {
  if (proxy === null || proxy.username + proxy.password === "") return [];
  const username = decoded(proxy.username);
  if (proxy.password === "") return [username, unpadded(`${username}:`)];
  const password = decoded(proxy.password);
  return [proxy.password, password, unpadded(`${username}:${password}`)];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** As it is, in base64, in a URL, in JSON. */
function formsOf(secret: string): readonly string[] {
  const encoded = encodeURIComponent(secret);
  const inUrl = [encoded, encoded.replace(/%[\dA-F]{2}/g, (code) => code.toLowerCase())];
  return [secret, unpadded(secret), ...inUrl, JSON.stringify(secret).slice(1, -1)];
}

/** Without the padding, which some leave out. */
function unpadded(text: string): string {
  return base64(text).replace(/=+$/, "");
}

function patternOf(form: string): string {
  const literal = form.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&");
  return form.length < SHORT ? `(?<!\\w)${literal}(?!\\w)` : literal;
}
