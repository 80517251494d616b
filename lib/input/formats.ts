// The table of input formats: how each is recognised by a file's first bytes, and what reads it. A
// format is one file and one row here; the heavy readers are loaded only when a file needs them.

import type { ReadResult } from "./series.ts";
import { LAYOUTS } from "./table/layouts.ts";
import type { ReadOptions } from "./options.ts";
import type { Source } from "./source.ts";
import { isZip } from "./streams.ts";
import { readPlainCsv } from "./csv/mod.ts";
import { readTable } from "./table/series.ts";

/** One format that can be read. */
export interface InputFormat {
  /** What `--input-format` calls it. */
  readonly name: string;
  /** What such a file is, in one line. */
  readonly summary: string;
  /** Usual file name endings; the content decides, not they. */
  readonly extensions: readonly string[];
  /** Whether content that begins like this is of the format; the text is empty unless it begins as JSON. */
  recognises(head: Uint8Array, text: string): boolean;
  /** Reads it; throws `InputError` and `UsageError`. */
  read(source: Source, options: ReadOptions): Promise<ReadResult>;
}

const CSV: InputFormat = {
  name: "csv",
  summary: "text separated by commas, tabs, semicolons or bars, with or without a header",
  extensions: [".csv", ".tsv", ".txt"],
  recognises: () => true,
  read: (source, options) =>
    readTable("csv", source, options, {
      plain: readPlainCsv,
      careful: async (source, options) => {
        const { readCarefulCsv } = await import("./csv/careful.ts");
        return await readCarefulCsv(source, options);
      },
    }),
};

const PARQUET: InputFormat = {
  name: "parquet",
  summary: "Apache Parquet, as pandas and polars write it",
  extensions: [".parquet", ".pq"],
  recognises: (head) => startsWith(head, "PAR1"),
  read: async (source, options) => {
    const { readParquet } = await import("./parquet.ts");
    return readTable("parquet", source, options, {
      plain: (source, options) => readParquet(source, options, false),
      careful: (source, options) => readParquet(source, options, true),
    });
  },
};

const JSON_LINES: InputFormat = {
  name: "jsonl",
  summary: "JSON: one object a line, an array of objects or of [time, value], pandas' to_json",
  extensions: [".jsonl", ".ndjson", ".json"],
  recognises: (_head, text) => /^\ufeff?\s*[[{]/.test(text),
  read: async (source, options) => {
    const { readJsonRecords } = await import("./json_records.ts");
    const { readJsonTable } = await import("./json_table.ts");
    return readTable("jsonl", source, options, { plain: readJsonRecords, careful: readJsonTable });
  },
};

const FREQTRADE: InputFormat = {
  name: "freqtrade",
  summary: "freqtrade's backtest-result, .zip or .json; every strategy in it",
  extensions: [".zip", ".json"],
  recognises: (head, text) => isZip(head) || /^\s*\{[^]*"strategy"\s*:\s*\{/.test(text),
  read: async (source, options) => {
    const { readFreqtrade } = await import("./freqtrade.ts");
    return { format: "freqtrade", hasTime: false, ...await readFreqtrade(source, options) };
  },
};

const LEAN: InputFormat = {
  name: "lean",
  summary: "the result JSON of LEAN (QuantConnect), with its benchmark",
  extensions: [".json"],
  recognises: (_head, text) =>
    /^\ufeff?\s*\{[^]*"(?:charts|rollingwindow|totalperformance)"\s*:\s*\{/i.test(text),
  read: async (source, options) => {
    const { readLean } = await import("./lean.ts");
    return { format: "lean", hasTime: false, ...await readLean(source, options) };
  },
};

const INTERACTIVE_BROKERS: InputFormat = {
  name: "ib",
  summary: "Interactive Brokers' activity statement or Flex query with sections: its trades",
  extensions: [".csv"],
  recognises: (head) =>
    /^\ufeff?"?(?:Statement"?,"?Header|BOF|HEADER"?,"?[A-Z]{4})"?,/.test(
      new TextDecoder("utf-8", { ignoreBOM: true }).decode(head.subarray(0, 64)),
    ),
  read: async (source, options) => {
    const { readSections } = await import("./ib_sections.ts");
    return await readSections(source, options);
  },
};

/** In the order in which they are tried; the last takes any text. */
const CONTENT_FORMATS: readonly InputFormat[] = [
  PARQUET,
  FREQTRADE,
  LEAN,
  JSON_LINES,
  INTERACTIVE_BROKERS,
  CSV,
];

function startsWith(head: Uint8Array, mark: string): boolean {
  return [...mark].every((character, index) => head[index] === character.charCodeAt(0));
}

/** Tables of backtesters, recognised by their header: they come in any of the table formats. */
const LAYOUT_FORMATS: readonly InputFormat[] = LAYOUTS.map(({ name, summary }) => ({
  name,
  summary,
  extensions: [],
  recognises: () => false,
  read: (source, options) => formatOf(source, undefined).read(source, options),
}));

/** Every format that `--input-format` names. */
export const INPUT_FORMATS: readonly InputFormat[] = [...CONTENT_FORMATS, ...LAYOUT_FORMATS];

/** The bytes of a byte order mark. */
const MARK: readonly number[] = [0xef, 0xbb, 0xbf];

/** The format that is asked for, else the one that the content shows. */
export function formatOf(source: Source, asked: string | undefined): InputFormat {
  const named = INPUT_FORMATS.find((format) => format.name === asked);
  if (named !== undefined) return named;
  // Only JSON is recognised by its text, and only it begins like this: no other need be decoded.
  const first = source.head.find((byte) => byte > 32 && !MARK.includes(byte));
  const text = first === 91 || first === 123 ? new TextDecoder().decode(source.head) : "";
  return CONTENT_FORMATS.find((format) => format.recognises(source.head, text)) ?? CSV;
}
