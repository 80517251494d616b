// What MLflow keeps whole and takes in one request, and where it keeps files: each limit stands here
// and nowhere else. The store refuses what is beyond a limit when a run is logged: found out on
// delivery, weeks later, it could not be fixed any more. Measured on MLflow 3.17.2.

import { UsageError } from "./errors.ts";
import type { Batch, Dataset, MetricPoint } from "./tracker.ts";

/** Longest param value; MLflow cuts longer ones silently. */
export const MAX_PARAM_LENGTH = 6000;
/** Longest tag value; MLflow cuts longer ones silently. */
export const MAX_TAG_LENGTH = 8000;
/** Longest name of a metric, param or tag. */
export const MAX_KEY_LENGTH = 250;
/** Longest names of experiments and runs: the width of their columns on PostgreSQL and MySQL. */
const MAX_NAME_LENGTH = { experiment: 256, run: 250 } as const;
/** Longest digest of a dataset. */
const MAX_DIGEST_LENGTH = 36;
/** Largest artifact that one row can hold. */
export const MAX_ARTIFACT_BYTES = 900_000_000;
/** Longest name of a file in the artifact store of a server, in UTF-8. */
const MAX_FILE_NAME_BYTES = 255;
/** Most params, and most tags, of one request. */
export const MAX_BATCH_TEXTS = 100;
/** Most params, tags and points together of one request. */
const MAX_BATCH_ITEMS = 1000;
/** Most metric names of one request: servers before 2026 fail when one with more is repeated. */
const MAX_BATCH_NAMES = 100;
/** Below the 1 MB of a request. */
const MAX_BATCH_BYTES = 900_000;

/** What the URI of artifacts begins with where the server itself serves them, and so to btflow too. */
export const ARTIFACT_SCHEME = "mlflow-artifacts:";

/** A text's length as servers count it (Python's `len`): in code points, not in UTF-16 code units. */
export function lengthOf(text: string): number {
  let length = 0;
  for (const _ of text) length++;
  return length;
}

/** Whether a text has more code points; most are told without counting any. */
function isLonger(text: string, longest: number): boolean {
  return text.length > longest && lengthOf(text) > longest;
}

/**
 * Throws for a text that servers on SQLite keep and servers on PostgreSQL never take; `what` names it,
 * as in `param "a"`. All else (lone surrogates, other control characters) is kept by both.
 */
export function checkText(what: string, text: string): void {
  if (!text.includes("\0")) return;
  throw new UsageError(
    `Cannot log ${what}: it has a NUL character (\\u0000), which servers on PostgreSQL never take`,
  );
}

const KEY = /^[\p{L}\p{N}_. :/-]+$/u;

/** Throws unless a server would take the whole batch as it is. */
export function checkBatch(batch: Batch): void {
  for (const { key, value, timestamp, step } of batch.metrics ?? []) {
    checkKey("metric", key);
    if (value === Infinity || value === -Infinity) {
      throw new UsageError(`Cannot log metric "${key}": its value is ${value}, not a number`);
    }
    if (!Number.isSafeInteger(timestamp) || timestamp < 0) {
      throw new UsageError(
        `Cannot log metric "${key}": its timestamp is ${timestamp}; use whole ms since 1970`,
      );
    }
    if (!Number.isSafeInteger(step)) {
      throw new UsageError(`Cannot log metric "${key}": its step is ${step}; use a whole number`);
    }
  }
  for (const [kind, key, value] of textsOf(batch)) {
    checkKey(kind, key);
    checkText(`${kind} "${key}"`, value);
    checkLength(kind, key, value);
  }
}

/** Throws for a param or tag that a server would cut without a word. */
export function checkLengths(batch: Batch): void {
  for (const [kind, key, value] of textsOf(batch)) checkLength(kind, key, value);
}

/** Throws unless a server of any database would take the name. */
export function checkName(kind: "experiment" | "run", name: string): void {
  if (name.trim() === "") throw new UsageError(`Cannot log: the name of the ${kind} is blank`);
  checkText(`the name of the ${kind}`, name);
  const longest = MAX_NAME_LENGTH[kind];
  if (isLonger(name, longest)) {
    throw new UsageError(
      `Cannot log: the name of the ${kind} has ${lengthOf(name)} characters ` +
        `("${name.slice(0, 40)}…"); MLflow takes ${longest}`,
    );
  }
}

