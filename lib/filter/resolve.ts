// What a written name stands for: entity and key, by the rows of fields.ts, or one of the names that a
// caller knows. A file of its own, because most of it is what to say when a name stands for nothing.

import { FilterSyntaxError } from "../errors.ts";
import { nearestNames } from "../nearest.ts";
import type { Entity, Field } from "./ast.ts";
import {
  attributeNames,
  attributeOf,
  datasetKeys,
  ENTITY_WORDS,
  entityOf,
  isDatasetKey,
  type Scope,
  SCOPE_ENTITIES,
} from "./fields.ts";
import type { NameToken, Token } from "./tokens.ts";

const KEYWORDS: readonly string[] = ["AND", "OR", "NOT", "IN", "IS", "LIKE", "ILIKE", "BETWEEN"];

/** The field that a token names; `follows` says that something precedes it. */
export function resolveField(text: string, token: Token, scope: Scope, follows: boolean): Field {
  if (token.kind === "name") return resolveName(text, token, scope);
  // `"Run name" = 'x'`: double quotes hold a name as well as a value, single ones only a value.
  if (token.kind === "text" && token.quote === '"') {
    return bareAttribute(text, token, token.value, scope);
  }
  return refuseStart(text, token, follows);
}

/** Names without an entity, of which there are only these. */
export interface KnownNames {
  readonly names: ReadonlySet<string>;
  /** Names that one may expect among them, and what to do to have them there. */
  readonly elsewhere: ReadonlyMap<string, string>;
}

/** The metric that a token names, with `metrics.` before it or without. */
export function resolveKnown(
  text: string,
  token: Token,
  known: KnownNames,
  follows: boolean,
): Field {
  if (token.kind === "text" && token.quote === '"') {
    return knownMetric(text, token, token.value, known);
  }
  if (token.kind !== "name") return refuseStart(text, token, follows);
  if (token.key === null) {
    refuseKeyword(text, token);
    return knownMetric(text, token, token.head, known);
  }
  const entity = entityOf(token.head, "runs");
  if (entity === "metric") return knownMetric(text, token, token.key, known);
  const dotted = `${token.head}.${token.key}`;
  if (entity !== undefined && !known.names.has(dotted)) {
    fail(text, token, `"${dotted}" is not a metric; only metrics can be asked for here`);
  }
  return knownMetric(text, token, dotted, known);
}

function knownMetric(text: string, token: Token, key: string, known: KnownNames): Field {
  if (known.names.has(key)) return { entity: "metric", key };
  const advice = known.elsewhere.get(key);
  const hint = advice === undefined ? suggestion(key, known.names) : `; ${advice}`;
  return fail(text, token, `"${key}" is not among the metrics of the answer${hint}`);
}

/** What is to be said of a token that no comparison can start with. */
function refuseStart(text: string, token: Token, follows: boolean): never {
  if (token.kind === "text" || token.kind === "number") {
    fail(text, token, "a comparison starts with its key: metrics.a > 1");
  }
  if (token.kind === "end") {
    fail(text, token, follows ? "it ends where a comparison must follow" : "expected a comparison");
  }
  return fail(text, token, "expected a comparison");
}

function resolveName(text: string, token: NameToken, scope: Scope): Field {
  if (token.key === null) {
    refuseKeyword(text, token);
    return bareAttribute(text, token, token.head, scope);
  }
  const entity = entityOf(token.head, scope);
  if (entity === undefined) fail(text, token, unknownEntity(token.head, scope));
  if (entity === "attribute") return bareAttribute(text, token, token.key, scope);
  if (entity === "dataset" && !isDatasetKey(token.key)) {
    const known = datasetKeys();
    const near = suggestion(token.key, known);
    fail(text, token, `"${token.key}" is not one of ${known.join(", ")} of a dataset${near}`);
  }
  return { entity, key: token.key };
}

function refuseKeyword(text: string, token: NameToken): void {
  const word = token.head.toUpperCase();
  if (token.headQuoted || !KEYWORDS.includes(word)) return;
  fail(text, token, `expected a comparison, found ${word}`);
}

function bareAttribute(text: string, token: Token, word: string, scope: Scope): Field {
  const attribute = attributeOf(word, scope);
  if (attribute !== undefined) return { entity: "attribute", key: attribute };
  const known = attributeNames(scope);
  const near = suggestion(word, known);
  const full = (SCOPE_ENTITIES[scope] as readonly Entity[])
    .filter((entity) => entity === "metric" || entity === "param" || entity === "tag")
    .map((entity) => `${ENTITY_WORDS[entity][0]}.${word}`);
  const bare = token.kind === "name" && token.key === null && /^\w+$/.test(word);
  const advice = near !== ""
    ? near
    : bare
    ? `; a key is written ${full.join(" or ")}`
    : `; attributes are ${known.join(", ")}`;
  return fail(text, token, `"${word}" is not an attribute${advice}`);
}

function unknownEntity(word: string, scope: Scope): string {
  const entities = SCOPE_ENTITIES[scope];
  const words = entities.map((entity) => ENTITY_WORDS[entity][0] ?? entity);
  const near = suggestion(word, entities.flatMap((entity) => ENTITY_WORDS[entity]));
  return `"${word}" is not one of ${words.join(", ")}${near}`;
}

function suggestion(wanted: string, known: Iterable<string>): string {
  const [nearest] = nearestNames(wanted, known);
  return nearest === undefined ? "" : `; did you mean ${nearest}?`;
}

function fail(text: string, token: Token, problem: string): never {
  throw new FilterSyntaxError(text, token.start, token.end, problem);
}
