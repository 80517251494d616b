// What the readers of backtesters' own results share: their figures and settings, kept apart from
// ours by the tool's prefix, and the options that such files leave no room for.

import { UsageError, type Warning } from "../errors.ts";
import { lengthOf, MAX_KEY_LENGTH, MAX_PARAM_LENGTH } from "../limits.ts";
import { readNumber } from "./cells/number.ts";
import type { ReadOptions } from "./options.ts";

/** Refuses options that only a table can obey; a result file says itself what it holds. */
export function refuseTableOptions(tool: string, options: ReadOptions): void {
  const flags = {
    "--kind": options.kind,
    "--column": options.column,
    "--date-column": options.dateColumn,
    "--date-format": options.dateFormat,
    "--timezone": options.timezone,
    "--capital": options.capital,
    "--percent": options.percent === true ? true : undefined,
    "--decimal": options.decimal,
  };
  const given = Object.entries(flags).filter(([, value]) => value !== undefined).map(([flag]) =>
    flag
  );
  if (given.length === 0) return;
  throw new UsageError(
    `${given.join(", ")} cannot be used with a ${tool} result, which says itself what it holds`,
  );
}

/** Finite numbers of an object, as metrics; text that is a number counts. */
export function foreignMetrics(
  prefix: string,
  figures: Readonly<Record<string, unknown>>,
): Readonly<Record<string, number>> {
  const metrics: Record<string, number> = {};
  for (const [name, figure] of Object.entries(figures)) {
    const value = typeof figure === "string" ? readNumber(figure.trim()) : figure;
    if (typeof value === "number" && Number.isFinite(value)) metrics[keyOf(prefix, name)] = value;
  }
  return metrics;
}

/** Settings as parameters, in the words of Python's MLflow client; absent ones are left out. */
export function foreignParams(
  prefix: string,
  settings: Readonly<Record<string, unknown>>,
  warnings: Warning[],
): Readonly<Record<string, string>> {
  const params: Record<string, string> = {};
  for (const [name, setting] of Object.entries(settings)) {
    if (setting === null || setting === undefined || setting === "") continue;
    const key = keyOf(prefix, name);
    const text = paramText(setting);
    if (lengthOf(text) <= MAX_PARAM_LENGTH) params[key] = text;
    else {
      warnings.push({
        code: "param-left-out",
        message: `${key} has ${
          lengthOf(text)
        } characters, more than the ${MAX_PARAM_LENGTH} of a parameter`,
      });
    }
  }
  return params;
}

function paramText(setting: unknown): string {
  if (typeof setting === "boolean") return setting ? "True" : "False";
  return typeof setting === "object" ? JSON.stringify(setting) : String(setting);
}

/** A name that MLflow takes: ASCII letters, digits and `_-. :/`, and not too long. */
function keyOf(prefix: string, name: string): string {
  return `${prefix}.${name.replace(/[^\w\-. :/]/g, "_")}`.slice(0, MAX_KEY_LENGTH);
}
