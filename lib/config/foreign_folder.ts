// What a working folder's own files may decide. Entering a folder that others have made must send
// them nothing: neither what makes the user known nor runs that were not logged for their server.

import { UsageError } from "../errors.ts";
import { isLoopback } from "../transport/proxy.ts";
import { describe } from "./read_value.ts";
import {
  type Setting,
  type SettingName,
  SETTINGS,
  type Settings,
  type Source,
} from "./settings.ts";

/** A setting that directs where data goes, and the file of the working folder that sets it. */
export interface Direction {
  readonly name: SettingName;
  readonly origin: string;
}

/**
 * A working folder may not decide where credentials from elsewhere go: not the server, not the
 * proxy before it, not whose certificates are trusted, nor which run they change.
 *
 * @throws {UsageError} naming the setting, the file and the flag that says it is meant.
 */
export function refuseForeignDirections(found: Settings): void {
  const [credential] = SETTINGS.filter(({ identifies }) => identifies === true)
    .map(({ name }) => ({ name, ...found.get(name) }))
    .filter(({ value, source }) => value !== undefined && !isFolderFile(source));
  const [direction] = directions(found, ({ directs }) => directs !== undefined);
  if (credential === undefined || direction === undefined) return;
  const { name, origin } = direction;
  throw new UsageError(
    `Cannot use ${name} from ${origin}: ${credential.name} comes from ${
      describe(credential)
    }, and ` +
      `a working folder may not direct it elsewhere; if you trust the file, say --env-file ${origin}`,
  );
}

/** What a working folder's files alone say of the way to this server, unless it is on this machine. */
export function foreignDirections(found: Settings, server: URL | null): readonly Direction[] {
  if (server === null || isLoopback(server.hostname)) return [];
  const protocol = server.protocol === "https:" ? "https" : "http";
  return directions(found, ({ directs }) => directs === protocol || directs === "http and https");
}

function directions(
  found: Settings,
  counts: (setting: Setting) => boolean,
): readonly Direction[] {
  return SETTINGS.filter(counts)
    .map(({ name }) => ({ name, ...found.get(name) }))
    .filter(({ value, source }) => value !== undefined && isFolderFile(source))
    .map(({ name, origin }) => ({ name, origin }));
}

function isFolderFile(source: Source): boolean {
  return source === ".env" || source === ".env.local";
}