/** Throws unless a server would take the dataset. */
export function checkDataset(dataset: Dataset): void {
  const { name, digest } = dataset;
  if (name === "") throw new UsageError("Cannot log a dataset without a name");
  for (const [field, text] of Object.entries(dataset)) {
    checkText(`the ${field} of a dataset`, text);
  }
  if (digest === "" || isLonger(digest, MAX_DIGEST_LENGTH)) {
    throw new UsageError(
      `Cannot log dataset "${name}": its digest has ${lengthOf(digest)} characters; ` +
        `use 1 to ${MAX_DIGEST_LENGTH}`,
    );
  }
}

/** Throws unless a server would keep the file under this very path. */
export function checkArtifact(path: string, size: number): void {
  const problem = artifactPathProblem(path);
  if (problem !== null) throw new UsageError(`Cannot log artifact "${path}": ${problem}`);
  if (size > MAX_ARTIFACT_BYTES) {
    throw new UsageError(
      `Cannot log artifact "${path}": it has ${size} bytes; the store takes ${MAX_ARTIFACT_BYTES}`,
    );
  }
}

/** What keeps a server from having a file under this path; null where nothing does. */
export function artifactPathProblem(path: string): string | null {
  const parts = path.split("/");
  if (path === "") return "it has no name";
  if (path.startsWith("/")) return "it begins with a slash; paths begin at the run's own folder";
  if (path.endsWith("/")) return "it ends with a slash, as folders do; name a file";
  if (parts.includes("")) {
    return `it has nothing between two slashes; write ${
      parts.filter((part) => part !== "").join("/")
    }`;
  }
  const dots = parts.find((part) => part === "." || part === "..");
  if (dots !== undefined) return `it has "${dots}" for a folder; write the path without it`;
  if (path.includes("\\")) return "it has a backslash; folders are divided by /";
  // Measured on MLflow 3.17.2: refused (#, control characters), kept under another name (%41), or no
  // file's name.
  // deno-lint-ignore no-control-regex
  if (/[\u0000-\u001f\u007f]/.test(path)) {
    return "MLflow takes no name with control characters; rename the file";
  }
  if (path.includes("#")) return "MLflow takes no name with #; rename the file";
  const [code] = /%[\da-f]{2}/i.exec(path) ?? [];
  if (code !== undefined) {
    return `MLflow reads ${code} as a code and would keep the file under another name; rename it`;
  }
  if (/[?;]$/.test(path)) return "MLflow takes no name with ? or ; at its end; rename the file";
  return parts.some(isTooLong)
    ? `a name in it has more than ${MAX_FILE_NAME_BYTES} bytes, which MLflow does not take; shorten it`
    : null;
}

function isTooLong(name: string): boolean {
  return new TextEncoder().encode(name).length > MAX_FILE_NAME_BYTES;
}

function* textsOf({ params = {}, tags = {} }: Batch): Iterable<["param" | "tag", string, string]> {
  for (const [key, value] of Object.entries(params)) yield ["param", key, value];
  for (const [key, value] of Object.entries(tags)) yield ["tag", key, value];
}

function checkLength(kind: "param" | "tag", key: string, value: string): void {
  const longest = kind === "param" ? MAX_PARAM_LENGTH : MAX_TAG_LENGTH;
  if (!isLonger(value, longest)) return;
  throw new UsageError(
    `Cannot log ${kind} "${key}": its value has ${lengthOf(value)} characters; ` +
      `MLflow keeps ${longest}`,
  );
}

/** Begins with two points, or has a part that is empty or only points. */
const UNCLEAR_KEY = /^\.\.|(?:^|\/)\.{0,2}(?:\/|$)/;

/** Whether a server takes a param or tag of this name. */
export function isParamKey(key: string): boolean {
  return !isLonger(key, MAX_KEY_LENGTH) && !UNCLEAR_KEY.test(key) && KEY.test(key);
}

