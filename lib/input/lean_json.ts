// Members of LEAN's JSON: their names come in camelCase or PascalCase, by the version that wrote them.

import { isRecord } from "./json_text.ts";

/** Members by name. */
export type Json = Readonly<Record<string, unknown>>;

/** A member whatever the case of its name. */
export function child(parent: unknown, name: string): unknown {
  if (!isRecord(parent)) return undefined;
  const key = Object.keys(parent).find((candidate) => candidate.toLowerCase() === name);
  return key === undefined ? undefined : parent[key];
}

/** Members by camelCase names. */
export function flat(parent: unknown): Json {
  if (!isRecord(parent)) return {};
  return Object.fromEntries(
    Object.entries(parent).map(([name, value]) => [camelCase(name), value]),
  );
}

/** `Average Profit` and `AverageProfit` as averageProfit. */
export function camelCase(name: string): string {
  const joined = name.replace(
    /[^A-Za-z0-9]+(.)?/g,
    (_, next: string | undefined) => next?.toUpperCase() ?? "",
  );
  return joined.charAt(0).toLowerCase() + joined.slice(1);
}
