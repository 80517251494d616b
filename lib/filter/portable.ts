// Whether a filter can go to a server in the user's own words. MLflow's parsers mind spelling that
// ours does not, and each version a little otherwise; what they mind is listed here.

import { attributeOf, entityOf, fieldType, type Scope } from "./fields.ts";
import { isWord } from "./parse.ts";
import { type Token, tokenize } from "./tokens.ts";

/**
 * Whether MLflow's parser reads `text` as it reads `generated`, the same conditions in the form that
 * every server takes: then it is the user's own text that is sent, and shown in the server's log.
 */
export function isPortable(text: string, generated: string, scope: Scope): boolean {
  const written = tokenize(text);
  const known = tokenize(generated);
  return written.length === known.length && written.every((token, index) => {
    const twin = known[index];
    return twin !== undefined && token.portable && isSpelled(text, written, index, scope) &&
      meaning(written, index, scope) === meaning(known, index, scope);
  });
}

/** What a token stands for, however it is written. */
function meaning(tokens: readonly Token[], index: number, scope: Scope): string {
  const token = tokens[index];
  const opens = index === 0 || isWord(tokens[index - 1], "AND");
  switch (token?.kind) {
    case undefined:
    case "end":
    case "(":
    case ")":
    case ",":
      return token?.kind ?? "end";
    case "operator":
      return token.operator;
    case "number":
      return `number ${token.value}`;
    case "text":
      return opens ? `attribute ${attributeOf(token.value, scope)}` : `text ${token.value}`;
    case "name": {
      if (token.key === null) {
        return opens ? `attribute ${attributeOf(token.head, scope)}` : token.head.toUpperCase();
      }
      const entity = entityOf(token.head, scope);
      return `${entity} ${entity === "attribute" ? attributeOf(token.key, scope) : token.key}`;
    }
  }
}

/** Spellings that MLflow's parser minds. */
function isSpelled(text: string, tokens: readonly Token[], index: number, scope: Scope): boolean {
  const token = tokens[index];
  const before = tokens[index - 1];
  if (isWord(token, "NULL") && isWord(before, "NOT")) {
    return text.slice(before?.end, token?.start) === " ";
  }
  // 2.x takes lists in single quotes only, without space inside the parentheses.
  if (token?.kind === ")" || before?.kind === "(") {
    if (before?.end !== token?.start) return false;
  }
  if (token?.kind === "text" && (before?.kind === "(" || before?.kind === ",")) {
    return token.quote === "'";
  }
  if (token?.kind === "number" && !token.digitsOnly) return !isTime(tokens[index - 2], scope);
  if (scope === "runs" || token?.kind !== "name") return true;
  // Filters of experiments are compared as written: words in capitals, three words for entities.
  if (token.key !== null) {
    return !token.headQuoted && ["attribute", "tag", "tags"].includes(token.head);
  }
  return ["LIKE", "ILIKE", "IN", "NOT"].every((word) =>
    !isWord(token, word) || token.head === word
  );
}

function isTime(token: Token | undefined, scope: Scope): boolean {
  if (token?.kind !== "name") return false;
  const bare = token.key === null;
  if (!bare && entityOf(token.head, scope) !== "attribute") return false;
  const key = attributeOf(bare ? token.head : token.key ?? "", scope);
  return key !== undefined && fieldType({ entity: "attribute", key }, scope) === "time";
}
