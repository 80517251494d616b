// JSON for a reader who is a language model: what a person would not see in it must not be in it.

/** Controls, formats (marks of the reading order, tags), private and unpaired characters, separators. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\u2028\u2029]/gu;

/** JSON in which nothing is hidden: what is not seen stands as `\uXXXX`. */
export function visibleJson(value: unknown): string {
  return JSON.stringify(value).replace(UNSEEN, escaped);
}

function escaped(character: string): string {
  return Array.from(
    { length: character.length },
    (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, "0")}`,
  ).join("");
}
