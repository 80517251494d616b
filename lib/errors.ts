// Every way btflow can fail, one class a kind. An error says what went wrong, where, and what to
// do; it does not know its exit code: lib/cli.ts maps kinds to codes, in one table, because the
// code is a matter of the command line and the same error may be caught and reported by a batch.

/** A command line, setting or argument that cannot be accepted. */
export class UsageError extends Error {
  override readonly name: string = "UsageError";
}

/** Input data that cannot be read: says which file and, where one is known, which line. */
export class InputError extends Error {
  override readonly name: string = "InputError";
  /** The file, as it was given. */
  readonly path: string;
  /** From 1; undefined where none is known. */
  readonly line: number | undefined;

  /** Makes "Cannot read PATH: line N: PROBLEM". */
  constructor(
    path: string,
    problem: string,
    options: { readonly line?: number; readonly cause?: unknown } = {},
  ) {
    const where = options.line === undefined ? "" : `line ${options.line}: `;
    super(`Cannot read ${path}: ${where}${problem}`, { cause: options.cause });
    this.path = path;
    this.line = options.line;
  }
}

/** What was thrown, as an error. */
export function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

/** What kinds of thing can be looked up by name or id. */
export type Kind =
  | "experiment"
  | "run"
  | "metric"
  | "tag"
  | "category"
  | "command"
  | "artifact"
  | "column";

/** A thing asked for by name or id that is not there, with the nearest names that are. */
export class NotFoundError extends Error {
  override readonly name: string = "NotFoundError";
  readonly kind: Kind;
  /** The name or id that is not there. */
  readonly wanted: string;
  /** Names that are there and nearly alike, the nearest first. */
  readonly nearest: readonly string[];

  /** Makes "Cannot find KIND "WANTED"", with the nearest names and the hint. */
  constructor(
    kind: Kind,
    wanted: string,
    options: { readonly nearest?: readonly string[]; readonly hint?: string } = {},
  ) {
    const nearest = options.nearest ?? [];
    const did = nearest.length > 0
      ? `; did you mean ${nearest.map((name) => `"${name}"`).join(" or ")}?`
      : "";
    const hint = options.hint === undefined ? "" : `; ${options.hint}`;
    super(`Cannot find ${kind} "${wanted}"${did}${hint}`);
    this.kind = kind;
    this.wanted = wanted;
    this.nearest = nearest;
  }
}

/** What is known of a failed request besides its method and URL. */
export interface TrackerFailure {
  /** HTTP status, or 0 when no reply came. */
  readonly status: number;
  /** The server's error code (`RESOURCE_DOES_NOT_EXIST`), or ours (`CONNECTION`, `TIMEOUT`, `TLS`, `NO_TLS`, `REFUSED`, `BAD_REPLY`, `ARTIFACT_…`). */
  readonly code: string;
  /** What went wrong, for people; without method, URL and status. */
  readonly message: string;
  /** True when the request may have been carried out although no usable reply came. */
  readonly maybeDone?: boolean;
  /** How long the server asks to wait before a repeat. */
  readonly retryAfterMs?: number;
  readonly cause?: unknown;
}

/** The code of a refusal that passes once the server has less to do. */
export const OVERLOADED_CODE = "OVERLOADED";

/** A tracking server that could not be reached, refused, or answered nonsense. URLs carry no secrets. */
export class TrackerError extends Error {
  override readonly name: string = "TrackerError";
  /** The request's method, or what was tried ("connect to"). */
  readonly method: string;
  /** Without query and credentials; the file of a store. */
  readonly url: string;
  /** HTTP status, or 0 when no reply came. */
  readonly status: number;
  /** The server's error code, or one of ours: see `TrackerFailure`. */
  readonly code: string;
  /** True when the request may have been carried out all the same. */
  readonly maybeDone: boolean;
  /** How long the server asks to wait; undefined when it does not. */
  readonly retryAfterMs: number | undefined;
  /** What went wrong, with status and code, but without method and URL. */
  readonly reason: string;

  /** Makes "Cannot METHOD URL: MESSAGE (STATUS CODE)". */
  constructor(method: string, url: string, failure: TrackerFailure) {
    const status = failure.status === 0 ? "" : ` (${failure.status} ${failure.code})`;
    const reason = failure.message + status;
    super(`Cannot ${method} ${url}: ${reason}`, { cause: failure.cause });
    this.reason = reason;
    this.method = method;
    this.url = url;
    this.status = failure.status;
    this.code = failure.code;
    this.maybeDone = failure.maybeDone ?? false;
    this.retryAfterMs = failure.retryAfterMs;
  }

