// CSV and TSV, in two ways with one meaning. The quick one takes files as programs write them:
// separator, header and columns are found in the first rows, then all rows go through the scanner,
// and from the first quoted line on through @std/csv. Whatever is not so plain makes it give up,
// and the careful one (careful.ts) begins again with the whole file. Why the scanner's inner loop is compiled
// (kernel.as): the same loop in TypeScript takes 0.28 s more for a million rows, more than the
// 0.22 s that `stats` takes in all, and @std/csv 4.6 s more. Three times as fast as polars, which
// docs/benchmarks.md promises and measures at 3.1, would be 1.4.

import { trimCell } from "../cells/number.ts";
import { createRecordReader, isBlankRecord } from "../csv_text.ts";
import { createDateReader } from "../cells/dates.ts";
import type { ReadOptions } from "../options.ts";
import { createRowCollector, type RawRows } from "../rows.ts";
import type { Source } from "../source.ts";
import { isPlainChoice } from "../table/choice.ts";
import { notPlain } from "../table/series.ts";
import type { Table } from "../table/table.ts";
import { type Opening, readOpening } from "./opening.ts";
import { createScanner, type ScanContext } from "./scan.ts";

/** Reads delimited text whose cells are as programs write them; throws `InputError` for any other. */
export async function readPlainCsv(source: Source, options: ReadOptions): Promise<Table> {
  const { shownPath: path } = source;
  const opening = readOpening(source, options);
  const { choice, names } = opening;
  if (!isPlainChoice(choice)) throw notPlain(path);
  const collector = createCollector(source, options, opening);
  let skip = opening.skip;
  for await (const chunk of source.chunks()) {
    const skipped = Math.min(skip, chunk.length);
    skip -= skipped;
    collector.push(skipped === 0 ? chunk : chunk.subarray(skipped));
  }
  const rows = collector.end();
  if (rows.values.length === 0) throw notPlain(path);
  return {
    series: [{ name: null, rows, benchmark: null, begins: null, money: [] }],
    choice,
    column: opening.hasNames ? names[choice.value] ?? null : null,
    isPercent: false,
    ambiguous: undefined,
    notes: [],
  };
}

interface ByteReader {
  push(bytes: Uint8Array): void;
  end(): void;
}

function createCollector(
  source: Source,
  options: ReadOptions,
  opening: Opening,
): { push(bytes: Uint8Array): void; end(): RawRows } {
  const { shownPath: path } = source;
  const { choice, names, separator } = opening;
  const width = names.length;
  const dates = choice.date === null ? null : createDateReader(options);
  const expectedRows = source.isWhole ? 0 : source.expectedBytes / opening.bytesPerRow * 1.02;
  const collector = createRowCollector(path, { unit: "line", dates, expectedRows });
  const readCells = (cells: readonly string[], line: number): void => {
    if (cells.length !== width) throw notPlain(path);
    const date = choice.date === null ? 0 : collector.date(cells[choice.date] as string, line);
    collector.add(date, collector.number(cells[choice.value] as string, line), line);
  };
  const quoted = (firstLine: number): ByteReader =>
    createRecordReader(path, { separator, firstLine }, (cells, line) => {
      const trimmed = cells.map(trimCell);
      if (!isBlankRecord(cells, trimmed)) readCells(trimmed, line);
    });
  const shape = {
    separator: separator.charCodeAt(0),
    width,
    date: choice.date,
    value: choice.value,
  };
  const context: ScanContext = { path, shape, dates, collector, readCells };
  const reader = quickReader(context, opening.firstLine, quoted);
  return {
    push: reader.push,
    end() {
      reader.end();
      return collector.finish();
    },
  };
}

/** Scans until a quote comes up, and hands the rest to @std/csv. */
function quickReader(
  context: ScanContext,
  firstLine: number,
  quoted: (firstLine: number) => ByteReader,
): ByteReader {
  const scanner = createScanner(context, firstLine);
  let other: ByteReader | null = null;
  const handOver = (): void => {
    other = quoted(scanner.line());
    other.push(scanner.rest());
  };
  return {
    push(bytes) {
      if (other !== null) other.push(bytes);
      else if (!scanner.push(bytes)) handOver();
    },
    end() {
      if (other === null && !scanner.end()) handOver();
      other?.end();
    },
  };
}
