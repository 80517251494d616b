// What a tracking server keeps whole. The store refuses what is beyond it when a run is logged:
// found out on delivery, weeks later, it could not be mended any more. Measured on MLflow 3.17.2.

import { UsageError } from "./errors.ts";
import type { Batch, Dataset } from "./tracker.ts";

/** Longest param value, in characters; MLflow cuts longer ones silently. */
export const MAX_PARAM_LENGTH = 6000;
/** Longest tag value, in characters; MLflow cuts longer ones silently. */
export const MAX_TAG_LENGTH = 8000;
/** Longest name of a metric, param or tag. */
export const MAX_KEY_LENGTH = 250;
/** Longest names of experiments and runs: the width of their columns on PostgreSQL and MySQL. */
const MAX_NAME_LENGTH = { experiment: 256, run: 250 } as const;
/** Longest digest of a dataset. */
export const MAX_DIGEST_LENGTH = 36;
/** Largest artifact that one row can hold. */
export const MAX_ARTIFACT_BYTES = 900_000_000;
/** Longest name of a file in the artifact store of a server, in UTF-8. */
const MAX_FILE_NAME_BYTES = 255;

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
  checkTexts("param", batch.params ?? {}, MAX_PARAM_LENGTH);
  checkTexts("tag", batch.tags ?? {}, MAX_TAG_LENGTH);
}

/** Throws unless a server of any database would take the name. */
export function checkName(kind: "experiment" | "run", name: string): void {
  if (name.trim() === "") throw new UsageError(`Cannot log: the name of the ${kind} is blank`);
  const longest = MAX_NAME_LENGTH[kind];
  if (name.length > longest) {
    throw new UsageError(
      `Cannot log: the name of the ${kind} has ${name.length} characters ` +
        `("${name.slice(0, 40)}…"); MLflow takes ${longest}`,
    );
  }
}

/** Throws unless a server would take the dataset. */
export function checkDataset({ name, digest }: Dataset): void {
  if (name === "") throw new UsageError("Cannot log a dataset without a name");
  if (digest === "" || digest.length > MAX_DIGEST_LENGTH) {
    throw new UsageError(
      `Cannot log dataset "${name}": its digest has ${digest.length} characters; ` +
        `use 1 to ${MAX_DIGEST_LENGTH}`,
    );
  }
}

/** Throws unless the path stays inside the run's artifact folder. */
export function checkArtifact(path: string, size: number): void {
  const parts = path.split("/");
  if (parts.some((part) => part === "" || part === "." || part === "..") || path.includes("\\")) {
    throw new UsageError(
      `Cannot log artifact "${path}": use a relative path with / between names, without . or ..`,
    );
  }
  // Measured: refused (#, control characters), kept under another name (%41), or no file's name.
  // deno-lint-ignore no-control-regex
  if (/[#\u0000-\u001f\u007f]|%[\da-f]{2}|[?;]$/i.test(path) || parts.some(isTooLong)) {
    throw new UsageError(
      `Cannot log artifact "${path}": MLflow takes no name with # or control characters or %xx, ` +
        `with ? or ; at its end, or of more than ${MAX_FILE_NAME_BYTES} bytes; rename the file`,
    );
  }
  if (size > MAX_ARTIFACT_BYTES) {
    throw new UsageError(
      `Cannot log artifact "${path}": it has ${size} bytes; the store takes ${MAX_ARTIFACT_BYTES}`,
    );
  }
}

function isTooLong(name: string): boolean {
  return new TextEncoder().encode(name).length > MAX_FILE_NAME_BYTES;
}

function checkTexts(
  kind: "param" | "tag",
  texts: Readonly<Record<string, string>>,
  longest: number,
): void {
  for (const [key, value] of Object.entries(texts)) {
    checkKey(kind, key);
    if (value.length > longest) {
      throw new UsageError(
        `Cannot log ${kind} "${key}": its value has ${value.length} characters; ` +
          `MLflow keeps ${longest}`,
      );
    }
  }
}

/** Begins with two points, or has a part that is empty or only points. */
const UNCLEAR_KEY = /^\.\.|(?:^|\/)\.{0,2}(?:\/|$)/;

function checkKey(kind: "metric" | "param" | "tag", key: string): void {
  if (key.length > MAX_KEY_LENGTH) {
    throw new UsageError(
      `Cannot log a ${kind} whose name has ${key.length} characters ` +
        `("${key.slice(0, 40)}…"): MLflow takes ${MAX_KEY_LENGTH}`,
    );
  }
  // As MLflow's server: what a path normalises differently cannot be a key.
  if (UNCLEAR_KEY.test(key) || !KEY.test(key)) {
    throw new UsageError(
      `Cannot log ${kind} "${key}": names are letters, digits and _ - . space : /`,
    );
  }
}
