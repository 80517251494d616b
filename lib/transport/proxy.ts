// Which proxy, if any, stands between this machine and a server. The rules are those of curl and
// Go for HTTP_PROXY, HTTPS_PROXY and NO_PROXY: this machine itself is never reached by a proxy,
// because a proxy elsewhere could only reach its own.

/** The proxies that are set, which may hold credentials, and the hosts that need none. */
export interface ProxyRules {
  /** For http servers; null for none. */
  readonly http: URL | null;
  /** For https servers; null for none. */
  readonly https: URL | null;
  /** Hosts reached without a proxy, as NO_PROXY names them. */
  readonly none: readonly string[];
}

/** The proxy to use for a URL; null for a direct connection. */
export function proxyFor(url: URL, rules: ProxyRules): URL | null {
  const proxy = url.protocol === "https:" ? rules.https : rules.http;
  if (proxy === null || isLoopback(url.hostname)) return null;
  return rules.none.some((entry) => matches(entry.toLowerCase(), url)) ? null : proxy;
}

/** Whether a host name of a URL means this machine itself. */
export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname.endsWith(".localhost") || hostname === "[::1]" ||
    /^127(\.\d{1,3}){3}$/.test(hostname);
}

/** `*`, `host`, `.domain`, `*.domain`, `host:port`, an address, or an IPv4 range `10.0.0.0/8`. */
function matches(entry: string, url: URL): boolean {
  if (entry === "*") return true;
  const range = /^(\d+\.\d+\.\d+\.\d+)\/(\d+)$/.exec(entry);
  if (range !== null) return inRange(url.hostname, range[1] ?? "", Number(range[2]));
  const [, name = "", port] = /^(\[.*\]|[^:]*|[^[\]]*:[^[\]]*:[^[\]]*)(?::(\d+))?$/.exec(entry) ??
    [];
  const actualPort = url.port || (url.protocol === "https:" ? "443" : "80");
  if (port !== undefined && port !== actualPort) return false;
  const domain = name.replace(/^\*?\./, "");
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const wanted = domain.replace(/^\[|\]$/g, "");
  return wanted !== "" && (host === wanted || host.endsWith(`.${wanted}`));
}

function inRange(host: string, network: string, bits: number): boolean {
  const address = ipv4(host);
  const base = ipv4(network);
  if (address === null || base === null || bits > 32) return false;
  const size = 2 ** (32 - bits);
  return Math.floor(address / size) === Math.floor(base / size);
}

function ipv4(text: string): number | null {
  const parts = text.split(".").map(Number);
  if (parts.length !== 4 || parts.some((part) => !(part >= 0 && part <= 255))) return null;
  return parts.reduce((sum, part) => sum * 256 + part, 0);
}

/** The credentials of a proxy, when its address holds any. */
export function proxyHeaders(proxy: URL): Record<string, string> {
  if (proxy.username === "") return {};
  const [username, password] = [proxy.username, proxy.password].map(decodeURIComponent);
  return { "proxy-authorization": `Basic ${base64(`${username}:${password}`)}` };
}

/** The base64 of a text in UTF-8. */
export function base64(text: string): string {
  let bytes = "";
  for (const byte of new TextEncoder().encode(text)) bytes += String.fromCharCode(byte);
  return btoa(bytes);
}
