// LIKE by MLflow's rule on SQLite: `%` is any text, `_` one character (a code point), nothing
// escapes them. A loop that goes back to the last `%` only: on a pattern with many of them a
// backtracking regular expression would not end.

/** Whether `value` matches `pattern`; with `ignoreCase` A to Z equal a to z, and no other letters. */
export function isLike(value: string, pattern: string, ignoreCase: boolean): boolean {
  const text = Array.from(ignoreCase ? lowerAscii(value) : value);
  const wanted = Array.from(ignoreCase ? lowerAscii(pattern) : pattern);
  let at = 0;
  let step = 0;
  let wildcard = -1;
  let resume = 0;
  while (at < text.length) {
    const symbol = wanted[step];
    if (symbol === "%") {
      wildcard = step++;
      resume = at;
    } else if (symbol === "_" || (symbol !== undefined && symbol === text[at])) {
      at++;
      step++;
    } else if (wildcard >= 0) {
      step = wildcard + 1;
      at = ++resume;
    } else return false;
  }
  while (wanted[step] === "%") step++;
  return step === wanted.length;
}

/** SQLite's lower(): the letters A to Z only. */
export function lowerAscii(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** The pattern as one of GLOB, which minds letter case whatever `PRAGMA case_sensitive_like` says. */
export function globOf(pattern: string): string {
  return pattern.replace(/[*?[]/g, "[$&]").replace(/%/g, "*").replace(/_/g, "?");
}