  // What statuses and codes mean to whoever decides what to do next, so that only this class and the
  // client know them.

  /** True when the server may have acted, or failed while it did. */
  get mayHaveReached(): boolean {
    return this.maybeDone || this.status >= 500;
  }

  /** True when the server may still be at it. */
  get isTimeout(): boolean {
    return this.code === "TIMEOUT" || this.status === 504;
  }

  /** True when the server has too much to do, and may take the same request later. */
  get isBusy(): boolean {
    return this.status === 429;
  }

  /** True when nothing answered, or a gateway whose server is away. */
  get isUnanswered(): boolean {
    return [0, 502, 503, 504].includes(this.status);
  }

  /** True when what was to be made, or named so, is there already, active or deleted. */
  get alreadyExists(): boolean {
    return this.code === "RESOURCE_ALREADY_EXISTS";
  }

  /**
   * True when the server did nothing and waiting does not change its mind: too large, too many, too
   * long, not allowed, another value there, no such call, no way to where it keeps files.
   */
  get isForGood(): boolean {
    if (this.code === "UNREACHABLE_ARTIFACTS") return true;
    const mayPass = this.maybeDone || [401, 407, 408, 425, 429].includes(this.status) ||
      [OVERLOADED_CODE, "BAD_REPLY"].includes(this.code);
    return !mayPass && this.status >= 400 && this.status < 500;
  }

  /** True when it may be the storage of files that fails, and not the server: what it does not say. */
  get mayBeOfFilesAlone(): boolean {
    return this.#isOfArtifacts || this.status >= 500;
  }

  /** True when the server has no such call. */
  get isUnsupported(): boolean {
    return [404, 405, 501].includes(this.status);
  }

  /** True when the server does not accept who asks. */
  get isUnauthenticated(): boolean {
    return this.status === 401 && !this.#isOfArtifacts;
  }

  /** True when the server does not accept who asks, or does not let them do this. */
  get isDenied(): boolean {
    return (this.status === 401 || this.status === 403) && !this.#isOfArtifacts;
  }

  /** True of where artifacts go, or of the storage there: nobody's credentials are refused. */
  get #isOfArtifacts(): boolean {
    return this.code.startsWith("ARTIFACT");
  }
}

/** A filter that cannot be understood; its message shows the text with a caret under the place. */
export class FilterSyntaxError extends Error {
  override readonly name: string = "FilterSyntaxError";
  /** What is wrong, without the text and its caret. */
  readonly problem: string;
  /** Where it is wrong: index of the first character. */
  readonly start: number;
  /** Index behind the last character. */
  readonly end: number;

  constructor(
    text: string,
    start: number,
    end: number,
    problem: string,
    what: "filter" | "sort key" | "--require" = "filter",
  ) {
    // A long filter is shown around the place, so that the caret stays under it.
    const from = start > 60 ? start - 40 : 0;
    const before = from > 0 ? "…" : "";
    const after = text.length > from + 100 ? "…" : "";
    const shown = before + text.slice(from, from + 100).replace(/[\r\n\t]/g, " ") + after;
    const indent = " ".repeat(start - from + before.length);
    const caret = "^".repeat(Math.max(1, Math.min(end, from + 100) - start));
    super(`Cannot read ${what}: ${problem}\n  ${shown}\n  ${indent}${caret}`);
    this.problem = problem;
    this.start = start;
    this.end = end;
  }
}

/** A store or output file that cannot be opened, written or understood. */
export class StorageError extends Error {
  override readonly name: string = "StorageError";
  /** The file, or "standard output". */
  readonly path: string;

  /** Makes "Cannot use PATH: PROBLEM". */
  constructor(path: string, problem: string, options: { readonly cause?: unknown } = {}) {
    super(`Cannot use ${path}: ${problem}`, { cause: options.cause });
    this.path = path;
  }
}

/** Delivery was tried and failed; the run is kept in the store. The cause says why. */
export class DeliveryError extends Error {
  override readonly name: string = "DeliveryError";
}

/** A run is on the server, but for parts that the server refuses for good. */
export class UndeliverableError extends Error {
  override readonly name: string = "UndeliverableError";
}

