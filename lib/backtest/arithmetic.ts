// Arithmetic on numbers and names, as text; the only user of mathjs. mathjs parses and supplies the
// functions; the tree is walked here, over a list of allowed nodes, so that an expression cannot
// evaluate code, import, assign, allocate, loop, or reach anything but numbers.

import {
  absDependencies,
  acosDependencies,
  addDependencies,
  asinDependencies,
  atanDependencies,
  cbrtDependencies,
  ceilDependencies,
  cosDependencies,
  create,
  divideDependencies,
  erfDependencies,
  expDependencies,
  expm1Dependencies,
  floorDependencies,
  log10Dependencies,
  log1pDependencies,
  log2Dependencies,
  logDependencies,
  modDependencies,
  multiplyDependencies,
  parseDependencies,
  powDependencies,
  roundDependencies,
  signDependencies,
  sinDependencies,
  sqrtDependencies,
  subtractDependencies,
  tanDependencies,
  tanhDependencies,
  unaryMinusDependencies,
  unaryPlusDependencies,
} from "mathjs/number";
import { present, UsageError } from "../errors.ts";
import { nearestNames } from "../nearest.ts";

/** An expression that was read; what it is for is said in its errors. */
export interface Arithmetic {
  /** The names it uses, constants aside. */
  readonly uses: ReadonlySet<string>;
  /**
   * Its value, where `valueOf` gives the value of a name; comparisons are 1 or 0, NaN stays NaN.
   * Throws a `UsageError` for arguments that a function cannot take.
   */
  evaluate(valueOf: (name: string) => number): number;
}

/** The parts of mathjs' nodes that the walk reads. */
interface Node {
  readonly type: string;
  readonly value?: unknown;
  readonly name?: string;
  readonly fn?: string | Node;
  readonly args?: readonly Node[];
  readonly content?: Node;
  readonly condition?: Node;
  readonly trueExpr?: Node;
  readonly falseExpr?: Node;
  readonly conditionals?: readonly string[];
  readonly params?: readonly Node[];
}

type NumberFunction = (...values: number[]) => unknown;

const MAX_LENGTH = 1000;
const MAX_DEPTH = 50;
/** mathjs reads what follows a % twice, to tell percent from remainder: 2^n steps where n are nested. */
const MAX_PERCENTS = 8;

const math = create(
  {
    absDependencies,
    acosDependencies,
    addDependencies,
    asinDependencies,
    atanDependencies,
    cbrtDependencies,
    ceilDependencies,
    cosDependencies,
    divideDependencies,
    erfDependencies,
    expDependencies,
    expm1Dependencies,
    floorDependencies,
    log10Dependencies,
    log1pDependencies,
    log2Dependencies,
    logDependencies,
    modDependencies,
    multiplyDependencies,
    parseDependencies,
    powDependencies,
    roundDependencies,
    signDependencies,
    sinDependencies,
    sqrtDependencies,
    subtractDependencies,
    tanDependencies,
    tanhDependencies,
    unaryMinusDependencies,
    unaryPlusDependencies,
  } as unknown as Parameters<typeof create>[0],
) as unknown as Readonly<Record<string, NumberFunction>> & {
  readonly parse: (text: string) => Node;
};

/** Functions an expression may call, with how many arguments they take. */
const FUNCTIONS: Readonly<Record<string, readonly [least: number, most: number]>> = {
  abs: [1, 1],
  acos: [1, 1],
  asin: [1, 1],
  atan: [1, 1],
  cbrt: [1, 1],
  ceil: [1, 1],
  cos: [1, 1],
  erf: [1, 1],
  exp: [1, 1],
  expm1: [1, 1],
  floor: [1, 1],
  log: [1, 2],
  log10: [1, 1],
  log1p: [1, 1],
  log2: [1, 1],
  max: [1, 20],
  min: [1, 20],
  mod: [2, 2],
  pow: [2, 2],
  round: [1, 2],
  sign: [1, 1],
  sin: [1, 1],
  sqrt: [1, 1],
  tan: [1, 1],
  tanh: [1, 1],
};

const OPERATORS: ReadonlySet<string> = new Set([
  "add",
  "subtract",
  "multiply",
  "divide",
  "pow",
  "mod",
  "unaryMinus",
  "unaryPlus",
]);

const COMPARISONS: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  smaller: (a, b) => a < b,
  smallerEq: (a, b) => a <= b,
  larger: (a, b) => a > b,
  largerEq: (a, b) => a >= b,
  equal: (a, b) => a === b,
  unequal: (a, b) => a !== b,
};

const CONSTANTS: ReadonlyMap<string, number> = new Map([["pi", Math.PI], ["e", Math.E]]);

/**
 * Reads the expression that defines `name`, in which `names` may be used.
 *
 * @throws {UsageError} for a syntax error, for what is too long or too deep, and for what is not
 * arithmetic on numbers and these names.
 */
export function parseArithmetic(
  name: string,
  expression: string,
  names: ReadonlySet<string>,
): Arithmetic {
  const tree = parseTree(name, expression);
  const uses = new Set<string>();
  checkNode(name, tree, { names, uses }, 0);
  return {
    uses,
    evaluate: (valueOf) => {
      try {
        return evaluate(tree, valueOf);
      } catch (cause) {
        throw new UsageError(`Cannot define ${name}: ${(cause as Error).message}`, { cause });
      }
    },
  };
}

/** The names an expression may use, and those it was found to use. */
interface Scope {
  readonly names: ReadonlySet<string>;
  readonly uses: Set<string>;
}

