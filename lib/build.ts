// What this build is and where it may connect. scripts/compile.ts replaces the marked values in the
// bundle it makes; run from source they stay as written here. The scope is checked by the program
// too, because only Deno's runtime can enforce it from outside.

/** Facts about the build, shown by `btflow --version`. */
export interface Build {
  /** As in `deno.json`. */
  readonly version: string;
  /** The commit the build was made from; "source" when run from a checkout. */
  readonly commit: string;
  /** Hosts (`HOST` or `HOST:PORT`) the build may connect to; empty: any, one at a time (the tracking server's). */
  readonly allowedHosts: readonly string[];
}

/** This build. */
export const BUILD: Build = {
  version: "0.1.0",
  commit: "source",
  allowedHosts: [],
};

/** What the program may touch besides the network, as `deno.json` grants it; a test compares the two. */
export const PERMISSIONS: {
  readonly read: boolean;
  readonly write: boolean;
  readonly run: boolean;
  readonly ffi: boolean;
  readonly sys: readonly string[];
} = { read: true, write: true, run: false, ffi: false, sys: ["statfs"] };

const DEFAULT_PORTS: Readonly<Record<string, string>> = { "http:": "80", "https:": "443" };

/** Whether a build limited to `hosts` may send a request to `url`; an entry without a port allows all ports. */
export function mayConnect(url: URL, hosts: readonly string[] = BUILD.allowedHosts): boolean {
  if (hosts.length === 0) return true;
  const port = url.port || (DEFAULT_PORTS[url.protocol] ?? "");
  return hosts.includes(url.hostname) || hosts.includes(`${url.hostname}:${port}`);
}

/** Why a URL outside the scope is refused: one line that names the host and what is allowed. */
export function scopeRefusal(url: URL, hosts: readonly string[] = BUILD.allowedHosts): string {
  return `this build may connect to ${hosts.join(", ")} only, not to ${url.host}`;
}
