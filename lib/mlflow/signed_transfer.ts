// Bytes to and from a storage service by signed addresses. Such an address is the permission itself,
// so neither it nor what the service says of it is ever shown whole, and our own credentials stay
// where they belong. Only hosts that the user has named are spoken to.

import { TrackerError } from "../errors.ts";
import type { Transport, TransportReply } from "../transport/mod.ts";
import { decodedBody } from "./decoding.ts";
import { readReply, type Reply } from "./reply.ts";
import { type Patience, repeating } from "./repeats.ts";

/** The code of an error about a host that the user has not named. */
export const HOST_NOT_ALLOWED_CODE = "ARTIFACT_HOST_NOT_ALLOWED";
/** The code of what a storage service refuses. */
export const STORAGE_CODE = "ARTIFACT_STORAGE";

/** An address that allows one thing for a while, and the headers that are signed with it. */
export interface SignedAddress {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
}

/** What transfers are made with. */
export interface SignedOptions extends Patience {
  /** Opens connections to an origin; opens nothing yet. */
  readonly open: (server: URL) => Transport;
  /** `HOST` or `HOST:PORT`, in lower case. */
  readonly hosts: readonly string[];
  readonly timeoutMs: number;
}

/** Transfers by signed addresses. */
export interface SignedTransfers {
  /** @throws {TrackerError} `ARTIFACT_HOST_NOT_ALLOWED` unless the user has named the host. */
  check(method: "GET" | "PUT", address: SignedAddress): void;
  /** Sends content; returns the storage's tag of it, "" where it gives none. */
  put(address: SignedAddress, content: Uint8Array): Promise<string>;
  /** The content as it arrives. */
  get(address: SignedAddress): AsyncIterable<Uint8Array>;
  close(): void;
}

const MAX_REPLY_BYTES = 1024 * 1024;
/** What frames a message is not the server's to choose. */
const FRAMING = /^(host|connection|content-length|transfer-encoding|expect|te|trailer|upgrade)$/i;

/** Transfers to and from the hosts that the user has named. */
export function signedTransfers(options: SignedOptions): SignedTransfers {
  const opened = new Map<string, Transport>();
  const transport = ({ origin }: URL): Transport => {
    const known = opened.get(origin) ?? options.open(new URL(origin));
    opened.set(origin, known);
    return known;
  };
  const send = async (
    method: "GET" | "PUT",
    { url, headers }: SignedAddress,
    body?: Uint8Array,
  ): Promise<TransportReply> => {
    const request = {
      method,
      path: url.pathname + url.search,
      headers: headersOf(headers),
      repeatable: true,
      ...(body === undefined ? {} : { body }),
    };
    const reply = await transport(url).send(request).catch((error: unknown) => {
      // A build, or a permission set, that is limited to other hosts will not allow it later either.
      if (!(error instanceof TrackerError) || error.code !== "REFUSED") throw error;
      throw notAllowed(method, url, error.message);
    });
    if (reply.status >= 200 && reply.status < 300) return reply;
    throw refusal(method, url, await whole(method, url, reply));
  };
  const whole = (method: string, url: URL, reply: TransportReply): Promise<Reply> =>
    readReply(reply, {
      method,
      url: shown(url),
      maxBytes: MAX_REPLY_BYTES,
      timeoutMs: options.timeoutMs,
      changes: false,
      redact: (text) => text,
    });
  return {
    check: (method, { url }) => checkHost(options.hosts, method, url),
    put: (address, content) => {
      checkHost(options.hosts, "PUT", address.url);
      return repeating(options, { repeatable: true }, async () => {
        const reply = await send("PUT", address, content);
        await whole("PUT", address.url, reply);
        return reply.headers["etag"] ?? "";
      });
    },
    get: async function* (address) {
      checkHost(options.hosts, "GET", address.url);
      const reply = await repeating(options, { repeatable: true }, () => send("GET", address));
      const { status } = reply;
      yield* decodedBody(
        reply,
        (message) =>
          new TrackerError("GET", shown(address.url), { status, code: "BAD_REPLY", message }),
      );
    },
    close: () => {
      for (const one of opened.values()) one.close();
    },
  };
}

function checkHost(hosts: readonly string[], method: string, url: URL): void {
  const port = url.port || (url.protocol === "https:" ? "443" : "80");
  if (hosts.includes(url.hostname) || hosts.includes(`${url.hostname}:${port}`)) return;
  throw notAllowed(
    method,
    url,
    `the server keeps its artifacts at ${url.host}, which is not among the hosts that may have ` +
      `them; if it is right, name it: --allow-artifact-host ${url.host}, or ` +
      "BTFLOW_ALLOW_ARTIFACT_HOST",
  );
}

function notAllowed(method: string, url: URL, message: string): TrackerError {
  return new TrackerError(method, shown(url), {
    status: 403,
    code: HOST_NOT_ALLOWED_CODE,
    message,
  });
}

function headersOf(headers: SignedAddress["headers"]): Record<string, string> {
  const given = Object.entries(headers).filter(([name]) => !FRAMING.test(name));
  return {
    "accept-encoding": "identity",
    ...Object.fromEntries(given.map(([name, value]) => [name.toLowerCase(), value])),
  };
}

/** The storage's own words, without what they repeat of the signature. */
function refusal(method: string, url: URL, reply: Reply): TrackerError {
  const { status } = reply;
  const text = new TextDecoder().decode(reply.bytes);
  const code = /<Code>([\w.-]{1,80})<\/Code>/.exec(text)?.[1];
  const said = /<Message>([^<]{1,300})<\/Message>/.exec(text)?.[1];
  const words = [code, said].filter((word) => word !== undefined).join(": ");
  const where = URL.parse(reply.headers["location"] ?? "", url.origin)?.origin;
  const message = status >= 300 && status < 400
    ? `the storage redirects to ${where ?? "what is no address"}, which is not followed`
    : `the storage refuses${words === "" ? "" : `: ${withoutSecrets(url, words)}`}`;
  // S3 says 400 of an upload that was too slow, which the next need not be.
  const isSlow = status === 400 && code === "RequestTimeout";
  return new TrackerError(method, shown(url), {
    status: isSlow ? 408 : status,
    code: STORAGE_CODE,
    message,
  });
}

/** All that is in the query of a signed address counts as a secret. */
function withoutSecrets(url: URL, text: string): string {
  let clean = text;
  for (const value of url.searchParams.values()) {
    for (const form of [value, encodeURIComponent(value)]) {
      if (form.length >= SHORTEST_SECRET) clean = clean.replaceAll(form, "********");
    }
  }
  return clean;
}

const SHORTEST_SECRET = 6;

/** What errors show of a signed address. */
function shown(url: URL): string {
  return url.origin + url.pathname;
}