/** Refuses a definition. */
export function refuseDefinition(name: string, problem: string): never {
  throw new UsageError(`Cannot define ${name}: ${problem}`);
}

function parseTree(name: string, expression: string): Node {
  if (expression.length > MAX_LENGTH) {
    refuseDefinition(
      name,
      `the expression has ${expression.length} characters, at most ${MAX_LENGTH} are read`,
    );
  }
  if (nesting(expression) > MAX_DEPTH) {
    refuseDefinition(name, `it is nested deeper than ${MAX_DEPTH} levels`);
  }
  if (expression.split("%").length - 1 > MAX_PERCENTS) {
    refuseDefinition(name, `it has more than ${MAX_PERCENTS} %; write mod(a, b), or a / 100`);
  }
  try {
    return math.parse(expression);
  } catch (cause) {
    throw new UsageError(`Cannot define ${name}: ${(cause as Error).message}`, { cause });
  }
}

/** Depth of brackets, counted before parsing because mathjs' parser is recursive. */
function nesting(expression: string): number {
  let depth = 0;
  let deepest = 0;
  for (const letter of expression) {
    if ("([{".includes(letter)) deepest = Math.max(deepest, ++depth);
    else if (")]}".includes(letter)) depth--;
  }
  return deepest;
}

/** Whether a name means something of its own in an expression. */
export function isReserved(name: string): boolean {
  return CONSTANTS.has(name) || Object.hasOwn(FUNCTIONS, name);
}

/** Refuses every node that is not arithmetic on numbers and metrics. */
function checkNode(name: string, node: Node, scope: Scope, depth: number): void {
  if (depth > MAX_DEPTH * 4) refuseDefinition(name, "it is nested too deeply");
  const walk = (child: Node | undefined): void => {
    if (child !== undefined) checkNode(name, child, scope, depth + 1);
  };
  switch (node.type) {
    case "ConstantNode":
      if (typeof node.value !== "number") {
        refuseDefinition(name, `${String(node.value)} is not a number`);
      }
      return;
    case "SymbolNode":
      return checkSymbol(name, nameOf(node), scope);
    case "ParenthesisNode":
      return walk(node.content);
    case "OperatorNode": {
      const fn = String(node.fn);
      if (!OPERATORS.has(fn) && !Object.hasOwn(COMPARISONS, fn)) {
        refuseDefinition(name, `the operator ${fn} is not available`);
      }
      return node.args?.forEach(walk);
    }
    case "ConditionalNode":
      return [node.condition, node.trueExpr, node.falseExpr].forEach(walk);
    case "FunctionNode":
      checkCall(name, node);
      return node.args?.forEach(walk);
    default:
      refuseDefinition(
        name,
        `${
          node.type.replace(/Node$/, "").toLowerCase()
        } is not available: use numbers, metrics, + - * / ^ and functions`,
      );
  }
}

function nameOf({ name }: Node): string {
  return present(name, "the name of a symbol");
}

/** What is called need not have a name: `a[1](2)`. */
function functionOf({ fn }: Node): string {
  return typeof fn === "object" ? fn.name ?? "" : String(fn);
}

function checkSymbol(name: string, symbol: string, { names, uses }: Scope): void {
  if (CONSTANTS.has(symbol)) return;
  if (names.has(symbol)) {
    uses.add(symbol);
    return;
  }
  const nearest = nearestNames(symbol, names);
  const did = nearest.length > 0
    ? `; did you mean ${nearest.join(" or ")}?`
    : " (see btflow metrics)";
  refuseDefinition(name, `"${symbol}" is not a metric${did}`);
}

function checkCall(name: string, node: Node): void {
  const called = functionOf(node);
  const bounds = Object.hasOwn(FUNCTIONS, called) ? FUNCTIONS[called] : undefined;
  if (bounds === undefined) {
    refuseDefinition(
      name,
      `there is no function "${called}"; there are ${Object.keys(FUNCTIONS).join(", ")}`,
    );
  }
  const count = node.args?.length ?? 0;
  if (count < bounds[0] || count > bounds[1]) {
    refuseDefinition(name, `${called} takes ${bounds.join(" to ")} arguments, ${count} given`);
  }
}

/** The value of a checked tree. Comparisons are 1 or 0. */
function evaluate(node: Node, valueOf: (name: string) => number): number {
  const of = (child: Node | undefined): number =>
    child === undefined ? NaN : evaluate(child, valueOf);
  switch (node.type) {
    case "ConstantNode":
      return node.value as number;
    case "SymbolNode":
      return CONSTANTS.get(nameOf(node)) ?? valueOf(nameOf(node));
    case "ParenthesisNode":
      return of(node.content);
    case "ConditionalNode": {
      const condition = of(node.condition);
      return Number.isNaN(condition) ? NaN : of(condition === 0 ? node.falseExpr : node.trueExpr);
    }
    case "FunctionNode":
      return call(functionOf(node), (node.args ?? []).map(of));
    default: {
      // Once: twice at each level would take 2^depth steps.
      const values = (node.args ?? []).map(of);
      const [first = NaN, second = NaN] = values;
      const compare = COMPARISONS[String(node.fn)];
      if (compare === undefined) return call(String(node.fn), values);
      return Number.isNaN(first) || Number.isNaN(second) ? NaN : Number(compare(first, second));
    }
  }
}

function call(name: string, values: readonly number[]): number {
  if (values.some(Number.isNaN)) return NaN;
  if (name === "max") return Math.max(...values);
  if (name === "min") return Math.min(...values);
  const result = math[name]?.(...values);
  return typeof result === "number" ? result : NaN;
}
