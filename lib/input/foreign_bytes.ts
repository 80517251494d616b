// Files that are no table and no text, told by their first bytes, each with the one line that makes a
// table of it. "It is binary" alone leaves a trader with nothing to do.

const PANDAS = 'python -c "import pandas as pd; ';

/** A kind of file that is not read. */
interface Foreign {
  readonly name: string;
  /** How such content begins, a character a byte. */
  readonly begins: readonly string[];
  /** What makes it readable; FILE stands for its name. */
  readonly way: string;
}

const FOREIGN: readonly Foreign[] = [
  {
    name: "a Feather (Arrow) file",
    begins: ["ARROW1", "FEA1", "\xff\xff\xff\xff"],
    way: `${PANDAS}pd.read_feather('FILE').to_parquet('FILE.parquet')"`,
  },
  {
    name: "an HDF5 file",
    begins: ["\x89HDF\r\n\x1a\n"],
    way: `${PANDAS}pd.read_hdf('FILE').to_csv('FILE.csv')"`,
  },
  {
    name: "a Python pickle",
    begins: ["\x80\x02", "\x80\x03", "\x80\x04", "\x80\x05"],
    way: `${PANDAS}pd.read_pickle('FILE').to_csv('FILE.csv')"`,
  },
  {
    name: "an old Excel workbook",
    begins: ["\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"],
    way: `${PANDAS}pd.read_excel('FILE').to_csv('FILE.csv', index=False)"`,
  },
  {
    name: "a NumPy array",
    begins: ["\x93NUMPY"],
    way: "python -c \"import numpy as np; np.savetxt('FILE.csv', np.load('FILE'))\"",
  },
  {
    name: "an SQLite database",
    begins: ["SQLite format 3\0"],
    way: "select the series into a CSV",
  },
  { name: "a PDF", begins: ["%PDF-"], way: "export the table as CSV instead" },
  { name: "a bzip2 archive", begins: ["BZh"], way: "bunzip2 FILE" },
  { name: "an xz archive", begins: ["\xfd7zXZ\0"], way: "unxz FILE" },
  { name: "a zstd archive", begins: ["\x28\xb5\x2f\xfd"], way: "unzstd FILE" },
];

/** What the file is and how it becomes readable; null for content that is none of these. */
export function foreignProblem(head: Uint8Array, path: string): string | null {
  const start = String.fromCharCode(...head.subarray(0, 16));
  const found = FOREIGN.find(({ begins }) => begins.some((mark) => start.startsWith(mark)));
  if (found !== undefined) {
    return `it is ${found.name}; make a table of it: ${found.way.replaceAll("FILE", path)}`;
  }
  if (!isPage(head)) return null;
  const way = `${PANDAS}pd.read_html('FILE')[0].to_csv('FILE.csv', index=False)"`;
  return "it is a web page, such as a login or an error that was saved instead of the file; where it " +
    `holds the table: ${way.replaceAll("FILE", path)}`;
}

function isPage(head: Uint8Array): boolean {
  const text = new TextDecoder().decode(head.subarray(0, 1024)).replace(/^\ufeff?\s*/, "");
  return /^(?:<\?xml[^>]*>\s*)?(?:<!--[^]*?-->\s*)?<(?:!doctype html|html|head|body|table)\b/i.test(
    text,
  );
}

/** What makes a table of an Excel workbook. */
export function workbookProblem(path: string): string {
  const way = `${PANDAS}pd.read_excel('${path}').to_csv('${path}.csv', index=False)"`;
  return `it is an Excel workbook; save its sheet as CSV, or: ${way}`;
}