/** Names that were found good: those of a sweep's runs are the same. */
const GOOD_KEYS = new Set<string>();
const MOST_GOOD_KEYS = 4096;

function checkKey(kind: "metric" | "param" | "tag", key: string): void {
  if (GOOD_KEYS.has(key)) return;
  if (isLonger(key, MAX_KEY_LENGTH)) {
    throw new UsageError(
      `Cannot log a ${kind} whose name has ${lengthOf(key)} characters ` +
        `("${key.slice(0, 40)}…"): MLflow takes ${MAX_KEY_LENGTH}`,
    );
  }
  // As MLflow's server: what a path normalises differently cannot be a key.
  if (UNCLEAR_KEY.test(key) || !KEY.test(key)) {
    throw new UsageError(
      `Cannot log ${kind} "${key}": names are letters, digits and _ - . space : /`,
    );
  }
  if (GOOD_KEYS.size < MOST_GOOD_KEYS) GOOD_KEYS.add(key);
}

/** One param, tag or point of a batch. */
export type BatchItem =
  | { readonly kind: "param" | "tag"; readonly key: string; readonly value: string }
  | { readonly kind: "metric"; readonly point: MetricPoint };

/** A batch's items: its params, then its tags, then its points. */
export function* itemsOf(batch: Batch): Iterable<BatchItem> {
  for (const [kind, key, value] of textsOf(batch)) yield { kind, key, value };
  for (const point of batch.metrics ?? []) yield { kind: "metric", point };
}

/**
 * Items as batches of which each is one request that every server takes; each is filled before the
 * next is begun, so cutting a batch again gives the same batch. The outbox knows a batch that a server
 * has by the hash of its content: another cut would send parts of interrupted deliveries again.
 */
export function* cutBatches(items: Iterable<BatchItem>): Iterable<Required<Batch>> {
  let open = emptyBatch();
  for (const item of items) {
    const bytes = bytesOf(item);
    if (!fits(open, item, bytes)) {
      yield open.batch;
      open = emptyBatch();
    }
    add(open, item, bytes);
  }
  if (open.items > 0) yield open.batch;
}

interface OpenBatch {
  readonly batch: {
    readonly metrics: MetricPoint[];
    readonly params: Record<string, string>;
    readonly tags: Record<string, string>;
  };
  readonly names: Set<string>;
  readonly texts: { param: number; tag: number };
  items: number;
  bytes: number;
}

function emptyBatch(): OpenBatch {
  return {
    batch: { metrics: [], params: {}, tags: {} },
    names: new Set(),
    texts: { param: 0, tag: 0 },
    items: 0,
    bytes: 100,
  };
}

function fits(open: OpenBatch, item: BatchItem, bytes: number): boolean {
  if (open.items === 0) return true;
  if (open.items >= MAX_BATCH_ITEMS || open.bytes + bytes > MAX_BATCH_BYTES) return false;
  if (item.kind !== "metric") return open.texts[item.kind] < MAX_BATCH_TEXTS;
  return open.names.size < MAX_BATCH_NAMES || open.names.has(item.point.key);
}

function add(open: OpenBatch, item: BatchItem, bytes: number): void {
  const { batch } = open;
  open.items++;
  open.bytes += bytes;
  if (item.kind === "metric") {
    batch.metrics.push(item.point);
    open.names.add(item.point.key);
    return;
  }
  // Not an assignment: a key may be called __proto__.
  Object.defineProperty(item.kind === "param" ? batch.params : batch.tags, item.key, {
    value: item.value,
    enumerable: true,
    configurable: true,
    writable: true,
  });
  open.texts[item.kind]++;
}

/** At least the bytes of an item in the request's JSON. */
function bytesOf(item: BatchItem): number {
  if (item.kind === "metric") return item.point.key.length * 4 + 110;
  return 4 * item.key.length + 40 + utf8Length(JSON.stringify(item.value));
}

/** The bytes of a text without lone surrogates, which JSON has none of. */
function utf8Length(text: string): number {
  let bytes = text.length;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit > 0x7f) bytes++;
    // Of a pair each half is two bytes.
    if (unit > 0x7ff && (unit < 0xd800 || unit > 0xdfff)) bytes++;
  }
  return bytes;
}
