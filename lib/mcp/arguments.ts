// The arguments of a call → the words of a command line, each value attached to its flag and the
// operands behind `--`, so that no value can be read as another flag. What a value means the command
// itself reads, and refuses with its own message.

import type { Command } from "../command/declare.ts";
import { flagName } from "../command/flags.ts";
import { UsageError } from "../errors.ts";
import { nearestNames } from "../nearest.ts";
import { DEFAULT_LIMIT, type Property, type Tool, type ToolOptions } from "./tools.ts";

/** A call as its command and the cut of its answer need it. */
export interface Call {
  /** The words of the command line. */
  readonly words: readonly string[];
  /** The runs that it names. */
  readonly runs: readonly string[];
  /** Whether the answer is JSON on stdout; else it is HTML there, or in the file. */
  readonly asJson: boolean;
  /** Whether the answer goes to a file. */
  readonly toFile: boolean;
  readonly offset: number;
  readonly limit: number;
}

/** What holds for every call besides its arguments. */
export interface Settled extends ToolOptions {
  /** The server that `--tracking-uri` named. */
  readonly trackingUri: string | undefined;
  /** The hosts that `--allow-artifact-host` named. */
  readonly allowArtifactHost: readonly string[];
}

type Arguments = Readonly<Record<string, unknown>>;

/**
 * Reads the arguments of a call.
 *
 * @throws {UsageError} where there is no such argument, or its value is of another kind.
 */
export function readCall(tool: Tool, given: Arguments, settled: Settled): Call {
  const known = new Map(tool.properties.map((property) => [property.name, property]));
  const flags: string[] = [];
  const operands: string[] = [];
  const page = new Map<string, number>([["offset", 0], ["limit", DEFAULT_LIMIT]]);
  const runs: string[] = [];
  let toFile = false;
  for (const [name, value] of Object.entries(given)) {
    const property = known.get(name);
    if (property === undefined) throw unknownArgument(tool, name);
    if (value === undefined || value === null) continue;
    const { place } = property;
    if (place.kind === "page") page.set(name, pageNumber(property, value));
    else if (place.kind === "operand") {
      operands.push(...textsOf(property, value));
      // So are runs called wherever they are operands; not all of these are a flag as well.
      if (place.operand.name === "RUN") runs.push(...textsOf(property, value));
    } else {
      toFile ||= place.key === "output";
      if (place.key === "runId") runs.push(...textsOf(property, value));
      flags.push(...flagWords(property, place.key, value));
    }
  }
  const asJson = tool.command.formats.includes("json") && !toFile;
  return {
    words: [
      ...tool.command.name.split(" "),
      ...asJson ? ["--format=json"] : [],
      ...settledWords(tool.command, settled, { withExperiment: runs.length === 0 }),
      ...tool.always,
      ...flags,
      "--",
      ...operands,
    ],
    runs,
    asJson,
    toFile,
    offset: page.get("offset") ?? 0,
    limit: page.get("limit") ?? DEFAULT_LIMIT,
  };
}

/**
 * The flags of what holds for every call. A command takes no experiment beside runs that are named:
 * own_runs.ts looks whether they are of it.
 */
export function settledWords(
  command: Command,
  settled: Settled,
  { withExperiment }: { readonly withExperiment: boolean },
): readonly string[] {
  const { experiment, store, trackingUri, allowArtifactHost } = settled;
  const values: readonly (readonly [string, string | undefined])[] = [
    ["experiment", withExperiment ? experiment : undefined],
    ["store", store],
    // A store that is named is read in place of the server, unless the server is named too.
    ["trackingUri", store === undefined ? undefined : trackingUri],
    ...allowArtifactHost.map((host) => ["allowArtifactHost", host] as const),
  ];
  return values.flatMap(([key, value]) =>
    value === undefined || command.flags[key] === undefined ? [] : [`${flagName(key)}=${value}`]
  );
}

function flagWords(property: Property, key: string, value: unknown): readonly string[] {
  const name = flagName(key);
  switch (property.schema.type) {
    case "boolean":
      if (typeof value !== "boolean") throw wrongKind(property, value);
      return value ? [name] : [];
    case "object":
      if (typeof value !== "object" || value === null || Array.isArray(value)) {
        throw wrongKind(property, value);
      }
      return Object.entries(value).map(([one, of]) => `${name}=${one}=${textOf(property, of)}`);
    default:
      return textsOf(property, value).map((text) => `${name}=${text}`);
  }
}

/** A single value in place of a list is what many models send. */
function textsOf(property: Property, value: unknown): readonly string[] {
  if (!Array.isArray(value)) return [textOf(property, value)];
  if (property.schema.type !== "array") throw wrongKind(property, value);
  return value.map((item) => textOf(property, item));
}

function textOf(property: Property, value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  throw wrongKind(property, value);
}

function pageNumber(property: Property, value: unknown): number {
  const { minimum = 0 } = property.schema;
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= minimum) return value;
  throw wrongKind(property, value);
}

function wrongKind({ name, schema }: Property, value: unknown): UsageError {
  const article = /^[aio]/.test(schema.type) ? "an" : "a";
  const least = schema.minimum === undefined ? "" : ` of at least ${schema.minimum}`;
  return new UsageError(
    `Cannot use ${name} ${JSON.stringify(value)}: expected ${article} ${schema.type}${least}`,
  );
}

function unknownArgument(tool: Tool, name: string): UsageError {
  const [nearest] = nearestNames(name, tool.properties.map((property) => property.name));
  const did = nearest === undefined ? "" : `; did you mean ${nearest}?`;
  return new UsageError(
    `Cannot use ${JSON.stringify(name)}: ${tool.name} has no such argument${did}`,
  );
}
