// Parameters and tags as MLflow keeps them: text. Values are written as MLflow's Python client wrote
// them, and numbers keep the digits they were given with, so that runs of old and new tools compare.

import { UsageError } from "../errors.ts";
import { checkText } from "../limits.ts";

/**
 * Params from the JSON text of an object: `{"lookback": 20, "fee": 1.0, "live": true}` gives
 * `20`, `1.0`, `True`. Null is `None`; nested values are JSON.
 *
 * @throws {UsageError} when the text is not a JSON object; `flag` names where it came from.
 */
export function paramsFromJson(json: string, flag: string): Readonly<Record<string, string>> {
  let parsed: Readonly<Record<string, unknown>> | null;
  try {
    parsed = parseObject(json);
  } catch (cause) {
    throw new UsageError(`Cannot read ${flag}: it is not valid JSON`, { cause });
  }
  if (parsed === null) {
    throw new UsageError(`Cannot read ${flag}: expected a JSON object such as '{"lookback": 20}'`);
  }
  const params = Object.fromEntries(
    Object.entries(parsed).map(([key, value]) => [key, paramText(value)]),
  );
  for (const [key, value] of Object.entries(params)) {
    checkText(`"${key.replaceAll("\0", "")}" of ${flag}`, key + value);
  }
  return params;
}

/**
 * A JSON object whose numbers keep the digits they were written with, wherever they are written
 * again; null for JSON that is not an object.
 *
 * @throws {SyntaxError} for text that is not JSON.
 */
export function parseObject(json: string): Readonly<Record<string, unknown>> | null {
  const value: unknown = JSON.parse(json, keepDigits);
  return /^\s*\{/.test(json) ? value as Readonly<Record<string, unknown>> : null;
}

interface ReviveContext {
  readonly source?: string;
}

/** A number's own text in place of its value; TypeScript does not know the third argument yet. */
function keepDigits(_key: string, value: unknown, context?: ReviveContext): unknown {
  if (typeof value !== "number" || context?.source === undefined) return value;
  return (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(context.source);
}

/** A value as MLflow's Python client writes it. */
export function paramText(value: unknown): string {
  if (value === true) return "True";
  if (value === false) return "False";
  if (value === null) return "None";
  return typeof value === "string" ? value : JSON.stringify(value);
}
