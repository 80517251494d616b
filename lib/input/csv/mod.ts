// CSV and TSV: separator, header and columns are found in the first rows; then all rows go through
// the quick scanner, and from the first quoted line on through @std/csv. Both end in the same
// collector, which is why they cannot differ in what a cell means. Why the scanner's inner loop is
// compiled (kernel.as): the same loop in TypeScript takes 0.28 s more for a million rows, more than
// the 0.22 s that `stats` takes in all, and @std/csv 4.6 s more. Three times as fast as polars,
// which docs/benchmarks.md promises and measures at 3.1, would be 1.4.

import { InputError } from "../../errors.ts";
import { trimCell } from "../cells.ts";
import type { ColumnChoice } from "../columns.ts";
import { type Opening, readOpening } from "./opening.ts";
import { createRecordReader, isBlankRecord } from "../csv_text.ts";
import { createScanner, type ScanContext } from "./scan.ts";
import { createDateReader, type DateReader } from "../dates.ts";
import type { ReadOptions } from "../options.ts";
import { createRowCollector, placedError, type RowCollector } from "../rows.ts";
import type { Source } from "../source.ts";
import type { TableRows } from "../typed_table.ts";

/** Reads delimited text. `careful` sends every row through @std/csv. */
export async function readCsv(
  source: Source,
  options: ReadOptions,
  careful = false,
): Promise<TableRows> {
  const opening = readOpening(source, options);
  const { choice, names } = opening;
  const table = createTable(source, options, opening);
  const reader = careful || choice.minus !== null || choice.benchmark !== null
    ? table.careful(opening.firstLine)
    : table.quick(opening.firstLine);
  let skip = opening.skip;
  for await (const chunk of source.chunks()) {
    const skipped = Math.min(skip, chunk.length);
    skip -= skipped;
    reader.push(skipped === 0 ? chunk : chunk.subarray(skipped));
  }
  reader.end();
  const rows = table.values.finish();
  if (rows.values.length === 0) {
    throw new InputError(
      source.shownPath,
      names.some((name) => name !== "") && opening.skip > 0
        ? "it has a header but no rows"
        : "it has no rows",
    );
  }
  return { rows, benchmark: choice.benchmark === null ? null : table.benchmark.finish(), choice };
}

interface ByteReader {
  push(bytes: Uint8Array): void;
  end(): void;
}

interface Table {
  readonly values: RowCollector;
  readonly benchmark: RowCollector;
  quick(firstLine: number): ByteReader;
  careful(firstLine: number): ByteReader;
}

function createTable(source: Source, options: ReadOptions, opening: Opening): Table {
  const { shownPath: path } = source;
  const { choice, names, separator } = opening;
  const width = names.length;
  const dates = choice.date === null ? null : createDateReader(options);
  const expectedRows = source.isWhole ? 0 : source.expectedBytes / opening.bytesPerRow * 1.02;
  const collect = (): RowCollector =>
    createRowCollector(path, { unit: "line", dates, expectedRows });
  const values = collect();
  const benchmark = choice.benchmark === null ? values : collect();
  const readCells = (cells: readonly string[], line: number): void => {
    if (cells.length !== width) {
      throw placedError(path, "line", line, widthProblem(cells.length, width));
    }
    readRecord(cells, line, choice, dates, values, benchmark);
  };
  const careful = (firstLine: number): ByteReader =>
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
  return {
    values,
    benchmark,
    careful,
    quick: (line) =>
      quickReader({ path, shape, dates, collector: values, readCells }, line, careful),
  };
}

/** Scans until a quote comes up, and hands the rest to the careful reader. */
function quickReader(
  context: ScanContext,
  firstLine: number,
  careful: (firstLine: number) => ByteReader,
): ByteReader {
  const scanner = createScanner(context, firstLine);
  let other: ByteReader | null = null;
  const handOver = (): void => {
    other = careful(scanner.line());
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

function readRecord(
  cells: readonly string[],
  line: number,
  choice: ColumnChoice,
  dates: DateReader | null,
  values: RowCollector,
  benchmark: RowCollector,
): void {
  const cell = (index: number): string => cells[index] as string;
  const date = dates === null || choice.date === null ? 0 : values.date(cell(choice.date), line);
  const value = values.number(cell(choice.value), line);
  const minus = choice.minus === null ? 0 : values.number(cell(choice.minus), line);
  values.add(date, choice.minus === null ? value : value - minus, line);
  if (choice.benchmark !== null) {
    benchmark.add(date, benchmark.number(cell(choice.benchmark), line), line);
  }
}

function widthProblem(cells: number, width: number): string {
  const count = `it has ${cells} ${
    cells === 1 ? "cell" : "cells"
  } where the first line has ${width}`;
  return cells > width ? `${count}; quote cells that hold the separator` : count;
}
