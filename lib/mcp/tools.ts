// The tools that an agent is offered, made from the commands' own declarations like help and
// completions: a command that answers programs is a tool, each flag and argument a property of its
// schema. What says where data comes from and goes to belongs to who starts the server, and no agent
// is asked for it: an argument could otherwise send credentials to another host.

import type { Command, CommandGroup, Operand, Reading } from "../command/declare.ts";
import { type Flag, flagName, flagSummary } from "../command/flags.ts";

/** A JSON schema, as far as it is used here. */
export interface Schema {
  readonly type: "string" | "number" | "integer" | "boolean" | "array" | "object";
  readonly description?: string;
  readonly enum?: readonly string[];
  readonly default?: string | number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
}

/** Where the values of a property go: to a flag, to the operands, or to how the answer is cut. */
export type Place =
  | { readonly kind: "flag"; readonly key: string; readonly flag: Flag<unknown> }
  | { readonly kind: "operand"; readonly operand: Operand }
  | { readonly kind: "page" };

/** One property of a tool. */
export interface Property {
  readonly name: string;
  readonly place: Place;
  readonly schema: Schema;
  readonly required: boolean;
}

/** A command as an agent sees it. */
export interface Tool {
  /** `runs_search`. */
  readonly name: string;
  readonly description: string;
  readonly command: Command;
  /** Whether a call writes to the store or the server. */
  readonly writes: boolean;
  /** The flags that every call has. */
  readonly always: readonly string[];
  readonly properties: readonly Property[];
  readonly schema: Schema;
}

/** What was settled when the server was started. */
export interface ToolOptions {
  /** Whether tools may write to the store, the server and files. */
  readonly allowWrite: boolean;
  /** The experiment of every call; undefined: each says its own. */
  readonly experiment: string | undefined;
  /** The store of every call; undefined: each may say its own. */
  readonly store: string | undefined;
}

/** Flags that are no agent's to say: what only people look at, and what threads and secrets hang on. */
const NEVER_OFFERED: ReadonlySet<string> = new Set([
  "format",
  "trackingUri",
  "envFile",
  "allowArtifactHost",
  "threads",
]);

/** Rows of an answer at most, unless a call says otherwise. */
export const DEFAULT_LIMIT = 500;

const PAGE: readonly Property[] = [
  page(
    "offset",
    0,
    "Leave out so many rows of the answer, or characters of one that is no list",
    0,
  ),
  page("limit", 1, "Rows of the answer at most", DEFAULT_LIMIT),
];

function page(name: string, minimum: number, description: string, fallback: number): Property {
  const schema: Schema = { type: "integer", description, minimum, default: fallback };
  return { name, place: { kind: "page" }, schema, required: false };
}

/** The tools that these commands make. */
export function toolsOf(
  commands: readonly (Command | CommandGroup)[],
  options: ToolOptions,
): readonly Tool[] {
  return commands
    .flatMap((command) => "verbs" in command ? command.verbs : [command])
    .filter(({ formats }) => formats.includes("json") || formats.includes("html"))
    .filter(({ writes, reading }) => options.allowWrite || !writes || reading !== undefined)
    .map((command) => toolOf(command, options));
}

function toolOf(command: Command, options: ToolOptions): Tool {
  const reading = command.writes && !options.allowWrite ? command.reading : undefined;
  const properties = [
    ...command.operands.flatMap((operand) => operandProperty(operand, options)),
    ...Object.entries(command.flags)
      .filter(([key, flag]) => isOffered(command, key, flag, options))
      .filter(([key]) => reading === undefined || reading.beside.includes(key))
      .map(([key, flag]) => flagProperty(key, flag)),
    ...command.formats.includes("json") ? PAGE : [],
  ];
  return {
    ...namedAs(command, reading),
    command,
    writes: command.writes && reading === undefined,
    always: reading === undefined ? [] : [flagName(reading.flag)],
    properties,
    schema: {
      type: "object",
      properties: Object.fromEntries(properties.map(({ name, schema }) => [name, schema])),
      required: properties.filter(({ required }) => required).map(({ name }) => name),
      additionalProperties: false,
    },
  };
}

/** The half of a command that only reads has a name of its own: it is offered without the other. */
function namedAs(
  { name, summary, description, flags }: Command,
  reading: Reading | undefined,
): Pick<Tool, "name" | "description"> {
  const words = name.replaceAll(" ", "_");
  const { flag = "" } = reading ?? {};
  const own = flags[flag]?.summary;
  if (own !== undefined) return { name: `${words}_${propertyName(flag)}`, description: `${own}.` };
  return {
    name: words,
    description: [`${summary}.`, ...(description === undefined ? [] : [description])].join(" "),
  };
}

function isOffered(
  { operands, writes }: Command,
  key: string,
  flag: Flag<unknown>,
  { allowWrite, experiment, store }: ToolOptions,
): boolean {
  if (NEVER_OFFERED.has(key) || flag.writes === true && !allowWrite) return false;
  if (key === "experiment" && experiment !== undefined) return false;
  if (key === "store" && store !== undefined) return false;
  // Nobody is there to be asked: to say yes is all that is left.
  if (key === "yes" && writes) return true;
  return !operands.some((operand) => operand.flag === key && operand.many === true);
}

/** An operand that a flag says as well is offered once: as the flag, unless there may be many. */
function operandProperty(operand: Operand, { experiment }: ToolOptions): readonly Property[] {
  if (operand.flag === "experiment" && experiment !== undefined) return [];
  const many = operand.many === true;
  if (operand.flag !== undefined && !many) return [];
  const name = operand.name.toLowerCase();
  const description = operand.summary;
  const text: Schema = {
    type: "string",
    ...(operand.choices === undefined ? {} : { enum: operand.choices }),
  };
  const required = operand.optional !== true;
  return [{
    name: many ? `${name}s` : name,
    place: { kind: "operand", operand },
    schema: many
      ? { type: "array", items: text, description, ...(required ? { minItems: 1 } : {}) }
      : { ...text, description },
    required,
  }];
}

function propertyName(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** On stdin the agent itself speaks: no file is read from there. */
function flagProperty(key: string, flag: Flag<unknown>): Property {
  return {
    name: propertyName(key),
    place: { kind: "flag", key, flag },
    schema: {
      ...kindSchema(flag),
      description: flagSummary({ ...flag, repeats: false, stdin: false }),
    },
    required: false,
  };
}

function kindSchema(flag: Flag<unknown>): Schema {
  const { min, max, choices, fallback } = flag;
  switch (flag.kind) {
    case "toggle":
      return { type: "boolean" };
    case "number":
      return {
        type: flag.whole === true ? "integer" : "number",
        ...(min === undefined ? {} : { minimum: min }),
        ...(max === undefined ? {} : { maximum: max }),
      };
    case "choice":
      return {
        type: "string",
        ...(choices === undefined ? {} : { enum: choices }),
        ...(fallback !== undefined && choices?.includes(fallback) ? { default: fallback } : {}),
      };
    case "list":
      return { type: "array", items: { type: "string" } };
    case "pairs":
      return { type: "object", additionalProperties: { type: "string" } };
    case "text":
      return flag.repeats
        ? { type: "array", items: { type: "string" } }
        : { type: "string", ...(choices === undefined ? {} : { enum: choices }) };
  }
}
