// What the program and its threads say to each other: plain data, because classes do not cross. A thread
// has the program's files and nothing else of its world: no store, no network, no terminal.

import {
  FilterSyntaxError,
  InputError,
  NotFoundError,
  StorageError,
  UsageError,
} from "../errors.ts";

/** Another thread of this process, as the program sees it. */
export interface Thread {
  post(message: ToThread): void;
  /** Calls back with each message of it. */
  onMessage(listener: (message: FromThread) => void): void;
  /** Calls back once it has ended, other than by `stop`, with the reason as far as it is known. */
  onEnd(listener: (reason: string) => void): void;
  /** Ends it at once, whatever it is doing. */
  stop(): void;
}

/** What a thread is told. */
export type ToThread =
  /** What all its tasks share; the first message. */
  | { readonly kind: "begin"; readonly work: string; readonly given: unknown }
  | { readonly kind: "task"; readonly id: number; readonly task: unknown }
  /** The answer to its question of this number. */
  | { readonly kind: "answer"; readonly id: number; readonly value: unknown }
  | { readonly kind: "refusal"; readonly id: number; readonly error: PlainError };

/** What a thread tells. */
export type FromThread =
  /** It listens: what is said before may be lost. */
  | { readonly kind: "ready" }
  | { readonly kind: "done"; readonly id: number; readonly value: unknown }
  | { readonly kind: "failed"; readonly id: number; readonly error: PlainError }
  /** Of what only the program can know. */
  | { readonly kind: "question"; readonly id: number; readonly question: unknown };

/** An error on its way. */
export interface PlainError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly cause: PlainError | null;
}

/**
 * The kinds that stay what they are; any other arrives as an `Error` of its name. Found by the name that
 * an error carries: a class's own is another one in the binary, whose code is minified.
 */
const KINDS: ReadonlyMap<string, { readonly prototype: Error }> = new Map<
  string,
  { readonly prototype: Error }
>([
  ["FilterSyntaxError", FilterSyntaxError],
  ["InputError", InputError],
  ["NotFoundError", NotFoundError],
  ["StorageError", StorageError],
  ["UsageError", UsageError],
]);

/** An error as data. */
export function plainError(error: unknown): PlainError {
  if (!(error instanceof Error)) {
    return { name: "Error", message: String(error), stack: undefined, fields: {}, cause: null };
  }
  const { name, message, stack, cause, ...fields } = error as Error & Record<string, unknown>;
  return {
    name,
    message,
    stack,
    fields,
    cause: cause === undefined ? null : plainError(cause),
  };
}

/** The error again, of its kind. */
export function errorOf({ name, message, stack, fields, cause }: PlainError): Error {
  const error = new Error(message, cause === null ? undefined : { cause: errorOf(cause) });
  const kind = KINDS.get(name);
  if (kind !== undefined) Object.setPrototypeOf(error, kind.prototype);
  return Object.assign(error, fields, { name }, stack === undefined ? {} : { stack });
}
