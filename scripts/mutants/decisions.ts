// The decisions of a source file, each taken wrongly. They are found by tokens alone, which is enough
// for code that the formatter has laid out: a condition is made to hold always, and never; an operand
// of `&&`, `||` and `??` is left out; a comparison is shifted by one, or turned where it stands alone.

/** One decision, taken wrongly. */
export interface Mutant {
  readonly line: number;
  /** Where in the file the expression stands. */
  readonly from: number;
  readonly to: number;
  /** The expression, and what stands there instead. */
  readonly before: string;
  readonly after: string;
}

interface Token {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** The place of the token that opens or closes what this one does; -1 for others. */
  other: number;
}

const SKIPPED = /(?:\s|\/\/.*|\/\*[^]*?\*\/)+/y;
const REGULAR_EXPRESSION = /\/(?:\\.|\[(?:\\.|[^\]\\])*\]|[^/\\[\n])+\/[a-z]*/y;
const TEMPLATE_PART = /[`}](?:\\.|\$(?!\{)|[^`\\$])*(?:`|\$\{)/y;
const WORD =
  /"(?:\\.|[^"\\])*"|yield\*|[\w$#]+|[=!]==|=>|<=|>=|\?\.|\.\.\.|(?:&&|\|\||\?\?|[-+*])=?|[^]/y;

/** What binds less than any condition. */
const LOOSE = "=> , ; : ? = ??= ||= &&= += -= *= ... return throw of in case else yield yield* void"
  .split(" ");
const LOGICAL = ["&&", "||", "??"];
const TURNED: Readonly<Record<string, readonly [shifted: string | null, turned: string]>> = {
  "===": [null, "!=="],
  "!==": [null, "==="],
  "<": ["<=", ">="],
  ">": [">=", "<="],
  "<=": ["<", ">"],
  ">=": [">", "<"],
};

function tokensOf(source: string): readonly Token[] {
  const tokens: Token[] = [];
  const open: number[] = [];
  const isIn = (token: number | undefined): boolean =>
    tokens[token ?? -1]?.text.endsWith("${") === true;
  for (let at = 0; at < source.length;) {
    const match = (pattern: RegExp): string => {
      pattern.lastIndex = at;
      return pattern.exec(source)?.[0] ?? "";
    };
    at += match(SKIPPED).length;
    const char = source[at];
    if (char === undefined) break;
    const isPart = char === "`" || char === "}" && isIn(open.at(-1));
    const isOperator = !/[\w$#"`)\]}]$|^return$/.test(tokens.at(-1)?.text ?? "");
    const text = isPart && match(TEMPLATE_PART) ||
      char === "/" && isOperator && match(REGULAR_EXPRESSION) || match(WORD);
    const token: Token = { text, start: at, end: at + text.length, other: -1 };
    if (isPart ? char === "}" && text.endsWith("`") : ")]}".includes(text)) {
      token.other = open.pop() ?? -1;
      (tokens[token.other] as Token).other = tokens.length;
    }
    if (isPart ? char === "`" && text.endsWith("${") : "([{".includes(text)) {
      open.push(tokens.length);
    }
    tokens.push(token);
    at = token.end;
  }
  return tokens;
}

