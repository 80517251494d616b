// What a written name stands for: entity and key, by the rows of fields.ts. A file of its own,
// because most of it is what to say when a name stands for nothing.

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
    if (!token.headQuoted && KEYWORDS.includes(token.head.toUpperCase())) {
      fail(text, token, `expected a comparison, found ${token.head.toUpperCase()}`);
    }
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

function suggestion(wanted: string, known: readonly string[]): string {
  const [nearest] = nearestNames(wanted, known);
  return nearest === undefined ? "" : `; did you mean ${nearest}?`;
}

function fail(text: string, token: Token, problem: string): never {
  throw new FilterSyntaxError(text, token.start, token.end, problem);
}