/** The answer stands, but its metrics are not what was required of them. */
export class UnmetError extends Error {
  override readonly name: string = "UnmetError";

  /** Makes "Required but not met: CONDITION (VALUE); …". */
  constructor(conditions: readonly string[]) {
    super(`Required but not met: ${conditions.join("; ")}`);
  }
}

/** Several items failed; the first line counts them, the rest are the items' own messages. */
export class SeveralErrors extends Error {
  override readonly name: string = "SeveralErrors";
  readonly failures: readonly Error[];

  constructor(message: string, failures: readonly Error[]) {
    super(message);
    this.failures = failures;
  }
}

/** The signals that end the program in good order: Ctrl-C, `kill`, a terminal that was closed. */
export type Signal = "SIGINT" | "SIGTERM" | "SIGHUP";

/** The user or the system asked the program to stop. */
export class InterruptedError extends Error {
  override readonly name: string = "InterruptedError";
  readonly signal: Signal;

  constructor(signal: Signal, message: string) {
    super(message);
    this.signal = signal;
  }
}

/** Something the user should know that does not stop the work. `code` is kebab-case and stable. */
export interface Warning {
  /** Kebab-case and stable, for programs. */
  readonly code: string;
  readonly message: string;
  /** In place of the message where people read it. */
  readonly brief?: string;
  /** What others may have in common with this one ("never traded"), to be told once for all of them. */
  readonly shared?: string;
  /** Of a file among many: which one. */
  readonly place?: string;
}

/** The warning of one file among many. */
export function warningOf(place: string, { code, message, brief, shared }: Warning): Warning {
  return {
    code,
    message: `${place}: ${message}`,
    ...(brief === undefined ? {} : { brief: `${place}: ${brief}` }),
    ...(shared === undefined ? {} : { shared, place }),
  };
}

const HOST_PROBLEMS: Readonly<Record<string, readonly [reading: string, writing: string]>> = {
  EACCES: ["permission is denied", "no permission to write it"],
  EPERM: ["permission is denied", "no permission to write it"],
  ENOENT: ["there is no such file", "its folder does not exist"],
  ENOTDIR: ["a part of its path is not a folder", "its folder is a file"],
  EEXIST: ["a part of its path is not a folder", "its folder is a file"],
  EISDIR: ["it is a folder, not a file", "it is a folder"],
  EBUSY: ["it is in use, or a folder", "it is in use, or a folder"],
  ELOOP: ["its symbolic links lead in a circle", "its symbolic links lead in a circle"],
  ENAMETOOLONG: ["its name is too long", "its name is too long"],
  EFBIG: ["it is larger than what is read of it", "it would be too large"],
  ENOTREG: ["it is a device or a pipe, not a file", "it is a device or a pipe"],
  EMFILE: ["too many files are open", "too many files are open"],
  ENOSPC: ["no space left on the disk", "no space left on the disk"],
  EDQUOT: ["the disk quota is used up", "the disk quota is used up"],
  EROFS: ["the file system is read-only", "the file system is read-only"],
  EIO: ["the disk reports an error", "the disk reports an error"],
};

/** What the host's error means for somebody who wants to read or write a file. */
export function hostProblem(cause: unknown, doing: "reading" | "writing"): string {
  const code = (cause as { readonly code?: unknown } | null)?.code;
  const known = typeof code === "string" ? HOST_PROBLEMS[code] : undefined;
  if (known !== undefined) return known[doing === "reading" ? 0 : 1];
  const message = cause instanceof Error ? cause.message : String(cause);
  // Deno's advice would be to allow the program everything.
  return /^Requires all access/.test(message)
    ? "it is a device or a special file, which this program may not open"
    : message;
}

/** Whether an engine says that the memory does not hold what it was asked for. */
export function isMemoryShort(error: unknown): boolean {
  return error instanceof RangeError &&
    /^(?:out of memory|array buffer allocation failed|invalid (?:array|string|typed array) length)/i
      .test(error.message);
}

/**
 * A value that is there unless this program is wrong: instead of an invented 0 or "", which would be
 * stored as if it were true.
 *
 * @throws {Error} naming `what` is missing.
 */
export function present<Value>(value: Value | null | undefined, what: string): Value {
  if (value === undefined || value === null) throw new Error(`${what} is missing`);
  return value;
}
