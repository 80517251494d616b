// Damaged files of every format: whatever bytes are turned, cut or repeated, reading ends in a result or
// in an error that names the file, never in a crash, an endless loop or an error of a library.

import { assert } from "@std/assert";
import { readInput } from "../../lib/input/mod.ts";
import { seededRandom } from "../helpers/random.ts";
import { memoryHost } from "./memory_host.ts";

const TESTDATA = new URL("../testdata/", import.meta.url).pathname;
const FILES = [
  "tables/pandas.csv",
  "tables/quoted.csv",
  "tables/pandas.csv.gz",
  "tables/polars.jsonl",
  "tables/array.json",
  "tables/pandas_snappy.parquet",
  "tables/pandas_zstd.parquet",
  "tables/pandas_gzip.parquet",
  "tables/pandas_brotli.parquet",
  "tables/pandas_lz4.parquet",
  "tables/polars_tokyo.parquet",
  "tables/decimal_38.parquet",
  "freqtrade.zip",
  "freqtrade.json",
] as const;

function damaged(bytes: Uint8Array, random: () => number): Uint8Array {
  const at = (): number => Math.floor(random() * bytes.length);
  const copy = bytes.slice();
  const kind = random();
  if (kind < 0.2) return copy.subarray(0, at());
  if (kind < 0.3) return new Uint8Array([...copy.subarray(0, at()), ...copy.subarray(at())]);
  const turns = 1 + Math.floor(random() * 8);
  for (let turn = 0; turn < turns; turn++) {
    const where = random() < 0.5
      ? at()
      : Math.max(0, bytes.length - 1 - Math.floor(random() * 1500));
    copy[where] = random() < 0.3 ? 0xff : Math.floor(random() * 256);
  }
  return copy;
}

for (const name of FILES) {
  Deno.test(`damage to ${name} is told as such`, async () => {
    const bytes = await Deno.readFile(TESTDATA + name);
    const count = bytes.length > 100_000 ? 25 : 120;
    let refused = 0;
    for (let seed = 1; seed <= count; seed++) {
      const content = damaged(bytes, seededRandom(seed));
      try {
        await readInput(memoryHost({ f: content }), "f", { maxBytes: 50_000_000 });
      } catch (error) {
        assert(error instanceof Error);
        assert(error.name === "InputError", `seed ${seed}: ${error.name}: ${error.stack}`);
        assert(error.message.startsWith("Cannot read f: "), error.message);
        assert(!error.message.includes("\n"), `seed ${seed}: ${error.message}`);
        refused++;
      }
    }
    assert(refused > count / 10, `only ${refused} of ${count} were refused`);
  });
}
