// Reading a server's JSON by its shape, the quick way first. Only a reply that is not as MLflow writes
// it is looked at again: with its nulls taken for absent fields, then row by row, so that one row that
// cannot be understood is named and does not hide the others.

/** Reads a reply's JSON; throws a {@link ShapeError} when it has another shape. */
export type Reader<Value> = (json: unknown) => Value;

/** A reply that is JSON, but not what MLflow answers. */
export class ShapeError extends Error {
  override readonly name: string = "ShapeError";
}

/** Results of a search and the token of the next page. */
export interface Page<Item> {
  readonly items: readonly Item[];
  /** Null on the last page. */
  readonly next: string | null;
  /** What could be read only in part, or not at all. */
  readonly problems?: readonly RowProblem[];
}

/** One thing, and what of it could not be read. */
export interface Single<Value> {
  readonly value: Value;
  readonly problem: RowProblem | null;
}

/** A row that is not as MLflow writes it. */
export interface RowProblem {
  /** Which row, and what is wrong with it. */
  readonly what: string;
  /** Whether the rest of it is shown; else it is left out. */
  readonly isShown: boolean;
}

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  /** Of a choice: what is wrong with each. */
  readonly errors?: readonly (readonly Issue[])[];
}

type Parsed<Value> =
  | { readonly success: true; readonly data: Value }
  | { readonly success: false; readonly error: { readonly issues: readonly Issue[] } };

/** What checks a value and fills in what is absent. */
export interface Shape<Value> {
  safeParse(json: unknown): Parsed<Value>;
}

/** The shapes of one kind of row: as MLflow writes it, and what can be made of others. */
export interface RowShapes<Strict> {
  readonly strict: Shape<Strict>;
  readonly loose: Shape<Strict>;
  /** "run 0199…", for messages. */
  readonly name: (json: unknown, index: number) => string;
}

/** Reads what has no rows. */
export function reader<Value, Made>(
  shape: Shape<Value>,
  make: (value: Value) => Made,
): Reader<Made> {
  return (json) => {
    const result = parsed(shape, json);
    if (!result.success) throw new ShapeError(describe(result.error.issues));
    return make(result.data);
  };
}

/** Reads the one row in a field of a reply, loosely where it must be. */
export function singleReader<Row, Item>(
  field: string,
  rows: RowShapes<Row>,
  make: (row: Row) => Item,
): Reader<Single<Item>> {
  return (json) => {
    if (typeof json !== "object" || json === null || Array.isArray(json)) {
      throw new ShapeError("it is no object");
    }
    const content = (json as Readonly<Record<string, unknown>>)[field];
    const { row, problem, issues } = readRow(rows, content, 0);
    if (row !== null) return { value: make(row), problem };
    throw new ShapeError(
      describe(issues.map((issue) => ({ ...issue, path: [field, ...issue.path] }))),
    );
  };
}

/** Reads a page of rows: whole, or row by row where one is not as MLflow writes it. */
export function pageReader<Row, Item>(
  shapes: {
    readonly whole: Shape<{ readonly rows: readonly Row[]; readonly next: string | null }>;
    readonly envelope: Shape<{ readonly rows: readonly unknown[]; readonly next: string | null }>;
  },
  rows: RowShapes<Row>,
  make: (row: Row) => Item,
): Reader<Page<Item>> {
  return (json) => {
    const quick = parsed(shapes.whole, json);
    if (quick.success) return { items: quick.data.rows.map(make), next: quick.data.next };
    const envelope = parsed(shapes.envelope, json);
    if (!envelope.success) throw new ShapeError(describe(envelope.error.issues));
    const items: Item[] = [];
    const problems: RowProblem[] = [];
    envelope.data.rows.forEach((content, index) => {
      const { row, problem } = readRow(rows, content, index);
      if (row !== null) items.push(make(row));
      if (problem !== null) problems.push(problem);
    });
    return { items, next: envelope.data.next, problems };
  };
}

interface ReadRow<Row> {
  /** Null where it cannot be understood. */
  readonly row: Row | null;
  readonly problem: RowProblem | null;
  readonly issues: readonly Issue[];
}

function readRow<Row>(
  { strict, loose, name }: RowShapes<Row>,
  json: unknown,
  index: number,
): ReadRow<Row> {
  const result = parsed(strict, json);
  if (result.success) return { row: result.data, problem: null, issues: [] };
  const { issues } = result.error;
  const what = `${name(json, index)} (${describe(issues)})`;
  const salvaged = parsed(loose, json);
  const row = salvaged.success ? salvaged.data : null;
  return { row, problem: { what, isShown: row !== null }, issues };
}

/** Some servers write null for what is absent; MLflow does not, so only a failure pays for it. */
function parsed<Value>(shape: Shape<Value>, json: unknown): Parsed<Value> {
  const result = shape.safeParse(json);
  return result.success ? result : shape.safeParse(withoutNulls(json));
}

function withoutNulls(json: unknown): unknown {
  if (Array.isArray(json)) return json.filter((part) => part !== null).map(withoutNulls);
  if (typeof json !== "object" || json === null) return json;
  const fields = Object.entries(json).filter(([, value]) => value !== null);
  return Object.fromEntries(fields.map(([key, value]) => [key, withoutNulls(value)]));
}

function describe(issues: readonly Issue[]): string {
  const issue = innermost(issues[0]);
  if (issue === undefined) return "it has another shape";
  const place = issue.path.map((part) =>
    typeof part === "number" ? `[${part}]` : `.${String(part)}`
  )
    .join("").replace(/^\./, "");
  if (place === "") return `it is no object (${issue.message})`;
  return issue.message.endsWith("received undefined")
    ? `the field ${place} is missing`
    : `the field ${place}: ${issue.message}`;
}

/** Of a choice between shapes, what speaks against the first, which is MLflow's. */
function innermost(issue: Issue | undefined): Issue | undefined {
  const inner = issue?.errors?.[0]?.[0];
  if (issue === undefined || inner === undefined) return issue;
  return innermost({ ...inner, path: [...issue.path, ...inner.path] });
}