/** All wrong decisions of a file, each once. */
export function mutantsOf(source: string): readonly Mutant[] {
  const tokens = tokensOf(source);
  const found = new Map<string, Mutant>();
  const text = (at: number): string => tokens[at]?.text ?? ";";
  const slice = (from: number, to: number): string =>
    source.slice(tokens[from]?.start, tokens[to - 1]?.end);
  const isBound = (at: number, stops: readonly string[]): boolean =>
    stops.includes(text(at)) || /^[()[\]{}]$|^\}|\$\{$/.test(text(at));
  /** The first token of the operand that ends before this one. */
  const leftOf = (at: number, stops: readonly string[]): number => {
    let from = at;
    while (from > 0) {
      const other = tokens[from - 1]?.other ?? -1;
      if (other < 0 || other >= from) {
        if (isBound(from - 1, stops)) break;
        from--;
      } else {
        // The end of a statement, or of a condition before one.
        const isBefore = from < at && /^[\w(["]/.test(text(from)) && text(from) !== "as" &&
          (text(from - 1) === "}" || text(from - 1) === ")" && !/^[([]/.test(text(from)));
        if (isBefore) break;
        from = other;
      }
    }
    return from;
  };
  /** The token behind the operand that begins here. */
  const rightOf = (at: number, stops: readonly string[]): number => {
    let to = at;
    while (to < tokens.length) {
      const other = tokens[to]?.other ?? -1;
      if (other > to) to = other + 1;
      else if (isBound(to, stops)) break;
      else to++;
    }
    return to;
  };
  const replace = (first: number, behind: number, after: string): void => {
    const from = tokens[first]?.start ?? 0;
    const to = tokens[behind - 1]?.end ?? 0;
    const line = source.slice(0, from).split("\n").length;
    const mutated = source.slice(0, from) + after + source.slice(to);
    if (!found.has(mutated)) {
      found.set(mutated, { line, from, to, before: source.slice(from, to), after });
    }
  };
  /** What a condition is made to be; the other follows from its operands, which are left out. */
  const decided = (from: number, to: number): readonly string[] => {
    if (rightOf(from, ["||"]) < to) return ["true"];
    return rightOf(from, ["&&"]) < to ? ["false"] : ["true", "false"];
  };
  /** Whether it stands as an operator does: what closes types has a line of its own, or no space. */
  const isSpaced = (at: number): boolean =>
    /\s/.test(source[tokens[at]?.end ?? 0] ?? "") &&
    (text(at) === "?" || source.slice(tokens[at - 1]?.end, tokens[at]?.start) === " ");
  const isCovered = (from: number, to: number): boolean =>
    [text(from - 1), text(to)].some((near) => LOGICAL.includes(near)) || text(to) === "?" ||
    text(from - 1) === "(" && ["if", "while"].includes(text(from - 2));
  for (const [at, { text: word }] of tokens.entries()) {
    if (word === "if" || word === "while") {
      const to = tokens[at + 1]?.other ?? 0;
      for (const value of word === "if" ? decided(at + 2, to) : ["false"]) {
        replace(at + 2, to, value);
      }
    } else if (word === "?" && source[(tokens[at]?.start ?? 0) - 1] === " " && isSpaced(at)) {
      const from = leftOf(at, LOOSE);
      if (slice(from, at).includes(" extends ")) continue;
      for (const value of decided(from, at)) replace(from, at, value);
    } else if (LOGICAL.includes(word)) {
      const stops = [...LOOSE, "||", "??", ...(word === "&&" ? ["&&"] : [])];
      const from = leftOf(at, stops.filter((stop) => stop !== word));
      const to = rightOf(at + 1, stops);
      replace(from, to, slice(from, at));
      replace(from, to, slice(from, leftOf(at, stops)) + slice(at + 1, to));
    } else if (TURNED[word] !== undefined && isSpaced(at) || word === "!") {
      const stops = [...LOOSE, ...LOGICAL];
      const from = word === "!" ? at : leftOf(at, stops);
      const to = rightOf(at + 1, stops);
      const isCount = /^(length|size)$/.test(text(at - 1)) && text(at + 1) === "0";
      const [shifted, turned] = TURNED[word] ?? [null, ""];
      const put = (sign: string): void =>
        replace(from, to, `${slice(from, at)} ${sign} ${slice(at + 1, to)}`);
      if (shifted !== null && !isCount) put(shifted);
      if (!isCovered(from, to)) put(turned);
    }
  }
  return [...found.values()];
}

/**
 * The file with all its mutants: `globalThis.mutant` says which one is on, by its number from `first`,
 * and the set `globalThis.reached`, where there is one, is given the numbers of those that are reached.
 */
export function switched(source: string, mutants: readonly Mutant[], first: number): string {
  const numbered = mutants.map((mutant, index) => ({ ...mutant, number: first + index }))
    .sort((a, b) => a.from - b.from || b.to - a.to);
  const render = (from: number, to: number, within: typeof numbered): string => {
    const [outer] = within;
    if (outer === undefined) return source.slice(from, to);
    const here = within.filter((one) => one.from === outer.from && one.to === outer.to);
    const inner = within.filter((one) => one.from < outer.to && !here.includes(one));
    const later = within.filter((one) => one.from >= outer.to);
    if (inner.some((one) => one.to > outer.to)) throw new Error(`line ${outer.line}: it overlaps`);
    const choices = here.map(({ number, after }) =>
      `(globalThis.reached?.add(${number}), globalThis.mutant === ${number}) ? (${after}) : `
    );
    const original = render(outer.from, outer.to, inner);
    return `${source.slice(from, outer.from)}(${choices.join("")}(${original}))` +
      render(outer.to, to, later);
  };
  return render(0, source.length, numbered);
}
