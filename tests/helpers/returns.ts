// Returns as a file: what most stories about files begin with.

import fs from "node:fs";

/** Writes a CSV of one return a day, from 2024 on. */
export function writeReturns(file: string, values: readonly number[]): void {
  const lines = values.map((value, day) =>
    `${new Date(Date.UTC(2024, 0, 1 + day)).toISOString().slice(0, 10)},${value}`
  );
  fs.writeFileSync(file, `date,returns\n${lines.join("\n")}\n`);
}
